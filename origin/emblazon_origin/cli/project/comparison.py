"""The looks of a template compared by the clicks that their site has reported, with intervals of 95 %.

Where views were reported too, clicks are a share of them: Wilson's interval (1927), and Newcombe's for the
difference to the template's own look (Statistics in Medicine 17, 1998, method 10). Where they were not, the
unfurls are all there is to measure clicks by, which may be fewer: then the ratio of two rates, by Wilson's
interval of the one's share of both their clicks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of one look of a template; `variant` is "" for the template's own."""

    variant: str
    unfurls: int = 0
    views: int = 0
    clicks: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One look beside the first. `per` says what clicks are counted by: view or unfurl."""

    look: Look
    per: str
    rate: float
    interval: Interval | None  # of the rate, where it is a share
    against: Interval | None  # difference of the shares or ratio of the rates; None for the first look


def compare(looks: list[Look]) -> list[Compared]:
    """Compare looks with the first of them; nothing where fewer than two have been counted, or no click."""
    by_views = all(look.views >= max(1, look.clicks) for look in looks)
    counted = looks if by_views else [look for look in looks if look.unfurls]
    if len(counted) < 2 or not any(look.clicks for look in counted):
        return []
    first = counted[0]
    return [_by_views(look, first) if by_views else _by_unfurls(look, first) for look in counted]


def _by_views(look: Look, first: Look) -> Compared:
    against = None
    if look is not first:
        against = difference_interval(look.clicks, look.views, first.clicks, first.views)
    rate = look.clicks / look.views
    return Compared(look, "view", rate, wilson_interval(look.clicks, look.views), against)


def _by_unfurls(look: Look, first: Look) -> Compared:
    against = None
    if look is not first and look.clicks + first.clicks:
        against = ratio_interval(look.clicks, look.unfurls, first.clicks, first.unfurls)
    return Compared(look, "unfurl", look.clicks / look.unfurls, None, against)


def wilson_interval(successes: float, trials: float) -> Interval:
    """The interval of a share, by the score test: Wilson, JASA 22 (1927)."""
    share, square = successes / trials, Z * Z
    middle = share + square / (2 * trials)
    half = Z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def difference_interval(successes: int, trials: int, successes_of: int, trials_of: int) -> Interval:
    """The interval of the difference of two shares, the second taken from the first: Newcombe's method 10."""
    share, share_of = successes / trials, successes_of / trials_of
    low, high = wilson_interval(successes, trials)
    low_of, high_of = wilson_interval(successes_of, trials_of)
    gap = share - share_of
    return (
        gap - sqrt((share - low) ** 2 + (high_of - share_of) ** 2),
        gap + sqrt((high - share) ** 2 + (share_of - low_of) ** 2),
    )


def ratio_interval(count: int, exposure: float, count_of: int, exposure_of: float) -> Interval:
    """The interval of the ratio of two Poisson rates; given both counts, the first is a binomial share."""
    low, high = wilson_interval(count, count + count_of)
    scale = exposure_of / exposure
    return low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else float("inf")
