"""4×4 matrices of boxes in space (CSS Transforms 2 §12), and how they show the plane z = 0.

Lengths are scaled px. The viewer looks along −z from far away: what foreshortens is part of the matrix.
"""

from __future__ import annotations

from math import cos, hypot, radians, sin
from typing import NamedTuple

import numpy as np

from ...layout.boxes.box import Rect
from ..raster.geometry import Matrix

Row = tuple[float, float, float, float]
Solid = tuple[Row, Row, Row, Row]
Point3 = tuple[float, float, float]

IDENTITY_3D: Solid = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))
NEAREST = 1e-4  # of what is nearer to the viewer's eye than this part of the distance nothing is seen
_PARALLEL = 1e-9


def product(a: Solid, b: Solid) -> Solid:
    """Return the map that applies `b` first."""
    rows = [[sum(a[i][k] * b[k][j] for k in range(4)) for j in range(4)] for i in range(4)]
    return _frozen(rows)


def _frozen(rows: list[list[float]]) -> Solid:
    a, b, c, d = ((row[0], row[1], row[2], row[3]) for row in rows)
    return a, b, c, d


def moved(x: float, y: float, z: float = 0.0) -> Solid:
    """Return a translation."""
    return (1.0, 0.0, 0.0, x), (0.0, 1.0, 0.0, y), (0.0, 0.0, 1.0, z), IDENTITY_3D[3]


def of_plane(m: Matrix) -> Solid:
    """Return a map of the plane as one of space that leaves depth alone."""
    return (m.a, m.c, 0.0, m.e), (m.b, m.d, 0.0, m.f), IDENTITY_3D[2], IDENTITY_3D[3]


def turn(x: float, y: float, z: float, degrees: float) -> Solid:
    """Return a turn about an axis (§12.1)."""
    length = (x * x + y * y + z * z) ** 0.5
    if not length:
        return IDENTITY_3D
    x, y, z = x / length, y / length, z / length
    angle = radians(degrees % 360)
    s, c = sin(angle), cos(angle)
    t = 1 - c
    return (
        (t * x * x + c, t * x * y - s * z, t * x * z + s * y, 0.0),
        (t * x * y + s * z, t * y * y + c, t * y * z - s * x, 0.0),
        (t * x * z - s * y, t * y * z + s * x, t * z * z + c, 0.0),
        IDENTITY_3D[3],
    )


def foreshortening(distance: float, dpr: float) -> Solid:
    """Return `perspective()`; 0 is none, and below 1 px it is 1 px."""
    return (*IDENTITY_3D[:3], (0.0, 0.0, -1 / (max(1.0, distance) * dpr) if distance else 0.0, 1.0))


def from_columns(m: list[float], dpr: float) -> Solid:
    """Return `matrix3d()`, which lists columns; its offsets are px and its last row is per px."""
    rows = [[m[4 * column + row] for column in range(4)] for row in range(4)]
    for row in range(3):
        rows[row][3] *= dpr
        rows[3][row] /= dpr
    return _frozen(rows)


def shows_its_back(m: Solid) -> bool:
    """True where the plane is seen from behind (CSS Transforms 2 §6)."""
    front = np.array([[m[i][j] for j in (0, 1, 3)] for i in (0, 1, 3)])
    return bool(np.linalg.det(front) * np.linalg.det(np.array(m)) < 0)


class PlaneView(NamedTuple):
    """How the plane z = 0 is seen: homogeneous x, y and w of its points, and their depth z."""

    x: Point3
    y: Point3
    z: Point3
    w: Point3

    def at(self, px: float, py: float) -> tuple[float, float, float, float]:
        """Return x, y, z, w of a point, not yet divided."""
        x, y, z, w = (row[0] * px + row[1] * py + row[2] for row in self)
        return x, y, z, w

    @property
    def matrix(self) -> Matrix | None:
        """The same as an affine map; None where parallels do not stay parallel."""
        w0, w1, w2 = self.w
        if abs(w0) > _PARALLEL or abs(w1) > _PARALLEL or w2 <= 0:
            return None
        (a, c, e), (b, d, f) = self.x, self.y
        return Matrix(*(round(value / w2, 9) + 0.0 for value in (a, b, c, d, e, f)))

    @property
    def is_drawable(self) -> bool:
        """True where areas are seen as areas."""
        det = np.linalg.det(np.array((self.x, self.y, self.w)))
        return bool(np.isfinite(det) and abs(det) > _PARALLEL)

    def scale_at(self, px: float, py: float) -> float:
        """Return how large a unit of the plane is seen at a point, at most; 1 behind the viewer."""
        corners = [self.at(px + dx, py + dy) for dx, dy in ((0, 0), (1, 0), (0, 1))]
        if any(w <= NEAREST for *_, w in corners):
            return 1.0
        (ax, ay), (bx, by), (cx, cy) = ((x / w, y / w) for x, y, _, w in corners)
        return max(hypot(bx - ax, by - ay), hypot(cx - ax, cy - ay))

    def outline(self, rect: Rect) -> list[Point3]:
        """Return a rectangle of the plane as it is seen, with depths: up to five corners, or none."""
        points = [self.at(*corner) for corner in _corners(rect)]
        kept: list[Point3] = []
        for (x, y, z, w), after in zip(points, [*points[1:], points[0]], strict=True):
            if w >= NEAREST:
                kept.append((x / w, y / w, z / w))
            if (w < NEAREST) != (after[3] < NEAREST):
                part = (NEAREST - w) / (after[3] - w)
                cx, cy, cz = (v + (end - v) * part for v, end in zip((x, y, z), after[:3], strict=True))
                kept.append((cx / NEAREST, cy / NEAREST, cz / NEAREST))
        return kept


FRONT = PlaneView((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0))


def view_of(m: Solid) -> PlaneView:
    """Return how a matrix shows the plane z = 0."""
    x, y, z, w = ((row[0], row[1], row[3]) for row in m)
    return PlaneView(x, y, z, w)


def nearest_plane_map(m: Solid, box: Rect) -> Matrix:
    """Return the affine map that has a box's centre, size and slant right, whose sides stay parallel.

    It maps to nothing where the box reaches behind the viewer.
    """
    view = view_of(m)
    if (exact := view.matrix) is not None:
        return exact
    corners = view.outline(box)
    if box.width <= 0 or box.height <= 0 or any(view.at(x, y)[3] < NEAREST for x, y in _corners(box)):
        return Matrix(a=0.0, d=0.0)
    (ax, ay, _), (bx, by, _), (dx, dy, _), (cx, cy, _) = corners
    a, b = (bx + dx - ax - cx) / (2 * box.width), (by + dy - ay - cy) / (2 * box.width)
    c, d = (cx + dx - ax - bx) / (2 * box.height), (cy + dy - ay - by) / (2 * box.height)
    mx, my = box.x + box.width / 2, box.y + box.height / 2
    e, f = (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4
    return Matrix(a, b, c, d, e - a * mx - c * my, f - b * mx - d * my)


def _corners(box: Rect) -> list[tuple[float, float]]:
    x, y, w, h = box
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
