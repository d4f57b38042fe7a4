"""A Worker that checks the Cloudflare adapters from inside: it takes the place of `edge/worker.py` in tests.

`/kv/{check}` and `/cache/{check}` run one check of the conformance suite on an empty store; `/origin/{path}`
asks the origin; `/serve/{path}` serves a card under the faults in the query, and tells what that cost.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import js
from adapter_conformance import CACHE_CHECKS, KV_CHECKS, URL

from emblazon.cloudflare import host as cloudflare
from emblazon.cloudflare.js import BufferBody, StreamBody, js_object, raw_environment
from emblazon.cloudflare.js import _running as running
from emblazon.cloudflare.origin import FetchOrigin
from emblazon.cloudflare.services import WaitUntil, WorkerClock, WorkerRandom
from emblazon.cloudflare.storage import WorkersCacheAPI, WorkersKV
from emblazon.edge.messages import get_header
from emblazon.edge.ports import OriginError, PortError, Throttled

costs: Counter[str] = Counter()
keys: Counter[str] = Counter()  # KV operations by the first part of their key


faults: dict[str, str] = {}  # what goes wrong now: operation → raise, hang or 429


async def strike(operation: str, key: str = "") -> None:
    """Count one call of a tier, and let it go wrong where it shall."""
    costs[operation] += 1
    if key:
        keys[f"{operation.removeprefix('kv.')} {key.partition('/')[0]}"] += 1
    match faults.get(operation):
        case "raise":
            raise PortError(f"{operation} failed")
        case "429":
            raise Throttled(f"{operation}: 429")
        case "hang":
            await WorkerClock().sleep(20)


class FaultyKV(WorkersKV):
    """Counts what KV would bill."""

    async def get(self, key: str) -> Any:
        await strike("kv.get", key)
        return await super().get(key)

    async def put(self, key: str, *args: Any, **kwargs: Any) -> None:
        await strike("kv.put", key)
        await super().put(key, *args, **kwargs)

    async def delete(self, key: str) -> None:
        await strike("kv.delete", key)
        await super().delete(key)

    async def list(self, prefix: str, **kwargs: Any) -> Any:
        await strike("kv.list", prefix)
        return await super().list(prefix, **kwargs)


class FaultyCache(WorkersCacheAPI):
    """Counts calls; with the fault `elsewhere` it is another data centre's, empty."""

    async def match(self, url: str) -> Any:
        await strike("cache.match")
        return None if "elsewhere" in faults else await super().match(url)

    async def put(self, url: str, *args: Any) -> None:
        await strike("cache.put")
        await super().put(url, *args)


class WholeWay:
    """In place of the short way of known hits: every look goes through the tiers that are counted here."""

    def __init__(self, *_: Any) -> None:
        pass

    def answer(self, *_: Any) -> None:
        return None


class SkewedClock(WorkerClock):
    """Off by the seconds of the fault `skew`."""

    def now(self) -> float:
        return super().now() + float(faults.get("skew", "0"))


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
vars(cloudflare).update(
    WorkersKV=FaultyKV, WorkersCacheAPI=FaultyCache, WorkerClock=SkewedClock, ShortWay=WholeWay
)
workers = [cloudflare.Worker()]


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


async def _serve(name: str, request: Any, env: Any, ctx: Any) -> object:
    """Serve the card whose path follows; the query has its title, faults, and a new isolate's settings."""
    faults.clear()
    faults.update(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    title = faults.pop("title")
    if "new isolate" in faults:
        workers[0] = cloudflare.Worker()
    background, context = _counted()
    settings = {name: value for name, value in faults.items() if name.startswith("EMBLAZON_")}
    changed = js.Object.assign(js.Object.new(), env, js_object(settings))
    url = f"http://edge.test/{name}?title={title}"
    began = WorkerClock().now()
    response = await workers[0].fetch(js.Request.new(url), changed, context)
    took = WorkerClock().now() - began
    body = await response.arrayBuffer()
    await _finish(background, cut_off="cut off" in faults)
    return {
        "status": response.status,
        "headers": dict(response.headers.entries()),
        "length": body.byteLength,
        "took": took,
        "costs": dict(costs),
        "kv": dict(keys),
    }


def _counted() -> tuple[list[Any], Any]:
    """Count anew; returns the background work to come, and the context that collects it."""
    costs.clear()
    keys.clear()
    background: list[Any] = []
    context = js.Object.new()
    context.waitUntil = background.append
    return background, context


async def _cron(name: str, request: Any, env: Any, ctx: Any) -> object:
    """Run what the cron trigger runs; tell what it cost."""
    faults.clear()
    faults.update(parse_qsl(urlsplit(request.url).query))
    background, context = _counted()
    await workers[0].scheduled(env, context)
    await _finish(background, cut_off=False)
    return {"kv": dict(keys)}


async def _purge(name: str, request: Any, env: Any, ctx: Any) -> object:
    """Purge `count` URLs that begin with the title, from number `start` on; tell what it cost."""
    query = dict(parse_qsl(urlsplit(request.url).query))
    numbers = range(int(query["start"]), int(query["start"]) + int(query["count"]))
    order = {"urls": [f"/og/article.png?title={name}{number}" for number in numbers]}
    headers = {"Authorization": f"Bearer {env.EMBLAZON_PURGE_TOKEN}", "Content-Type": "application/json"}
    options = js_object({"method": "POST", "headers": headers, "body": json.dumps(order)})
    background, context = _counted()
    response = await workers[0].fetch(js.Request.new("http://edge.test/purge", options), env, context)
    await _finish(background, cut_off=False)
    left = await WorkersKV(env.EMBLAZON_KV).list("", limit=20_000)
    return {"status": response.status, "kv": dict(keys), "keys left": len(left)}


async def _finish(background: list[Any], *, cut_off: bool) -> None:
    """Let background work end, or end it as the platform does after its 30 seconds."""
    if cut_off:
        await WorkerClock().sleep(0.3)  # it has begun
        for task in list(running):
            task.cancel()
    for work in background:  # which may add to it
        await work


async def _background(name: str, request: Any, env: Any, ctx: Any) -> object:
    async def fail() -> None:
        raise ValueError(f"background work of {name}")

    WaitUntil(ctx).wait_until(fail())
    return {}


async def _misconfigured(name: str, request: Any, env: Any, ctx: Any) -> object:
    """Answer of a Worker whose environment lacks everything but the variables in the query."""
    settings = dict(parse_qsl(urlsplit(request.url).query))
    response = await cloudflare.Worker().fetch(request, js_object(settings), ctx)
    return {"status": response.status, "body": json.loads(await response.text())}


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


async def _starved(name: str, request: Any, env: Any, ctx: Any) -> object:
    """Look into the cache within 100 ms while the isolate computes for much longer."""
    clock = WorkerClock()
    looking = asyncio.ensure_future(clock.within(WorkersCacheAPI().match(URL + name), 0.1))
    await clock.sleep(0)
    until = js.Date.now() + 1500
    for _ in range(1000):
        sum(range(100_000))
        if js.Date.now() > until:
            break
    return {"found": await looking is not None}


async def _environment(name: str, request: Any, env: Any, ctx: Any) -> object:
    """What the edge makes of an SDK whose wrapper has nothing private in it to look at."""

    class Opaque:
        """The wrapper of another version."""

    return {"has kv": hasattr(raw_environment(Opaque()), "EMBLAZON_KV")}


PROBES = {
    "environment": _environment,
    "kv": _kv,
    "cache": _cache,
    "origin": _origin,
    "serve": _serve,
    "cron": _cron,
    "purge": _purge,
    "background": _background,
    "misconfigured": _misconfigured,
    "platform": _platform,
    "starved": _starved,
}

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
