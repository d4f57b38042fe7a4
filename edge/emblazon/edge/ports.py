"""The narrow ports through which the edge core reaches the world, and the plain data that crosses them.

The core never imports a runtime. A host (workerd, or CPython) builds a `Ports` for each request and calls
`Edge`, which lives as long as the isolate or process:

    edge = Edge(EdgeConfig.from_env(env))          # edge.handler, edge.config; raises ConfigError
    response = await edge.handle(request, ports)   # never raises
    await edge.on_scheduled(ports)                 # cron: re-warm and sweep
    await edge.on_queue(messages, ports)           # JSON texts; returns the indexes to retry

Rules for the adapters
- Bodies are opaque. On a hit the core passes a body from `Cache` or `KV` to the `Response` without a look at
  its bytes; on workerd that is a JS ReadableStream which streams through untouched. Every adapter must accept
  `BytesBody` (bytes made by Python: JSON, built-in cards) wherever it accepts a `Body`, beside its own kind.
- `Origin` answers with a *whole* body (on workerd one ArrayBuffer), because the answer is checked before any
  byte of it is served. Whole bodies may be used any number of times, also by other requests of the isolate.
- A stream is used once: `tee()` it first where it has two readers.
- Adapters raise `PortError` (or a subclass) for what went wrong outside; anything else is a bug. The core
  counts and survives both.
- Times are seconds since the epoch as float; durations are seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")

Headers = tuple[tuple[str, str], ...]  # in order; names as they go on the wire, any case


# Errors


class PortError(Exception):
    """Something outside failed: KV, cache, blob store, network."""


class Throttled(PortError):
    """The store asks to slow down (KV 429); the core backs off in the background."""


OriginFailure = Literal["refused", "timeout", "truncated", "too-large", "network"]


class OriginError(PortError):
    """No complete answer came from the origin; `reason` goes into Cache-Status and metrics."""

    def __init__(self, reason: OriginFailure, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason: OriginFailure = reason


# Bodies


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the store check needs to know of a whole body."""

    length: int  # bytes
    sha256: bytes  # 32 bytes
    head: bytes  # the first 32 bytes: magic numbers live there


class Body(Protocol):
    """Bytes that the runtime holds for us."""

    @property
    def length(self) -> int | None:
        """Bytes, where known without reading."""

    def tee(self) -> tuple[Body, Body]:
        """Return two bodies with the same bytes; whole bodies return themselves twice."""

    async def inspect(self) -> Inspection:
        """Return length, digest and first bytes of a whole body (crypto.subtle on workerd)."""

    async def slice(self, start: int, stop: int) -> Body:
        """Return bytes `start:stop` as a whole body; uses a stream up."""

    async def read(self) -> bytes:
        """Return the bytes to Python: for small JSON only, never for images on workerd. Uses a stream up."""


@dataclass(frozen=True, slots=True)
class BytesBody:
    """A whole body made of Python bytes."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)

    def tee(self) -> tuple[BytesBody, BytesBody]:
        return self, self

    async def inspect(self) -> Inspection:
        return Inspection(len(self.data), hashlib.sha256(self.data).digest(), self.data[:32])

    async def slice(self, start: int, stop: int) -> BytesBody:
        return BytesBody(self.data[start:stop])

    async def read(self) -> bytes:
        return self.data


# Requests and responses


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in."""

    method: str  # as sent
    target: str  # path and query, raw, percent-encoding untouched, without a fragment
    headers: Mapping[str, str]  # lower-case names; repeated fields joined with ", "
    base_url: str = "https://localhost"  # scheme and authority of the request, for absolute URLs in answers
    body: Body | None = None
    client: str = ""  # client address, for rate limits and audit lines


@dataclass(frozen=True, slots=True)
class Response:
    """One response. `body` is None for HEAD, 204 and 304, while Content-Length stays in the headers."""

    status: int
    headers: Headers = ()
    body: Body | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of a field, or None."""
        return get_header(self.headers, name)


@dataclass(frozen=True, slots=True)
class OriginResponse:
    """A complete answer of the origin."""

    status: int
    headers: Headers
    body: Body  # whole


def get_header(headers: Headers, name: str) -> str | None:
    """Return a field's value, repeated lines joined as RFC 9110 §5.3 says, or None."""
    wanted = name.lower()
    values = [value for key, value in headers if key.lower() == wanted]
    return ", ".join(values) if values else None


# Ports that every host has


class Clock(Protocol):
    """Time. On workerd `now` is `Date.now() / 1000`."""

    def now(self) -> float:
        """Seconds since the epoch."""

    async def sleep(self, seconds: float) -> None:
        """Wait, as part of this request."""

    async def within(self, work: Awaitable[T], seconds: float) -> T:
        """Return the outcome of `work`; after `seconds` abandon it and raise the built-in TimeoutError."""


class Random(Protocol):
    """Randomness, never asked at import time."""

    def uniform(self) -> float:
        """Return a float in (0, 1]."""

    def token(self) -> str:
        """Return 128 random bits as 32 hex digits (request ids, lease owners)."""


@dataclass(frozen=True, slots=True)
class KVEntry:
    """A value and the metadata that was stored with it."""

    body: Body
    metadata: str  # JSON text, at most 1024 bytes; "" when none was stored


@dataclass(frozen=True, slots=True)
class KVKey:
    """One line of a listing."""

    name: str
    metadata: str  # JSON text; "" when none


class KV(Protocol):
    """Global, durable, eventually consistent key-value store."""

    async def get(self, key: str) -> KVEntry | None:
        """Return the entry, its body as a stream where the runtime has one."""

    async def put(self, key: str, body: Body, *, metadata: str = "", ttl: int | None = None) -> None:
        """Store for `ttl` seconds (≥ 60) or for ever. `metadata` is JSON text, stored as it is or parsed.

        Raises Throttled on 429.
        """

    async def delete(self, key: str) -> None:
        """Remove; no error when absent."""

    async def list(self, prefix: str, *, limit: int = 1000) -> Sequence[KVKey]:
        """Return at most `limit` names with their metadata, sorted by name, over several pages if need be."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A response found in the data centre's cache."""

    headers: Headers
    body: Body


class Cache(Protocol):
    """The cache of this data centre. Keys are absolute URLs that the core makes up."""

    async def match(self, url: str) -> CacheEntry | None:
        """Return what is stored and, by its own Cache-Control, not expired."""

    async def put(self, url: str, headers: Headers, body: Body) -> None:
        """Store a 200; `headers` carry the Cache-Control that bounds the entry's life."""

    async def delete(self, url: str) -> bool:
        """Remove; True when something was there."""


class Origin(Protocol):
    """The renderer."""

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        """GET `target` (path and query) and return the complete answer within `deadline` seconds from now.

        Redirects are not followed. A body shorter than its Content-Length is "truncated".
        Raises OriginError; never returns a partial body.
        """


class Background(Protocol):
    """Work that goes on after the response (ctx.waitUntil)."""

    def wait_until(self, work: Awaitable[None]) -> None:
        """Run `work` to its end. The core catches and logs inside; nothing it raises is lost."""


class SingleFlight(Protocol):
    """One call per key at a time in this isolate or process.

    CPython shares an asyncio task. workerd must not (I/O belongs to one request): there it is
    `flight.PollingFlight`, in which followers wait on their own timer and pick up a whole body.
    """

    async def do(self, key: str, lead: Callable[[], Awaitable[T]], *, wait: float) -> tuple[T, bool]:
        """Run `lead` unless a call for `key` is under way; then wait for that one at most `wait` seconds.

        Returns the outcome and whether it was shared. Errors of `lead` reach every waiter. A leader that
        goes away releases its followers. Raises TimeoutError when waiting took too long.
        """


LogLevel = Literal["debug", "info", "warning", "error"]


class Log(Protocol):
    """Structured log lines; the core never passes secrets or signatures."""

    def log(self, level: LogLevel, event: str, **fields: object) -> None: ...


class Metrics(Protocol):
    """Counters and timings."""

    def count(self, name: str, value: int = 1, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...


# Ports that a host may have


class Blob(Protocol):
    """Durable bytes without KV's size and price (R2): large cards live here, KV points to them."""

    async def get(self, key: str) -> Body | None: ...

    async def put(self, key: str, body: Body, *, content_type: str) -> None: ...

    async def delete(self, key: str) -> None: ...


class Analytics(Protocol):
    """Analytics Engine: one data point for each request; never blocks, never raises."""

    def write(self, *, index: str, blobs: Sequence[str], doubles: Sequence[float]) -> None: ...


class Queue(Protocol):
    """Pre-generation jobs; each message is JSON text."""

    async def send(self, messages: Sequence[str]) -> None: ...


class RateLimit(Protocol):
    """The platform's rate-limit binding."""

    async def allow(self, key: str) -> bool: ...


class ZonePurge(Protocol):
    """The zone's purge API (needs a token and a zone id)."""

    async def purge(
        self, *, tags: Sequence[str] = (), urls: Sequence[str] = (), everything: bool = False
    ) -> None:
        """Purge by exactly one of the three. Raises PortError with the API's message."""


class WorkersCache(Protocol):
    """`ctx.cache` of the platform: the cache in front of the Worker."""

    async def purge(
        self, *, tags: Sequence[str] = (), path_prefixes: Sequence[str] = (), everything: bool = False
    ) -> None:
        """Purge by exactly one of the three. Raises PortError."""


class NoLog:
    """Drops every line."""

    def log(self, level: LogLevel, event: str, **fields: object) -> None:
        return None


class NoMetrics:
    """Drops every number."""

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        return None

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Ports:
    """All that one request may touch. Cheap to build: workerd makes one for each request."""

    clock: Clock
    random: Random
    kv: KV
    cache: Cache
    origin: Origin
    background: Background
    flight: SingleFlight
    log: Log = field(default_factory=NoLog)
    metrics: Metrics = field(default_factory=NoMetrics)
    blob: Blob | None = None
    analytics: Analytics | None = None
    queue: Queue | None = None
    rate_limit: RateLimit | None = None
    zone_purge: ZonePurge | None = None
    workers_cache: WorkersCache | None = None
