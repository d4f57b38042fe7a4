"""`outline`: CSS UI 4 §2. Drawn over its box, outside of the border edge, following its radii."""

from __future__ import annotations

from ...layout.boxes.box import Sides
from ...style.values.computed import ComputedStyle
from ..painter import Painter
from .border import BorderSide, paint_edges
from .box_geometry import BoxGeometry, device_width


def paint_outline(painter: Painter, geometry: BoxGeometry, style: ComputedStyle) -> None:
    """Draw a box's outline as a border around a larger box."""
    if style.outline_width <= 0 or style.outline_style in ("none", "hidden") or style.outline_color.a <= 0:
        return
    width = device_width(style.outline_width, geometry.dpr)
    outer = geometry.shape_outside(width + outline_offset(geometry, style))
    if not painter.sees(outer.rect):
        return
    line = "solid" if style.outline_style == "double" and width < 3 else style.outline_style
    edges = tuple(BorderSide(side, width, line, style.outline_color) for side in range(4))
    frame = BoxGeometry(
        outer.rect, outer.radii, Sides(width, width, width, width), Sides(0, 0, 0, 0), geometry.dpr
    )
    paint_edges(painter, frame, edges, list(edges))


def outline_offset(geometry: BoxGeometry, style: ComputedStyle) -> float:
    """Return the used offset: a negative one stops where the box would vanish."""
    offset = float(round(style.outline_offset * geometry.dpr))
    if offset < 0:
        offset = max(offset, -min(geometry.border_rect.width, geometry.border_rect.height) / 2)
    return offset
