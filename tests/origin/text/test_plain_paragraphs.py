"""Paragraphs of one font and style take a shorter way to the lines that every other one would get."""

from __future__ import annotations

import random

import pytest
from sweeps import sweep

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import Length
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.inline import intrinsic_widths, layout_inline
from emblazon_origin.text.line_model import InlineLayout, TextItem
from emblazon_origin.text.lines import plain_paragraph, prepare
from emblazon_origin.text.shaping.bidi import uniform_level
from emblazon_origin.text.shaping.inline_content import sanitize
from emblazon_origin.text.shaping.scripts import script_runs

WORDS = (
    "a", "of", "river", "Lanterns", "extraordinarily", "12,5", "(in", "brackets)", "well-known", "a/b?c=d",
    "office", "AVATAR", "x" * 40, "  ", "\n", "\t ", "naïve", "Straße", "Привет", "мир", "Ελλάδα", "–",
    "“quoted”", "…", "№", "soft\u00adhyphen", "no\u00a0break", "e\u0301", "東京", "，東京（",
    "図書館。", "เมืองเก่า", "ที่นำ", "पुराना", "यात्री", "오래된", "도시는", "\u3000", "\ufffc",
    "e\u0301\u0302", "שלום", "🎉", "1–2", "Việt",
    "(העיר)", "הישנה,", "שָׁלוֹם", "مدينة", "«النور»", "؟", "12", "٣٤",
)  # fmt: skip
RTL: dict[str, object] = {"direction": "rtl", "font_family": ("Noto Sans Hebrew",)}
STYLES: tuple[dict[str, object], ...] = (
    {},
    {"text_align": "center"},
    {"text_align": "right", "letter_spacing": -0.5},
    {"text_align": "justify"},
    {"text_align_last": "end", "word_spacing": 3.0},
    {"line_height": 31.3},
    {"text_indent": Length(24.0)},
    {"text_indent": Length(-9999.0)},
    {"text_wrap_mode": "nowrap", "text_overflow": "ellipsis", "overflow_x": "hidden"},
    {"text_overflow": "ellipsis", "overflow_x": "hidden"},
    {"line_clamp": 2},
    {"text_wrap_style": "balance"},
    {"text_wrap_style": "pretty"},
    {"hyphens": "auto", "lang": "en"},
    {"text_transform": "uppercase"},
    {"text_transform": "uppercase", "lang": "tr"},
    {"word_break": "break-all"},
    {"overflow_wrap": "anywhere"},
    {"line_break": "anywhere"},
    {"hanging_punctuation": "first"},
    {"font_variant_features": (("smcp", 1),)},
    {"white_space_collapse": "preserve"},
    {"direction": "rtl"},
    RTL | {"text_align": "left", "text_indent": Length(24.0)},
    RTL | {"text_align": "justify", "text_wrap_style": "balance"},
    RTL | {"text_align": "center", "letter_spacing": 2.0, "overflow_wrap": "anywhere"},
    RTL | {"text_overflow": "ellipsis", "overflow_x": "hidden", "text_wrap_mode": "nowrap"},
    RTL | {"font_family": ("Noto Sans Arabic",), "text_indent": Length(-30.0)},
    {"font_family": ("Source Serif 4",), "font_style": "italic"},
    {"font_family": ("Nobody has this", "Inter")},
    {"letter_spacing": 4.0},
)


def laid_out(text: str, style: ComputedStyle, fonts: FontLibrary, width: float) -> tuple[object, ...]:
    """Return all that a paragraph is found to be."""
    items = [TextItem(text, style)]
    layout = layout_inline(items, style, width=width, fonts=fonts)
    return (*facts(layout), intrinsic_widths(items, style, fonts=fonts))


def facts(layout: InlineLayout) -> tuple[object, ...]:
    """Return a layout as values."""
    return (
        [
            (line.y, line.height, line.baseline, line.width, line.boxes, line.atomics)
            for line in layout.lines
        ],
        [
            (
                run.font.name, run.size, run.glyphs, run.xs, run.ys, run.x, run.width, run.shift, run.text,
                run.rtl, run.decorating_shifts, run.holder_top,
            )
            for line in layout.lines
            for run in line.runs
        ],
        layout.width, layout.height, layout.first_baseline, layout.last_baseline, layout.clamped,
        layout.overflow, layout.findings and [repr(finding) for finding in layout.findings.diagnostics],
    )  # fmt: skip


@pytest.mark.parametrize(
    "properties", sweep(STYLES, quick=6), ids=lambda properties: ",".join(map(str, properties.values()))
)
def test_the_short_way_leads_to_the_same_lines(
    properties: dict[str, object], style: ComputedStyle, fonts: FontLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = style.replace(**properties)
    chance = random.Random(repr(properties))  # noqa: S311 - no secret
    cases = []
    for number in range(60):
        words = (WORDS[:16], WORDS, chance.choices(WORDS, k=2), WORDS[28:32], WORDS[-8:])[number % 5]
        text = " ".join(chance.choices(words, k=chance.randint(1, 14)))
        cases.append((text, chance.choice((0.0, 60.0, 133.7, 300.0, float("inf")))))
    short = [laid_out(text, style, fonts, width) for text, width in cases]
    monkeypatch.setattr(prepare, "plain_paragraph", lambda *_: None)
    for (text, width), found in zip(cases, short, strict=True):
        assert found == laid_out(text, style, fonts, width)


def test_plain_text_takes_it(style: ComputedStyle, fonts: FontLibrary) -> None:
    for text in (
        "The quiet river",
        "\n  An indented\n  source text ",
        "Съешь ещё этих булок",
        "naïve – 12 %",
    ):
        paragraph = prepare.prepare([TextItem(text, style)], style, fonts, 1.0)
        assert paragraph.is_plain
        assert paragraph.content.text == " ".join(text.split())
    rtl = style.replace(direction="rtl", font_family=("Noto Sans Hebrew",))
    for text in ("העיר הישנה", "שלום עולם"):
        assert prepare.prepare([TextItem(text, rtl)], rtl, fonts, 1.0).is_plain


def test_nothing_is_to_be_found_out_of_words_of_latin_letters() -> None:
    found = [character for code in range(0x3000) if is_latin(character := chr(code))]
    assert {"A", "é", "’", "\xa0"} <= {*found}
    for character in found:
        text = f"{character} {character}a"
        assert sanitize(text) == (text, 0)
        assert " ".join(text.split(" ")) == text
        assert not plain_paragraph.MORE.search(text), repr(character)
        assert script_runs(text) == [(0, 4, "Latn")], repr(character)
        assert uniform_level(text, 0) == 0
    for text in ("", " a", "a ", "a  b", "a\tb", "a\nb", "soft\xadhyphen", "мир"):
        assert not is_latin(text)


def is_latin(text: str) -> bool:
    """Whether a text is words of Latin letters and what stands among them."""
    return plain_paragraph.LATIN_WORDS.fullmatch(text) is not None
