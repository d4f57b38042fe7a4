"""Text in SVG, inline and in files: the sheet's fonts, fallback for every script, direction, findings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image, ImageChops

from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.fonts.svg_text import SvgFonts

FONTS = Path(__file__).parents[3] / "fonts"


@cache
def engine() -> Engine:
    return Engine(FontLibrary(FONTS))


def draw(body: str, report: Report | None = None) -> Image.Image:
    page = f"<body style='margin:0;background:#fff'>{body}"
    return engine().draw(RenderRequest(page, base="", width=600, height=120), report).convert("RGB")


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    white = Image.new("RGB", picture.size, "white")
    found = ImageChops.difference(picture, white).getbbox()
    assert found is not None
    return found


def as_file(svg: str) -> str:
    return f'<img style="display:block" src="data:image/svg+xml,{quote(svg)}">'


def svg(text: str, attributes: str = "") -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="60">'
        f'<text x="10" y="50" font-size="40" {attributes}>{text}</text></svg>'
    )


@pytest.mark.parametrize("place", [str, as_file], ids=["inline", "file"])
@pytest.mark.parametrize("text", ["Kyoto 京都 🎉 سلام", "ᏣᎳᎩ", "♚♜", "plain"])
def test_svg_text_is_as_wide_as_the_same_line_of_html(place: type[str], text: str) -> None:
    line = draw(f"<p style='font:40px/60px Inter;margin:0 10px'>{text}")
    left, _, right, _ = ink(line)
    own = ink(draw(place(svg(text, 'font-family="Inter"'))))
    assert [own[0], own[2]] == pytest.approx([left, right], abs=2)


@pytest.mark.parametrize("place", [str, as_file], ids=["inline", "file"])
@pytest.mark.parametrize(
    "text", ["I \u2764\ufe0f it", "a\u263a\ufe0f\u263a\ufe0fb", "<tspan>x</tspan> \u2708\ufe0f y"]
)
def test_a_variation_selector_asks_for_the_emoji(place: type[str], text: str) -> None:
    plain = text.replace("<tspan>", "").replace("</tspan>", "")
    line = draw(f"<p style='font:40px/60px Inter;margin:0 10px'>{plain}")
    drawn = draw(place(svg(text, 'font-family="Inter"')))
    assert [ink(drawn)[0], ink(drawn)[2]] == pytest.approx([ink(line)[0], ink(line)[2]], abs=2)
    assert max(drawn.convert("HSV").getchannel("S").tobytes()) > 100  # not the black of a text font


@pytest.mark.parametrize("place", [str, as_file], ids=["inline", "file"])
def test_a_selector_of_text_draws_no_box(place: type[str]) -> None:
    with_selector = draw(place(svg("a\u2665\ufe0eb", 'font-family="Inter"')))
    assert with_selector.tobytes() == draw(place(svg("a\u2665b", 'font-family="Inter"'))).tobytes()


def test_an_emoji_of_several_characters_in_svg_text_is_a_finding() -> None:
    report = Report()
    draw(svg("flag \U0001f1e9\U0001f1ea", 'font-family="Inter"'), report)
    assert [finding.code for finding in report.diagnostics] == ["missing-glyph"]


def test_right_to_left_text_begins_at_its_right_end() -> None:
    text = 'x="190" y="26" direction="rtl" font-size="20" font-family="Noto Sans Arabic"'
    page = as_file(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text {text}>مرحبا</text></svg>'
    )
    left, _, right, _ = ink(draw(page))
    assert left < 160
    assert right == pytest.approx(190, abs=2)


def test_font_properties_of_a_rule_reach_the_text() -> None:
    sheet = "<style>.large { font: italic 40px serif; fill: red } .small { font-size: 20px }</style>"
    body = '<svg width=600 height=60><text y=50 class="{}">Grumpy</text></svg>'
    large = draw(sheet + body.format("large"))
    small = draw(sheet + body.format("large small"))
    assert ink(small)[2] == pytest.approx(ink(large)[2] / 2, abs=3)
    upright = draw("<style>.large { font: 40px serif; fill: red }</style>" + body.format("large"))
    assert upright.tobytes() != large.tobytes()


def test_what_no_font_has_is_told_and_which_face_draws_is_listed() -> None:
    report = Report()
    draw(svg("日 \U0001d800", 'font-family="Inter"'), report)
    assert any(found.code == "missing-glyph" and "U+1D800" in found.message for found in report.diagnostics)
    assert any("CJK" in name for name in report.faces)


def test_only_fonts_that_are_needed_are_read() -> None:
    library = FontLibrary(FONTS)
    files = SvgFonts(library).files(svg("plain", 'font-family="JetBrains Mono"'), Report())
    assert {Path(name).name.partition("[")[0].partition("-")[0] for name in files} == {
        "Inter",
        "JetBrainsMono",
    }
