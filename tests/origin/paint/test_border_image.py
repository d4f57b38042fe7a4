"""Border images made of gradients, from HTML to pixels."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
BOX = "width:40px;height:20px;box-sizing:border-box;border:5px solid transparent;"


@cache
def engine() -> Engine:
    return Engine(FontLibrary(ROOT / "fonts"))


def draw(css: str, report: Report | None = None) -> Image.Image:
    html = f"<!doctype html><style>body{{margin:0}}</style><div style='{BOX}{css}'></div>"
    request = RenderRequest(html, base="", width=40, height=20)
    return engine().draw(request, report).convert("RGB")


def test_a_gradient_is_drawn_in_the_border_alone() -> None:
    image = draw("border-image: linear-gradient(90deg, #f00 50%, #00f 0) 5")
    assert image.getpixel((2, 10)) == (255, 0, 0)
    assert image.getpixel((37, 10)) == (0, 0, 255)
    assert image.getpixel((10, 2)) == (255, 0, 0)
    assert image.getpixel((20, 10)) == (255, 255, 255)


def test_fill_draws_the_middle_too() -> None:
    image = draw("border-image: linear-gradient(#0f0, #0f0) 5 fill")
    assert image.getpixel((20, 10)) == (0, 255, 0)


@pytest.mark.parametrize(("width", "inside"), [("8px", (7, 10)), ("1.6", (7, 10)), ("1px", (0, 10))])
def test_the_width_of_the_image_may_differ_from_the_border(width: str, inside: tuple[int, int]) -> None:
    image = draw(f"border-image: linear-gradient(#0f0, #0f0) 1 / {width}")
    assert image.getpixel(inside) == (0, 255, 0)
    assert image.getpixel((inside[0] + 1, 10)) == (255, 255, 255)


def test_the_border_shorthand_takes_the_image_away() -> None:
    image = draw("border-image: linear-gradient(#0f0, #0f0) 1; border: 5px solid #f00")
    assert image.getpixel((2, 10)) == (255, 0, 0)
