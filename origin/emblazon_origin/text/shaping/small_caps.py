"""Small capitals made of scaled capitals, where a font has none of its own (CSS Fonts 4 §7.5).

As Chromium does it: seven tenths of the size; `small-caps` turns lower-case letters into small capitals,
`all-small-caps` everything, and `unicase` everything but lower-case letters, which stay as they are.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from ...caching import remembered
from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance

SCALE = 0.7
# The feature that asks for a kind of capitals → what else can serve, and who is made small without it.
_KINDS = {
    "c2sc": (("c2sc",), "all"),
    "c2pc": (("c2pc", "c2sc"), "all"),
    "smcp": (("smcp",), "lower"),
    "pcap": (("pcap", "smcp"), "lower"),
    "unic": (("unic",), "upper"),
}


class CasePart(NamedTuple):
    """A stretch that is shaped alike: scaled or not, in capitals or as it stands."""

    start: int
    end: int
    small: bool
    upper: bool


def case_parts(text: str, start: int, end: int, style: ComputedStyle, font: FontInstance) -> list[CasePart]:
    """Cut a stretch where made-up small capitals begin and end; one part where none are needed."""
    who = _made_up(style, font)
    if who is None:
        return [CasePart(start, end, False, False)]
    if who == "all":
        return [CasePart(start, end, True, True)]
    parts = []
    at = start
    for lower, group in groupby(text[start:end], key=_has_capital):
        after = at + len(list(group))
        small = lower == (who == "lower")
        parts.append(CasePart(at, after, small, lower and who != "upper"))
        at = after
    return parts


def capitals(text: str) -> str:
    """Return the text in capitals, character by character."""
    return "".join("ẞ" if c == "ß" else c.upper() if len(c.upper()) == 1 else c for c in text)


def _has_capital(character: str) -> bool:
    return capitals(character) != character


def _made_up(style: ComputedStyle, font: FontInstance) -> str | None:
    asked = {tag for tag, value in style.font_variant_features if value}
    for tag, (serving, who) in _KINDS.items():
        if tag in asked:
            return None if _features(font) & set(serving) else who
    return None


@remembered("font features", 256, bytes_each=1_000)
def _features(font: FontInstance) -> frozenset[str]:
    face = font.face.hb_face
    tags: set[str] = set()
    for script in range(len(face.get_table_script_tags("GSUB"))):
        tags.update(face.get_language_feature_tags("GSUB", script))
    return frozenset(tags)
