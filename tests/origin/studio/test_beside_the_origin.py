"""The origin of `emblazon dev`: its own routes as ever, and the studio on the same port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from emblazon_origin.cli import embedded
from emblazon_origin.home import Home
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.workers.job import RendererSpec

from .conftest import Client

FAKES = Path(__file__).parents[1] / "workers"


@pytest.fixture
async def client(project: Home, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    monkeypatch.setenv("PYTHONPATH", str(FAKES))  # of the render processes
    monkeypatch.setenv("EMBLAZON_HOME", str(project.root))
    fake = RendererSpec("fake_renderer:build", {})
    monkeypatch.setattr(embedded, "default_renderer", lambda settings: fake)
    settings = OriginConfig.from_env({"EMBLAZON_DEV": "1", "EMBLAZON_WORKERS": "1"})
    app, _ = embedded.origin_with_studio(settings, {"EMBLAZON_DEV": "1"})
    async with TestClient[web.Request, web.Application](TestServer(app, host="127.0.0.1")) as client:
        yield client


async def test_studio_and_origin_share_a_port(client: Client) -> None:
    for target in (
        "/readyz",
        "/render/article.png?title=Hi",
        "/studio/",
        "/studio/api/draw/note.png?title=Hi",
    ):
        async with client.get(target) as answer:
            assert answer.status == 200, target
    async with client.get("/nothing") as answer:
        assert answer.status == 404
