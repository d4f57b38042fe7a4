"""Purging: every scope, hard and soft, across isolates, in front of the Worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from edge_world import Fault, World, bytes_of, example_manifest
from hypothesis import given
from hypothesis import strategies as st

from emblazon.contract.schema import TemplateSpec
from emblazon.edge.ports import PortError
from emblazon.edge.store.epochs import MAX_URL_EPOCHS, Epochs, url_scope

ARTICLE = "/og/article.png?title=Hi"
PLAIN = "/og/plain.png?title=Hi"

ORDERS: dict[str, tuple[dict[str, object], bool]] = {
    "url": ({"urls": [f"https://og.test{ARTICLE}"]}, False),
    "url as a path": ({"urls": [ARTICLE]}, False),
    "url in another spelling": ({"urls": ["/og/article.png?theme=light&title=%48i"]}, False),
    "url that negotiates": ({"urls": ["/og/article.auto?title=Hi"]}, False),
    "template": ({"templates": ["article"]}, False),
    "tag": ({"tags": ["news"]}, False),
    "all": ({"all": True}, True),
}


async def order(world: World, what: dict[str, object]) -> dict[str, object]:
    response = await world.post("/purge", json.dumps(what).encode())
    assert response.status == 202, await bytes_of(response)
    receipt: dict[str, object] = json.loads(await bytes_of(response))
    return receipt


async def status_of(world: World, target: str = ARTICLE) -> str:
    return str((await world.get(target)).header("cache-status"))


async def stored(world: World) -> None:
    await world.get(ARTICLE)
    await world.get(PLAIN)
    await world.settle()


@pytest.mark.parametrize(("what", "everything"), ORDERS.values(), ids=ORDERS.keys())
async def test_hard_purge_makes_a_miss_of_what_it_names_and_of_nothing_else(
    world: World, what: dict[str, object], everything: bool
) -> None:
    await stored(world)
    await order(world, what)
    assert "fwd=uri-miss" in await status_of(world)
    assert ("fwd=uri-miss" in await status_of(world, PLAIN)) == everything


@pytest.mark.parametrize(("what", "everything"), ORDERS.values(), ids=ORDERS.keys())
async def test_soft_purge_serves_the_old_card_and_refreshes_it(
    world: World, what: dict[str, object], everything: bool
) -> None:
    await stored(world)
    old = await bytes_of(await world.get(ARTICLE))
    await order(world, what | {"soft": True})
    response = await world.get(ARTICLE)
    assert "detail=stale-while-revalidate" in str(response.header("cache-status"))
    assert await bytes_of(response) == old
    await world.settle()
    assert "hit; ttl=300" in await status_of(world)
    assert ("stale" in await status_of(world, PLAIN)) == everything


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize(("what", "everything"), ORDERS.values(), ids=ORDERS.keys())
async def test_purge_asks_the_origin_for_a_new_drawing_not_for_the_copy_it_keeps(
    world: World, what: dict[str, object], everything: bool, soft: bool
) -> None:
    await stored(world)
    await order(world, what | {"soft": soft})
    await world.get(ARTICLE)
    await world.settle()
    keys = [ask.headers["x-emblazon-key"] for ask in world.origin.card_requests if "article" in ask.target]
    assert len(keys) == 2
    assert keys[0] != keys[1]


async def test_hard_purge_of_a_url_removes_its_bytes_here_and_from_kv(world: World) -> None:
    await stored(world)
    before = set(world.cache.entries), set(world.kv.keys("card/"))
    await order(world, {"urls": [ARTICLE], "soft": True})
    assert (set(world.cache.entries), set(world.kv.keys("card/"))) == before
    await order(world, {"urls": [ARTICLE]})
    (gone,) = before[1] - set(world.kv.keys("card/"))
    assert not any(url.endswith(gone) for url in world.cache.entries)


async def test_hard_purged_card_is_not_even_served_on_error(world: World) -> None:
    await stored(world)
    await order(world, {"urls": [ARTICLE]})
    world.origin.alive = False
    assert (await world.get(ARTICLE)).header("x-emblazon-fallback") == "origin-refused"


@pytest.mark.parametrize(("what", "everything"), ORDERS.values(), ids=ORDERS.keys())
async def test_other_data_centres_hear_of_a_purge_within_the_time_promised(
    world: World, what: dict[str, object], everything: bool
) -> None:
    await stored(world)
    other = world.isolate()
    await stored(other)
    receipt = await order(world, what)
    within = receipt["elsewhere_within_seconds"]
    assert isinstance(within, int)
    assert "hit" in await status_of(other), "nobody claims that it is instant"
    await other.advance(within - 1)
    await other.get(PLAIN)  # its first look at the new epochs, in the background
    await other.settle()
    assert "fwd=" in await status_of(other)


async def test_cold_isolate_knows_the_purges_that_were_before_it(world: World) -> None:
    await stored(world)
    await order(world, {"templates": ["article"]})
    other = world.isolate()
    assert "fwd=uri-miss" in await status_of(other)


async def test_cold_neighbour_knows_of_a_purge_from_the_data_centres_cache(world: World) -> None:
    await stored(world)
    await order(world, {"templates": ["article"]})
    neighbour = world.isolate(same_cache=True)
    neighbour.kv.get_fault = Fault(error=PortError("down"))
    assert "fwd=uri-miss" in await status_of(neighbour)


async def test_two_purges_at_once_in_two_places_both_count_after_the_next_cron(world: World) -> None:
    await stored(world)
    other = world.isolate()
    await stored(other)
    plain_get = world.kv.get

    async def slow_get(key: str) -> object:
        entry = await plain_get(key)
        await asyncio.sleep(0.05 if key == "epochs" else 0)  # both read before either writes
        return entry

    world.kv.get = slow_get  # type: ignore[assignment,method-assign]
    await asyncio.gather(order(world, {"templates": ["article"]}), order(other, {"templates": ["plain"]}))
    third = world.isolate()
    await third.edge.on_scheduled(third.ports)
    await third.settle()
    fourth = world.isolate()
    assert "fwd=uri-miss" in await status_of(fourth)
    assert "fwd=uri-miss" in await status_of(fourth, PLAIN)


async def test_purge_is_idempotent(world: World) -> None:
    await stored(world)
    first = await order(world, {"all": True})
    assert await order(world, {"all": True}) == first
    assert "fwd=uri-miss" in await status_of(world)


async def test_receipt_says_what_was_purged_and_how_long_it_may_take(world: World) -> None:
    receipt = await order(world, {"tags": ["news"], "soft": True})
    assert receipt["purged"] == {"urls": [], "templates": [], "tags": ["news"], "all": False}
    assert receipt["soft"] is True
    assert receipt["elsewhere_within_seconds"] == 120


async def test_receipt_names_what_no_card_has_and_nothing_remembers_it(world: World) -> None:
    await stored(world)
    receipt = await order(world, {"templates": ["artcle", "article"], "tags": ["nwes"]})
    assert receipt["unknown"] == {"templates": ["artcle"], "tags": ["nwes"]}
    assert "fwd=uri-miss" in await status_of(world)
    epochs = world.edge.control.epochs
    assert "template:article" in epochs.hard
    assert not {"template:artcle", "tag:nwes"} & {*epochs.hard}
    assert "unknown" not in await order(world, {"templates": ["article"]})


async def test_caches_in_front_forget_a_template_that_is_no_more(world: World) -> None:
    world.optional["zone_purge"] = front = FrontCache()
    await stored(world)
    await order(world, {"templates": ["retired"]})
    assert front.calls == [{"tags": ["emblazon:template:retired"], "everything": False}]


async def test_any_name_is_purged_while_no_template_is_known(world: World) -> None:
    world.origin.alive = False
    assert "unknown" not in await order(world, {"templates": ["article"], "tags": ["news"]})
    assert {"template:article", "tag:news"} <= {*world.edge.control.epochs.hard}


async def test_url_of_a_template_deployed_a_moment_ago_is_purged(world: World) -> None:
    await world.get(ARTICLE)
    await world.advance(6)
    world.origin.manifest = example_manifest(essay=TemplateSpec("essay", "e5" * 16, {}))
    assert "unknown" not in await order(world, {"urls": ["/og/essay.png"], "templates": ["essay"]})


async def test_purge_leaves_an_audit_line_without_signatures() -> None:
    world = World(signing=True)
    await world.get(world.signed("/og/article.png", "title=Hi"))
    await order(world, {"urls": [world.signed("/og/article.png", "title=Hi")]})
    (line,) = [fields for event, fields in world.log.lines if event == "purge"]
    assert line["client"] == "192.0.2.1"
    assert line["urls"] == ["/og/article.png"]


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("", 401),
        ("Bearer", 401),
        ("Bearer wrong", 401),
        ("Basic purge-token-of-the-tests", 401),
        ("Bearer ü", 401),
    ],
)
async def test_purge_needs_its_bearer_token(world: World, authorization: str, status: int) -> None:
    await stored(world)
    response = await world.send("POST", "/purge", body=b'{"all": true}', authorization=authorization)
    assert response.status == status
    assert response.header("www-authenticate") == "Bearer"
    assert "hit" in await status_of(world)


async def test_signing_key_is_no_purge_token() -> None:
    world = World(signing=True)
    response = await world.post("/purge", b'{"all": true}', token="0123456789abcdef0123456789abcdef")
    assert response.status == 401


async def test_purge_without_a_configured_token_is_switched_off() -> None:
    world = World(env={"EMBLAZON_PURGE_TOKEN": ""})
    response = await world.post("/purge", b'{"all": true}', token="")
    assert response.status == 403
    assert b"EMBLAZON_PURGE_TOKEN" in await bytes_of(response)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "JSON"),
        (b"[]", "object"),
        (b"{}", "Nothing"),
        (b'{"url": "x"}', "url"),
        (b'{"urls": "x"}', "urls"),
        (b'{"tags": [1]}', "tags"),
        (b'{"all": 1}', "all"),
        (b'{"urls": ["/nothing"]}', "urls"),
        (b'{"urls": ["http://[::1/og/article.png?title=Hi"]}', "urls"),
        (b'{"urls": ["/og/article.png?title=\\ud800"]}', "urls"),
        (b'{"templates": ["\\ud800"]}', "templates"),
        (b'{"tags": ["\\udfff"]}', "tags"),
        (b'{"tags": ["' + b"a" * 201 + b'"]}', "tags"),
        (b'{"all": true, "all": false}', "twice"),
        (b'{"templates": ' + json.dumps(["x"] * 501).encode() + b"}", "templates"),
    ],
)
async def test_bad_order_is_refused_by_name(world: World, body: bytes, word: str) -> None:
    response = await world.post("/purge", body)
    assert response.status == 400
    assert word in (await bytes_of(response)).decode()


async def test_body_that_is_too_large_is_refused(world: World) -> None:
    assert (await world.post("/purge", b" " * 300_000)).status == 413


async def test_purge_that_kv_does_not_take_is_not_called_done(world: World) -> None:
    await stored(world)
    world.kv.put_fault = Fault(error=PortError("down"))
    response = await world.post("/purge", b'{"all": true}')
    assert response.status == 503
    assert response.header("retry-after") == "2"
    assert "fwd=uri-miss" in await status_of(world), "here it counts all the same"


async def test_purges_are_rate_limited() -> None:
    world = World(env={"EMBLAZON_PURGES_PER_MINUTE": "3"})
    statuses = [(await world.post("/purge", b'{"all": true}')).status for _ in range(5)]
    assert statuses == [202, 202, 202, 429, 429]
    await world.advance(20)
    assert (await world.post("/purge", b'{"all": true}')).status == 202


@dataclass
class FrontCache:
    """Workers Cache or zone, recording."""

    calls: list[dict[str, object]] = field(default_factory=list)
    error: Exception | None = None

    async def purge(
        self,
        *,
        tags: Sequence[str] = (),
        urls: Sequence[str] = (),
        path_prefixes: Sequence[str] = (),
        everything: bool = False,
    ) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append({"tags": list(tags), "everything": everything})


@dataclass
class Refusing:
    """A rate-limit binding that has had enough."""

    async def allow(self, key: str) -> bool:
        return False


async def test_platform_rate_limit_is_asked_too(world: World) -> None:
    world.optional["rate_limit"] = Refusing()
    assert (await world.post("/purge", b'{"all": true}')).status == 429


async def test_caches_in_front_are_purged_by_the_tags_that_cards_carry(world: World) -> None:
    front, zone = FrontCache(), FrontCache()
    world.optional |= {"workers_cache": front, "zone_purge": zone}
    card = await world.get(ARTICLE)
    carried = str(card.header("cache-tag")).split(",")
    for what in ({"urls": [ARTICLE]}, {"templates": ["article"]}, {"tags": ["news"]}, {"all": True}):
        await order(world, what)  # type: ignore[arg-type]
    for call in zone.calls:
        assert set(call["tags"]) <= set(carried)  # type: ignore[call-overload]
        assert not call["everything"], "the zone may hold a whole web site"
    assert [call["everything"] for call in front.calls] == [False, False, False, True]


async def test_receipt_admits_what_failed_in_front(world: World) -> None:
    world.optional["zone_purge"] = FrontCache(error=PortError("no such zone"))
    receipt = await order(world, {"all": True})
    assert receipt["tiers"] == {"this_data_centre": "done", "kv": "done", "zone": "failed: PortError"}


# Epochs

names = st.sampled_from(["all", "template:a", "tag:b", "key:a:1", "key:b:2"])
counters = st.dictionaries(names, st.integers(1, 10**15), max_size=5)
epochs = st.builds(Epochs, counters, counters)


@given(epochs, epochs, epochs)
def test_merging_is_commutative_associative_idempotent(a: Epochs, b: Epochs, c: Epochs) -> None:
    assert a.merged(b) == b.merged(a)
    assert a.merged(b).merged(c) == a.merged(b.merged(c))
    assert a.merged(a) == a.merged(Epochs())


@given(epochs, names, st.floats(0, 4e9), st.booleans())
def test_a_purge_always_raises_its_epoch_whatever_the_clock(
    known: Epochs, name: str, now: float, soft: bool
) -> None:
    after = known.bumped([name], now, soft=soft)
    counters = after.soft if soft else after.hard
    assert counters[name] > known.newest()


@given(epochs)
def test_epochs_survive_json(known: Epochs) -> None:
    assert Epochs.from_json(known.to_json()) == known


def test_too_many_url_purges_become_a_purge_of_their_template() -> None:
    known = Epochs(hard={url_scope("article", f"{n:032x}"): n + 1 for n in range(MAX_URL_EPOCHS)})
    after = known.bumped([url_scope("article", "f" * 32)], 1e9, soft=False)
    assert len(after.hard) == MAX_URL_EPOCHS + 1
    assert after.hard["template:article"] == 1
