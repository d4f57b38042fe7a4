"""What a render has to say: contrast, cut text, safe area, faces, boxes, overlay."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from emblazon_origin.explain import Explanation, explain_card
from emblazon_origin.explain.explain_card import without_text
from emblazon_origin.explain.picture_findings import (
    contrast,
    crop_rect,
    platforms_that_cut,
    required_contrast,
    safe_area,
)
from emblazon_origin.layout.boxes.box import Rect
from emblazon_origin.platforms import platforms
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.style.values.value_types import BLACK, Color
from emblazon_origin.text.fonts.font_library import FontLibrary

FONTS = Path(__file__).parents[3] / "fonts"


@cache
def engine() -> Engine:
    return Engine(FontLibrary(FONTS))


def explain(body: str, width: int = 1200, height: int = 630) -> Explanation:
    html = f"<!doctype html><style>body{{margin:0;padding:100px;font:20px Inter}}</style>{body}"
    return explain_card(RenderRequest(html, "", "card.html", width, height), engine())


def codes(explanation: Explanation) -> list[str]:
    return [finding.code for finding in explanation.diagnostics]


# --- contrast -----------------------------------------------------------------------------------------


def test_the_ratio_of_black_on_white_is_twenty_one() -> None:
    assert contrast(BLACK, Color(1, 1, 1)) == pytest.approx(21.0)
    assert contrast(Color(0.4667, 0.4667, 0.4667), Color(1, 1, 1)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("size", "weight", "required"), [(16, 400, 4.5), (24, 400, 3.0), (19, 700, 3.0), (19, 600, 4.5)]
)
def test_large_text_needs_less(size: float, weight: float, required: float) -> None:
    assert required_contrast(size, weight) == required


def test_pale_text_is_told_once_per_element() -> None:
    explanation = explain("<p style='color:#aaa'>pale<br>text</p><p>dark</p>")
    assert codes(explanation) == ["low-contrast"]
    assert "2.3" in explanation.diagnostics[0].message
    assert explanation.diagnostics[0].where == "p"
    assert [code for code, _ in explanation.marks] == ["low-contrast", "low-contrast"]


@pytest.mark.parametrize(
    "style",
    [
        "background:linear-gradient(90deg,#000,#888);color:#666",
        "background:#333;color:#fff;opacity:.1",
        "background:#000;color:rgb(255 255 255 / .2)",
        "background:#fff;color:#fff",
    ],
)
def test_contrast_is_over_what_is_painted(style: str) -> None:
    assert "low-contrast" in codes(explain(f"<p style='{style}'>some text over it</p>"))


def test_good_contrast_over_an_image_is_quiet() -> None:
    assert codes(explain("<div style='background:radial-gradient(#123,#456)'><p style='color:#fff'>ok")) == []


def test_the_backdrop_is_the_card_without_text() -> None:
    request = RenderRequest("<p>text <b style='display:inline-block'>inside</b></p>", "", "", 300, 100)
    laid_out = engine().lay_out(request, Report())
    stack = [without_text(laid_out.root)]
    while stack:
        box = stack.pop()
        assert all(not line.runs for line in box.lines)
        stack.extend(box.children)
        stack.extend(box.atomics.values())


# --- cut text, safe area -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "<div style='height:10px;overflow:hidden;font-size:40px'>cut below</div>",
        "<div style='width:60px;overflow:hidden;white-space:nowrap'>cut at the end</div>",
        "<div style='position:absolute;left:1180px;top:300px;white-space:nowrap'>off the canvas</div>",
        "<div style='transform:translateX(1050px)'>moved away</div>",
    ],
)
def test_text_that_is_cut_off_is_told(body: str) -> None:
    assert "text-overflow" in codes(explain(body))


def test_an_absolute_box_escapes_the_clip_of_a_static_ancestor() -> None:
    body = "<div style='height:0;overflow:hidden'><p style='position:absolute;margin:0'>seen"
    assert codes(explain(body)) == []


def test_text_outside_of_what_every_platform_shows_is_told() -> None:
    explanation = explain("<p style='position:absolute;margin:0;left:100px;top:0'>edge</p>")
    assert codes(explanation) == ["outside-safe-area"]
    assert "X" in explanation.diagnostics[0].message


def test_the_safe_area_of_a_usual_card_loses_what_a_two_to_one_crop_cuts() -> None:
    assert safe_area(1200, 630) == Rect(0.0, 15.0, 1200.0, 600.0)
    assert platforms_that_cut(Rect(0, 20, 100, 100), 1200, 630) == []


def test_a_square_card_is_cropped_top_and_bottom_by_wide_previews() -> None:
    wide = next(platform for platform in platforms() if platform.name == "Facebook")
    shown = crop_rect(wide, 1000, 1000)
    assert (shown.width, round(shown.height)) == (1000.0, 524)


# --- faces, boxes, output -----------------------------------------------------------------------------


def test_every_run_names_its_face_and_whether_it_is_a_fallback() -> None:
    explanation = explain("<p style='font-family:Inter'>Latin <span>日本</span></p>")
    by_text = {text.text.strip(): text for text in explanation.texts}
    assert by_text["Latin"].face == "Inter"
    assert not by_text["Latin"].fallback
    assert by_text["日本"].fallback
    assert "日" in explanation.faces[by_text["日本"].face]


def test_characters_that_no_font_has_are_counted_and_told() -> None:
    explanation = explain("<p>\U000e0d00\U0001f9ff\U00013000\U000f0000</p>")
    assert "missing-glyph" in codes(explanation)


def test_ignored_css_is_told_with_file_line_and_column() -> None:
    finding = explain("<style>\np { colour: red }</style><p>x").diagnostics[0]
    assert (finding.code, finding.file, finding.line, finding.column) == (
        "css-unknown-property", "card.html", 2, 5,
    )  # fmt: skip


def test_json_has_everything_but_the_picture() -> None:
    data = json.loads(explain("<h1 class=title>Hi</h1>").to_json())
    assert data["safe_area"] == [0.0, 15.0, 1200.0, 600.0]
    assert list(data["timings"]) == ["style", "assets", "layout", "paint", "encode"]
    box = next(box for box in data["boxes"] if box["selector"] == "h1.title")
    assert box["kind"] == "block"
    assert box["rect"][2] == 1000.0


def test_the_overlay_is_the_card_with_marks_on_it() -> None:
    explanation = explain("<p style='color:#bbb'>pale</p>")
    overlay = Image.open(io.BytesIO(explanation.overlay_png())).convert("RGB")
    x, y, _, _ = explanation.marks[0][1]
    assert overlay.size == (1200, 630)
    red, green, blue = overlay.getpixel((int(x) + 1, int(y)))  # type: ignore[misc]
    assert red > 200
    assert max(green, blue) < 100


def test_text_output_is_one_line_per_finding() -> None:
    text = explain("<p style='color:#bbb'>pale</p>").to_text()
    assert "card.html: warning: “pale”: contrast 1.92 is below 4.5 (WCAG AA) (p) [low-contrast]" in text
