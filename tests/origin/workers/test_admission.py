"""Admission: a burst may queue, a flood may not."""

from __future__ import annotations

from emblazon_origin.workers.admission import Admission, AdmissionPolicy


def warm(policy: AdmissionPolicy | None = None, service: float = 0.02, workers: int = 2) -> Admission:
    admission = Admission(policy or AdmissionPolicy(), workers)
    for _ in range(100):
        admission.observe(service)
    return admission


def burst(admission: Admission, size: int, now: float = 0.0) -> int:
    """How many of `size` simultaneous arrivals get in behind busy processes."""
    queued = 0
    for _ in range(size):
        queued += admission.admit(queued, now, idle=False)
    return queued


def test_a_burst_may_queue_as_much_work_as_the_policy_says() -> None:
    admission = warm(AdmissionPolicy(burst_wait=0.105))
    assert burst(admission, 50) == 10  # 10 renders of 20 ms on two processes


def test_after_a_refusal_only_the_next_render_may_wait() -> None:
    admission = warm()
    burst(admission, 100)
    assert admission.flooded(0.0)
    assert burst(admission, 10, now=0.5) == 1


def test_the_flood_is_over_when_arrivals_find_idle_processes() -> None:
    admission = warm()
    burst(admission, 100)
    for _ in range(7):
        assert admission.admit(0, 1.0, idle=True)
    assert not admission.flooded(1.0)
    assert burst(admission, 3, now=1.0) == 3


def test_the_flood_is_over_some_time_after_the_last_refusal() -> None:
    admission = warm(AdmissionPolicy(calm_after=5))
    burst(admission, 100, now=0.0)
    assert admission.flooded(4.9)
    assert not admission.flooded(5.1)


def test_slow_renders_may_always_have_one_in_the_queue_and_never_more_than_its_length() -> None:
    assert burst(warm(service=2.0), 10) == 1
    assert burst(warm(AdmissionPolicy(max_queue=3, burst_wait=100)), 10) == 3
    assert burst(warm(AdmissionPolicy(max_queue=0)), 10) == 0


def test_retry_after_is_when_the_queue_will_have_been_worked_off() -> None:
    assert warm(service=1.0).retry_after(queued=9) == 5
    assert warm(service=0.01).retry_after(queued=0) == 1


class Driver:
    """Simulates `workers` processes with a fixed render time under evenly spaced arrivals."""

    def __init__(self, admission: Admission, workers: int, service: float) -> None:
        self.admission = admission
        self.free_at = [0.0] * workers
        self.service = service
        self.waiting: list[float] = []
        self.latencies: list[float] = []

    def arrive(self, now: float) -> None:
        self._start_until(now)
        idle = min(self.free_at) <= now and not self.waiting
        if self.admission.admit(len(self.waiting), now, idle=idle):
            self.waiting.append(now)
            self._start_until(now)

    def _start_until(self, now: float) -> None:
        while self.waiting and min(self.free_at) <= now:
            worker = self.free_at.index(min(self.free_at))
            start = max(self.free_at[worker], self.waiting[0])
            self.free_at[worker] = start + self.service
            self.latencies.append(self.free_at[worker] - self.waiting.pop(0))


def test_at_three_times_the_capacity_nearly_all_of_it_is_used_and_waits_stay_short() -> None:
    service, workers, seconds = 0.025, 2, 30.0
    driver = Driver(warm(service=service), workers, service)
    rate = 3 * workers / service
    for number in range(int(rate * seconds)):
        driver.arrive(number / rate)
    assert len(driver.latencies) >= 0.95 * seconds * workers / service
    latencies = sorted(driver.latencies)
    assert latencies[int(0.99 * len(latencies))] <= 2 * service
