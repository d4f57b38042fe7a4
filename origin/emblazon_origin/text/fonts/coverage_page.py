"""`python -m emblazon_origin.text.fonts.coverage_page` writes `docs/fonts.md`: what no installed font draws.

Every assigned character of Unicode that has a look of its own is tried, by the version that `regex` knows.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import regex
from fontTools import unicodedata as ucd

from ...home import find_home
from .families import Catalog
from .font_library import FontLibrary

PAGE = Path(__file__).parents[4] / "docs" / "fonts.md"
# Unassigned, private and surrogate code points, controls and spaces are nothing that a font draws.
_DRAWN = regex.compile(r"[^\p{Cn}\p{Co}\p{Cs}\p{Cc}\p{Cf}\p{Z}\p{Variation_Selector}]")
_INTRODUCTION = """# Fonts

`fonts/fonts.toml` lists the families that every card can use, in fallback order; any TTF, OTF, TTC, WOFF or
WOFF2 file dropped beside it is one more. A file is opened when a card first needs it: fonts that nobody uses
cost neither start-up time nor memory. A document's own fonts (`@font-face`) may have 32 MB each.

Of {drawn:,} assigned characters of Unicode {missing:,} have no glyph here; they are drawn as a box, and
`explain` and `lint` name them. No package of PyPI has a font for what scripts that are mostly drawn
lack: a few letters of Adlam, N'Ko, Syriac, Mongolian, Canadian syllabics, Myanmar and Armenian, and
Tamil's supplement. A font with them is used at once when it lies in `fonts/`. `make docs` counts anew; a
test holds the table to the fonts.

| script | without a glyph | of |
|---|---|---|
"""


def uncovered(catalog: Catalog) -> tuple[Counter[str], Counter[str]]:
    """Return the drawn characters, and those that no family has, counted by the name of their script."""
    covered: set[int] = set()
    for family in catalog.families:
        for face in family.faces:
            covered.update(face.coverage)
    drawn: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for code in range(0x110000):
        character = chr(code)
        if _DRAWN.match(character) is None:
            continue
        name = ucd.script_name(ucd.script(character)).replace("_", " ")
        drawn[name] += 1
        if code not in covered:
            missing[name] += 1
    return drawn, missing


def page(catalog: Catalog) -> str:
    """Return the page."""
    drawn, missing = uncovered(catalog)
    head = _INTRODUCTION.format(drawn=drawn.total(), missing=missing.total())
    rows = (f"| {name} | {missing[name]:,} | {count:,} |\n" for name, count in sorted(drawn.items()))
    return head + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(FontLibrary(find_home().fonts).catalog), encoding="utf-8")
