"""Purging: every scope, hard and soft, across isolates, in front of the Worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from edge_world import Fault, MemoryKV, World, bytes_of, example_manifest
from hypothesis import given
from hypothesis import strategies as st

from emblazon.contract.schema import TemplateSpec
from emblazon.edge.ports import PortError
from emblazon.edge.store import epochs as epochs_module
from emblazon.edge.store.epochs import EPOCHS_KEY, SETTLED, Epochs, Scope

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
        soft: bool = False,
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
        named = set(call["tags"]) - {"emblazon:label:news"}  # type: ignore[call-overload]
        assert named <= set(carried)
        assert named
        assert not call["everything"], "the zone may hold a whole web site"
    assert [call["everything"] for call in front.calls] == [False, False, False, True]


async def test_receipt_admits_what_failed_in_front(world: World) -> None:
    world.optional["zone_purge"] = FrontCache(error=PortError("no such zone"))
    receipt = await order(world, {"all": True})
    assert receipt["tiers"] == {"this_data_centre": "done", "kv": "done", "zone": "failed: PortError"}


class Allowance:
    """A tier on a plan that allows one invocation so many operations, on all tiers together."""

    left = 0

    def __init__(self, tier: object) -> None:
        self._tier = tier

    def __getattr__(self, name: str) -> object:
        found = getattr(self._tier, name)
        if name not in ("get", "put", "delete", "list", "match", "purge"):
            return found

        async def counted(*arguments: object, **named: object) -> object:
            Allowance.left -= 1
            if Allowance.left < 0:
                raise PortError("Too many subrequests.")
            return await found(*arguments, **named)

        return counted


async def limited(world: World, operations: int) -> FrontCache:
    """Let every tier of a warm isolate, and the zone, share an allowance; returns the zone."""
    await world.warm_up()
    zone = FrontCache()
    world.optional["zone_purge"] = Allowance(zone)
    world.kv, world.cache = Allowance(world.kv), Allowance(world.cache)  # type: ignore[assignment]
    Allowance.left = operations
    return zone


async def test_purge_of_many_urls_where_few_operations_are_allowed_reaches_all_that_matters(
    world: World,
) -> None:
    urls = [f"/og/article.png?title=n{number}" for number in range(500)]
    await world.get(urls[-1])
    await world.settle()
    zone = await limited(world, 50)
    receipt = await order(world, {"urls": urls})
    assert len(zone.calls) == 1
    tiers = receipt["tiers"]
    assert isinstance(tiers, dict)
    assert tiers | {"this_data_centre": ""} == {"this_data_centre": "", "kv": "done", "zone": "done"}
    assert tiers["this_data_centre"].endswith(" of 500 cards, the others as elsewhere")
    assert world.metrics.counts["edge_tier_errors"] == 1, "it does not go on against the limit"
    Allowance.left = 50
    assert "fwd=uri-miss" in await status_of(world, urls[-1])


async def test_purge_of_short_urls_that_kv_does_not_tell_can_be_tried_again(world: World) -> None:
    body = json.dumps({"template": "article", "params": {"title": "Hi"}}).encode()
    card = json.loads(await bytes_of(await world.post("/api/cards", body)))
    await world.settle()
    other = world.isolate()
    await other.warm_up()
    other.kv = MemoryKV(world.clock, world.kv.entries, get_fault=Fault(error=PortError("down")))
    short = json.dumps({"urls": [f"/c/{card['id']}.png"]}).encode()
    assert (await other.post("/purge", short)).status == 503
    other.kv.get_fault = Fault()
    assert (await other.post("/purge", short)).status == 202


# Epochs

names = st.sampled_from(["all", "template:a", "tag:b", "url:a:1", "card:b:2", "label:c", "before:a"])
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
    after = known.merged(Epochs.of([name], known.next_value(now), soft=soft))
    counters = after.soft if soft else after.hard
    assert counters[name] > known.newest()


@given(epochs)
def test_epochs_survive_json(known: Epochs) -> None:
    assert Epochs.from_json(known.to_json()) == known


SCOPE = Scope("article", ("news",), content="c" * 64, key="d" * 64, labels=("sale",))


def test_too_many_purges_of_single_cards_become_one_of_what_was_stored_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs_module, "MAX_COMPARED", 3)
    urls = {f"url:article:{number:032x}": 1000 + number for number in range(5)}
    known = Epochs(hard={**urls, "template:plain": 7}).pruned(1.0, 3600)
    assert [name for name in known.hard if name.startswith("url:")] == list(urls)[2:]
    assert known.hard["before:article"] == 1001
    assert "template:article" not in known.hard, "no bystander's key changes"
    assert known.of_card(SCOPE).hard_before == 1001


def test_single_cards_purges_are_dropped_once_no_tier_can_hold_such_a_card() -> None:
    known = Epochs(hard={"url:article:1": 5000, "label:sale": 5000, "tag:news": 5000, "all": 5000})
    assert known.pruned(5 + 3600, 3600) == known
    assert set(known.pruned(5 + 3600.1, 3600).hard) == {"tag:news", "all"}


@given(epochs, st.floats(0, 4e9))
def test_pruning_is_idempotent_and_never_lowers_what_it_keeps(known: Epochs, now: float) -> None:
    once = known.pruned(now, 1e6)
    assert once.pruned(now, 1e6) == once
    assert all(once.hard[name] >= known.hard.get(name, 0) for name in once.hard)


# What a purge costs, and that it stays


async def test_purge_costs_one_read_and_two_writes_and_its_journal_goes(world: World) -> None:
    await stored(world)
    world.reset_counts()
    await order(world, {"urls": [ARTICLE], "soft": True})
    assert dict(world.kv.operations) == {"get epochs": 1, "put purge": 1, "put epochs": 1}
    assert len(world.kv.keys("purge/")) == 1
    for _ in range(20):
        await world.advance(31)
        await world.get(PLAIN)
        await world.settle()
    assert not world.kv.keys("purge/")
    assert world.kv.operations["put epochs"] == 1
    assert world.kv.operations["list purge"] == 0


async def test_journal_of_purges_that_never_pause_holds_what_is_not_settled_alone(world: World) -> None:
    await stored(world)
    every, counts = 8, []
    for number in range(150):
        await order(world, {"urls": [f"/og/article.png?title=n{number}"]})
        (name,) = world.kv.keys("purge/")
        counts.append(len(Epochs.from_json(world.kv.entries[name][0]).hard))
        await world.advance(every)
        await world.settle()
    assert max(counts) <= SETTLED / every + 2
    names = Epochs.from_json(world.kv.entries[EPOCHS_KEY][0]).hard
    assert len([name for name in names if name.startswith("url:")]) == 150


@pytest.mark.slow
async def test_ten_thousand_purges_leave_few_keys_and_every_bystander(world: World) -> None:
    world = World(env={"EMBLAZON_PURGES_PER_MINUTE": "100000"})
    await stored(world)
    urls = [f"/og/article.png?title=n{number}" for number in range(10_000)]
    for start in range(0, len(urls), 250):
        await order(world, {"urls": urls[start : start + 250]})
        await world.advance(60)
    await world.edge.on_scheduled(world.ports)
    await world.settle()
    assert len(world.kv.entries) < 100
    assert "hit" in await status_of(world), "a bystander"
    assert "hit" in await status_of(world.isolate(same_cache=True))
    await world.get(urls[0])
    await order(world, {"urls": urls[:1]})
    assert "fwd=uri-miss" in await status_of(world, urls[0])
    assert "hit" in await status_of(world, PLAIN)


async def test_purge_while_kv_cannot_be_read_never_loses_the_purges_of_others(world: World) -> None:
    await stored(world)
    other = world.isolate()
    await stored(other)
    await order(world, {"templates": ["article"]})
    other.kv.get_fault = Fault(error=PortError("down"))
    response = await other.post("/purge", b'{"templates": ["plain"]}')
    assert response.status == 503
    other.kv.get_fault = Fault()
    await other.edge.on_scheduled(other.ports)
    await other.settle()
    third = world.isolate()
    await third.get(ARTICLE)
    assert {"template:article", "template:plain"} <= set(third.edge.control.epochs.hard), "late, but not lost"


async def test_purge_that_another_overwrote_is_put_back_at_the_next_look(world: World) -> None:
    await stored(world)
    await order(world, {"templates": ["article"]})
    data, metadata, expires = world.kv.entries["epochs"]
    world.kv.entries["epochs"] = (b'{"hard": {"template:plain": 1}, "soft": {}}', metadata, expires)
    await world.advance(200)
    await world.get(PLAIN)
    await world.settle()
    stored_now = json.loads(world.kv.entries["epochs"][0])["hard"]
    assert stored_now == {**json.loads(data)["hard"], "template:plain": 1}


async def test_idle_cron_does_nothing(world: World) -> None:
    await stored(world)
    await order(world, {"urls": [ARTICLE]})
    for _ in range(4):  # until the purge is settled
        await world.advance(3600)
        await world.edge.on_scheduled(world.ports)
        await world.settle()
    world.reset_counts()
    for _ in range(5):
        await world.advance(1000)
        await world.edge.on_scheduled(world.ports)
        await world.settle()
    assert not world.kv.operations


async def test_purge_of_a_url_covers_every_size_and_format_unless_asked_otherwise(world: World) -> None:
    small = f"{ARTICLE}&_w=600"
    jpeg = ARTICLE.replace(".png", ".jpg")
    for exact, others in ((True, "hit"), (False, "fwd=uri-miss")):
        for target in (ARTICLE, small, jpeg):
            await world.get(target)
        await world.settle()
        await order(world, {"urls": [ARTICLE], "exact": exact})
        assert "fwd=uri-miss" in await status_of(world)
        assert others in await status_of(world, small)
        assert others in await status_of(world, jpeg)


@pytest.mark.parametrize("soft", [False, True])
async def test_tag_of_single_cards_purges_those_that_carry_it(world: World, soft: bool) -> None:
    tagged, plain = f"{PLAIN}&_tag=sale,spring", f"{PLAIN}+you"
    for target in (tagged, plain):
        await world.get(target)
    await world.settle()
    assert "hit" in await status_of(world, PLAIN), "a tag is not part of the picture"
    await order(world, {"tags": ["spring"], "soft": soft})
    assert ("stale" if soft else "fwd=uri-miss") in await status_of(world, tagged)
    assert "hit" in await status_of(world, plain)
    assert "emblazon:label:sale" in str((await world.get(tagged)).header("cache-tag"))


@pytest.mark.parametrize("tags", ["a b", ",".join(map(str, range(17))), "x" * 65, "ü"])
async def test_bad_tag_is_refused_by_name(world: World, tags: str) -> None:
    response = await world.get(f"{PLAIN}&_tag={quote(tags)}")
    assert response.status == 400
    assert b"_tag" in await bytes_of(response)
