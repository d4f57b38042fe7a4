"""Pictures that inline SVG names, and the sizes of its symbols: as browsers draw them in a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

FONTS = Path(__file__).parents[3] / "fonts"
GREEN, WHITE = (0, 128, 0), (255, 255, 255)


@cache
def engine() -> Engine:
    return Engine(FontLibrary(FONTS))


def draw(svg: str, folder: Path) -> tuple[Image.Image, Report]:
    report = Report()
    html = f"<body style='margin:0'><svg width=100 height=50 style='display:block'>{svg}</svg>"
    picture = engine().draw(RenderRequest(html, str(folder), width=100, height=50), report)
    return picture.convert("RGB"), report


@pytest.mark.parametrize("name", ["href", "xlink:href"])
@pytest.mark.parametrize("kind", ["png", "webp", "bmp", "svg"])
def test_a_file_in_an_image_element_is_drawn(tmp_path: Path, name: str, kind: str) -> None:
    file = tmp_path / f"green.{kind}"
    if kind == "svg":
        file.write_text(
            "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'>"
            "<rect width='8' height='8' fill='green'/></svg>"
        )
    else:
        Image.new("RGB", (8, 8), GREEN).save(file, lossless=True)
    picture, report = draw(f"<image {name}='green.{kind}' x=20 y=10 width=30 height=30 />", tmp_path)
    assert picture.getpixel((35, 25)) == GREEN
    assert picture.getpixel((60, 25)) == WHITE
    assert not report.diagnostics


def test_a_file_that_is_missing_is_told_and_the_rest_drawn(tmp_path: Path) -> None:
    picture, report = draw(
        "<image href='none.png' width=30 height=30 /><rect x=50 width=50 height=50 fill=green />", tmp_path
    )
    assert picture.getpixel((75, 25)) == GREEN
    assert [(d.severity, d.code) for d in report.diagnostics] == [("warning", "image-failed")]
    assert "none.png" in report.diagnostics[0].message


def test_no_file_outside_of_the_card_is_read(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), GREEN).save(tmp_path / "green.png")
    (tmp_path / "card").mkdir()
    picture, report = draw("<image href='../green.png' width=30 height=30 />", tmp_path / "card")
    assert picture.getpixel((15, 15)) == WHITE
    assert [d.code for d in report.diagnostics] == ["image-failed"]


def test_a_symbol_has_the_size_that_it_says_where_its_use_says_none(tmp_path: Path) -> None:
    symbol = (
        "<symbol id=s viewBox='0 0 10 10' width=20 height=20><rect width=10 height=10 fill=green /></symbol>"
    )
    picture, _ = draw(f"{symbol}<use href='#s' x=10 /><use href='#s' x=50 width=40 height=40 />", tmp_path)
    assert picture.getpixel((20, 10)) == GREEN
    assert picture.getpixel((20, 25)) == WHITE
    assert picture.getpixel((70, 35)) == GREEN
