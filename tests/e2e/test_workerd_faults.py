"""Whatever the origin does, the Worker answers with a real card (docs/caching.md, faults)."""

from __future__ import annotations

import io
import itertools

import httpx
import pytest
from misbehaving_origin import EXPIRED_AT_ONCE, STALE_AT_ONCE, Behaviour, MisbehavingOrigin
from PIL import Image
from sweeps import sweep
from waiting import at_most, wait_until
from workerd import Workerd

pytestmark = pytest.mark.e2e

FAULTS: list[Behaviour] = [
    "reset",
    "hang",
    "drip",
    "truncate",
    "chunked-truncate",
    "short-length",
    "wrong-digest",
    "html",
    "wrong-bytes",
    "empty",
    "redirect",
    "500",
    "502",
    "503",
    "504",
]
QUICK: list[Behaviour] = ["reset", "truncate", "html", "wrong-digest", "500", "503", "hang"]


def max_age(response: httpx.Response) -> int:
    """The seconds of `max-age` for clients."""
    fields = dict(part.strip().partition("=")[::2] for part in response.headers["cache-control"].split(","))
    return int(fields["max-age"])


def assert_card(response: httpx.Response) -> None:
    """A 200 with a complete picture of the right type and size."""
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert int(response.headers["content-length"]) == len(response.content)
    image = Image.open(io.BytesIO(response.content))
    image.load()
    assert (image.format, image.size) == ("PNG", (1200, 630))


@pytest.mark.parametrize("fault", sweep(FAULTS, quick=5))
def test_never_seen_card_becomes_a_short_lived_fallback(
    worker: Workerd, origin: MisbehavingOrigin, title: str, fault: Behaviour
) -> None:
    worker.card(f"{title}-warm-up")
    origin.behaviour = fault
    with at_most(10):
        response = worker.card(title)
    assert_card(response)
    assert response.headers["x-emblazon-fallback"]
    assert max_age(response) <= 60
    origin.behaviour = "draw"
    wait_until(lambda: "x-emblazon-fallback" not in worker.card(title).headers)


def test_never_seen_card_becomes_a_fallback_when_connections_are_refused(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card(f"{title}-warm-up")
    origin.refuse()
    response = worker.card(title)
    assert_card(response)
    assert response.headers["x-emblazon-fallback"]


@pytest.mark.parametrize(
    ("fault", "life"), sweep(itertools.product(QUICK, (STALE_AT_ONCE, EXPIRED_AT_ONCE)), quick=5)
)
def test_stale_copy_survives_a_fault(
    worker: Workerd, origin: MisbehavingOrigin, title: str, fault: Behaviour, life: str
) -> None:
    origin.life = life
    first = worker.card(title)
    origin.behaviour = fault
    for _ in range(3):
        with at_most(3):  # not the origin's own time-out
            response = worker.card(title)
        assert_card(response)
        assert response.content == first.content
        assert "x-emblazon-fallback" not in response.headers


def test_stale_copy_survives_refused_connections(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    origin.life = EXPIRED_AT_ONCE
    first = worker.card(title)
    origin.refuse()
    response = worker.card(title)
    assert response.content == first.content
    assert "stale-if-error" in response.headers["cache-status"]


def test_card_that_the_origin_calls_wrong_stays_a_400(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card(f"{title}-warm-up")
    origin.behaviour = "refuse-card"
    response = worker.card(title)
    assert response.status_code == 400
    assert response.headers["cache-control"] == "no-store"
    assert "too much text" in response.text


def test_purge_during_a_fill_keeps_the_old_bytes_out(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    worker.card(f"{title}-warm-up")
    origin.hold()
    with ThreadPoolExecutor(1) as pool:
        filling = pool.submit(worker.card, title)
        wait_until(lambda: [asked for asked in origin.renders(title) if "warm-up" not in asked.target])
        assert worker.purge({"templates": ["article"]}).status_code == 202
        origin.release()
        old = filling.result()
    assert_card(old)
    assert "stored" not in old.headers["cache-status"]
    assert worker.card(title).content != old.content


def test_answer_without_end_holds_nobody_beyond_the_deadline(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    """60 MB that come piece by piece, each of them at once: the timers of the isolate must get their turn."""
    worker.card(f"{title}-first")
    origin.behaviour = "flood"
    with at_most(1.5 * float(worker.variables["EMBLAZON_ORIGIN_TIMEOUT"])):
        answer = worker.card(title)
    assert answer.status_code == 200
    assert answer.headers["x-emblazon-fallback"] in ("origin-timeout", "origin-too-large")
