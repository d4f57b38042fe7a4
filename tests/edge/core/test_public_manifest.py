"""`GET /manifest.json` at the edge: schemas for sites, and nothing else."""

from __future__ import annotations

import json

from edge_world import World, bytes_of, failing

from emblazon.contract.manifest import manifest_from_json


async def test_schemas_are_there_for_anybody_and_may_be_kept() -> None:
    world = World(signing=True)
    answer = await world.get("/manifest.json")
    assert answer.status == 200
    assert str(answer.header("cache-control")).startswith("public, max-age=")
    assert answer.header("access-control-allow-origin") == "*"
    body = await bytes_of(answer)
    manifest = manifest_from_json(body)
    assert manifest.templates["article"].params == world.origin.manifest.templates["article"].params
    assert manifest.templates["article"].alt == "Card: {title}"
    assert answer.header("content-length") == str(len(body))


async def test_versions_lives_and_tags_stay_inside() -> None:
    world = World()
    body = (await bytes_of(await world.get("/manifest.json"))).decode()
    for inside in (world.origin.manifest.renderer, "a1" * 16, "news"):
        assert inside not in body
    assert json.loads(body)["renderer"] == ""


async def test_known_schemas_are_confirmed_without_being_sent() -> None:
    world = World()
    etag = str((await world.get("/manifest.json")).header("etag"))
    again = await world.get("/manifest.json", if_none_match=etag)
    assert (again.status, again.body) == (304, None)
    assert (await world.send("HEAD", "/manifest.json")).body is None
    assert (await world.send("POST", "/manifest.json")).status == 405


async def test_edge_that_knows_nothing_yet_says_when_to_ask_again() -> None:
    world = World()
    world.origin.alive = False
    world.origin.behaviour = failing("refused")
    answer = await world.get("/manifest.json")
    assert (answer.status, answer.header("cache-control")) == (503, "no-store")
    assert answer.header("retry-after")


async def test_it_costs_no_more_than_a_look_at_what_is_known() -> None:
    world = World()
    await world.warm_up()
    for _ in range(20):
        await world.get("/manifest.json")
    assert not world.origin.asked
    assert not world.kv.operations
