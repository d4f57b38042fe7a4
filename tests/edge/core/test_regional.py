"""Misses by way of a cache that a region shares: its keys and tags, and that no purge meets an old copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edge_world import ScriptedOrigin, World, bytes_of, example_manifest

from emblazon.edge.messages import Headers, OriginResponse

ARTICLE = "/og/article.png?title=Hi"
DAY = 86_400


@dataclass
class Tier:
    """A region's cache that forgets nothing."""

    origin: ScriptedOrigin
    kept: dict[str, OriginResponse] = field(default_factory=dict)
    tags: list[list[str]] = field(default_factory=list)

    async def fetch_shared(
        self, target: str, headers: Headers, *, deadline: float, key: str, tags: Sequence[str]
    ) -> OriginResponse:
        if not target.startswith("/render/"):  # a fallback look
            return await self.origin.fetch(target, headers, deadline=deadline)
        self.tags.append(list(tags))
        if key not in self.kept:
            self.kept[key] = await self.origin.fetch(target, headers, deadline=deadline)
        return self.kept[key]


def region(count: int = 3, **env: str) -> tuple[list[World], Tier]:
    """Data centres of one region."""
    world = World(env={"EMBLAZON_KV_ADMIT": "never", **env})
    world.origin.nature = "quick"
    tier = Tier(world.origin)
    worlds = [world, *(world.isolate() for _ in range(count - 1))]
    for each in worlds:
        each.optional["regional"] = tier
    return worlds, tier


async def ask(worlds: list[World]) -> list[bytes]:
    found = []
    for world in worlds:
        found.append(await bytes_of(await world.get(ARTICLE)))
        await world.settle()
    return found


async def test_misses_of_a_region_cost_the_origin_one_drawing() -> None:
    worlds, tier = region()
    await ask(worlds)
    assert worlds[0].origin.renders == 2, "the quick one, then the small one"
    assert [key.rpartition(".")[2] == "final" for key in tier.kept] == [False, True]
    card = await worlds[0].get(ARTICLE)
    assert ",".join(tier.tags[0]) == card.header("cache-tag"), "what purges one purges the other"


async def test_no_purge_is_answered_with_what_the_tier_still_has() -> None:
    worlds, _ = region()
    orders = (
        b'{"urls": ["https://og.test/og/article.png?title=Hi"]}',
        b'{"tags": ["news"]}',
        b'{"all": true}',
    )
    before = (await ask(worlds))[0]
    for order in orders:
        drawn = worlds[0].origin.renders
        assert (await worlds[0].post("/purge", order)).status == 202
        await worlds[0].settle()
        for world in worlds:
            await world.advance(31)
            await world.get(ARTICLE)
            await world.settle()
        after = await ask(worlds)
        assert worlds[0].origin.renders > drawn
        assert before not in after
        before = after[0]


async def test_refresh_of_a_copy_goes_to_the_origin_itself() -> None:
    worlds, tier = region(1)
    worlds[0].origin.nature = "remote"
    await ask(worlds)
    keys = list(tier.kept)
    await worlds[0].advance(301)
    await ask(worlds)
    assert list(tier.kept) == keys
    assert len(worlds[0].origin.card_requests) == 2


async def test_new_template_version_has_a_key_of_its_own() -> None:
    worlds, tier = region(1)
    await ask(worlds)
    worlds[0].origin.manifest = example_manifest("c3" * 16)
    await worlds[0].advance(61)
    await ask(worlds)
    await worlds[0].advance(31)
    await ask(worlds)
    assert {key.partition(".")[0] for key in tier.kept} == {"a1" * 8, "c3" * 8}
