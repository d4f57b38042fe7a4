"""What pages, platforms and tools do to a card's URL costs it neither its picture nor its cache entry."""

from __future__ import annotations

import itertools
import json

import pytest
from edge_world import KEYS, World, bytes_of

from emblazon.contract.signing import Keyring
from emblazon.edge.config import ConfigError, EdgeConfig
from emblazon.edge.messages import Response

NOISE = (
    "fbclid=IwAR0", "gclid=x", "utm_source=a&utm_source=b", "UTM_Campaign=50%", "v=2", "_cb=1700000000",
    "mc_eid=%zz", "twclid", "utm_content=caf%E9", "__cft__[0]=AZX", "mibextid=Zx", "amp", "_=17", "quot;",
    "gt;", "elqTrackId=1", "__cf_chl_tk=a.b",
)  # fmt: skip
LONG = "x" * 301


@pytest.fixture(params=[False, True], ids=["open", "signed"])
def world(request: pytest.FixtureRequest) -> World:
    return World(signing=request.param)


def url_of(world: World, path: str, query: str) -> str:
    return world.signed(path, query) if world.env["EMBLAZON_SIGNING"] == "on" else f"{path}?{query}"


async def short_url(world: World) -> str:
    body = json.dumps({"template": "article", "params": {"title": "Hi", "theme": "dark"}}).encode()
    answer = json.loads(await bytes_of(await world.post("/api/cards", body)))
    return str(answer["image_url"]).removeprefix("https://og.test")


async def targets(world: World) -> list[str]:
    data = "%7B%22title%22%3A%22Hi%22%2C%22theme%22%3A%22dark%22%7D"
    return [
        url_of(world, "/og/article.png", "title=Hi&theme=dark"),
        url_of(world, "/api/og/hello", f"template=article&data={data}"),
        await short_url(world),
    ]


def spelled_by_others(target: str) -> list[str]:
    """The same URL as crawlers meet it: appended to, escaped twice, reordered."""
    path, _, query = target.partition("?")
    pairs = query.split("&") if query else []
    spellings = [f"{path}?{'&'.join([*pairs, noise])}" for noise in NOISE]
    spellings += [f"{path}?{'&'.join([noise, *pairs])}" for noise in NOISE]
    spellings.append(f"{path}?{'&amp;'.join([*reversed(pairs), *NOISE])}")
    spellings.append(f"{path}?{'&amp;amp;'.join([*pairs, *NOISE])}")
    spellings.append(f"{path}?{'&%23038;'.join([*pairs, *NOISE])}")
    spellings.append(f"{path}??{'&'.join([*pairs, 'fbclid=1'])}")
    if pairs:
        spellings.append(f"{target}?utm_source=newsletter&utm_medium=mail")
        spellings += [
            f"{path}?{'&'.join(order)}" for order in itertools.islice(itertools.permutations(pairs), 9)
        ]
    return spellings


async def test_one_card_has_one_entry_however_others_spell_its_url(world: World) -> None:
    first = await world.get(url_of(world, "/og/article.png", "title=Hi&theme=dark"))
    await world.settle()
    world.reset_counts()
    all_targets = await targets(world)
    entries = set(world.kv.entries), set(world.cache.entries)
    for target in all_targets:
        for spelling in spelled_by_others(target):
            answer = await world.get(spelling)
            assert answer.status == 200, (spelling, await bytes_of(answer))
            assert answer.header("etag") == first.header("etag"), spelling
            assert "hit" in str(answer.header("cache-status")), spelling
    assert not world.origin.card_requests
    assert (set(world.kv.entries), set(world.cache.entries)) == entries


async def test_what_is_appended_pushes_no_hot_card_out_of_memory(world: World) -> None:
    hot = url_of(world, "/og/article.png", "title=Hot")
    await world.get(hot)
    known = dict(world.edge.keyer._known)
    for number in range(50):
        await world.get(f"{hot}&fbclid={number}")
    assert world.edge.keyer._known == known


BYPASSES = (
    "&title=Other", "&amp;title=Other", "&theme=dark", "&amp;theme=dark", "&amp;_w=64", "?theme=dark",
    "&_v=fallback", "&amp;_kid=k1", "&titel=x", "&%61mp;theme=dark", "&_sig=AAAAAAAAAAAAAAAAAAAAAA",
)  # fmt: skip


@pytest.mark.parametrize("appended", BYPASSES)
async def test_nothing_that_is_drawn_can_be_appended_to_a_signed_url(appended: str) -> None:
    world = World(signing=True)
    await world.warm_up(world.signed("/og/article.png", "title=Hi"))
    answer = await world.get(world.signed("/og/article.png", "title=Hi") + appended)
    assert answer.status in (400, 403)
    assert not world.origin.asked
    assert not world.kv.operations


async def test_ignored_name_that_a_template_declares_is_never_drawn() -> None:
    """Else whoever appends it would change a signed picture."""
    world = World(signing=True, env={"EMBLAZON_IGNORE_PARAMS": "default,theme"})
    plain = await world.get(world.signed("/og/article.png", "title=Hi"))
    answer = await world.get(world.signed("/og/article.png", "title=Hi") + "&theme=dark")
    assert (answer.status, answer.header("etag")) == (200, plain.header("etag"))


async def test_signature_over_the_cache_buster_too_is_good_for_that_one_alone() -> None:
    """Signers in other languages sign all that they write."""
    world = World(signing=True, env={"EMBLAZON_IGNORE_PARAMS": "none"})
    query = Keyring.parse(KEYS).sign("/og/article.png", "title=Hi")
    assert (await world.get(f"/og/article.png?{query}&v=2")).status == 403
    foreign = World(signing=True)
    from emblazon.contract.uri import NOTHING_IGNORED

    signed = Keyring.parse(KEYS).sign("/og/article.png", "title=Hi&v=2", ignored=NOTHING_IGNORED)
    assert (await foreign.get(f"/og/article.png?{signed}&fbclid=1")).status == 200
    assert (await foreign.get(f"/og/article.png?{signed}".replace("v=2", "v=3"))).status == 403


def findings(response: Response) -> str:
    return response.header("x-emblazon-findings") or ""


FORGIVEN = {
    "too long": (f"title={LONG}", 'cut;param="title"', f"title={'x' * 299}%E2%80%A6"),
    "far too long": (f"title={'x' * 5000}", 'cut;param="title"', f"title={'x' * 299}%E2%80%A6"),
    "wrong choice": ("title=Hi&theme=blue", 'invalid-value;param="theme"', "title=Hi"),
    "unknown name": ("title=Hi&titel=x", 'unknown-parameter;param="titel"', "title=Hi"),
    "unknown name beyond ASCII": ("title=Hi&t%C3%A9=x", 'unknown-parameter;param="t%C3%A9"', "title=Hi"),
    "unknown reserved name": ("title=Hi&_x=1", 'unknown-parameter;param="_x"', "title=Hi"),
}


@pytest.mark.parametrize("case", FORGIVEN)
async def test_content_never_costs_the_picture(world: World, case: str) -> None:
    query, finding, asked = FORGIVEN[case]
    answer = await world.get(url_of(world, "/og/article.png", query))
    assert answer.status == 200
    assert answer.header("x-emblazon-fallback") is None
    assert findings(answer) == finding
    assert world.origin.card_requests[-1].target == f"/render/article.png?{asked}"
    again = await world.get(url_of(world, "/og/article.png", asked))
    assert "hit" in str(again.header("cache-status")), "what was changed is not in the key"
    assert not findings(again)


async def test_url_without_its_text_gets_the_fallback_look(world: World) -> None:
    answer = await world.get(url_of(world, "/og/article.png", "titel=Hi"))
    assert answer.status == 200
    assert findings(answer) == 'unknown-parameter;param="titel", missing-parameter;param="title"'
    assert world.origin.asked[-1].target == "/fallback/article.png"


async def test_flood_of_unknown_names_is_one_entry() -> None:
    world = World()
    await world.warm_up("/og/article.png?title=Hi")
    hot = dict(world.edge.keyer._known)
    entries = set(world.kv.entries), set(world.cache.entries)
    for number in range(200):
        assert (await world.get(f"/og/article.png?title=Hi&x{number}={number}")).status == 200
    await world.settle()
    assert world.origin.renders == 1
    assert (set(world.kv.entries), set(world.cache.entries)) == entries
    assert world.edge.keyer._known == hot


@pytest.mark.parametrize(
    "env",
    [{"EMBLAZON_DEV": "1", "EMBLAZON_SIGNING_KEYS": ""}, {"EMBLAZON_STRICT_PARAMS": "1"}],
    ids=["development", "strict"],
)
async def test_author_is_told_of_names_where_it_is_asked_for(env: dict[str, str]) -> None:
    world = World(env=env)
    answer = await world.get("/og/article.png?title=Hi&titel=x")
    assert answer.status == 400
    assert json.loads(await bytes_of(answer))["did_you_mean"] == "title"
    missing = await world.get("/og/article.png")
    assert (missing.status, json.loads(await bytes_of(missing))["param"]) == (400, "title")
    assert (await world.get(f"/og/article.png?title={LONG}&theme=blue&fbclid=1")).status == 200
    off = World(env=env | {"EMBLAZON_STRICT_PARAMS": "0"})
    assert (await off.get("/og/article.png?title=Hi&titel=x")).status == 200


async def test_card_that_was_posted_before_its_template_changed_is_still_drawn() -> None:
    world = World()
    target = await short_url(world)
    payload = next(key for key in world.kv.keys("payload/"))
    data, metadata, expires = world.kv.entries[payload]
    old = data.replace(b'"theme":"dark"', b'"theme":"sepia","gone":"x"')
    world.kv.entries[payload] = (old, metadata, expires)
    other = world.isolate()
    answer = await other.get(target)
    assert answer.status == 200
    assert findings(answer) == 'unknown-parameter;param="gone", invalid-value;param="theme"'


async def test_posted_card_says_what_was_changed() -> None:
    world = World()
    body = json.dumps({"template": "article", "params": {"title": LONG}}).encode()
    receipt = json.loads(await bytes_of(await world.post("/api/cards", body)))
    assert [(finding["code"], finding["param"]) for finding in receipt["findings"]] == [("cut", "title")]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("EMBLAZON_IGNORE_PARAMS", "default,_sig", "_sig"),
        ("EMBLAZON_IGNORE_PARAMS", "_*", "_w"),
        ("EMBLAZON_IGNORE_PARAMS", "*", r"'\*'"),
        ("EMBLAZON_IGNORE_PARAMS", "data", "data"),
        ("EMBLAZON_STRICT_PARAMS", "perhaps", "1 or 0"),
    ],
)
def test_wrong_setting_is_named(variable: str, value: str, said: str) -> None:
    env = {"EMBLAZON_SIGNING": "off", "EMBLAZON_ORIGIN_URL": "http://origin.test", variable: value}
    with pytest.raises(ConfigError, match=f"{variable}.*{said}"):
        EdgeConfig.from_env(env)
