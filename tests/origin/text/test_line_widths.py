"""Widths of lines are found from those of the whole text, and glyphs shaped again near the cuts alone."""

from __future__ import annotations

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.fonts.font_metrics import layout_unit_up
from emblazon_origin.text.line_model import TextItem
from emblazon_origin.text.lines.paragraph import Paragraph
from emblazon_origin.text.lines.prepare import prepare

TEXTS = (
    ("Inter", "AVATAR Tour-de-France, “To. Yes” office 1–2"),
    ("Source Serif 4", "The office of Tyrrhenian affluence — W. A. V."),
    ("Noto Sans Arabic", "العربية مدينة «النور» ولا لله"),
    ("Noto Sans Devanagari", "पुराना यात्री क्षत्रिय श्रीमान"),
    ("Noto Sans Hebrew", "שלום העיר הישנה"),
)


@pytest.mark.parametrize(("family", "text"), TEXTS)
@pytest.mark.parametrize("spacing", [0.0, 1.5])
def test_a_line_is_as_wide_as_its_text_by_itself(
    family: str, text: str, spacing: float, style: ComputedStyle, fonts: FontLibrary
) -> None:
    style = style.replace(font_family=(family,), letter_spacing=spacing)
    paragraph = prepare([TextItem(text, style)], style, fonts, 1.0)
    places = [0, *paragraph.clusters_between(0, len(text)), len(text)]
    for number, end in enumerate(places[1:], 1):
        if text[end - 1] == " ":
            continue
        widths = paragraph.widths_up_to(end, places[:number], forced=end == len(text))
        for start, width in zip(places, widths, strict=False):
            assert width == pytest.approx(by_itself(paragraph, start, end), abs=1e-6), text[start:end]


def by_itself(paragraph: Paragraph, start: int, end: int) -> float:
    """Return the width of what is shaped between two offsets, each item's part as a whole."""
    (item,) = paragraph.items
    return layout_unit_up(sum(paragraph.shaper.cut(item, start, end).advances), 1.0)
