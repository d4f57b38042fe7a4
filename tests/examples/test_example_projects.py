"""The example projects, started as their README says, read by a client that is not ours, seen in Chromium."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from ports import free_port
from waiting import wait_until

from emblazon_origin.audit.audit import audit
from emblazon_origin.audit.visit import Visitor
from emblazon_origin.host.wrangler import node_binary
from fidelity.chromium import browser

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PYTHON = [sys.executable, "-m"]
READER = """
import ogs from "open-graph-scraper";
const { result, error } = await ogs({ url: process.argv[1], timeout: 60 });
console.log(JSON.stringify(error ? { error: result } : result));
"""


@dataclass(frozen=True)
class Example:
    """One project: how it is started, and its pages."""

    name: str
    command: list[str]
    prepare: tuple[list[str], ...] = ()
    page: str = "/posts/{slug}"


EXAMPLES = (
    Example(
        "django",
        [sys.executable, "manage.py", "runserver", "--noreload", "127.0.0.1:{port}"],
        (
            [sys.executable, "manage.py", "check"],
            [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
            [sys.executable, "manage.py", "migrate", "-v0"],
            [sys.executable, "manage.py", "loaddata", "-v0", "posts"],
        ),
        "/posts/{slug}/",
    ),
    Example("fastapi", [*PYTHON, "uvicorn", "app:app", "--port", "{port}"]),
    Example("starlette", [*PYTHON, "uvicorn", "app:app", "--port", "{port}"]),
    Example("flask", [*PYTHON, "flask", "--app", "app", "run", "--port", "{port}"]),
    Example("aiohttp", [sys.executable, "app.py"]),
)


@dataclass(frozen=True)
class Process:
    """A server that runs until it is stopped."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls, command: list[str], folder: Path, environment: dict[str, str], port: int, log: Path
    ) -> Process:
        with log.open("wb") as out:
            process = subprocess.Popen(
                [word.format(port=port) for word in command],
                cwd=folder, env={**os.environ, **environment}, stdout=out, stderr=out,
            )  # fmt: skip
        return cls(f"http://127.0.0.1:{port}", process, log)

    def wait(self, path: str) -> None:
        def is_up() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            try:
                return httpx.get(self.url + path, trust_env=False, timeout=10).status_code < 500
            except httpx.HTTPError:
                return False

        wait_until(is_up, seconds=180)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(60)


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The product in one process, which may fetch from this machine."""
    folder = tmp_path_factory.mktemp("edge")
    port = free_port()
    environment = {
        "EMBLAZON_DEV": "1", "EMBLAZON_FETCH_LOCAL": "1", "EMBLAZON_WORKERS": "1", "EMBLAZON_PORT": str(port),
        "EMBLAZON_STATE_DIR": str(folder / "state"),
    }  # fmt: skip
    command = [*PYTHON, "emblazon_origin.cli", "serve"]
    server = Process.start(command, folder, environment, port, folder / "log")
    try:
        server.wait("/healthz")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda example: example.name)
def site(
    request: pytest.FixtureRequest, edge: Process, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Example, Process, dict[str, str]]]:
    example: Example = request.param
    folder = ROOT / "examples" / example.name
    scratch = tmp_path_factory.mktemp(example.name)
    port = free_port()
    environment = {
        "EMBLAZON_PUBLIC_URL": edge.url,
        "EXAMPLE_DATABASE": str(scratch / "db.sqlite3"),
        "EXAMPLE_SITE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for command in example.prepare:
        subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True, timeout=120)
    server = Process.start(example.command, folder, environment, port, scratch / "log")
    try:
        server.wait(example.page.format(slug="maps"))
        yield example, server, environment
    finally:
        server.stop()


def read_page(url: str) -> dict[str, Any]:
    """What open-graph-scraper finds on a page."""
    done = subprocess.run(
        [node_binary(ROOT), "--input-type=module", "-e", READER, url],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    assert "error" not in found, found
    return found


@pytest.mark.parametrize("slug", ["maps", "arabic"])
def test_independent_client_finds_the_card_and_its_picture(
    site: tuple[Example, Process, dict[str, str]], slug: str
) -> None:
    example, server, _ = site
    found = read_page(server.url + example.page.format(slug=slug))
    assert found["twitterCard"] == "summary_large_image"
    image = found["ogImage"][0]
    assert image["url"] == found["twitterImage"][0]["url"]
    title = (
        'The "quiet" return of <hand-drawn> maps & more' if slug == "maps" else "عودة الخرائط المرسومة باليد"
    )
    assert image["alt"] == found["ogTitle"] == title
    answer = httpx.get(image["url"], trust_env=False, timeout=60)
    assert answer.status_code == 200
    assert "x-emblazon-fallback" not in answer.headers
    assert "x-emblazon-findings" not in answer.headers
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert [str(side) for side in picture.size] == [str(image["width"]), str(image["height"])]
        assert answer.headers["content-type"] == f"image/{(picture.format or '').lower()}" == image["type"]
    assert len(answer.content) < 300_000


@pytest.mark.parametrize("slug", ["maps", "arabic"])
def test_audit_finds_nothing_wrong_with_the_pages(
    site: tuple[Example, Process, dict[str, str]], slug: str
) -> None:
    example, server, _ = site
    with Visitor(seconds=60) as visitor:
        page = next(audit([server.url + example.page.format(slug=slug)], visitor))
    assert page.findings == ()
    assert {preview.size for preview in page.previews} == {"large"}


def test_cover_of_the_post_is_in_its_card(site: tuple[Example, Process, dict[str, str]]) -> None:
    """A relative address, joined with the site's and fetched from there."""
    example, server, _ = site
    image = read_page(server.url + example.page.format(slug="maps"))["ogImage"][0]["url"]
    assert "%2F%2F127.0.0.1" in image
    card = Image.open(io.BytesIO(httpx.get(image, trust_env=False, timeout=60).content)).convert("RGB")
    red, _, blue = card.getpixel((1150, 60))  # type: ignore[misc]  # an RGB picture has three
    assert (abs(red - 214) < 60, red > blue) == (True, True), "the paper of the map stands at the right edge"


def test_page_looks_right_in_chromium(site: tuple[Example, Process, dict[str, str]], tmp_path: Path) -> None:
    example, server, _ = site

    async def look() -> tuple[Any, Image.Image]:
        async with browser() as page:
            shot = await page.screenshot(server.url + example.page.format(slug="maps"), 800, 600)
            facts = await page.evaluate(
                "({shown: document.body.innerText, natural: document.images[0].naturalWidth,"
                " metas: document.head.querySelectorAll('meta[property^=og\\\\:image]').length})"
            )
            return facts, shot

    facts, shot = asyncio.run(look())
    assert "<meta" not in facts["shown"], "the elements belong into the head, not onto the page"
    assert facts["metas"] >= 4
    assert facts["natural"] in (600, 1200)
    assert len(shot.getcolors(1 << 20) or []) > 200, "the card is drawn on the page"


def test_django_warms_its_cards(site: tuple[Example, Process, dict[str, str]]) -> None:
    example, server, environment = site
    if example.name != "django":
        pytest.skip("Django's own command")
    folder = ROOT / "examples" / "django"
    done = subprocess.run(
        [sys.executable, "manage.py", "emblazon_warm", "blog.Post", "--url", f"{server.url}/about/"],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "3 cards are warm" in done.stdout
    url = done.stdout.split()[1]
    assert "hit" in httpx.get(url, trust_env=False, timeout=60).headers["cache-status"]
    wrong = subprocess.run(
        [sys.executable, "manage.py", "emblazon_warm", "contenttypes.ContentType"],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert wrong.returncode != 0
    assert "SocialCard" in wrong.stderr


def test_fastapi_gives_the_same_as_data(site: tuple[Example, Process, dict[str, str]]) -> None:
    example, server, _ = site
    if example.name != "fastapi":
        pytest.skip("FastAPI's own route")
    data = httpx.get(f"{server.url}/api/posts/maps", trust_env=False, timeout=60).json()
    assert data["meta"]["og:image"] == data["image"]["url"]
    assert data["image"]["@type"] == "ImageObject"
