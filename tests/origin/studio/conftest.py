"""A studio over a project of one template, without an edge or render processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import expect

from emblazon.contract.signing import Keyring
from emblazon.edge.config import EdgeConfig
from emblazon_origin.home import Home, builtin_folder
from emblazon_origin.host.edge_app import problems
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.studio import StudioContext, add_studio

KEYS = "k1:0123456789abcdef0123456789abcdef"
expect.set_options(timeout=60_000)  # milliseconds: a busy machine takes its time
CARD_HTML = """<style>
body { margin: 0; background: {{ color }}; font: 600 80px Inter }
</style>
<h1>{{ title }}</h1>
{% if image %}<img src="{{ image }}" alt="" width="300" height="300">{% endif %}
"""
CARD_TOML = """description = "A note"
variants = ["night"]

[params.title]
required = true

[params.color]
type = "color"
default = "#ffffff"

[params.image]
type = "url"

[params.tags]
type = "list"
"""
PREVIEW = """{"params": {"title": "Hello"},
 "cases": {"arabic": {"params": {"title": "سلام"}, "options": {"lang": "ar"}}}}"""


Client = TestClient[web.Request, web.Application]


@pytest.fixture
def project(tmp_path: Path) -> Home:
    """A project with the template `note`, beside the built-in ones."""
    folder = tmp_path / "site" / "templates" / "note"
    folder.mkdir(parents=True)
    (folder / "card.html").write_text(CARD_HTML, "utf-8")
    (folder / "card.toml").write_text(CARD_TOML, "utf-8")
    (folder / "preview.json").write_text(PREVIEW, "utf-8")
    (tmp_path / "site" / "emblazon.toml").write_text("", "utf-8")
    return Home(tmp_path / "site", builtin_folder())


class Terminal:
    """What was said in it; a line can be waited for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = asyncio.Event()

    def say(self, line: str) -> None:
        self.lines.append(line)
        self._news.set()

    async def line(self, fits: Callable[[str], bool], seconds: float = 60) -> str:
        """Return the first line that fits."""
        async with asyncio.timeout(seconds):
            while True:
                for line in self.lines:
                    if fits(line):
                        return line
                self._news.clear()
                await self._news.wait()


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
async def client(project: Home, terminal: Terminal) -> AsyncIterator[Client]:
    config = EdgeConfig.from_env({"EMBLAZON_DEV": "1", "EMBLAZON_ORIGIN_URL": "http://origin.invalid"})
    settings = OriginConfig.from_env({"EMBLAZON_DEV": "1"})
    app = web.Application(middlewares=[problems])
    context = StudioContext(
        project, settings, config, Keyring.parse(KEYS), project.state / "analytics.sqlite3"
    )
    add_studio(app, context, terminal.say)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client
