"""Intervals against published ones, and what is compared with what."""

from __future__ import annotations

import pytest

from emblazon_origin.cli.project.stats import (
    Look,
    compare,
    difference_interval,
    ratio_interval,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_share_has_wilsons_interval(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("shares", "low", "high"),
    # Newcombe, "Interval estimation for the difference between independent proportions", 1998, table II
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_difference_has_newcombes_interval(
    shares: tuple[int, int, int, int], low: float, high: float
) -> None:
    assert difference_interval(*shares) == pytest.approx((low, high), abs=5e-5)


def test_ratio_of_rates_holds_the_true_one_and_scales_with_the_exposure() -> None:
    low, high = ratio_interval(60, 100, 40, 100)
    assert low < 1.5 < high
    assert ratio_interval(60, 200, 40, 100) == pytest.approx((low / 2, high / 2))
    assert ratio_interval(40, 100, 60, 100) == pytest.approx((1 / high, 1 / low))
    assert ratio_interval(5, 10, 0, 10)[1] == float("inf")


def test_views_are_the_measure_where_every_look_has_them() -> None:
    first, second = compare([Look("", 10, 1000, 20), Look("night", 12, 1000, 60)])
    assert (first.per, first.rate, first.against) == ("view", 0.02, None)
    assert second.against is not None
    assert second.against[0] > 0, "three times as many clicks of a thousand are no chance"


def test_unfurls_are_the_measure_where_views_are_missing() -> None:
    first, second = compare([Look("", 100, 0, 20), Look("night", 50, 0, 20)])
    assert (second.per, second.rate) == ("unfurl", 0.4)
    assert second.against is not None
    assert second.against[0] < 2 < second.against[1]
    assert first.interval is None


@pytest.mark.parametrize(
    "looks",
    [[], [Look("", 5, 0, 3)], [Look("", 5), Look("night", 5)], [Look("", 5, 0, 1), Look("night", 0, 0, 1)]],
)
def test_nothing_is_compared_without_clicks_and_two_looks(looks: list[Look]) -> None:
    assert compare(looks) == []
