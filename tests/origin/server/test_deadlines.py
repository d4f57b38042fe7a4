"""The origin answers before whoever asked stops waiting, and keeps what it has begun."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from waiting import until

from emblazon_origin.server.config import OriginConfig, SettingsError
from emblazon_origin.server.messages import HttpRequest, HttpResponse
from emblazon_origin.server.origin_server import OriginServer
from emblazon_origin.workers.job import RendererSpec
from emblazon_origin.workers.pool import HURRY


@pytest.fixture
async def origin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[OriginServer]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "workers"))
    config = OriginConfig(workers=1, small_encoding=False)
    async with OriginServer(
        config, RendererSpec("fake_renderer:build", {"log": str(tmp_path / "log")})
    ) as origin:
        assert not origin.not_ready
        yield origin


async def ask(origin: OriginServer, query: str, deadline: str = "") -> HttpResponse:
    fields = {"x-emblazon-deadline": deadline} if deadline else {}
    return await origin.answer(HttpRequest("GET", f"/render/article.png?{query}", fields))


async def test_slow_card_is_answered_in_time_and_kept_for_the_next_who_asks(
    origin: OriginServer, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    loop = asyncio.get_running_loop()
    began = loop.time()
    late = await ask(origin, f"do=wait:{gate}", "0.5")
    assert (late.status, late.header("content-type")) == (504, "application/problem+json")
    assert loop.time() - began >= 0.45
    assert b"deadline-passed" in late.body
    gate.touch()
    card = await ask(origin, f"do=wait:{gate}")
    assert card.status == 200
    assert (tmp_path / "log").read_text().count("start ") == 1


async def test_card_that_is_still_queued_is_dropped_when_nobody_waits(
    origin: OriginServer, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    first = asyncio.create_task(ask(origin, f"do=wait:{gate}"))
    await until(lambda: bool(origin.pool.busy))
    assert (await ask(origin, "title=queued", "0.05")).status == 504
    await until(lambda: not origin.pool.queued)
    gate.touch()
    assert (await first).status == 200


@pytest.mark.parametrize(("deadline", "least", "most"), [("", 8, 9), ("8", 2, 7.51), ("1.9", 8, 9)])
async def test_images_get_a_share_of_what_is_left_unless_somebody_is_in_a_hurry(
    origin: OriginServer, deadline: str, least: float, most: float
) -> None:
    told = await ask(origin, "do=seconds", deadline)
    assert least < float(json.loads(told.body)["detail"]) < most
    assert HURRY == 2.0


@pytest.mark.parametrize("deadline", ["soon", "0", "-3", "nan"])
async def test_deadline_that_is_none_is_refused(origin: OriginServer, deadline: str) -> None:
    answer = await ask(origin, "title=Hi", deadline)
    assert (answer.status, b"X-Emblazon-Deadline" in answer.body) == (400, True)


@pytest.mark.parametrize(("edge", "fits"), [(9.0, True), (8.4, False), (4.0, False)])
def test_render_limit_that_does_not_fit_the_edge_beside_it_is_refused(edge: float, fits: bool) -> None:
    if fits:
        OriginConfig().check_nested(edge)
        return
    with pytest.raises(SettingsError, match=r"EMBLAZON_RENDER_TIMEOUT=8.*EMBLAZON_ORIGIN_TIMEOUT"):
        OriginConfig().check_nested(edge)
