"""Admission: a burst may queue, a flood may not, and an input that kills processes waits."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from emblazon_origin.workers.admission import Admission, AdmissionPolicy, Quarantine, Ticket, TicketQueue
from emblazon_origin.workers.job import Job, JobResult

_LOOP = asyncio.new_event_loop()  # for futures that nothing waits for


def warm(policy: AdmissionPolicy | None = None, service: float = 0.02, workers: int = 2) -> Admission:
    admission = Admission(policy or AdmissionPolicy(), workers)
    for _ in range(100):
        admission.observe(service)
    return admission


def ticket(now: float, *, retried: bool = False) -> Ticket:
    answer: asyncio.Future[JobResult] = asyncio.Future(loop=_LOOP)
    return Ticket(Job("card", "article", {}, 1200, 630, "png"), "", answer, now, lambda: None, retried)


def burst(admission: Admission, size: int, now: float = 0.0, limit: int = 64) -> int:
    """How many of `size` simultaneous arrivals stay in the queue behind busy processes."""
    queue = TicketQueue()
    for _ in range(size):
        if admission.admit(len(queue), now, idle=False):
            queue.add(ticket(now))
        else:
            queue.keep_all()
        if admission.flooded(now):
            queue.shorten(now, admission.flood_places, limit)
    return len(queue)


def test_a_burst_may_queue_as_much_work_as_the_policy_says() -> None:
    admission = warm(AdmissionPolicy(burst_wait=0.105))
    assert burst(admission, 50) == 10 + 1  # 10 renders of 20 ms on two processes, and a flood's place


def test_a_flood_has_one_place_for_two_processes_and_the_newcomer_gets_it() -> None:
    admission = warm(workers=8)
    burst(admission, 100)
    assert admission.flooded(0.0)
    assert admission.flood_places == 4
    assert admission.admit(4, 0.5, idle=False)


def admitted_calmly(admission: Admission, rate: float, seconds: float, capacity: float) -> float | None:
    """Let requests arrive at a rate while `capacity` are drawn per second; when does a flood begin?"""
    for number in range(int(rate * seconds)):
        now = number / rate
        admission.admit(max(0, number - int(capacity * now)), now, idle=False)
        if admission.flooded(now):
            return now
    return None


def test_a_burst_that_stops_is_no_flood() -> None:
    admission = warm()
    assert burst(admission, 20) == 20
    assert admission.admit(10, 0.1, idle=False)  # a straggler
    assert not admission.flooded(0.1)


def test_a_burst_that_takes_a_moment_to_arrive_is_no_flood() -> None:
    admission = warm(AdmissionPolicy(burst_wait=0.4))
    assert admitted_calmly(admission, rate=600, seconds=0.05, capacity=100) is None


@pytest.mark.parametrize("overload", [2, 3, 5])
def test_arrivals_that_go_on_are_a_flood_before_anybody_waits_long(overload: int) -> None:
    admission = warm(service=0.02)  # on two processes: 100 per second
    began = admitted_calmly(admission, rate=100 * overload, seconds=1.0, capacity=100)
    assert began is not None
    assert began <= 0.1


def test_arrivals_at_the_capacity_are_no_flood() -> None:
    assert admitted_calmly(warm(service=0.02), rate=105, seconds=2.0, capacity=100) is None


def test_the_flood_is_over_when_arrivals_find_idle_processes() -> None:
    admission = warm()
    burst(admission, 100)
    for _ in range(7):
        assert admission.admit(0, 1.0, idle=True)
    assert not admission.flooded(1.0)
    assert burst(admission, 3, now=1.0) == 3


def test_a_burst_too_large_does_not_make_a_flood_of_the_next_one() -> None:
    admission = warm()
    burst(admission, 100)
    assert admission.admit(0, 1.0, idle=True)
    assert burst(admission, 20, now=1.0) == 20


def test_a_flood_with_an_idle_moment_is_still_one() -> None:
    admission = warm()
    burst(admission, 100)
    assert admission.admit(0, 0.1, idle=True)
    assert admission.flooded(0.1)


def test_a_page_of_cards_right_after_the_start_gets_them_all() -> None:
    assert burst(Admission(AdmissionPolicy(), workers=2), 20) == 20


def test_the_flood_is_over_some_time_after_the_last_refusal() -> None:
    admission = warm(AdmissionPolicy(calm_after=5))
    burst(admission, 100, now=0.0)
    assert admission.flooded(4.9)
    assert not admission.flooded(5.1)


def test_slow_renders_may_always_have_one_in_the_queue_and_never_more_than_its_length() -> None:
    assert burst(warm(service=2.0), 10) == 1 + 1
    assert burst(warm(AdmissionPolicy(max_queue=3, burst_wait=100)), 10, limit=3) == 3
    assert burst(warm(AdmissionPolicy(max_queue=0)), 10, limit=0) == 0


def test_retry_after_is_when_the_queue_will_have_been_worked_off() -> None:
    assert warm(service=1.0).retry_after(queued=9) == 5
    assert warm(service=0.01).retry_after(queued=0) == 1


class Driver:
    """Simulates `workers` processes with a fixed render time in front of the real queue."""

    def __init__(self, admission: Admission, workers: int, service: float) -> None:
        self.admission = admission
        self.free_at = [0.0] * workers
        self.service = service
        self.waiting = TicketQueue()
        self.latencies: list[float] = []
        self.refused_after: list[float] = []

    def arrive(self, now: float) -> None:
        self._start_until(now)
        idle = min(self.free_at) <= now and not self.waiting
        if not self.admission.admit(len(self.waiting), now, idle=idle):
            self.refused_after.append(0.0)
            return
        self.waiting.add(ticket(now))
        self._start_until(now)
        if self.admission.flooded(now):
            for refused in self.waiting.shorten(now, self.admission.flood_places, 64):
                self.admission.refused(now)
                self.refused_after.append(now - refused.enqueued)

    def _start_until(self, now: float) -> None:
        while self.waiting and (start := min(self.free_at)) <= now:
            start = max(start, next(iter(self.waiting)).enqueued)
            job = self.waiting.take(start, flood=self.admission.flooded(start))
            start = max(start, job.enqueued)
            self.free_at[self.free_at.index(min(self.free_at))] = start + self.service
            self.latencies.append(start + self.service - job.enqueued)


@pytest.mark.parametrize("spacing", ["even", "random"])
@pytest.mark.parametrize("workers", [1, 2, 8])
def test_at_three_times_the_capacity_nearly_all_of_it_is_used_and_waits_stay_short(
    workers: int, spacing: str
) -> None:
    service, seconds = 0.025, 30.0
    driver = Driver(warm(service=service, workers=workers), workers, service)
    rate, now, random = 3 * workers / service, 0.0, Random(7)  # noqa: S311  # no secret
    while now < seconds:
        now += random.expovariate(rate) if spacing == "random" else 1 / rate
        driver.arrive(now)
    assert len(driver.latencies) >= 0.9 * seconds * workers / service
    latencies = sorted(driver.latencies)
    assert latencies[int(0.99 * len(latencies))] <= 2 * service
    assert max(driver.refused_after) <= 0.05 + 1e-9


def test_in_calm_the_oldest_is_next_and_in_a_flood_the_newest() -> None:
    queue = TicketQueue()
    first, second, third = ticket(0.0), ticket(0.01), ticket(0.02)
    for each in (first, second, third):
        queue.add(each)
    assert queue.take(0.02, flood=True) is third
    assert queue.take(0.02, flood=False) is first
    assert queue.take(0.02, flood=True) is second


def test_a_job_that_was_tried_or_has_waited_long_is_next_and_is_not_refused() -> None:
    queue = TicketQueue()
    old, fresh, newest, tried = ticket(0.0), ticket(0.09), ticket(0.1), ticket(0.1, retried=True)
    for each in (old, fresh, newest, tried):
        queue.add(each)
    assert queue.shorten(0.1, 1, 64) == [fresh]
    assert [queue.take(0.1, flood=True) for _ in range(3)] == [tried, old, newest]


# -- the breaker of each input: closed, open, half-open ----------------------------------------------------


def open_breaker() -> Quarantine:
    breaker = Quarantine(threshold=2, seconds=60)
    for _ in range(2):
        breaker.failed("k", 0.0)
    return breaker


def test_an_input_is_refused_after_its_second_failure_and_says_for_how_long() -> None:
    breaker = Quarantine(threshold=2, seconds=60)
    breaker.failed("k", 0.0)
    assert breaker.refusal("k", 0.0) == 0
    breaker.failed("k", 0.0)
    assert breaker.refusal("k", 12.5) == 48
    assert breaker.refusal("other", 12.5) == 0


def test_half_open_one_trial_goes_through_and_the_others_wait() -> None:
    breaker = open_breaker()
    assert breaker.refusal("k", 61.0) == 0
    breaker.began("k", 61.0)
    assert breaker.refusal("k", 62.0) == 59


def test_a_trial_that_never_began_is_not_used_up() -> None:
    breaker = open_breaker()
    assert breaker.refusal("k", 61.0) == 0  # and then the queue was full
    assert breaker.refusal("k", 61.5) == 0


def test_a_trials_failure_opens_again_and_its_success_forgets() -> None:
    breaker = open_breaker()
    breaker.began("k", 61.0)
    breaker.failed("k", 63.0)
    assert breaker.refusal("k", 64.0) == 59
    breaker.succeeded("k")
    assert breaker.refusal("k", 64.0) == 0
    assert breaker.open_count(64.0) == 0
