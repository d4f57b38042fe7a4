"""Single flight: who shares, who is cancelled, what goes on."""

from __future__ import annotations

import asyncio

import pytest

from emblazon_origin.server.single_flight import Flight, FlightTable


class Work:
    """Counts its runs and ends when told."""

    def __init__(self) -> None:
        self.runs = 0
        self.cancelled = 0
        self.end = asyncio.Event()
        self.flight: Flight[int] | None = None
        self.error: Exception | None = None

    async def __call__(self, flight: Flight[int]) -> int:
        self.runs += 1
        self.flight = flight
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return 42


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_callers_at_the_same_time_share_one_run() -> None:
    flights: FlightTable[int] = FlightTable()
    work = Work()
    callers = [asyncio.create_task(flights.do("k", work)) for _ in range(100)]
    await settle()
    work.end.set()
    answers = await asyncio.gather(*callers)
    assert work.runs == 1
    assert answers[0] == (42, False)
    assert answers[1:] == [(42, True)] * 99
    assert len(flights) == 0


async def test_another_key_and_a_later_caller_run_on_their_own() -> None:
    flights: FlightTable[int] = FlightTable()
    work = Work()
    work.end.set()
    await asyncio.gather(flights.do("a", work), flights.do("b", work))
    await flights.do("a", work)
    assert work.runs == 3


async def test_one_waiter_leaving_disturbs_nobody_and_the_last_one_cancels() -> None:
    flights: FlightTable[int] = FlightTable()
    work = Work()
    first, second = (asyncio.create_task(flights.do("k", work)) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    assert work.cancelled == 0
    second.cancel()
    await settle()
    assert work.cancelled == 1
    assert len(flights) == 0


async def test_a_pinned_run_goes_on_without_waiters() -> None:
    flights: FlightTable[int] = FlightTable()
    work = Work()
    caller = asyncio.create_task(flights.do("k", work))
    await settle()
    assert work.flight
    work.flight.pin()
    caller.cancel()
    await settle()
    assert work.cancelled == 0
    late = asyncio.create_task(flights.do("k", work))
    await settle()
    work.end.set()
    assert await late == (42, True)
    assert work.runs == 1


async def test_an_error_reaches_every_waiter_and_is_not_kept() -> None:
    flights: FlightTable[int] = FlightTable()
    work = Work()
    work.error = ValueError("no")
    callers = [asyncio.create_task(flights.do("k", work)) for _ in range(3)]
    await settle()
    work.end.set()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["no"] * 3
    work.error = None
    assert await flights.do("k", work) == (42, False)


async def test_a_caller_after_a_cancelled_run_starts_afresh() -> None:
    flights: FlightTable[int] = FlightTable()
    work = Work()
    caller = asyncio.create_task(flights.do("k", work))
    await settle()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    work.end.set()
    assert await flights.do("k", work) == (42, False)
    assert work.runs == 2
