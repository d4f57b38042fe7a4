"""`text-spacing-trim`: full-width punctuation loses its blank half beside other such (CSS Text 4 §8.5).

As Chromium does it: an opening bracket after another opening, middle or closing one, and a closing one
before another closing or middle one, take the font's `halt` form; which half of the em is blank is read
from the glyph, so that it suits the language the font was drawn for.
"""

from __future__ import annotations

from typing import Literal

import regex

from ...caching import remembered
from ..fonts.font_instance import FontInstance

CANDIDATES = regex.compile(
    r"[\u3001\u3002\u3008-\u3011\u3014-\u301b\u301d-\u301f\u30fb\uff08\uff09\uff0c\uff0e\uff1a\uff1b"
    r"\uff3b\uff3d\uff5b\uff5d\uff5f\uff60\u2018\u2019\u201c\u201d\u3000]"
)
_OPENING = frozenset("〈《「『【〔〖〘〚〝（［｛｟‘“")
_STOPS = frozenset("、。，．")
Kind = Literal["open", "close", "middle", "other"]


def trimmed(font: FontInstance, text: str, start: int, end: int) -> tuple[int, ...]:
    """Return the offsets in `text[start:end]` whose characters take their half-width form."""
    stretch = text[start:end]
    if not CANDIDATES.search(stretch) or not has_halt(font):
        return ()
    offsets = []
    previous: Kind = "other"
    for i, character in enumerate(stretch):
        kind = kind_of(font, character) if CANDIDATES.match(character) else "other"
        if kind == "open" and previous in ("open", "middle", "close"):
            offsets.append(start + i)
        elif previous == "close" and kind in ("close", "middle"):
            offsets.append(start + i - 1)
        previous = kind
    return tuple(offsets)


def trims_at_start(font: FontInstance, character: str) -> bool:
    """Whether an opening bracket at the start of a line can lose its blank half."""
    return _is_candidate(character) and kind_of(font, character) == "open" and has_halt(font)


def trims_at_end(font: FontInstance, character: str) -> bool:
    """Whether a closing bracket at the end of a line can lose its blank half; stops keep theirs."""
    if not _is_candidate(character) or character in _STOPS:
        return False
    return kind_of(font, character) == "close" and has_halt(font)


def _is_candidate(character: str) -> bool:
    return CANDIDATES.match(character) is not None


@remembered("font features", 256, bytes_each=150)
def has_halt(font: FontInstance) -> bool:
    """Whether the font has alternate half-width metrics."""
    features: set[str] = set()
    face = font.face.hb_face
    for script in range(len(face.get_table_script_tags("GPOS"))):
        features.update(face.get_language_feature_tags("GPOS", script))
    return "halt" in features


@remembered("font features", 2048, bytes_each=150)
def kind_of(font: FontInstance, character: str) -> Kind:
    """Return what a full-width character is, by the half of the em that its ink lies in."""
    if character == "\u3000":
        return "middle"
    glyph = font.hb_font.get_nominal_glyph(ord(character))
    if not glyph or font.nominal_advance(glyph) < 0.9 * font.units_per_em:
        return "other"
    extents = font.hb_font.get_glyph_extents(glyph)
    half = font.nominal_advance(glyph) / 2
    left, right = extents.x_bearing, extents.x_bearing + extents.width
    if right <= half * 1.1:
        return "close"
    if left >= half * 0.9:
        return "open"
    if left >= half / 2 and right <= half * 3 / 2:
        return "middle"
    return "open" if character in _OPENING and left >= half * 0.7 else "other"
