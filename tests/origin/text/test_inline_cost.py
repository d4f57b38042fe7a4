"""What a text takes is counted as it is laid out: lines, parts of inline boxes, stretches, places tried."""

from __future__ import annotations

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.inline import layout_inline
from emblazon_origin.text.line_model import CloseItem, FirstLine, InlineItem, OpenItem, TextItem

WORDS = "words to wrap " * 60


class Enough(Exception):
    """There is no work left."""


def counted(
    fonts: FontLibrary, items: list[InlineItem], style: ComputedStyle, width: float, most: float = 1e12
) -> float:
    """Return the units of a layout, which ends with an exception beyond `most`."""
    spent = 0.0

    def spend(units: float) -> None:
        nonlocal spent
        spent += units
        if spent > most:
            raise Enough

    layout_inline(items, style, width=width, fonts=fonts, spend=spend)
    return spent


def test_narrow_lines_cost_more_than_wide_ones(fonts: FontLibrary, style: ComputedStyle) -> None:
    text: list[InlineItem] = [TextItem(WORDS, style)]
    assert counted(fonts, text, style, 90.0) > 2 * counted(fonts, text, style, 9_000.0)


def test_each_line_counts_its_part_of_every_inline_box(fonts: FontLibrary, style: ComputedStyle) -> None:
    text = TextItem(WORDS, style)
    opened = [OpenItem(style, None) for _ in range(100)]
    nested: list[InlineItem] = [*opened, text, *map(CloseItem, reversed(opened))]
    assert counted(fonts, nested, style, 90.0) > 20 * counted(fonts, [text], style, 90.0)


def test_balanced_lines_count_what_they_compare(fonts: FontLibrary, style: ComputedStyle) -> None:
    text, balanced = "words to wrap " * 8, style.replace(text_wrap_style="balance")
    plain = counted(fonts, [TextItem(text, style)], style, 400.0)
    assert counted(fonts, [TextItem(text, balanced)], balanced, 400.0) > plain


def test_a_first_line_in_styles_of_its_own_counts_its_shaping(
    fonts: FontLibrary, style: ComputedStyle
) -> None:
    larger = style.replace(font_size=40.0)
    first = FirstLine([TextItem(WORDS, larger)], larger, None)
    units: list[float] = []
    layout_inline([TextItem(WORDS, style)], style, width=300, fonts=fonts, spend=units.append, first=first)
    assert sum(units) > counted(fonts, [TextItem(WORDS, style)], style, 300.0)


@pytest.mark.parametrize(
    ("text", "changes", "width"),
    [
        ("a " * 40_000, {}, 1.0),
        ("a" * 80_000, {"overflow_wrap": "anywhere"}, 50.0),
    ],
    ids=["lines", "places in a word"],
)
def test_a_layout_ends_where_no_work_is_left(
    fonts: FontLibrary, style: ComputedStyle, text: str, changes: dict[str, object], width: float
) -> None:
    changed = style.replace(**changes)
    with pytest.raises(Enough):
        counted(fonts, [TextItem(text, changed)], changed, width, most=300_000_000.0)
