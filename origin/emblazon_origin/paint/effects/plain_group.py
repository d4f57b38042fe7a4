"""Groups that need no layer: a box of one colour, only faded or blurred, such as a soft spot of light."""

from __future__ import annotations

from ...layout.boxes.box import Box, Rect
from ...style.values.computed import ComputedStyle
from ..boxes.box_geometry import BoxGeometry
from ..boxes.box_shadow import blurred_shape
from ..context import PaintContext
from ..display_list import ClipNode, Item
from ..painter import Painter, RoundedRect
from ..raster.blur import reach
from ..raster.geometry import Matrix
from ..raster.rasterizer import cached_mask
from ..work import SHADOW, STEP, Cost

_MAX_PIXELS = 4_000_000


def plain_group(
    box: Box, geometry: BoxGeometry, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Item | None:
    """Return one item that paints the whole group, or None where it takes a layer."""
    style = box.style
    sigma = style.filter[0].amount * context.dpr if style.filter else 0.0
    x, y, w, h = geometry.border_rect
    by = reach(sigma)
    if not (_is_plain(box, context) and _only_faded_or_blurred(style)) or not matrix.is_pixel_shift:
        return None
    if (w + 2 * by) * (h + 2 * by) > _MAX_PIXELS:
        return None
    color = style.background_color._replace(a=style.background_color.a * style.opacity)
    shape = RoundedRect(Rect(0, 0, w, h), geometry.radii)

    def draw(painter: Painter) -> None:
        if sigma <= 0:
            painter.fill(geometry.border_shape, color)
            return
        soft = cached_mask(("soft", shape, sigma), lambda: blurred_shape(shape, sigma, plain=False))
        mask = soft.moved(int(x + matrix.e), int(y + matrix.f))
        painter.surface.fill_mask(mask, color, painter.clip)

    soft_pixels = (w + 2 * by) * (h + 2 * by) if sigma > 0 else 0.0
    cost = Cost("box", once=STEP + SHADOW * soft_pixels)
    return Item(Rect(x - by, y - by, w + 2 * by, h + 2 * by), matrix, clip, draw, cost=cost)


def _is_plain(box: Box, context: PaintContext) -> bool:
    """True where a background colour is all that a box paints."""
    style = box.style
    return (
        style.background_color.a > 0
        and style.visibility == "visible"
        and not (box.children or box.lines or box.replaced is not None or any(box.border))
        and not (style.box_shadow or style.outline_width > 0)
        and all(layer.image is None and layer.clip == "border-box" for layer in style.background_layers)
        and box not in context.without_background
    )


def _only_faded_or_blurred(style: ComputedStyle) -> bool:
    return (
        (not style.filter or (len(style.filter) == 1 and style.filter[0].name == "blur"))
        and not (style.backdrop_filter or style.mask_layers or style.clip_path is not None)
        and style.mix_blend_mode == "normal"
    )
