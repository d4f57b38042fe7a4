"""Basic shapes of `clip-path` as paths: CSS Shapes 1 §3, in scaled px."""

from __future__ import annotations

from math import hypot, sqrt

from ...layout.boxes.box import Rect
from ...style.values.value_types import (
    BasicShape,
    BoxShape,
    EllipseShape,
    InsetShape,
    Length,
    PathShape,
    PolygonShape,
)
from ..raster.geometry import Matrix
from ..raster.path import Path, Radii, ellipse_path, polygon_path, rect_path, rounded_rect_path
from ..raster.svg_path import parse_svg_path


def shape_path(shape: BasicShape, box: Rect, dpr: float) -> tuple[Path, str]:
    """Return the outline and fill rule of a shape in its reference box (scaled px)."""
    match shape:
        case BoxShape():
            return rect_path(box), "nonzero"
        case InsetShape():
            return _inset(shape, box, dpr), "nonzero"
        case EllipseShape():
            return _ellipse(shape, box, dpr), "nonzero"
        case PolygonShape():
            points = [
                (box.x + _px(x, box.width, dpr), box.y + _px(y, box.height, dpr)) for x, y in shape.points
            ]
            return polygon_path(points), shape.rule
        case PathShape():
            return parse_svg_path(shape.data).transform(Matrix(dpr, 0, 0, dpr, box.x, box.y)), shape.rule


def _px(length: Length, basis: float, dpr: float) -> float:
    return length.resolve(basis / dpr) * dpr


def _inset(shape: InsetShape, box: Rect, dpr: float) -> Path:
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
    return rounded_rect_path(rect, radii.fit(rect.width, rect.height))


def _ellipse(shape: EllipseShape, box: Rect, dpr: float) -> Path:
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
    return ellipse_path(box.x + cx, box.y + cy, max(0.0, rx), max(0.0, ry))


def _radius(radius: Length | str, sides: tuple[float, float], basis: float, dpr: float) -> float:
    if isinstance(radius, Length):
        return _px(radius, basis, dpr)
    return min(sides) if radius == "closest-side" else max(sides)
