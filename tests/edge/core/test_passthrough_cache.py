"""The pass-through cache as RFC 9111 numbers it: each case is a script of requests and answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest
from edge_world import START, ListLog, VirtualClock

from emblazon.edge.messages import BytesBody, Headers, OriginResponse, Request, Response
from emblazon.edge.ports import OriginError, OriginFailure
from emblazon_origin.host.asyncio_ports import AsyncioBackground
from emblazon_origin.host.passthrough import Passthrough
from emblazon_origin.host.passthrough.proxy import Early
from emblazon_origin.host.passthrough.responses import ResponseStore

BASE = "https://site.test"


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    content: bytes


@dataclass
class FakeSite:
    """Answers with what it is told, and counts."""

    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    body: bytes = b"hello"
    failure: OriginFailure | None = None
    seconds: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    async def fetch(
        self,
        target: str,
        headers: Headers,
        *,
        deadline: float,
        method: str = "GET",
        content: bytes = b"",
        early: Early,
    ) -> OriginResponse:
        self.asked.append(Asked(method, target, dict(headers), content))
        await asyncio.sleep(self.seconds)
        if self.failure is not None:
            raise OriginError(self.failure)
        known = {name.lower(): value for name, value in headers}
        status, body = self.status, self.body + b" %d" % len(self.asked)
        if "etag" in self.headers and known.get("if-none-match") == self.headers["etag"]:
            status, body = 304, b""
        body = b"" if method == "HEAD" else body
        return OriginResponse(status, tuple(self.headers.items()), BytesBody(body))


class Browser:
    """A client of the cache."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.site = FakeSite()
        self.background = AsyncioBackground()
        self.cache = Passthrough(self.site, self.clock, self.background, ListLog())

    async def send(
        self, method: str, target: str = "/page", *, body: bytes = b"", **headers: str
    ) -> Response:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.cache.handle(
            Request(method, target, fields, BASE, BytesBody(body) if body else None)
        )

    async def get(self, target: str = "/page", **headers: str) -> Response:
        return await self.send("GET", target, body=b"", **headers)

    async def text(self, target: str = "/page", **headers: str) -> str:
        response = await self.get(target, **headers)
        return (await response.body.read()).decode() if response.body else ""

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture
def browser() -> Browser:
    return Browser()


def ago(seconds: float) -> str:
    return formatdate(START - seconds, usegmt=True)


# What is reused for how long: (answer's fields, status, seconds passed, whether the second request is a hit)
REUSE: dict[str, tuple[dict[str, str], int, float, bool]] = {
    "4.2.1 max-age": ({"cache-control": "max-age=60"}, 200, 59, True),
    "4.2.1 max-age passed": ({"cache-control": "max-age=60"}, 200, 61, False),
    "4.2.1 s-maxage over max-age": ({"cache-control": "max-age=1, s-maxage=60"}, 200, 30, True),
    "5.3 Expires": ({"expires": formatdate(START + 60, usegmt=True), "date": ago(0)}, 200, 30, True),
    "5.3 past Expires": ({"expires": ago(60), "date": ago(0)}, 200, 1, False),
    "4.2.2 heuristic": ({"last-modified": ago(1000), "date": ago(0)}, 200, 90, True),
    "4.2.2 heuristic passed": ({"last-modified": ago(1000), "date": ago(0)}, 200, 110, False),
    "4.2.2 no heuristic for a 500": ({"last-modified": ago(1000), "date": ago(0)}, 500, 1, False),
    "4.2.2 nothing known": ({}, 200, 1, False),
    "4.2.3 Age counts": ({"cache-control": "max-age=60", "age": "50"}, 200, 11, False),
    "5.2.2.5 no-store": ({"cache-control": "no-store, max-age=60"}, 200, 1, False),
    "5.2.2.7 private": ({"cache-control": "private, max-age=60"}, 200, 1, False),
    "5.2.2.4 no-cache": ({"cache-control": "no-cache, max-age=60"}, 200, 1, False),
    "5.2.2.3 must-understand and understood": (
        {"cache-control": "must-understand, no-store, max-age=60"},
        200,
        1,
        True,
    ),
    "5.2.2.3 must-understand and not": ({"cache-control": "must-understand, max-age=60"}, 299, 1, False),
    "9213 CDN-Cache-Control wins": (
        {"cdn-cache-control": "max-age=60", "cache-control": "no-store"},
        200,
        30,
        True,
    ),
    "9213 and may forbid": (
        {"cdn-cache-control": "no-store", "cache-control": "max-age=60"},
        200,
        1,
        False,
    ),
    "9213 invalid is ignored": (
        {"cdn-cache-control": "no-store,", "cache-control": "max-age=60"},
        200,
        1,
        True,
    ),
    "3 explicit life of a 404": ({"cache-control": "max-age=60"}, 404, 1, True),
    "3 explicit life of a 503": ({"cache-control": "max-age=60"}, 503, 1, True),
    "3.3 a 206 is not stored": (
        {"cache-control": "max-age=60", "content-range": "bytes 0-4/9"},
        206,
        1,
        False,
    ),
    "4.1 Vary: *": ({"cache-control": "max-age=60", "vary": "*"}, 200, 1, False),
    "5861-3 stale-while-revalidate": (
        {"cache-control": "max-age=1, stale-while-revalidate=60"},
        200,
        30,
        True,
    ),
    "5861-3 and its end": ({"cache-control": "max-age=1, stale-while-revalidate=60"}, 200, 62, False),
}


@pytest.mark.parametrize(("headers", "status", "passed", "hit"), REUSE.values(), ids=REUSE.keys())
async def test_reuse(
    browser: Browser, headers: dict[str, str], status: int, passed: float, hit: bool
) -> None:
    browser.site.headers, browser.site.status = headers, status
    first = await browser.get()
    assert first.status == status
    await browser.wait(passed)
    second = await browser.get()
    assert ("hit" in str(second.header("cache-status"))) == hit
    if hit:
        assert int(str(second.header("age"))) >= passed - 1


# What the request's Cache-Control does to a stored response (5.2.1): (stored life, age, wish, outcome)
WISHES: dict[str, tuple[str, float, str, str]] = {
    "no-cache": ("max-age=60", 1, "no-cache", "fwd=request"),
    "max-age younger": ("max-age=60", 30, "max-age=10", "fwd=request"),
    "max-age older": ("max-age=60", 5, "max-age=10", "hit"),
    "min-fresh enough": ("max-age=60", 10, "min-fresh=40", "hit"),
    "min-fresh too little": ("max-age=60", 30, "min-fresh=40", "fwd=request"),
    "max-stale": ("max-age=60", 70, "max-stale=20", "hit"),
    "max-stale without a bound": ("max-age=60", 9999, "max-stale", "hit"),
    "max-stale too little": ("max-age=60", 90, "max-stale=20", "fwd=stale"),
    "max-stale against must-revalidate": ("max-age=60, must-revalidate", 70, "max-stale", "fwd=stale"),
    "only-if-cached and cached": ("max-age=60", 1, "only-if-cached", "hit"),
}


@pytest.mark.parametrize(("life", "passed", "wish", "outcome"), WISHES.values(), ids=WISHES.keys())
async def test_wish(browser: Browser, life: str, passed: float, wish: str, outcome: str) -> None:
    browser.site.headers = {"cache-control": life}
    await browser.get()
    await browser.wait(passed)
    assert outcome in str((await browser.get(cache_control=wish)).header("cache-status"))


async def test_only_if_cached_and_not_cached_is_504(browser: Browser) -> None:
    assert (await browser.get(cache_control="only-if-cached")).status == 504
    assert not browser.site.asked


async def test_request_no_store_is_not_stored(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    await browser.get(cache_control="no-store")
    assert "uri-miss" in str((await browser.get()).header("cache-status"))


# §4.3 Validation


async def test_304_freshens_the_stored_response(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=10", "etag": '"v1"', "x-note": "old"}
    first = await browser.text()
    await browser.wait(11)
    browser.site.headers |= {"x-note": "new", "content-length": "999"}
    second = await browser.get()
    assert browser.site.asked[1].headers["If-None-Match"] == '"v1"'
    assert second.header("x-note") == "new"
    assert second.header("content-length") == str(len(first))
    assert second.header("age") == "0"
    assert "fwd=stale; fwd-status=304; stored" in str(second.header("cache-status"))
    assert "hit" in str((await browser.get()).header("cache-status"))


async def test_last_modified_validates_too(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=10", "last-modified": ago(500)}
    await browser.get()
    await browser.wait(11)
    await browser.get()
    assert browser.site.asked[1].headers["If-Modified-Since"] == ago(500)


async def test_clients_own_condition_is_answered_from_the_cache(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60", "etag": '"v1"'}
    await browser.get()
    assert (await browser.get(if_none_match='"v1"')).status == 304
    assert (await browser.get(if_none_match='"v0"')).status == 200
    assert len(browser.site.asked) == 1


async def test_clients_validator_does_not_replace_ours(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=10", "etag": '"v2"'}
    await browser.get()
    await browser.wait(11)
    response = await browser.get(if_none_match='"v1"')
    assert browser.site.asked[1].headers["If-None-Match"] == '"v2"'
    assert response.status == 200


async def test_condition_without_a_stored_response_goes_through_and_its_304_is_not_stored(
    browser: Browser,
) -> None:
    browser.site.headers = {"etag": '"v1"', "cache-control": "max-age=60"}
    assert (await browser.get(if_none_match='"v1"')).status == 304
    assert "uri-miss" in str((await browser.get()).header("cache-status"))


async def test_head_is_answered_from_a_stored_get(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    text = await browser.text()
    head = await browser.send("HEAD")
    assert head.body is None
    assert head.header("content-length") == str(len(text))
    assert len(browser.site.asked) == 1


async def test_head_that_tells_of_other_content_invalidates(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=10", "etag": '"v1"'}
    await browser.get()
    await browser.wait(11)
    browser.site.headers = {"cache-control": "max-age=10", "etag": '"v2"'}
    await browser.send("HEAD")
    assert "uri-miss" in str((await browser.get()).header("cache-status"))


async def test_ranges_are_cut_from_a_complete_response(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    text = await browser.text()
    part = await browser.get(range="bytes=1-3")
    assert part.status == 206
    assert part.header("content-range") == f"bytes 1-3/{len(text)}"
    beyond = await browser.get(range="bytes=99-")
    assert (beyond.status, beyond.header("cache-control")) == (416, "no-store")
    assert beyond.header("content-range") == f"bytes */{len(text)}"
    changed = await browser.get(if_match='"another"')
    assert (changed.status, changed.header("cache-control")) == (412, "no-store")


# §4.2.4 Stale


@pytest.mark.parametrize("failure", ["refused", "timeout", "truncated"])
async def test_disconnected_cache_serves_stale(browser: Browser, failure: OriginFailure) -> None:
    browser.site.headers = {"cache-control": "max-age=10"}
    await browser.get()
    await browser.wait(11)
    browser.site.failure = failure
    response = await browser.get()
    assert response.status == 200
    assert "detail=stale-if-error" in str(response.header("cache-status"))


@pytest.mark.parametrize("rule", ["must-revalidate", "proxy-revalidate", "no-cache", "s-maxage=10"])
async def test_but_not_where_that_is_forbidden(browser: Browser, rule: str) -> None:
    browser.site.headers = {"cache-control": f"max-age=10, {rule}"}
    await browser.get()
    await browser.wait(11)
    browser.site.failure = "timeout"
    assert (await browser.get()).status == 504


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_stale_if_error(browser: Browser, status: int) -> None:
    browser.site.headers = {"cache-control": "max-age=10, stale-if-error=60"}
    await browser.get()
    await browser.wait(30)
    browser.site.status = status
    browser.site.headers = {}
    assert (await browser.get()).status == 200
    await browser.wait(60)
    assert (await browser.get()).status == status


async def test_without_stale_if_error_an_error_is_passed_on(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=10"}
    await browser.get()
    await browser.wait(11)
    browser.site.status = 503
    assert (await browser.get()).status == 503


async def test_stale_while_revalidate_answers_at_once_and_asks_once(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=10, stale-while-revalidate=60"}
    old = await browser.text()
    await browser.wait(11)
    browser.site.seconds = 5.0
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert [await browser.text() for _ in range(10)] == [old] * 10
    assert loop.time() == began
    await browser.background.drain(10)
    assert len(browser.site.asked) == 2
    assert await browser.text() != old


async def test_nothing_stored_and_nobody_there(browser: Browser) -> None:
    browser.site.failure = "refused"
    response = await browser.get()
    assert response.status == 502
    assert response.header("cache-control") == "no-store"


# §3.5, §4.1, §4.4


@pytest.mark.parametrize(
    ("rule", "hit"), [("", False), (", public", True), (", must-revalidate", True), (", s-maxage=60", True)]
)
async def test_answer_to_an_authorised_request(browser: Browser, rule: str, hit: bool) -> None:
    browser.site.headers = {"cache-control": f"max-age=60{rule}"}
    await browser.get(authorization="Bearer x")
    assert ("hit" in str((await browser.get()).header("cache-status"))) == hit


async def test_variants_are_kept_apart(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60", "vary": "Accept-Language, X-Other"}
    german = await browser.text(accept_language="de, en")
    assert await browser.text(accept_language="fr") != german
    assert await browser.text(accept_language="de,EN") == german
    assert len(browser.site.asked) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH"])
@pytest.mark.parametrize(("status", "invalidated"), [(200, True), (303, True), (404, False), (500, False)])
async def test_unsafe_method_invalidates_when_it_succeeds(
    browser: Browser, method: str, status: int, invalidated: bool
) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    await browser.get()
    browser.site.status = status
    await browser.send(method, body=b"x")
    assert browser.site.asked[1].content == b"x"
    browser.site.status = 200
    assert ("uri-miss" in str((await browser.get()).header("cache-status"))) == invalidated


@pytest.mark.parametrize(
    ("reference", "invalidated"),
    [("/page", True), ("https://site.test/page", True), ("https://other.test/page", False)],
)
@pytest.mark.parametrize("name", ["location", "content-location"])
async def test_unsafe_method_invalidates_what_it_points_to_on_the_same_host(
    browser: Browser, name: str, reference: str, invalidated: bool
) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    await browser.get()
    browser.site.headers = {name: reference}
    await browser.send("POST", "/form")
    assert ("uri-miss" in str((await browser.get()).header("cache-status"))) == invalidated


async def test_safe_method_invalidates_nothing(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    await browser.get()
    await browser.send("OPTIONS")
    assert "hit" in str((await browser.get()).header("cache-status"))


async def test_hosts_do_not_share_entries(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    await browser.get()
    other = await browser.cache.handle(Request("GET", "/page", {}, "https://other.test"))
    assert "uri-miss" in str(other.header("cache-status"))


async def test_fields_of_one_connection_go_no_further(browser: Browser) -> None:
    await browser.get(connection="x-hop, keep-alive", x_hop="1", keep_alive="5", x_end="2")
    sent = browser.site.asked[0].headers
    assert "x-end" in sent
    assert not {"x-hop", "keep-alive", "connection"} & set(sent)


async def test_date_is_added_where_it_is_missing_and_never_rewritten(browser: Browser) -> None:
    browser.site.headers = {"cache-control": "max-age=60"}
    first = await browser.get()
    await browser.wait(10)
    second = await browser.get()
    assert first.header("date") == second.header("date") == ago(0)


async def test_store_is_bounded_in_bytes(browser: Browser) -> None:
    browser.cache.store = ResponseStore(max_bytes=20_000)
    browser.site.headers = {"cache-control": "max-age=60"}
    browser.site.body = b"x" * 4000
    for number in range(20):
        await browser.get(f"/{number}")
    assert browser.cache.store.bytes <= 20_000
    assert "hit" in str((await browser.get("/19")).header("cache-status"))
    assert "uri-miss" in str((await browser.get("/0")).header("cache-status"))
