"""`-webkit-text-stroke`: a pen along the outlines of glyphs, once for each place in a pixel."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from PIL import Image

from ...text.fonts.draw import PlacedMask, compose, snap
from ...text.fonts.glyphs import SUBPIXEL_STEPS, GlyphMask, glyph_outline
from ...text.line_model import GlyphRun
from ..painter import Painter
from ..raster.path import Path
from ..raster.rasterizer import Mask, cached_mask, coverage
from ..raster.stroke import stroke_path

# Where a run's x = 0 and its line's baseline lie, in scaled px.
Origin = tuple[float, float]
_BLANK = Mask(Image.new("L", (1, 1)), 0, 0)


def run_path(run: GlyphRun, origin: Origin, dpr: float) -> Path:
    """Return all outlines of a run, in scaled px."""
    path = Path()
    k = run.size * dpr / run.font.units_per_em
    x0, y0 = origin[0] + run.x * dpr, run.baseline_at(origin[1], dpr)
    for glyph, gx, gy in zip(run.glyphs, run.xs, run.ys, strict=True):
        _add_outline(path, run, glyph, k, x0 + gx * dpr, y0 - gy * dpr)
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
            yield GlyphMask(mask.image, mask.x, mask.y), x + mask.x, y + mask.y


def _glyph_stroke(run: GlyphRun, glyph: int, dpr: float, width: float, shift: float) -> Mask:
    size = run.size * dpr

    def draw() -> Mask:
        outline = Path()
        _add_outline(outline, run, glyph, size / run.font.units_per_em, shift, 0.0)
        return coverage(stroke_path(outline, width, closed=True)) or _BLANK

    return cached_mask(("stroke", run.font, glyph, size, width, shift), draw)


def _add_outline(path: Path, run: GlyphRun, glyph: int, k: float, x: float, y: float) -> None:
    for name, points in glyph_outline(run.font, glyph):
        mapped = [p * k + x if i % 2 == 0 else y - p * k for i, p in enumerate(points)]
        path.commands.append((name, tuple(mapped)))
