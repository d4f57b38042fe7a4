"""KV, the Cache API and R2 as ports."""

from __future__ import annotations

from collections.abc import Sequence

import js

from ..edge.messages import Body, CacheEntry, Headers, KVEntry, KVKey
from .js import (
    JsObject,
    StreamBody,
    absent,
    body_of,
    from_js_headers,
    js_object,
    outside,
    text_of,
    to_js_body,
    to_js_headers,
)

LIST_PAGE = 1000  # names in one listing; the platform's limit


class WorkersKV:
    """A KV namespace binding."""

    def __init__(self, binding: JsObject) -> None:
        self._kv = binding

    async def get(self, key: str) -> KVEntry | None:
        async with outside("kv.get"):
            found = await self._kv.getWithMetadata(key, "stream")
        if absent(found.value):
            return None
        return KVEntry(StreamBody(found.value), text_of(found.metadata))

    async def put(self, key: str, body: Body, *, metadata: str = "", ttl: int | None = None) -> None:
        options: dict[str, object] = {}
        if metadata:
            options["metadata"] = metadata  # a text, which comes back in one crossing
        if ttl is not None:
            options["expirationTtl"] = ttl
        if isinstance(body, StreamBody) and body.length is None:
            body = await body.whole()  # KV takes no stream of unknown length
        async with outside("kv.put"):
            await self._kv.put(key, to_js_body(body), js_object(options))

    async def delete(self, key: str) -> None:
        async with outside("kv.delete"):
            await self._kv.delete(key)

    async def list(self, prefix: str, *, limit: int = 1000) -> Sequence[KVKey]:
        found: list[KVKey] = []
        page: dict[str, object] = {"prefix": prefix}
        while len(found) < limit:
            page["limit"] = min(LIST_PAGE, limit - len(found))
            async with outside("kv.list"):
                listing = await self._kv.list(js_object(page))
            found += [KVKey(key.name, text_of(getattr(key, "metadata", None))) for key in listing.keys]
            if listing.list_complete:
                break
            page["cursor"] = listing.cursor
        return found


class WorkersCacheAPI:
    """`caches.default`: the cache of this data centre."""

    async def match(self, url: str) -> CacheEntry | None:
        async with outside("cache.match"):
            response = await js.caches.default.match(url)
        if absent(response):
            return None
        headers = from_js_headers(response.headers)
        return CacheEntry(tuple(headers.items()), body_of(response, headers))

    async def put(self, url: str, headers: Headers, body: Body) -> None:
        async with outside("cache.put"):
            response = js.Response.new(to_js_body(body), js_object({"headers": to_js_headers(headers)}))
            await js.caches.default.put(url, response)

    async def delete(self, url: str) -> bool:
        async with outside("cache.delete"):
            return bool(await js.caches.default.delete(url))


class NoCache:
    """In place of the Cache API where the platform has none, as on workers.dev."""

    async def match(self, url: str) -> CacheEntry | None:
        return None

    async def put(self, url: str, headers: Headers, body: Body) -> None:
        return None

    async def delete(self, url: str) -> bool:
        return False


class R2Blob:
    """An R2 bucket binding, for cards too large or too many for KV."""

    def __init__(self, binding: JsObject) -> None:
        self._bucket = binding

    async def get(self, key: str) -> Body | None:
        async with outside("r2.get"):
            found = await self._bucket.get(key)
        return None if absent(found) else StreamBody(found.body, int(found.size))

    async def put(self, key: str, body: Body, *, content_type: str) -> None:
        if isinstance(body, StreamBody) and body.length is None:
            body = await body.whole()
        async with outside("r2.put"):
            options = js_object({"httpMetadata": {"contentType": content_type}})
            await self._bucket.put(key, to_js_body(body), options)

    async def delete(self, key: str) -> None:
        async with outside("r2.delete"):
            await self._bucket.delete(key)
