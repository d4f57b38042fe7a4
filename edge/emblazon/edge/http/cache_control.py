"""What an answer says about its life: Cache-Control, CDN-Cache-Control, Expires, Age, Date.

RFC 9111 (directives and freshness), RFC 5861 (stale-*), RFC 9213 (targeted fields), RFC 9110 §5.6.7
(HTTP-date).
"""

from __future__ import annotations

import re
import time
from functools import lru_cache

from ...dataclass import dataclass
from ..messages import Headers, get_header
from .structured_fields import InvalidField, parse_dictionary

MAX_DELTA = 2_147_483_648  # RFC 9111 §1.2.2: what a larger number counts as
HEURISTIC_SHARE = 0.1  # RFC 9111 §4.2.2: a tenth of the time since Last-Modified
HEURISTIC_CAP = 86_400
HEURISTIC_STATUSES = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})

_DIRECTIVE = re.compile(
    r"""\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)           # name
        (?:=(?:"((?:[^"\\]|\\.)*)"|([^,]*)))?       # ="quoted" or =token
        [^,]*(?:,|$)""",
    re.VERBOSE,
)
_COUNTED = frozenset(("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"))
_DELTA = re.compile(r"\d+")

_EPOCH = 719_163  # proleptic Gregorian ordinal of 1970-01-01
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
# Names of days, months and the zone in any case: RFC 9111 §4.2 asks that of caches.
_FORMS = (
    rf"(?ai)[a-z]{{3}}, (?P<day>\d{{2}}) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_CLOCK} GMT",
    rf"(?ai)[a-z]{{6,9}}, (?P<day>\d{{2}})-(?P<month>[a-z]{{3}})-(?P<year>\d{{2}}) {_CLOCK} GMT",
    rf"(?ai)[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
)


@dataclass(frozen=True, slots=True)
class Directives:
    """Cache directives of one field, names in lower case; a directive without a value has ""."""

    values: dict[str, str]
    targeted: bool = False  # from CDN-Cache-Control

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def seconds(self, name: str) -> float | None:
        """Return a delta-seconds value; None when absent; 0 when malformed (RFC 9111 §4.2.1: stale)."""
        if name not in self.values:
            return None
        text = self.values[name].strip()
        if _DELTA.fullmatch(text) is None:
            return 0.0
        return float(min(int(text[:12]) if len(text) <= 12 else MAX_DELTA, MAX_DELTA))


@dataclass(frozen=True, slots=True)
class Life:
    """Seconds that an answer may be used, and how old it was when it came."""

    fresh: float = 0.0
    stale_while_revalidate: float = 0.0
    stale_if_error: float = 0.0
    age: float = 0.0
    storable: bool = True  # a shared cache may keep it
    must_revalidate: bool = False  # never serve stale (RFC 9111 §4.2.4)
    explicit: bool = False  # the answer itself names a freshness lifetime

    @property
    def longest(self) -> float:
        """Seconds from arrival after which nothing may use the answer any more."""
        return max(0.0, self.fresh - self.age) + max(self.stale_while_revalidate, self.stale_if_error)


def parse_directives(text: str) -> Directives:
    """Parse a Cache-Control field; the first of two equal directives counts (RFC 9111 §4.2.1)."""
    values: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _DIRECTIVE.match(text, position)
        if match is None:  # garbage up to the next comma
            comma = text.find(",", position)
            position = len(text) if comma < 0 else comma + 1
            continue
        position = max(match.end(), position + 1)
        quoted, token = match.group(2), match.group(3)
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (token or "").strip()
        values.setdefault(match.group(1).lower(), value)
    return Directives(values)


def parse_targeted(text: str) -> Directives | None:
    """Parse CDN-Cache-Control; None when empty or invalid: Cache-Control counts then (RFC 9213 §2.2)."""
    try:
        members = parse_dictionary(text)
    except InvalidField:
        return None
    values: dict[str, str] = {}
    for name, value in members.items():
        if value is True:
            values[name] = ""
        elif isinstance(value, int) and not isinstance(value, bool):
            values[name] = str(max(0, value))
        elif isinstance(value, str) and name not in _COUNTED:
            values[name] = value  # a number of the wrong type is ignored (RFC 9213 §2.1)
    return Directives(values, targeted=True) if values else None


def directives_of(headers: Headers) -> Directives:
    """Return the directives that a shared cache obeys for an answer (RFC 9213 §2.1)."""
    targeted = get_header(headers, "cdn-cache-control")
    if targeted is not None:
        parsed = parse_targeted(targeted)
        if parsed is not None:
            return parsed
    return parse_directives(get_header(headers, "cache-control") or "")


def life_of(
    headers: Headers,
    now: float,
    *,
    status: int = 200,
    default: Life | None = None,
    heuristic: bool = False,
) -> Life:
    """Return the life of an answer that arrived at `now`.

    `default` counts where the answer names no lifetime at all; `heuristic` allows RFC 9111 §4.2.2 instead.
    """
    directives = directives_of(headers)
    fresh, explicit = _lifetime(headers, directives, now)
    swr = directives.seconds("stale-while-revalidate") or 0.0
    sie = directives.seconds("stale-if-error") or 0.0
    if not explicit and default is not None and not directives.values:
        fresh, swr, sie = default.fresh, default.stale_while_revalidate, default.stale_if_error
    elif not explicit and heuristic and (status in HEURISTIC_STATUSES or "public" in directives):
        fresh = _heuristic(headers, now)
    must_revalidate = any(
        name in directives for name in ("must-revalidate", "proxy-revalidate", "s-maxage", "no-cache")
    )
    if "no-cache" in directives:
        fresh = 0.0
    if must_revalidate:
        swr = sie = 0.0
    return Life(
        fresh=fresh,
        stale_while_revalidate=swr,
        stale_if_error=sie,
        age=initial_age(headers, now),
        storable="no-store" not in directives and "private" not in directives,
        must_revalidate=must_revalidate,
        explicit=explicit,
    )


def _lifetime(headers: Headers, directives: Directives, now: float) -> tuple[float, bool]:
    """RFC 9111 §4.2.1: s-maxage, then max-age, then Expires minus Date."""
    for name in ("s-maxage", "max-age"):
        seconds = directives.seconds(name)
        if seconds is not None:
            return seconds, True
    expires = None if directives.targeted else get_header(headers, "expires")
    if expires is None:
        return 0.0, False
    moment = parse_date(expires)
    if moment is None:
        return 0.0, True  # §5.3: an invalid date means already expired
    date = parse_date(get_header(headers, "date") or "")
    return min(max(0.0, moment - (now if date is None else date)), float(MAX_DELTA)), True


def _heuristic(headers: Headers, now: float) -> float:
    modified = parse_date(get_header(headers, "last-modified") or "")
    if modified is None:
        return 0.0
    date = parse_date(get_header(headers, "date") or "")
    since = (now if date is None else date) - modified
    return min(max(0.0, since * HEURISTIC_SHARE), float(HEURISTIC_CAP))


def initial_age(headers: Headers, now: float) -> float:
    """Seconds that an answer was old on arrival (RFC 9111 §4.2.3, without the response delay)."""
    field = (get_header(headers, "age") or "").partition(",")[0].strip()
    age_value = float(min(int(field[:12]), MAX_DELTA)) if _DELTA.fullmatch(field) else 0.0
    date = parse_date(get_header(headers, "date") or "")
    apparent = 0.0 if date is None or now - date <= CLOCK_SKEW else now - date
    return max(age_value, apparent)


CLOCK_SKEW = 300.0  # seconds that two clocks may differ (docs/caching.md row 11)


@lru_cache(maxsize=512)
def format_date(seconds: float) -> str:
    """Write seconds since the epoch as IMF-fixdate."""
    moment = time.gmtime(max(0.0, seconds))
    return (
        f"{_DAYS[moment.tm_wday]}, {moment.tm_mday:02} {_MONTHS[moment.tm_mon - 1]} {moment.tm_year:04} "
        f"{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02} GMT"
    )


def parse_date(text: str) -> float | None:
    """Return seconds since the epoch of an HTTP-date in any of its three forms, or None."""
    match = next((found for form in _FORMS if (found := re.fullmatch(form, text))), None)
    if match is None or match["month"].title() not in _MONTHS:
        return None
    year, month, day = int(match["year"]), _MONTHS.index(match["month"].title()) + 1, int(match["day"])
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    if len(match["year"]) == 2:  # RFC 850: within fifty years of now is near enough for any server of today
        year += 2000 if year < 70 else 1900
    if not (hour < 24 and minute < 60 and second < 61):
        return None
    from datetime import date  # late: on the way of a hit no date is read

    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    return float(((days * 24 + hour) * 60 + minute) * 60 + second)
