"""Text: glyph runs as masks, or as outlines under a turning matrix; shadows, strokes, colour glyphs."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from PIL import Image

from ...assets.pixmap import Pixmap
from ...layout.boxes.box import Rect
from ...style.values.value_types import BLACK, Color
from ...text.fonts.draw import color_glyphs, fill_color, run_mask
from ...text.fonts.glyphs import MAX_GLYPH_SIDE, luminance_level
from ...text.line_model import GlyphRun
from ..painter import Painter
from ..raster.blur import blur, reach
from ..raster.rasterizer import Mask
from ..raster.surface import rgb8
from .stroked_glyphs import Origin, stroke_mask
from .turned_glyphs import turned_run_mask


def paint_run(painter: Painter, run: GlyphRun, origin: Origin, dpr: float) -> None:
    """Draw a run's fill and stroke, in the order that `paint-order` asks for."""
    style = run.style
    if run.font.is_color:
        _paint_color_glyphs(painter, run, origin, dpr)
        return
    fill = fill_color(run)
    stroke = style.text_stroke_width > 0 and style.text_stroke_color.a > 0
    if stroke and style.paint_order_stroke_first:
        _paint_stroke(painter, run, origin, dpr)
    if fill.a > 0:
        painter.surface.fill_mask(fill_mask(painter, run, origin, dpr), fill, painter.clip)
    if stroke and not style.paint_order_stroke_first:
        _paint_stroke(painter, run, origin, dpr)


def fill_mask(
    painter: Painter, run: GlyphRun, origin: Origin, dpr: float, color: Color | None = None
) -> Mask | None:
    """Return the coverage of a run's outlines in device px, corrected for the colour they are drawn in."""
    matrix = painter.matrix
    if matrix.is_translation and run.size * dpr <= MAX_GLYPH_SIDE:
        drawn = run_mask(run, origin, dpr, moved=(matrix.e, matrix.f), color=color)
        return Mask(drawn.image, drawn.x, drawn.y) if drawn.image is not None else None
    level = luminance_level(color or fill_color(run))
    return turned_run_mask(run, origin, dpr, matrix, painter.clip.bounds, level)


def _paint_stroke(painter: Painter, run: GlyphRun, origin: Origin, dpr: float) -> None:
    mask = stroke_mask(painter, run, origin, dpr)
    painter.surface.fill_mask(mask, run.style.text_stroke_color, painter.clip)


def _paint_color_glyphs(painter: Painter, run: GlyphRun, origin: Origin, dpr: float) -> None:
    for pixmap, x, y, scale in _color_glyphs(painter, run, origin, dpr):
        opacity = max(
            fill_color(run).a, run.style.text_stroke_color.a if run.style.text_stroke_width > 0 else 0.0
        )
        if painter.matrix.is_translation:
            painter.surface.draw(pixmap, int(x), int(y), painter.clip, None, opacity)
        else:
            w, h = pixmap.size
            painter.draw_scaled(pixmap, Rect(x, y, w / scale, h / scale), opacity=opacity)


def _color_glyphs(
    painter: Painter, run: GlyphRun, origin: Origin, dpr: float
) -> Iterator[tuple[Pixmap, float, float, float]]:
    """Yield pictures, their place and how many of their pixels one scaled px has.

    The place is in device px where the matrix only moves, else in scaled px.
    """
    foreground = (*rgb8(run.style.color), 255)
    matrix = painter.matrix
    if matrix.is_translation:
        for placed in color_glyphs(run, origin, dpr, foreground, moved=(matrix.e, matrix.f)):
            yield Pixmap.from_image(placed.image), placed.x, placed.y, 1.0
        return
    scale = max(1.0, min(8.0, max(matrix.scale)))
    for placed in color_glyphs(run, (origin[0] * scale, origin[1] * scale), dpr * scale, foreground):
        yield Pixmap.from_image(placed.image), placed.x / scale, placed.y / scale, scale


def paint_run_shadows(painter: Painter, run: GlyphRun, origin: Origin, dpr: float) -> None:
    """Draw a run's `text-shadow`s, the first one topmost, all below the text."""
    for shadow in reversed(run.style.text_shadow):
        if shadow.color.a <= 0:
            continue
        mask = ink_mask(painter, run, origin, dpr, shadow.color)
        if mask is None:
            return
        paint_mask_shadow(
            painter, mask, (shadow.x * dpr, shadow.y * dpr), shadow.blur * dpr / 2, shadow.color
        )


def paint_mask_shadow(
    painter: Painter, mask: Mask, offset: tuple[float, float], sigma: float, color: Color
) -> None:
    """Draw the blurred, shifted shadow of a coverage."""
    matrix = painter.matrix
    dx = matrix.a * offset[0] + matrix.c * offset[1]
    dy = matrix.b * offset[0] + matrix.d * offset[1]
    device_sigma = sigma * sum(matrix.scale) / 2
    if device_sigma > 0:
        margin = reach(device_sigma)
        box = mask.box.grow(margin)
        padded = Image.new("L", box.size)
        padded.paste(mask.image, (margin, margin))
        mask = Mask(blur(padded, device_sigma), box.left, box.top)
    painter.surface.fill_mask(mask.moved(floor(dx + 0.5), floor(dy + 0.5)), color, painter.clip)


def ink_mask(
    painter: Painter, run: GlyphRun, origin: Origin, dpr: float, color: Color = BLACK
) -> Mask | None:
    """Return the coverage of everything that a run draws in one colour: outlines, stroke, colour glyphs."""
    masks: list[Mask] = []
    if run.font.is_color:
        for pixmap, x, y, scale in _color_glyphs(painter, run, origin, dpr):
            alpha = pixmap.alpha if pixmap.alpha is not None else Image.new("L", pixmap.size, 255)
            dx, dy = (x, y) if painter.matrix.is_translation else painter.matrix.apply(x, y)
            if scale != 1:
                alpha = alpha.resize(
                    (max(1, round(alpha.width / scale)), max(1, round(alpha.height / scale)))
                )
            masks.append(Mask(alpha, floor(dx + 0.5), floor(dy + 0.5)))
    else:
        fill = fill_mask(painter, run, origin, dpr, color)
        masks += [fill] if fill else []
        if run.style.text_stroke_width > 0:
            stroke = stroke_mask(painter, run, origin, dpr)
            masks += [stroke] if stroke else []
    return union(masks)


def union(masks: list[Mask]) -> Mask | None:
    """Return the coverage of several masks together."""
    if len(masks) < 2:
        return masks[0] if masks else None
    box = masks[0].box
    for mask in masks[1:]:
        box = box.union(mask.box)
    image = Image.new("L", box.size)
    for mask in masks:
        image.paste(255, (mask.x - box.left, mask.y - box.top), mask.image)
    return Mask(image, box.left, box.top)


_LEAST_REACH = 0.1  # of an em, and px, that a glyph may reach beyond its outline: hints, whole pixels
_SNAP = 2.0


def run_ink(run: GlyphRun, origin: Origin, dpr: float) -> Rect:
    """Return a box around all that a run may draw, in scaled px: close above and below, generous beside."""
    size = run.size * dpr
    style = run.style
    above, below = _reach_of(run, size)
    extra = style.text_stroke_width * dpr
    left = right = size + extra
    top, bottom = above + extra, below + extra
    for shadow in style.text_shadow:
        by = extra + reach(shadow.blur * dpr / 2)
        x, y = shadow.x * dpr, shadow.y * dpr
        left, right = max(left, size + by - x), max(right, size + by + x)
        top, bottom = max(top, above + by - y), max(bottom, below + by + y)
    x, y = origin[0] + run.x * dpr, run.baseline_at(origin[1], dpr)
    return Rect(x - left, y - top, run.width * dpr + left + right, top + bottom)


def _reach_of(run: GlyphRun, size: float) -> tuple[float, float]:
    """Return how far a run's glyphs reach above and below its baseline, in scaled px."""
    lift = max(max(run.ys), -min(run.ys), 0.0) * size / run.size if run.ys and run.size else 0.0
    if run.font.is_color:
        return 2 * size + lift, 1.5 * size + lift
    reaches = [run.font.reaches[glyph] for glyph in set(run.glyphs)]
    scale, more = size / run.font.units_per_em, _LEAST_REACH * size + _SNAP + lift
    above = max((above for above, _ in reaches), default=0.0)
    below = max((below for _, below in reaches), default=0.0)
    return above * scale + more, below * scale + more
