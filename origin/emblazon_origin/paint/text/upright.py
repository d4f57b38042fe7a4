"""Upright glyphs of vertical text: as a run that is drawn under a matrix turned back."""

from __future__ import annotations

from dataclasses import replace

from ...text.fonts.vertical_metrics import origin_shift
from ...text.line_model import GlyphRun
from ..painter import Painter
from ..raster.geometry import Matrix

_BACK = Matrix(0.0, -1.0, 1.0, 0.0)


def set_upright(
    painter: Painter, run: GlyphRun, origin: tuple[float, float], dpr: float
) -> tuple[Painter, GlyphRun]:
    """Return what draws an upright run, and the run as it is there, from an origin of 0, 0."""
    x, y = origin[0] / dpr + run.x, run.baseline_at(origin[1], dpr) / dpr
    style = run.style
    if style.text_shadow:
        turned = tuple(shadow._replace(x=-shadow.y, y=shadow.x) for shadow in style.text_shadow)
        style = style.replace(text_shadow=turned)
    there = replace(
        run, x=0.0, shift=0.0, holder_top=0.0, upright=False, style=style,
        xs=[up - y for up in run.ys],
        ys=[
            -x - along - (origin_shift(run.font, glyph, run.size * dpr) / dpr if run.hangs_by_ink else 0.0)
            for along, glyph in zip(run.xs, run.glyphs, strict=True)
        ],
    )  # fmt: skip
    return Painter(painter.surface, painter.matrix.then(_BACK), painter.clip), there
