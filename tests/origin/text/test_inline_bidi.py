"""Bidi in lines: base direction, isolates, overrides, plaintext, mirroring."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.line_model import CloseItem, InlineItem, InlineLayout, OpenItem, TextItem

LayOut = Callable[..., InlineLayout]


def visual(layout: InlineLayout) -> list[list[str]]:
    return [[run.text for run in sorted(line.runs, key=lambda run: run.x)] for line in layout.lines]


def boxed(style: ComputedStyle, text: str, **properties: object) -> list[InlineItem]:
    inner = style.replace(**properties)
    opened = OpenItem(inner, None)
    return [opened, TextItem(text, inner), CloseItem(opened)]


def test_words_of_the_other_direction_are_laid_in_their_order(lay_out: LayOut) -> None:
    (line,) = visual(lay_out("abc אבג דהו xyz"))
    assert line[0].startswith("abc")
    assert line[-1].strip().endswith("xyz")
    right_to_left = lay_out("abc", 300, direction="rtl").lines[0].runs[0]
    assert right_to_left.x + right_to_left.width == 300


def test_brackets_mirror_in_right_to_left_text(lay_out: LayOut) -> None:
    runs = lay_out("(א)", direction="rtl").lines[0].runs
    shapes = {run.text: run.glyphs for run in runs if run.text in "()"}
    (plain,) = lay_out("()").lines[0].runs
    assert all(run.rtl for run in runs)
    assert shapes["("] + shapes[")"] == plain.glyphs[::-1]


def test_an_isolate_keeps_its_neighbours_in_place(lay_out: LayOut, style: ComputedStyle) -> None:
    items = [
        TextItem("a ", style),
        *boxed(style, "אב", unicode_bidi="isolate", direction="rtl"),
        TextItem(" 1 b", style),
    ]
    (line,) = visual(lay_out(items))
    assert "".join(line).split() == ["a", "\u2067אב\u2069", "1", "b"] or line[-1].endswith("1 b")
    loose = [TextItem("a ", style), *boxed(style, "אב"), TextItem(" 1 b", style)]
    (line,) = visual(lay_out(loose))
    digit = next(i for i, text in enumerate(line) if "1" in text)
    hebrew = next(i for i, text in enumerate(line) if "א" in text)
    assert digit < hebrew  # without an isolate the number joins the Hebrew


def test_an_override_reverses_letters(lay_out: LayOut, style: ComputedStyle) -> None:
    items = boxed(style, "abc", unicode_bidi="bidi-override", direction="rtl")
    (run,) = (run for run in lay_out(items).lines[0].runs if "a" in run.text)
    (plain,) = lay_out("abc").lines[0].runs
    assert [g for g in run.glyphs if g in plain.glyphs] == plain.glyphs[::-1]


def test_plaintext_takes_each_paragraphs_own_direction(lay_out: LayOut) -> None:
    layout = lay_out("abc\nאבג", unicode_bidi="plaintext", white_space_collapse="preserve")
    first, second = (line.runs[0] for line in layout.lines)
    assert first.x == 0
    assert second.x + second.width == 300


@pytest.mark.parametrize("control", ["\u202e", "\u2067", "\u202b"])
def test_an_unclosed_control_ends_with_its_paragraph(lay_out: LayOut, control: str) -> None:
    layout = lay_out(f"{control}abc\nabc", white_space_collapse="preserve")
    (run,) = layout.lines[1].runs
    assert not run.rtl


def test_trailing_space_goes_to_the_line_end_of_the_paragraph(lay_out: LayOut) -> None:
    layout = lay_out("אבג דהו", 40, white_space_collapse="preserve")
    first = layout.lines[0].runs
    assert min(run.x for run in first if run.text.strip()) == 0
