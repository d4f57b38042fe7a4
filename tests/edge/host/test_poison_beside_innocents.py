"""Cards that never end cost themselves: everybody else gets a drawn card meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from emblazon_origin.cli import embedded as embedded
from emblazon_origin.cli.embedded import build
from emblazon_origin.workers.job import RendererSpec

Client = TestClient[Request, Application]
SETTINGS = {
    "EMBLAZON_SIGNING": "off", "EMBLAZON_WORKERS": "2", "EMBLAZON_SMALL_ENCODING": "0",
    "EMBLAZON_ORIGIN_TIMEOUT": "60", "EMBLAZON_RENDER_TIMEOUT": "50", "EMBLAZON_GRACE": "0",
}  # fmt: skip


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Client]:
    root = Path(__file__).parents[3]
    fake = RendererSpec("fake_renderer:build", {})
    monkeypatch.setattr(embedded, "default_renderer", lambda config: fake)
    for name in ("templates", "fonts"):
        (tmp_path / name).symlink_to(root / name)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", str(root / "tests" / "origin" / "workers"))
    monkeypatch.setenv("EMBLAZON_HOME", str(tmp_path))
    app, _ = build("127.0.0.1")
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.slow
async def test_four_endless_cards_keep_nobody_else_waiting_for_their_end(client: Client) -> None:
    async def status(title: str, do: str = "") -> str:
        async with client.get("/og/article.png", params={"title": title, "do": do}) as answer:
            assert answer.status == 200
            return answer.headers["cache-status"]

    poison = [asyncio.create_task(status(f"poison {n}", "spin")) for n in range(4)]
    await asyncio.sleep(0)
    innocent = await asyncio.gather(*(status(f"innocent {n}") for n in range(20)))
    assert [said for said in innocent if "fwd-status=200; stored" not in said] == []
    assert not any(task.done() for task in poison)
    for task in poison:
        task.cancel()
