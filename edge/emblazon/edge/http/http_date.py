"""HTTP-date (RFC 9110 §5.6.7), in and out.

Not `email.utils`: it imports `random`, which a Worker may not do at start, and accepts more than HTTP does.
"""

from __future__ import annotations

import re
import time
from calendar import timegm
from functools import lru_cache

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"[A-Z][a-z]{{2}}, (?P<day>\d{{2}}) (?P<month>[A-Z][a-z]{{2}}) (?P<year>\d{{4}}) {_CLOCK} GMT",
        rf"[A-Z][a-z]{{5,8}}, (?P<day>\d{{2}})-(?P<month>[A-Z][a-z]{{2}})-(?P<year>\d{{2}}) {_CLOCK} GMT",
        rf"[A-Z][a-z]{{2}} (?P<month>[A-Z][a-z]{{2}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
    )
)


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
    match = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
    if match is None or match["month"] not in _MONTHS:
        return None
    year, month, day = int(match["year"]), _MONTHS.index(match["month"]) + 1, int(match["day"])
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    if len(match["year"]) == 2:  # RFC 850: within fifty years of now is near enough for any server of today
        year += 2000 if year < 70 else 1900
    if year < 1 or not (1 <= day <= _days_in(year, month) and hour < 24 and minute < 60 and second < 61):
        return None
    return float(timegm((year, month, day, hour, minute, second, 0, 0, 0)))


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
