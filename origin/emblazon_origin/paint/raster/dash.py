"""Dash patterns as Chromium spaces them: whole dashes at both ends, the gap adjusted to the length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor


@dataclass(frozen=True, slots=True)
class Dashes:
    """Lengths along a line, px. A `dash` of 0 with `round_caps` is a dot; the first begins at `start`."""

    dash: float
    gap: float
    round_caps: bool = False
    start: float = 0.0
    ends: bool = False  # one more dash right at each end


# (length of the line, whether it is closed) → dashes, or None for an unbroken line
Pattern = Callable[[float, bool], Dashes | None]


def is_round_dotted(style: str, width: float) -> bool:
    """Dots thinner than 3 px are drawn as squares."""
    return style == "dotted" and width > 3


def dash_pattern(style: str, width: float) -> Pattern:
    """Return dashes of two widths and gaps of one (three and two where thin), or square dots."""

    def pattern(length: float, closed: bool) -> Dashes | None:
        if style == "dotted":
            return _square_dots(length, width, closed)
        dash = width * (2 if width >= 3 else 3)
        gap = width * (1 if width >= 3 else 2)
        if length <= dash * 2:
            return None
        if length <= 2 * dash + gap and not closed:
            # Room for two dashes only: shrink both and the gap alike.
            factor = length / (2 * dash + gap)
            return Dashes(dash * factor, gap * factor)
        return Dashes(dash, best_gap(length, dash, gap, closed))

    return pattern


def _square_dots(length: float, width: float, closed: bool) -> Dashes | None:
    """Space thin dots evenly: one at both ends, whole pixels between, what is left over before the first."""
    if closed:
        return Dashes(width, width)
    inner = length - 2 * width
    if inner < 2 * width:
        return None
    rest = inner % (2 * width)
    return Dashes(width, width, start=width + round(width / 2 + rest / 2), ends=True)


def dot_pattern(width: float) -> Pattern:
    """Return round dots of one width, one width apart."""

    def pattern(length: float, closed: bool) -> Dashes | None:
        inner = length if closed else length - width
        if inner <= 0:
            return Dashes(0.0, max(length, 1.0), True, length / 2)
        gap = best_gap(length, width, width, closed)
        # A hair less, so that rounding never loses the last dot.
        return Dashes(0.0, gap + width - 0.01, True, 0.0 if closed else width / 2)

    return pattern


def best_gap(length: float, dash: float, gap: float, closed: bool) -> float:
    """Choose the gap nearest to the wanted one with which whole dashes fill the length."""
    room = length if closed else length + gap
    few = floor(room / (dash + gap))
    many = few + 1
    few_gaps, many_gaps = (few, many) if closed else (few - 1, many - 1)
    if few_gaps <= 0:
        return gap if many_gaps <= 0 else max(0.0, (length - many * dash) / many_gaps) or gap
    wide = (length - few * dash) / few_gaps
    narrow = (length - many * dash) / many_gaps
    return wide if narrow <= 0 or abs(wide - gap) < abs(narrow - gap) else narrow
