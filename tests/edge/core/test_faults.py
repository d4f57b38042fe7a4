"""docs/caching.md, faults 1 to 12, at the edge: whatever breaks, a real card goes out."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable

import pytest
from edge_world import (
    START,
    Behaviour,
    Fault,
    ScriptedOrigin,
    World,
    bytes_of,
    failing,
    hanging,
)
from PIL import Image

from emblazon.edge.fill.fill import PATIENCE
from emblazon.edge.messages import BytesBody, OriginResponse, Response
from emblazon.edge.ports import PortError, Throttled

ARTICLE = "/og/article.png?title=Hi"


def status(code: int) -> Callable[[ScriptedOrigin], Behaviour]:
    def make(origin: ScriptedOrigin) -> Behaviour:
        async def behave(target: str) -> OriginResponse:
            return OriginResponse(code, (("content-type", "text/plain"),), BytesBody(b"down"))

        return behave

    return make


def spoiled(**changes: object) -> Callable[[ScriptedOrigin], Behaviour]:
    def make(origin: ScriptedOrigin) -> Behaviour:
        async def behave(target: str) -> OriginResponse:
            return origin.card(target, **changes)

        return behave

    return make


FAULTS: dict[str, Callable[[ScriptedOrigin], Behaviour]] = {
    "1 refused": lambda origin: failing("refused"),
    "1 network": lambda origin: failing("network"),
    "2 hangs": lambda origin: hanging,
    "3 500": status(500),
    "3 502": status(502),
    "3 503": status(503),
    "3 504": status(504),
    "3 redirect": status(302),
    "3 unauthorised": status(401),
    "4 truncated": lambda origin: failing("truncated"),
    "4 wrong length": spoiled(content_length="99999"),
    "4 wrong digest": spoiled(repr_digest="sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"),
    "4 unreadable digest": spoiled(repr_digest="sha-256=:?:"),
    "4 empty": spoiled(body=b""),
    "5 html": spoiled(content_type="text/html; charset=utf-8"),
    "5 other image type": spoiled(content_type="image/webp"),
    "5 wrong magic bytes": spoiled(body=b"GIF89a" + bytes(60)),
}
EVERY_FAULT = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


async def assert_card(response: Response, size: tuple[int, int] = (1200, 630)) -> None:
    assert response.status == 200
    assert response.header("content-type") == "image/png"
    data = await bytes_of(response)
    assert response.header("content-length") == str(len(data))
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.size == size


def max_age(response: Response) -> int:
    control = str(response.header("cache-control"))
    return int(control.partition("max-age=")[2].partition(",")[0])


async def with_card_of_age(world: World, seconds: float) -> bytes:
    """Store a card and let it age; returns its bytes."""
    response = await world.get(ARTICLE)
    await world.settle()
    await world.advance(seconds)
    return await bytes_of(response)


async def timed(work: Awaitable[Response]) -> tuple[Response, float]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    return await work, loop.time() - began


@EVERY_FAULT
async def test_never_seen_card_becomes_a_fallback_that_is_not_stored(
    world: World, fault: Callable[[ScriptedOrigin], Behaviour]
) -> None:
    await world.warm_up()
    world.origin.behaviour = fault(world.origin)
    before = set(world.kv.entries), set(world.cache.entries)
    response = await world.get(ARTICLE)
    await world.settle()
    await assert_card(
        response, (64, 64) if "template" in str(response.header("cache-status")) else (1200, 630)
    )
    assert max_age(response) <= 60
    assert response.header("x-emblazon-fallback")
    assert "stored" not in str(response.header("cache-status"))
    assert (set(world.kv.entries), set(world.cache.entries)) == before


@EVERY_FAULT
@pytest.mark.parametrize("age", [400, 86_800], ids=["stale", "usable-on-error"])
async def test_stale_copy_survives(
    world: World, fault: Callable[[ScriptedOrigin], Behaviour], age: float
) -> None:
    old = await with_card_of_age(world, age)
    world.origin.behaviour = fault(world.origin)
    response, took = await timed(world.get(ARTICLE))
    assert took <= 1.0
    assert await bytes_of(response) == old
    assert response.header("x-emblazon-fallback") is None
    assert f"ttl=-{age - 300}; detail=stale-" in str(response.header("cache-status"))
    await world.settle()
    assert await bytes_of(await world.get(ARTICLE)) == old, "the fault must not replace the good copy"


async def test_stale_copy_is_gone_after_its_last_second(world: World) -> None:
    await with_card_of_age(world, 300 + 604_800 + 1)
    world.origin.behaviour = failing("refused")
    assert (await world.get(ARTICLE)).header("x-emblazon-fallback") == "origin-refused"


async def test_hanging_origin_costs_the_deadline_once_then_the_breaker_answers(world: World) -> None:
    await world.warm_up()
    world.origin.behaviour = hanging
    deadline = world.edge.config.origin_timeout
    for number in range(world.edge.config.breaker_failures):
        _, took = await timed(world.get(f"/og/article.png?title={number}"))
        assert took == pytest.approx(deadline, abs=0.2)
    response, took = await timed(world.get("/og/article.png?title=next"))
    assert took < 0.01
    assert response.header("x-emblazon-fallback") == "breaker-open"
    assert "fwd" not in str(response.header("cache-status"))


async def test_half_open_breaker_sends_one_probe_and_closes_on_its_success(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    for number in range(world.edge.config.breaker_failures):
        await world.get(f"/og/article.png?title={number}")
    world.origin.alive = True
    world.origin.seconds = 1.0
    world.reset_counts()
    await world.advance(world.edge.config.breaker_open)
    answers = await asyncio.gather(*(world.get(f"/og/article.png?title=probe{n}") for n in range(10)))
    assert len(world.origin.card_requests) == 1
    assert [answer.header("x-emblazon-fallback") for answer in answers].count(None) == 1
    assert (await world.get("/og/article.png?title=after")).header("x-emblazon-fallback") is None


async def test_one_poisonous_card_does_not_open_the_breaker(world: World) -> None:
    await world.warm_up()

    async def poisonous(target: str) -> OriginResponse:
        if "poison" not in target:
            return world.origin.card(target)
        problem = (("content-type", "application/problem+json"),)
        return OriginResponse(504, problem, BytesBody(b"{}"))

    world.origin.behaviour = poisonous
    for number in range(10):
        await world.get(f"/og/article.png?title=poison{number}")
    assert (await world.get("/og/article.png?title=good")).header("x-emblazon-fallback") is None


async def test_impatience_and_broken_answers_do_not_open_the_breaker(world: World) -> None:
    """A request with a stale copy waits for a second only; and an origin that sends rubbish is alive."""
    cards = [f"/og/article.png?title={number}" for number in range(5)]
    for card in cards:
        await world.get(card)
    await world.settle()
    await world.advance(86_800)
    world.origin.seconds = 3.0
    for card in cards:
        assert "stale-if-error" in str((await world.get(card)).header("cache-status"))
    await world.settle()
    world.origin.seconds = 0.0
    world.origin.behaviour = failing("truncated")
    for number in range(5):
        await world.get(f"/og/article.png?title=truncated{number}")
    world.origin.behaviour = None
    assert (await world.get("/og/article.png?title=good")).header("x-emblazon-fallback") is None


async def test_failed_card_is_not_tried_again_at_once(world: World) -> None:
    await world.warm_up()
    world.origin.behaviour = status(500)(world.origin)
    for _ in range(20):
        assert (await world.get(ARTICLE)).status == 200
    assert len(world.origin.card_requests) == 1
    world.origin.behaviour = None
    await world.advance(world.edge.config.retry_after_failure + 0.1)
    assert (await world.get(ARTICLE)).header("x-emblazon-fallback") is None


async def test_refused_card_stays_bad_input(world: World) -> None:
    await world.warm_up()

    async def refuse(target: str) -> OriginResponse:
        body = BytesBody(b'{"detail": "title is too loud", "param": "title", "trace": "secret"}')
        return OriginResponse(400, (("content-type", "application/problem+json"),), body)

    world.origin.behaviour = refuse
    response = await world.get(ARTICLE)
    assert response.status == 400
    assert response.header("cache-control") == "no-store"
    text = (await bytes_of(response)).decode()
    assert "title is too loud" in text
    assert "secret" not in text


# Row 6


@pytest.mark.parametrize("fault", [Fault(error=PortError("down")), Fault(hangs=True), Fault(error=OSError())])
async def test_broken_kv_get_costs_at_most_400_ms(world: World, fault: Fault) -> None:
    await world.warm_up()
    world.kv.get_fault = fault
    response, took = await timed(world.get(ARTICLE))
    await assert_card(response, (64, 64))
    assert took <= 0.401
    assert response.header("x-emblazon-fallback") is None


async def test_kv_that_keeps_failing_is_left_alone_but_a_late_one_is_not(world: World) -> None:
    await world.warm_up()
    for fault, asked in ((Fault(hangs=True), 1), (Fault(error=PortError("down")), 0)):
        world.kv.get_fault = fault
        for number in range(5):
            await world.get(f"/og/article.png?title={asked}-{number}")
        world.reset_counts()
        await world.get(f"/og/article.png?title={asked}-last")
        assert world.kv.operations["get card"] == asked
        await world.advance(60)


async def test_cache_serves_while_kv_is_down(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    world.kv.get_fault = world.kv.put_fault = Fault(hangs=True)
    response, took = await timed(world.get(ARTICLE))
    assert (response.header("cache-status"), took) == ("emblazon; hit; ttl=300", 0.0)


# Rows 7 and 8


async def test_failed_kv_put_leaves_the_response_alone_and_is_counted(world: World) -> None:
    await world.warm_up()
    world.kv.put_fault = Fault(error=PortError("read-only"))
    response = await world.get(ARTICLE)
    await world.settle()
    assert response.header("cache-status") == "emblazon; fwd=uri-miss; fwd-status=200; stored"
    assert world.metrics.counts["edge_tier_errors"] == 1


async def test_throttled_kv_put_backs_off_in_the_background(world: World) -> None:
    await world.warm_up()
    world.kv.put_fault = Fault(error=Throttled("429"))
    response, took = await timed(world.get(ARTICLE))
    assert took == 0.0
    await world.advance(1.2)
    world.kv.put_fault = Fault()
    await world.settle()
    assert response.status == 200
    assert len(world.kv.keys("card/")) >= 1
    assert world.kv.operations["put card"] == 2


async def test_throttled_put_gives_way_to_a_newer_one_of_the_same_key(world: World) -> None:
    await world.warm_up()
    world.kv.put_fault = Fault(error=Throttled("429"))
    world.origin.life = "max-age=0, stale-while-revalidate=600"
    await world.get(ARTICLE)  # its write is refused at once, and again after 1.5 s unless it gives way
    await world.advance(0.5)
    await world.get(ARTICLE)  # stale: a refresh writes the same key, is refused, waits until 2.0 s
    await world.advance(0.2)
    world.kv.put_fault = Fault()
    await world.settle()
    assert world.kv.operations["put card"] == 3, "two refused attempts, then the newer write alone"


@pytest.mark.parametrize("fault", [Fault(error=Throttled("429")), Fault(hangs=True)])
async def test_refresh_does_not_wait_long_for_its_lease(world: World, fault: Fault) -> None:
    await with_card_of_age(world, 400)
    world.kv.put_fault = fault
    await world.get(ARTICLE)
    await world.advance(1.1)
    assert "stale" not in str((await world.get(ARTICLE)).header("cache-status"))


# Row 9


@pytest.mark.parametrize("fault", [Fault(error=PortError("full")), Fault(hangs=True)])
async def test_failed_cache_put_leaves_the_body_intact_and_is_not_called_stored(
    world: World, fault: Fault
) -> None:
    await world.warm_up()
    world.cache.put_fault = fault
    response = await world.get(ARTICLE)
    assert response.header("cache-status") == "emblazon; fwd=uri-miss; fwd-status=200"
    assert len(await bytes_of(response)) == int(str(response.header("content-length")))


@pytest.mark.parametrize("fault", [Fault(error=PortError("down")), Fault(hangs=True)])
async def test_broken_cache_match_falls_through_to_kv(world: World, fault: Fault) -> None:
    await world.get(ARTICLE)
    await world.settle()
    world.cache.match_fault = fault
    response = await world.get(ARTICLE)
    assert "detail=kv" in str(response.header("cache-status"))


# Row 10


@pytest.mark.parametrize(
    "order",
    ['{"all": true}', '{"templates": ["article"]}', '{"tags": ["news"]}', f'{{"urls": ["{ARTICLE}"]}}'],
)
async def test_purge_during_a_fill_keeps_the_old_bytes_out(world: World, order: str) -> None:
    await world.warm_up()
    world.origin.seconds = 2.0
    filling = asyncio.create_task(world.get(ARTICLE))
    await world.advance(1.0)
    assert (await world.post("/purge", order.encode())).status == 202
    old = await filling
    await world.settle()
    assert "stored" not in str(old.header("cache-status"))
    assert max_age(old) == 0
    fresh = await world.get(ARTICLE)
    assert "fwd=uri-miss" in str(fresh.header("cache-status"))
    assert await bytes_of(fresh) != await bytes_of(old)


async def test_purge_by_another_isolate_during_a_fill_keeps_the_old_bytes_out(world: World) -> None:
    await world.warm_up()
    other = world.isolate()
    await other.warm_up()
    world.origin.seconds = 2.0
    filling = asyncio.create_task(world.get(ARTICLE))
    await world.advance(1.0)
    await other.post("/purge", f'{{"urls": ["{ARTICLE}"]}}'.encode())
    await filling
    await world.settle()
    world.origin.seconds = 0.0
    assert "fwd=uri-miss" in str((await other.get(ARTICLE)).header("cache-status"))


async def test_purge_during_a_refresh_keeps_the_old_bytes_out(world: World) -> None:
    await with_card_of_age(world, 400)
    world.origin.seconds = 2.0
    await world.get(ARTICLE)
    await world.advance(1.0)
    await world.post("/purge", b'{"all": true}')
    await world.settle()
    assert "fwd=uri-miss" in str((await world.get(ARTICLE)).header("cache-status"))


# Row 11


@pytest.mark.parametrize("skew", [-300.0, -299.0, 299.0, 300.0])
async def test_clock_five_minutes_off_never_gives_a_negative_age(world: World, skew: float) -> None:
    await world.get(ARTICLE)
    await world.settle()
    world.clock.skew = skew
    for target in (world, world.isolate()):
        response = await target.get(ARTICLE)
        assert int(str(response.header("age"))) >= 0
        assert response.status == 200


async def test_card_from_the_far_future_is_not_fresh_for_ever(world: World) -> None:
    world.clock.skew = 86_400.0
    await world.get(ARTICLE)
    await world.settle()
    world.clock.skew = 0.0
    response = await world.get(ARTICLE)
    assert "detail=stale-while-revalidate" in str(response.header("cache-status"))
    await world.settle()
    assert str((await world.get(ARTICLE)).header("cache-status")).startswith("emblazon; hit; ttl=300")


@pytest.mark.parametrize(("late", "expected"), [(59, 200), (61, 410)])
async def test_expiry_has_a_minute_of_leeway(late: int, expected: int) -> None:
    world = World(signing=True)
    url = world.signed("/og/article.png", "title=Hi", expires_at=int(START) + 1000)
    assert (await world.get(url)).status == 200
    await world.advance(1000 + late)
    response = await world.get(url)
    assert response.status == expected
    if expected == 200:
        assert max_age(response) == 0


# Row 12


async def test_refresh_that_is_cut_off_leaves_nothing_stuck(world: World) -> None:
    world.use_polling_flight()
    await with_card_of_age(world, 400)
    world.origin.behaviour = hanging
    await world.get(ARTICLE)
    await world.advance(0.5)
    await world.background.drain(0.0)  # the runtime gives up on the background work
    world.origin.behaviour = None
    world.reset_counts()
    await world.get(ARTICLE)
    await world.settle()
    assert len(world.origin.card_requests) == 1
    assert str((await world.get(ARTICLE)).header("cache-status")).startswith("emblazon; hit; ttl=300")


async def test_refresh_that_vanishes_without_a_word_is_given_up(world: World) -> None:
    """workerd may stop waitUntil work without raising anything in it."""
    world.use_polling_flight()
    await with_card_of_age(world, 400)
    world.origin.ignores_deadlines = True
    world.origin.behaviour = hanging
    await world.get(ARTICLE)
    await world.advance(0.5)
    world.origin.behaviour = None
    renders = world.origin.renders
    await world.get(ARTICLE)
    await world.advance(0.5)
    assert world.origin.renders == renders, "as far as anyone knows it still runs"
    await world.advance(world.edge.config.origin_timeout + PATIENCE + 7)
    await world.get(ARTICLE)
    await world.advance(0.5)
    assert world.origin.renders == renders + 1
    assert str((await world.get(ARTICLE)).header("cache-status")).startswith("emblazon; hit; ttl=29")


async def test_lease_of_a_dead_isolate_ends_by_itself(world: World) -> None:
    await with_card_of_age(world, 400)
    world.origin.behaviour = hanging
    await world.get(ARTICLE)
    await world.advance(0.5)
    await world.background.drain(0.0)
    world.origin.behaviour = None
    other = world.isolate(same_cache=True)
    other.use_polling_flight()
    await other.get(ARTICLE)
    await other.settle()
    renders = world.origin.renders
    await other.get(ARTICLE)
    await other.settle()
    assert world.origin.renders == renders, "the lease keeps the other isolate away"
    await world.advance(world.edge.config.lease + 0.1)
    await other.get(ARTICLE)
    await other.settle()
    assert world.origin.renders == renders + 1
