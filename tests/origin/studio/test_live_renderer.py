"""What somebody types is drawn before the examples that wait."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from emblazon_origin.home import Home
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.studio.live_renderer import DroppedPictures, LiveRenderer

ROOT = Path(__file__).parents[3]


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> LiveRenderer:
    monkeypatch.setenv("EMBLAZON_DEV", "1")
    return LiveRenderer(Home(ROOT, ROOT), OriginConfig.from_env(), DroppedPictures())


async def test_urgent_work_goes_first_and_what_is_cancelled_is_never_done(renderer: LiveRenderer) -> None:
    begun, go = threading.Event(), threading.Event()
    done: list[str] = []

    def hold(_: object) -> None:
        begun.set()
        go.wait(60)

    holding = asyncio.create_task(renderer.run(hold))
    await asyncio.to_thread(begun.wait, 60)
    examples = [asyncio.create_task(renderer.run(lambda _: done.append("example"), urgent=False))]
    outdated = asyncio.create_task(renderer.run(lambda _: done.append("outdated")))
    await asyncio.sleep(0)
    typed = asyncio.create_task(renderer.run(lambda _: done.append("typed")))
    await asyncio.sleep(0)
    outdated.cancel()
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(holding, typed, *examples)
    assert done == ["typed", "example"]
    await asyncio.to_thread(renderer.close)


async def test_work_that_fails_lets_the_next_have_its_turn(renderer: LiveRenderer) -> None:
    with pytest.raises(ZeroDivisionError):
        await renderer.run(lambda _: 1 // 0)
    assert await renderer.run(lambda workshop: sorted(workshop.library.specs)[:1], urgent=False)
    await asyncio.to_thread(renderer.close)
