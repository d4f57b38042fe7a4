"""Font metrics as Chromium computes them on Linux, in px.

Ascent and descent come from hhea, or from OS/2 where USE_TYPO_METRICS is set (with their MVAR deltas), and
are rounded to whole px each; the line gap is not. `line-height: normal` is the sum of the three, rounded.
Whole px are device px: Chromium lays out in those, so a `grid` is the CSS px that one of them takes.

What `size-adjust` and the metric overrides of an `@font-face` rule change (CSS Fonts 5 §3).
"""

from __future__ import annotations

import math
import struct
from typing import NamedTuple

import uharfbuzz as hb

from ...style.values.dom import FontFaceRule

_TAG = hb.OTMetricsTag
_TYPO_METRICS = 68  # where ascender and descender stand in OS/2


class DesignMetrics(NamedTuple):
    """What a face says of itself at its variation coordinates, in design units, y upwards."""

    ascent: float
    descent: float  # positive is below the baseline
    line_gap: float
    x_height: float  # 0 where the face does not say
    cap_height: float
    zero_advance: float
    ideograph_advance: float
    underline_position: float  # of the line's centre, negative is below the baseline
    underline_thickness: float
    strikeout_position: float  # of the line's top
    strikeout_thickness: float
    em_descent: float  # below the baseline where ascent and descent together are one em; in em


class FontMetrics(NamedTuple):
    """Metrics of a font at one size; px, y downwards from the baseline where signed."""

    ascent: float  # whole device px
    descent: float  # whole device px
    em_descent: float  # where ascent and descent together are one em
    line_gap: float
    line_spacing: float  # `line-height: normal`
    x_height: float
    cap_height: float
    zero_advance: float
    ideograph_advance: float
    underline_offset: float  # from the baseline down to the line's centre
    underline_thickness: float
    strikeout_offset: float  # from the baseline down to the line's top (negative: above)
    strikeout_thickness: float

    def centred(self) -> FontMetrics:
        """Return the metrics about the central baseline, which vertical text stands on."""
        half = (self.ascent + self.descent) / 2
        return self._replace(ascent=half, descent=half)


def round_half_up(value: float) -> float:
    """Round as Skia does: halves go up."""
    return math.floor(value + 0.5)


def advance_scale(size: float, units_per_em: int) -> float:
    """Return px per design unit of advances: FreeType takes sizes in 1/64 px and scales by 1/65536."""
    return math.floor(int(size * 64) * 65536 / units_per_em + 0.5) / (64 * 65536)


def layout_unit(value: float) -> float:
    """Cut a length off to 1/64 px, as Chromium keeps it; a hair of floating-point error is forgiven."""
    return math.floor(value * 64 + 1e-4) / 64


def layout_unit_up(value: float, grid: float = 1.0) -> float:
    """Return the next 1/64 of a device px of `grid` px: what Chromium keeps of a text's width."""
    return math.ceil(value / grid * 64 - 1e-4) / 64 * grid


def layout_unit_on(value: float, grid: float) -> float:
    """Cut a length off to 1/64 of a device px of `grid` px."""
    return layout_unit(value) if grid == 1.0 else layout_unit(value / grid) * grid


def design_metrics(font: hb.Font) -> DesignMetrics:
    """Read a font's metrics; the font's scale must be its units per em."""

    def metric(tag: hb.OTMetricsTag) -> float:
        value = font.get_metric_position(tag)
        return float(value) if value is not None else 0.0

    extents = font.get_font_extents("ltr")
    return DesignMetrics(
        ascent=float(extents.ascender),
        descent=_descent(font, -float(extents.descender)),
        line_gap=max(0.0, float(extents.line_gap)),
        x_height=metric(_TAG.X_HEIGHT) or _glyph_top(font, "x"),
        cap_height=metric(_TAG.CAP_HEIGHT) or _glyph_top(font, "H"),
        zero_advance=_advance(font, "0"),
        ideograph_advance=_advance(font, "水"),
        underline_position=metric(_TAG.UNDERLINE_OFFSET),
        underline_thickness=metric(_TAG.UNDERLINE_SIZE),
        strikeout_position=metric(_TAG.STRIKEOUT_OFFSET),
        strikeout_thickness=metric(_TAG.STRIKEOUT_SIZE),
        em_descent=_em_descent(font, extents.ascender, -extents.descender),
    )


def _descent(font: hb.Font, descent: float) -> float:
    """Return the descent as the font has it, be its sign the wrong one: HarfBuzz turns that around."""
    table = font.face.reference_table("hhea").data
    wrong = len(table) >= 8 and struct.unpack_from(">h", table, 6)[0] > 0
    return -descent if wrong else descent


def scale_metrics(design: DesignMetrics, size: float, units_per_em: int) -> FontMetrics:
    """Scale design metrics to `size` px with Chromium's rounding (Blink's SimpleFontData::PlatformInit)."""
    k, own = size / units_per_em, advance_scale(size, units_per_em)
    ascent = round_half_up(design.ascent * k)
    descent = round_half_up(design.descent * k)
    line_gap = design.line_gap * k
    return FontMetrics(
        ascent=ascent,
        descent=descent,
        em_descent=design.em_descent * size,
        line_gap=line_gap,
        line_spacing=ascent + descent + round_half_up(line_gap),
        x_height=design.x_height * k or ascent * 0.56,
        cap_height=design.cap_height * k or ascent,
        zero_advance=design.zero_advance * own or size / 2,
        ideograph_advance=design.ideograph_advance * own or size,
        underline_offset=-design.underline_position * k,
        underline_thickness=design.underline_thickness * k,
        strikeout_offset=-design.strikeout_position * k,
        strikeout_thickness=design.strikeout_thickness * k,
    )


def _em_descent(font: hb.Font, ascent: float, descent: float) -> float:
    """Return what of an em lies below the baseline: by OS/2's typographic metrics, where there are some."""
    table = font.face.reference_table("OS/2").data
    if len(table) >= _TYPO_METRICS + 4:
        above, below = struct.unpack_from(">hh", table, _TYPO_METRICS)
        if above > 0:
            ascent, descent = above, -below
    return descent / (ascent + descent) if ascent + descent > 0 else 0.0


def metrics_on(
    design: DesignMetrics, size: float, units_per_em: int, grid: float, *, keep_descent: bool = False
) -> FontMetrics:
    """Scale design metrics to `size` px, rounded to device px of `grid` px.

    `keep_descent` takes a descender's lost px from the ascent on screens finer than px: Chromium does so for
    installed fonts, not for those of a document.
    """
    if grid == 1.0:
        return scale_metrics(design, size, units_per_em)
    device = scale_metrics(design, size / grid, units_per_em)
    k = size / units_per_em / grid
    if keep_descent and grid < 1.0 and device.descent < design.descent * k and device.ascent >= 1.0:
        device = device._replace(ascent=device.ascent - 1.0, descent=device.descent + 1.0)
    return FontMetrics(*(value * grid for value in device))


def _advance(font: hb.Font, character: str) -> float:
    glyph = font.get_nominal_glyph(ord(character))
    return float(font.get_glyph_h_advance(glyph)) if glyph else 0.0


def _glyph_top(font: hb.Font, character: str) -> float:
    glyph = font.get_nominal_glyph(ord(character))
    extents = font.get_glyph_extents(glyph) if glyph else None
    return float(extents.y_bearing) if extents else 0.0


class FontAdjustment(NamedTuple):
    """A factor of the font size, and metrics as shares of the size that it gives; None is the file's own."""

    size: float = 1.0
    ascent: float | None = None
    descent: float | None = None
    line_gap: float | None = None

    @classmethod
    def of(cls, rule: FontFaceRule) -> FontAdjustment:
        """Return what a rule asks for."""
        return cls(rule.size_adjust, rule.ascent_override, rule.descent_override, rule.line_gap_override)

    def apply(self, design: DesignMetrics, units_per_em: int) -> DesignMetrics:
        """Return a font's metrics with the overrides in place."""
        overrides = {"ascent": self.ascent, "descent": self.descent, "line_gap": self.line_gap}
        given = {name: share * units_per_em for name, share in overrides.items() if share is not None}
        return design._replace(**given) if given else design


NO_ADJUSTMENT = FontAdjustment()
