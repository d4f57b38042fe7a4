"""A face at one set of variation coordinates, ready to shape and draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import uharfbuzz as hb

from .face import Face
from .font_adjustment import NO_ADJUSTMENT, FontAdjustment
from .font_metrics import DesignMetrics, FontMetrics, design_metrics, metrics_on


class GlyphReaches(dict[int, tuple[float, float]]):
    """Above and below the baseline, in design units, by glyph; measured when first asked for."""

    def __init__(self, font: hb.Font, bolder: float) -> None:
        super().__init__()
        self._font, self._bolder = font, bolder

    def __missing__(self, glyph: int) -> tuple[float, float]:
        extents = self._font.get_glyph_extents(glyph)
        if extents is None:
            found = 0.0, 0.0
        else:
            top, bottom = extents.y_bearing, extents.y_bearing + extents.height
            found = max(top, 0) + self._bolder, max(-bottom, 0) + self._bolder
        self[glyph] = found
        return found


@dataclass(frozen=True, eq=False)
class FontInstance:
    """A face at one set of variation coordinates, ready to shape and draw; shared between renders.

    `hb_font` is scaled to `units_per_em`; synthetic bold and slant are already part of its outlines.
    """

    name: str
    units_per_em: int
    face: Face = field(repr=False)
    hb_font: hb.Font = field(repr=False)
    variations: tuple[tuple[str, float], ...] = ()
    embolden: float = 0.0  # of an em, by which synthetic bold grows the outlines
    synthetic_oblique: bool = False
    features: tuple[tuple[str, int], ...] = ()  # of the @font-face rule
    installed: bool = True  # False: brought by a document
    adjust: FontAdjustment = NO_ADJUSTMENT
    advances: dict[int, int] = field(default_factory=dict, repr=False)  # nominal, by glyph

    @property
    def synthetic_bold(self) -> bool:
        """Whether bold is made up."""
        return self.embolden > 0

    @property
    def is_color(self) -> bool:
        """Whether its glyphs carry their own colours."""
        return self.face.is_color

    @cached_property
    def design(self) -> DesignMetrics:
        """Metrics in design units; made-up bold does not change them."""
        font = self.hb_font
        if self.synthetic_bold:
            font = hb.Font(self.face.hb_face)
            font.set_variations(dict(self.variations))
        return self.adjust.apply(design_metrics(font), self.units_per_em)

    @cached_property
    def reaches(self) -> GlyphReaches:
        """How far each glyph reaches above and below the baseline."""
        return GlyphReaches(self.hb_font, self.embolden * self.units_per_em)

    @cached_property
    def _by_size(self) -> dict[tuple[float, float], FontMetrics]:
        return {}

    def metrics(self, size: float, grid: float = 1.0) -> FontMetrics:
        """Return the metrics at `size` px of `font-size`, rounded to device px of `grid` px."""
        found = self._by_size.get((size, grid))
        if found is None:
            if len(self._by_size) > 256:
                self._by_size.clear()
            used = size * self.adjust.size
            found = metrics_on(self.design, used, self.units_per_em, grid, keep_descent=self.installed)
            self._by_size[size, grid] = found
        return found

    def draws_all(self, text: str) -> bool:
        """Whether the face has every character of a text."""
        coverage = self.face.coverage
        return all(ord(character) in coverage for character in set(text))

    def nominal_advance(self, glyph: int) -> int:
        """Return the glyph's own advance in design units, before any positioning."""
        advance = self.advances.get(glyph)
        if advance is None:
            advance = self.advances[glyph] = self.hb_font.get_glyph_h_advance(glyph)
        return advance
