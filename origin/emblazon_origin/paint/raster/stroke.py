"""Strokes as outlines to fill: width, dashes, caps and joins.

Dashes are spaced as by Chromium: whole dashes at both ends, the gap adjusted to the length.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import floor, hypot
from typing import TYPE_CHECKING, Literal

import numpy as np

from .path import Path, Point, ellipse_path

Join = Literal["miter", "round", "bevel"]
if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
_MITER_LIMIT = 4.0
_MAX_DASHES = 20_000


def stroke_path(
    path: Path, width: float, pattern: Pattern | None = None, *, closed: bool = False, join: Join = "miter"
) -> Path:
    """Return the area that a pen of `width` px covers along a path; curves are flattened."""
    result = Path()
    lines: list[tuple[list[Point], bool]] = []
    if width <= 0:
        return result
    for points, is_closed in path.contours(0.05):
        line = _distinct(points)
        if (is_closed or closed) and len(line) > 1 and line[0] != line[-1]:
            line.append(line[0])
        loop = (is_closed or closed) and len(line) > 2
        dashes = pattern(_length(line), loop) if pattern else None
        if dashes is None:
            lines.append((line, loop))
        elif dashes.round_caps and dashes.dash == 0:
            for x, y in _dots(line, dashes, loop):
                result.extend(ellipse_path(x, y, width / 2, width / 2))
        else:
            lines += ((piece, False) for piece in _dashed(line, dashes))
    lines = [(line, loop) for line, loop in lines if len(line) > 1]
    if lines:
        _add_strokes(result, lines, width / 2, join)
    return result


def _distinct(points: Sequence[Point]) -> list[Point]:
    line: list[Point] = []
    for point in points:
        if not line or hypot(point[0] - line[-1][0], point[1] - line[-1][1]) > 1e-6:
            line.append(point)
    return line


def _length(line: Sequence[Point]) -> float:
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(line))


def _add_strokes(result: Path, lines: Sequence[tuple[list[Point], bool]], half: float, join: Join) -> None:
    """Add one quadrilateral per segment and one wedge per join, all turning the same way."""
    sizes = np.array([len(line) for line, _ in lines])
    points = np.array([point for line, _ in lines for point in line])
    firsts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    lasts = firsts + sizes - 2
    along = np.diff(points, axis=0, append=points[:1])
    along[lasts + 1] = 1.0  # from one line to the next: not drawn
    normals = along[:, ::-1] / np.hypot(along[:, 0], along[:, 1])[:, None] * (-half, half)
    segments = np.delete(np.arange(len(points)), lasts + 1)
    side, starts, ends = normals[segments], points[segments], points[segments + 1]
    result.add_polygons(np.stack((starts - side, ends - side, ends + side, starts + side), axis=1))
    following = np.arange(1, len(points) + 1)
    following[lasts] = firsts
    open_ends = lasts[[not loop for _, loop in lines]]
    joined = np.setdiff1d(segments, open_ends, assume_unique=True)
    if len(joined):
        _add_joins(result, points[joined + 1], normals[joined], normals[following[joined]], half, join)


def _add_joins(result: Path, at: Floats, before: Floats, after: Floats, half: float, join: Join) -> None:
    """Fill the outer side of each bend at `at`, between the normals before and after it."""
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    straight = (np.abs(turn) < 1e-9 * half * half) & ((before * after).sum(axis=1) > 0)
    bends = np.flatnonzero(~straight)
    if join == "round":
        for x, y in at[bends].tolist():
            result.extend(ellipse_path(x, y, half, half))
        return
    # The outer side of the bend is on the negative normals for a left turn (y down), else on the positive.
    sign = np.where(turn[bends] > 0, -1.0, 1.0)
    center, first, second = at[bends], before[bends] * sign[:, None], after[bends] * sign[:, None]
    middle = first + second
    square = (middle * middle).sum(axis=1)
    factor = 2 * half * half / np.maximum(square, 1e-12)
    pointed = (square > 1e-12) & (factor * np.sqrt(square) <= _MITER_LIMIT * half) & (join == "miter")
    tip = center + middle * factor[:, None]
    for flipped in (False, True):
        for has_tip in (False, True):
            some = np.flatnonzero(((sign > 0) == flipped) & (pointed == has_tip))
            outer = (tip[some],) if has_tip else ()
            corners = (center[some], (center + first)[some], *outer, (center + second)[some])
            result.add_polygons(np.stack(corners[::-1] if flipped else corners, axis=1))


def _walk(line: Sequence[Point]) -> Iterator[tuple[float, float, Point, Point]]:
    """Yield (distance at start, length, start, end) of each segment."""
    at = 0.0
    for a, b in itertools.pairwise(line):
        size = hypot(b[0] - a[0], b[1] - a[1])
        yield at, size, a, b
        at += size


def _dots(line: Sequence[Point], dashes: Dashes, loop: bool) -> Iterator[Point]:
    total = _length(line)
    step = max(dashes.gap, 1e-3)
    last = total - (step / 2 if loop else dashes.start - 0.01)
    count = min(_MAX_DASHES, int((last - dashes.start) / step + 1e-6) + 1)
    segments = list(_walk(line))
    index = 0
    for i in range(max(0, count)):
        where = dashes.start + i * step
        while index < len(segments) - 1 and where > segments[index][0] + segments[index][1]:
            index += 1
        at, size, a, b = segments[index]
        t = (where - at) / size if size else 0.0
        yield a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def _dashed(line: Sequence[Point], dashes: Dashes) -> Iterator[list[Point]]:
    total = _length(line)
    step = max(dashes.dash + dashes.gap, 1e-3)
    last = total - (dashes.dash if dashes.ends else 0.0)
    count = min(_MAX_DASHES, int((last - dashes.start) / step + 1 - 1e-6))
    segments = list(_walk(line))
    ends = [at + size for at, size, _, _ in segments]
    starts = [dashes.start + i * step for i in range(max(0, count))]
    spans = [(start, min(start + dashes.dash, last)) for start in starts]
    if dashes.ends:
        spans += [(0.0, dashes.dash), (total - dashes.dash, total)]
    for start, end in spans:
        piece: list[Point] = []
        for at, size, a, b in itertools.islice(segments, bisect_right(ends, start), None):
            if at >= end:
                break
            if size == 0:
                continue
            t0, t1 = max(0.0, (start - at) / size), min(1.0, (end - at) / size)
            if not piece:
                piece.append((a[0] + (b[0] - a[0]) * t0, a[1] + (b[1] - a[1]) * t0))
            piece.append((a[0] + (b[0] - a[0]) * t1, a[1] + (b[1] - a[1]) * t1))
        if len(piece) > 1:
            yield _distinct(piece)


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
