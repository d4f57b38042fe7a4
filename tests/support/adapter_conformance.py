"""What every adapter of a port must do. Standard library only: it also runs inside Pyodide, without pytest.

Each check is `async def check_…(subject)` and fails with AssertionError. `subject` is a fresh, empty adapter.
Checks that need time to pass take a second argument `advance(seconds)`; where a host cannot move its clock,
leave them out (`needs_clock`).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from emblazon.edge.messages import BytesBody, Headers, get_header
from emblazon.edge.ports import KV, Cache

Advance = Callable[[float], Awaitable[None]]
Check = Callable[..., Awaitable[None]]

DATA = bytes(range(256)) * 40
TEXT_HEADERS: Headers = (("Content-Type", "text/plain"), ("Cache-Control", "public, max-age=300"))
URL = "https://og.example.com/.emblazon/0123"


def needs_clock(check: Check) -> Check:
    """Mark a check that moves the clock."""
    check.needs_clock = True  # type: ignore[attr-defined]
    return check


async def check_kv_absent_key_is_none(kv: KV) -> None:
    assert await kv.get("card/none") is None


async def check_kv_returns_bytes_and_metadata(kv: KV) -> None:
    metadata = json.dumps({"v": 1, "t": 1.5, "text": "ü"})
    await kv.put("card/a", BytesBody(DATA), metadata=metadata, ttl=60)
    entry = await kv.get("card/a")
    assert entry is not None
    assert await entry.body.read() == DATA
    assert json.loads(entry.metadata) == json.loads(metadata)


async def check_kv_entry_without_metadata(kv: KV) -> None:
    await kv.put("plain", BytesBody(b"x"))
    entry = await kv.get("plain")
    assert entry is not None
    assert entry.metadata == ""
    assert await entry.body.read() == b"x"


async def check_kv_empty_value(kv: KV) -> None:
    await kv.put("lease/a", BytesBody(b""), metadata='{"until":1}', ttl=60)
    entry = await kv.get("lease/a")
    assert entry is not None
    assert await entry.body.read() == b""
    assert json.loads(entry.metadata) == {"until": 1}


async def check_kv_put_replaces_value_and_metadata(kv: KV) -> None:
    await kv.put("a", BytesBody(b"old"), metadata='{"n":1}')
    await kv.put("a", BytesBody(b"new"))
    entry = await kv.get("a")
    assert entry is not None
    assert (await entry.body.read(), entry.metadata) == (b"new", "")


async def check_kv_delete_removes_and_is_idempotent(kv: KV) -> None:
    await kv.put("a", BytesBody(b"x"))
    await kv.delete("a")
    await kv.delete("a")
    assert await kv.get("a") is None


async def check_kv_lists_by_prefix_in_order_with_metadata(kv: KV) -> None:
    for name in ("hot/b", "hot/a", "hotter", "cold/a"):
        await kv.put(name, BytesBody(b"x"), metadata=json.dumps({"name": name}))
    keys = await kv.list("hot/")
    assert [key.name for key in keys] == ["hot/a", "hot/b"]
    assert [json.loads(key.metadata)["name"] for key in keys] == ["hot/a", "hot/b"]


async def check_kv_list_has_a_limit(kv: KV) -> None:
    for number in range(5):
        await kv.put(f"n/{number}", BytesBody(b"x"))
    assert len(await kv.list("n/", limit=3)) == 3


async def check_kv_body_can_be_split(kv: KV) -> None:
    await kv.put("a", BytesBody(DATA))
    entry = await kv.get("a")
    assert entry is not None
    ours, theirs = entry.body.tee()
    assert await ours.read() == DATA
    assert await theirs.read() == DATA


async def check_kv_body_can_be_cut(kv: KV) -> None:
    await kv.put("a", BytesBody(DATA))
    entry = await kv.get("a")
    assert entry is not None
    part = await entry.body.slice(10, 20)
    assert part.length == 10
    assert await part.read() == DATA[10:20]


async def check_kv_refuses_what_kv_refuses(kv: KV) -> None:
    for key, metadata, ttl in (("k" * 513, "", None), ("a", json.dumps("m" * 1025), None), ("a", "", 59)):
        refused = await _fails(kv.put(key, BytesBody(b"x"), metadata=metadata, ttl=ttl))
        assert refused, f"took a key of {len(key)}, metadata of {len(metadata)}, ttl {ttl}"


@needs_clock
async def check_kv_entry_expires(kv: KV, advance: Advance) -> None:
    await kv.put("a", BytesBody(b"x"), ttl=60)
    await kv.put("b", BytesBody(b"x"))
    await advance(61)
    assert await kv.get("a") is None
    assert [key.name for key in await kv.list("")] == ["b"]


async def check_cache_absent_url_is_none(cache: Cache) -> None:
    assert await cache.match(URL) is None


async def check_cache_returns_headers_and_body(cache: Cache) -> None:
    headers = (*TEXT_HEADERS, ("X-Emblazon-Record", '{"v":1,"text":"x"}'), ("ETag", '"abc"'))
    await cache.put(URL, headers, BytesBody(DATA))
    entry = await cache.match(URL)
    assert entry is not None
    assert get_header(entry.headers, "x-emblazon-record") == '{"v":1,"text":"x"}'
    assert get_header(entry.headers, "etag") == '"abc"'
    assert await entry.body.read() == DATA


async def check_cache_delete_tells_whether_there_was_something(cache: Cache) -> None:
    await cache.put(URL, TEXT_HEADERS, BytesBody(b"x"))
    assert await cache.delete(URL) is True
    assert await cache.delete(URL) is False
    assert await cache.match(URL) is None


async def check_cache_put_replaces(cache: Cache) -> None:
    await cache.put(URL, TEXT_HEADERS, BytesBody(b"old"))
    await cache.put(URL, TEXT_HEADERS, BytesBody(b"new"))
    entry = await cache.match(URL)
    assert entry is not None
    assert await entry.body.read() == b"new"


async def check_cache_keeps_urls_apart(cache: Cache) -> None:
    await cache.put(URL, TEXT_HEADERS, BytesBody(b"one"))
    await cache.put(URL + "4", TEXT_HEADERS, BytesBody(b"two"))
    entry = await cache.match(URL)
    assert entry is not None
    assert await entry.body.read() == b"one"


async def check_cache_entry_can_be_matched_again_and_again(cache: Cache) -> None:
    await cache.put(URL, TEXT_HEADERS, BytesBody(DATA))
    for _ in range(3):
        entry = await cache.match(URL)
        assert entry is not None
        assert await entry.body.read() == DATA


async def check_cache_keeps_nothing_that_forbids_it(cache: Cache) -> None:
    await cache.put(URL, (("Content-Type", "text/plain"), ("Cache-Control", "no-store")), BytesBody(b"x"))
    assert await cache.match(URL) is None


async def check_cache_refuses_vary_star(cache: Cache) -> None:
    assert await _fails(cache.put(URL, (*TEXT_HEADERS, ("Vary", "*")), BytesBody(b"x")))


@needs_clock
async def check_cache_entry_expires_by_its_max_age(cache: Cache, advance: Advance) -> None:
    await cache.put(URL, TEXT_HEADERS, BytesBody(b"x"))
    await advance(299)
    assert await cache.match(URL) is not None
    await advance(2)
    assert await cache.match(URL) is None


async def _fails(work: Awaitable[object]) -> bool:
    try:
        await work
    except Exception:
        return True
    return False


def _checks(prefix: str, names: dict[str, Any]) -> dict[str, Check]:
    return {name.removeprefix(prefix): check for name, check in names.items() if name.startswith(prefix)}


KV_CHECKS = _checks("check_kv_", globals())
CACHE_CHECKS = _checks("check_cache_", globals())
