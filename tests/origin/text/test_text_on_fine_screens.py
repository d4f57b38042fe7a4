"""Text at a dpr above 1: metrics on device px, advances and glyphs between them. Numbers are Chromium's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.fonts.draw import draw_run_mask
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.fonts.measures import ScreenMeasures
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
    [("three", 17.0, 1.0, 42.0), ("three", 17.0, 2.0, 41.5546875), ("three", 17.0, 1.5, 41.5625)],
)
def test_advances_are_whole_pixels_only_at_one_device_pixel(
    at_dpr: Set, text: str, size: float, dpr: float, width: float
) -> None:
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


def test_ch_is_not_rounded_on_a_fine_screen(fonts: FontLibrary, style: ComputedStyle) -> None:
    own = style.replace(font_family=("Playfair Display",), font_size=28.0)
    assert ScreenMeasures(fonts).measure(own).zero_advance == 17.0
    assert ScreenMeasures(fonts, 0.5).measure(own).zero_advance == pytest.approx(50.398 / 3, abs=0.01)


@pytest.mark.parametrize(("dpr", "same"), [(1.0, True), (2.0, False)])
def test_glyphs_fall_between_device_pixels_on_a_fine_screen(at_dpr: Set, dpr: float, same: bool) -> None:
    run = at_dpr("l", dpr).lines[0].runs[0]
    pictures = []
    for shift in (0.0, 0.3):
        canvas = Image.new("L", (40, 80))
        draw_run_mask(canvas, run, (10.0 + shift, 50.0), dpr)
        pictures.append(canvas.tobytes())
    assert (pictures[0] == pictures[1]) is same
