"""The narrow ports through which the edge core reaches the world; `messages.py` is what crosses them.

The core never imports a runtime. A host (workerd, or CPython) builds a `Ports` for each request and calls
`Edge`, which lives as long as the isolate or process:

    edge = Edge(EdgeConfig.from_env(env))          # edge.handler, edge.config; raises ConfigError
    response = await edge.handle(request, ports)   # never raises
    await edge.on_scheduled(ports)                 # cron: re-warm and sweep
    await edge.on_queue(messages, ports)           # JSON texts; returns the indexes to retry

Rules for the adapters
- `Origin` answers with a *whole* body (on workerd one ArrayBuffer), because the answer is checked before any
  byte of it is served.
- Adapters raise `PortError` (or a subclass) for what went wrong outside; anything else is a bug. The core
  counts and survives both.
- Times are seconds since the epoch as float; durations are seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ..dataclass import dataclass, field
from ..typed import Literal, Protocol, TypeVar
from .messages import Body, CacheEntry, Headers, KVEntry, KVKey, OriginResponse

T = TypeVar("T")

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


class RegionalTier(Protocol):
    """The origin by way of a cache that a region's data centres share."""

    async def fetch_shared(
        self, target: str, headers: Headers, *, deadline: float, key: str, tags: Sequence[str]
    ) -> OriginResponse:
        """As `Origin.fetch`, or what another data centre has got under `key`; `tags` purge it."""


class Site(Protocol):
    """The site whose pages name the cards, for work that no request waits for."""

    def __call__(self, base_url: str) -> Origin:
        """Return what asks one of its hosts, by scheme and authority."""


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
        self,
        *,
        tags: Sequence[str] = (),
        urls: Sequence[str] = (),
        everything: bool = False,
        soft: bool = False,
    ) -> None:
        """Purge by exactly one of the three, or mark stale (`soft`). Raises PortError as the API says."""


class WorkersCache(Protocol):
    """`ctx.cache` of the platform: the cache in front of the Worker."""

    async def purge(
        self,
        *,
        tags: Sequence[str] = (),
        path_prefixes: Sequence[str] = (),
        everything: bool = False,
        soft: bool = False,
    ) -> None:
        """Purge by exactly one of the three; with `soft` mark stale, where it can. Raises PortError."""


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
    site: Site | None = None
    regional: RegionalTier | None = None
