"""Step 4, look up: the tiers. The Cache API of this data centre, then KV (and the blob store behind it).

Every call is bounded in time and survives the tier's failure: a broken tier is a miss, counted and logged.
A hit in the Cache API costs no KV operation; a KV hit costs one read.
"""

from __future__ import annotations

from collections.abc import Awaitable
from math import ceil

from ...dataclass import dataclass, replace
from ...typed import Literal, TypeVar
from ..config import EdgeConfig
from ..exchange import Exchange
from ..messages import Body, BytesBody, Headers, KVEntry, get_header
from ..ports import Throttled
from .circuit import Breaker
from .record import RECORD_HEADER, Record, parse_record

T = TypeVar("T")
TierName = Literal["cache", "kv"]

MIN_TTL = 60  # KV's shortest expiry
CACHE_PATH = "/.emblazon/"  # no route of the edge
NOWHERE = "https://localhost"  # for work before any request, where EMBLAZON_PUBLIC_URL is not set
PUT_ATTEMPTS = 4
PUT_TIMEOUT = 10.0
READ_ATTEMPTS = 3
READ_TIMEOUT = 3.0


@dataclass(frozen=True, slots=True)
class Found:
    """A stored card and the tier it was found in."""

    record: Record
    body: Body
    tier: TierName
    text: str = ""  # the record as it is stored


class Store:
    """The tiers of one deployment; the state it keeps is plain data about KV's health."""

    def __init__(self, config: EdgeConfig) -> None:
        self._config = config
        self._kv_breaker = Breaker(threshold=5, open_seconds=2.0, longest=30.0)
        self._base = config.public_url or NOWHERE
        self._known = bool(config.public_url)  # else the first request tells
        self._newest_put: dict[str, int] = {}
        self._puts = 0

    # Reading

    async def from_cache(self, x: Exchange, key: str) -> Found | None:
        """Look into the data centre's cache."""
        began = x.now
        entry = await self._attempt(
            x, "cache.match", x.ports.cache.match(self.cache_url(key)), self._config.cache_timeout
        )
        x.timing.add("cache", x.now - began)
        if entry is None:
            return None
        text = get_header(entry.headers, RECORD_HEADER) or ""
        record = parse_record(text)
        return Found(record, entry.body, "cache", text) if record else None

    async def from_kv(self, x: Exchange, key: str) -> Found | None:
        """Look into KV: one read, none where it gets no cards; a large card's bytes are in the blob store."""
        if self._config.kv_admit == "never":
            return None
        began = x.now
        entry = await self.kv_get(x, f"card/{key}")
        record = parse_record(entry.metadata) if entry else None
        if entry is None or record is None:
            x.timing.add("kv", x.now - began)
            return None
        body: Body | None = entry.body
        if record.in_blob:
            body = await self._from_blob(x, key)
        x.timing.add("kv", x.now - began)
        return Found(record, body, "kv", entry.metadata) if body is not None else None

    async def kv_get(self, x: Exchange, key: str) -> KVEntry | None:
        """Read one KV key within the time limit; None when absent, late or broken."""
        if not self._kv_breaker.allows(x.now):
            x.ports.metrics.count("edge_kv_skipped")
            return None
        try:
            entry = await x.ports.clock.within(x.ports.kv.get(key), self._config.kv_timeout)
        except TimeoutError as error:  # a cold read from far away is late, not broken
            _report(x, "kv.get", error)
            return None
        except Exception as error:  # a broken tier is a miss (docs/caching.md, rows 6 to 9)
            _report(x, "kv.get", error)
            self._kv_breaker.failure(x.now, jitter=x.ports.random.uniform())
            return None
        self._kv_breaker.success()
        return entry

    async def kv_read(self, x: Exchange, key: str, attempts: int = READ_ATTEMPTS) -> KVEntry | None:
        """Read one KV key with patience, for work that must know; raises PortError or TimeoutError."""
        for attempt in range(attempts):
            if attempt:
                await x.ports.clock.sleep(0.25 * attempt * (0.5 + x.ports.random.uniform()))
            try:
                return await x.ports.clock.within(x.ports.kv.get(key), READ_TIMEOUT)
            except Exception as error:
                _report(x, "kv.get", error)
                if attempt == attempts - 1:
                    raise
        raise AssertionError("unreachable")

    async def _from_blob(self, x: Exchange, key: str) -> Body | None:
        if x.ports.blob is None:
            return None
        return await self._attempt(
            x, "blob.get", x.ports.blob.get(f"card/{key}"), self._config.origin_timeout
        )

    # Writing

    async def put_cache(self, x: Exchange, key: str, record: Record, body: Body) -> bool:
        """Keep a card in the data centre's cache; tell whether it worked."""
        record = replace(record, in_blob=False)  # here its bytes are beside it
        failed: list[bool] = []
        work = x.ports.cache.put(
            self.cache_url(key), _cache_headers(record, x.now, self.kept_for(record)), body
        )
        await self._attempt(x, "cache.put", work, self._config.cache_timeout, failed)
        return not failed

    async def put_kv(self, x: Exchange, key: str, record: Record, body: Body) -> None:
        """Keep a card in KV (its bytes in the blob store when large): one write. For the background."""
        blob = x.ports.blob
        if blob is not None and record.length > self._config.blob_above:
            failed: list[bool] = []
            work = blob.put(f"card/{key}", body, content_type=record.content_type)
            await self._attempt(x, "blob.put", work, PUT_TIMEOUT, failed)
            if failed:
                return
            record, body = replace(record, in_blob=True), BytesBody(b"")
        await self.kv_put(x, f"card/{key}", body, metadata=record.to_json(), ttl=self._left(record, x.now))

    def kept_for(self, record: Record) -> int:
        """Seconds from its time on for which a tier keeps a card."""
        times = record.times
        longest = times.fresh + max(times.stale_while_revalidate, times.stale_if_error)
        if record.unchanging and not record.quick:
            longest = self._config.storage_life
        return min(max(ceil(longest), MIN_TTL), ceil(self._config.storage_life))

    def _left(self, record: Record, now: float) -> int:
        return max(MIN_TTL, ceil(record.times.at + self.kept_for(record) - now))

    async def kv_put(
        self, x: Exchange, key: str, body: Body, *, metadata: str = "", ttl: int | None = None
    ) -> bool:
        """Write one KV key; back off with jitter when KV says so, give way to a newer write of the key."""
        self._puts += 1
        mine = self._newest_put[key] = self._puts
        try:
            for attempt in range(PUT_ATTEMPTS):
                if attempt:
                    await x.ports.clock.sleep(2.0 ** (attempt - 1) * (0.5 + x.ports.random.uniform()))
                    if self._newest_put.get(key) != mine:
                        return True  # coalesced: a newer value is on its way
                failure = await self.kv_put_once(x, key, body, metadata=metadata, ttl=ttl)
                if not isinstance(failure, Throttled):
                    return failure is None
                x.ports.metrics.count("edge_kv_throttled")
            return False
        finally:
            if self._newest_put.get(key) == mine:
                del self._newest_put[key]

    async def kv_put_once(
        self,
        x: Exchange,
        key: str,
        body: Body,
        *,
        metadata: str = "",
        ttl: int | None = None,
        seconds: float = PUT_TIMEOUT,
    ) -> Exception | None:
        """Write one KV key and return what went wrong; nothing of it is worth waiting for."""
        work = x.ports.kv.put(key, body, metadata=metadata, ttl=ttl)
        try:
            await x.ports.clock.within(work, seconds)
        except Exception as error:  # no failure of KV may reach the response
            _report(x, "kv.put", error)
            return error
        return None

    async def delete(self, x: Exchange, key: str) -> bool:
        """Remove a card from this data centre's cache and from KV; tell whether that worked."""
        failed: list[bool] = []
        await self._attempt(x, "cache.delete", x.ports.cache.delete(self.cache_url(key)), 1.0, failed)
        await self._attempt(x, "kv.delete", x.ports.kv.delete(f"card/{key}"), PUT_TIMEOUT, failed)
        if x.ports.blob is not None:
            await self._attempt(x, "blob.delete", x.ports.blob.delete(f"card/{key}"), PUT_TIMEOUT, failed)
        return not failed

    async def kv_delete(self, x: Exchange, key: str) -> None:
        """Remove one KV key; it expires by itself where that fails."""
        await self._attempt(x, "kv.delete", x.ports.kv.delete(key), PUT_TIMEOUT)

    # Small documents in the data centre's cache

    async def document(self, x: Exchange, name: str) -> bytes | None:
        """Read a small document from the data centre's cache."""
        entry = await self._attempt(
            x, "cache.match", x.ports.cache.match(self.cache_url(name)), self._config.cache_timeout
        )
        if entry is None:
            return None
        return await self._attempt(x, "cache.read", entry.body.read(), self._config.cache_timeout)

    async def put_document(self, x: Exchange, name: str, data: bytes, max_age: float) -> None:
        """Keep a small document in the data centre's cache."""
        headers = (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(data))),
            ("Cache-Control", f"max-age={max(1, int(max_age))}"),
        )
        await self._attempt(
            x, "cache.put", x.ports.cache.put(self.cache_url(name), headers, BytesBody(data)), 1.0
        )

    def cache_url(self, key: str) -> str:
        """Return the Cache API key of a card or document."""
        return f"{self._base}{CACHE_PATH}{key}"

    def know_host(self, base_url: str) -> None:
        """Learn the deployment's own address: the platform looks up the host of every key of its cache."""
        if not self._known:
            self._base, self._known = base_url, True

    async def _attempt(
        self, x: Exchange, what: str, work: Awaitable[T], seconds: float, failed: list[bool] | None = None
    ) -> T | None:
        try:
            return await x.ports.clock.within(work, seconds)
        except Exception as error:  # a broken tier is a miss (docs/caching.md rows 6 to 9)
            _report(x, what, error)
            if failed is not None:
                failed.append(True)
            return None


def _cache_headers(record: Record, now: float, kept: int) -> Headers:
    """`match` drops what it thinks is expired, so max-age covers the stale lives too; our record decides."""
    left = record.times.at + kept - now
    return (
        ("Content-Type", record.content_type),
        ("Content-Length", str(record.length)),
        ("ETag", record.etag),
        ("Cache-Control", f"public, max-age={max(1, int(left))}"),
        (RECORD_HEADER, record.to_json()),
    )


def _report(x: Exchange, what: str, error: Exception) -> None:
    kind = "timeout" if isinstance(error, TimeoutError) else type(error).__name__
    x.ports.metrics.count("edge_tier_errors", operation=what, kind=kind)
    x.ports.log.log(
        "warning", "tier failed", operation=what, kind=kind, detail=str(error)[:200], request_id=x.id
    )
