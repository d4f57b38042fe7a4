"""Items to a shaped paragraph, or the one that the same items made before in this render."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, islice

from ...limits import MAX_ELEMENTS, MAX_TEXT_CHARACTERS
from ...report import Report
from ...style.values.computed import ComputedStyle
from ..fonts.font_library import FontLibrary
from ..inline_cost import ITEM, Spend, free, items_cost
from ..line_model import AtomicItem, BreakItem, FirstLine, InlineItem, OpenItem, TextItem
from ..shaping.inline_content import collect
from ..shaping.itemize import itemize, resolve_bidi
from ..shaping.shaper import Shaper
from .paragraph import Opening, Paragraph
from .plain_paragraph import plain_paragraph, text_findings
from .ruby import measure_rubies

MAX_PARAGRAPHS = MAX_ELEMENTS  # of one document: flex containers measure all texts before they lay out one
Paragraphs = dict[tuple[object, ...], Paragraph]


def prepare(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    fonts: FontLibrary,
    grid: float,
    scale: float = 1.0,
    *,
    paragraphs: Paragraphs | None = None,
    spend: Spend = free,
    first: FirstLine | None = None,
) -> Paragraph:
    """Return the items as a shaped paragraph, kept in `paragraphs` where that is given.

    `spend` counts this work, and all later work with the paragraph. What there is to say of its fonts is
    with it, unless it is scaled: text-fit tries many scales. `first` are the items on the first line.
    """
    of_first = id(first.style) if first is not None else 0
    key = (id(fonts), id(block_style), grid, scale, of_first, *[_identity(item) for item in items])
    cached = paragraphs.get(key) if paragraphs is not None else None
    if cached is not None:
        spend(ITEM * len(items))
        cached.renew(items, spend, first)
        return cached
    paragraph = plain_paragraph(items, block_style, fonts, grid, scale, spend) or _shaped(
        items, block_style, fonts, grid, scale, spend
    )
    # The key names objects by identity: keep them, so that no other object can take their place.
    paragraph.keep = (fonts, block_style, first, *items, *[getattr(item, "style", None) for item in items])
    if first is not None:
        _open_with(paragraph, first, fonts, grid, scale, spend)
    if paragraphs is not None:
        if len(paragraphs) >= MAX_PARAGRAPHS:
            del paragraphs[next(iter(paragraphs))]
        paragraphs[key] = paragraph
    return paragraph


def _open_with(
    paragraph: Paragraph, first: FirstLine, fonts: FontLibrary, grid: float, scale: float, spend: Spend
) -> None:
    """Give a paragraph its first line, shaped in the styles there."""
    other = prepare(first.items, first.style, fonts, grid, scale, spend=spend)
    other.opens = first.element
    one, two = paragraph.content, other.content
    is_as_wide = (
        one.text == two.text
        and paragraph.text_widths == other.text_widths
        and paragraph.edge_widths == other.edge_widths
    )
    places = None if len(one.text) == len(two.text) else _places(two.text, one.text)
    paragraph.first_line = Opening(other, places, is_as_wide)
    _take_findings(paragraph, other)


def _places(text: str, whole: str) -> list[int]:
    """Return where each character of a text stands in the same one with other cases."""
    ends = list(accumulate(len(character.casefold()) for character in whole))
    starts = accumulate((len(character.casefold()) for character in text), initial=0)
    return [*(bisect_right(ends, at) for at in islice(starts, len(text))), len(whole)]


def _shaped(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    fonts: FontLibrary,
    grid: float,
    scale: float,
    spend: Spend,
) -> Paragraph:
    """Shape items of any kind."""
    spend(items_cost(items))
    content = collect(items, block_style, MAX_TEXT_CHARACTERS)
    levels, bases = resolve_bidi(content)
    shaper = Shaper(content.text, fonts, grid, scale, spend)
    shaped = itemize(content, levels, shaper)
    paragraph = Paragraph(content, levels, bases, shaped, shaper, list(items))
    paragraph.findings = text_findings(paragraph)
    _annotate(paragraph)
    return paragraph


def _annotate(paragraph: Paragraph) -> None:
    """Shape the annotations of bases in ruby, and give the bases the room that these take."""
    shaper = paragraph.shaper
    annotations: dict[int, Paragraph] = {}
    for number in range(len(paragraph.content.boxes)):
        found = paragraph.open_item(number).annotation
        if found is not None:
            own = prepare(
                found.items, found.style, shaper.fonts, shaper.grid, shaper.scale, spend=shaper.spend
            )
            annotations[number] = own
            _take_findings(paragraph, own)
    if annotations:
        paragraph.take_annotations(measure_rubies(paragraph, annotations))


def _take_findings(paragraph: Paragraph, inside: Paragraph) -> None:
    """Let a paragraph say what there is to say of one that it shows."""
    if inside.findings is not None:
        paragraph.findings = paragraph.findings or Report()
        paragraph.findings.absorb(inside.findings)


def _identity(item: InlineItem) -> tuple[object, ...]:
    """What of an item decides the paragraph: layout makes new objects at every measuring pass."""
    if isinstance(item, TextItem):
        return 0, item.text, id(item.style), id(item.element)
    if isinstance(item, OpenItem):
        above = item.annotation
        return (
            1, id(item.style), id(item.element), item.margin_left, item.border_left, item.padding_left,
            item.margin_right, item.border_right, item.padding_right,
            above and (id(above.style), *map(_identity, above.items)),
        )  # fmt: skip
    if isinstance(item, AtomicItem):
        return 2, id(item.style), item.width
    return (3, id(item.style)) if isinstance(item, BreakItem) else (4,)
