"""Ruby: annotations over or under their bases, as Chromium lays them out (CSS Ruby 1).

A base and its annotation are as wide as the wider one; the other one spreads (`ruby-align`). An annotation
may reach over text beside it, by half of its size. The base stays on one line.
"""

from __future__ import annotations

from typing import NamedTuple

from ...style.values.computed import ComputedStyle
from ..shaping.inline_content import NEWLINE, OBJECT
from .justify import CONTROLS, opportunities
from .paragraph import Paragraph, Ruby

_MOST_INSET = 2.0  # of an em, on both sides together, where there is room inside


class _Spread(NamedTuple):
    """What a text leaves on its left, on its right, and shares inside; px."""

    before: float
    after: float
    within: float


def measure_rubies(paragraph: Paragraph, annotations: dict[int, Paragraph]) -> dict[int, Ruby]:
    """Return how each base, by its inline box, and its annotation share their room; inner ones first."""
    widths, events = paragraph.text_widths, paragraph.content.events
    rubies: dict[int, Ruby] = {}
    begun: dict[int, float] = {}
    edges = 0.0
    for number, (offset, box, is_open) in enumerate(events):
        if not is_open and box in annotations:
            ruby = _ruby(paragraph, box, annotations[box], widths[offset] + edges - begun[box])
            rubies[box] = ruby
            edges += ruby.before + ruby.within + ruby.after
        edges += paragraph.edge_width(number)
        if is_open:
            begun[box] = widths[offset] + edges
    return rubies


def _ruby(paragraph: Paragraph, box: int, annotation: Paragraph, base: float) -> Ruby:
    content, own = paragraph.content, annotation.content
    style = content.boxes[box].style
    length = len(own.text)
    width = annotation.width_of(annotation.span(0, length, forced=True))
    if base >= width:
        shares = sum(opportunities(own.text, 0, length).values())
        spread = _spread(own.block_style, base - width, shares)
        return Ruby(annotation, 0.0, 0.0, 0.0, 0.0, spread.before, spread.within)
    start, end = content.boxes[box].start, content.boxes[box].end
    spread = _spread(style, width - base, sum(opportunities(content.text, start, end).values()))
    most = own.block_style.font_size * annotation.shaper.scale / 2
    if own.block_style.ruby_overhang == "none" or not base:
        most = 0.0
    before = min(spread.before, most) if _is_text(paragraph, start - 1, -1, box) else 0.0
    after = min(spread.after, most) if _is_text(paragraph, end, 1, box) else 0.0
    return Ruby(annotation, spread.before - before, spread.after - after, spread.within, before, 0.0, 0.0)


def _spread(style: ComputedStyle, space: float, shares: int) -> _Spread:
    """Return how room is shared by `ruby-align`; `shares` are the opportunities inside of the text."""
    align = style.ruby_align
    if align == "start":
        return _Spread(0.0, space, 0.0)
    if align == "center" or not shares:
        return _Spread(space / 2, space / 2, 0.0)
    if align == "space-between":
        return _Spread(0.0, 0.0, space)
    inset = min(space / (shares + 1), _MOST_INSET * style.font_size)
    return _Spread(inset / 2, inset / 2, space - inset)


def _is_text(paragraph: Paragraph, at: int, step: int, box: int) -> bool:
    """Whether there is a character at an offset beside a base over which its annotation may reach."""
    text = paragraph.content.text
    while 0 <= at < len(text) and text[at] in CONTROLS:
        at += step
    if not 0 <= at < len(text) or text[at] in (OBJECT, NEWLINE):
        return False
    source = paragraph.content.sources[paragraph.source_index(at)]
    number = source.box
    while number >= 0 and number != box:
        if paragraph.open_item(number).annotation is not None:
            return False
        number = paragraph.content.boxes[number].parent
    return True
