"""The way of one card through the tiers."""

from __future__ import annotations

from edge_world import TOKEN, World, bytes_of

ARTICLE = "/og/article.png?title=Hi"


async def test_first_request_comes_from_the_origin_and_is_stored(world: World) -> None:
    response = await world.get(ARTICLE)
    assert response.status == 200
    assert response.header("content-type") == "image/png"
    assert response.header("cache-status") == "emblazon; fwd=uri-miss; fwd-status=200; stored"
    assert (await bytes_of(response)).startswith(b"\x89PNG")


async def test_second_request_is_a_hit_of_the_data_centres_cache(world: World) -> None:
    first = await world.get(ARTICLE)
    await world.settle()
    await world.advance(180)
    second = await world.get(ARTICLE)
    assert second.header("cache-status") == "emblazon; hit; ttl=120"
    assert second.header("age") == "180"
    assert await bytes_of(second) == await bytes_of(first)
    assert len(world.origin.card_requests) == 1


async def test_another_data_centre_finds_the_card_in_kv(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    other = world.isolate()
    response = await other.get(ARTICLE)
    assert response.header("cache-status") == "emblazon; hit; ttl=300; detail=kv"
    await other.settle()
    assert (await other.get(ARTICLE)).header("cache-status") == "emblazon; hit; ttl=300"
    assert len(world.origin.card_requests) == 1


async def test_stale_card_is_served_at_once_and_refreshed_once(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    await world.advance(342)
    world.origin.seconds = 3.0
    for _ in range(5):
        response = await world.get(ARTICLE)
        assert response.header("cache-status") == "emblazon; hit; ttl=-42; detail=stale-while-revalidate"
    await world.settle()
    assert len(world.origin.card_requests) == 2
    assert "hit; ttl=300" in str((await world.get(ARTICLE)).header("cache-status"))


async def test_purge_makes_the_next_request_a_miss(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    purge = await world.send("POST", "/purge", body=b'{"all": true}', authorization=f"Bearer {TOKEN}")
    assert purge.status == 202
    response = await world.get(ARTICLE)
    assert response.header("cache-status") == "emblazon; fwd=uri-miss; fwd-status=200; stored"
