"""Glyphs under a matrix that turns or scales: each is rasterised once for each place in a pixel.

As in Skia, origins lie on quarters of a device pixel; upright text keeps its baseline on a whole one.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from ...text.fonts.draw import PlacedMask, compose
from ...text.fonts.glyphs import MAX_GLYPH_SIDE, SUBPIXEL_STEPS, coverage_table, glyph_outline, turned_mask
from ...text.line_model import GlyphRun
from ..raster.geometry import IDENTITY, IntRect, Matrix
from ..raster.path import Path
from ..raster.rasterizer import Mask, coverage
from .stroked_glyphs import Origin


def turned_run_mask(
    run: GlyphRun, origin: Origin, dpr: float, matrix: Matrix, visible: IntRect, level: int
) -> Mask | None:
    """Return the coverage of a run in device px, at least of what is visible, for a colour's level."""
    size = run.size * dpr
    if size * max(matrix.scale) > MAX_GLYPH_SIDE:
        mask = coverage(_device_path(run, origin, dpr, matrix), IDENTITY, visible, glyphs=True)
        return mask and Mask(mask.image.point(list(coverage_table(level))), mask.x, mask.y)
    turn = (matrix.a * size, matrix.b * size, matrix.c * size, matrix.d * size)
    drawn = compose(_in_sight(_placed(run, _origins(run, origin, dpr, matrix), turn, level), visible))
    return Mask(drawn.image, drawn.x, drawn.y) if drawn.image is not None else None


def _placed(
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
        image = mask.image
        if (
            image is not None
            and not IntRect(x, y, x + image.width, y + image.height).intersect(visible).is_empty
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
