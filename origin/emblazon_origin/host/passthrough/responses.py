"""Stored responses, their variants, and the bound on their bytes (RFC 9111 §3 and §4.1).

Which answers may be stored, and when a stored one may be used: RFC 9111 §3, §4 and §5.2.1.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from emblazon.edge.http.cache_control import (
    HEURISTIC_STATUSES,
    Directives,
    Life,
    directives_of,
    parse_date,
    parse_directives,
)
from emblazon.edge.messages import BytesBody, Headers, OriginResponse, get_header
from emblazon.edge.store.freshness import Fresh, Miss, Stale, Stored, UsableOnError, current_age, judge

MAX_VARIANTS = 32
# §3.2: what a 304 does not update, since it describes the bytes that we keep.
_KEPT_ON_UPDATE = frozenset(
    ("content-encoding", "content-length", "content-md5", "content-range", "etag", "transfer-encoding")
)

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
# Statuses whose caching requirements this cache knows (§5.2.2.3, must-understand).
UNDERSTOOD = HEURISTIC_STATUSES - {206} | {302, 303, 307, 400, 401, 403, 429, 500, 502, 503, 504}
NEVER_STORED = frozenset((206, 304))
DISCONNECTED_STALE = 86_400.0  # how old a response may be served while the origin cannot be reached (§4.2.4)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One response and what its later use depends on."""

    status: int
    headers: Headers
    body: bytes
    times: Stored
    must_revalidate: bool
    vary: Mapping[str, str]  # selecting request fields and their values, lower-case names

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + 500

    @property
    def etag(self) -> str | None:
        return get_header(self.headers, "etag")

    @property
    def last_modified(self) -> str | None:
        return get_header(self.headers, "last-modified")

    @property
    def modified_or_dated(self) -> str | None:
        """Last-Modified, or else Date: what If-Modified-Since is compared with (§4.3.2)."""
        return self.last_modified or get_header(self.headers, "date")

    @property
    def directives(self) -> Directives:
        return directives_of(self.headers)

    def matches(self, request_headers: Mapping[str, str]) -> bool:
        """Tell whether the selecting fields are those of a new request (§4.1)."""
        return all(normal(name, request_headers) == value for name, value in self.vary.items())

    def freshened(self, headers: Headers, life: Life, now: float) -> StoredResponse:
        """Return the response with the metadata of a newer answer to the same representation (§3.2)."""
        newer = {name.lower() for name, _ in headers} - _KEPT_ON_UPDATE
        kept = tuple((name, value) for name, value in self.headers if name.lower() not in newer)
        added = tuple((name, value) for name, value in headers if name.lower() in newer)
        return replace(
            self, headers=kept + added, times=times_of(life, now), must_revalidate=life.must_revalidate
        )


def store_response(
    answer: OriginResponse, body: bytes, life: Life, request_headers: Mapping[str, str], now: float
) -> StoredResponse:
    """Build what is kept of an answer."""
    names = vary_names(answer.headers)
    return StoredResponse(
        status=answer.status,
        headers=answer.headers,
        body=body,
        times=times_of(life, now),
        must_revalidate=life.must_revalidate,
        vary={name: normal(name, request_headers) for name in names},
    )


def times_of(life: Life, now: float) -> Stored:
    """The times under which the freshness core judges a response."""
    return Stored(
        at=now,
        fresh=life.fresh,
        stale_while_revalidate=life.stale_while_revalidate,
        stale_if_error=life.stale_if_error,
        age=life.age,
    )


def vary_names(headers: Headers) -> list[str]:
    """Return the request fields that Vary names, in lower case; `*` stays."""
    field_value = get_header(headers, "vary") or ""
    return sorted({name.strip().lower() for name in field_value.split(",") if name.strip()})


def normal(name: str, request_headers: Mapping[str, str]) -> str:
    """Return a field as it compares: without white space around commas; languages have no case (§4.1)."""
    value = ",".join(part.strip() for part in request_headers.get(name, "").split(","))
    return value.lower() if name == "accept-language" else value


@dataclass(slots=True)
class ResponseStore:
    """Responses by URL, several variants each; the least recently used URL goes first."""

    max_bytes: int = 64 * 1024 * 1024
    bytes: int = 0
    _entries: OrderedDict[str, list[StoredResponse]] = field(default_factory=OrderedDict)

    def get(self, key: str, request_headers: Mapping[str, str]) -> StoredResponse | None:
        """Return the most recent response that fits the request (§4: by Date)."""
        variants = self._entries.get(key)
        if variants is None:
            return None
        self._entries.move_to_end(key)
        fitting = [stored for stored in variants if stored.matches(request_headers)]
        return max(fitting, key=_date, default=None)

    def put(self, key: str, stored: StoredResponse) -> None:
        """Keep a response instead of those with the same selecting fields."""
        variants = self._entries.pop(key, [])
        kept = [other for other in variants if other.vary != stored.vary][-MAX_VARIANTS + 1 :]
        self.bytes -= sum(other.size for other in variants) - sum(other.size for other in kept)
        if stored.size <= self.max_bytes:
            kept.append(stored)
            self.bytes += stored.size
        if kept:
            self._entries[key] = kept
        while self.bytes > self.max_bytes:
            self.drop(next(iter(self._entries)))

    def drop(self, key: str) -> None:
        """Forget all variants of a URL."""
        self.bytes -= sum(stored.size for stored in self._entries.pop(key, []))


def _date(stored: StoredResponse) -> tuple[float, float]:
    return parse_date(get_header(stored.headers, "date") or "") or 0.0, stored.times.at


def body_of(stored: StoredResponse) -> BytesBody:
    """Return the stored bytes as a body."""
    return BytesBody(stored.body)


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
