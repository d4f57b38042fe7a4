"""A new template version whose top cards are drawn before it is switched on: nobody meets a miss."""

from __future__ import annotations

import pytest
from edge_world import World, example_manifest

TOP = 1000
SETTINGS = {"EMBLAZON_PREGENERATE": str(TOP)}


def target(number: int) -> str:
    return f"/og/article.png?title=page-{number}"


async def misses(worlds: list[World], count: int) -> int:
    """Ask for the top cards, each in one of the data centres; return how many were no hit."""
    missed = 0
    for number in range(count):
        response = await worlds[number % len(worlds)].get(target(number))
        missed += "hit" not in str(response.header("cache-status"))
    return missed


async def settle(worlds: list[World]) -> None:
    for world in worlds:
        await world.settle()


@pytest.fixture
async def deployment() -> list[World]:
    """Three data centres that have served the top cards for more than an hour."""
    world = World(env=SETTINGS)
    world.origin.nature = "quick"
    worlds = [world, world.isolate(), world.isolate()]
    await misses(worlds, TOP)
    await settle(worlds)
    await world.advance(3700)
    for each in worlds:  # writes its list of hot cards
        await each.get(target(0))
        await each.settle()
    return worlds


async def test_no_top_card_is_a_miss_when_a_new_template_version_is_released(deployment: list[World]) -> None:
    world = deployment[0]
    world.origin.manifest = example_manifest("c3" * 16)
    switched = 0.0
    for _ in range(20):
        await world.advance(31)
        assert await misses(deployment, 30) == 0
        await settle(deployment)
        if not switched and world.edge.control.pending is None:
            manifest = world.edge.control.manifest
            assert manifest is not None
            switched = world.clock.now() * (manifest.templates["article"].version == "c3" * 16)
    assert switched
    for each in deployment:
        manifest = each.edge.control.manifest
        assert manifest is not None
        assert manifest.templates["article"].version == "c3" * 16
    renders = world.origin.renders
    assert await misses(deployment, TOP) == 0
    await settle(deployment)
    assert world.origin.renders == renders, "one isolate drew them all, once"


async def test_card_that_is_refreshed_while_its_release_is_prepared_is_no_miss() -> None:
    world = World(env=SETTINGS | {"EMBLAZON_KV_ADMIT": "never"})  # the data centre has the only copy
    world.origin.nature = "final"
    leader = world.isolate()
    await leader.warm_up("/og/plain.png")
    world.origin.nature = "remote"
    await world.warm_up(target(1))
    world.origin.manifest = example_manifest("c3" * 16)
    world.origin.extra["x-emblazon-template-version"] = "c3" * 16
    await world.advance(310)
    seen = []
    for _ in range(9):  # as long as a slow origin may take to draw the top cards
        leader.edge.filler.breaker.failures = 1
        assert "hit" in str((await leader.get("/og/plain.png")).header("cache-status"))
        await leader.settle()
        seen.append(str((await world.get(target(1))).header("cache-status")))
        await world.settle()
        await world.advance(31)
    assert world.edge.control.pending is not None
    assert [status for status in seen if "hit" not in status] == []


async def test_release_waits_no_longer_than_it_may_for_an_origin_that_cannot_draw(
    deployment: list[World],
) -> None:
    world = deployment[0]

    world.origin.manifest = example_manifest("c3" * 16)
    world.edge.filler.breaker.failures = 1
    for _ in range(12):
        await world.advance(31)
        await world.get(target(0))
        await world.settle()
        world.edge.filler.breaker.failures = 1
    manifest = world.edge.control.manifest
    assert manifest is not None
    assert manifest.templates["article"].version == "c3" * 16


async def test_new_template_need_not_wait_for_the_top_cards_of_others(deployment: list[World]) -> None:
    world = deployment[0]
    manifest = example_manifest("c3" * 16)
    world.origin.manifest = example_manifest("c3" * 16, essay=manifest.templates["plain"])
    await world.advance(31)
    response = await world.get("/og/essay.png?title=new")
    assert response.status == 200
    assert response.header("x-emblazon-fallback") is None


async def test_without_the_option_a_new_version_is_in_force_at_once() -> None:
    world = World()
    await world.warm_up(target(1))
    world.origin.manifest = example_manifest("c3" * 16)
    await world.advance(61)
    await world.get(target(1))
    await world.settle()
    manifest = world.edge.control.manifest
    assert manifest is not None
    assert manifest.templates["article"].version == "c3" * 16
