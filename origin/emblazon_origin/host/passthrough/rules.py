"""Which answers may be stored, and when a stored one may be used: RFC 9111 §3, §4 and §5.2.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emblazon.edge.http.cache_control import HEURISTIC_STATUSES, Life, directives_of, parse_directives
from emblazon.edge.messages import Headers, get_header
from emblazon.edge.store.freshness import Fresh, Miss, Stale, UsableOnError, current_age, judge

from .responses import StoredResponse, vary_names

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
# Statuses whose caching requirements this cache knows (§5.2.2.3, must-understand).
UNDERSTOOD = HEURISTIC_STATUSES - {206} | {302, 303, 307, 400, 401, 403, 429, 500, 502, 503, 504}
NEVER_STORED = frozenset((206, 304))
DISCONNECTED_STALE = 86_400.0  # how old a response may be served while the origin cannot be reached (§4.2.4)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the request's own Cache-Control asks of the cache (§5.2.1); None where it says nothing."""

    no_store: bool = False
    no_cache: bool = False
    only_if_cached: bool = False
    max_age: float | None = None
    min_fresh: float | None = None
    max_stale: float | None = None  # infinite where it has no value

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Wishes:
        """Read Cache-Control, or `Pragma: no-cache` where there is none (§5.4)."""
        if "cache-control" not in headers:
            return cls(no_cache="no-cache" in headers.get("pragma", "").lower())
        directives = parse_directives(headers["cache-control"])
        max_stale = directives.seconds("max-stale")
        if "max-stale" in directives and not directives.values["max-stale"]:
            max_stale = float("inf")
        return cls(
            no_store="no-store" in directives,
            no_cache="no-cache" in directives,
            only_if_cached="only-if-cached" in directives,
            max_age=directives.seconds("max-age"),
            min_fresh=directives.seconds("min-fresh"),
            max_stale=max_stale,
        )


@dataclass(frozen=True, slots=True)
class Use:
    """Serve the stored response."""

    ttl: float
    refresh: bool = False  # and revalidate it after the response


@dataclass(frozen=True, slots=True)
class Revalidate:
    """Ask the origin; `on_error` tells whether the stored response may stand in for an error."""

    ttl: float
    on_error: bool


def decide(stored: StoredResponse, wishes: Wishes, now: float) -> Use | Revalidate:
    """Decide on a stored response for a request with these wishes (§4.2)."""
    age = current_age(stored.times, now)
    ttl = stored.times.fresh - age
    judgement = judge(stored.times, now)
    on_error = isinstance(judgement, Stale | UsableOnError | Fresh) and not stored.must_revalidate
    if "no-cache" in stored.directives or wishes.no_cache:
        return Revalidate(ttl, on_error)
    if wishes.max_age is not None and age > wishes.max_age:
        return Revalidate(ttl, on_error)
    if wishes.min_fresh is not None and ttl < wishes.min_fresh:
        return Revalidate(ttl, on_error)
    match judgement:
        case Fresh():
            return Use(ttl)
        case Stale():
            return Use(ttl, refresh=True)
        case UsableOnError() | Miss():
            accepted = wishes.max_stale is not None and -ttl <= wishes.max_stale
            if accepted and not stored.must_revalidate:
                return Use(ttl)
            return Revalidate(ttl, on_error)


def stands_in_while_disconnected(stored: StoredResponse, now: float) -> bool:
    """A cache that cannot reach the origin may serve stale unless that is forbidden (§4.2.4)."""
    overdue = current_age(stored.times, now) - stored.times.fresh
    return not stored.must_revalidate and overdue <= DISCONNECTED_STALE


def may_store(
    method: str, request_headers: Mapping[str, str], status: int, headers: Headers, life: Life
) -> bool:
    """Tell whether a shared cache may store the answer, and would ever use it (§3)."""
    if method != "GET" or status in NEVER_STORED or not 200 <= status <= 599:
        return False
    directives = directives_of(headers)
    understood = "must-understand" in directives and status in UNDERSTOOD
    if "must-understand" in directives and not understood:
        return False
    if ("no-store" in directives and not understood) or "private" in directives:
        return False
    if Wishes.of(request_headers).no_store or "*" in vary_names(headers):
        return False
    if "authorization" in request_headers and not any(
        name in directives for name in ("public", "must-revalidate", "s-maxage")
    ):
        return False  # §3.5
    has_validator = get_header(headers, "etag") or get_header(headers, "last-modified")
    useful = life.fresh > life.age or life.stale_while_revalidate > 0 or life.stale_if_error > 0
    if status not in HEURISTIC_STATUSES and not life.explicit and "public" not in directives:
        return False
    return bool(useful or has_validator or (life.explicit and life.fresh > 0))
