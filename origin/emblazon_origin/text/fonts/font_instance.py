"""Which face of a family serves a style (CSS Fonts 4 §5.2), and the instance of it that is then made.

An instance is a face at one set of variation coordinates, ready to shape and draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import NamedTuple, Protocol, TypeVar

import uharfbuzz as hb

from ...style.values.computed import ComputedStyle
from .face import Face
from .font_metrics import (
    NO_ADJUSTMENT,
    DesignMetrics,
    FontAdjustment,
    FontMetrics,
    design_metrics,
    metrics_on,
)

SYNTHETIC_SLANT = 0.25  # Skia's skew for faces without an italic
ITALIC_ANGLE = 14.0  # degrees that `oblique` leans unless it says how far


class FontQuery(NamedTuple):
    """The part of a style that fonts are chosen by; hashable, so that choices can be cached."""

    families: tuple[str, ...]
    weight: float
    style: str
    oblique_angle: float
    stretch: float
    size: float
    variations: tuple[tuple[str, float], ...]
    synthesis_weight: bool
    synthesis_style: bool
    optical_sizing: bool
    lang: str
    emoji: str

    @classmethod
    def of(cls, style: ComputedStyle) -> FontQuery:
        """Return the query of a computed style."""
        return cls(
            style.font_family,
            style.font_weight,
            style.font_style,
            style.font_oblique_angle,
            style.font_stretch,
            style.font_size,
            style.font_variation_settings,
            style.font_synthesis_weight,
            style.font_synthesis_style,
            style.font_optical_sizing,
            style.lang,
            style.font_variant_emoji,
        )

    @property
    def leans(self) -> bool:
        """True where an italic face serves, or one is made up: as in Chromium, from 14 degrees on."""
        return self.style == "italic" or (self.style == "oblique" and self.oblique_angle >= ITALIC_ANGLE)


class Descriptors(Protocol):
    """What matching looks at; ranges are inclusive."""

    @property
    def weight(self) -> tuple[float, float]: ...
    @property
    def stretch(self) -> tuple[float, float]: ...
    @property
    def style(self) -> str: ...


BOLD = 600.0  # weights from here on are emboldened where a face lacks them
D = TypeVar("D", bound=Descriptors)

_STYLE_ORDER = {
    "normal": ("normal", "oblique", "italic"),
    "italic": ("italic", "oblique", "normal"),
    "oblique": ("oblique", "italic", "normal"),
}


def match(faces: Sequence[D], query: FontQuery) -> list[D]:
    """Return the best faces for the query: one, or several that differ in `unicode-range` alone."""
    if len(faces) < 2:
        return list(faces)
    best = _nearest(faces, lambda face: face.stretch, query.stretch, _stretch_distance)
    for style in _STYLE_ORDER[query.style if query.leans else "normal"]:
        if styled := [face for face in best if style in face.style.split()]:
            best = styled
            break
    return _nearest(best, lambda face: face.weight, query.weight, _weight_distance)


def _nearest(
    faces: Sequence[D],
    span: Callable[[D], tuple[float, float]],
    wanted: float,
    distance: Callable[[tuple[float, float], float], tuple[int, float]],
) -> list[D]:
    ranked = [(distance(span(face), wanted), face) for face in faces]
    least = min(rank for rank, _ in ranked)
    return [face for rank, face in ranked if rank == least]


def _stretch_distance(span: tuple[float, float], wanted: float) -> tuple[int, float]:
    """Step 4.1: narrower first for condensed and normal, wider first for expanded."""
    low, high = span
    if low <= wanted <= high:
        return 0, 0.0
    below = high < wanted
    preferred = below if wanted <= 100 else not below
    return (1 if preferred else 2), (wanted - high if below else low - wanted)


def _weight_distance(span: tuple[float, float], wanted: float) -> tuple[int, float]:
    """Step 4.3: 400–500 looks up to 500 first, lighter looks lighter, bolder looks bolder."""
    low, high = span
    if low <= wanted <= high:
        return 0, 0.0
    below = high < wanted
    gap = wanted - high if below else low - wanted
    if 400 <= wanted <= 500:
        if not below and low <= 500:
            return 1, gap
        return (2 if below else 3), gap
    preferred = below if wanted < 400 else not below
    return (1 if preferred else 2), gap


# How far a glyph goes above, below, left and right of its origin, in design units.
Reach = tuple[float, float, float, float]


class GlyphReaches(dict[int, Reach]):
    """How far glyphs go from their origins; measured when first asked for."""

    def __init__(self, font: hb.Font, bolder: float) -> None:
        super().__init__()
        self._font, self._bolder = font, bolder

    def farthest(self, glyphs: Iterable[int]) -> Reach:
        """Return how far some glyphs go at most."""
        above = below = before = after = -inf
        for glyph in set(glyphs):  # comparisons in place of `max`: most runs have few glyphs
            up, down, left, right = self[glyph]
            if up > above:
                above = up
            if down > below:
                below = down
            if left > before:
                before = left
            if right > after:
                after = right
        return above, below, before, after

    def __missing__(self, glyph: int) -> Reach:
        extents = self._font.get_glyph_extents(glyph)
        if extents is None:
            found: Reach = 0.0, 0.0, 0.0, 0.0
        else:
            x, y, more = extents.x_bearing, extents.y_bearing, self._bolder
            right, bottom = x + extents.width, y + extents.height
            found = max(y, 0) + more, max(-bottom, 0) + more, max(-x, 0) + more, max(right, 0) + more
        self[glyph] = found
        return found


class GlyphSides(dict[int, int]):
    """The longer side of each glyph's box, in design units, by glyph; measured when first asked for."""

    def __init__(self, font: hb.Font) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, glyph: int) -> int:
        extents = self._font.get_glyph_extents(glyph)
        found = self[glyph] = max(abs(extents.width), abs(extents.height)) if extents else 0
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
        """How far each glyph reaches from its origin."""
        return GlyphReaches(self.hb_font, self.embolden * self.units_per_em)

    @cached_property
    def sides(self) -> GlyphSides:
        """How large each glyph is."""
        return GlyphSides(self.hb_font)

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
        unknown = set(text) - self._drawn
        if not unknown:
            return True
        coverage = self.face.coverage
        if not all(ord(character) in coverage for character in unknown):
            return False
        self._drawn.update(unknown)
        return True

    @cached_property
    def _drawn(self) -> set[str]:
        """Characters that it is known to have."""
        return set()

    def nominal_advance(self, glyph: int) -> int:
        """Return the glyph's own advance in design units, before any positioning."""
        advance = self.advances.get(glyph)
        if advance is None:
            advance = self.advances[glyph] = self.hb_font.get_glyph_h_advance(glyph)
        return advance
