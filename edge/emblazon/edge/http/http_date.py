"""HTTP-date (RFC 9110 §5.6.7), in and out.

Not `email.utils`: it imports `random`, which a Worker may not do at start, and accepts more than HTTP does.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache

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
