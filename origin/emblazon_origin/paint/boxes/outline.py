"""`outline`: CSS UI 4 §2. Drawn over its box, outside of the border edge, following its radii."""

from __future__ import annotations

from ...layout.boxes.box import Sides
from ...style.values.computed import ComputedStyle
from ..painter import Painter, RoundedRect
from ..raster.path import Radii
from .border import BorderSide, paint_edges
from .box_geometry import BoxGeometry, device_width

_RING_CORNER = 3.0  # px


def paint_outline(painter: Painter, geometry: BoxGeometry, style: ComputedStyle) -> None:
    """Draw a box's outline as a border around a larger box."""
    if not has_outline(style):
        return
    width = device_width(style.outline_width, geometry.dpr)
    reach = width
    line = style.outline_style
    if line == "auto":  # Chromium's focus ring, whatever the width: half inside, a little round
        width, reach, line = device_width(2.0, geometry.dpr), geometry.dpr, "solid"
    elif line == "double" and width < 3:
        line = "solid"
    outer = geometry.shape_outside(reach + outline_offset(geometry, style))
    if style.outline_style == "auto" and outer.radii.is_square:
        corner = (_RING_CORNER * geometry.dpr,) * 2
        outer = RoundedRect(outer.rect, Radii(corner, corner, corner, corner))
    if not painter.sees(outer.rect):
        return
    edges = tuple(BorderSide(side, width, line, style.outline_color) for side in range(4))
    frame = BoxGeometry(
        outer.rect, outer.radii, Sides(width, width, width, width), Sides(0, 0, 0, 0), geometry.dpr
    )
    paint_edges(painter, frame, edges, list(edges))


def has_outline(style: ComputedStyle) -> bool:
    """True where an outline shows; a focus ring has a width of its own."""
    if style.outline_style == "auto":
        return style.outline_color.a > 0
    return style.outline_width > 0 and style.outline_style != "none" and style.outline_color.a > 0


def outline_offset(geometry: BoxGeometry, style: ComputedStyle) -> float:
    """Return the used offset: a negative one stops where the box would vanish."""
    offset = float(round(style.outline_offset * geometry.dpr))
    if offset < 0:
        offset = max(offset, -min(geometry.border_rect.width, geometry.border_rect.height) / 2)
    return offset
