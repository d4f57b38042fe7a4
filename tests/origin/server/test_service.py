"""The card service with a pool that draws nothing: what is kept, and under which key."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any, cast

import pytest

from emblazon.contract.request import parse_request
from emblazon.contract.schema import CacheLife, Manifest, ParamSpec, TemplateSpec
from emblazon_origin.errors import Overloaded
from emblazon_origin.observability.metrics import OriginMetrics
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.fleet import Fleet
from emblazon_origin.server.headers import FinishedCard, patience
from emblazon_origin.server.memory import CardCache
from emblazon_origin.server.service import CardService
from emblazon_origin.workers.job import Job, JobResult
from emblazon_origin.workers.pool import Pool

PARAMS = {"title": ParamSpec("title")}
MANIFEST = Manifest("r1", {"article": TemplateSpec("article", "v1", PARAMS, cache=CacheLife(300))})


class FakePool:
    """Answers at once; `small` is what the background process answers."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.result = JobResult(b"quick-encoding", "image/png", 1, 1, version="v1")
        self.small: JobResult | None = JobResult(b"small", "image/png", 1, 1, version="v1")
        self.error: Exception | None = None
        self.background: list[Job] = []
        self.before_small: asyncio.Event | None = None

    async def render(
        self, job: Job, key: str, *, due: float = math.inf, on_start: Callable[[], None] = lambda: None
    ) -> JobResult:
        self.jobs.append(job)
        on_start()
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return self.result

    async def render_background(self, job: Job) -> JobResult | None:
        self.background.append(job)
        if self.before_small:
            await self.before_small.wait()
        return self.small


def make(fleet: SlowFleet | None = None, **settings: Any) -> tuple[CardService, FakePool]:
    pool = FakePool()
    cards = CardCache(1 << 20)
    config = OriginConfig(**settings)
    return CardService(config, cast(Pool, pool), cards, OriginMetrics(), cast(Fleet, fleet)), pool


async def ask(service: CardService, query: str = "title=Hi", **how: Any) -> tuple[str, bytes]:
    request = parse_request("GET", "/og/article.png", query, MANIFEST)
    served = await service.card(request, MANIFEST, **how)
    return served.tier, served.card.data


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_card_is_drawn_once_and_then_kept() -> None:
    service, pool = make(small_encoding=False)
    assert await ask(service) == ("render", b"quick-encoding")
    assert await ask(service, "title=Hi&_dpr=1") == ("memory", b"quick-encoding")
    assert len(pool.jobs) == 1


async def test_the_edges_key_and_a_refresh_draw_anew() -> None:
    service, pool = make(small_encoding=False)
    await ask(service, edge_key="1")
    await ask(service, edge_key="2")
    await ask(service, edge_key="2", refresh=True)
    assert len(pool.jobs) == 3


async def test_the_small_encoding_takes_the_quick_ones_place() -> None:
    service, pool = make()
    await ask(service)
    await settle()
    assert await ask(service) == ("memory", b"small")
    assert [job.effort for job in pool.jobs + pool.background] == ["quick", "small"]
    await ask(service)
    assert len(pool.background) == 1


async def test_no_gain_keeps_the_quick_encoding_for_good() -> None:
    service, pool = make()
    pool.small = JobResult(b"larger than the quick encoding", "image/png", 1, 1)
    await ask(service)
    await settle()
    assert await ask(service) == ("memory", b"quick-encoding")
    await settle()
    assert len(pool.background) == 1


async def test_a_busy_background_is_asked_again_with_the_next_request() -> None:
    service, pool = make()
    small, pool.small = pool.small, None
    await ask(service)
    await settle()
    pool.small = small
    await ask(service)
    await settle()
    assert await ask(service) == ("memory", b"small")


async def test_a_degraded_card_is_not_shrunk() -> None:
    service, pool = make()
    pool.result = JobResult(b"x", "image/png", 1, 1, degraded=True, version="v1")
    await ask(service)
    await settle()
    assert not pool.background


async def test_a_card_of_a_reloaded_template_is_given_out_but_not_kept() -> None:
    service, pool = make(small_encoding=False)
    pool.result = JobResult(b"new look", "image/png", 1, 1, version="v2")
    assert await ask(service) == ("render", b"new look")
    assert await ask(service) == ("render", b"new look")
    assert len(pool.jobs) == 2


async def test_an_error_is_not_kept() -> None:
    service, pool = make()
    pool.error = Overloaded("full")
    with pytest.raises(Overloaded):
        await ask(service)
    pool.error = None
    assert (await ask(service))[0] == "render"


async def test_a_small_encoding_of_a_reloaded_template_is_dropped() -> None:
    service, pool = make()
    pool.small = JobResult(b"small", "image/png", 1, 1, version="v2")
    await ask(service)
    await settle()
    assert await ask(service) == ("memory", b"quick-encoding")


class SlowFleet:
    """Takes its time to store."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.stored: list[str] = []

    async def get(self, key: str) -> None:
        return None

    async def lock(self, key: str) -> str:
        return "token"

    async def store(self, key: str, card: FinishedCard, lock: str, life: int | None = None) -> None:
        await self.go.wait()
        self.stored.append(key)


async def test_draining_finishes_what_is_told_to_the_fleet_and_drops_small_encodings() -> None:
    fleet = SlowFleet()
    service, pool = make(fleet=fleet)
    never = asyncio.Event()
    pool.before_small = never
    await ask(service)
    await settle()
    draining = asyncio.create_task(service.drain())
    await settle()
    assert not draining.done()
    fleet.go.set()
    await draining
    assert len(fleet.stored) == 1


async def test_who_waits_gets_the_small_encoding_at_once() -> None:
    service, pool = make()
    assert await ask(service, wait=5.0) == ("render", b"small")
    assert await ask(service) == ("memory", b"small")
    assert len(pool.jobs) == len(pool.background) == 1


async def test_who_waits_for_a_small_encoding_that_is_left_out_gets_the_quick_one() -> None:
    service, pool = make()
    pool.small = None
    assert await ask(service, wait=5.0) == ("render", b"quick-encoding")


async def test_nobody_waits_longer_than_asked_for() -> None:
    service, pool = make()
    pool.before_small = asyncio.Event()
    assert await ask(service, wait=0.001) == ("render", b"quick-encoding")
    pool.before_small.set()
    await settle()
    assert await ask(service) == ("memory", b"small")


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("wait=20", 20),
        ("respond-async, wait=3", 3),
        ("wait = 7; foo", 7),
        ("wait=9999", 25),
        ("await=3", 0),
        ("wait=-1", 0),
        ("wait=x", 0),
        ("", 0),
    ],
)
def test_patience_is_read_from_prefer(prefer: str, seconds: float) -> None:
    assert patience(prefer) == seconds
