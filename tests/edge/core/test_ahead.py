"""Cards drawn before anybody asks: pages of sitemaps and feeds, neighbours, a budget, and what was of use."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape

import pytest
from edge_world import KEYS, World, example_manifest

from emblazon.contract.schema import Warm
from emblazon.contract.signing import Keyring
from emblazon.edge.admin.site_pages import BadSitemap, read_sitemap
from emblazon.edge.config import ConfigError, EdgeConfig
from emblazon.edge.messages import BytesBody, Headers, OriginResponse
from emblazon.edge.ports import OriginError

EDGE = "https://og.test"
BLOG = "https://blog.test"
SETTINGS = {"EMBLAZON_SITEMAPS": f"{BLOG}/sitemap.xml", "EMBLAZON_PUBLIC_URL": EDGE}
LOOK = 901.0  # seconds after which the site is looked at again


@dataclass
class Blog:
    """A site: pages with a card each, a sitemap with validators; remembers what it was asked for."""

    pages: dict[str, str] = field(default_factory=dict)  # path → lastmod
    files: dict[str, bytes] = field(default_factory=dict)  # instead of what is made of the pages
    asked: list[str] = field(default_factory=list)
    signing: bool = False
    alive: bool = True
    broken: set[str] = field(default_factory=set)  # paths that answer 503

    def image(self, path: str) -> str:
        """The address of a page's card."""
        query = f"title=Page%20{path.strip('/')}"
        if self.signing:
            query = Keyring.parse(KEYS).sign("/og/article.png", query)
        return f"{EDGE}/og/article.png?{query}"

    def __call__(self, base_url: str) -> Blog:
        assert base_url == BLOG, "nobody else is asked"
        return self

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        self.asked.append(target)
        if not self.alive:
            raise OriginError("refused")
        if target in self.broken:
            return OriginResponse(503, (), BytesBody(b""))
        body = self.files.get(target) or self._file(target)
        if body is None:
            return OriginResponse(404, (), BytesBody(b""))
        etag = f'"{hash(body)}"'
        if dict(headers).get("If-None-Match") == etag:
            return OriginResponse(304, (), BytesBody(b""))
        return OriginResponse(200, (("ETag", etag),), BytesBody(body))

    def _file(self, target: str) -> bytes | None:
        if target == "/sitemap.xml":
            return sitemap({f"{BLOG}{path}": stamp for path, stamp in self.pages.items()})
        if target not in self.pages:
            return None
        image = escape(self.image(target))
        return f'<!doctype html><head><meta property="og:image" content="{image}"></head><body>'.encode()


def sitemap(pages: dict[str, str]) -> bytes:
    urls = "".join(f"<url><loc>{url}</loc><lastmod>{stamp}</lastmod></url>" for url, stamp in pages.items())
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


@dataclass
class Points:
    """The outcomes of the data points."""

    outcomes: Counter[str] = field(default_factory=Counter)

    def write(self, *, index: str, blobs: Sequence[str], doubles: Sequence[float]) -> None:
        self.outcomes[blobs[0]] += 1


@dataclass
class ListedQueue:
    """A queue that remembers its messages."""

    sent: list[str] = field(default_factory=list)

    async def send(self, messages: Sequence[str]) -> None:
        self.sent.extend(messages)


def deployment(blog: Blog, *, signing: bool = False, **env: str) -> World:
    world = World(env=SETTINGS | env, signing=signing)
    world.optional |= {"site": blog, "analytics": Points()}
    return world


async def cron(world: World) -> None:
    await world.edge.on_scheduled(world.ports)
    await world.settle()


async def is_hit(world: World, blog: Blog, path: str) -> bool:
    answer = await world.get(blog.image(path).removeprefix(EDGE))
    await world.settle()
    return "hit" in str(answer.header("cache-status"))


def drawn(world: World) -> int:
    return len(world.origin.card_requests)


async def test_cards_of_new_and_changed_pages_are_drawn_once() -> None:
    blog = Blog({"/a": "2026-11-01", "/b": "2026-11-02"})
    world = deployment(blog)
    await cron(world)
    assert drawn(world) == 2
    elsewhere = world.isolate()
    assert await is_hit(elsewhere, blog, "/a")
    blog.asked.clear()
    await world.advance(LOOK)
    await cron(world)
    assert blog.asked == ["/sitemap.xml"], "304: no page is read again"
    blog.pages |= {"/b": "2026-11-09", "/c": "2026-11-10"}
    await world.advance(LOOK)
    await cron(world)
    assert blog.asked[1:] == ["/sitemap.xml", "/b", "/c"]
    assert drawn(world) == 3, "the card of the changed page says the same"


async def test_another_isolate_goes_on_where_the_last_stopped() -> None:
    blog = Blog({"/a": "1"})
    world = deployment(blog)
    await cron(world)
    other = world.isolate()
    other.optional = world.optional
    await other.advance(LOOK)
    await cron(other)
    assert blog.asked == ["/sitemap.xml", "/a", "/sitemap.xml"]


async def test_day_has_a_budget_and_the_next_goes_on() -> None:
    blog = Blog({f"/{number}": "1" for number in range(7)})
    world = deployment(blog, EMBLAZON_WARM_BUDGET="3")
    for expected in (3, 3, 3):
        await cron(world)
        assert drawn(world) == expected
        await world.advance(LOOK)
    await world.advance(86_400)
    await cron(world)
    assert drawn(world) == 6


async def test_only_signed_cards_of_this_deployment_on_pages_of_the_site_are_drawn() -> None:
    blog = Blog({"/signed": "1", "/forged": "1", "/foreign": "1", "/none": "1"}, signing=True)
    blog.files["/forged"] = f'<meta property="og:image" content="{EDGE}/og/article.png?title=x">'.encode()
    blog.files["/foreign"] = b'<meta property="og:image" content="https://cdn.test/og/article.png?title=x">'
    blog.files["/none"] = b"<p>no picture"
    pages = {f"{BLOG}{path}": "1" for path in blog.pages} | {"http://127.0.0.1/admin": "1"}
    blog.files["/sitemap.xml"] = sitemap(pages)
    world = deployment(blog, signing=True)
    await cron(world)
    assert [asked.target for asked in world.origin.card_requests] == [
        "/render/article.png?title=Page%20signed"
    ]
    assert "/admin" not in blog.asked
    assert ("not drawn ahead", "/og/article.png") in [
        (event, fields.get("url")) for event, fields in world.log.lines
    ]


async def test_neighbours_that_the_template_declares_are_drawn_too() -> None:
    blog = Blog({"/a": "1"})
    world = deployment(blog)
    warm = Warm(((600, 315), (1200, 630)), ("webp", "png"))
    article = replace(example_manifest().templates["article"], warm=warm)
    world.origin.manifest = example_manifest(article=article)
    await cron(world)
    targets = {asked.target for asked in world.origin.card_requests}
    assert targets == {
        "/render/article.png?title=Page%20a",
        "/render/article.png?_h=315&_w=600&title=Page%20a",
        "/render/article.webp?title=Page%20a",
    }


async def test_index_feed_image_sitemap_and_gzip_are_read() -> None:
    blog = Blog({"/a": "1", "/b": "1", "/c": "1", "/d": "1"})
    blog.files = {
        "/sitemap.xml": (
            b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            b"<sitemap><loc>https://blog.test/posts.xml.gz</loc></sitemap>"
            b"<sitemap><loc>https://blog.test/images.xml</loc></sitemap>"
            b"<sitemap><loc>https://evil.test/x.xml</loc></sitemap></sitemapindex>"
        ),
        "/posts.xml.gz": gzip.compress(sitemap({f"{BLOG}/a": "1"})),
        "/images.xml": (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://blog.test/b</loc>'
            f"<image:image><image:loc>{escape(blog.image('/b'))}</image:loc></image:image></url></urlset>"
        ).encode(),
        "/rss": b"<rss><channel><link>https://blog.test/</link><item><title>C</title>"
        b"<link>https://blog.test/c</link><pubDate>today</pubDate></item></channel></rss>",
        "/atom": b'<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://blog.test/"/><entry>'
        b'<link rel="edit" href="https://blog.test/edit"/><link href="https://blog.test/d"/>'
        b"<updated>2026</updated></entry></feed>",
    }
    sitemaps = f"{BLOG}/sitemap.xml, {BLOG}/rss {BLOG}/atom"
    world = deployment(blog, EMBLAZON_SITEMAPS=sitemaps)
    await cron(world)
    titles = sorted(asked.target.rpartition("%20")[2] for asked in world.origin.card_requests)
    assert titles == ["a", "b", "c", "d"]
    assert "/b" not in blog.asked, "its card is known already"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><urlset><url><loc>&a;</loc></url></urlset>', "document type"),
        ("<!DOCTYPE urlset><urlset/>".encode("utf-16"), "document type"),
        (b"<html></html>", "neither a sitemap nor a feed"),
        (b"<urlset><url>", "cannot be read"),
        (b"\x1f\x8bbroken", "cannot be read"),
        (gzip.compress(b" " * 11_000_000), "larger than"),
    ],
)
def test_what_is_no_sitemap_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadSitemap, match=said):
        read_sitemap(data)


async def test_site_that_is_down_or_talks_nonsense_costs_nothing_and_is_asked_again() -> None:
    blog = Blog({"/a": "1"}, alive=False)
    world = deployment(blog)
    await cron(world)
    blog.alive, blog.files["/sitemap.xml"] = True, b"<html>oops"
    await world.advance(LOOK)
    await cron(world)
    del blog.files["/sitemap.xml"]
    await world.advance(LOOK)
    await cron(world)
    assert drawn(world) == 1


async def test_origin_in_trouble_is_left_alone_and_the_pages_wait() -> None:
    blog = Blog({"/a": "1", "/b": "1", "/c": "1"})
    world = deployment(blog)
    await world.warm_up()
    world.origin.alive = False
    await cron(world)
    assert len(world.origin.card_requests) == 1
    world.origin.alive = True
    await world.advance(LOOK)
    await cron(world)
    hits = [await is_hit(world.isolate(), blog, path) for path in blog.pages]
    assert hits == [True, True, True]


async def test_page_that_does_not_answer_waits_for_the_next_run() -> None:
    blog = Blog({"/a": "1", "/b": "1"})
    world = deployment(blog)
    blog.broken = {"/a"}
    await cron(world)
    assert await is_hit(world.isolate(), blog, "/b"), "the others are seen to"
    blog.broken = set()
    blog.asked.clear()
    await world.advance(60)
    await cron(world)
    assert blog.asked == ["/a"]
    assert await is_hit(world.isolate(), blog, "/a")


async def test_page_that_never_answers_is_given_up_after_three_runs() -> None:
    blog = Blog({"/a": "1"}, broken={"/a"})
    world = deployment(blog)
    for _ in range(5):
        await cron(world)
        await world.advance(LOOK)
    assert blog.asked.count("/a") == 3
    assert "it failed in 3 runs" in [fields.get("detail") for _, fields in world.log.lines]
    blog.broken, blog.pages = set(), {"/a": "2"}
    await cron(world)
    assert drawn(world) == 1, "it has changed"


async def test_card_that_a_busy_origin_refused_waits_for_the_next_run() -> None:
    blog = Blog({"/a": "1", "/b": "1"})
    world = deployment(blog)
    await world.warm_up()

    async def busy(target: str) -> OriginResponse:
        if target.endswith("a"):
            return OriginResponse(503, (), BytesBody(b"{}"))
        return world.origin.card(target)

    world.origin.behaviour = busy
    await cron(world)
    world.origin.behaviour = None
    await world.advance(LOOK)
    await cron(world)
    assert [await is_hit(world.isolate(), blog, path) for path in blog.pages] == [True, True]
    await world.advance(LOOK)
    before = drawn(world)
    await cron(world)
    assert drawn(world) == before


async def test_what_was_drawn_ahead_is_counted_until_it_is_used_or_wasted() -> None:
    blog = Blog({"/a": "1", "/b": "1", "/c": "1"})
    world = deployment(blog)
    world.origin.nature = "quick"
    await cron(world)
    visited = [world, world.isolate(), world.isolate()]
    assert await is_hit(visited[0], blog, "/a")
    assert await is_hit(visited[1], blog, "/a")
    assert await is_hit(visited[2], blog, "/b")
    await world.advance(3700)
    for each in visited:  # an hour later each writes what it has seen
        await is_hit(each, blog, "/a")
    await world.advance(21_600)
    await cron(world)
    outcomes = world.optional["analytics"].outcomes
    assert {name: outcomes[name] for name in ("warmed", "used", "wasted")} == {
        "warmed": 3,
        "used": 2,
        "wasted": 0,
    }
    await world.advance(7 * 86_400)
    await cron(world)
    assert {name: outcomes[name] for name in ("warmed", "used", "wasted")} == {
        "warmed": 3,
        "used": 2,
        "wasted": 1,
    }


async def test_queue_draws_where_there_is_one() -> None:
    blog = Blog({"/a": "1"})
    world = deployment(blog)
    queue = world.optional["queue"] = ListedQueue()
    await cron(world)
    assert drawn(world) == 0
    assert queue.sent == ['{"path": "/og/article.png?title=Page%20a", "ahead": true}']
    assert await world.edge.on_queue(queue.sent, world.ports) == []
    await world.settle()
    assert drawn(world) == 1
    assert await is_hit(world.isolate(), blog, "/a")


async def test_nothing_is_asked_of_kv_where_no_sitemap_is_named() -> None:
    world = World()
    await world.warm_up()
    await cron(world)
    world.kv.operations.clear()
    for _ in range(3):
        await world.advance(3600)
        await cron(world)
    assert dict(world.kv.operations) == {}


async def test_kv_that_does_not_answer_does_not_begin_anew() -> None:
    blog = Blog({"/a": "1"})
    world = deployment(blog)
    await cron(world)
    await world.advance(LOOK)
    world.kv.get_fault.error = OSError("down")
    asked = len(blog.asked)
    await cron(world)
    assert len(blog.asked) == asked


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (
            {"EMBLAZON_SITEMAPS": "blog.test/sitemap.xml", "EMBLAZON_PUBLIC_URL": EDGE},
            "https://example.com/sitemap",
        ),
        ({"EMBLAZON_SITEMAPS": "ftp://blog.test/a", "EMBLAZON_PUBLIC_URL": EDGE}, "ftp://blog.test/a"),
        ({"EMBLAZON_SITEMAPS": f"{BLOG}/sitemap.xml"}, "EMBLAZON_PUBLIC_URL"),
    ],
)
def test_wrong_setting_is_named(env: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match="EMBLAZON_SITEMAPS") as caught:
        EdgeConfig.from_env({"EMBLAZON_SIGNING": "off", "EMBLAZON_ORIGIN_URL": "http://o", **env})
    assert said in str(caught.value)
