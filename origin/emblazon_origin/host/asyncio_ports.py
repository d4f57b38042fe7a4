"""Ports for one CPython process: system clock, asyncio background tasks, single flight, and a cache.

The data centre's cache is memory here: least recently used goes first, bounded in bytes. `sqlite_kv` holds
the KV.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from emblazon.edge.http.cache_control import parse_directives
from emblazon.edge.messages import Body, BytesBody, CacheEntry, Headers, get_header
from emblazon.edge.ports import Clock, LogLevel, PortError

from ..caching import ByteCache
from ..server.single_flight import FlightTable

T = TypeVar("T")

_log = logging.getLogger("emblazon.edge")
_LEVELS: dict[LogLevel, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

ENTRY_OVERHEAD = 312  # bytes that Python's own objects take for an entry, roughly, beside ByteCache's


class SystemClock:
    """The machine's clock and asyncio's timers."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def within(self, work: Awaitable[T], seconds: float) -> T:
        return await asyncio.wait_for(work, seconds)


class SystemRandom:
    """The process's randomness."""

    def uniform(self) -> float:
        return 1.0 - random.random()  # noqa: S311  # spreads refreshes, guards nothing

    def token(self) -> str:
        return os.urandom(16).hex()


class AsyncioBackground:
    """Runs work after the response, keeps a reference to it, and lets a shutdown wait for it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[None]] = set()

    def wait_until(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("background work failed", exc_info=task.exception())

    @property
    def pending(self) -> int:
        """Pieces of work under way."""
        return len(self._tasks)

    async def drain(self, seconds: float) -> None:
        """Wait for the work under way; cancel what is left after `seconds`."""
        while self._tasks:
            _, left = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left, timeout=1.0)
                return


class AsyncioFlight:
    """`ports.SingleFlight` where requests share an event loop: who goes away takes nobody with it."""

    def __init__(self) -> None:
        self._flights: FlightTable[object] = FlightTable()

    async def do(self, key: str, lead: Callable[[], Awaitable[T]], *, wait: float) -> tuple[T, bool]:
        """See `ports.SingleFlight`."""
        outcome, shared = await self._flights.do(key, lambda _: lead(), pinned=True, wait=wait)
        return outcome, shared  # type: ignore[return-value]  # the table holds outcomes of many types


class JsonLog:
    """One JSON line for each event, through the standard `logging`."""

    def log(self, level: LogLevel, event: str, **fields: object) -> None:
        number = _LEVELS[level]
        if _log.isEnabledFor(number):
            _log.log(number, json.dumps({"event": event, **fields}, default=str, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Kept:
    headers: Headers
    data: bytes
    expires: float

    @property
    def size(self) -> int:
        return len(self.data) + sum(len(name) + len(value) for name, value in self.headers) + ENTRY_OVERHEAD


class MemoryCache:
    """`ports.Cache` with the rules of the Cache API: `put` refuses `Vary: *` and obeys max-age alone."""

    def __init__(self, clock: Clock, *, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._clock = clock
        self._entries: ByteCache[_Kept] = ByteCache("edge", max_bytes, lambda kept: kept.size)

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return self._entries.bytes

    async def match(self, url: str) -> CacheEntry | None:
        """See `ports.Cache`."""
        kept = self._entries.peek(url)
        if kept is None:
            return None
        if kept.expires <= self._clock.now():
            self._entries.drop(url)
            return None
        return CacheEntry(kept.headers, BytesBody(kept.data))

    async def put(self, url: str, headers: Headers, body: Body) -> None:
        """See `ports.Cache`. An entry larger than the whole cache is not kept."""
        if (get_header(headers, "vary") or "").strip() == "*":
            raise PortError("a response with Vary: * cannot be cached")
        directives = parse_directives(get_header(headers, "cache-control") or "")
        max_age = directives.seconds("s-maxage")
        max_age = directives.seconds("max-age") if max_age is None else max_age
        self._entries.drop(url)
        if not max_age or "no-store" in directives or "private" in directives:
            return
        self._entries.put(url, _Kept(headers, await body.read(), self._clock.now() + max_age))

    async def delete(self, url: str) -> bool:
        """See `ports.Cache`."""
        return self._entries.drop(url)

    def __len__(self) -> int:
        return len(self._entries)
