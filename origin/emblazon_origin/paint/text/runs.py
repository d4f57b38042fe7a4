"""Text: glyph runs as masks, or as outlines under a turning matrix; shadows, strokes, colour glyphs.

Glyphs under a matrix that turns or scales: each is rasterised once for each place in a pixel.

As in Skia, origins lie on quarters of a device pixel; upright text keeps its baseline on a whole one.

`-webkit-text-stroke`: a pen along the outlines of glyphs, once for each place in a pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import floor
from typing import NamedTuple

from PIL import Image

from ...assets.pixmap import Pixmap
from ...caching import ByteCache
from ...layout.boxes.box import Rect
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import BLACK, Color
from ...text.fonts.draw import PlacedMask, color_glyphs, compose, fill_color, joined_mask, run_mask, snap
from ...text.fonts.font_instance import FontInstance
from ...text.fonts.glyphs import (
    MAX_GLYPH_SIDE,
    SUBPIXEL_STEPS,
    GlyphMask,
    coverage_table,
    glyph_outline,
    luminance_level,
    turned_mask,
)
from ...text.line_model import GlyphRun
from ..painter import Painter
from ..raster.blur import blur, reach
from ..raster.geometry import IDENTITY, IntRect, Matrix
from ..raster.path import Path
from ..raster.rasterizer import Mask, cached_mask, coverage
from ..raster.stroke import stroke_path
from ..raster.surface import rgb8
from .upright import set_upright

# Where a run's x = 0 and its line's baseline lie, in scaled px.
Origin = tuple[float, float]
_BLANK = Mask(Image.new("L", (1, 1)), 0, 0)
_strokes: ByteCache[Path] = ByteCache("stroked outlines", 4 << 20, lambda path: 16 * path.size)


def paint_runs(painter: Painter, runs: Sequence[GlyphRun], origin: Origin, dpr: float) -> None:
    """Draw runs, those of one style that do not meet at once: Japanese changes scripts every few letters."""
    if len(runs) == 1:  # as on most lines
        paint_run(painter, runs[0], origin, dpr)
        return
    matrix = painter.matrix
    for _, alike in groupby(runs, key=lambda run: id(run.style) if _is_plain(run, dpr) else -id(run)):
        together = list(alike)
        mask = None
        if len(together) > 1 and matrix.is_translation:
            mask = joined_mask(together, origin, dpr, (matrix.e, matrix.f))
        if mask is None:
            for run in together:
                paint_run(painter, run, origin, dpr)
        elif mask.image is not None:
            fill = fill_color(together[0])
            painter.surface.fill_mask(Mask(mask.image, mask.x, mask.y), fill, painter.clip)


def _is_plain(run: GlyphRun, dpr: float) -> bool:
    """Whether a run is nothing but a mask to fill."""
    stroked = _is_stroked(run.style)
    return not (run.upright or run.font.is_color or stroked or run.size * dpr > MAX_GLYPH_SIDE)


def paint_run(painter: Painter, run: GlyphRun, origin: Origin, dpr: float) -> None:
    """Draw a run's fill and stroke, in the order that `paint-order` asks for."""
    if run.upright:
        painter, run = set_upright(painter, run, origin, dpr)
        origin = (0.0, 0.0)
    style = run.style
    if run.font.is_color:
        _paint_color_glyphs(painter, run, origin, dpr)
        return
    fill = fill_color(run)
    stroke = _is_stroked(style)
    if stroke and style.paint_order_stroke_first and not style.text_shadow:
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


def _is_stroked(style: ComputedStyle) -> bool:
    return style.text_stroke_width > 0 and style.text_stroke_color.a > 0


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
    """Draw a run's `text-shadow`s, the first one topmost, all below the text.

    As in Chromium they are those of the fill, and lie over a stroke that is drawn before it.
    """
    if run.upright:
        painter, run = set_upright(painter, run, origin, dpr)
        origin = (0.0, 0.0)
    if run.style.paint_order_stroke_first and _is_stroked(run.style) and not run.font.is_color:
        _paint_stroke(painter, run, origin, dpr)
    for shadow in reversed(run.style.text_shadow):
        if shadow.color.a <= 0:
            continue
        mask = ink_mask(painter, run, origin, dpr, shadow.color, stroke=False)
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
    painter: Painter, run: GlyphRun, origin: Origin, dpr: float, color: Color = BLACK, *, stroke: bool = True
) -> Mask | None:
    """Return the coverage of everything that a run draws in one colour: outlines, stroke, colour glyphs."""
    if run.upright:
        painter, run = set_upright(painter, run, origin, dpr)
        origin = (0.0, 0.0)
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
        if stroke and run.style.text_stroke_width > 0:
            along = stroke_mask(painter, run, origin, dpr)
            masks += [along] if along else []
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


_SNAP = 2.0  # px that a glyph may reach beyond its outline, which is not hinted: whole pixels


class Ink(NamedTuple):
    """Boxes around all that is drawn, in scaled px: a generous one, and one that is close beside it too.

    The close one tells what changes from what stays beside it (`kept_display.py`).
    """

    generous: Rect
    close: Rect


def run_ink(run: GlyphRun, origin: Origin, dpr: float) -> Ink:
    """Return what a run may draw: close above and below, and beside where nothing but glyphs is drawn."""
    size = run.size * dpr
    style = run.style
    above, below, beside = _reach_of(run, size, dpr)
    extra = style.text_stroke_width * dpr
    left = right = size + extra
    top, bottom = above + extra, below + extra
    for shadow in style.text_shadow:
        by = extra + reach(shadow.blur * dpr / 2)
        x, y = shadow.x * dpr, shadow.y * dpr
        left, right = max(left, size + by - x), max(right, size + by + x)
        top, bottom = max(top, above + by - y), max(bottom, below + by + y)
    x, y = origin[0] + run.x * dpr, run.baseline_at(origin[1], dpr)
    generous = Rect(x - left, y - top, run.width * dpr + left + right, top + bottom)
    if beside is None or extra or style.text_shadow:
        return Ink(generous, generous)
    first, last = beside
    return Ink(generous, Rect(x + first, generous.y, last - first, generous.height))


def _reach_of(run: GlyphRun, size: float, dpr: float) -> tuple[float, float, tuple[float, float] | None]:
    """Return how far a run's glyphs reach above and below its baseline, in scaled px.

    Also where on it they begin and end, None where only their advances tell.
    """
    if run.upright:
        return 2 * size, 2 * size, None
    lift = max(max(run.ys), -min(run.ys), 0.0) * size / run.size if any(run.ys) and run.size else 0.0
    if run.font.is_color:
        return 2 * size + lift, 1.5 * size + lift, None
    scale, more = size / run.font.units_per_em, _SNAP + lift
    if not run.glyphs:
        return more, more, None
    above, below, before, after = run.font.reaches.farthest(run.glyphs)
    edges = min(run.xs) * dpr - before * scale - _SNAP, max(run.xs) * dpr + after * scale + _SNAP
    return above * scale + more, below * scale + more, edges


def turned_run_mask(
    run: GlyphRun, origin: Origin, dpr: float, matrix: Matrix, visible: IntRect, level: int
) -> Mask | None:
    """Return the coverage of a run in device px, at least of what is visible, for a colour's level."""
    size = run.size * dpr
    if size * max(matrix.scale) > MAX_GLYPH_SIDE:
        mask = coverage(_device_path(run, origin, dpr, matrix), IDENTITY, visible, glyphs=True)
        return mask and Mask(mask.image.point(list(coverage_table(level))), mask.x, mask.y)
    turn = (matrix.a * size, matrix.b * size, matrix.c * size, matrix.d * size)
    drawn = compose(_in_sight(_turned(run, _origins(run, origin, dpr, matrix), turn, level), visible))
    return Mask(drawn.image, drawn.x, drawn.y) if drawn.image is not None else None


def _turned(
    run: GlyphRun,
    origins: Iterator[tuple[float, float]],
    turn: tuple[float, float, float, float],
    level: int,
) -> Iterator[PlacedMask]:
    for glyph, (x, y) in zip(run.glyphs, origins, strict=True):
        whole_x, whole_y = floor(x), floor(y)
        mask = turned_mask(run.font, glyph, turn, (x - whole_x, y - whole_y), level)
        yield mask, whole_x + mask.left, whole_y + mask.top


def _in_sight(placed: Iterator[PlacedMask], visible: IntRect) -> Iterator[PlacedMask]:
    for mask, x, y in placed:
        if (
            mask.core is not None
            and not IntRect(x, y, x + mask.width, y + mask.height).intersect(visible).is_empty
        ):
            yield mask, x, y


def _origins(run: GlyphRun, origin: Origin, dpr: float, matrix: Matrix) -> Iterator[tuple[float, float]]:
    """Yield where the glyphs' origins lie, in device px."""
    x0, y0 = origin[0] + run.x * dpr, run.baseline_at(origin[1], dpr)
    steps_x = 1 if matrix.a == 0 else SUBPIXEL_STEPS
    steps_y = 1 if matrix.b == 0 else SUBPIXEL_STEPS
    for gx, gy in zip(run.xs, run.ys, strict=True):
        x, y = matrix.apply(x0 + gx * dpr, y0 - gy * dpr)
        yield floor(x * steps_x + 0.5) / steps_x, floor(y * steps_y + 0.5) / steps_y


def _device_path(run: GlyphRun, origin: Origin, dpr: float, matrix: Matrix) -> Path:
    """Return the outlines of glyphs that are too large for masks of their own."""
    path = Path()
    k = run.size * dpr / run.font.units_per_em
    a, b, c, d = matrix.a * k, matrix.b * k, -matrix.c * k, -matrix.d * k
    for glyph, (x, y) in zip(run.glyphs, _origins(run, origin, dpr, matrix), strict=True):
        for name, p in glyph_outline(run.font, glyph):
            mapped = [
                value
                for i in range(0, len(p), 2)
                for value in (a * p[i] + c * p[i + 1] + x, b * p[i] + d * p[i + 1] + y)
            ]
            path.commands.append((name, tuple(mapped)))
    return path


def run_path(run: GlyphRun, origin: Origin, dpr: float) -> Path:
    """Return all outlines of a run, in scaled px."""
    path = Path()
    k = run.size * dpr / run.font.units_per_em
    x0, y0 = origin[0] + run.x * dpr, run.baseline_at(origin[1], dpr)
    for glyph, gx, gy in zip(run.glyphs, run.xs, run.ys, strict=True):
        _add_outline(path, run.font, glyph, k, x0 + gx * dpr, y0 - gy * dpr)
    return path


def stroke_mask(painter: Painter, run: GlyphRun, origin: Origin, dpr: float) -> Mask | None:
    """Return the coverage of a run's stroke in device px: centred on the outlines."""
    width = run.style.text_stroke_width * dpr
    matrix = painter.matrix
    if not matrix.is_translation:
        return painter.mask(stroke_path(run_path(run, origin, dpr), width, closed=True))
    drawn = compose(_placed(run, origin, (matrix.e, matrix.f), dpr, width))
    return Mask(drawn.image, drawn.x, drawn.y) if drawn.image is not None else None


def _placed(
    run: GlyphRun, origin: Origin, moved: tuple[float, float], dpr: float, width: float
) -> Iterator[PlacedMask]:
    """Yield each glyph's stroke, with its origin on a quarter of a pixel across and a whole one down."""
    x0, y0 = origin[0] + moved[0] + run.x * dpr, run.baseline_at(origin[1], dpr) + moved[1]
    for glyph, gx, gy in zip(run.glyphs, run.xs, run.ys, strict=True):
        x, fraction = snap(x0 + gx * dpr)
        y = floor(y0 - gy * dpr + 0.5)
        mask = _glyph_stroke(run, glyph, dpr, width, floor(fraction * SUBPIXEL_STEPS) / SUBPIXEL_STEPS)
        if mask is not _BLANK:
            yield GlyphMask(mask.image.im, mask.x, mask.y, *mask.image.size), x + mask.x, y + mask.y


def _glyph_stroke(run: GlyphRun, glyph: int, dpr: float, width: float, shift: float) -> Mask:
    key = (run.font, glyph, run.size * dpr, width)

    def draw() -> Mask:
        stroke = _strokes.get(key, lambda: _stroked(*key))  # the same for all places in a pixel
        return coverage(stroke.transform(Matrix(e=shift))) or _BLANK

    return cached_mask(("stroke", *key, shift), draw)


def _stroked(font: FontInstance, glyph: int, size: float, width: float) -> Path:
    """Return what a pen covers along a glyph's outline."""
    outline = Path()
    _add_outline(outline, font, glyph, size / font.units_per_em, 0.0, 0.0)
    return stroke_path(outline, width, closed=True)


def _add_outline(path: Path, font: FontInstance, glyph: int, k: float, x: float, y: float) -> None:
    for name, points in glyph_outline(font, glyph):
        mapped = [p * k + x if i % 2 == 0 else y - p * k for i, p in enumerate(points)]
        path.commands.append((name, tuple(mapped)))
