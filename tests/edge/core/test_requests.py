"""What clients send: docs/caching.md, faults 22 to 29, methods, negotiation, headers."""

from __future__ import annotations

import asyncio
import json

import pytest
from edge_world import KEYS, START, World, bytes_of, failing

from emblazon.contract.signing import Keyring
from emblazon.edge.messages import Response

ARTICLE = "/og/article.png?title=Hi"


@pytest.fixture
def signing_world() -> World:
    return World(signing=True)


async def problem_of(response: Response) -> dict[str, object]:
    assert response.header("content-type") == "application/problem+json"
    assert response.header("cache-control") == "no-store"
    members: dict[str, object] = json.loads(await bytes_of(response))
    assert members["status"] == response.status
    return members


def nothing_was_touched(world: World) -> bool:
    return not (world.kv.operations or world.cache.operations or world.origin.asked)


# Signatures (rows 22 to 24)


async def test_unsigned_requests_cost_no_io(signing_world: World) -> None:
    for number in range(1000):
        response = await signing_world.get(f"/og/article.png?title={number}")
        assert response.status == 403
    assert (await problem_of(response))["type"] == "urn:emblazon:problem:bad-signature"
    assert nothing_was_touched(signing_world)


def tampered(url: str) -> dict[str, str]:
    head, _, signature = url.rpartition("_sig=")
    flipped = ("B" if signature[0] != "B" else "C") + signature[1:]
    return {
        "one character": f"{head}_sig={flipped}",
        "cut": f"{head}_sig={signature[:-4]}",
        "emptied": f"{head}_sig=",
        "gone": head.rstrip("&"),
        "other kid": url.replace("_kid=k1", "_kid=k2"),
        "no kid": url.replace("_kid=k1&", ""),
        "other title": url.replace("title=Hi", "title=Ha"),
        "more": url.replace("title=Hi", "title=Hi&theme=dark"),
        "other format": url.replace(".png", ".jpg"),
        "longer life": url.replace(f"_exp={int(START) + 1000}", f"_exp={int(START) + 9000}"),
    }


@pytest.mark.parametrize("change", list(tampered("x?_kid=k1&title=Hi&_sig=AAAA")))
async def test_changed_signature_is_refused_though_the_card_is_cached(
    signing_world: World, change: str
) -> None:
    url = signing_world.signed("/og/article.png", "title=Hi", expires_at=int(START) + 1000)
    assert (await signing_world.get(url)).status == 200
    await signing_world.settle()
    signing_world.reset_counts()
    response = await signing_world.get(tampered(url)[change])
    assert response.status == 403
    await problem_of(response)
    assert nothing_was_touched(signing_world)


async def test_keys_rotate_without_breaking_published_urls() -> None:
    old = World(signing=True)
    published = old.signed("/og/article.png", "title=Hi")
    new = World(signing=True, env={"EMBLAZON_SIGNING_KEYS": f"k2:{'9' * 32},{KEYS}"})
    assert (await new.get(published)).status == 200
    fresh = Keyring.parse(f"k2:{'9' * 32}").sign("/og/article.png", "title=Hi")
    assert (await new.get(f"/og/article.png?{fresh}")).status == 200
    assert (await old.get(f"/og/article.png?{fresh}")).status == 403


async def test_expired_url_is_gone_though_its_card_is_cached(signing_world: World) -> None:
    url = signing_world.signed("/og/article.png", "title=Hi", expires_at=int(START) + 100)
    await signing_world.get(url)
    await signing_world.advance(200)
    response = await signing_world.get(url)
    assert response.status == 410
    assert (await problem_of(response))["type"] == "urn:emblazon:problem:expired"


async def test_replays_and_other_expiries_share_one_entry(signing_world: World) -> None:
    for expiry in (100, 200, 300):
        await signing_world.get(
            signing_world.signed("/og/article.png", "title=Hi", expires_at=int(START) + expiry)
        )
    assert len(signing_world.origin.card_requests) == 1


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (100, "public, max-age=100"),
        (400, "public, max-age=300, stale-while-revalidate=100, stale-if-error=100"),
    ],
)
async def test_no_life_passes_the_expiry(signing_world: World, left: int, expected: str) -> None:
    response = await signing_world.get(
        signing_world.signed("/og/article.png", "title=Hi", expires_at=int(START) + left)
    )
    assert response.header("cache-control") == expected
    assert response.header("cdn-cache-control") == expected.removeprefix("public, ")


async def test_no_signature_reaches_origin_or_log(signing_world: World) -> None:
    signing_world.origin.behaviour = failing("refused")
    url = signing_world.signed("/og/article.png", "title=Hi")
    await signing_world.get(url)
    signature = url.rpartition("_sig=")[2]
    assert all(signature not in asked.target for asked in signing_world.origin.asked)
    assert signature not in repr(signing_world.log.lines)


async def test_flood_of_signed_cards_is_bounded_and_leaves_hot_cards_alone(world: World) -> None:
    await world.warm_up(ARTICLE)
    world.origin.seconds = 5.0
    limit = world.edge.config.max_fills
    flood = [asyncio.create_task(world.get(f"/og/article.png?title=flood{n}")) for n in range(limit * 3)]
    await world.advance(0.01)
    assert len(world.origin.card_requests) == limit
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert "hit" in str((await world.get(ARTICLE)).header("cache-status"))
    assert loop.time() == began
    answers = await asyncio.gather(*flood)
    assert {answer.status for answer in answers} == {200}
    assert sum(answer.header("x-emblazon-fallback") == "overload" for answer in answers) == limit * 2


# Bad input (rows 25 to 29)

BAD: dict[str, tuple[str, int, str]] = {
    "duplicate parameter": ("/og/article.png?title=a&title=b", 400, "title"),
    "huge URL": (f"/og/article.png?title={'x' * 9000}", 414, "8192"),
    "broken escape": ("/og/article.png?title=%zz", 400, "title"),
    "overlong UTF-8": ("/og/article.png?title=%c0%af", 400, "title"),
    "lone surrogate": ("/og/article.png?title=%ed%a0%80", 400, "title"),
    "NUL": ("/og/article.png?title=a%00b", 400, "title"),
    "CR LF": ("/og/article.png?title=a%0d%0ab", 400, "title"),
    "traversal": ("/og/../article.png?title=a", 404, ""),
    "encoded traversal": ("/og/%2e%2e%2farticle.png?title=a", 404, ""),
    "backslash": ("/og/..\\article.png?title=a", 404, ""),
    "unknown template": ("/og/nope.png?title=a", 404, "nope"),
    "unknown format": ("/og/article.gif?title=a", 404, "gif"),
    "nothing": ("/", 404, ""),
    "too small": ("/og/article.png?title=a&_w=10", 400, "_w"),
    "too large": ("/og/article.png?title=a&_w=4000&_h=4000&_dpr=3", 400, "_w"),
    "bad JSON": ("/api/og/x?template=article&data={", 400, "data"),
}


@pytest.mark.parametrize(("target", "status", "word"), BAD.values(), ids=BAD.keys())
async def test_bad_input_gets_a_problem_that_names_it(
    world: World, target: str, status: int, word: str
) -> None:
    await world.warm_up()
    response = await world.get(target)
    assert response.status == status
    assert word in json.dumps(await problem_of(response))
    assert not world.origin.card_requests
    assert not world.kv.operations


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "get"])
async def test_other_methods_are_refused(world: World, method: str) -> None:
    response = await world.send(method, ARTICLE)
    assert response.status == 405
    assert response.header("allow") == "GET, HEAD, OPTIONS"
    assert nothing_was_touched(world)


@pytest.mark.parametrize(
    ("target", "allow"), [("/purge", "POST"), ("/api/cards", "POST"), ("/healthz", "GET, HEAD")]
)
async def test_method_rules_of_the_other_routes(world: World, target: str, allow: str) -> None:
    response = await world.send("DELETE", target)
    assert (response.status, response.header("allow")) == (405, allow)


async def test_preflight_lets_any_site_read_cards(world: World) -> None:
    response = await world.send("OPTIONS", ARTICLE)
    assert response.status == 204
    assert response.header("access-control-allow-origin") == "*"
    assert response.header("access-control-allow-methods") == "GET, HEAD, OPTIONS"
    assert nothing_was_touched(world)


# Serving


@pytest.fixture
async def served(world: World) -> Response:
    await world.warm_up(ARTICLE)
    await world.advance(100)
    return await world.get(ARTICLE)


EXPECTED = {
    "content-type": "image/png",
    "cache-control": "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800",
    "cdn-cache-control": "max-age=300, stale-while-revalidate=86400, stale-if-error=604800",
    "age": "100",
    "accept-ranges": "bytes",
    "date": "Fri, 15 Jan 2027 08:00:00 GMT",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "cache-status": "emblazon; hit; ttl=200",
    "vary": None,
}


@pytest.mark.parametrize(("name", "value"), EXPECTED.items())
async def test_header_of_a_card(served: Response, name: str, value: str | None) -> None:
    assert served.header(name) == value


async def test_etag_is_strong_and_of_the_bytes(world: World) -> None:
    first = await world.get(ARTICLE)
    second = await world.get("/og/article.png?title=Other")
    assert str(first.header("etag")).startswith('"')
    assert first.header("etag") != second.header("etag")


async def test_never_a_directive_that_switches_stale_serving_off(world: World) -> None:
    response = await world.get(ARTICLE)
    both = f"{response.header('cache-control')} {response.header('cdn-cache-control')}"
    assert not any(word in both for word in ("s-maxage", "must-revalidate", "proxy-revalidate"))


async def test_cold_head_fills(world: World) -> None:
    head = await world.send("HEAD", ARTICLE)
    get = await world.get(ARTICLE)
    assert head.body is None
    assert head.header("content-length") == str(len(await bytes_of(get)))
    assert "hit" in str(get.header("cache-status"))


async def test_304_keeps_what_it_must_and_drops_what_is_of_the_bytes(world: World) -> None:
    first = await world.get("/og/article.auto?title=Hi", accept="image/webp")
    again = await world.get(
        "/og/article.auto?title=Hi", accept="image/webp", if_none_match=str(first.header("etag"))
    )
    assert again.status == 304
    assert again.body is None
    for name in ("etag", "cache-control", "vary", "date", "cdn-cache-control"):
        assert again.header(name) == first.header(name)
    assert again.header("content-length") is None
    assert again.header("content-type") is None


async def test_range_of_a_stored_card(world: World) -> None:
    whole = await bytes_of(await world.get(ARTICLE))
    part = await world.get(ARTICLE, range="bytes=1-3")
    assert (part.status, await bytes_of(part)) == (206, b"PNG")
    assert part.header("content-range") == f"bytes 1-3/{len(whole)}"
    assert part.header("content-length") == "3"
    beyond = await world.get(ARTICLE, range=f"bytes={len(whole)}-")
    assert beyond.status == 416
    assert beyond.header("content-range") == f"bytes */{len(whole)}"


@pytest.mark.parametrize("title", ["", "%20%20", "%E2%80%8B", "%C2%A0", "%E3%80%80", "%E2%80%8D%EF%BB%BF"])
async def test_required_parameter_that_shows_nothing_is_missing(world: World, title: str) -> None:
    response = await world.get(f"/og/article.png?title={title}")
    assert response.header("x-emblazon-findings") == 'missing-parameter;param="title"'
    assert world.origin.asked[-1].target == "/fallback/article.png"


@pytest.mark.parametrize(
    ("fields", "status"), [({"range": "bytes=9999999-"}, 416), ({"if_match": '"another"'}, 412)]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_failed_condition_is_a_problem_that_no_cache_may_keep(
    world: World, fields: dict[str, str], status: int, method: str
) -> None:
    await world.get(ARTICLE)
    answer = await world.send(method, ARTICLE, body=b"", **fields)
    if (method, status) == ("HEAD", 416):
        assert answer.status == 200, "HEAD ignores ranges"
        return
    assert answer.status == status
    assert answer.header("cache-control") == "no-store"
    assert answer.header("content-type") == "application/problem+json"
    assert answer.header("cdn-cache-control") is None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("image/avif,image/webp,*/*;q=0.8", "image/avif"),
        ("image/webp", "image/webp"),
        ("image/avif;q=0,image/webp;q=0.5", "image/webp"),
        ("*/*", "image/png"),
        ("", "image/png"),
    ],
)
async def test_auto_negotiates_and_says_so(world: World, accept: str, expected: str) -> None:
    response = await world.get("/og/article.auto?title=Hi", accept=accept)
    assert response.header("content-type") == expected
    assert response.header("vary") == "Accept"


async def test_negotiated_card_shares_its_entry_with_the_explicit_one(world: World) -> None:
    await world.get("/og/article.webp?title=Hi")
    response = await world.get("/og/article.auto?title=Hi", accept="image/webp")
    assert "hit" in str(response.header("cache-status"))


@pytest.mark.parametrize(
    "spelling",
    [
        "/og/article.png?title=Hi&theme=light",
        "/og/article.png?theme=light&title=%48i",
        "/og/article.png?title=Hi&_w=1200",
        "/api/og/my-name.png?template=article&data=%7B%22title%22%3A%22Hi%22%7D",
    ],
)
async def test_spellings_of_one_card_share_its_entry(world: World, spelling: str) -> None:
    await world.get(ARTICLE)
    assert "hit" in str((await world.get(spelling)).header("cache-status"))


async def test_pinned_version_is_immutable(world: World) -> None:
    response = await world.get(f"{ARTICLE}&_tv=a1a1a1a1")
    assert response.header("cache-control") == "public, max-age=31536000, immutable"


async def test_pinned_card_that_is_provisional_is_not_immutable(world: World) -> None:
    """The origin gives a short life to a card without one of its images."""
    world.origin.life = "max-age=10, stale-while-revalidate=60"
    response = await world.get(f"{ARTICLE}&_tv=a1a1a1a1")
    assert response.header("cache-control") == "public, max-age=10, stale-while-revalidate=60"


async def test_pin_to_another_version_is_not(world: World) -> None:
    response = await world.get(f"{ARTICLE}&_tv=00000000")
    assert "immutable" not in str(response.header("cache-control"))


async def test_origin_may_forbid_keeping_a_card(world: World) -> None:
    world.origin.life = "no-store"
    world.origin.extra = {"cache-control": "no-store"}
    response = await world.get(ARTICLE)
    assert response.header("cache-control") == "no-store"
    assert response.header("cache-status") == "emblazon; fwd=uri-miss; fwd-status=200"
    await world.settle()
    assert "fwd=uri-miss" in str((await world.get(ARTICLE)).header("cache-status"))


async def test_template_gives_the_life_where_the_origin_says_nothing(world: World) -> None:
    world.origin.life = ""
    response = await world.get("/og/plain.png")
    assert "max-age=300" in str(response.header("cache-control"))


async def test_request_id_travels_to_the_origin_and_back(world: World) -> None:
    response = await world.get(ARTICLE, x_request_id="abc-123")
    assert response.header("x-request-id") == "abc-123"
    assert world.origin.card_requests[0].headers["x-request-id"] == "abc-123"


async def test_hostile_request_id_is_replaced(world: World) -> None:
    response = await world.get(ARTICLE, x_request_id="a b\r\nc")
    assert len(str(response.header("x-request-id"))) == 32


async def test_server_timing_names_tiers_and_render_stages(world: World) -> None:
    timing = str((await world.get(ARTICLE)).header("server-timing"))
    for name in ("cache;dur=", "kv;dur=", "origin;dur=", "paint;dur=3.2", "total;dur="):
        assert name in timing


async def test_healthz_asks_nobody(world: World) -> None:
    response = await world.get("/healthz")
    assert json.loads(await bytes_of(response))["status"] == "ok"
    assert nothing_was_touched(world)


async def test_card_goes_out_although_the_edge_has_a_bug(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("bug")

    await world.warm_up()
    monkeypatch.setattr(world.edge.hot, "note", broken)
    response = await world.get("/og/article.webp?title=Hi&_w=800&_h=400")
    assert (response.status, response.header("content-type")) == (200, "image/png")
    assert response.header("x-emblazon-fallback") == "edge-error"
    assert world.metrics.counts["edge_bugs"] == 1
