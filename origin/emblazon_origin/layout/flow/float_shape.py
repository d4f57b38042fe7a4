"""`shape-outside`: the outline that lines beside a float follow (CSS Shapes 1 §5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import (
    BasicShape,
    BoxShape,
    DrawnShape,
    EllipseShape,
    InsetShape,
    PathShape,
    PictureShape,
    PolygonShape,
)
from ...style.values.value_types import Image as Picture
from ...style.values.writing_modes import is_vertical
from ..boxes.box import Rect, Sides
from ..boxes.fragment import Fragment
from ..boxes.shape_geometry import Point, Radii, corner_radii, ellipse_in, inset_in, points_in
from ..flow_space import FlowSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

Coverage: TypeAlias = "Callable[[Picture, int, int], Image.Image | None]"
_PIECES = 32  # of a quarter of an ellipse: within 0.1 px at a radius of 300 px
_EPSILON = 1 / 128
_STEPS = 128  # at most, in which a line that does not fit moves down along a shape


@dataclass(frozen=True, slots=True, eq=False)
class FloatShape:
    """A closed polygon from the corner of a float's margin box, `margin` px larger all around."""

    edges: NDArray[np.float64]  # of each: x and y of its start and of its end
    margin: float
    width: float  # of the margin box, which cuts the shape
    height: float

    def extent(self, top: float, bottom: float) -> tuple[float, float] | None:
        """Return the left and right ends of the shape between two heights, None where it is not there."""
        top = max(top + _EPSILON, 0.0)
        bottom = max(top, min(bottom - _EPSILON, self.height))
        if top > self.height or not len(self.edges):
            return None
        xs = [*_between(self.edges, top, bottom)]
        if self.margin > 0:
            start, end = self.edges[:, :2], self.edges[:, 2:]
            along = end - start
            length = np.maximum(np.hypot(along[:, 0], along[:, 1]), _EPSILON)
            aside = np.stack((along[:, 1], -along[:, 0], along[:, 1], -along[:, 0]), 1)
            aside *= (self.margin / length)[:, None]
            xs += [*_between(self.edges + aside, top, bottom), *_between(self.edges - aside, top, bottom)]
            away = np.maximum(np.maximum(top - start[:, 1], start[:, 1] - bottom), 0.0)
            reach = np.sqrt(np.maximum(self.margin**2 - away**2, 0.0))
            near = away < self.margin
            xs += [(start[:, 0] - reach)[near], (start[:, 0] + reach)[near]]
        found = np.concatenate(xs)
        if not found.size:
            return None
        return max(0.0, float(found.min())), min(self.width, float(found.max()))

    @property
    def step(self) -> float:
        """How far a line that does not fit beside the shape moves down, px."""
        return max(1.0, self.height / _STEPS)


def _between(
    edges: NDArray[np.float64], top: float, bottom: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the parts of edges that lie between two heights."""
    x0, y0, x1, y1 = edges.T
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    inside = (high >= top) & (low <= bottom)
    x0, y0, x1, y1, low, high = (values[inside] for values in (x0, y0, x1, y1, low, high))
    level = y0 == y1
    slope = (x1 - x0) / np.where(level, 1.0, y1 - y0)
    first = np.where(level, x0, x0 + slope * (np.maximum(low, top) - y0))
    last = np.where(level, x1, x0 + slope * (np.minimum(high, bottom) - y0))
    return first, last


def shape_of(
    fragment: Fragment, margins: Sides, containing_width: float, coverage: Coverage
) -> FloatShape | None:
    """Return the shape of a float; None where lines keep clear of its margin box.

    `coverage` draws the picture that a shape is of.
    """
    style, flow = fragment.node.style.on_canvas, fragment.node.style.flow
    if style.shape_outside is None:
        return None
    width = fragment.width + margins.left + margins.right
    height = fragment.height + margins.top + margins.bottom
    space = FlowSpace(flow, Rect(0.0, 0.0, *((height, width) if is_vertical(flow) else (width, height))))
    float_ = _FloatBox(
        style,
        space.to_canvas(Rect(margins.left, margins.top, fragment.width, fragment.height)),
        *(space.sides_to_canvas(sides) for sides in (margins, fragment.border, fragment.padding)),
    )
    edges = _edges(float_, *style.shape_outside, coverage)
    if edges is None:
        return None
    margin = max(0.0, style.shape_margin.resolve(containing_width))
    return FloatShape(_in_flow(edges, space), margin, width, height)


class _FloatBox(NamedTuple):
    """A float as it lies on the canvas, from the corner of its margin box."""

    style: ComputedStyle
    border_box: Rect
    margins: Sides
    border: Sides
    padding: Sides


def _edges(
    float_: _FloatBox, shape: BasicShape | PictureShape, name: str, coverage: Coverage
) -> NDArray[np.float64] | None:
    """Return a shape's edges, None of one that is not to be had."""
    if isinstance(shape, PictureShape):
        area, _ = _reference(float_, "content-box")
        return _outline_of(shape, area, float_.style.shape_image_threshold, coverage)
    box, radii = _reference(float_, name)
    match shape:
        case BoxShape():
            points = _rounded(box, radii)
        case InsetShape():
            points = _rounded(*inset_in(shape, box))
        case EllipseShape():
            cx, cy, rx, ry = ellipse_in(shape, box)
            points = _arc(cx, cy, rx, ry, 0.0, 4) if rx > 0 and ry > 0 else []
        case PolygonShape():
            points = points_in(shape, box)
        case PathShape() | DrawnShape():
            return None
    corners = np.array(points, np.float64).reshape(-1, 2)
    return np.concatenate((corners, np.roll(corners, -1, axis=0)), axis=1)


def _in_flow(edges: NDArray[np.float64], space: FlowSpace) -> NDArray[np.float64]:
    """Return edges on the canvas as the flow has them."""
    if space.flow == "horizontal-tb":
        return edges
    x0, y0, x1, y1 = edges.T
    if space.flow == "sideways-lr":
        y0, y1 = space.area.height - y0, space.area.height - y1
    elif space.flow != "vertical-lr":
        x0, x1 = space.area.width - x0, space.area.width - x1
    return np.stack((y0, x0, y1, x1), axis=1)


def _outline_of(
    shape: PictureShape, area: Rect, threshold: float, coverage: Coverage
) -> NDArray[np.float64] | None:
    """Return the edges around the opaque part of each row of a picture; None of one that is not to be had."""
    picture = coverage(shape.picture, round(area.width), round(area.height))
    if picture is None:
        return None
    opaque = np.asarray(picture) > threshold * 255
    rows = np.flatnonzero(opaque.any(axis=1))
    left = opaque[rows].argmax(axis=1) + area.x
    right = area.x + opaque.shape[1] - opaque[rows, ::-1].argmax(axis=1)
    top, bottom = rows + area.y, rows + area.y + 1.0
    sides = ((left, top, left, bottom), (right, bottom, right, top), (left, bottom, right, bottom))
    return np.concatenate([np.stack(side, 1) for side in (*sides, (right, top, left, top))])


def _reference(float_: _FloatBox, name: str) -> tuple[Rect, Radii]:
    """Return a reference box (§6.1), and the corners that `border-radius` gives it."""
    style, border_box, margins, b, p = float_
    inwards = Sides(0.0, 0.0, 0.0, 0.0)
    if name == "margin-box":
        inwards = Sides(*(-side for side in margins))
    elif name == "padding-box":
        inwards = b
    elif name == "content-box":
        inwards = Sides(*(x + y for x, y in zip(b, p, strict=True)))
    x, y, w, h = border_box
    box = Rect(
        x + inwards.left, y + inwards.top,
        max(0.0, w - inwards.left - inwards.right), max(0.0, h - inwards.top - inwards.bottom),
    )  # fmt: skip
    if name == "margin-box":  # the style's own corners in that box, as in Chromium
        return box, corner_radii(style, box.width, box.height, 1.0)
    radii = corner_radii(style, w, h, 1.0).shrink(inwards)
    return box, radii.fit(box.width, box.height)


def _rounded(box: Rect, radii: Radii) -> list[Point]:
    """Return the outline of a rectangle with round corners."""
    x, y, w, h = box
    if w <= 0 or h <= 0:
        return []
    (tlx, tly), (trx, tr_y), (brx, bry), (blx, bly) = radii
    return [
        *_arc(x + tlx, y + tly, tlx, tly, pi, 1),
        *_arc(x + w - trx, y + tr_y, trx, tr_y, 1.5 * pi, 1),
        *_arc(x + w - brx, y + h - bry, brx, bry, 0.0, 1),
        *_arc(x + blx, y + h - bly, blx, bly, 0.5 * pi, 1),
    ]


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, quarters: int) -> list[Point]:
    """Return quarters of an ellipse from an angle on, clockwise."""
    if rx <= 0 or ry <= 0:
        return [(cx, cy)]
    steps = quarters * _PIECES
    angles = (start + quarters * pi / 2 * step / steps for step in range(steps + 1))
    return [(cx + rx * cos(angle), cy + ry * sin(angle)) for angle in angles]
