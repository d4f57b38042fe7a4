"""Every script that a card may hold finds a font, and fonts that nobody uses stay closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.fonts.coverage_page import PAGE, page
from emblazon_origin.text.fonts.families import Family
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.inline import layout_inline
from emblazon_origin.text.line_model import TextItem
from emblazon_origin.text.shaping.scripts import script_of

FONTS = Path(__file__).parents[3] / "fonts"


def is_open(family: Family) -> bool:
    return "_listed" in vars(family)


def test_the_page_counts_what_the_fonts_lack(fonts: FontLibrary) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(fonts.catalog), "run `make docs`"


@pytest.mark.parametrize(
    "text",
    [
        "➜➔➤✘✓★", "♔♚♞", "⠓⠑⠇⠇⠕", "𝗛𝗲𝗹𝗹𝗼𝓗𝓲𝔸𝟘", "བོད་སྐད", "ދިވެހި", "ᠮᠣᠩᠭᠣᠯ", "ܣܘܪܝܝܐ", "ߒߞߏ", "ⵜⵉⴼⵉⵏⴰⵖ", "ᏣᎳᎩ",
        "ᐃᓄᒃᑎᑐᑦ", "ꦗꦮ", "𞤀𞤣𞤤𞤢𞤥", "ខ្មែរ", "ລາວ", "မြန်မာ", "සිංහල", "বাংলা", "ਪੰਜਾਬੀ", "ગુજરાતી", "ଓଡ଼ିଆ", "தமிழ்",
        "తెలుగు", "ಕನ್ನಡ", "മലയാളം", "ქართული", "Հայերեն", "አማርኛ", "ᚠᚢᚦ",
        "\U0001e900\U0001e94b", "\u07fd\u07fe\u07ff", "\u1878\U00011660", "\U00011ab0\U00011abf",
        "\U00011fc0\U00011fff", "𐌰𐌱", "𓀀𓁐", "😀🧑🏿‍🚀",
        "\u0860\u0865\u086a", "ᛱᛲ", "ㆼㆿ", "𐘀𐘁", "𖭐𖭑", "𞠀", "𑅃", "ᜍ", "ⳟ⸾",
    ],
)  # fmt: skip
def test_no_box_is_drawn(fonts: FontLibrary, style: ComputedStyle, text: str) -> None:
    chosen = fonts.font_set(style)
    assert [c for c in text if chosen.select(c, script_of(c)[0]).missing] == []
    line = layout_inline([TextItem(text, style)], style, width=2000, fonts=fonts).lines[0]
    assert all(0 not in run.glyphs for run in line.runs)


@pytest.mark.parametrize("around", ["{} world", "Hello {}", "Привет {}", "بود {}", "བོད {}", "東京 {}"])
@pytest.mark.parametrize("symbols", ["𝗛𝗲𝗹𝗹𝗼", "𝓗𝓲 𝔸𝟘", "♔ ⠓ ➜", "🄰🅱", "⌘⏎"])
def test_no_symbol_among_letters_is_a_box(
    fonts: FontLibrary, style: ComputedStyle, around: str, symbols: str
) -> None:
    line = layout_inline([TextItem(around.format(symbols), style)], style, width=4000, fonts=fonts).lines[0]
    assert all(0 not in run.glyphs for run in line.runs)


def test_the_last_resort_is_asked_for_what_no_other_font_has(style: ComputedStyle) -> None:
    library = FontLibrary(FONTS)
    last = library.catalog.names["emblazon last resort"]
    library.font_set(style).select("ܐ", "Syrc")
    assert not is_open(last)
    assert library.font_set(style).select("\u0860", "Syrc").font.face.family == last.name
    own = {
        code
        for family in library.catalog.families
        if family is not last
        for face in family.faces
        for code in face.coverage
    }
    assert len(set(last.faces[0].coverage) - own) > 3_800


def test_fonts_that_nobody_uses_stay_closed(style: ComputedStyle) -> None:
    library = FontLibrary(FONTS)
    assert not any(map(is_open, library.catalog.families))
    chosen = library.font_set(style)
    chosen.select("a", "Latn")
    assert [family.name for family in library.catalog.families if is_open(family)] == ["Inter"]
    chosen.select("བ", "Tibt")
    opened = {family.name for family in library.catalog.families if is_open(family)}
    assert opened == {"Inter", "Noto Sans Tibetan"}


def test_a_missing_letter_opens_no_font_of_another_script(style: ComputedStyle) -> None:
    library = FontLibrary(FONTS)
    assert library.font_set(style).select("\U00010d40", "Gara").missing
    assert not [family.name for family in library.catalog.families if family.only and is_open(family)]


@pytest.mark.parametrize(
    ("cluster", "colored"), [("✔", True), ("✔\ufe0e", True), ("✔\ufe0f", True), ("➔", False)]
)
def test_a_symbol_that_may_be_an_emoji_is_one_before_a_font_of_symbols_serves(
    fonts: FontLibrary, style: ComputedStyle, cluster: str, colored: bool
) -> None:
    serif = style.replace(font_family=("Playfair Display",))
    assert fonts.font_set(serif).select(cluster, "Zyyy").font.is_color is colored
