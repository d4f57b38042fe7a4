"""Clock, randomness, background work, logs, and the platform's optional services as ports."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Mapping, Sequence

import js

from ..edge.ports import LogLevel, PortError
from ..typed import TypeVar
from .js import JsObject, absent, describe, from_js_headers, js_object, outside, promise, to_js_headers

T = TypeVar("T")

ZONE_API = "https://api.cloudflare.com/client/v4"
PURGE_BATCH = 30  # tags or URLs in one call; the smallest plan's limit
ON_TIME = 0.02  # seconds that a timer may be late in an idle isolate
LATE_ROUNDS = 5
QUEUE_BATCH = 100  # messages in one sendBatch
_LEVELS: dict[LogLevel, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class WorkerClock:
    """The runtime's clock (it stands still while a request computes) and timers."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def within(self, work: Awaitable[T], seconds: float) -> T:
        """See `ports.Clock`. Time in which the isolate was too busy to look does not count.

        A crowd of requests shares one thread: an answer may have been there long before its turn comes. So
        when the timer itself is late, the work gets as much time again as the timer was late.
        """
        task = asyncio.ensure_future(work)
        try:
            for _ in range(LATE_ROUNDS):
                began = self.now()
                await asyncio.wait({task}, timeout=seconds)
                late = self.now() - began - seconds
                if task.done():
                    return task.result()
                if late < ON_TIME:
                    break
                seconds = late
            raise TimeoutError
        finally:
            task.cancel()  # nothing happens to what is done


class WorkerRandom:
    """The runtime's randomness; Python's `random` would start alike in every isolate of one snapshot."""

    def uniform(self) -> float:
        return 1.0 - float(js.Math.random())

    def token(self) -> str:
        return os.urandom(16).hex()


class WaitUntil:
    """`ctx.waitUntil`: about 30 seconds after the response."""

    def __init__(self, ctx: JsObject) -> None:
        self._ctx = ctx

    def wait_until(self, work: Awaitable[None]) -> None:
        self._ctx.waitUntil(promise(work))


class ConsoleLog:
    """One JSON object a line on the console, where Workers Logs and `wrangler tail` find it."""

    def __init__(self, level: str) -> None:
        self._least = _LEVELS.get(level.lower(), _LEVELS["info"])  # type: ignore[call-overload]  # any text may come

    def log(self, level: LogLevel, event: str, **fields: object) -> None:
        if _LEVELS[level] < self._least:
            return
        line = json.dumps({"level": level, "event": event, **fields}, default=str)
        writer = {"error": js.console.error, "warning": js.console.warn}.get(level, js.console.log)
        writer(line)


class AnalyticsEngine:
    """An Analytics Engine dataset: one data point a request."""

    def __init__(self, binding: JsObject) -> None:
        self._dataset = binding

    def write(self, *, index: str, blobs: Sequence[str], doubles: Sequence[float]) -> None:
        point = {"indexes": [index[:96]], "blobs": list(blobs), "doubles": list(doubles)}
        try:
            self._dataset.writeDataPoint(js.JSON.parse(json.dumps(point)))  # one crossing for all its members
        except Exception as error:  # the port promises never to raise: a lost data point is only that
            js.console.warn(json.dumps({"level": "warning", "event": "analytics", "error": describe(error)}))


class WorkersQueue:
    """A queue's producer binding."""

    def __init__(self, binding: JsObject) -> None:
        self._queue = binding

    async def send(self, messages: Sequence[str]) -> None:
        for start in range(0, len(messages), QUEUE_BATCH):
            batch = [{"body": text, "contentType": "text"} for text in messages[start : start + QUEUE_BATCH]]
            async with outside("queue.send"):
                await self._queue.sendBatch(js_object({"batch": batch}).batch)


class RateLimiter:
    """A rate-limit binding."""

    def __init__(self, binding: JsObject) -> None:
        self._limiter = binding

    async def allow(self, key: str) -> bool:
        async with outside("rate limit"):
            return bool((await self._limiter.limit(js_object({"key": key}))).success)


class ContextCache:
    """`ctx.cache`: the Workers Cache in front of the Worker."""

    def __init__(self, cache: JsObject) -> None:
        self._cache = cache

    async def purge(
        self,
        *,
        tags: Sequence[str] = (),
        path_prefixes: Sequence[str] = (),
        everything: bool = False,
        soft: bool = False,
    ) -> None:
        what: dict[str, object] = {"purgeEverything": True}
        if not everything:
            what = {"tags": list(tags)} if tags else {"pathPrefixes": list(path_prefixes)}
        async with outside("ctx.cache.purge"):
            invalidates = soft and not absent(getattr(self._cache, "invalidate", None))
            call = self._cache.invalidate if invalidates else self._cache.purge
            outcome = await call(js_object(what))
        if getattr(outcome, "success", True) is False:
            raise PortError(f"ctx.cache.purge: {js.JSON.stringify(outcome)}")


class ZoneAPI:
    """The zone's purge call of the Cloudflare API."""

    def __init__(self, zone: str, token: str, api: str = ZONE_API) -> None:
        self._url = f"{api.rstrip('/')}/zones/{zone}"
        self._token = token

    async def purge(
        self,
        *,
        tags: Sequence[str] = (),
        urls: Sequence[str] = (),
        everything: bool = False,
        soft: bool = False,
    ) -> None:
        path = "invalidate_cache" if soft else "purge_cache"
        if everything:
            await self._call(path, {"purge_everything": True})
            return
        name, items = ("tags", list(tags)) if tags else ("files", list(urls))
        for start in range(0, len(items), PURGE_BATCH):
            await self._call(path, {name: items[start : start + PURGE_BATCH]})

    async def _call(self, path: str, what: Mapping[str, object]) -> None:
        headers = (("Authorization", f"Bearer {self._token}"), ("Content-Type", "application/json"))
        options = {"method": "POST", "headers": to_js_headers(headers), "body": json.dumps(what)}
        async with outside("zone purge"):
            response = await js.fetch(f"{self._url}/{path}", js_object(options))
            text = str(await response.text())
        if int(response.status) != 200 or not _succeeded(text):
            kind = from_js_headers(response.headers).get("content-type", "")
            raise PortError(f"zone purge: {response.status} {_message(text) or kind}")


def _succeeded(text: str) -> bool:
    try:
        return bool(json.loads(text)["success"])
    except (ValueError, KeyError, TypeError):
        return False


def _message(text: str) -> str:
    """The API's own words for what went wrong, or ""."""
    try:
        return "; ".join(str(error["message"]) for error in json.loads(text)["errors"])[:300]
    except (ValueError, KeyError, TypeError):
        return ""
