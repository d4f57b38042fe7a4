"""Where a box stands on its `offset-path`, and how it is turned there (Motion Path 1 §3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import atan2, cos, degrees, fmod, hypot, radians, sin
from typing import NamedTuple

from ...layout.boxes.box import Rect
from ...layout.boxes.shape_geometry import Radii, ellipse_in, inset_in
from ...style.values import value_types as v
from ...style.values.computed import ComputedStyle
from ..boxes.shape import shape_path
from ..raster.geometry import Matrix
from ..raster.path import Path, Point, arc_to, curve_points, fine_pieces

_FAR = 1e9  # px: nothing is drawn there
_TOLERANCE = 0.005  # px, between a curve and the lines that it is measured on


class _Stand(NamedTuple):
    """A point of a path, and its direction in degrees."""

    x: float
    y: float
    angle: float


def motion_matrix(style: ComputedStyle, place: Sequence[float], size: tuple[float, float]) -> Matrix:
    """Return the matrix that puts a box onto its path, about the corner of the box that is transformed.

    `place` is the reference box of the path from that corner, and its radii; `size` is that of the box. All
    of it is in CSS px.
    """
    if style.offset_path is None or not place:
        return Matrix()
    width, height = size
    stand = _stand(style, style.offset_path, place, size)
    anchor = style.offset_anchor or style.transform_origin
    turn = radians(style.offset_rotate.angle + (stand.angle if style.offset_rotate.follows else 0.0))
    c, s = cos(turn), sin(turn)
    back = Matrix(e=-anchor.x.resolve(width), f=-anchor.y.resolve(height))
    return Matrix(c, s, -s, c, stand.x, stand.y).then(back)


def _stand(
    style: ComputedStyle, path: v.MotionPath, place: Sequence[float], size: tuple[float, float]
) -> _Stand:
    x, y, width, height = place[:4]
    shape = path.shape
    if isinstance(shape, v.PathShape):  # lies where the box does
        return _along(shape_path(shape, Rect(0.0, 0.0, 0.0, 0.0), 1.0)[0], style.offset_distance)
    if isinstance(shape, v.RayShape):
        start = _start(style, shape.at, place)
        found = _on_ray(shape, start, (width, height), max(size), style.offset_distance)
    elif isinstance(shape, v.BoxShape):
        corners = Radii(*((place[i], place[i + 1]) for i in range(4, 12, 2)))
        found = _along(_rounded(Rect(0.0, 0.0, width, height), corners), style.offset_distance)
    else:
        if path.centred and isinstance(shape, v.EllipseShape):
            cx, cy = _start(style, None, place)
            shape = replace(shape, center=v.Position(v.Length(cx), v.Length(cy)))
        found = _along(_outline(shape, Rect(0.0, 0.0, width, height)), style.offset_distance)
    return found._replace(x=found.x + x, y=found.y + y)


def _outline(shape: v.BasicShape, box: Rect) -> Path:
    """Return a shape's outline from where it begins, with curves close to its ellipses."""
    if isinstance(shape, v.InsetShape):
        return _rounded(*inset_in(shape, box))
    if isinstance(shape, v.EllipseShape):
        cx, cy, rx, ry = ellipse_in(shape, box)
        path = Path().move(cx + rx, cy)
        for x in (cx - rx, cx + rx):
            arc_to(path, rx, ry, 0.0, False, True, x, cy)
        return path.close()
    return shape_path(shape, box, 1.0)[0]


def _rounded(rect: Rect, radii: Radii) -> Path:
    x, y, width, height = rect
    right, bottom = x + width, y + height
    (tlx, tly), (trx, tr_y), (brx, bry), (blx, bly) = radii
    path = Path().move(x + tlx, y).line(right - trx, y)
    arc_to(path, trx, tr_y, 0.0, False, True, right, y + tr_y)
    path.line(right, bottom - bry)
    arc_to(path, brx, bry, 0.0, False, True, right - brx, bottom)
    path.line(x + blx, bottom)
    arc_to(path, blx, bly, 0.0, False, True, x, bottom - bly)
    path.line(x, y + tly)
    arc_to(path, tlx, tly, 0.0, False, True, x + tlx, y)
    return path.close()


def _start(style: ComputedStyle, at: v.Position | None, place: Sequence[float]) -> Point:
    """Return where a ray begins, or the centre of a circle, in the reference box."""
    x, y, width, height = place[:4]
    where = at or style.offset_position
    if where == "auto":
        return -x, -y
    if isinstance(where, str):
        return width / 2, height / 2
    return where.x.resolve(width), where.y.resolve(height)


def _on_ray(ray: v.RayShape, start: Point, size: Point, extent: float, distance: v.Length) -> _Stand:
    x, y = start
    width, height = size
    across, down = (abs(x), abs(width - x)), (abs(y), abs(height - y))
    turn = radians(ray.angle)
    dx, dy = sin(turn), -cos(turn)
    match ray.size:
        case "closest-side":
            length = min(*across, *down)
        case "farthest-side":
            length = max(*across, *down)
        case "closest-corner":
            length = hypot(min(across), min(down))
        case "farthest-corner":
            length = hypot(max(across), max(down))
        case "sides":
            length = _to_the_side(start, size, dx, dy)
    if ray.contain:
        length = max(0.0, length - extent / 2)
    far = distance.resolve(length)
    return _Stand(x + far * dx, y + far * dy, ray.angle - 90)


def _to_the_side(start: Point, size: Point, dx: float, dy: float) -> float:
    """Return how far it is to a side of the box; nothing from outside of it."""
    if not all(0 <= at <= side for at, side in zip(start, size, strict=True)):
        return 0.0
    ways = [
        ((side if step > 0 else 0.0) - at) / step
        for at, side, step in zip(start, size, (dx, dy), strict=True)
        if abs(step) > 1e-9
    ]
    return min(ways, default=0.0)


def _along(path: Path, distance: v.Length) -> _Stand:
    """Return the stand at a distance; a closed path begins again at its end."""
    pieces = list(_pieces(path))
    total = sum(piece.length for piece in pieces)
    if not pieces:
        x, y = path.current
        return _Stand(x, y, 0.0)
    far = min(max(distance.resolve(total), -_FAR), _FAR)
    if path.commands[-1][0] == "Z":
        far = fmod(far, total)
        far = far + total if far < 0 else far
    far = min(max(far, 0.0), total)
    for piece in pieces[:-1]:
        if far <= piece.length:
            return piece.stand(far)
        far -= piece.length
    return pieces[-1].stand(far)


class _Piece(NamedTuple):
    """A short part of a line or curve, between two shares of it."""

    length: float
    points: tuple[Point, ...]  # that the whole of it is given by
    first: float
    last: float

    def stand(self, far: float) -> _Stand:
        """Return the stand at a distance from the piece's beginning."""
        at = self.first + (self.last - self.first) * min(1.0, far / self.length)
        points: Sequence[Point] = self.points
        while len(points) > 2:
            points = _between(points, at)
        (x0, y0), (x1, y1) = points
        ((x, y),) = _between(points, at)
        return _Stand(x, y, degrees(atan2(y1 - y0, x1 - x0)))


def _between(points: Sequence[Point], share: float) -> list[Point]:
    """Return the points at a share of the way between neighbours (de Casteljau)."""
    pairs = pairwise(points)
    return [(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share) for (x0, y0), (x1, y1) in pairs]


def _pieces(path: Path) -> Iterator[_Piece]:
    """Yield the parts of a path that have a length."""
    start = first = (0.0, 0.0)
    for name, p in path.commands:
        if name == "M":
            start = first = p[0], p[1]
            continue
        points = (start, *zip(p[::2], p[1::2], strict=True)) if p else (start, first)
        count = fine_pieces(start, p, _TOLERANCE) if len(points) > 2 else 1
        ends = (points[-1],) if count == 1 else curve_points(start, p, count)
        before = start
        for index, end in enumerate(ends):
            length = hypot(end[0] - before[0], end[1] - before[1])
            if 0 < length < _FAR:
                yield _Piece(length, points, index / count, (index + 1) / count)
            before = end
        start = points[-1]
