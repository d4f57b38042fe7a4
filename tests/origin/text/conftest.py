"""The fonts and helpers that the text tests share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from emblazon_origin.report import Report
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.inline import layout_inline
from emblazon_origin.text.line_model import InlineItem, InlineLayout, TextItem

FONTS = Path(__file__).parents[3] / "fonts"
VENDOR = FONTS / "vendor"

LayOut = Callable[..., InlineLayout]


@pytest.fixture(scope="session")
def fonts() -> FontLibrary:
    """The library that cards get."""
    return FontLibrary(FONTS)


@pytest.fixture
def style() -> ComputedStyle:
    """Inter at 20 px."""
    return ComputedStyle().replace(font_family=("Inter",), font_size=20.0)


@pytest.fixture
def lay_out(fonts: FontLibrary, style: ComputedStyle) -> LayOut:
    """Lay text (or items) out at a width, in Inter at 20 px with some properties changed."""

    def run(
        content: str | Sequence[InlineItem],
        width: float = 300.0,
        *,
        height: float | None = None,
        report: Report | None = None,
        **properties: object,
    ) -> InlineLayout:
        block = style.replace(**properties)
        items: Sequence[InlineItem] = [TextItem(content, block)] if isinstance(content, str) else content
        return layout_inline(items, block, width=width, height=height, fonts=fonts, report=report)

    return run
