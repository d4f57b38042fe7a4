"""Single flight: callers that want the same thing at the same time share one run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Flight(Generic[T]):
    """One run under way. `pin` makes it go on even when every waiter has left."""

    task: asyncio.Task[T] | None = None
    waiters: int = 0
    pinned: bool = False

    def pin(self) -> None:
        """Finish whatever happens: the work has begun and its result will be kept."""
        self.pinned = True


class FlightTable(Generic[T]):
    """Runs under way, by key. The edge beside an origin uses one too (`host/asyncio_ports.py`)."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight[T]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def do(
        self,
        key: str,
        start: Callable[[Flight[T]], Awaitable[T]],
        *,
        pinned: bool = False,
        wait: float | None = None,
    ) -> tuple[T, bool]:
        """Join the run for `key` or start one; return its result and whether it was joined.

        When the last waiter is cancelled before the run is `pinned`, the run is cancelled too. Who joins
        waits at most `wait` seconds; raises TimeoutError.
        """
        flight = self._flights.get(key)
        joined = flight is not None
        if flight is None:
            flight = self._flights[key] = Flight(pinned=pinned)
            flight.task = asyncio.ensure_future(self._run(key, flight, start))
            flight.task.add_done_callback(_mark_retrieved)
        task = flight.task
        if task is None:
            raise RuntimeError("a flight without a task")
        flight.waiters += 1
        try:
            return await asyncio.wait_for(asyncio.shield(task), wait if joined else None), joined
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.pinned and not task.done():
                self._flights.pop(key, None)  # newcomers start afresh
                task.cancel()

    async def _run(self, key: str, flight: Flight[T], start: Callable[[Flight[T]], Awaitable[T]]) -> T:
        try:
            return await start(flight)
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]

    async def drain(self) -> None:
        """Wait for every run under way."""
        tasks = [flight.task for flight in self._flights.values() if flight.task]
        await asyncio.gather(*tasks, return_exceptions=True)


def _mark_retrieved(task: asyncio.Task[T]) -> None:
    """Keep asyncio from complaining about an error that nobody waited for any more."""
    if not task.cancelled():
        task.exception()
