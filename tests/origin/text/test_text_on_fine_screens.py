"""Text on screens of any fineness: metrics on device px, advances and glyphs between them, as in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import FontFaceRule
from emblazon_origin.text.fonts.draw import run_mask
from emblazon_origin.text.fonts.font_library import FontLibrary, ScreenMeasures
from emblazon_origin.text.inline import layout_inline
from emblazon_origin.text.line_model import InlineLayout, TextItem

Set = Callable[..., InlineLayout]


@pytest.fixture
def at_dpr(fonts: FontLibrary, style: ComputedStyle) -> Set:
    """Lay text out on a screen with `dpr` device px to a px."""

    def run(text: str, dpr: float, **properties: object) -> InlineLayout:
        changed = style.replace(**properties)
        return layout_inline([TextItem(text, changed)], changed, width=600, fonts=fonts, grid=1 / dpr)

    return run


@pytest.mark.parametrize(
    ("text", "size", "dpr", "width"),
    [("three", 17.0, 1.0, 41.5625), ("three", 17.0, 2.0, 41.5546875), ("three", 17.0, 1.5, 41.5625)],
)
def test_advances_are_the_fonts_own(at_dpr: Set, text: str, size: float, dpr: float, width: float) -> None:
    assert at_dpr(text, dpr, font_size=size).width == pytest.approx(width, abs=1 / 64)


@pytest.mark.parametrize(("dpr", "height"), [(1.0, 20.0), (2.0, 20.5), (1.5, 31 / 1.5)])
def test_normal_line_height_is_made_of_whole_device_pixels(at_dpr: Set, dpr: float, height: float) -> None:
    assert at_dpr("three", dpr, font_size=17.0).height == pytest.approx(height)


def test_line_height_is_cut_to_64ths_of_a_device_pixel(at_dpr: Set) -> None:
    layout = at_dpr("two", 2.0, font_size=13.0, line_height=16.9)
    assert layout.height == 16.8984375


def test_a_descender_that_was_rounded_down_gets_its_pixel_from_the_ascent(
    fonts: FontLibrary, style: ComputedStyle
) -> None:
    font = fonts.font_set(style).primary
    coarse, fine = font.metrics(21.0), font.metrics(14.0, 2 / 3)
    assert (coarse.ascent, coarse.descent) == (20.0, 5.0)
    assert (fine.ascent * 1.5, fine.descent * 1.5) == pytest.approx((19.0, 6.0))


def test_a_document_font_keeps_its_rounded_descender(fonts: FontLibrary, style: ComputedStyle) -> None:
    source = str(fonts.font_set(style).primary.face.path)
    view = fonts.with_faces([FontFaceRule("Web", (("url", source),))], lambda url: Path(url).read_bytes())
    font = view.font_set(style.replace(font_family=("Web",))).primary
    fine = font.metrics(14.0, 2 / 3)
    assert (fine.ascent * 1.5, fine.descent * 1.5) == pytest.approx((20.0, 5.0))


@pytest.mark.parametrize("grid", [1.0, 0.5])
def test_ch_is_not_rounded(fonts: FontLibrary, style: ComputedStyle, grid: float) -> None:
    own = style.replace(font_family=("Playfair Display",), font_size=28.0)
    assert ScreenMeasures(fonts, grid).measure(own).zero_advance == pytest.approx(50.398 / 3, abs=0.01)


@pytest.mark.parametrize("dpr", [0.5, 1.0, 2.0])
def test_glyphs_fall_between_device_pixels(at_dpr: Set, dpr: float) -> None:
    run = at_dpr("l", dpr).lines[0].runs[0]
    first, second = (run_mask(run, (10.0 + shift, 50.0), dpr).image for shift in (0.0, 0.3))
    assert first is not None
    assert second is not None
    assert first.tobytes() != second.tobytes()
