"""`POST /api/cards`, short URLs, cron and queue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from edge_world import Fault, MemoryKV, World, bytes_of, example_manifest, failing

from emblazon.contract.request import parse_request
from emblazon.contract.schema import ParamSpec, TemplateSpec
from emblazon.contract.uri import MAX_CANONICAL_BYTES
from emblazon.edge.exchange import Exchange
from emblazon.edge.messages import Body, BytesBody, OriginResponse, Request
from emblazon.edge.ports import PortError
from emblazon.edge.store.hot import HotCards

CARD = b'{"template": "article", "params": {"title": "Hi & bye"}}'
ARTICLE = "/og/article.png?title=Hi"


async def created(world: World, body: bytes = CARD) -> dict[str, str]:
    response = await world.post("/api/cards", body)
    assert response.status == 201, await bytes_of(response)
    members: dict[str, str] = json.loads(await bytes_of(response))
    return members


def path(url: str) -> str:
    return url.removeprefix("https://og.test")


async def test_card_is_created_and_served_under_its_short_url(world: World) -> None:
    card = await created(world)
    assert card["image_url"] == f"https://og.test/c/{card['id']}.png"
    response = await world.get(path(card["image_url"]))
    assert (response.status, response.header("content-type")) == (200, "image/png")
    assert world.origin.card_requests[0].target == "/render/article.png?title=Hi%20%26%20bye"


async def test_equal_cards_have_equal_ids(world: World) -> None:
    first = await created(world)
    again = await created(
        world, b'{"params": {"theme": "light", "title": "Hi & bye"}, "template": "article"}'
    )
    other = await created(world, b'{"template": "article", "params": {"title": "Other"}}')
    assert first == again
    assert other["id"] != first["id"]
    assert len(world.kv.keys("payload/")) == 2


async def test_long_url_of_a_card_is_signed_and_shares_its_entry() -> None:
    world = World(signing=True)
    card = await created(world)
    assert "_sig=" in card["url"]
    assert (await world.get(path(card["url"]))).status == 200
    short = await world.get(path(card["image_url"]))
    assert "hit" in str(short.header("cache-status"))


LONG = "長" * 1500  # 13.5 kB in a URL


def long_card(title: str) -> bytes:
    return json.dumps({"template": "essay", "params": {"title": title}}).encode()


@pytest.fixture
def essays(world: World) -> World:
    spec = TemplateSpec("essay", "e5" * 16, {"title": ParamSpec("title", max_length=4096)})
    world.origin.manifest = example_manifest(essay=spec)
    return world


async def test_card_too_long_for_a_url_is_drawn_under_its_short_one(essays: World) -> None:
    card = await created(essays, long_card(LONG))
    assert card["url"] == card["image_url"], "there is no other"
    response = await essays.get(path(card["image_url"]))
    assert response.header("x-emblazon-fallback") is None
    asked = essays.origin.card_requests[0].target.partition("?")[2]
    read = parse_request(
        "GET", "/og/essay.png", asked, essays.origin.manifest, longest=MAX_CANONICAL_BYTES
    )  # as the origin does
    assert read.params == {"title": LONG}


async def test_card_that_no_origin_would_take_is_refused_before_it_is_kept(essays: World) -> None:
    response = await essays.post("/api/cards", long_card("長" * 4000))
    assert response.status == 413
    assert b"36" in await bytes_of(response)
    assert not essays.kv.keys("payload/")


async def test_url_that_grows_in_canonical_form_is_drawn_or_refused_but_no_fallback(essays: World) -> None:
    grows = await essays.get(f"/og/essay.png?title={'!' * 4096}")  # each becomes %21
    assert (grows.status, grows.header("x-emblazon-fallback")) == (200, None)
    data = quote(json.dumps({"title": "長" * 2500}, ensure_ascii=False), safe="長")
    assert (await essays.get(f"/api/og/k?template=essay&data={data}")).status == 414


async def test_card_of_a_template_deployed_a_moment_ago_is_taken(world: World) -> None:
    await world.get(ARTICLE)
    await world.advance(6)  # the origin was not asked just now
    world.origin.manifest = example_manifest(essay=TemplateSpec("essay", "e5" * 16, {}))
    card = await created(world, b'{"template": "essay"}')
    assert (await world.get(path(card["image_url"]))).status == 200


async def test_meta_tags_are_escaped_and_complete(world: World) -> None:
    tags = (await created(world))["meta_tags"]
    assert '<meta property="og:image:width" content="1200">' in tags
    assert "Card: Hi &amp; bye" in tags
    assert '<meta name="twitter:card" content="summary_large_image">' in tags


async def test_public_url_wins_over_the_host_header() -> None:
    world = World(env={"EMBLAZON_PUBLIC_URL": "https://cards.example.com/"})
    assert (await created(world))["image_url"].startswith("https://cards.example.com/c/")


@pytest.mark.parametrize("extension", ["jpg", "webp", "avif", "auto"])
async def test_short_url_serves_every_format(world: World, extension: str) -> None:
    card = await created(world)
    response = await world.get(f"/c/{card['id']}.{extension}", accept="image/webp")
    assert response.status == 200
    assert response.header("vary") == ("Accept" if extension == "auto" else None)


async def test_unknown_id_is_not_found_and_does_not_ask_the_origin(world: World) -> None:
    await world.warm_up()
    response = await world.get("/c/AAAAAAAAAAAAAAAAAAAAAA.png")
    assert response.status == 404
    assert not world.origin.asked


async def test_short_url_survives_in_another_isolate(world: World) -> None:
    card = await created(world)
    other = world.isolate()
    assert (await other.get(f"/c/{card['id']}.png")).status == 200


@pytest.mark.parametrize(
    "fault", [Fault(error=PortError("down")), Fault(hangs=True)], ids=["raises", "hangs"]
)
async def test_short_url_is_a_card_though_kv_does_not_say_which(world: World, fault: Fault) -> None:
    card = await created(world)
    await world.settle()
    other = world.isolate()
    await other.warm_up()
    other.kv = MemoryKV(world.clock, world.kv.entries, get_fault=fault)
    response = await other.get(f"/c/{card['id']}.png")
    assert (response.status, response.header("content-type")) == (200, "image/png")
    assert response.header("x-emblazon-fallback") == "kv-unread"
    other.kv.get_fault = Fault()
    response = await other.get(f"/c/{card['id']}.png")
    assert (response.status, response.header("x-emblazon-fallback")) == (200, None)


async def test_tampered_signature_on_a_short_url_is_refused() -> None:
    world = World(signing=True)
    card = await created(world)
    assert (await world.get(f"/c/{card['id']}.png")).status == 200
    assert (await world.get(f"/c/{card['id']}.png?_kid=k1&_sig={'A' * 22}")).status == 403


async def test_signed_short_url_expires() -> None:
    world = World(signing=True)
    card = await created(world)
    url = world.signed(f"/c/{card['id']}.png", expires_at=int(world.clock.now()) + 100)
    assert (await world.get(url)).header("cache-control") == "public, max-age=100"
    await world.advance(161)
    assert (await world.get(url)).status == 410


async def test_short_url_is_purged_by_its_url(world: World) -> None:
    card = await created(world)
    await world.get(path(card["image_url"]))
    await world.post("/purge", json.dumps({"urls": [card["image_url"]]}).encode())
    assert "uri-miss" in str((await world.get(path(card["image_url"]))).header("cache-status"))


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"template": "nope"}', "nope"),
        (b'{"template": "article", "params": {"title": "x"}, "format": "bmp"}', "format"),
        (b'{"params": {}}', "template"),
        (b'{"template": "article", "params": {"title": "x"}, "store": "yes"}', "true or false"),
        (b'{"template": "article", "params": {"title": "x"}, "stroe": true}', "store"),
        (b"null", "object"),
    ],
)
async def test_bad_card_is_refused_by_name(world: World, body: bytes, word: str) -> None:
    response = await world.post("/api/cards", body)
    assert response.status in (400, 404)
    assert word in (await bytes_of(response)).decode()
    assert not world.kv.keys("payload/")


STORED = b'{"template": "article", "params": {"title": "Hi & bye"}, "format": "jpg", "store": true}'


def stored_answer(status: int, members: object, **fields: str) -> OriginResponse:
    headers = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return OriginResponse(status, headers, BytesBody(json.dumps(members).encode()))


async def test_card_is_put_into_the_origins_storage_on_demand(world: World) -> None:
    url = "https://cdn.example.com/article/ab12.jpg"
    world.origin.storage = stored_answer(201, {"key": "article/ab12.jpg", "url": url, "type": "image/jpeg"})
    card = await created(world, STORED)
    assert (card["storage_key"], card["storage_url"]) == ("article/ab12.jpg", url)
    asked = world.origin.asked[-1]
    assert (asked.method, asked.target) == ("POST", "/store/article.jpg?title=Hi%20%26%20bye")
    assert "storage_url" not in await created(world, CARD)


@pytest.mark.parametrize(
    ("answer", "status", "word"),
    [
        (None, 400, "EMBLAZON_STORAGE"),
        (stored_answer(503, {}, retry_after="7"), 503, "capacity"),
        (stored_answer(502, {}), 502, "502"),
        (stored_answer(201, ["?"]), 502, "no stored card"),
    ],
)
async def test_card_that_is_not_stored_says_why(
    world: World, answer: OriginResponse | None, status: int, word: str
) -> None:
    world.origin.storage = answer
    response = await world.post("/api/cards", STORED)
    assert response.status == status
    assert word in (await bytes_of(response)).decode()
    assert response.header("retry-after") == ("7" if status == 503 else None)


async def test_card_is_not_stored_by_an_origin_that_is_away(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    response = await world.post("/api/cards", STORED)
    assert response.status == 502
    assert "refused" in (await bytes_of(response)).decode()


async def test_card_needs_the_bearer_token(world: World) -> None:
    assert (await world.post("/api/cards", CARD, token="wrong")).status == 401


async def test_card_that_kv_does_not_take_is_not_promised(world: World) -> None:
    await world.warm_up()
    world.kv.put_fault = Fault(error=PortError("down"))
    assert (await world.post("/api/cards", CARD)).status == 503


# Queue


@dataclass
class ListQueue:
    messages: list[str] = field(default_factory=list)
    error: Exception | None = None

    async def send(self, messages: Sequence[str]) -> None:
        if self.error:
            raise self.error
        self.messages.extend(messages)


async def test_created_card_is_drawn_by_the_queue_before_anybody_asks(world: World) -> None:
    queue = world.optional["queue"] = ListQueue()
    card = await created(world)
    assert await world.edge.on_queue(queue.messages, world.ports) == []
    await world.settle()
    world.origin.alive = False
    response = await world.get(f"/c/{card['id']}.png")
    assert "hit" in str(response.header("cache-status"))


async def test_broken_queue_does_not_lose_the_card(world: World) -> None:
    world.optional["queue"] = ListQueue(error=PortError("full"))
    await created(world)


async def test_queue_asks_for_failed_jobs_again_and_for_nonsense_never(world: World) -> None:
    await world.warm_up()
    messages = [
        '{"path": "/og/article.png?title=one"}',
        "nonsense",
        '{"path": "/og/nope.png"}',
        '{"path": "/og/article.png?title=two"}',
    ]
    world.origin.behaviour = failing("timeout")
    assert await world.edge.on_queue(messages, world.ports) == [0, 3]


async def test_queue_does_not_draw_what_is_fresh(world: World) -> None:
    await world.warm_up(ARTICLE)
    await world.edge.on_queue([json.dumps({"path": ARTICLE})], world.ports)
    assert not world.origin.card_requests


# Cron


SHORT = "max-age=300, stale-while-revalidate=7200"  # nobody is served an older one


async def test_cron_rewarms_hot_cards_before_nobody_can_be_served_with_them(world: World) -> None:
    world.origin.life = SHORT
    for _ in range(10):
        await world.get(ARTICLE)
    await world.settle()
    await world.advance(7500 - world.edge.config.rewarm_before + 1)
    renders = world.origin.renders
    await world.edge.on_scheduled(world.ports)
    await world.settle()
    assert world.origin.renders == renders + 1
    await world.advance(7400)
    assert "stale-while-revalidate" in str((await world.get(ARTICLE)).header("cache-status"))


async def test_cron_leaves_cards_alone_that_live_for_long(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    await world.advance(400)  # stale, but there for a day
    renders = world.origin.renders
    await world.edge.on_scheduled(world.ports)
    await world.settle()
    assert world.origin.renders == renders


async def test_cron_rewarms_a_card_that_is_too_long_for_a_url(essays: World) -> None:
    essays.origin.life = SHORT
    card = await created(essays, long_card(LONG))
    for _ in range(20):
        await essays.get(path(card["image_url"]))
    await essays.settle()
    await essays.advance(400)
    await essays.edge.on_scheduled(essays.ports)
    await essays.settle()
    assert len(essays.origin.card_requests) == 2


async def test_cron_learns_hot_cards_from_other_isolates(world: World) -> None:
    world.origin.life = SHORT
    await world.get(ARTICLE)
    await world.settle()
    await world.advance(3601)
    for _ in range(3):  # the second request after an hour writes the list
        await world.get(ARTICLE)
        await world.settle()
    other = world.isolate()
    await other.get("/og/plain.png?title=other")
    await other.settle()
    await world.advance(7000)
    renders = world.origin.renders
    await other.edge.on_scheduled(other.ports)
    await other.settle()
    assert world.origin.renders > renders
    assert any("article" in asked.target for asked in world.origin.card_requests[renders:])


async def test_cron_of_an_isolate_that_serves_nobody_lists_nothing(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    other = world.isolate()
    for _ in range(3):
        await other.edge.on_scheduled(other.ports)
        await other.settle()
        await other.advance(3600)
    assert not [name for name in world.kv.operations if name.startswith("list")]


async def test_old_fame_fades(world: World) -> None:
    hot, x = HotCards(wanted=1), Exchange.begin(Request("GET", "/", {}), world.ports)
    for _ in range(100):
        hot.note("old")
    for _ in range(3):
        await hot.flush(x, world.edge.store)
    for _ in range(20):
        hot.note("new")
    assert hot.top() == [("new", 20)]


def test_popular_card_is_found_among_ever_more_others() -> None:
    hot = HotCards(wanted=3)
    for number in range(30_000):
        hot.note(f"once {number}")
        if number % 30 == 0:
            hot.note("popular")
    assert hot.top()[0][0] == "popular"


async def test_hot_cards_cost_one_write_an_hour_at_most(world: World) -> None:
    await world.warm_up(ARTICLE)
    for _ in range(600):
        await world.get(ARTICLE)
        await world.advance(30)
    await world.settle()
    assert 4 <= world.kv.operations["put hot"] <= 5


async def test_cron_survives_a_broken_kv(world: World) -> None:
    async def broken(prefix: str, *, limit: int = 1000) -> object:
        raise PortError("down")

    world.kv.list = broken  # type: ignore[assignment,method-assign]
    world.kv.get_fault = Fault(error=PortError("down"))
    await world.edge.on_scheduled(world.ports)
    await world.settle()
    assert world.metrics.counts["edge_tier_errors"] > 0, "it was asked"
    assert "cron failed" not in [event for event, _ in world.log.lines]
    assert (await world.get(ARTICLE)).header("x-emblazon-fallback") is None


# Optional tiers


@dataclass
class MemoryBlob:
    entries: dict[str, bytes] = field(default_factory=dict)
    gets: int = 0

    async def get(self, key: str) -> Body | None:
        self.gets += 1
        return BytesBody(self.entries[key]) if key in self.entries else None

    async def put(self, key: str, body: Body, *, content_type: str) -> None:
        self.entries[key] = await body.read()

    async def delete(self, key: str) -> None:
        self.entries.pop(key, None)


async def test_large_cards_live_in_the_blob_store_and_kv_points_to_them() -> None:
    world = World(env={"EMBLAZON_BLOB_ABOVE": "10"})
    blob = world.optional["blob"] = MemoryBlob()
    first = await world.get(ARTICLE)
    await world.settle()
    (key,) = [key for key in world.kv.keys("card/") if key in blob.entries and "fallback" not in key][:1]
    assert world.kv.entries[key][0] == b""
    other = world.isolate()
    other.optional["blob"] = blob
    response = await other.get(ARTICLE)
    assert "detail=kv" in str(response.header("cache-status"))
    assert await bytes_of(response) == await bytes_of(first)


async def test_lost_blob_is_a_miss() -> None:
    world = World(env={"EMBLAZON_BLOB_ABOVE": "10"})
    blob = world.optional["blob"] = MemoryBlob()
    await world.get(ARTICLE)
    await world.settle()
    blob.entries.clear()
    other = world.isolate()
    other.optional["blob"] = blob
    assert "uri-miss" in str((await other.get(ARTICLE)).header("cache-status"))


@dataclass
class Points:
    written: list[tuple[str, list[str]]] = field(default_factory=list)

    def write(self, *, index: str, blobs: Sequence[str], doubles: Sequence[float]) -> None:
        self.written.append((index, list(blobs)))


async def test_every_request_for_a_card_is_one_data_point(world: World) -> None:
    points = world.optional["analytics"] = Points()
    await world.get(ARTICLE)
    await world.get(ARTICLE)
    await world.get("/og/nope.png")
    assert [(index, blobs[0]) for index, blobs in points.written] == [
        ("article", "miss"),
        ("article", "hit"),
        ("", "problem"),
    ]
