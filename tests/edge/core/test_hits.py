"""What an isolate remembers of a URL gives the same answer as the whole way, or none."""

from __future__ import annotations

import json

import pytest
from edge_world import World

from emblazon.edge.hits import Known, answer
from emblazon.edge.messages import Response

ARTICLE = "/og/article.png?title=Hi"
MOMENT = {"server-timing", "x-request-id"}


@pytest.fixture
async def hot(world: World) -> World:
    """A world that has answered the card with a hit."""
    await world.warm_up(ARTICLE)
    await world.get(ARTICLE)
    return world


def known(world: World, target: str = ARTICLE) -> Known | None:
    return world.edge.hits.find(f"https://og.test{target}", world.clock.now())


def fields(world: World, target: str = ARTICLE) -> dict[str, str]:
    found = known(world, target)
    assert found is not None
    told = json.loads(answer(found, world.clock.now(), "0" * 32, "cache;dur=0.0"))
    assert set(told) == {"headers"}
    return {name.lower(): value for name, value in told["headers"].items()}


def of(response: Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers}


@pytest.mark.parametrize("seconds", [0, 1, 17.5, 250])
async def test_remembered_answer_has_the_fields_of_the_whole_way(hot: World, seconds: float) -> None:
    await hot.advance(seconds)
    await hot.get(ARTICLE)  # the look that may be due
    await hot.settle()
    whole = of(await hot.get(ARTICLE))
    short = fields(hot)
    assert set(short) == set(whole)
    assert {name for name in whole if whole[name] != short[name]} <= MOMENT


@pytest.mark.parametrize("days", [0.001, 1, 10])
async def test_picture_that_cannot_change_keeps_its_answer(world: World, days: float) -> None:
    world.origin.nature, world.origin.constant = "final", True
    await world.warm_up(ARTICLE)
    await world.advance(days * 86_400)
    await world.get(ARTICLE)
    await world.settle()
    whole = of(await world.get(ARTICLE))
    assert {name for name, value in fields(world).items() if whole[name] != value} <= MOMENT


async def test_copy_is_named_by_the_record_that_is_stored_beside_it(hot: World) -> None:
    found = known(hot)
    assert found is not None
    headers, _, _ = hot.cache.entries[hot.edge.store.cache_url(found.card.key)]
    assert dict(headers)["X-Emblazon-Record"] == found.record


async def test_nothing_is_remembered_past_its_freshness(hot: World) -> None:
    await hot.advance(29)
    assert known(hot) is not None
    await hot.advance(271)
    assert known(hot) is None


async def test_purge_and_new_manifest_end_what_is_remembered(hot: World) -> None:
    await hot.post("/purge", b'{"templates": ["plain"]}')
    assert known(hot) is None
    await hot.get(ARTICLE)
    assert known(hot) is not None


async def test_look_that_is_due_takes_the_whole_way(hot: World) -> None:
    await hot.advance(hot.edge.config.control_ttl + 1)
    assert known(hot) is None
    await hot.get(ARTICLE)
    await hot.settle()
    await hot.get(ARTICLE)
    assert known(hot) is not None


@pytest.mark.parametrize("name", ["if_none_match", "range", "x_request_id", "if_modified_since"])
async def test_unusual_requests_teach_nothing(world: World, name: str) -> None:
    await world.warm_up(ARTICLE)
    await world.get(ARTICLE, **{name: "bytes=0-1"})
    await world.send("HEAD", ARTICLE)
    assert known(world) is None


async def test_negotiated_answer_is_not_remembered(world: World) -> None:
    target = "/og/article.auto?title=Hi"
    await world.warm_up(target)
    await world.get(target, accept="image/webp")
    assert known(world, target) is None


async def test_url_that_expires_is_remembered_while_its_lives_fit() -> None:
    world = World(signing=True)
    now = int(world.clock.now())
    near = world.signed("/og/article.png", "title=Hi", expires_at=now + 1000)
    far = world.signed("/og/article.png", "title=Hi", expires_at=now + 800_000)
    for target in (near, far):
        await world.warm_up(target)
        await world.get(target)
    assert known(world, near) is None
    assert fields(world, far)["cache-control"].startswith("public, max-age=300")


async def test_card_that_is_to_be_admitted_to_kv_goes_the_whole_way() -> None:
    world = World(env={"EMBLAZON_KV_ADMIT": "second"})
    await world.warm_up(ARTICLE)
    await world.get(ARTICLE)
    assert known(world) is None
    await world.settle()
    await world.get(ARTICLE)
    assert known(world) is not None
