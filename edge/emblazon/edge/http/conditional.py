"""Conditional and range requests on a complete answer (RFC 9110 §13 and §14). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...dataclass import dataclass
from .cache_control import parse_date

# Compiled at their first use: few requests have conditions.
_ETAG = r'\s*(W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)'
_RANGE = r"(?i)bytes[ \t]*=[ \t]*([0-9]*)[ \t]*-[ \t]*([0-9]*)[ \t]*"
_MOST_DIGITS = 18  # of a position that is told apart from a larger one: no body is that long


@dataclass(frozen=True, slots=True)
class WholeBody:
    """Answer 200 with all bytes."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """Answer 304."""


@dataclass(frozen=True, slots=True)
class PreconditionFailed:
    """Answer 412."""


@dataclass(frozen=True, slots=True)
class Part:
    """Answer 206 with bytes `start:stop`."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """Answer 416."""


Selection = WholeBody | NotModified | PreconditionFailed | Part | Unsatisfiable


def etag_matches(field: str, etag: str, *, strong: bool = False) -> bool:
    """Tell whether a list of entity tags names `etag` (RFC 9110 §8.8.3.2: weak unless `strong`)."""
    if field.strip() == "*":
        return True
    ours_is_weak = etag.startswith("W/")
    opaque = etag[2:] if ours_is_weak else etag
    position = 0
    while position < len(field):
        match = re.compile(_ETAG).match(field, position)
        if match is None:
            comma = field.find(",", position)
            position = len(field) if comma < 0 else comma + 1
            continue
        if match.group(2) == opaque and not (strong and (match.group(1) or ours_is_weak)):
            return True
        position = match.end()
    return False


def select(
    headers: Mapping[str, str],
    *,
    method: str,
    etag: str | None,
    last_modified: str | None,
    length: int | None,
) -> Selection:
    """Choose the answer where the selected representation is a 200 (RFC 9110 §13.2.2, in its order)."""
    # 1. If-Match, 2. If-Unmodified-Since
    if "if-match" in headers:
        if etag is None or not etag_matches(headers["if-match"], etag, strong=True):
            return PreconditionFailed()
    elif "if-unmodified-since" in headers and _newer_than(last_modified, headers["if-unmodified-since"]):
        return PreconditionFailed()
    # 3. If-None-Match, 4. If-Modified-Since
    if "if-none-match" in headers:
        if headers["if-none-match"].strip() == "*" or (
            etag is not None and etag_matches(headers["if-none-match"], etag)
        ):
            return NotModified()
    elif "if-modified-since" in headers and _unmodified_since(last_modified, headers["if-modified-since"]):
        return NotModified()
    # 5. Range, guarded by If-Range; HEAD ignores Range (§14.2)
    wanted = headers.get("range")
    if method != "GET" or wanted is None or length is None:
        return WholeBody()
    if "if-range" in headers and not _if_range_holds(headers["if-range"], etag, last_modified):
        return WholeBody()
    return single_range(wanted, length)


def single_range(field: str, length: int) -> WholeBody | Part | Unsatisfiable:
    """Return the one byte range asked for; several ranges or other units get the whole body (§14.2)."""
    match = re.fullmatch(_RANGE, field.strip())
    if match is None:
        return WholeBody()
    first, last = match.groups()
    if not first and not last:
        return WholeBody()
    if not first:  # the last N bytes
        count = min(_position(last), length)
        return Part(length - count, length) if count else Unsatisfiable()
    start = _position(first)
    if last and _position(last) < start:
        return WholeBody()
    if start >= length:
        return Unsatisfiable()
    return Part(start, min(_position(last) + 1, length) if last else length)


def _position(digits: str) -> int:
    """A byte position of any number of digits, in bounded time."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def _newer_than(last_modified: str | None, moment: str) -> bool:
    modified, given = parse_date(last_modified or ""), parse_date(moment)
    return modified is not None and given is not None and modified > given


def _unmodified_since(last_modified: str | None, moment: str) -> bool:
    modified, given = parse_date(last_modified or ""), parse_date(moment)
    return modified is not None and given is not None and modified <= given


def _if_range_holds(field: str, etag: str | None, last_modified: str | None) -> bool:
    """If-Range compares strongly (§13.1.5); a date must equal Last-Modified exactly."""
    text = field.strip()
    if text.startswith(('"', "W/")):
        return etag is not None and not etag.startswith("W/") and text == etag
    return last_modified is not None and text == last_modified
