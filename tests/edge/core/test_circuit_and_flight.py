"""The circuit breaker, and single flight in both of its forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from edge_world import FOREVER, VirtualClock

from emblazon.edge.ports import SingleFlight
from emblazon.edge.store.circuit import Breaker
from emblazon.edge.store.flight import Flights, PollingFlight
from emblazon_origin.host.asyncio_ports import AsyncioBackground, AsyncioFlight


def test_breaker_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(threshold=3)
    for _ in range(2):
        breaker.failure(0.0)
    breaker.success()
    for _ in range(2):
        breaker.failure(0.0)
    assert breaker.state(0.0) == "closed"
    breaker.failure(0.0)
    assert breaker.state(0.0) == "open"
    assert not breaker.allows(4.9)


def test_half_open_breaker_admits_one_probe() -> None:
    breaker = Breaker(threshold=1, open_seconds=5)
    breaker.failure(0.0)
    assert breaker.state(5.0) == "half-open"
    assert breaker.allows(5.0)
    assert not breaker.allows(5.0)
    breaker.success()
    assert breaker.allows(5.0)


def test_failed_probe_opens_for_twice_as_long_up_to_a_bound() -> None:
    breaker = Breaker(threshold=1, open_seconds=5, longest=60)
    now, pauses = 0.0, []
    for _ in range(6):
        breaker.failure(now)
        pauses.append(breaker.open_until - now)
        now = breaker.open_until
        assert breaker.allows(now)
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_stragglers_do_not_lengthen_the_pause() -> None:
    breaker = Breaker(threshold=1, open_seconds=5)
    for moment in (0.0, 1.0, 2.0, 3.0):
        breaker.failure(moment)
    assert breaker.open_until == 5.0


def test_lost_probe_is_replaced() -> None:
    breaker = Breaker(threshold=1, open_seconds=5, probe_seconds=10)
    breaker.failure(0.0)
    assert breaker.allows(5.0)
    assert not breaker.allows(14.9)
    assert breaker.allows(15.0)


def asyncio_flight() -> SingleFlight:
    return AsyncioFlight()


def polling_flight() -> SingleFlight:
    return PollingFlight(Flights(), VirtualClock())


BOTH = pytest.mark.parametrize("make", [asyncio_flight, polling_flight])
Make = Callable[[], SingleFlight]


class Work:
    """Counts its runs; takes a second."""

    def __init__(self, *, error: Exception | None = None, seconds: float = 1.0) -> None:
        self.runs = 0
        self.error = error
        self.seconds = seconds

    async def __call__(self) -> int:
        self.runs += 1
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return self.runs


@BOTH
async def test_callers_at_once_share_one_run(make: Make) -> None:
    flight, work = make(), Work()
    outcomes = await asyncio.gather(*(flight.do("k", work, wait=5) for _ in range(100)))
    assert work.runs == 1
    assert sorted(outcomes) == [(1, False)] + [(1, True)] * 99


@BOTH
async def test_later_caller_runs_again(make: Make) -> None:
    flight, work = make(), Work()
    await flight.do("k", work, wait=5)
    assert await flight.do("k", work, wait=5) == (2, False)


@BOTH
async def test_keys_do_not_wait_on_each_other(make: Make) -> None:
    flight, slow, quick = make(), Work(seconds=100), Work(seconds=0)
    waiting = asyncio.create_task(flight.do("slow", slow, wait=200))
    await asyncio.sleep(0)
    assert await flight.do("quick", quick, wait=1) == (1, False)
    await waiting


@BOTH
async def test_error_reaches_every_waiter(make: Make) -> None:
    flight, work = make(), Work(error=ValueError("no"))
    outcomes = await asyncio.gather(
        *(flight.do("k", work, wait=5) for _ in range(10)), return_exceptions=True
    )
    assert work.runs == 1
    assert all(isinstance(outcome, ValueError) for outcome in outcomes)


@BOTH
async def test_waiting_has_an_end(make: Make) -> None:
    flight, work = make(), Work(seconds=FOREVER)
    leader = asyncio.create_task(flight.do("k", work, wait=1))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await flight.do("k", work, wait=1)
    leader.cancel()


@BOTH
async def test_leader_that_goes_away_does_not_take_its_followers_with_it(make: Make) -> None:
    flight, work = make(), Work()
    leader = asyncio.create_task(flight.do("k", work, wait=5))
    await asyncio.sleep(0.1)
    follower = asyncio.create_task(flight.do("k", work, wait=5))
    await asyncio.sleep(0.1)
    leader.cancel()
    outcome, _ = await follower
    assert outcome in (1, 2)


async def test_leaders_request_is_kept_alive_until_it_has_landed() -> None:
    background, work = AsyncioBackground(), Work(seconds=3)
    flight = PollingFlight(Flights(), VirtualClock(), background)
    leading = asyncio.create_task(flight.do("k", work, wait=5))
    await asyncio.sleep(1)
    assert background.pending == 1
    await leading
    await asyncio.sleep(0)
    await background.drain(1)
    assert background.pending == 0


async def test_leader_that_vanishes_without_a_word_is_replaced() -> None:
    flights, clock = Flights(), VirtualClock()
    dead, work = Work(seconds=FOREVER), Work()
    vanished = asyncio.create_task(PollingFlight(flights, clock).do("k", dead, wait=5))
    await asyncio.sleep(11)
    flight = PollingFlight(flights, clock)
    outcomes = await asyncio.gather(*(flight.do("k", work, wait=5) for _ in range(10)))
    assert work.runs == 1
    assert {outcome for outcome, _ in outcomes} == {1}
    vanished.cancel()
