"""The breaker per input: closed, open, half-open."""

from __future__ import annotations

from emblazon_origin.workers.admission import Quarantine


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
