"""Lines: white space, breaking, alignment and the vertical axis. Widths and heights are Chromium's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import BLACK, Length, TextDecoration
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

LayOut = Callable[..., InlineLayout]
FOX = "The quick brown fox jumps over the lazy dog and runs away."


def texts(layout: InlineLayout) -> list[str]:
    return ["".join(run.text for run in line.runs) for line in layout.lines]


def edges(layout: InlineLayout) -> list[tuple[float, float]]:
    return [
        (min(run.x for run in line.runs), max(run.x + run.width for run in line.runs))
        for line in layout.lines
    ]


def span(style: ComputedStyle, text: str, edge: float = 0.0, **properties: object) -> list[InlineItem]:
    inner = style.replace(**properties)
    opened = OpenItem(inner, None, 0.0, 0.0, edge, 0.0, 0.0, edge)
    return [opened, TextItem(text, inner), CloseItem(opened)]


# --- breaking ------------------------------------------------------------------------------------------


def test_lines_break_where_chromium_breaks_them(lay_out: LayOut) -> None:
    layout = lay_out(FOX)
    assert texts(layout) == ["The quick brown fox jumps", "over the lazy dog and runs", "away."]
    assert edges(layout) == [(0, 255.75), (0, 251.6875), (0, 54.671875)]
    assert layout.height == 72
    assert (layout.first_baseline, layout.last_baseline) == (19, 67)


def test_a_word_wider_than_the_line_overflows_unless_it_may_break(lay_out: LayOut) -> None:
    word = "pneumonoultramicroscopic"
    assert texts(lay_out(word, 120)) == [word]
    assert lay_out(word, 120).overflow > 100
    broken = lay_out(word, 120, overflow_wrap="anywhere")
    assert len(broken.lines) > 1
    assert "".join(texts(broken)) == word
    assert max(right for _, right in edges(broken)) <= 120


def test_a_whole_word_moves_down_before_it_is_broken(lay_out: LayOut) -> None:
    assert texts(lay_out("aa bbbbbbbbbb", 100, overflow_wrap="anywhere"))[0] == "aa"


def test_a_soft_hyphen_shows_only_where_the_line_breaks(lay_out: LayOut) -> None:
    layout = lay_out("every\u00adwhere else", 80)
    assert texts(layout)[0] == "every\u00ad\u2010"
    assert texts(lay_out("every\u00adwhere", 300)) == ["every\u00adwhere"]
    (run,) = lay_out("every\u00adwhere", 300).lines[0].runs
    assert run.width == lay_out("everywhere", 300).lines[0].runs[0].width


def test_auto_hyphens_break_words_of_the_language(lay_out: LayOut) -> None:
    layout = lay_out("international communication", 173, hyphens="auto", lang="en")
    assert texts(layout) == ["international com\u2010", "munication"]


def test_forced_breaks_make_lines_and_empty_lines_keep_their_height(
    lay_out: LayOut, style: ComputedStyle
) -> None:
    items = [TextItem("a ", style), BreakItem(style), BreakItem(style), TextItem(" b", style)]
    layout = lay_out(items)
    assert texts(layout) == ["a", "", "b"]
    assert layout.height == 72


def test_no_items_make_no_lines(lay_out: LayOut) -> None:
    layout = lay_out("   \n ")
    assert layout.lines == []
    assert layout.height == 0


# --- white space ---------------------------------------------------------------------------------------


def test_white_space_collapses_across_inline_boxes(lay_out: LayOut, style: ComputedStyle) -> None:
    items = [TextItem("  a ", style), *span(style, "  b  "), TextItem("\n c ", style)]
    assert texts(lay_out(items)) == ["a b c"]


def test_breaks_in_the_source_are_spaces_as_in_chromium(lay_out: LayOut) -> None:
    assert texts(lay_out("日本 \n 語\nabc")) == ["日本 語 abc"]


def test_pre_keeps_everything_and_tabs_reach_stops(lay_out: LayOut) -> None:
    layout = lay_out("a  b\n\tc", white_space_collapse="preserve", text_wrap_mode="nowrap")
    assert texts(layout) == ["a  b", "c"]
    assert layout.lines[1].runs[0].x == 45.0  # eight spaces of 5.625 px


def test_tab_stops_count_the_edges_of_inline_boxes(lay_out: LayOut, style: ComputedStyle) -> None:
    kept = style.replace(white_space_collapse="preserve")
    padded = span(kept, "a", 20.0, padding_left=Length(20))
    layout = lay_out([*padded, TextItem("\tb", kept)], white_space_collapse="preserve")
    assert layout.lines[0].runs[-1].x == pytest.approx(90, abs=1 / 64)  # past the first stop at 45


def test_pre_wrap_hangs_spaces_at_the_end_of_a_line(lay_out: LayOut) -> None:
    layout = lay_out("aaaa     bbbb", 60, white_space_collapse="preserve", text_align="right")
    assert len(layout.lines) == 2
    last_letter = layout.lines[0].runs[0]
    assert last_letter.x + layout.lines[0].width == 60  # the spaces lie beyond the edge


def test_break_spaces_wraps_them(lay_out: LayOut) -> None:
    assert len(lay_out("a" + " " * 100, 60, white_space_collapse="break-spaces").lines) > 5


# --- alignment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("align", "direction", "left"),
    [
        ("start", "ltr", 0.0),
        ("end", "ltr", 44.25),
        ("center", "ltr", 22.125),
        ("right", "ltr", 44.25),
        ("start", "rtl", 44.25),
        ("end", "rtl", 0.0),
        ("left", "rtl", 0.0),
    ],
)
def test_alignment(lay_out: LayOut, align: str, direction: str, left: float) -> None:
    layout = lay_out("The quick brown fox jumps", 300, text_align=align, direction=direction)
    assert edges(layout) == [(left, left + 255.75)]


def test_lines_too_wide_keep_their_start_edge(lay_out: LayOut) -> None:
    wide = {"text_wrap_mode": "nowrap"}
    assert edges(lay_out(FOX, 100, text_align="center", **wide))[0][0] == 0
    assert edges(lay_out(FOX, 100, text_align="right", **wide))[0][0] == 0
    assert edges(lay_out(FOX, 100, direction="rtl", **wide))[0][1] == pytest.approx(100)


def test_justified_lines_fill_the_width_but_the_last(lay_out: LayOut) -> None:
    layout = lay_out(FOX, 300, text_align="justify")
    assert [right for _, right in edges(layout)] == pytest.approx([300, 300, 54.67], abs=1 / 64)


def test_justify_spreads_ideographs_too(lay_out: LayOut) -> None:
    layout = lay_out("日本語の文章はどこでも改行できます", 190, text_align="justify")
    assert edges(layout)[0][1] == pytest.approx(190, abs=1 / 64)


def test_text_align_last_applies_to_the_last_line(lay_out: LayOut) -> None:
    layout = lay_out("a b", 100, text_align="justify", text_align_last="justify")
    assert edges(layout)[0] == pytest.approx((0, 100), abs=0.01)


def test_indent_moves_the_first_line(lay_out: LayOut) -> None:
    layout = lay_out(FOX, 300, text_indent=Length(30))
    assert [left for left, _ in edges(layout)] == [30, 0, 0]


# --- spacing -------------------------------------------------------------------------------------------


def test_letter_spacing_follows_every_cluster_and_parts_ligatures(lay_out: LayOut) -> None:
    plain = lay_out("office", 300, font_family=("Source Serif 4",)).lines[0].runs[0]
    spaced = lay_out("office", 300, font_family=("Source Serif 4",), letter_spacing=2.0).lines[0].runs[0]
    assert len(plain.glyphs) < len(spaced.glyphs) == 6
    assert spaced.xs[1] > plain.xs[1]


@pytest.mark.parametrize(
    "wanted",
    [(), (("liga", 1), ("clig", 1)), (("dlig", 1),), (("calt", 1),)],
    ids=["normal", "common", "discretionary", "contextual"],
)
def test_letter_spacing_parts_ligatures_that_are_asked_for(
    lay_out: LayOut, wanted: tuple[tuple[str, int], ...]
) -> None:
    # Chromium draws an arrow for "->" in Inter, and "->" where letters are spaced.
    spaced = lay_out("3x4 -> !?", 300, letter_spacing=2.0, font_variant_features=wanted)
    alone = lay_out("3 x 4 - > ! ?", 300, letter_spacing=2.0)
    assert set(spaced.lines[0].runs[0].glyphs) == set(alone.lines[0].runs[0].glyphs)


def test_feature_settings_join_spaced_letters(lay_out: LayOut) -> None:
    spaced = lay_out("->", 300, letter_spacing=2.0, font_feature_settings=(("calt", 1),))
    assert spaced.lines[0].runs[0].glyphs == lay_out("->", 300).lines[0].runs[0].glyphs


def test_letter_spacing_leaves_cursive_scripts_joined(lay_out: LayOut) -> None:
    joined = lay_out("مرحبا", 300).lines[0].width
    assert lay_out("مرحبا", 300, letter_spacing=4.0).lines[0].width == joined


def test_letter_spacing_skips_the_controls_of_isolates(lay_out: LayOut, style: ComputedStyle) -> None:
    spaced = style.replace(letter_spacing=1.0)
    isolated = span(spaced, "abc", unicode_bidi="isolate")
    assert lay_out(isolated).width == lay_out([TextItem("abc", spaced)]).width


@pytest.mark.parametrize(("spacing", "width"), [(1 / 3, 1 / 3), (-0.8, -0.8)])
def test_spacing_is_not_rounded(lay_out: LayOut, spacing: float, width: float) -> None:
    wider = lay_out("n" * 30, 900, letter_spacing=spacing).width - lay_out("n" * 30, 900).width
    assert wider == pytest.approx(30 * width, abs=1 / 32)


def test_word_spacing_widens_spaces(lay_out: LayOut) -> None:
    assert lay_out("a b c", 300, word_spacing=7.0).width == lay_out("a b c", 300).width + 14


def test_kerning_reaches_over_a_span_that_changes_only_colour(lay_out: LayOut, style: ComputedStyle) -> None:
    plain = lay_out("AVAT").width
    split = lay_out([TextItem("A", style), *span(style, "V", color=(1, 0, 0, 1)), TextItem("AT", style)])
    assert split.width == pytest.approx(plain, abs=2 / 64)  # three pieces, each rounded up
    parted = lay_out(
        [TextItem("A", style), *span(style, "V", 1.0, padding_left=Length(1)), TextItem("AT", style)]
    )
    assert parted.width > plain + 2


def test_adjacent_full_width_punctuation_closes_up(lay_out: LayOut) -> None:
    assert lay_out("「引号」（括号）", lang="zh-Hans").width == pytest.approx(150, abs=1 / 64)
    assert lay_out("「引号」（括号）", lang="zh-Hans", text_spacing_trim="space-all").width == pytest.approx(
        160, abs=1 / 64
    )


# --- the vertical axis ---------------------------------------------------------------------------------


def test_half_leading_lies_on_both_sides(lay_out: LayOut) -> None:
    layout = lay_out("a", line_height=31.0)
    assert (layout.height, layout.first_baseline) == (31, 19 + 3)


def test_normal_line_height_makes_room_for_fallback_fonts(lay_out: LayOut) -> None:
    assert lay_out("a").height == 24
    assert lay_out("a日").height == 29
    assert lay_out("a日", line_height=24.0).height == 24


@pytest.mark.parametrize(
    ("align", "shift"),
    [("sub", 5.0), ("super", -7.65625), (Length(4), -4.0), ("baseline", 0.0)],
)
def test_vertical_align_moves_the_baseline(
    lay_out: LayOut, style: ComputedStyle, align: object, shift: float
) -> None:
    layout = lay_out([TextItem("a", style), *span(style, "b", vertical_align=align)])
    assert layout.lines[0].runs[1].shift == pytest.approx(shift)


def test_top_and_bottom_align_with_the_finished_line(lay_out: LayOut, style: ComputedStyle) -> None:
    tall = AtomicItem(style, 10, 60, 60)
    small = style.replace(font_size=10.0)
    items = [tall, *span(small, "t", vertical_align="top"), *span(small, "b", vertical_align="bottom")]
    line = lay_out(items).lines[0]
    top, bottom = line.runs
    assert top.shift + line.baseline == 10  # its own ascent below the line's top
    assert bottom.shift + line.baseline == line.height - 2


def test_atomics_sit_on_their_baseline(lay_out: LayOut, style: ComputedStyle) -> None:
    layout = lay_out([TextItem("x", style), AtomicItem(style, 30, 50, 40)])
    (atomic,) = layout.lines[0].atomics
    assert atomic.y + 40 == layout.lines[0].baseline
    assert layout.height == 50
    assert atomic.x == layout.lines[0].runs[0].width


# --- inline boxes --------------------------------------------------------------------------------------


def test_a_box_that_wraps_is_sliced(lay_out: LayOut, style: ComputedStyle) -> None:
    padded = {"padding_left": Length(6), "padding_right": Length(6), "padding_top": Length(2)}
    layout = lay_out(
        [TextItem("Mixed ", style), *span(style, "padded span that wraps around", 6.0, **padded)]
    )
    first, second = (line.boxes[0] for line in layout.lines)
    assert (first.has_left_edge, first.has_right_edge) == (True, False)
    assert (second.has_left_edge, second.has_right_edge) == (False, True)
    assert first.padding_left == 6
    assert second.x == 0
    assert second.width == layout.lines[1].width
    assert first.height == 24 + 2
    assert first.y == -2


def test_a_box_in_right_to_left_text_has_its_start_edge_on_the_right(
    lay_out: LayOut, style: ComputedStyle
) -> None:
    rtl = style.replace(direction="rtl", padding_left=Length(5), padding_right=Length(5))
    layout = lay_out(span(rtl, "אבג", 5.0, direction="rtl"), direction="rtl")
    (box,) = layout.lines[0].boxes
    (run,) = layout.lines[0].runs
    assert box.x + box.width == pytest.approx(300)
    assert run.x == box.x + 5


def test_an_empty_box_takes_its_room(lay_out: LayOut, style: ComputedStyle) -> None:
    layout = lay_out(
        [TextItem("a", style), *span(style, "", 7.0, padding_left=Length(7)), TextItem("b", style)]
    )
    (box,) = layout.lines[0].boxes
    assert box.width == 14
    assert layout.lines[0].runs[1].x == layout.lines[0].runs[0].width + 14


# --- intrinsic widths ----------------------------------------------------------------------------------


def test_intrinsic_widths_agree_with_layout(fonts: FontLibrary, style: ComputedStyle) -> None:
    items: Sequence[InlineItem] = [TextItem(FOX, style)]
    least, most = intrinsic_widths(items, style, fonts=fonts)
    assert layout_inline(items, style, width=math.inf, fonts=fonts).width == most
    assert layout_inline(items, style, width=0.0, fonts=fonts).width == least
    assert len(layout_inline(items, style, width=most, fonts=fonts).lines) == 1


def test_min_content_breaks_anywhere_where_css_says_so(fonts: FontLibrary, style: ComputedStyle) -> None:
    for wrap, narrow in (("anywhere", True), ("break-word", False)):
        block = style.replace(overflow_wrap=wrap)
        least, _ = intrinsic_widths([TextItem("wonderful", block)], block, fonts=fonts)
        assert (least < 30) is narrow


def test_marks_stay_on_their_bases(lay_out: LayOut) -> None:
    run = lay_out("ช่อ", font_family=("Noto Sans Thai",), font_size=19.0).lines[0].runs[0]
    assert run.xs == pytest.approx([0, 10.75, 10.45], abs=0.01)


@pytest.mark.parametrize(("size", "width"), [(50 / 3, 62.34375), (16.7, 62.453125)])
def test_sizes_are_cut_to_64ths_for_advances(lay_out: LayOut, size: float, width: float) -> None:
    assert lay_out("AVATAR", font_size=size).width == pytest.approx(width, abs=1 / 64)


def test_advances_are_those_of_the_font_at_any_size(lay_out: LayOut) -> None:
    lao = {"font_family": ("Noto Sans Lao",)}
    widths = [lay_out("ສ", font_size=size, **lao).width / size for size in (10.0, 20.0, 200.0)]
    assert widths == pytest.approx([0.635] * 3, abs=0.002)


@pytest.mark.parametrize(
    ("trim", "width", "lines"),
    [
        ("normal", 130, [(0, 130), (0, 130), (0, 70)]),
        ("normal", 120, [(0, 100), (0, 120), (0, 110)]),
        ("space-first", 130, [(0, 130), (0, 120), (0, 60)]),
        ("trim-start", 120, [(0, 120), (0, 120), (0, 60)]),
    ],
)
def test_brackets_at_line_edges_are_trimmed_as_css_says(
    lay_out: LayOut, trim: str, width: float, lines: list[tuple[float, float]]
) -> None:
    layout = lay_out("「日本語です」「日本語」（で「あ」。", width, lang="ja", text_spacing_trim=trim)
    assert edges(layout) == [pytest.approx(line, abs=1 / 64) for line in lines]


def test_auto_phrase_keeps_japanese_phrases_whole(lay_out: LayOut) -> None:
    layout = lay_out("今日は天気がいいので公園へ散歩に", 120, lang="ja", word_break="auto-phrase")
    assert texts(layout) == ["今日は天気が", "いいので", "公園へ散歩に"]


# --- capitals and punctuation --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("features", "sizes"),
    [
        ((("smcp", 1),), [("A", 20.0), ("b", 14.0), ("1", 20.0)]),
        ((("c2sc", 1), ("smcp", 1)), [("Ab1", 14.0)]),
        ((("unic", 1),), [("A", 14.0), ("b", 20.0), ("1", 14.0)]),
        ((), [("Ab1", 20.0)]),
    ],
)
def test_small_capitals_are_made_where_the_font_has_none(
    lay_out: LayOut, features: tuple[tuple[str, int], ...], sizes: list[tuple[str, float]]
) -> None:
    runs = lay_out("Ab1", font_variant_features=features).lines[0].runs
    assert [(run.text, run.size) for run in runs] == sizes


def test_made_up_small_capitals_are_capitals(lay_out: LayOut) -> None:
    (small,) = lay_out("b", font_variant_features=(("smcp", 1),)).lines[0].runs
    (capital,) = lay_out("B").lines[0].runs
    assert small.glyphs == capital.glyphs


def test_a_font_with_small_capitals_draws_its_own(lay_out: LayOut) -> None:
    (run,) = (
        lay_out("b", font_family=("Playfair Display",), font_variant_features=(("smcp", 1),)).lines[0].runs
    )
    (plain,) = lay_out("b", font_family=("Playfair Display",)).lines[0].runs
    assert run.size == 20
    assert run.glyphs != plain.glyphs


def test_punctuation_hangs_at_the_edge_it_aligns_with(lay_out: LayOut) -> None:
    assert edges(lay_out("“Quote”", hanging_punctuation="first"))[0][0] < 0
    assert edges(lay_out("“Quote”", text_align="right", hanging_punctuation="last"))[0][1] > 300
    assert edges(lay_out("Quote", hanging_punctuation="first"))[0][0] == 0


# --- decorations ---------------------------------------------------------------------------------------


def test_a_decoration_knows_the_baseline_of_the_box_that_made_it(
    lay_out: LayOut, style: ComputedStyle
) -> None:
    line = TextDecoration("underline", "solid", BLACK, "auto", "auto", True, 20.0)
    outer = style.replace(text_decorations=(line,))
    opened = OpenItem(outer, None)
    inner = span(outer, "2", font_size=12.0, vertical_align="super")
    both = span(outer, "x", vertical_align="sub", text_decorations=(line, line._replace(font_size=9.0)))
    items = [opened, TextItem("E", outer), *inner, *both, CloseItem(opened)]
    runs = {run.text: run for run in lay_out(items).lines[0].runs}
    assert runs["2"].shift < 0 < runs["x"].shift
    assert [runs[text].decorating_shifts for text in "E2"] == [(0.0,), (0.0,)]
    assert runs["x"].decorating_shifts == (0.0, runs["x"].shift)
