"""Hostile and random text: bounded time, no crash, same result every time."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweeps import examples

from emblazon_origin.limits import MAX_TEXT_CHARACTERS
from emblazon_origin.report import Report
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import TextFit
from emblazon_origin.text.fonts.draw import color_glyphs, run_mask
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.inline import intrinsic_widths, layout_inline
from emblazon_origin.text.line_model import (
    AtomicItem,
    BreakItem,
    CloseItem,
    InlineItem,
    InlineLayout,
    OpenItem,
    TextItem,
)
from emblazon_origin.text.shaping.inline_content import MAX_MARKS, MAX_ZERO_WIDTH, sanitize

LayOut = Callable[..., InlineLayout]


@pytest.mark.parametrize(
    "text",
    [
        "a" + "\u0301" * 10_000,
        "\u200d" * 1_000_000,
        "👩\u200d" * 20_000,
        "\u202e" * 20_000 + "abc",
        ("\u2067" + "א") * 20_000,
        "(" * 50_000,
        "a" * 100_000,
        "ก" * 20_000,
        "\ufe0f" * 100_000,
        "日" * 50_000,
        "\u0628" * 30_000,
    ],
    ids=[
        "marks", "joiners", "emoji joiners", "overrides", "isolates", "brackets", "one word", "thai",
        "selectors", "han", "arabic",
    ],
)  # fmt: skip
def test_hostile_text_takes_bounded_time(lay_out: LayOut, text: str) -> None:
    start = time.process_time()
    layout = lay_out(text, 400, overflow_wrap="anywhere", line_clamp=3)
    assert time.process_time() - start < 5.0
    assert len(layout.lines) <= 3


def test_too_much_text_is_cut_and_reported(lay_out: LayOut) -> None:
    report = Report()
    lay_out("a " * MAX_TEXT_CHARACTERS, 400, line_clamp=1, report=report)
    assert [found.code for found in report.diagnostics] == ["limit"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x00\x07\x7fb", "ab"),
        ("a\ud800b", "ab"),
        ("a\u2028b\u2029c", "a b c"),
        ("a\ufdd0\U0010ffffb", "ab"),
        ("tab\tline\n", "tab\tline\n"),
        ("שלום \u2067isolated\u2069", "שלום \u2067isolated\u2069"),
        ("👨\u200d👩\u200d👧\u200d👦", "👨\u200d👩\u200d👧\u200d👦"),
        ("e" + "\u0301" * 99, "e" + "\u0301" * MAX_MARKS),
        ("x" + "\u200b" * 99 + "y", "x" + "\u200b" * MAX_ZERO_WIDTH + "y"),
    ],
)
def test_only_the_listed_characters_are_taken_out(text: str, clean: str) -> None:
    assert sanitize(text) == (clean, len(text) - len(clean))


def test_no_mark_of_any_script_stands_in_a_longer_row() -> None:
    marks = [chr(code) for code in range(0x10000) if unicodedata.category(chr(code)).startswith("M")]
    for mark in marks:
        clean, gone = sanitize(f"a{mark * (MAX_MARKS + 8)}b")
        assert len(clean) <= MAX_MARKS + 2, hex(ord(mark))
        assert gone >= 8


@pytest.mark.parametrize("white_space_collapse", ["collapse", "preserve"])
def test_characters_that_are_taken_out_are_told(lay_out: LayOut, white_space_collapse: str) -> None:
    report = Report()
    lay_out("Bell\x07 and \x9fmore", 400, white_space_collapse=white_space_collapse, report=report)
    told = [(found.code, found.where, found.message[:30]) for found in report.diagnostics]
    assert told == [("missing-glyph", "Bell and more", "left out: 2 of its characters,")]


_ALPHABET = st.one_of(
    st.characters(),
    st.sampled_from(
        "  \n\t\u00ad\u200b\u200d\ufe0f\ufe0e\u202e\u2067\u2069()[]「」、אבע1ก日한😀👩🇫🇷éfi\u0301\u3000\u00a0"
    ),
)
_TEXT = st.text(_ALPHABET, max_size=40)
_STYLES = st.fixed_dictionaries(
    {
        "font_size": st.sampled_from([0.0, 1.0, 12.0, 20.0, 64.0]),
        "direction": st.sampled_from(["ltr", "rtl"]),
        "unicode_bidi": st.sampled_from(["normal", "isolate", "bidi-override", "plaintext"]),
        "white_space_collapse": st.sampled_from(["collapse", "preserve", "preserve-breaks", "break-spaces"]),
        "text_wrap_mode": st.sampled_from(["wrap", "nowrap"]),
        "text_wrap_style": st.sampled_from(["auto", "balance", "pretty"]),
        "text_align": st.sampled_from(["start", "center", "justify", "right"]),
        "overflow_wrap": st.sampled_from(["normal", "anywhere"]),
        "letter_spacing": st.sampled_from([0.0, -30.0, 2.5]),
        "vertical_align": st.sampled_from(["baseline", "top", "bottom", "super"]),
        "line_clamp": st.sampled_from([None, 1, 2]),
        "text_fit": st.sampled_from([None, TextFit("shrink", min=4.0)]),
        "text_overflow": st.sampled_from(["clip", "ellipsis"]),
        "overflow_x": st.sampled_from(["visible", "hidden"]),
        "text_transform": st.sampled_from(["none", "uppercase", "capitalize"]),
        "lang": st.sampled_from(["", "ja", "tr", "x-bad tag"]),
        "hyphens": st.sampled_from(["manual", "auto", "none"]),
    }
)


@st.composite
def _contexts(draw: st.DrawFn) -> tuple[list[InlineItem], ComputedStyle]:
    base = ComputedStyle().replace(font_family=("Inter",))
    block = base.replace(**draw(_STYLES))
    items: list[InlineItem] = []
    open_items: list[OpenItem] = []
    for kind in draw(st.lists(st.sampled_from("ttttoocab"), max_size=12)):
        style = open_items[-1].style if open_items else block
        if kind == "t":
            items.append(TextItem(draw(_TEXT), style))
        elif kind == "o":
            edge = draw(st.sampled_from([0.0, 3.0, -5.0]))
            opened = OpenItem(base.replace(**draw(_STYLES)), None, edge, 0.0, abs(edge), 0.0, 1.0, edge)
            open_items.append(opened)
            items.append(opened)
        elif kind == "c" and open_items:
            items.append(CloseItem(open_items.pop()))
        elif kind == "a":
            items.append(AtomicItem(style, 20.0, 30.0, 25.0))
        elif kind == "b":
            items.append(BreakItem(style))
    items.extend(CloseItem(opened) for opened in reversed(open_items))
    return items, block


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(context=_contexts(), width=st.sampled_from([0.0, 30.0, 200.0, float("inf")]))
def test_any_content_is_laid_out_and_drawn(
    fonts: FontLibrary, context: tuple[list[InlineItem], ComputedStyle], width: float
) -> None:
    items, block = context
    least, most = intrinsic_widths(items, block, fonts=fonts)
    assert least == least
    assert most == most
    layout = layout_inline(items, block, width=width, height=80.0, fonts=fonts, report=Report())
    atomics = [atomic.item for line in layout.lines for atomic in line.atomics]
    assert len(atomics) == len(set(map(id, atomics)))
    for line in layout.lines:
        for run in line.runs:
            assert len(run.glyphs) == len(run.xs) == len(run.ys)
            run_mask(run, (0.0, line.baseline))
            color_glyphs(run, (0.0, line.baseline))


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(text=_TEXT, width=st.sampled_from([30.0, 200.0]))
def test_every_character_lands_on_exactly_one_line(fonts: FontLibrary, text: str, width: float) -> None:
    style = ComputedStyle().replace(
        font_family=("Inter",), font_size=20.0, white_space_collapse="preserve", overflow_wrap="anywhere"
    )
    clean, _ = sanitize(text)
    layout = layout_inline([TextItem(text, style)], style, width=width, fonts=fonts)
    drawn = sorted("".join(run.text for line in layout.lines for run in line.runs).replace("\u2010", ""))
    hidden = set("\n\t")
    visible = sorted(c for c in clean.replace("\r", " ") if c not in hidden)
    assert [c for c in drawn if c not in "\u2010"] == [c for c in visible if c not in "\u2010"]
