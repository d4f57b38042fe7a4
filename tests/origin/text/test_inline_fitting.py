"""Fitting text to its box: balance, pretty, ellipsis, line-clamp, text-fit, and what is reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emblazon_origin.report import Report
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import Element
from emblazon_origin.style.values.value_types import Length, TextFit
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.inline import TextMeasurer
from emblazon_origin.text.line_model import CloseItem, InlineLayout, OpenItem, TextItem
from emblazon_origin.text.lines.ellipsis import report_layout

LayOut = Callable[..., InlineLayout]
FOX = "The quick brown fox jumps over the lazy dog and runs away."
CUT = {"overflow_x": "hidden", "overflow_y": "hidden"}


def texts(layout: InlineLayout) -> list[str]:
    return ["".join(run.text for run in line.runs) for line in layout.lines]


# --- text-wrap -----------------------------------------------------------------------------------------


def test_balance_evens_the_lines_and_keeps_their_number(lay_out: LayOut) -> None:
    plain, balanced = lay_out(FOX, 400), lay_out(FOX, 400, text_wrap_style="balance")
    assert len(plain.lines) == len(balanced.lines)
    assert balanced.width < plain.width
    assert texts(balanced) == ["The quick brown fox jumps over", "the lazy dog and runs away."]


def test_balance_does_not_save_the_room_of_a_hyphen(lay_out: LayOut) -> None:
    word = "mmmmmm\u00admmmmmm"  # as wide as its second half, the first has no room for the hyphen
    balanced = lay_out(word, 150, text_wrap_style="balance", overflow_wrap="anywhere")
    assert texts(balanced) == ["mmmmmm\u00ad\u2010", "mmmmmm"]


def test_balance_leaves_long_paragraphs_alone(lay_out: LayOut) -> None:
    plain = lay_out(FOX * 3, 200)
    assert len(plain.lines) > 6
    assert texts(lay_out(FOX * 3, 200, text_wrap_style="balance")) == texts(plain)


def test_balance_leaves_blocks_with_forced_breaks_alone(lay_out: LayOut) -> None:
    kept = {"white_space_collapse": "preserve-breaks"}
    plain = texts(lay_out(f"Hello\n{FOX}", 300, **kept))
    assert texts(lay_out(f"Hello\n{FOX}", 300, text_wrap_style="balance", **kept)) == plain


def test_pretty_gives_an_orphan_company(lay_out: LayOut) -> None:
    text = "Some words that nearly fill up the line here, and then the last one sits alone"
    assert len(texts(lay_out(FOX, 262))[-1].split()) == 1
    assert len(texts(lay_out(FOX, 262, text_wrap_style="pretty"))[-1].split()) == 2
    assert texts(lay_out(text, 300, text_wrap_style="pretty")) == texts(lay_out(text, 300))


@pytest.mark.parametrize(
    ("text", "size", "width", "wrap", "lines"),
    [
        # As Chromium breaks them: an orphan stays where its company would leave too large a gap.
        ("Server components and streaming", 72.0, 1080, "pretty", ["Server components and", "streaming"]),
        ("Server components and streaming", 72.0, 900, "pretty", ["Server components and", "streaming"]),
        ("The maps we drew by hand in the quiet return", 20.0, 230, "pretty",
         ["The maps we drew by", "hand in the quiet return"]),
        ("The return of maps", 20.0, 170, "balance", ["The return", "of maps"]),
        ("Server maps", 20.0, 90, "balance", ["Server", "maps"]),
    ],
)  # fmt: skip
def test_lines_are_evened_as_chromium_does(
    lay_out: LayOut, text: str, size: float, width: float, wrap: str, lines: list[str]
) -> None:
    heavy = {"font_size": size, "font_weight": 800.0 if size > 40 else 400.0}
    assert texts(lay_out(text, width, text_wrap_style=wrap, **heavy)) == lines


# --- ellipsis ------------------------------------------------------------------------------------------


def test_overflowing_text_ends_with_an_ellipsis(lay_out: LayOut) -> None:
    layout = lay_out(FOX, 300, text_overflow="ellipsis", text_wrap_mode="nowrap", **CUT)
    assert texts(layout) == ["The quick brown fox jumps o…"]
    assert layout.lines[0].width <= 300


def test_visible_overflow_gets_no_ellipsis(lay_out: LayOut) -> None:
    assert "…" not in texts(lay_out(FOX, 300, text_overflow="ellipsis", text_wrap_mode="nowrap"))[0]


def test_line_clamp_cuts_after_its_lines(lay_out: LayOut) -> None:
    layout = lay_out(FOX, 300, line_clamp=2)
    assert texts(layout) == ["The quick brown fox jumps", "over the lazy dog and runs…"]
    assert layout.clamped
    assert layout.height == 48
    assert not lay_out(FOX, 300, line_clamp=3).clamped


def test_clamped_right_to_left_text_ends_on_the_left(lay_out: LayOut) -> None:
    layout = lay_out("שלום עולם טקסט ארוך שנשבר פה", 200, direction="rtl", line_clamp=1)
    runs = sorted(layout.lines[0].runs, key=lambda run: run.x)
    assert runs[0].text == "…"
    assert runs[0].x >= 0


def test_an_ellipsis_cuts_inside_a_span_and_drops_its_end_edge(lay_out: LayOut, style: ComputedStyle) -> None:
    inner = style.replace(font_weight=700.0, padding_left=Length(4), padding_right=Length(4))
    opened = OpenItem(inner, None, 0, 0, 4, 0, 0, 4)
    items = [
        TextItem("Short ", style),
        opened,
        TextItem("bold text that is long enough", inner),
        CloseItem(opened),
    ]
    layout = lay_out(items, 200, line_clamp=1)
    (box,) = layout.lines[0].boxes
    assert texts(layout)[0].endswith("…")
    assert box.has_left_edge
    assert not box.has_right_edge
    assert layout.lines[0].width <= 200


def test_one_character_stays_however_narrow_the_box(lay_out: LayOut) -> None:
    layout = lay_out("wide", 5, text_overflow="ellipsis", **CUT)
    assert texts(layout) == ["w…"]


def test_a_cluster_is_never_cut_in_two(lay_out: LayOut) -> None:
    family = "👨\u200d👩\u200d👧"
    for width in range(20, 120, 7):
        (line,) = texts(lay_out(family * 4, width, text_overflow="ellipsis", text_wrap_mode="nowrap", **CUT))
        assert line.rstrip("…") == family * (line.count("👨"))


def test_text_overflow_takes_any_string(lay_out: LayOut) -> None:
    layout = lay_out(FOX, 200, text_overflow=" [more]", text_wrap_mode="nowrap", **CUT)
    assert texts(layout)[0].endswith(" [more]")


# --- text-fit ------------------------------------------------------------------------------------------


def test_text_shrinks_until_it_fits_its_box(lay_out: LayOut) -> None:
    fit = {"font_size": 60.0, "line_height": 66.0, "text_fit": TextFit("shrink", min=12.0)}
    layout = lay_out(FOX, 400, height=150.0, **fit)
    assert layout.height <= 150
    assert layout.overflow <= 0
    assert 0.2 < layout.scale < 1
    size = layout.lines[0].runs[0].size
    larger = lay_out(FOX, 400, height=150.0, font_size=size + 0.5, line_height=(size + 0.5) * 1.1)
    assert larger.height > 150


def test_text_that_fits_is_left_alone(lay_out: LayOut) -> None:
    assert lay_out("Hi", 400, height=100.0, text_fit=TextFit("shrink", min=8.0)).scale == 1.0


def test_shrinking_stops_at_the_floor(lay_out: LayOut) -> None:
    layout = lay_out(FOX * 9, 200, height=30.0, text_fit=TextFit("shrink", min=15.0))
    assert layout.lines[0].runs[0].size == 15
    assert layout.height > 30


def test_shrinking_satisfies_the_clamp_before_it_cuts(lay_out: LayOut) -> None:
    layout = lay_out(FOX, 300, line_clamp=2, text_fit=TextFit("shrink", min=8.0))
    assert not layout.clamped
    assert len(layout.lines) == 2


def test_text_grows_to_fill_its_box(lay_out: LayOut) -> None:
    layout = lay_out("Grow", 400, height=300.0, text_fit=TextFit("grow", max=200.0))
    assert layout.scale > 5
    assert layout.overflow <= 0


def test_spans_keep_their_proportions_when_shrunk(lay_out: LayOut, style: ComputedStyle) -> None:
    block = style.replace(font_size=80.0)
    inner = style.replace(font_size=40.0)
    opened = OpenItem(inner, None)
    items = [TextItem("Large words ", block), opened, TextItem("small", inner), CloseItem(opened)]
    layout = lay_out(items, 300, height=90.0, font_size=80.0, text_fit=TextFit("shrink", min=4.0))
    sizes = {run.text.strip(): run.size for line in layout.lines for run in line.runs}
    assert sizes["small"] * 2 == pytest.approx(max(sizes.values()))


# --- reports -------------------------------------------------------------------------------------------


def _measured(fonts: FontLibrary, style: ComputedStyle, text: str, width: float) -> Report:
    report = Report()
    element = Element("h1", {}, [], style, line=12, selector="main > h1")
    measurer = TextMeasurer(fonts)
    items = [TextItem(text, style, element)]
    measurer.layout(items, style, 0.0, None)  # measuring must not report
    report_layout(report, measurer.layout(items, style, width, 60.0), style, items)
    return report


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"line_clamp": 1}, "text-clamped"),
        ({"text_fit": TextFit("shrink", min=5.0)}, "text-shrunk"),
        ({"text_wrap_mode": "nowrap"}, "text-overflow"),
    ],
)
def test_findings_name_the_element(
    fonts: FontLibrary, style: ComputedStyle, properties: dict[str, object], code: str
) -> None:
    (found,) = _measured(fonts, style.replace(**properties), FOX, 300.0).diagnostics
    assert (found.code, found.line, found.where) == (code, 12, "main > h1")


def test_text_that_fits_says_nothing(fonts: FontLibrary, style: ComputedStyle) -> None:
    assert _measured(fonts, style, "fits", 300.0).diagnostics == []


def test_missing_glyphs_and_families_are_reported_once(fonts: FontLibrary, style: ComputedStyle) -> None:
    report = _measured(fonts, style.replace(font_family=("Nowhere", "Inter")), "a\U0001d800", 300.0)
    assert [found.code for found in report.diagnostics] == ["font-fallback", "missing-glyph"]
    assert "U+1D800" in report.diagnostics[1].message


def test_fallback_faces_are_noted_once(fonts: FontLibrary, style: ComputedStyle) -> None:
    report = _measured(fonts, style, "ไทย and ไทย 😀", 300.0)
    (found,) = report.diagnostics
    assert (found.severity, found.code, found.where) == ("info", "font-fallback", "font-family: Inter")
    assert "Noto Sans Thai draws 'ไทย'" in found.message
