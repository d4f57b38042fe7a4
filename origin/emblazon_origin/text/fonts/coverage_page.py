"""`python -m emblazon_origin.text.fonts.coverage_page` writes `docs/fonts.md`: what no installed font draws.

Every assigned character of Unicode that has a look of its own is tried, by the version that `regex` knows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import regex
from fontTools import unicodedata as ucd

from ...home import find_home
from .families import Catalog
from .font_library import FontLibrary

PAGE = Path(__file__).parents[4] / "docs" / "fonts.md"
# Unassigned, private and surrogate code points, controls and spaces are nothing that a font draws.
_FEW = 25
_DRAWN = regex.compile(r"[^\p{Cn}\p{Co}\p{Cs}\p{Cc}\p{Cf}\p{Z}\p{Variation_Selector}]")
_INTRODUCTION = """# Fonts

`fonts/fonts.toml` lists the families that every card can use, in fallback order; any TTF, OTF, TTC, WOFF or
WOFF2 file dropped beside it is one more. A file is opened when a card first needs it: fonts that nobody uses
cost neither start-up time nor memory. A document's own fonts (`@font-face`) may have 32 MB each.

Of {drawn:,} assigned characters of Unicode {missing:,} have no glyph here; they are drawn as a box, and
`explain` and `lint` name them. A font with them is used at once when it lies in `fonts/`. `fonts/own/` has
five fonts of the Noto project (SIL Open Font License) for which no package of PyPI is new enough, and a
subset of Unifont, of pixels, for what none of the others has up to Unicode 15: some scripts are drawn by it
alone, letter by letter, without joining or reordering them. `make docs` counts anew; a test holds the tables
to the fonts.

Scripts that are drawn but for a few characters lack the following, most of them newer than Unicode 15.0.

| script | without a glyph |
|---|---|
{few}
## By script

| script | without a glyph | of |
|---|---|---|
"""


def uncovered(catalog: Catalog) -> tuple[Counter[str], dict[str, list[int]]]:
    """Return how many characters each script draws, by its name, and those that no family has."""
    covered: set[int] = set()
    for family in catalog.families:
        for face in family.faces:
            covered.update(face.coverage)
    drawn: Counter[str] = Counter()
    missing: dict[str, list[int]] = defaultdict(list)
    for code in range(0x110000):
        character = chr(code)
        if _DRAWN.match(character) is None:
            continue
        name = ucd.script_name(ucd.script(character)).replace("_", " ")
        drawn[name] += 1
        if code not in covered:
            missing[name].append(code)
    return drawn, missing


def page(catalog: Catalog) -> str:
    """Return the page."""
    drawn, missing = uncovered(catalog)
    few = "".join(
        f"| {name} | {', '.join(_ranges(codes))} |\n"
        for name, codes in sorted(missing.items())
        if len(codes) <= _FEW and 5 * len(codes) < drawn[name]
    )
    total = sum(map(len, missing.values()))
    head = _INTRODUCTION.format(drawn=drawn.total(), missing=total, few=few)
    rows = (
        f"| {name} | {len(missing.get(name, ())):,} | {count:,} |\n" for name, count in sorted(drawn.items())
    )
    return head + "".join(rows)


def _ranges(codes: list[int]) -> Iterator[str]:
    """Yield the runs of ascending code points, as `U+0860–086A`."""
    for _, run in groupby(enumerate(codes), lambda entry: entry[1] - entry[0]):
        first, *rest = (code for _, code in run)
        yield f"U+{first:04X}–{rest[-1]:04X}" if rest else f"U+{first:04X}"


if __name__ == "__main__":
    PAGE.write_text(page(FontLibrary(find_home().fonts).catalog), encoding="utf-8")
