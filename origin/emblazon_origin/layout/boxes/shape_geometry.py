"""Basic shapes and round corners as numbers (CSS Shapes 1 §3, CSS Backgrounds 3 §5).

Lengths are px times `dpr`, as those of the reference boxes that they are in.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp2, hypot, inf, sqrt
from typing import NamedTuple

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import EllipseShape, InsetShape, Length, PolygonShape, Radius
from .box import Rect, Sides

Point = tuple[float, float]


class ShapedCorner(tuple[float, float]):
    """The radii of a corner that is no quarter of an ellipse, and its curvature (CSS Borders 4 §4.2).

    As in `superellipse()`: 1 is round, 0 a bevel, infinite a square, and less than zero is cut out about
    the corner of the border box, which lies `beyond` this one.
    """

    curvature: float
    beyond: Point

    def __new__(cls, rx: float, ry: float, curvature: float, beyond: Point = (0.0, 0.0)) -> ShapedCorner:
        """Make a corner."""
        corner = super().__new__(cls, (rx, ry))
        corner.curvature, corner.beyond = curvature, beyond
        return corner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShapedCorner) and self._all() == other._all()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._all())

    def _all(self) -> tuple[object, ...]:
        return (*self, self.curvature, self.beyond)


def _like(corner: Point, rx: float, ry: float) -> Point:
    """Return other radii of a corner's shape."""
    if isinstance(corner, ShapedCorner):
        return ShapedCorner(rx, ry, corner.curvature, corner.beyond)
    return rx, ry


def _inwards(corner: Point) -> float:
    """Return what part of an edge's width a corner loses of its radii, to be as wide in the middle."""
    if not isinstance(corner, ShapedCorner):
        return 1.0
    curvature = corner.curvature
    if curvature == 1.0 or curvature == inf:
        return 1.0
    if curvature < 0.0:
        return 0.0
    middle = exp2(-exp2(-curvature))  # of the curve, from its centre
    return (sqrt(2) - 1) / (sqrt(2) * (1.0 - middle))


class Radii(NamedTuple):
    """Corner radii (horizontal, vertical) in CSS order: top left, top right, bottom right, bottom left."""

    tl: Point = (0.0, 0.0)
    tr: Point = (0.0, 0.0)
    br: Point = (0.0, 0.0)
    bl: Point = (0.0, 0.0)

    @property
    def is_square(self) -> bool:
        """True where no corner is round."""
        return self is SQUARE or all(rx <= 0 or ry <= 0 for rx, ry in self)

    def fit(self, width: float, height: float) -> Radii:
        """Reduce overlapping curves (CSS Backgrounds 3 §5.5); negative margins can make a size negative."""
        if self is SQUARE:
            return self
        tl, tr, br, bl = self
        across, down = max(tl[0] + tr[0], bl[0] + br[0]), max(tl[1] + bl[1], tr[1] + br[1])
        if across <= width and down <= height:  # as most do
            return self
        width, height = max(width, 0.0), max(height, 0.0)
        factor = min(width / across if across > width else 1.0, height / down if down > height else 1.0)
        if factor >= 1:
            return self
        return self._changed(lambda corner: _like(corner, corner[0] * factor, corner[1] * factor))

    def shrink(self, by: Sides) -> Radii:
        """Return the radii of an edge that lies inwards by these widths."""
        if self is SQUARE:
            return self
        (tl, tr, br, bl), (t, r, b, left) = self, by
        if t == r == b == left:
            return self._changed(lambda corner: _less(corner, t, t))
        return Radii(_less(tl, left, t), _less(tr, r, t), _less(br, r, b), _less(bl, left, b))

    def spread(self, by: float) -> Radii:
        """Return the radii of an edge outwards by `by`: sharp corners stay (CSS Backgrounds 3 §6.1)."""
        if self is SQUARE:
            return self
        return self._changed(lambda corner: _spread_corner(corner, by))

    def _changed(self, change: Callable[[Point], Point]) -> Radii:
        """Return other radii of each corner; those of one object, as most are, are changed once."""
        tl, tr, br, bl = self
        first = change(tl)
        if tl is tr and tl is br and tl is bl:
            return Radii(first, first, first, first)
        return Radii(first, change(tr), change(br), change(bl))


SQUARE = Radii()
_SHAPES = frozenset(
    f"corner_{corner}_shape" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")
)


def _less(radius: Point, dx: float, dy: float) -> Point:
    rx, ry = radius
    if isinstance(radius, ShapedCorner):
        if radius.curvature < 0:
            x, y = radius.beyond
            return ShapedCorner(rx, ry, radius.curvature, (x + dx, y + dy))
        part = _inwards(radius)
        rx, ry = rx - part * dx, ry - part * dy
        return _like(radius, rx, ry) if rx > 0 and ry > 0 else (0.0, 0.0)
    rx, ry = rx - dx, ry - dy
    return (rx, ry) if rx > 0 and ry > 0 else (0.0, 0.0)


def _spread_corner(corner: Point, by: float) -> Point:
    rx, ry = corner
    if rx <= 0 or ry <= 0:
        return 0.0, 0.0
    by *= _inwards(corner)
    return _like(corner, _spread(rx, by), _spread(ry, by))


def _spread(radius: float, by: float) -> float:
    if by <= 0 or radius >= by:
        return max(0.0, radius + by)
    return radius + by * (1 + (radius / by - 1) ** 3)


def corner_radii(style: ComputedStyle, width: float, height: float, dpr: float) -> Radii:
    """Return the used radii of a border box of scaled px, overlaps reduced."""

    def corner(radius: Radius) -> tuple[float, float]:
        return _scaled(radius[0], width, dpr), _scaled(radius[1], height, dpr)

    first = style.border_top_left_radius
    others = style.border_top_right_radius, style.border_bottom_right_radius, style.border_bottom_left_radius
    alike = corner(first)
    radii = Radii(alike, *(alike if radius == first else corner(radius) for radius in others))
    if not _SHAPES.isdisjoint(style.__dict__):
        shapes = (
            style.corner_top_left_shape,
            style.corner_top_right_shape,
            style.corner_bottom_right_shape,
            style.corner_bottom_left_shape,
        )
        radii = Radii(
            *(
                radius if shape == 1.0 else ShapedCorner(*radius, shape)
                for radius, shape in zip(radii, shapes, strict=True)
            )
        )
    return radii.fit(width, height)


def _scaled(length: Length, basis: float, dpr: float) -> float:
    if length.px == 0 and length.pct == 0 and length.func is None:
        return 0.0
    return max(0.0, length.resolve(basis / dpr) * dpr)


def _px(length: Length, basis: float, dpr: float) -> float:
    return length.resolve(basis / dpr) * dpr


def points_in(shape: PolygonShape, box: Rect, dpr: float = 1.0) -> list[Point]:
    """Return the corners of a polygon."""
    return [(box.x + _px(x, box.width, dpr), box.y + _px(y, box.height, dpr)) for x, y in shape.points]


def inset_in(shape: InsetShape, box: Rect, dpr: float = 1.0) -> tuple[Rect, Radii]:
    """Return an inset rectangle and its corners."""
    top, bottom = (_px(shape.insets[i], box.height, dpr) for i in (0, 2))
    right, left = (_px(shape.insets[i], box.width, dpr) for i in (1, 3))
    # Insets that overlap are reduced in proportion.
    if left + right > box.width > 0:
        left, right = left * box.width / (left + right), right * box.width / (left + right)
    if top + bottom > box.height > 0:
        top, bottom = top * box.height / (top + bottom), bottom * box.height / (top + bottom)
    rect = Rect(
        box.x + left, box.y + top, max(0.0, box.width - left - right), max(0.0, box.height - top - bottom)
    )
    radii = Radii(*((_px(rx, box.width, dpr), _px(ry, box.height, dpr)) for rx, ry in shape.radii))
    return rect, radii.fit(rect.width, rect.height)


def ellipse_in(shape: EllipseShape, box: Rect, dpr: float = 1.0) -> tuple[float, float, float, float]:
    """Return the centre and the radii of an ellipse."""
    cx, cy = _px(shape.center.x, box.width, dpr), _px(shape.center.y, box.height, dpr)
    xs, ys = (abs(cx), abs(box.width - cx)), (abs(cy), abs(box.height - cy))
    if shape.circle:
        if isinstance(shape.rx, Length):
            # Percentages of a circle's radius are of the box's normalised diagonal.
            rx = _px(shape.rx, hypot(box.width, box.height) / sqrt(2), dpr)
        else:
            rx = (min if shape.rx == "closest-side" else max)(*xs, *ys)
        ry = rx
    else:
        rx = _radius(shape.rx, xs, box.width, dpr)
        ry = _radius(shape.ry, ys, box.height, dpr)
    return box.x + cx, box.y + cy, max(0.0, rx), max(0.0, ry)


def _radius(radius: Length | str, sides: tuple[float, float], basis: float, dpr: float) -> float:
    if isinstance(radius, Length):
        return _px(radius, basis, dpr)
    return min(sides) if radius == "closest-side" else max(sides)
