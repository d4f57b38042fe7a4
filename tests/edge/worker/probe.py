"""A Worker that checks the Cloudflare adapters from inside: it takes the place of `edge/worker.py` in tests.

`/kv/{check}` and `/cache/{check}` run one check of the conformance suite on an empty store; `/origin/{path}`
asks the origin; `/budget/{path}` serves a card and tells what that cost.
"""

from __future__ import annotations

import json
import traceback
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import js
from adapter_conformance import CACHE_CHECKS, KV_CHECKS, URL

from emblazon.adapters import cloudflare
from emblazon.adapters.cloudflare_body import BufferBody, StreamBody
from emblazon.adapters.cloudflare_origin import FetchOrigin
from emblazon.adapters.cloudflare_services import WorkerClock, WorkerRandom
from emblazon.adapters.cloudflare_storage import WorkersCacheAPI, WorkersKV
from emblazon.edge.ports import OriginError, get_header

costs: Counter[str] = Counter()


class CountingKV(WorkersKV):
    """Counts what KV would bill."""

    async def get(self, key: str) -> Any:
        costs["kv.get"] += 1
        return await super().get(key)

    async def put(self, key: str, *args: Any, **kwargs: Any) -> None:
        costs["kv.put"] += 1
        await super().put(key, *args, **kwargs)


class CountingCache(WorkersCacheAPI):
    """Counts the data centre's cache, which is free; `empty` makes this another data centre."""

    empty = False

    async def match(self, url: str) -> Any:
        costs["cache.match"] += 1
        return None if self.empty else await super().match(url)


def count_reads(kind: Any) -> None:
    """Count every way in which bytes of a body come into Python, but for the digest's first 32."""
    read = kind.read

    async def counting(self: Any) -> bytes:
        data: bytes = await read(self)
        costs["bytes read"] += len(data)
        return data

    kind.read = counting


count_reads(BufferBody)
count_reads(StreamBody)
vars(cloudflare).update(WorkersKV=CountingKV, WorkersCacheAPI=CountingCache)
worker = cloudflare.Worker()


async def probe(request: Any, env: Any, ctx: Any) -> Any:
    """Answer with JSON; an exception becomes its traceback."""
    kind, _, name = urlsplit(request.url).path.strip("/").partition("/")
    if kind == "healthz":
        return js.Response.new("ok")
    try:
        answer = await PROBES[kind](name, request, getattr(env, "_env", env), ctx)
    except Exception:
        answer = {"failed": traceback.format_exc()}
    return js.Response.new(json.dumps(answer))


async def _kv(name: str, request: Any, env: Any, ctx: Any) -> object:
    kv = WorkersKV(env.EMBLAZON_KV)
    for key in await kv.list(""):
        await kv.delete(key.name)
    await KV_CHECKS[name](kv)
    return {"passed": name}


async def _cache(name: str, request: Any, env: Any, ctx: Any) -> object:
    cache = WorkersCacheAPI()
    for url in (URL, URL + "4"):
        await cache.delete(url)
    await CACHE_CHECKS[name](cache)
    return {"passed": name}


async def _origin(name: str, request: Any, env: Any, ctx: Any) -> object:
    origin = FetchOrigin(str(env.EMBLAZON_ORIGIN_URL))
    try:
        answer = await origin.fetch(f"/{name}", (("X-Probe", "1"),), deadline=1.0)
    except OriginError as error:
        return {"error": error.reason}
    inspection = await answer.body.inspect()
    return {
        "status": answer.status,
        "type": get_header(answer.headers, "content-type"),
        "length": inspection.length,
        "sha256": inspection.sha256.hex(),
        "head": inspection.head.hex(),
    }


async def _budget(name: str, request: Any, env: Any, ctx: Any) -> object:
    """Serve the card whose path follows, as another data centre where the query says so; count."""
    url = urlsplit(request.url)
    CountingCache.empty = "elsewhere" in url.query
    costs.clear()
    pending: list[Any] = []
    context = js.Object.new()
    context.waitUntil = pending.append
    response = await worker.fetch(js.Request.new(f"http://edge.test/{name}?title=budget"), env, context)
    status = response.headers.get("cache-status")
    body = await response.arrayBuffer()
    for work in pending:
        await work
    return {"cache-status": status, "length": body.byteLength, "costs": dict(costs)}


async def _platform(name: str, request: Any, env: Any, ctx: Any) -> object:
    clock, random = WorkerClock(), WorkerRandom()
    began = clock.now()
    try:
        await clock.within(clock.sleep(30), 0.05)
        timed_out = False
    except TimeoutError:
        timed_out = True
    return {
        "timed_out": timed_out,
        "waited": clock.now() - began,
        "off by": abs(js.Date.now() / 1000 - clock.now()),
        "uniform": [random.uniform() for _ in range(100)],
        "tokens": [random.token() for _ in range(100)],
    }


PROBES = {"kv": _kv, "cache": _cache, "origin": _origin, "budget": _budget, "platform": _platform}

try:
    from workers import WorkerEntrypoint
except ImportError:
    on_fetch = probe
else:

    class Default(WorkerEntrypoint):
        """The probe on the current runtime."""

        async def fetch(self, request: Any) -> Any:
            """Answer one probe."""
            return await probe(getattr(request, "js_object", request), self.env, self.ctx)
