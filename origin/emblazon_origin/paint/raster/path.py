"""Outlines: moves, lines and cubic curves, and the shapes that CSS makes of them.

Quadratic and cubic Bézier curves become lines where somebody needs those.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from math import atan2, ceil, copysign, cos, hypot, inf, pi, sin, sqrt, tan
from typing import TYPE_CHECKING

import numpy as np

from ...layout.boxes.box import Rect
from ...layout.boxes.shape_geometry import Radii, ShapedCorner
from .geometry import Matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

# How far a quarter circle of radius 1 is from the quadratic curve with its tangents, by Skia's estimate.
_CONIC_ERROR = (1 - sqrt(0.5)) / (4 * (1 + sqrt(0.5)))
# ("M", (x, y)) | ("L", (x, y)) | ("Q", (x1, y1, x, y)) | ("C", (x1, y1, x2, y2, x, y)) | ("Z", ())
Command = tuple[str, tuple[float, ...]]

Point = tuple[float, float]
MANY = 60  # commands from which on arrays are quicker
_SHAPED_STEPS = 24  # lines of a corner that is no quarter of an ellipse


class Path:
    """A sequence of contours; filled ones are closed implicitly.

    Polygons, of which strokes have hundreds, stay arrays until somebody asks for commands.
    """

    __slots__ = ("_commands", "_polygons")

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._commands: list[Command] = list(commands)
        self._polygons: list[NDArray[np.float64]] = []

    @property
    def commands(self) -> list[Command]:
        """What draws it; commands may be added."""
        for polygons in self._polygons:
            names = ("M", *("L" for _ in range(polygons.shape[1] - 1)))
            for corners in polygons.tolist():
                self._commands += zip(names, map(tuple, corners), strict=True)
                self._commands.append(("Z", ()))
        self._polygons.clear()
        return self._commands

    @property
    def polygons(self) -> list[NDArray[np.float64]]:
        """The polygons where it is many and nothing else, each array (polygon, corner, x and y)."""
        return self._polygons if not self._commands and self.size > MANY else []

    @property
    def size(self) -> int:
        """How many commands draw it."""
        return len(self._commands) + sum(len(some) * (len(some[0]) + 1) for some in self._polygons)

    @property
    def key(self) -> Hashable:
        """What tells it from other paths."""
        if polygons := self.polygons:
            return tuple((some.shape, some.tobytes()) for some in polygons)
        return tuple(self.commands)

    def move(self, x: float, y: float) -> Path:
        """Start a contour."""
        self.commands.append(("M", (x, y)))
        return self

    def line(self, x: float, y: float) -> Path:
        """Add a straight segment."""
        self.commands.append(("L", (x, y)))
        return self

    def cubic(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> Path:
        """Add a cubic Bézier segment."""
        self.commands.append(("C", (x1, y1, x2, y2, x, y)))
        return self

    def quadratic(self, x1: float, y1: float, x: float, y: float) -> Path:
        """Add a quadratic Bézier segment."""
        self.commands.append(("Q", (x1, y1, x, y)))
        return self

    def close(self) -> Path:
        """Close the contour."""
        self.commands.append(("Z", ()))
        return self

    def extend(self, other: Path) -> Path:
        """Add the other path's contours."""
        self.commands.extend(other.commands)
        return self

    def add_polygons(self, polygons: NDArray[np.float64]) -> None:
        """Add closed polygons of equally many corners: (polygon, corner, x and y)."""
        if len(polygons):
            self._polygons.append(polygons)

    @property
    def current(self) -> Point:
        """The last point."""
        for _, p in reversed(self.commands):
            if p:
                return p[-2], p[-1]
        return 0.0, 0.0

    def transform(self, matrix: Matrix) -> Path:
        """Return the mapped path."""
        a, b, c, d, e, f = matrix
        if polygons := self.polygons:
            path = Path()
            for some in polygons:
                x, y = some[..., 0], some[..., 1]
                path.add_polygons(np.stack((a * x + c * y + e, b * x + d * y + f), axis=-1))
            return path
        mapped: list[Command] = []
        for name, p in self.commands:
            values: list[float] = []
            for i in range(0, len(p), 2):
                values += (a * p[i] + c * p[i + 1] + e, b * p[i] + d * p[i + 1] + f)
            mapped.append((name, tuple(values)))
        return Path(mapped)

    def bounds(self) -> Rect | None:
        """Return a box around all points (control points too), or None where there are none."""
        if polygons := self.polygons:
            points = np.concatenate([some.reshape(-1, 2) for some in polygons])
            (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
            return Rect(left, top, right - left, bottom - top)
        xs = [value for _, p in self.commands for value in p[::2]]
        ys = [value for _, p in self.commands for value in p[1::2]]
        if not xs:
            return None
        left, top = min(xs), min(ys)
        return Rect(left, top, max(xs) - left, max(ys) - top)

    def flattened(self, scale: float) -> Path:
        """Return the path with curves cut into lines, as many as Skia takes where 1 is `scale` device px."""
        if self.polygons or {"Q", "C"}.isdisjoint([name for name, _ in self.commands]):
            return self
        lines: list[Command] = []
        current: Point = (0.0, 0.0)
        for name, p in self.commands:
            if name in "QC":
                pieces = curve_pieces(current, p, scale)
                lines.extend(("L", point) for point in curve_points(current, p, pieces))
            else:
                lines.append((name, p))
            if p:
                current = p[-2], p[-1]
        return Path(lines)

    def contours(self, tolerance: float = 0.1) -> Iterator[tuple[list[Point], bool]]:
        """Yield each contour as points and whether it was closed; curves stay within `tolerance` px."""
        points: list[Point] = []
        for name, p in self.commands:
            if name == "M":
                if len(points) > 1:
                    yield points, False
                points = [(p[0], p[1])]
            elif name == "L":
                points.append((p[0], p[1]))
            elif name in "QC":
                start = points[-1] if points else (p[0], p[1])
                points.extend(curve_points(start, p, fine_pieces(start, p, tolerance)))
            elif points:
                yield points, True
                points = [points[0]]
        if len(points) > 1:
            yield points, False


def rect_path(rect: Rect, *, reverse: bool = False) -> Path:
    """Return a rectangle, clockwise or (to cut a hole) the other way."""
    x, y, w, h = rect
    points = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    return polygon_path(points[::-1] if reverse else points)


def polygon_path(points: Sequence[Point]) -> Path:
    """Return a closed polygon."""
    path = Path()
    for i, (x, y) in enumerate(points):
        path.commands.append(("L" if i else "M", (x, y)))
    return path.close()


def rounded_rect_path(rect: Rect, radii: Radii, *, reverse: bool = False) -> Path:
    """Return a rectangle with elliptical corners; radii must already fit."""
    if radii.is_square:
        return rect_path(rect, reverse=reverse)
    x, y, w, h = rect
    (tlx, tly), (trx, try_), (brx, bry), (blx, bly) = radii
    right, bottom = x + w, y + h
    path = Path().move(x + tlx, y)
    path.line(right - trx, y)
    _corner(path, (right - trx, y + try_), (0.0, -try_), (trx, 0.0), radii.tr)
    path.line(right, bottom - bry)
    _corner(path, (right - brx, bottom - bry), (brx, 0.0), (0.0, bry), radii.br)
    path.line(x + blx, bottom)
    _corner(path, (x + blx, bottom - bly), (0.0, bly), (-blx, 0.0), radii.bl)
    path.line(x, y + tly)
    _corner(path, (x + tlx, y + tly), (-tlx, 0.0), (0.0, -tly), radii.tl)
    path.close()
    return reverse_path(path) if reverse else path


def _corner(path: Path, center: Point, start: Point, end: Point, corner: Point) -> None:
    """Add a corner from `start` to `end` about its centre."""
    if not isinstance(corner, ShapedCorner):
        _quarter(path, center, start, end)
        return
    (cx, cy), (ax, ay), (bx, by) = center, start, end
    bend = corner.curvature
    if bend < 0:  # the same curve, seen from the corner of the border box
        _cut_out(path, (cx + ax + bx, cy + ay + by), (-bx, -by), (-ax, -ay), corner)
    elif bend == inf:
        path.line(cx + ax + bx, cy + ay + by)
    elif bend > 0:
        for across, down in _superellipse(bend):
            path.line(cx + ax * across + bx * down, cy + ay * across + by * down)
    path.line(cx + bx, cy + by)


def _cut_out(path: Path, corner: Point, start: Point, end: Point, shape: ShapedCorner) -> None:
    """Add the curve between two sides, which lead from a corner into the box, about a point beyond it."""
    sides = start[0] + end[0], start[1] + end[1]
    if shape.curvature == -inf:
        path.line(corner[0] + sides[0], corner[1] + sides[1])
        return
    begins_down = start[0] == 0
    for first, second in _superellipse(-shape.curvature):
        shares = (second, first) if begins_down else (first, second)
        # Of what lies beyond the corner, nothing is left.
        x, y = (
            max(0.0, share * (abs(side) + beyond) - beyond)
            for share, side, beyond in zip(shares, sides, shape.beyond, strict=True)
        )
        path.line(corner[0] + copysign(x, sides[0]), corner[1] + copysign(y, sides[1]))


def _superellipse(curvature: float) -> Iterator[Point]:
    """Yield how far points of a corner's curve lie along where it begins, and along where it ends."""
    power = 2 ** (1 - curvature)
    for step in range(1, _SHAPED_STEPS):
        angle = step * pi / 2 / _SHAPED_STEPS
        yield cos(angle) ** power, sin(angle) ** power


def _quarter(path: Path, center: Point, start: Point, end: Point) -> None:
    """Add a quarter of an ellipse as Skia does: by the fewest quadratic curves within a quarter pixel."""
    cx, cy = center
    ax, ay = start
    bx, by = end
    if (ax == 0 and ay == 0) or (bx == 0 and by == 0):
        path.line(cx + bx, cy + by)
        return
    error, pieces = hypot(ax + bx, ay + by) * _CONIC_ERROR, 1
    while error > 0.25 and pieces < 32:
        error, pieces = error / 4, pieces * 2
    half = pi / 4 / pieces
    for i in range(pieces):
        middle, to = (2 * i + 1) * half, (2 * i + 2) * half
        c, s = cos(middle) / cos(half), sin(middle) / cos(half)
        control = (cx + ax * c + bx * s, cy + ay * c + by * s)
        last = i == pieces - 1
        c, s = (0.0, 1.0) if last else (cos(to), sin(to))
        path.quadratic(*control, cx + ax * c + bx * s, cy + ay * c + by * s)


def reverse_path(path: Path) -> Path:
    """Return the path with every contour running the other way."""
    result = Path()
    contour: list[Command] = []

    def flush() -> None:
        if not contour:
            return
        ends = [(p[-2], p[-1]) for _, p in contour]
        result.move(*ends[-1])
        for i in range(len(contour) - 1, 0, -1):
            name, p = contour[i]
            to = ends[i - 1]
            if name == "C":
                result.cubic(p[2], p[3], p[0], p[1], *to)
            elif name == "Q":
                result.quadratic(p[0], p[1], *to)
            else:
                result.line(*to)
        result.close()
        contour.clear()

    for command in path.commands:
        if command[0] == "M":
            flush()
        if command[0] == "Z":
            flush()
        else:
            contour.append(command)
    flush()
    return result


def ellipse_path(cx: float, cy: float, rx: float, ry: float) -> Path:
    """Return an ellipse as four curves."""
    return rounded_rect_path(
        Rect(cx - rx, cy - ry, 2 * rx, 2 * ry), Radii((rx, ry), (rx, ry), (rx, ry), (rx, ry))
    )


def arc_to(
    path: Path, rx: float, ry: float, turn: float, large: bool, sweep: bool, x: float, y: float
) -> None:
    """Append an SVG elliptical arc (SVG 2 appendix B.2.4); `turn` in degrees."""
    x0, y0 = path.current
    rx, ry = abs(rx), abs(ry)
    if rx == 0 or ry == 0 or (x0 == x and y0 == y):
        path.line(x, y)
        return
    phi = turn * pi / 180
    co, si = cos(phi), sin(phi)
    dx, dy = (x0 - x) / 2, (y0 - y) / 2
    px, py = co * dx + si * dy, -si * dx + co * dy
    scale = (px / rx) ** 2 + (py / ry) ** 2
    if scale > 1:
        rx, ry = rx * sqrt(scale), ry * sqrt(scale)
    below = (rx * py) ** 2 + (ry * px) ** 2
    root = sqrt(max(0.0, ((rx * ry) ** 2 - below) / below)) * (-1 if large == sweep else 1)
    qx, qy = root * rx * py / ry, -root * ry * px / rx
    cx, cy = co * qx - si * qy + (x0 + x) / 2, si * qx + co * qy + (y0 + y) / 2
    start = atan2((py - qy) / ry, (px - qx) / rx)
    delta = atan2((-py - qy) / ry, (-px - qx) / rx) - start
    if sweep and delta < 0:
        delta += 2 * pi
    elif not sweep and delta > 0:
        delta -= 2 * pi
    pieces = max(1, ceil(abs(delta) / (pi / 2) - 1e-9))
    step = delta / pieces
    k = 4 / 3 * tan(step / 4)
    for i in range(pieces):
        t0, t1 = start + i * step, start + (i + 1) * step
        c0, s0, c1, s1 = cos(t0), sin(t0), cos(t1), sin(t1)
        points: list[float] = []
        for ex, ey in ((c0 - k * s0, s0 + k * c0), (c1 + k * s1, s1 - k * c1), (c1, s1)):
            points += (cx + co * rx * ex - si * ry * ey, cy + si * rx * ex + co * ry * ey)
        path.commands.append(("C", tuple(points)))


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
