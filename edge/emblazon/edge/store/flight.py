"""Single flight for hosts where requests must not wait on each other's promises (workerd).

The first caller of a key leads. Followers sleep on their own timers and look at a plain dictionary, so that
no promise, lock or I/O object crosses requests. A leader that vanishes without a word (its request was
cancelled) frees the key `GRACE` seconds after its callers would have stopped waiting; the next caller leads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ...dataclass import dataclass
from ...typed import TypeVar
from ..ports import Background, Clock

T = TypeVar("T")

FIRST_WAIT = 0.004  # seconds
LONGEST_WAIT = 0.05
GRACE = 5.0


@dataclass(slots=True)
class _Flight:
    ends: float  # when its leader must have landed, or is lost
    landed: bool = False
    outcome: object = None
    error: BaseException | None = None


class Flights:
    """The isolate's table of flights; lives as long as the isolate, holds plain data only."""

    def __init__(self) -> None:
        self.under_way: dict[str, _Flight] = {}


class PollingFlight:
    """`SingleFlight` over an isolate's `Flights`, made for one request with that request's clock."""

    def __init__(self, flights: Flights, clock: Clock, background: Background | None = None) -> None:
        self._flights = flights.under_way
        self._clock = clock
        self._background = background  # keeps a leader's request alive when its client goes away

    async def do(self, key: str, lead: Callable[[], Awaitable[T]], *, wait: float) -> tuple[T, bool]:
        """See `ports.SingleFlight`."""
        flight = self._flights.get(key)
        if flight is None or self._abandoned(flight):
            return await self._lead(key, lead, wait), False
        return await self._follow(key, flight, lead, wait)

    def _abandoned(self, flight: _Flight) -> bool:
        return self._clock.now() > flight.ends

    async def _lead(self, key: str, lead: Callable[[], Awaitable[T]], wait: float) -> T:
        flight = self._flights[key] = _Flight(self._clock.now() + wait + GRACE)
        landed = self._stay_alive()
        try:
            outcome = await lead()
        except BaseException as error:
            self._land(key, flight, error=error)
            raise
        finally:
            landed.set()
        self._land(key, flight, outcome=outcome)
        return outcome

    def _stay_alive(self) -> asyncio.Event:
        """Others wait for this request's fill: the runtime must not stop it with its client."""
        landed = asyncio.Event()

        async def until_landed() -> None:
            await landed.wait()

        if self._background is not None:
            self._background.wait_until(until_landed())
        return landed

    def _land(
        self, key: str, flight: _Flight, *, outcome: object = None, error: BaseException | None = None
    ) -> None:
        flight.landed, flight.outcome, flight.error = True, outcome, error
        if self._flights.get(key) is flight:
            del self._flights[key]  # followers hold the flight itself; a new caller asks anew

    async def _follow(
        self, key: str, flight: _Flight, lead: Callable[[], Awaitable[T]], wait: float
    ) -> tuple[T, bool]:
        deadline = self._clock.now() + wait
        pause = FIRST_WAIT
        while not flight.landed:
            if self._abandoned(flight):
                return await self.do(key, lead, wait=max(0.0, deadline - self._clock.now()))
            if self._clock.now() >= deadline:
                raise TimeoutError(f"waited {wait:.1f} s for another request's fill")
            await self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_WAIT)
        if flight.error is not None:
            if isinstance(flight.error, Exception):
                raise flight.error
            return await self.do(key, lead, wait=max(0.0, deadline - self._clock.now()))
        return flight.outcome, True  # type: ignore[return-value]  # the table holds outcomes of many types
