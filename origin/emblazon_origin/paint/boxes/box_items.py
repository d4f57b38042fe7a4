"""Display items of one box: shadows, background, border, image, outline.

`outline`: CSS UI 4 §2. Drawn over its box, outside of the border edge, following its radii.
"""

from __future__ import annotations

from dataclasses import replace

from ...layout.boxes.box import Box, Rect, Sides
from ...layout.boxes.shape_geometry import Radii
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import Url
from ..context import PaintContext
from ..costs import box_cost, image_cost, outline_cost, text_clip_cost
from ..display_list import ClipNode, Group, Item
from ..painter import Painter, RoundedRect
from ..raster.geometry import IntRect, Matrix, around, snapped
from ..raster.rasterizer import Mask
from ..text.text_clip import TextLine, lines_of, text_coverage
from .background import paint_background
from .border import BorderSide, paint_border, paint_edges, shows_border
from .border_image import border_image_area
from .box_geometry import BoxGeometry, device_width
from .box_shadow import paint_inset_shadows, paint_outer_shadows, shadow_bounds
from .image import ReplacedContent, blends, fitted_rect, paint_replaced

Items = list[Item | Group]
_FAR = 1e6
# Their backgrounds show in their cells (§17.5.1).
ROWS = ("table-column", "table-row", "table-row-group", "table-header-group", "table-footer-group")

_RING_CORNER = 3.0  # px


def box_items(
    box: Box,
    geometry: BoxGeometry,
    matrix: Matrix,
    clip: ClipNode | None,
    context: PaintContext,
    lines: list[TextLine] | None = None,
) -> Items:
    """Return the item that draws a box's shadows, background and border (none where it has none).

    `lines` is the text that `background-clip: text` shows through, where it is not the box's own.
    """
    style = box.style
    if style.visibility != "visible" or _is_hidden_cell(box):
        return []
    moved = box in context.without_background
    layers = style.background_layers
    has_image = bool(layers) and any(layer.image is not None for layer in layers)
    has_background = not moved and (style.background_color.a > 0 or has_image)
    # A border image has widths of its own; borders that collapsed are drawn by their table.
    has_border = style.border_image_source is not None or shows_border(style, geometry.border)
    if not (has_background or has_border or style.box_shadow):
        return []
    shows_text = bool(layers) and any(layer.clip == "text" for layer in layers)
    parts = _background_parts(box, geometry, context)
    cells = parts if style.display in ROWS else ()
    if context.kept is not None and not shows_text:
        known = ("box", id(style), geometry, matrix, id(clip), moved, *cells)

        def make() -> Items:
            return box_items(box, geometry, matrix, clip, replace(context, kept=None), lines)

        return context.kept.get(known, (style, clip), make)

    def draw(painter: Painter) -> None:
        if style.box_shadow:
            paint_outer_shadows(_beside_open_sides(painter, geometry), geometry, style)
        if has_background:

            def text_mask(bounds: IntRect) -> Mask | None:
                text = lines_of(box, context) if lines is None else lines
                return text_coverage(text, painter, bounds, context)

            for part in parts:
                paint_background(painter, part, style, context.images, text_mask, isolated=lines is None)
        if style.box_shadow:
            paint_inset_shadows(painter, geometry, style)
        if has_border:
            paint_border(painter, geometry, style, context.images)

    ink = _ink(geometry, parts, style, context.dpr)
    by_more = isinstance(style.border_image_source, Url) or any(
        isinstance(x.image, Url) or x.clip == "text" for x in style.background_layers
    )
    key = None if by_more or clip else (geometry, matrix, moved, *cells, *style.fields.items())
    cost = box_cost(style, geometry, matrix, ink)
    if shows_text:
        text = lines_of(box, context) if lines is None else lines
        cost = cost._replace(once=cost.once + text_clip_cost(style, text, context.dpr, matrix))
    return [Item(ink, matrix, clip, draw, key, cost)]


def _ink(geometry: BoxGeometry, parts: list[BoxGeometry], style: ComputedStyle, dpr: float) -> Rect:
    """Return all that a box's shadows, background and border may touch, in scaled px."""
    bounds = geometry.border_rect
    if parts != [geometry]:
        bounds = around([bounds, *(part.border_rect for part in parts)])
    if style.border_image_source is not None:
        bounds = border_image_area(geometry, style)
    return shadow_bounds(bounds, style.box_shadow, dpr)


def _background_parts(box: Box, geometry: BoxGeometry, context: PaintContext) -> list[BoxGeometry]:
    """Return where a background is painted."""
    if box.style.display not in ROWS:
        return [geometry]
    rows = [box] if box.style.display in ("table-row", "table-column") else box.children
    cells = [cell for row in rows for cell in row.children if cell.style.display == "table-cell"]
    rects = [snapped(context.place(cell.border_box)) for cell in cells]
    return [geometry._replace(border_rect=rect, strip=geometry) for rect in rects]


def _is_hidden_cell(box: Box) -> bool:
    """True for an empty cell that `empty-cells: hide` leaves out (CSS 2 §17.6.1.1)."""
    style = box.style
    return (
        style.empty_cells == "hide"
        and style.display == "table-cell"
        and style.border_collapse == "separate"
        and not (box.children or box.lines)
    )


def _beside_open_sides(painter: Painter, geometry: BoxGeometry) -> Painter:
    """Cut shadows off where an inline box goes on in another part of it."""
    if geometry.strip is None:
        return painter
    part, whole = geometry.border_rect, geometry.strip.border_rect
    left = part.x if part.x > whole.x else -_FAR
    right = part.x + part.width if part.x + part.width < whole.x + whole.width else _FAR
    shape = RoundedRect(Rect(left, part.y - _FAR, right - left, 2 * _FAR))
    return painter.clipped(painter.clip_to(shape))


def replaced_items(
    box: Box, geometry: BoxGeometry, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Items:
    """Return the item that draws a box's image."""
    key = box.replaced
    if key is None or box.style.visibility != "visible":
        return []
    style = box.style
    content = ReplacedContent(geometry.content_shape, context.place(box.content_box))
    ink = content.shape.rect
    if style.overhangs and (natural := context.images.intrinsic(key)) is not None:
        ink = snapped(fitted_rect(style, natural, content, context.dpr))

    def draw(painter: Painter) -> None:
        paint_replaced(painter, context.images, key, style, content, context.dpr)

    def make() -> Items:
        return [Item(ink, matrix, clip, draw, cost=image_cost(ink), blends=blends(key))]

    if context.kept is None:
        return make()
    known = ("image", key, id(style), geometry, content.exact, matrix, id(clip))
    return context.kept.get(known, (style, clip), make)


def outline_items(
    box: Box, geometry: BoxGeometry, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Items:
    """Return the item that draws a box's outline."""
    style = box.style
    if style.visibility != "visible" or not has_outline(style):
        return []
    by = style.outline_width * context.dpr + max(0.0, outline_offset(geometry, style)) + 1
    x, y, w, h = geometry.border_rect

    def draw(painter: Painter) -> None:
        paint_outline(painter, geometry, style)

    ink = Rect(x - by, y - by, w + 2 * by, h + 2 * by)

    def make() -> Items:
        return [Item(ink, matrix, clip, draw, cost=outline_cost(style, geometry))]

    if context.kept is None:
        return make()
    return context.kept.get(("outline", id(style), geometry, matrix, id(clip)), (style, clip), make)


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
    outer = _narrowed(geometry.shape_outside(reach + outline_offset(geometry, style)), geometry, style)
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


def _narrowed(outer: RoundedRect, geometry: BoxGeometry, style: ComputedStyle) -> RoundedRect:
    """Return the outer edge where an offset beyond the shorter side still narrows the longer one."""
    sides, used = geometry.border_rect, outline_offset(geometry, style)
    offset = float(round(style.outline_offset * geometry.dpr))
    if offset >= used:
        return outer
    by_x, by_y = (max(offset, -side / 2) - used for side in (sides.width, sides.height))
    rect = outer.rect
    return RoundedRect(
        Rect(rect.x - by_x, rect.y - by_y, rect.width + 2 * by_x, rect.height + 2 * by_y), outer.radii
    )


def outline_offset(geometry: BoxGeometry, style: ComputedStyle) -> float:
    """Return the used offset: a negative one stops where the box would vanish."""
    offset = float(round(style.outline_offset * geometry.dpr))
    if offset < 0:
        offset = max(offset, -min(geometry.border_rect.width, geometry.border_rect.height) / 2)
    return offset
