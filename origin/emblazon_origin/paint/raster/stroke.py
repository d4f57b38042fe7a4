"""Strokes as outlines to fill: width, dashes, caps and joins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import hypot
from typing import Literal

from .curve import Point
from .dash import Dashes, Pattern
from .path import Path, ellipse_path, polygon_path

Join = Literal["miter", "round", "bevel"]
_MITER_LIMIT = 4.0
_MAX_DASHES = 20_000


def stroke_path(
    path: Path, width: float, pattern: Pattern | None = None, *, closed: bool = False, join: Join = "miter"
) -> Path:
    """Return the area that a pen of `width` px covers along a path; curves are flattened."""
    result = Path()
    if width <= 0:
        return result
    for points, is_closed in path.contours(0.05):
        line = _distinct(points)
        if (is_closed or closed) and len(line) > 1 and line[0] != line[-1]:
            line.append(line[0])
        loop = (is_closed or closed) and len(line) > 2
        dashes = pattern(_length(line), loop) if pattern else None
        if dashes is None:
            _stroke_line(result, line, width, loop, join)
        elif dashes.round_caps and dashes.dash == 0:
            for x, y in _dots(line, dashes, loop):
                result.extend(ellipse_path(x, y, width / 2, width / 2))
        else:
            for piece in _dashed(line, dashes):
                _stroke_line(result, piece, width, False, join)
    return result


def _distinct(points: Sequence[Point]) -> list[Point]:
    line: list[Point] = []
    for point in points:
        if not line or hypot(point[0] - line[-1][0], point[1] - line[-1][1]) > 1e-6:
            line.append(point)
    return line


def _length(line: Sequence[Point]) -> float:
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(line))


def _stroke_line(result: Path, line: Sequence[Point], width: float, loop: bool, join: Join) -> None:
    """Add one quadrilateral per segment and one wedge per join, all turning the same way."""
    half = width / 2
    normals: list[Point] = []
    for (x0, y0), (x1, y1) in itertools.pairwise(line):
        size = hypot(x1 - x0, y1 - y0)
        nx, ny = -(y1 - y0) / size * half, (x1 - x0) / size * half
        normals.append((nx, ny))
        result.extend(
            polygon_path([(x0 - nx, y0 - ny), (x1 - nx, y1 - ny), (x1 + nx, y1 + ny), (x0 + nx, y0 + ny)])
        )
    count = len(normals)
    for i in range(count if loop else count - 1):
        point = line[i + 1]
        _add_join(result, point, normals[i], normals[(i + 1) % count], half, join)


def _add_join(result: Path, point: Point, first: Point, second: Point, half: float, join: Join) -> None:
    x, y = point
    turn = first[0] * second[1] - first[1] * second[0]
    if abs(turn) < 1e-9 * half * half and first[0] * second[0] + first[1] * second[1] > 0:
        return
    if join == "round":
        result.extend(ellipse_path(x, y, half, half))
        return
    # The outer side of the bend is on the negative normals for a left turn (y down), else on the positive.
    sign = -1 if turn > 0 else 1
    ax, ay = first[0] * sign, first[1] * sign
    bx, by = second[0] * sign, second[1] * sign
    corner = [(x, y), (x + ax, y + ay), (x + bx, y + by)]
    mx, my = ax + bx, ay + by
    square = mx * mx + my * my
    if join == "miter" and square > 1e-12:
        factor = 2 * half * half / square
        if factor * (square**0.5) <= _MITER_LIMIT * half:
            corner.insert(2, (x + mx * factor, y + my * factor))
    result.extend(polygon_path(corner if sign < 0 else corner[::-1]))


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
    starts = [dashes.start + i * step for i in range(max(0, count))]
    spans = [(start, min(start + dashes.dash, last)) for start in starts]
    if dashes.ends:
        spans += [(0.0, dashes.dash), (total - dashes.dash, total)]
    for start, end in spans:
        piece: list[Point] = []
        for at, size, a, b in segments:
            if at + size <= start or at >= end or size == 0:
                continue
            t0, t1 = max(0.0, (start - at) / size), min(1.0, (end - at) / size)
            if not piece:
                piece.append((a[0] + (b[0] - a[0]) * t0, a[1] + (b[1] - a[1]) * t0))
            piece.append((a[0] + (b[0] - a[0]) * t1, a[1] + (b[1] - a[1]) * t1))
        if len(piece) > 1:
            yield _distinct(piece)
