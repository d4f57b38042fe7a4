"""What a card costs in KV over its life, by what the origin says of its picture; counted at the adapters."""

from __future__ import annotations

import pytest
from edge_world import World, bytes_of

from emblazon.edge.messages import OriginResponse, Response

ARTICLE = "/og/article.png?title=Hi"
DAY = 86_400.0


@pytest.fixture
async def final(world: World) -> World:
    """A world whose pictures cannot change, and whose origin answers quickly first."""
    world.origin.nature, world.origin.constant = "quick", True
    await world.warm_up()
    return world


def status(response: Response) -> str:
    return str(response.header("cache-status"))


async def change(world: World, *others: World) -> bytes:
    """Warm a card up in all data centres, change it at the origin, return it as the first one sees it."""
    world.origin.constant = True
    for each in (world, *others):
        await each.warm_up(ARTICLE)
    world.origin.changes = 1
    await world.advance(301)
    before = await bytes_of(await world.get(ARTICLE))
    await world.settle()
    changed = await bytes_of(await world.get(ARTICLE))
    assert changed != before
    return changed


async def test_picture_that_cannot_change_is_read_and_written_once_in_its_life(final: World) -> None:
    quick = await final.get(ARTICLE)
    await final.settle()
    assert dict(final.kv.operations) == {"get card": 1, "put card": 1}
    for _ in range(40):
        await final.advance(DAY / 4 + 1)
        response = await final.get(ARTICLE)
        await final.settle()
        assert status(response).startswith("emblazon; hit; ttl=")
    costs = {name for name in final.kv.operations if "card" in name}
    assert [final.kv.operations[name] for name in sorted(costs)] == [1, 1]
    assert len(final.origin.card_requests) == 2, "once quick, once in the small encoding"
    assert await bytes_of(quick) != await bytes_of(response)


async def test_what_is_in_kv_is_the_small_encoding(final: World) -> None:
    await final.get(ARTICLE)
    await final.settle()
    other = final.isolate()
    response = await other.get(ARTICLE)
    assert "detail=kv" in status(response)
    assert not (await bytes_of(response)).endswith(b"large")
    assert response.header("cache-control") == "public, max-age=300, " + (
        "stale-while-revalidate=86400, stale-if-error=604800"
    )


async def test_quick_encoding_whose_small_one_never_comes_is_in_no_kv(final: World) -> None:
    answer = final.origin._drawn

    def never_small(target: str, asked: dict[str, str]) -> OriginResponse:
        return answer(target, {name: value for name, value in asked.items() if name != "prefer"})

    final.origin._drawn = never_small  # type: ignore[method-assign]
    await final.get(ARTICLE)
    await final.settle()
    assert final.kv.operations["put card"] == 0
    final.origin._drawn = answer  # type: ignore[method-assign]
    final.origin.nature = ""
    await final.advance(11)
    await final.get(ARTICLE)  # stale: its refresh finds the small one
    await final.settle()
    assert final.kv.operations["put card"] == 1


async def test_age_and_date_of_a_picture_that_cannot_change_begin_anew_with_each_life(final: World) -> None:
    await final.get(ARTICLE)
    await final.settle()
    await final.advance(10 * DAY + 17)
    response = await final.get(ARTICLE)
    assert 0 <= int(str(response.header("age"))) < 300
    assert "ttl=2" in status(response) or "ttl=1" in status(response)


async def test_soft_purge_draws_even_a_picture_that_cannot_change_anew(final: World) -> None:
    await final.get(ARTICLE)
    await final.settle()
    final.reset_counts()
    await final.post("/purge", b'{"all": true, "soft": true}')
    assert "stale-while-revalidate" in status(await final.get(ARTICLE))
    await final.settle()
    assert len(final.origin.card_requests) == 1
    assert "hit; ttl" in status(await final.get(ARTICLE))
    other = final.isolate()
    assert "detail=kv" in status(await other.get(ARTICLE)), "KV has heard of it"


@pytest.mark.parametrize("nature", ["remote", "quick, remote"])
async def test_refresh_of_an_unchanged_remote_card_writes_nothing(world: World, nature: str) -> None:
    world.origin.nature, world.origin.constant = nature, True
    await world.warm_up(ARTICLE)
    for _ in range(10):
        await world.advance(301)
        assert "stale" in status(await world.get(ARTICLE))
        await world.settle()
        assert "hit; ttl=300" in status(await world.get(ARTICLE))
    assert not [name for name in world.kv.operations if name.startswith("put")]
    assert {asked.headers.get("if-none-match", "")[:1] for asked in world.origin.card_requests} == {'"'}


@pytest.mark.parametrize("nature", ["remote", "quick, remote"])
async def test_refresh_of_a_changed_remote_card_writes_it(world: World, nature: str) -> None:
    world.origin.nature = nature
    await world.warm_up(ARTICLE)
    before = await bytes_of(await world.get(ARTICLE))
    await world.advance(301)
    await world.get(ARTICLE)
    await world.settle()
    assert world.kv.operations["put card"] == 1
    assert await bytes_of(await world.get(ARTICLE)) != before


@pytest.mark.parametrize("nature", ["remote", "quick, remote"])
@pytest.mark.parametrize("later", [400, DAY + 400], ids=["stale", "usable-on-error"])
async def test_change_of_a_remote_card_is_written_by_the_data_centre_that_sees_it_first(
    world: World, later: float, nature: str
) -> None:
    world.origin.nature = nature
    others = [world.isolate() for _ in range(4)]
    changed = await change(world, *others)
    assert world.kv.operations["put card"] == 1
    for other in others:
        await world.advance(later)
        await other.get(ARTICLE)
        await other.settle()
        response = await other.get(ARTICLE)
        assert "hit; ttl=300" in status(response)
        assert await bytes_of(response) == changed
    assert world.kv.operations["put card"] == 1


async def test_change_that_another_data_centre_has_seen_outlives_the_origin(world: World) -> None:
    world.origin.nature = "remote"
    other = world.isolate()
    changed = await change(world, other)
    world.origin.alive = False
    await world.advance(2 * DAY)
    response = await other.get(ARTICLE)
    assert "stale-if-error" in status(response)
    assert await bytes_of(response) == changed


async def test_expired_copy_that_the_origin_confirms_is_served(world: World) -> None:
    world.origin.nature, world.origin.constant = "remote", True
    world.origin.life = "max-age=10, stale-if-error=3600"
    await world.warm_up(ARTICLE)
    before = await bytes_of(await world.get(ARTICLE))
    await world.advance(20)
    response = await world.get(ARTICLE)
    assert status(response) == "emblazon; fwd=stale; fwd-status=304"
    assert await bytes_of(response) == before
    await world.settle()
    assert "hit; ttl=10" in status(await world.get(ARTICLE))


@pytest.mark.parametrize("nature", ["", "remote", "quick", "quick, remote"])
async def test_card_asked_for_once_is_not_written_where_a_second_request_is_wanted(nature: str) -> None:
    world = World(env={"EMBLAZON_KV_ADMIT": "second"})
    world.origin.nature, world.origin.constant = nature, True
    await world.warm_up()
    first = await world.get(ARTICLE)
    await world.settle()
    assert world.kv.operations["put card"] == 0
    for _ in range(3):
        assert "hit" in status(await world.get(ARTICLE))
        await world.settle()
    assert world.kv.operations["put card"] == 1
    other = world.isolate()
    response = await other.get(ARTICLE)
    assert "detail=kv" in status(response)
    same = await bytes_of(first) == await bytes_of(response)
    assert same == ("quick" not in nature)


async def test_no_card_is_written_or_sought_where_kv_admits_none() -> None:
    world = World(env={"EMBLAZON_KV_ADMIT": "never"})
    world.origin.nature = "quick"
    await world.warm_up(ARTICLE)
    for _ in range(3):
        await world.advance(400)
        assert "hit" in status(await world.get(ARTICLE))
        await world.settle()
    assert not world.kv.keys("card/")
    assert world.kv.operations["get card"] == 0


async def test_degraded_card_is_not_taken_for_one_that_cannot_change(world: World) -> None:
    world.origin.nature = "remote, degraded"
    world.origin.life = "max-age=60, stale-while-revalidate=60"
    await world.warm_up(ARTICLE)
    await world.advance(70)
    assert "stale" in status(await world.get(ARTICLE))
