"""The freshness state machine: RFC 9111 §4.2, RFC 5861, and what clocks may do to it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emblazon.edge.http.cache_control import CLOCK_SKEW
from emblazon.edge.store.freshness import (
    MAX_FRESH,
    Fresh,
    Judgement,
    Miss,
    Stale,
    Stored,
    UsableOnError,
    current_age,
    judge,
    refresh_early,
)

T = 1_800_000_000.0
CARD = Stored(at=T, fresh=300, stale_while_revalidate=600, stale_if_error=3600)

STATES: dict[str, tuple[Stored, float, Judgement]] = {
    "9111-4.2 new": (CARD, 0, Fresh(300, 0)),
    "9111-4.2 last fresh second": (CARD, 299, Fresh(1, 299)),
    "9111-4.2 lifetime reached is not fresh": (CARD, 300, Stale(0, 300)),
    "5861-3 inside stale-while-revalidate": (CARD, 342, Stale(-42, 342)),
    "5861-3 its last second": (CARD, 899, Stale(-599, 899)),
    "5861-4 beyond it, inside stale-if-error": (CARD, 900, UsableOnError(-600, 900)),
    "5861-4 its last second": (CARD, 3899, UsableOnError(-3599, 3899)),
    "5861-4 beyond everything": (CARD, 3900, Miss()),
    "5861 no stale lives": (Stored(T, 300), 300, Miss()),
    "9111-4.2.3 age on arrival counts": (Stored(T, 300, age=290), 5, Fresh(5, 295)),
    "9111-4.2.3 stale on arrival": (Stored(T, 300, 600, age=310), 0, Stale(-10, 310)),
    "no lifetime at all": (Stored(T, 0), 0, Miss()),
    "max-age=0 may still be stale": (Stored(T, 0, 60), 0, Stale(0, 0)),
    "soft purge makes it stale": (Stored(T, 300, 600, soft_purged=True), 10, Stale(0, 10)),
    "soft purge without stale lives": (Stored(T, 300, soft_purged=True), 10, Miss()),
    "clock 299 s behind": (CARD, -299, Fresh(300, 0)),
    "clock 301 s behind": (CARD, -301, Stale(0, 0)),
    "nothing is fresh for ever": (Stored(T, 1e12), MAX_FRESH, Miss()),
}


@pytest.mark.parametrize(("stored", "after", "expected"), STATES.values(), ids=STATES.keys())
def test_state(stored: Stored, after: float, expected: Judgement) -> None:
    assert judge(stored, T + after) == expected


times = st.floats(min_value=0, max_value=4e9, allow_nan=False)
lives = st.floats(min_value=-1e3, max_value=1e12, allow_nan=False)
stored_answers = st.builds(
    Stored,
    at=times,
    fresh=lives,
    stale_while_revalidate=lives,
    stale_if_error=lives,
    age=lives,
    fill_seconds=st.floats(0, 100),
    soft_purged=st.booleans(),
)


@given(stored_answers, times)
def test_age_is_never_negative(stored: Stored, now: float) -> None:
    assert current_age(stored, now) >= 0
    judgement = judge(stored, now)
    assert isinstance(judgement, Miss) or judgement.age >= 0


@given(stored_answers)
def test_nothing_stays_fresh_for_more_than_a_year(stored: Stored) -> None:
    assert not isinstance(judge(stored, stored.at + MAX_FRESH + 1), Fresh)


@given(stored_answers, times)
def test_ttl_agrees_with_the_state(stored: Stored, now: float) -> None:
    match judge(stored, now):
        case Fresh(ttl=ttl):
            assert 0 < ttl <= min(stored.fresh, MAX_FRESH)
        case Stale(ttl=ttl) | UsableOnError(ttl=ttl):
            assert ttl <= 0
        case Miss():
            pass


@given(stored_answers, st.floats(-CLOCK_SKEW, CLOCK_SKEW))
def test_a_wrong_clock_stretches_freshness_by_no_more_than_its_error(stored: Stored, error: float) -> None:
    really_passed = max(0.0, min(stored.fresh, MAX_FRESH)) + CLOCK_SKEW + 1
    assert not isinstance(judge(stored, stored.at + really_passed + error), Fresh)


@given(stored_answers, times, st.floats(0, 1e6))
def test_states_only_get_worse_as_time_goes_on(stored: Stored, now: float, later: float) -> None:
    order = [Fresh, Stale, UsableOnError, Miss]
    if now < stored.at:  # a clock that is behind may first have to catch up
        return
    assert order.index(type(judge(stored, now + later))) >= order.index(type(judge(stored, now)))


def test_early_refresh_never_happens_to_an_instant_fill() -> None:
    assert not refresh_early(Stored(T, 300, fill_seconds=0), T + 299, 1e-12)


def test_early_refresh_is_certain_at_expiry() -> None:
    assert refresh_early(Stored(T, 300, fill_seconds=1), T + 300, 1.0)


@pytest.mark.parametrize("seconds_left", [0.5, 2.0, 5.0])
def test_early_refresh_follows_the_exponential_of_xfetch(seconds_left: float) -> None:
    """P(refresh) = exp(−left/(β·δ)): the threshold is the quantile of a uniform number."""
    stored = Stored(T, 300, fill_seconds=2.0)
    threshold = math.exp(-seconds_left / 2.0)
    now = T + 300 - seconds_left
    assert refresh_early(stored, now, threshold * 0.999)
    assert not refresh_early(stored, now, threshold * 1.001)


@given(stored_answers, times, st.floats(1e-9, 1), st.floats(1e-9, 1))
def test_early_refresh_is_the_likelier_the_smaller_its_chance(
    stored: Stored, now: float, one: float, other: float
) -> None:
    assert refresh_early(stored, now, max(one, other)) <= refresh_early(stored, now, min(one, other))
