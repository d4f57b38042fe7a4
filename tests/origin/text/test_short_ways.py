"""Lines of text alone, edges of inline boxes and ends of lines are found as they are in general."""

from __future__ import annotations

import random

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import BLACK, TextDecoration
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.inline import layout_inline
from emblazon_origin.text.line_model import CloseItem, GlyphRun, InlineItem, InlineLayout, OpenItem, TextItem
from emblazon_origin.text.lines import builder, line_breaking
from emblazon_origin.text.lines.paragraph import Paragraph
from emblazon_origin.text.lines.prepare import prepare
from emblazon_origin.text.shaping import shaper
from emblazon_origin.text.shaping.shape import Glyphs

TEXT = "東京 The quiet river 🎉 of “lanterns” (図書館。) and extraordinary soft\u00adhyphen été 한국어 שלום"
UNDERLINE = TextDecoration("underline", "solid", BLACK, "auto", "auto", True, 20.0)
STYLES: tuple[dict[str, object], ...] = (
    {},
    {"line_height": 31.3, "text_decorations": (UNDERLINE,)},
    {"text_align": "justify"},
    {"text_align": "center", "quirks": "full"},
    {"hyphens": "auto", "lang": "en"},
    {"line_clamp": 2},
    {"text_overflow": "ellipsis", "overflow_x": "hidden", "text_wrap_mode": "nowrap"},
    {"white_space_collapse": "preserve"},
    {"text_emphasis_style": "•"},
    {"direction": "rtl"},
    {"writing_mode": "vertical-rl"},
)


def facts(layout: InlineLayout) -> tuple[object, ...]:
    """Return a layout as values."""
    lines = [(line.y, line.height, line.baseline, line.width, line.boxes) for line in layout.lines]
    runs = [run_facts(run) for line in layout.lines for run in line.runs]
    return lines, runs, layout.width, layout.height, layout.overflow


def run_facts(run: GlyphRun) -> tuple[object, ...]:
    """Return a run as values."""
    return (
        run.font.name, run.size, run.glyphs, run.xs, run.ys, run.x, run.width, run.shift, run.text, run.rtl,
        run.decorating_shifts, run.holder_top, run.upright,
    )  # fmt: skip


@pytest.mark.parametrize("properties", STYLES, ids=lambda properties: ",".join(map(str, properties)))
def test_a_line_of_text_alone_is_the_one_that_boxes_would_be_on(
    properties: dict[str, object], style: ComputedStyle, fonts: FontLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = style.replace(**properties)
    items: list[InlineItem] = [TextItem(TEXT, style)]
    widths = (60.0, 133.7, 300.0, float("inf"))
    found = [facts(layout_inline(items, style, width=width, fonts=fonts)) for width in widths]
    monkeypatch.setattr(builder, "_is_text_alone", lambda *_: False)
    assert found == [facts(layout_inline(items, style, width=width, fonts=fonts)) for width in widths]


def with_boxes(chance: random.Random, style: ComputedStyle) -> list[InlineItem]:
    """Return words in inline boxes, some in each other, some empty."""
    items: list[InlineItem] = []
    opened: list[OpenItem] = []
    for word in chance.choices(["river ", "of", " ", "", "lanterns, "], k=30):
        if chance.random() < 0.4:
            opened.append(OpenItem(style, None, 1.0, 2.0, chance.random() * 9, 4.0, 5.0, 6.0))
            items.append(opened[-1])
        items.append(TextItem(word, style))
        if opened and chance.random() < 0.4:
            items.append(CloseItem(opened.pop()))
    return [*items, *map(CloseItem, reversed(opened))]


@pytest.mark.parametrize("seed", range(20))
def test_closing_edges_end_the_line_before_them_and_others_begin_the_next(
    seed: int, style: ComputedStyle, fonts: FontLibrary
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    paragraph = prepare(with_boxes(chance, style), style, fonts, 1.0)
    events, length = paragraph.content.events, len(paragraph.content.text)
    number, total = 0, 0.0
    for offset in range(length + 1):
        while number < len(events) and (
            offset == length or events[number][0] < offset or events[number][:3:2] == (offset, False)
        ):
            total += paragraph.edge_width(number)
            number += 1
        assert paragraph.event_splits[offset] == number
        assert paragraph.edge_widths[offset] == pytest.approx(total)


@pytest.mark.parametrize(("letter", "word"), [(-0.4, 0.0), (1.7, 0.3), (0.0, 4.1)])
def test_spacing_of_single_glyphs_is_that_of_clusters(
    letter: float, word: float, style: ComputedStyle, fonts: FontLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def advances() -> list[list[float]]:
        spaced = style.replace(letter_spacing=letter, word_spacing=word)
        texts = ("A quiet river", "no\xa0break", "office e\u0301", "zero\u200bwidth", TEXT, "مدينة 12 a")
        made = [prepare([TextItem(text, spaced)], spaced, fonts, 1.0) for text in texts]
        return [item.glyphs.advances for paragraph in made for item in paragraph.items if item.glyphs]

    found = advances()

    def as_clusters(glyphs: Glyphs, text: str, letter: float, word: float) -> Glyphs:
        return shaper._space(glyphs, text, letter, word, False)

    monkeypatch.setattr(shaper, "_space_single", as_clusters)
    assert found == advances()


@pytest.mark.parametrize("seed", range(20))
def test_the_end_of_a_line_is_where_looking_at_every_break_finds_it(
    seed: int, style: ComputedStyle, fonts: FontLibrary
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    paragraphs: list[Paragraph] = [
        prepare(with_boxes(chance, style), style, fonts, 1.0),
        prepare([TextItem(TEXT * 3, style)], style, fonts, 1.0),
        prepare([TextItem("a quiet river of lanterns " * 5, style)], style, fonts, 1.0),
    ]
    for paragraph in paragraphs:
        stop, width = len(paragraph.content.text), chance.random() * 400
        assert paragraph.is_monotonous
        found = line_breaking._first_beyond(paragraph, 0, stop, 0, width)
        paragraph.is_monotonous = False
        assert found == line_breaking._first_beyond(paragraph, 0, stop, 0, width)
