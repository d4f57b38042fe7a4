"""`text-transform` by language, and across inline boxes."""

from __future__ import annotations

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.line_model import CloseItem, InlineItem, OpenItem, TextItem
from emblazon_origin.text.shaping.inline_content import collect


@pytest.mark.parametrize(
    ("transform", "lang", "text", "shown"),
    [
        ("uppercase", "", "straße ﬁ", "STRASSE FI"),
        ("uppercase", "tr", "izmir ılık", "İZMİR ILIK"),
        ("uppercase", "el", "Άλφα", "ΑΛΦΑ"),
        ("lowercase", "tr", "ISPARTA İZMİR", "ısparta izmir"),
        ("capitalize", "", "it's o'neil 3d “quoted” (paren)", "It's O'neil 3d “Quoted” (Paren)"),
        ("capitalize", "nl", "ijsland", "IJsland"),
        ("full-width", "", "Ab 1", "Ａｂ\u3000１"),
    ],
)
def test_transform(transform: str, lang: str, text: str, shown: str) -> None:
    style = ComputedStyle().replace(text_transform=transform, lang=lang)
    assert collect([TextItem(text, style)], style, 1000).text == shown


def test_capitalize_sees_over_inline_boxes() -> None:
    style = ComputedStyle().replace(text_transform="capitalize")
    opened = OpenItem(style, None)
    items: list[InlineItem] = [TextItem("wo", style), opened, TextItem("rd one", style), CloseItem(opened)]
    assert collect(items, style, 1000).text == "Word One"
