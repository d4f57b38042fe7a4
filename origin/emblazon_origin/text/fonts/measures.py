"""Font measures for font-relative units, on a screen of a given resolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...style.values.computed import ComputedStyle
from ...style.values.dom import FontFaceRule
from ...style.values.units import FontMeasures
from .font_library import FontLibrary


@dataclass(frozen=True, slots=True)
class ScreenMeasures:
    """Answers the style stage's `FontMetricsPort`; a device px takes `grid` px."""

    fonts: FontLibrary
    grid: float = 1.0
    load_font: Callable[[str], bytes] | None = None  # of the document that is styled

    def with_faces(self, rules: Sequence[FontFaceRule]) -> ScreenMeasures:
        """Return measures that know a document's `@font-face` rules; the fonts are read when measured."""
        if self.load_font is None:
            return self
        return ScreenMeasures(self.fonts.with_faces(rules, self.load_font), self.grid)

    def measure(self, style: ComputedStyle) -> FontMeasures:
        """Return what `ex`, `cap`, `ch`, `ic` and `lh` of a style are made of, px."""
        m = self.fonts.metrics(style, self.grid)
        return FontMeasures(m.x_height, m.cap_height, m.zero_advance, m.ideograph_advance, m.line_spacing)
