"""Quadratic and cubic Bézier curves as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, hypot, sqrt

Point = tuple[float, float]


def fine_pieces(start: Point, p: Sequence[float], tolerance: float) -> int:
    """Return how many lines keep within `tolerance` of a curve, by Wang's formula."""
    x, y = [start[0], *p[::2]], [start[1], *p[1::2]]
    bend = max(
        hypot(x[i] - 2 * x[i + 1] + x[i + 2], y[i] - 2 * y[i + 1] + y[i + 2]) for i in range(len(x) - 2)
    )
    return min(200, max(1, ceil(sqrt((0.25 if len(x) == 3 else 0.75) * bend / tolerance))))


def curve_pieces(start: Point, p: Sequence[float], scale: float) -> int:
    """Return how many lines Skia's analytic rasteriser cuts a curve into (as SkEdge.cpp decides)."""
    x, y = [start[0], *p[::2]], [start[1], *p[1::2]]
    if len(x) == 3:
        dx, dy = (abs(2 * v[1] - v[0] - v[2]) / 4 for v in (x, y))
    else:
        dx, dy = (
            max(abs(8 * v[0] - 15 * v[1] + 6 * v[2] + v[3]), abs(v[0] + 6 * v[1] - 15 * v[2] + 8 * v[3]))
            * 19
            / 512
            for v in (x, y)
        )
    distance = max(dx, dy) + min(dx, dy) / 2
    # A hair more, so that a shape has as many wherever it lies.
    steps = (int(min(distance * scale, 1e4) * 256 + 1e-6) + 16) >> 5
    shift = steps.bit_length() // 2 + (len(x) == 4)
    return int(2 ** min(max(shift, 1), 6))


def curve_points(start: Point, p: Sequence[float], pieces: int) -> Iterator[Point]:
    """Yield the ends of lines along a quadratic or cubic curve."""
    x0, y0 = start
    if len(p) == 4:
        x1, y1, x3, y3 = p
        x2, y2 = x3 + (x1 - x3) * 2 / 3, y3 + (y1 - y3) * 2 / 3
        x1, y1 = x0 + (x1 - x0) * 2 / 3, y0 + (y1 - y0) * 2 / 3
    else:
        x1, y1, x2, y2, x3, y3 = p
    for i in range(1, pieces):
        t = i / pieces
        u = 1 - t
        k0, k1, k2, k3 = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        yield k0 * x0 + k1 * x1 + k2 * x2 + k3 * x3, k0 * y0 + k1 * y1 + k2 * y2 + k3 * y3
    yield x3, y3
