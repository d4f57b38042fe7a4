"""Stored responses, their variants, and the bound on their bytes (RFC 9111 §3 and §4.1)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from emblazon.edge.http.cache_control import Directives, Life, directives_of, parse_date
from emblazon.edge.messages import BytesBody, Headers, OriginResponse, get_header
from emblazon.edge.store.freshness import Stored

MAX_VARIANTS = 32
# §3.2: what a 304 does not update, since it describes the bytes that we keep.
_KEPT_ON_UPDATE = frozenset(
    ("content-encoding", "content-length", "content-md5", "content-range", "etag", "transfer-encoding")
)


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
