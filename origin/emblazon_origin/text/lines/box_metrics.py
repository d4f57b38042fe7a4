"""How high an inline box or a block's own text makes a line: half-leading, vertical-align (CSS 2 §10.8)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from ...style.values.computed import ComputedStyle
from ..fonts.font_library import FontLibrary
from ..fonts.font_metrics import FontMetrics, layout_unit_on
from ..line_model import AtomicItem
from ..shaping.shaper import ShapingItem


class BoxMetrics(NamedTuple):
    """An inline box (or the root) on one line. `shift` is from its alignment root's baseline, down."""

    style: ComputedStyle
    font: FontMetrics
    ascent: float  # with half-leading
    descent: float
    shift: float = 0.0
    root: int = -1  # the box whose subtree is aligned as one: −1, or one with `top` or `bottom`
    grid: float = 1.0  # px of a device px
    # In vertical text: the font about its own baseline, and how far that is below the middle.
    plain: FontMetrics | None = None
    lift: float = 0.0


def half_leading(font: FontMetrics, line_height: float, grid: float = 1.0) -> tuple[float, float]:
    """Return ascent and descent with leading added; Chromium rounds the upper half down to a device px."""
    leading = line_height - (font.ascent + font.descent)
    above = math.floor(leading / 2) if grid == 1.0 else math.floor(leading / grid / 2 + 1e-9) * grid
    return font.ascent + above, line_height - font.ascent - above


def box_metrics(
    style: ComputedStyle, fonts: FontLibrary, scale: float = 1.0, grid: float = 1.0
) -> BoxMetrics:
    """Return the metrics of a box by its own font and line-height; no shift yet."""
    size = style.font_size * scale
    font_set = fonts.font_set(style if scale == 1.0 else style.replace(font_size=size))
    font = font_set.primary.metrics(size, grid)
    plain, lift = font, 0.0
    if style.has_central_baseline:
        font = plain.centred()
        lift = plain.ascent - font.ascent
    ascent, descent = half_leading(font, used_line_height(style, font, scale, grid), grid)
    return BoxMetrics(style, font, ascent, descent, grid=grid, plain=plain, lift=lift)


def used_line_height(style: ComputedStyle, font: FontMetrics, scale: float = 1.0, grid: float = 1.0) -> float:
    """Return `line-height` in px; where text-fit scales, it scales along."""
    if style.line_height == "normal":
        return font.line_spacing
    # Chromium keeps line heights in 1/64 px, cut off; boxes below would drift otherwise.
    return layout_unit_on(style.line_height * scale, grid)


def baseline_shift(
    style: ComputedStyle, extent: tuple[float, float], parent: BoxMetrics, scale: float = 1.0
) -> float | None:
    """Return how far `vertical-align` moves a box down from its parent's baseline; None for top, bottom.

    `extent` is the box's ascent and descent with leading (margin box for atomics).
    """
    align = style.vertical_align
    ascent, descent = extent
    if align == "baseline":
        return 0.0
    if align in ("top", "bottom"):
        return None
    if align == "sub":
        return layout_unit_on(parent.style.font_size * scale / 5, parent.grid) + parent.grid
    if align == "super":
        return -layout_unit_on(parent.style.font_size * scale / 3, parent.grid) - parent.grid
    if align == "middle":
        return (ascent - descent) / 2 - round(parent.font.x_height / parent.grid * 32) / 64 * parent.grid
    if align == "-webkit-baseline-middle":
        return (ascent - descent) / 2
    if align == "text-top":
        return ascent - parent.font.ascent
    if align == "text-bottom":
        return parent.font.descent - descent
    assert not isinstance(align, str)  # noqa: S101 - keywords are done
    return -align.resolve(used_line_height(style, parent.font, scale)) * scale


def text_extent(root: BoxMetrics, items: Iterable[ShapingItem]) -> tuple[float, float]:
    """Return how far a block's own text on a line reaches above the baseline, and the line's height."""
    ascent, descent = root.ascent, root.descent
    if root.style.line_height == "normal":
        for item in items:
            font = item.font.metrics(item.size, root.grid)
            if font is not root.plain:
                above, below = half_leading(font, font.line_spacing, root.grid)
                ascent, descent = max(ascent, above), max(descent, below)
    return ascent, ascent + descent


def atomic_extent(item: AtomicItem) -> tuple[float, float]:
    """Return how far an atomic inline's margin box reaches above and below its baseline."""
    return item.baseline, item.height - item.baseline
