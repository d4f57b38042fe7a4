"""The pipeline as a whole: HTML in, a picture out, within its limits whatever the HTML says."""

from __future__ import annotations

import io
import sys
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from sweeps import sweep

from emblazon_origin.errors import CardError
from emblazon_origin.limits import MAX_DEPTH, MAX_ELEMENTS
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

FONTS = Path(__file__).parents[2] / "fonts"


@cache
def engine() -> Engine:
    return Engine(FontLibrary(FONTS))


def request(html: str, base: str = "", **options: object) -> RenderRequest:
    return RenderRequest(html, base, **{"width": 300, "height": 150, **options})  # type: ignore[arg-type]


def draw(html: str, base: str = "") -> Image.Image:
    return engine().draw(request(html, base)).convert("RGBA")


def test_a_card_is_encoded_at_its_size_in_device_pixels() -> None:
    rendered = engine().render(request("<body style='background:#0a0'>", dpr=2.0))
    picture = Image.open(io.BytesIO(rendered.data))
    assert rendered.content_type == "image/png"
    assert (rendered.width, rendered.height) == picture.size == (600, 300)
    assert picture.convert("RGB").getpixel((599, 299)) == (0, 170, 0)


def test_every_stage_is_timed() -> None:
    report = engine().render(request("<p>text</p>")).report
    assert list(report.timings) == ["style", "assets", "layout", "paint", "encode"]


def test_the_same_card_gives_the_same_bytes_in_another_engine() -> None:
    html = "<p style='font:bold 40px Inter;background:linear-gradient(red,blue)'>Same 🦊 وجه</p>"
    other = Engine(FontLibrary(FONTS))
    assert engine().render(request(html)).data == other.render(request(html)).data


def test_relative_images_and_fonts_are_found_beside_the_html(tmp_path: Path) -> None:
    Image.new("RGB", (50, 50), (200, 0, 0)).save(tmp_path / "red.png")
    font = next(FONTS.rglob("Inter*.ttf"))
    (tmp_path / "own.ttf").write_bytes(font.read_bytes())
    html = (
        "<style>@font-face{font-family:Own;src:url(own.ttf)} body{margin:0;font-family:Own}</style>"
        "<img src=red.png width=50 height=50><p>own face"
    )
    report = Report()
    picture = engine().draw(request(html, str(tmp_path)), report)
    assert picture.convert("RGB").getpixel((25, 25)) == (200, 0, 0)
    assert [d.message for d in report.diagnostics] == []


def test_a_missing_image_leaves_a_card_that_is_kept_for_a_short_time(tmp_path: Path) -> None:
    report = Report()
    engine().draw(request("<img src=gone.png><p>text", str(tmp_path)), report)
    assert report.degraded
    assert [d.code for d in report.diagnostics] == ["image-failed"]


def test_remote_images_are_not_asked_for_without_a_fetcher() -> None:
    report = Report()
    engine().draw(request("<img src=http://127.0.0.1:9030/x.png>"), report)
    assert "remote files are switched off" in report.diagnostics[0].message


@pytest.mark.parametrize(
    ("width", "height", "dpr"),
    [(0, 10, 1.0), (10, -1, 1.0), (9000, 10, 1.0), (5000, 5000, 1.0), (3000, 3000, 3)],
)
def test_an_impossible_canvas_is_refused(width: int, height: int, dpr: float) -> None:
    with pytest.raises(CardError):
        engine().draw(request("", width=width, height=height, dpr=dpr))


@pytest.mark.parametrize("style", sweep(["", "display:flex", "display:grid", "position:absolute"], quick=1))
def test_nesting_up_to_the_limit_gives_a_picture(style: str) -> None:
    assert draw(f"<div style='{style}'>" * (MAX_DEPTH - 10) + "x").size == (300, 150)


def test_room_for_deep_nesting_is_given_back() -> None:
    before = sys.getrecursionlimit()
    draw("<div>" * (MAX_DEPTH - 10) + "x")
    assert sys.getrecursionlimit() == before


def test_what_is_nested_beyond_the_limit_lies_side_by_side_and_is_told() -> None:
    report = Report()
    assert engine().draw(request("<div>" * (MAX_DEPTH + 10)), report).size == (300, 150)
    assert any("nested" in item.message for item in report.diagnostics)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["", "display:inline-block"])
def test_as_many_elements_as_allowed_give_a_picture(style: str) -> None:
    assert draw(f"<i style='{style}'>x</i>" * (MAX_ELEMENTS - 10)).size == (300, 150)


def test_too_many_elements_are_a_clear_error() -> None:
    with pytest.raises(CardError, match="elements"):
        draw("<i></i>" * (MAX_ELEMENTS + 10))
