"""May this stored card be served now? A pure state machine over a life, its stored time and `now`.

        0            fresh                fresh+swr              fresh+max(swr, sie)
        |────Fresh────|────────Stale───────|─────UsableOnError────|────Miss──▶ age

A clock that runs up to five minutes ahead or behind changes lives by at most that much; an entry from further
in the future is Stale, so that no clock error keeps a card fresh for ever (docs/caching.md row 11).
"""

from __future__ import annotations

import math

from ...dataclass import dataclass, replace
from ..http.cache_control import CLOCK_SKEW

MAX_FRESH = 31_536_000.0  # a year, RFC 9111's customary bound; nothing is fresh longer
XFETCH_BETA = 1.0


@dataclass(frozen=True, slots=True)
class Stored:
    """The times of one stored answer."""

    at: float  # seconds since the epoch when it was stored
    fresh: float  # seconds
    stale_while_revalidate: float = 0.0
    stale_if_error: float = 0.0
    age: float = 0.0  # seconds old on arrival
    fill_seconds: float = 0.0  # how long the origin took: XFetch's δ
    soft_purged: bool = False


@dataclass(frozen=True, slots=True)
class Fresh:
    """Serve it."""

    ttl: float  # seconds of freshness left; 0 only for what cannot change
    age: float


@dataclass(frozen=True, slots=True)
class Stale:
    """Serve it now and refresh it after the response."""

    ttl: float  # seconds, ≤ 0
    age: float


@dataclass(frozen=True, slots=True)
class UsableOnError:
    """Ask the origin; serve it only when the origin fails."""

    ttl: float  # seconds, ≤ 0
    age: float


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing that may be served."""


def reconfirmed(stored: Stored, now: float) -> Stored:
    """Return the times of an answer that cannot change: when a life ends, its key vouches for it anew."""
    if stored.at - now > CLOCK_SKEW or stored.fresh <= 0:
        return replace(stored, at=now, age=0.0)
    lives = current_age(stored, now) // stored.fresh
    return replace(stored, at=stored.at + lives * stored.fresh) if lives else stored


Judgement = Fresh | Stale | UsableOnError | Miss


def current_age(stored: Stored, now: float) -> float:
    """Return the age in seconds (RFC 9111 §4.2.3); never negative, whatever the clocks say."""
    return max(0.0, stored.age) + max(0.0, now - stored.at)


def judge(stored: Stored, now: float) -> Judgement:
    """Judge a stored answer at `now`."""
    age = current_age(stored, now)
    fresh = min(max(0.0, stored.fresh), MAX_FRESH)
    ttl = fresh - age
    from_the_future = stored.at - now > CLOCK_SKEW
    if ttl > 0 and not from_the_future and not stored.soft_purged:
        return Fresh(ttl, age)
    ttl = min(ttl, 0.0)
    overdue = -ttl
    if overdue < stored.stale_while_revalidate:
        return Stale(ttl, age)
    if overdue < stored.stale_if_error:
        return UsableOnError(ttl, age)
    return Miss()


def refresh_early(stored: Stored, now: float, uniform: float, *, beta: float = XFETCH_BETA) -> bool:
    """Decide whether this one request refreshes a still fresh answer ahead of its expiry.

    XFetch (Vattani et al., "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015): refresh when
    now − β·δ·ln(rand) ≥ expiry. `uniform` is in (0, 1].
    """
    age = current_age(stored, now)
    lead = -beta * stored.fill_seconds * math.log(min(max(uniform, 1e-12), 1.0))
    return age + lead >= stored.fresh
