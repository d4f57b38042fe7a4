"""What a request costs, by counting adapter calls; and that a hit moves no image byte through Python."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from edge_world import World

from emblazon.edge.messages import Body, CacheEntry, Inspection, KVEntry

ARTICLE = "/og/article.png?title=Hi"


def kv_costs(world: World) -> dict[str, int]:
    return dict(world.kv.operations)


async def test_cache_hit_costs_no_kv_operation(world: World) -> None:
    await world.warm_up(ARTICLE)
    for _ in range(10):
        await world.get(ARTICLE)
    await world.settle()
    assert kv_costs(world) == {}
    assert world.cache.operations == {"match": 10}


async def test_kv_hit_costs_one_read(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    other = world.isolate()
    await other.warm_up("/og/article.png?title=other")
    response = await other.get(ARTICLE)
    await other.settle()
    assert "detail=kv" in str(response.header("cache-status"))
    assert kv_costs(other) == {"get card": 1}


async def test_miss_costs_one_read_and_one_write(world: World) -> None:
    await world.warm_up()
    await world.get(ARTICLE)
    await world.settle()
    assert kv_costs(world) == {"get card": 1, "put card": 1}
    assert len(world.origin.asked) == 1


async def test_head_and_conditional_requests_cost_no_more_than_a_hit(world: World) -> None:
    await world.warm_up(ARTICLE)
    await world.send("HEAD", ARTICLE)
    await world.get(ARTICLE, if_none_match="*")
    await world.get(ARTICLE, range="bytes=0-9")
    await world.settle()
    assert kv_costs(world) == {}


async def test_short_url_hit_costs_no_kv_operation_either(world: World) -> None:
    await world.warm_up()
    await world.post("/api/cards", b'{"template": "article", "params": {"title": "Short"}}')
    identity = world.kv.keys("payload/")[0].partition("/")[2]
    await world.get(f"/c/{identity}.png")
    await world.settle()
    other = world.isolate(same_cache=True)
    await other.warm_up(f"/c/{identity}.png")
    await other.get(f"/c/{identity}.png")
    assert kv_costs(other) == {}


async def test_cold_isolate_in_a_warm_data_centre_needs_no_kv(world: World) -> None:
    await world.warm_up(ARTICLE)
    other = world.isolate(same_cache=True)
    response = await other.get(ARTICLE)
    await other.settle()
    assert response.header("cache-status") == "emblazon; hit; ttl=300"
    assert kv_costs(world) == {}


async def test_control_costs_one_read_for_each_half_minute_at_most(world: World) -> None:
    """Control traffic is bounded by time, not by requests, and never in front of a response."""
    await world.warm_up(ARTICLE)
    minutes = 4
    for _ in range(minutes * 60):
        await world.get(ARTICLE)
        await world.advance(1.0)
    await world.settle()
    costs = kv_costs(world)
    looks = minutes * 60 / world.edge.config.control_ttl
    assert set(costs) == {"get epochs"}
    assert costs["get epochs"] <= looks
    assert len(world.origin.asked) <= minutes * 60 / world.edge.config.manifest_ttl


async def test_thousand_misses_at_once_reach_the_origin_once(world: World) -> None:
    await world.warm_up()
    world.origin.seconds = 0.5
    answers = await asyncio.gather(*(world.get(ARTICLE) for _ in range(1000)))
    await world.settle()
    assert len(world.origin.card_requests) == 1
    assert {answer.status for answer in answers} == {200}
    assert sum("collapsed" in str(answer.header("cache-status")) for answer in answers) == 999
    assert world.kv.operations["put card"] == 1


async def test_thousand_misses_at_once_reach_the_origin_once_where_requests_may_not_share_promises(
    world: World,
) -> None:
    world.use_polling_flight()
    await world.warm_up()
    world.origin.seconds = 0.5
    answers = await asyncio.gather(*(world.get(ARTICLE) for _ in range(1000)))
    assert len(world.origin.card_requests) == 1
    assert {answer.status for answer in answers} == {200}


async def test_request_that_was_looking_while_another_filled_finds_the_card(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.warm_up()
    world.origin.seconds = 0.1
    read, waits = world.kv.get, iter((0.0, 0.15))

    async def get(key: str) -> KVEntry | None:
        found = await read(key)
        await asyncio.sleep(next(waits))
        return found

    monkeypatch.setattr(world.kv, "get", get)
    first, second = await asyncio.gather(world.get(ARTICLE), world.get(ARTICLE))
    assert "fwd=uri-miss" in str(first.header("cache-status"))
    assert "emblazon; hit" in str(second.header("cache-status"))
    assert len(world.origin.card_requests) == 1


async def test_hot_card_that_expires_is_refreshed_once_and_nobody_waits(world: World) -> None:
    await world.warm_up(ARTICLE)
    world.origin.seconds = 2.0
    await world.advance(301)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(world.get(ARTICLE) for _ in range(1000)))
    assert loop.time() == began
    await world.settle()
    assert len(world.origin.card_requests) == 1


async def test_early_refresh_is_one_flight_too(world: World) -> None:
    await world.warm_up()
    world.origin.seconds = 2.0
    await world.warm_up(ARTICLE)
    await world.advance(298)
    world.random.value = 0.3
    for _ in range(50):
        assert "hit; ttl=2" in str((await world.get(ARTICLE)).header("cache-status"))
    await world.settle()
    assert len(world.origin.card_requests) == 1
    assert "hit; ttl=300" in str((await world.get(ARTICLE)).header("cache-status"))


async def test_refresh_takes_the_copy_that_another_data_centre_put_into_kv(world: World) -> None:
    other = world.isolate()
    await world.warm_up(ARTICLE)
    await other.warm_up(ARTICLE)
    await world.advance(301)
    await world.get(ARTICLE)
    await world.settle()
    renders = world.origin.renders
    await other.get(ARTICLE)
    await other.settle()
    assert "hit; ttl=300" in str((await other.get(ARTICLE)).header("cache-status"))
    assert world.origin.renders == renders


@dataclass
class SealedStream:
    """A body as workerd hands it over on a hit: may be passed on and split, never read by Python."""

    size: int

    @property
    def length(self) -> int | None:
        return self.size

    def tee(self) -> tuple[Body, Body]:
        return SealedStream(self.size), SealedStream(self.size)

    async def inspect(self) -> Inspection:
        raise AssertionError("a hit must not be inspected")

    async def slice(self, start: int, stop: int) -> Body:
        raise AssertionError("only ranges are cut")

    async def read(self) -> bytes:
        raise AssertionError("an image byte crossed into Python")


@pytest.mark.parametrize("tier", ["cache", "kv"])
@pytest.mark.parametrize("age", [10, 400], ids=["fresh", "stale"])
async def test_no_image_byte_crosses_into_python_on_a_hit(world: World, tier: str, age: float) -> None:
    await world.warm_up(ARTICLE)
    await world.advance(age)
    plain_match, plain_get = world.cache.match, world.kv.get
    promoted: list[Body] = []

    async def sealed_match(url: str) -> CacheEntry | None:
        entry = await plain_match(url)
        if entry is None or tier == "kv" or "control" in url:
            return None
        return CacheEntry(entry.headers, SealedStream(entry.body.length or 0))

    async def sealed_get(key: str) -> KVEntry | None:
        entry = await plain_get(key)
        if entry is None or not key.startswith("card/"):
            return entry
        return KVEntry(SealedStream(entry.body.length or 0), entry.metadata)

    async def keep(url: str, headers: object, body: Body) -> None:
        promoted.append(body)

    world.cache.match, world.kv.get = sealed_match, sealed_get  # type: ignore[method-assign]
    world.cache.put = keep  # type: ignore[method-assign]
    world.origin.alive = False
    response = await world.get(ARTICLE)
    await world.settle()
    assert isinstance(response.body, SealedStream)
    assert "hit" in str(response.header("cache-status"))
    assert any(isinstance(body, SealedStream) for body in promoted) == (tier == "kv")


@pytest.mark.parametrize(("public", "host"), [("", "https://og.test"), ("https://cards.example.com", "")])
async def test_keys_of_the_cache_are_at_the_deployments_own_host(public: str, host: str) -> None:
    world = World(env={"EMBLAZON_PUBLIC_URL": public})
    await world.warm_up(ARTICLE)
    assert world.cache.entries
    assert all(url.startswith(f"{host or public}/.emblazon/") for url in world.cache.entries)
