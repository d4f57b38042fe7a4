"""Pages and pictures that cost more than they weigh, on a live origin: each is one card, others get theirs.

What others wait beside them is measured by `python -m bench.load hostile`.
"""

from __future__ import annotations

import io
import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from fuzz.hostile import PAGES, PICTURES, picture_server, write_templates

if TYPE_CHECKING:
    from e2e_origin.conftest import OriginProcess

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    with picture_server() as url:
        yield url


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, pictures: str) -> Iterator[OriginProcess]:
    from e2e_origin.conftest import OriginProcess

    home = tmp_path_factory.mktemp("real")
    write_templates(home)
    shared = OriginProcess(
        home,
        EMBLAZON_RENDERER="", EMBLAZON_DEV="1", EMBLAZON_HOME=str(home),
        EMBLAZON_FETCH_TIMEOUT="5", EMBLAZON_QUEUE_WAIT="30", EMBLAZON_RENDER_TIMEOUT="300",
        EMBLAZON_FETCH_ALLOW="127.0.0.1/32", EMBLAZON_FETCH_LITERALS="1",
        EMBLAZON_FETCH_PORTS=pictures.rpartition(":")[2],
    )  # fmt: skip
    shared.client.timeout = httpx.Timeout(400)  # costly ones go at a low priority: long on a busy machine
    yield shared
    shared.stop()


def ask(origin: OriginProcess, title: str, image: str = "") -> float:
    """Return the seconds that a card takes; it must be one."""
    picture = f"&image={quote(image, safe='')}" if image else ""
    began, pause = time.monotonic(), threading.Event()
    answer = origin.get(f"/render/article.png?title={quote(title)}{picture}")
    while answer.status_code == 503 and time.monotonic() - began < 300:  # asked to try again shortly
        pause.wait(0.05)
        answer = origin.get(f"/render/article.png?title={quote(title)}{picture}")
    assert answer.status_code == 200, answer.text
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    return time.monotonic() - began


@pytest.mark.parametrize("name", PICTURES)
def test_a_costly_picture_costs_the_picture_and_no_process(
    origin: OriginProcess, pictures: str, name: str
) -> None:
    before = ends(origin)
    ask(origin, name, f"{pictures}/{name}")
    assert ends(origin) == before


@pytest.mark.parametrize("number", range(len(PAGES)), ids=list(PAGES))
def test_a_costly_page_is_one_card_or_a_refusal_and_ends_no_process(
    origin: OriginProcess, number: int
) -> None:
    before = ends(origin)
    answer = origin.get(f"/render/page-{number}.png?title=x")
    assert answer.status_code in (200, 422), answer.text
    assert ends(origin) == before


def test_nobody_goes_without_a_card_beside_costly_pages_and_pictures(
    origin: OriginProcess, pictures: str
) -> None:
    ended = threading.Event()
    with ThreadPoolExecutor(4) as others:
        asking = [others.submit(ask_all, origin, pictures, ended, str(client)) for client in range(4)]
        try:
            for number in range(40):
                ask(origin, f"Innocent {number}")
        finally:
            ended.set()
        assert sum(waiting.result() for waiting in asking) > 0


def ask_all(origin: OriginProcess, pictures: str, ended: threading.Event, client: str) -> int:
    """Ask for hostile cards that nobody asked for before, until told to end; return how many came."""
    pages = [f"/render/page-{number}.png?title={client}" for number in range(len(PAGES))]
    cards = [
        f"/render/article.png?title=x&image={quote(f'{pictures}/{name}?{client}', safe='')}"
        for name in PICTURES
    ]
    for count, target in enumerate(itertools.cycle([*pages, *cards])):
        if ended.is_set():
            return count
        assert origin.get(target).status_code in (200, 422, 503)
    raise AssertionError("a cycle has no end")


def ends(origin: OriginProcess) -> float:
    """Return how many render processes ended by a fault."""
    reasons = ("crash", "deadline", "memory")
    return sum(origin.metric(f'emblazon_worker_ends_total{{reason="{reason}"}}') for reason in reasons)
