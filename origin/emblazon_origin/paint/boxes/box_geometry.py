"""A box's edges in scaled px: snapped to device pixels as Chromium does, with corner radii."""

from __future__ import annotations

from typing import NamedTuple

from ...layout.boxes.box import Box, Rect, Sides
from ...layout.boxes.shape_geometry import SQUARE, Radii, corner_radii
from ...style.values.computed import ComputedStyle
from ..context import PaintContext
from ..painter import RoundedRect
from ..raster.geometry import inset, snapped

# Most boxes have square corners and no edges: a style holds what is not initial alone.
_RADII = frozenset(
    f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")
)
_NONE = Sides(0.0, 0.0, 0.0, 0.0)


class BoxGeometry(NamedTuple):
    """Border, padding and content edges of one box (or of one inline box's part on a line)."""

    border_rect: Rect  # snapped
    radii: Radii
    border: Sides
    padding: Sides
    dpr: float
    # Of a part of an inline box that is broken into several: all parts side by side, which images lie in.
    strip: BoxGeometry | None = None
    viewport: Rect | None = None  # where fixed layers of the background lie
    scrolled: Rect | None = None  # and local ones

    @property
    def image_area(self) -> BoxGeometry:
        """The box that backgrounds are positioned in."""
        return self.strip or self

    @property
    def border_shape(self) -> RoundedRect:
        """The border edge."""
        return RoundedRect(self.border_rect, self.radii)

    @property
    def padding_shape(self) -> RoundedRect:
        """The padding edge, with inner radii."""
        return self.shape_inside(self.border)

    @property
    def content_shape(self) -> RoundedRect:
        """The content edge, with inner radii."""
        b, p = self.border, self.padding
        return self.shape_inside(
            Sides(b.top + p.top, b.right + p.right, b.bottom + p.bottom, b.left + p.left)
        )

    def shape_inside(self, sides: Sides) -> RoundedRect:
        """Return the shape whose edges lie inwards by these widths."""
        rect = inset(self.border_rect, sides)
        return RoundedRect(rect, self.radii.shrink(sides).fit(rect.width, rect.height))

    def shape(self, name: str) -> RoundedRect:
        """Return the shape of `border-box`, `padding-box` or `content-box`."""
        if name == "padding-box":
            return self.padding_shape
        return self.content_shape if name == "content-box" else self.border_shape

    def shape_outside(self, by: float) -> RoundedRect:
        """Return the shape of an edge outwards by `by` (inwards where negative): shadows and outlines."""
        rect = inset(self.border_rect, Sides(-by, -by, -by, -by))
        return RoundedRect(rect, self.radii.spread(by).fit(rect.width, rect.height))


def device_width(width: float, dpr: float) -> float:
    """Round a border's width down to whole device pixels, but not to none."""
    scaled = width * dpr
    if scaled <= 0:
        return 0.0
    return float(max(1, int(scaled + 1e-4)))


def geometry_of(box: Box, context: PaintContext) -> BoxGeometry:
    """Return the geometry of a laid-out box."""
    style = box.style
    geometry = make_geometry(style, context.place(box.border_box), box.border, box.padding, context.dpr)
    if not style.background_layers:
        return geometry
    if any(layer.is_local for layer in style.background_layers) and box not in context.unclipped:
        geometry = geometry._replace(scrolled=snapped(context.place(_scrolled(box))))
    return in_viewport(geometry, style, context)


def _scrolled(box: Box) -> Rect:
    """Return what can be scrolled in a box: its padding box and what overflows it to the right and down."""
    x, y, width, height = box.padding_box
    right, bottom = x + width, y + height
    stack = [box]
    while stack:
        inner = stack.pop()
        after = box.padding if inner is box else _NONE
        if inner.lines:
            last = inner.lines[-1]
            bottom = max(bottom, inner.content_box.y + last.y + last.height + after.bottom)
        for child in inner.children:
            left, top, across, down = child.border_box
            flows = child.style.position not in ("absolute", "fixed")
            right = max(right, left + across + (after.right if flows else 0.0))
            bottom = max(bottom, top + down + (after.bottom if flows else 0.0))
            if child.style.overflow_x == child.style.overflow_y == "visible":
                stack.append(child)
    return Rect(x, y, right - x, bottom - y)


def in_viewport(geometry: BoxGeometry, style: ComputedStyle, context: PaintContext) -> BoxGeometry:
    """Return the geometry with the viewport, where the box has backgrounds that are fixed to it."""
    if any(layer.is_fixed for layer in style.background_layers):
        return geometry._replace(viewport=context.viewport)
    return geometry


def make_geometry(style: ComputedStyle, rect: Rect, border: Sides, padding: Sides, dpr: float) -> BoxGeometry:
    """Snap a border box of scaled px; border and padding are CSS px."""
    edges = snapped(rect)
    radii = SQUARE
    if not _RADII.isdisjoint(style.__dict__):
        radii = corner_radii(style, rect.width, rect.height, dpr).fit(edges.width, edges.height)
    widths = Sides(*[device_width(width, dpr) for width in border]) if any(border) else _NONE
    paddings = padding
    if dpr != 1.0:
        top, right, bottom, left = padding
        paddings = Sides(top * dpr, right * dpr, bottom * dpr, left * dpr)
    return BoxGeometry(edges, radii, widths, paddings, dpr)
