"""The Worker host: JS request in, JS response out, with every binding as a port.

Together with its `cloudflare_*` neighbours the only code that imports `js` and `pyodide`. It takes the raw JS
objects or the current SDK's wrappers around them, so that one worker runs on both runtimes.

| binding | port |
|---|---|
| `EMBLAZON_KV` (needed) | KV |
| `EMBLAZON_BLOBS` | Blob, R2 |
| `EMBLAZON_ANALYTICS` | Analytics, Analytics Engine |
| `EMBLAZON_JOBS` | Queue |
| `EMBLAZON_RATE_LIMIT` | RateLimit |
| `EMBLAZON_ZONE_ID` with the secret `EMBLAZON_ZONE_TOKEN` | ZonePurge |
| `ctx.cache` | WorkersCache |
"""

from __future__ import annotations

import gc
import json
from collections.abc import Awaitable
from functools import partial

import js
from pyodide.ffi import JsProxy

from ..dataclass import compile_constructors, dataclass, replace
from ..edge.config import ConfigError, EdgeConfig
from ..edge.handler import Edge
from ..edge.messages import Request, Response
from ..edge.ports import Ports
from ..edge.store.flight import Flights, PollingFlight
from .js import (
    JsObject,
    absent,
    body_of,
    from_js_headers,
    js_object,
    raw_environment,
    text_of,
    to_js_body,
    to_js_headers,
    verified_bot,
)
from .origin import FetchOrigin
from .services import (
    ZONE_API,
    AnalyticsEngine,
    ConsoleLog,
    ContextCache,
    RateLimiter,
    WaitUntil,
    WorkerClock,
    WorkerRandom,
    WorkersQueue,
    ZoneAPI,
)
from .short_way import ShortWay
from .storage import NoCache, R2Blob, WorkersCacheAPI, WorkersKV


class Worker:
    """One isolate's edge: plain Python state, built at the first request, when the environment is known.

    `cron_path` stands for the cron trigger on a runtime that has none.
    """

    def __init__(self, cron_path: str = "") -> None:
        compile_constructors()  # what is done at the start is in the isolates' memory snapshot
        self._edge: Edge | None = None
        self._variables: dict[str, str] = {}
        self._flights = Flights()
        self._bindings: _Bindings | None = None
        self._short_way: ShortWay | None = None
        self._cron_path = cron_path

    def fetch(self, request: JsObject, env: JsObject, ctx: JsObject) -> Awaitable[JsObject]:
        """Answer one request, which comes in the SDK's wrappers."""
        return self.answer(_raw(request, "js_object"), env, _raw(ctx, "_ctx"))

    def answer(self, request: JsObject, env: JsObject, ctx: JsObject) -> Awaitable[JsObject]:
        """Answer one request, which comes as JavaScript has it."""
        if self._short_way is not None:
            promise: Awaitable[JsObject] | None = self._short_way.answer(request, ctx)
            if promise is not None:
                return promise
        return self._whole_way(env, request, ctx)

    async def _whole_way(self, env: JsObject, request: JsObject, ctx: JsObject) -> JsObject:
        try:
            edge, ports = self._open(env, ctx)
        except ConfigError as error:
            return _misconfigured(error)
        received = from_js_request(request, request.url)
        if ports.analytics is not None:
            received = replace(received, verified_bot=verified_bot(request))
        if self._cron_path and received.target.partition("?")[0] == self._cron_path:
            return await self.run_cron(env, ctx)
        response = await edge.handle(received, ports)
        if not absent(request.body) and not request.bodyUsed:
            ports.background.wait_until(_discard(request.body))
        return to_js_response(response)

    async def scheduled(self, env: JsObject, ctx: JsObject) -> None:
        """Run the cron work."""
        edge, ports = self._open(env, ctx)
        await edge.on_scheduled(ports)

    async def run_cron(self, env: JsObject, ctx: JsObject) -> JsObject:
        """Run the cron work for a request, as `wrangler dev --test-scheduled` does."""
        await self.scheduled(env, ctx)
        return js.Response.new("Ran scheduled event")

    async def queue(self, batch: JsObject, env: JsObject, ctx: JsObject) -> None:
        """Work through a batch of pre-generation jobs; those that failed come again."""
        edge, ports = self._open(env, ctx)
        messages = list(_raw(batch, "_binding").messages)
        retry = set(await edge.on_queue([text_of(message.body) for message in messages], ports))
        for index, message in enumerate(messages):
            message.retry() if index in retry else message.ack()

    def _open(self, env: JsObject, ctx: JsObject) -> tuple[Edge, Ports]:
        if self._edge is None or self._bindings is None:
            raw_env = raw_environment(env)
            self._variables = variables(raw_env)
            edge = Edge(EdgeConfig.from_env(self._variables))
            self._bindings = _Bindings.of(raw_env, edge.config, self._variables)
            whole_way = partial(self._whole_way, env)
            self._short_way = ShortWay(edge, self._bindings.raw_kv, whole_way, self._bindings.analytics)
            self._edge = edge
            gc.freeze()  # what every request shares needs no look at each collection
        return self._edge, self._ports(_raw(ctx, "_ctx"), self._bindings)

    def _ports(self, ctx: JsObject, bindings: _Bindings) -> Ports:
        background, context_cache = WaitUntil(ctx), _binding(ctx, "cache")
        return Ports(
            clock=bindings.clock,
            random=bindings.random,
            kv=bindings.kv,
            cache=bindings.cache,
            origin=bindings.origin,
            background=background,
            flight=PollingFlight(self._flights, bindings.clock, background),
            log=bindings.log,
            blob=bindings.blob,
            analytics=bindings.analytics,
            queue=bindings.queue,
            rate_limit=bindings.rate_limit,
            zone_purge=bindings.zone_purge,
            site=FetchOrigin,
            regional=bindings.regional,
            workers_cache=ContextCache(context_cache) if context_cache is not None else None,
        )


@dataclass(frozen=True, slots=True)
class _Bindings:
    """What does not change from request to request."""

    raw_kv: JsObject
    clock: WorkerClock
    random: WorkerRandom
    kv: WorkersKV
    cache: WorkersCacheAPI | NoCache
    origin: FetchOrigin
    regional: FetchOrigin | None
    log: ConsoleLog
    blob: R2Blob | None
    analytics: AnalyticsEngine | None
    queue: WorkersQueue | None
    rate_limit: RateLimiter | None
    zone_purge: ZoneAPI | None

    @classmethod
    def of(cls, env: JsObject, config: EdgeConfig, variables: dict[str, str]) -> _Bindings:
        """Look the bindings up; raises ConfigError without a KV namespace."""
        kv = _binding(env, "EMBLAZON_KV")
        if kv is None:
            raise ConfigError("EMBLAZON_KV", "is not bound", "Bind a KV namespace under [[kv_namespaces]].")
        blobs, analytics = _binding(env, "EMBLAZON_BLOBS"), _binding(env, "EMBLAZON_ANALYTICS")
        queue, rate_limit = _binding(env, "EMBLAZON_JOBS"), _binding(env, "EMBLAZON_RATE_LIMIT")
        origin = FetchOrigin(config.origin_url)
        return cls(
            raw_kv=kv,
            clock=WorkerClock(),
            random=WorkerRandom(),
            kv=WorkersKV(kv),
            cache=WorkersCacheAPI() if config.cache_api else NoCache(),
            origin=origin,
            regional=origin if config.regional_tier else None,
            log=ConsoleLog(variables.get("EMBLAZON_LOG_LEVEL", "info")),
            blob=R2Blob(blobs) if blobs is not None else None,
            analytics=AnalyticsEngine(analytics) if analytics is not None else None,
            queue=WorkersQueue(queue) if queue is not None else None,
            rate_limit=RateLimiter(rate_limit) if rate_limit is not None else None,
            zone_purge=_zone_purge(variables),
        )


def variables(env: JsObject) -> dict[str, str]:
    """The environment's variables and secrets as text; bindings are left out."""
    found: dict[str, str] = {}
    for name, value in js.Object.entries(env):
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            found[name] = str(value)
    return found


def from_js_request(request: JsObject, url: str) -> Request:
    """Read a JS Request. The target keeps the percent-encoding that the client sent."""
    start = url.find("/", url.find("://") + 3)
    base_url, target = (url, "/") if start < 0 else (url[:start], url[start:])
    headers = from_js_headers(request.headers)
    body = None if absent(request.body) else body_of(request, headers)
    client = headers.get("cf-connecting-ip", "")
    return Request(str(request.method), target.partition("#")[0], headers, base_url, body, client)


async def _discard(stream: JsObject) -> None:
    """Read a body that nobody wanted, keeping none of it: else the pinned runtime's connection hangs."""
    await stream.pipeTo(js.WritableStream.new())


def to_js_response(response: Response) -> JsObject:
    """Make the JS Response; a stream or ArrayBuffer goes through without a copy."""
    options = js_object({"status": response.status, "headers": to_js_headers(response.headers)})
    return js.Response.new(to_js_body(response.body), options)


def _raw(wrapped: JsObject, attribute: str) -> JsObject:
    """Return the JS object inside one of the SDK's wrappers; what has no such attribute is used as it is."""
    return wrapped if isinstance(wrapped, JsProxy) else getattr(wrapped, attribute, wrapped)


def _binding(holder: JsObject, name: str) -> JsObject | None:
    found = getattr(holder, name, None)
    return None if absent(found) else found


def _zone_purge(env: dict[str, str]) -> ZoneAPI | None:
    zone, token = env.get("EMBLAZON_ZONE_ID", ""), env.get("EMBLAZON_ZONE_TOKEN", "")
    return ZoneAPI(zone, token, env.get("EMBLAZON_ZONE_API") or ZONE_API) if zone and token else None


def _misconfigured(error: ConfigError) -> JsObject:
    """Say which variable is wrong; the message holds no secret."""
    js.console.error(json.dumps({"level": "error", "event": "config.invalid", "error": str(error)}))
    problem = {
        "type": "urn:emblazon:problem:misconfigured",
        "title": "The edge is not configured",
        "status": 500,
        "detail": str(error),
    }
    headers = (("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"))
    return js.Response.new(json.dumps(problem), js_object({"status": 500, "headers": to_js_headers(headers)}))
