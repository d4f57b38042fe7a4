"""Text in SVG, inline and in files: the sheet's fonts, fallback for every script, direction, findings."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops

from emblazon_origin.assets.picture_work import AVAILABLE, PictureWork
from emblazon_origin.assets.svg import SvgImage
from emblazon_origin.assets.vector.svg_runs import SvgFace
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.document_fonts import FontAllowance
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


SEQUENCES = [
    "flag \U0001f1e9\U0001f1ea end",
    "\U0001f1e9\U0001f1ea 京都 x",
    "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7\U0001f1ef\U0001f1f5",
    "\U0001f469\u200d\U0001f680 team \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "1\ufe0f\u20e3 first #\ufe0f\u20e3",
    "\U0001f44d\U0001f3fd ok \u2764\ufe0f\u200d\U0001f525",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f Eng",
    "Ünïcödé \U0001f469\U0001f3fd\u200d\U0001f4bb ña",
    "한국어 \U0001f1f0\U0001f1f7 ok",
]


@pytest.mark.parametrize("place", [str, as_file], ids=["inline", "file"])
@pytest.mark.parametrize("text", SEQUENCES)
def test_an_emoji_of_several_characters_is_drawn_as_in_html(place: type[str], text: str) -> None:
    report = Report()
    line = draw(f"<p style='font:40px/60px Inter;margin:0 10px'>{text}")
    drawn = draw(place(svg(text, 'font-family="Inter"')), report)
    assert [ink(drawn)[0], ink(drawn)[2]] == pytest.approx([ink(line)[0], ink(line)[2]], abs=2)
    colours = [
        len(set(image.convert("HSV").getchannel("H").resize((64, 16)).tobytes())) for image in (line, drawn)
    ]
    assert colours[1] > colours[0] // 2  # pictures, not boxes
    assert "missing-glyph" not in [finding.code for finding in report.diagnostics]


@pytest.mark.parametrize(
    "text",
    ["12 \U0001f389 34", "नमस्ते \U0001f389 12", "Hello नमस्ते क्षेत्र", "مرحبا world لا", "ภาษาไทย \U0001f389"],
)
def test_what_stands_beside_an_emoji_or_another_script_keeps_its_font(text: str) -> None:
    line = draw(f"<p style='font:40px/60px Inter;margin:0 10px'>{text}")
    drawn = draw(svg(text, 'font-family="Inter"'))
    assert [ink(drawn)[0], ink(drawn)[2]] == pytest.approx([ink(line)[0], ink(line)[2]], abs=2)


@pytest.mark.parametrize("text", ["سلام {}", "नमस्ते {}", "สวัสดี {}"])
def test_beside_letters_that_join_a_flag_is_drawn_as_letters_and_told(text: str) -> None:
    report = Report()
    flag = draw(svg(text.format("\U0001f1e9\U0001f1ea"), 'font-family="Inter"'), report)
    assert [finding.code for finding in report.diagnostics if finding.severity == "warning"] == [
        "missing-glyph"
    ]
    letters = draw(svg(text.format("DE"), 'font-family="Inter"'))
    assert ImageChops.difference(flag, letters).point(lambda level: level > 128).getbbox() is None


def test_lines_of_a_text_each_begin_anew() -> None:
    flag = "\U0001f1e9\U0001f1ea"
    lines = f'<tspan x="10" y="20">a {flag} b</tspan><tspan x="10" y="50">a {flag} b</tspan>'
    drawn = draw(svg(lines, 'font-family="Inter" style="font-size:20px"'))
    upper, lower = drawn.crop((0, 0, 600, 28)), drawn.crop((0, 30, 600, 58))
    assert ink(upper) == pytest.approx(ink(lower), abs=1)


def test_characters_with_places_of_their_own_keep_them() -> None:
    places = 'x="10 60 110" y="50" font-size="40" font-family="Inter"'
    drawn = draw(f'<svg width="600" height="60"><text {places}>a京b</text></svg>')
    assert ink(drawn.crop((105, 0, 600, 60)))[0] == pytest.approx(7, abs=3)


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


def test_what_no_font_has_is_told() -> None:
    report = Report()
    draw(svg("日 \U0001d800", 'font-family="Inter"'), report)
    assert any(found.code == "missing-glyph" and "U+1D800" in found.message for found in report.diagnostics)


@pytest.mark.parametrize("place", [str, as_file], ids=["inline", "file"])
@pytest.mark.parametrize(
    "attributes",
    [
        'font-family="Nope Sans, Inter"',
        "style=\"font:20px 'Nope Sans', serif\"",
        "style=\"font-family:'Nope Sans'\"",
    ],
)
def test_a_family_that_nobody_has_is_told(place: type[str], attributes: str) -> None:
    report = Report()
    drawn = draw(place(svg("hello", attributes)), report)
    assert ink(drawn)
    told = [finding.message for finding in report.diagnostics if finding.code == "font-fallback"]
    assert any("Nope Sans" in message for message in told), told


def test_a_font_of_the_page_that_svg_text_inherits_is_told() -> None:
    report = Report()
    rule = f"@font-face{{font-family:Own;src:url({subset_font()})}}"
    draw(f"<style>{rule}body{{font-family:Own,Inter}}</style>" + svg("hello", 'y="20"'), report)
    told = [found.message for found in report.diagnostics if found.code == "font-fallback"]
    assert any("'Own'" in message and "@font-face" in message for message in told), told


def test_only_fonts_that_are_needed_are_read() -> None:
    library = FontLibrary(FONTS)
    files = SvgFonts(library).of(svg("plain", 'font-family="JetBrains Mono"'), Report()).files
    assert {Path(name).name.partition("[")[0].partition("-")[0] for name in files} == {
        "Inter",
        "JetBrainsMono",
    }


@pytest.mark.parametrize(
    ("size", "px"), [("2rem", 32), ("50vh", 30), ("calc(10px + 1.5em)", 34), ("max(20px, 10%)", 20)]
)
def test_a_size_in_units_of_css_is_that_many_px(size: str, px: int) -> None:
    drawn = draw(as_file(svg("sized", f'style="font-size:{size}"').replace('font-size="40" ', "")))
    wanted = draw(as_file(svg("sized", f'style="font-size:{px}px"').replace('font-size="40" ', "")))
    assert drawn.tobytes() == wanted.tobytes()


# --- fonts that a file brings along ---------------------------------------------------------------------

PLAYFAIR = FONTS / "vendor" / "PlayfairDisplay[wght].ttf"


@cache
def subset_font(flavor: str = "", text: str = "Brought along") -> str:
    """A font of few letters as a data: URL."""
    options = Options(layout_features=[])
    font = TTFont(PLAYFAIR)
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    font.flavor = flavor or None
    out = io.BytesIO()
    font.save(out)
    return "data:font/ttf;base64," + base64.b64encode(out.getvalue()).decode()


def with_font(rule: str, text: str = "Brought along", family: str = "Mine") -> str:
    return svg(text, f'font-family="{family}"').replace("<text", f"<style>@font-face{{{rule}}}</style><text")


@pytest.mark.parametrize("flavor", ["", "woff", "woff2"])
def test_an_svg_file_is_drawn_with_the_font_that_it_brings(flavor: str) -> None:
    report = Report()
    rule = f"font-family:Mine;src:url({subset_font(flavor)})"
    drawn = draw(as_file(with_font(rule)), report)
    line = draw("<p style='font:40px/60px Playfair Display;margin:0 10px'>Brought along")
    assert [ink(drawn)[0], ink(drawn)[2]] == pytest.approx([ink(line)[0], ink(line)[2]], abs=2)
    assert report.diagnostics == []


def test_letters_that_a_brought_font_lacks_are_drawn_with_another() -> None:
    report = Report()
    rule = f"font-family:Mine;src:url({subset_font()})"
    missing = draw(as_file(with_font(rule, "Brought XYZ 京")), report)
    assert ink(missing)[2] > ink(draw(as_file(with_font(rule, "Brought"))))[2] + 100
    assert [finding.code for finding in report.diagnostics if finding.severity != "info"] == []


def test_a_font_of_an_svg_file_that_is_elsewhere_or_broken_is_told() -> None:
    for rule in (
        "font-family:Mine;src:url(https://fonts.example/mine.woff2)",
        "font-family:Mine;src:url(data:font/woff2;base64,d09GMg==)",
    ):
        report = Report()
        assert ink(draw(as_file(with_font(rule)), report))
        codes = {finding.code for finding in report.diagnostics}
        assert codes & {"svg-unsupported", "font-load-failed"}, codes
        assert any("Mine" in finding.message for finding in report.diagnostics)


def test_the_fonts_of_a_cards_svg_files_have_a_bound_together() -> None:
    fonts = SvgFonts(FontLibrary(FONTS), FontAllowance(1_000, 1_000))
    report = Report()
    face = SvgFace("Mine", subset_font("", "Bound"))
    assert fonts.of(svg("Bound", 'font-family="Mine"'), report, (face,)).held == ()
    assert [finding.code for finding in report.diagnostics][:1] == ["font-load-failed"]


@pytest.mark.skipif(not AVAILABLE, reason="pictures are read elsewhere on Linux only")
def test_what_another_process_reads_of_an_svg_file_brings_its_fonts() -> None:
    rule = f"font-family:Mine;src:url({subset_font()});font-weight:700;font-style:italic"
    found = PictureWork().decode(with_font(rule, "Elsewhere").encode(), remote=True)
    assert isinstance(found.source, SvgImage)
    assert found.source.faces == (SvgFace("Mine", subset_font(), 700.0, True),)
