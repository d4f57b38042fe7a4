"""Ports for one CPython process: system clock, asyncio background tasks and single flight.

`local_kv` holds the SQLite store, `local_cache` the byte-bounded memory cache.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from emblazon.edge.ports import LogLevel

T = TypeVar("T")

_log = logging.getLogger("emblazon.edge")
_LEVELS: dict[LogLevel, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


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
    """`SingleFlight` over shared asyncio tasks: a caller that goes away takes nobody with it."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[object]] = {}

    async def do(self, key: str, lead: Callable[[], Awaitable[T]], *, wait: float) -> tuple[T, bool]:
        """See `ports.SingleFlight`."""
        task = self._tasks.get(key)
        shared = task is not None
        if task is None:
            task = asyncio.create_task(self._run(lead))
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._land(key, done))
        outcome = await asyncio.wait_for(asyncio.shield(task), wait if shared else None)
        return outcome, shared  # type: ignore[return-value]  # the table holds outcomes of many types

    @staticmethod
    async def _run(lead: Callable[[], Awaitable[T]]) -> T:
        return await lead()

    def _land(self, key: str, task: asyncio.Task[object]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled():
            task.exception()  # every waiter may have gone; the error is not lost on those that have not


class JsonLog:
    """One JSON line for each event, through the standard `logging`."""

    def log(self, level: LogLevel, event: str, **fields: object) -> None:
        number = _LEVELS[level]
        if _log.isEnabledFor(number):
            _log.log(number, json.dumps({"event": event, **fields}, default=str, ensure_ascii=False))
