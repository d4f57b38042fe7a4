"""Which face of a family serves a style: CSS Fonts 4 §5.2, and the instance of it that is then made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from ...style.values.computed import ComputedStyle

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
        if styled := [face for face in best if face.style.split()[0] == style]:
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
