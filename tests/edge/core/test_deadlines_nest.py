"""The edge tells the origin how long it waits, and a slow card costs nobody else anything."""

from __future__ import annotations

import asyncio

import pytest
from edge_world import World

from emblazon.contract.problem import BadRequest
from emblazon.contract.wire import answer_within, read_deadline, write_deadline
from emblazon.edge.config import ConfigError, EdgeConfig
from emblazon.edge.fill.fill import PATIENCE
from emblazon.edge.messages import BytesBody, OriginResponse

PROBLEM = b'{"type":"urn:emblazon:problem:deadline-passed","status":504}'


def said(world: World) -> list[float]:
    return [float(asked.headers["x-emblazon-deadline"]) for asked in world.origin.asked]


async def test_every_question_to_the_origin_says_how_long_its_answer_is_waited_for(world: World) -> None:
    await world.get("/og/article.png?title=a")
    await world.settle()
    assert len(world.origin.asked) >= 3, "manifest, card and fallback look"
    timeout = world.edge.config.origin_timeout
    assert set(said(world)) == {timeout, timeout + PATIENCE}, (
        "the looks may take the time of a small encoding"
    )
    await world.advance(87_000)  # expired, but usable on error
    world.origin.asked.clear()
    await world.get("/og/article.png?title=a")
    assert world.edge.config.stale_timeout in said(world)


@pytest.mark.parametrize("content_type", ["application/problem+json", "text/plain", "text/html"])
@pytest.mark.parametrize("status", [503, 504])
async def test_busy_or_slow_answers_never_open_the_breaker(
    world: World, status: int, content_type: str
) -> None:
    await world.warm_up()

    async def slow(target: str) -> OriginResponse:
        await asyncio.sleep(answer_within(world.edge.config.origin_timeout))
        return OriginResponse(status, (("content-type", content_type),), BytesBody(PROBLEM))

    world.origin.behaviour = slow
    poison = [f"/og/article.png?title=poison{number}" for number in range(20)]
    for response in await asyncio.gather(*map(world.get, poison)):
        assert response.header("x-emblazon-fallback") == f"origin-{status}"
    world.origin.behaviour = None
    for number in range(20):
        innocent = await world.get(f"/og/article.png?title=innocent{number}")
        assert "fwd-status=200; stored" in str(innocent.header("cache-status"))


@pytest.mark.parametrize("answers", [True, False], ids=["504", "silence"])
async def test_expired_card_that_takes_long_is_drawn_after_the_stale_answer(
    world: World, answers: bool
) -> None:
    card = "/og/article.png?title=a"
    await world.get(card)
    await world.settle()
    await world.advance(87_000)

    async def takes_three_seconds(target: str) -> OriginResponse:
        if answers and said(world)[-1] < 3:
            await asyncio.sleep(answer_within(said(world)[-1]))
            return OriginResponse(504, (), BytesBody(PROBLEM))
        await asyncio.sleep(3)
        return world.origin.card(target)

    world.origin.behaviour = takes_three_seconds
    stale = await world.get(card)
    assert "stale-if-error" in str(stale.header("cache-status"))
    await world.settle()
    assert str((await world.get(card)).header("cache-status")).startswith("emblazon; hit; ttl=")


@pytest.mark.parametrize("seconds", [0.05, 0.2, 1.0, 4.0, 9.0, 60.0])
def test_the_origins_deadline_is_below_the_edges_with_room_for_the_answer(seconds: float) -> None:
    read = read_deadline(write_deadline(seconds))
    assert read is not None
    assert 0 < answer_within(read) < seconds
    assert seconds - answer_within(read) == pytest.approx(min(0.5, seconds / 10))


@pytest.mark.parametrize("text", ["soon", "-1", "0", "nan", "inf", "1e9", "1,5"])
def test_deadline_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="X-Emblazon-Deadline"):
        read_deadline(text)


GOOD = {"EMBLAZON_ORIGIN_URL": "http://o.test", "EMBLAZON_SIGNING": "off"}


@pytest.mark.parametrize(
    ("env", "variable"),
    [
        ({"EMBLAZON_ORIGIN_TIMEOUT": "3", "EMBLAZON_STALE_TIMEOUT": "4"}, "EMBLAZON_STALE_TIMEOUT"),
        ({"EMBLAZON_ORIGIN_TIMEOUT": "40", "EMBLAZON_LEASE": "30"}, "EMBLAZON_LEASE"),
    ],
)
def test_waits_that_do_not_nest_are_refused(env: dict[str, str], variable: str) -> None:
    with pytest.raises(ConfigError, match="although EMBLAZON_ORIGIN_TIMEOUT") as caught:
        EdgeConfig.from_env(GOOD | env)
    assert caught.value.variable == variable


@pytest.mark.parametrize("timeout", ["0.2", "60"])
def test_waits_that_were_not_set_fit_the_one_that_was(timeout: str) -> None:
    config = EdgeConfig.from_env(GOOD | {"EMBLAZON_ORIGIN_TIMEOUT": timeout})
    assert config.stale_timeout <= config.origin_timeout <= config.lease
