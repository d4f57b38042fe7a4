"""A line before it is placed: its pieces in visual order (UAX #9 L1, L2) and the inline boxes on it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from operator import neg
from typing import Literal

from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_metrics import layout_unit_up
from ..line_model import AtomicItem
from ..shaping.bidi import visual_order
from ..shaping.inline_content import OBJECT
from ..shaping.shape import Glyphs
from ..shaping.shaper import ShapingItem
from .paragraph import Paragraph, TextSpan, box_chain, hyphen_text

Kind = Literal["text", "atomic", "space", "empty"]
_NONE: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class Leaf:
    """A piece of a line that is placed as one: glyphs, an atomic, a gap, or an empty inline box."""

    kind: Kind
    start: int
    end: int
    box: int
    level: int
    width: float
    style: ComputedStyle
    element: object = None
    item: ShapingItem | None = None
    glyphs: Glyphs | None = None
    font: FontInstance | None = None
    atomic: AtomicItem | None = None
    text: str = ""
    x: float = 0.0


@dataclass(slots=True, eq=False)
class LineDraft:
    """A line before it is placed: leaves in visual order and the boxes that it holds."""

    span: TextSpan
    leaves: list[Leaf]
    opened: frozenset[int]  # boxes that begin on this line
    closed: frozenset[int]  # boxes that end on this line
    base: int  # paragraph level
    width: float = 0.0  # of what counts for alignment
    truncated: bool = False
    fragments: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def draft_line(paragraph: Paragraph, span: TextSpan) -> LineDraft:
    """Return the leaves of a line in visual order (UAX #9 L1, L2)."""
    base = base_level(paragraph, span.start)
    leaves = _leaves(paragraph, span, base)
    opened = closed = _NONE
    if paragraph.content.boxes:
        splits, events = paragraph.event_splits, paragraph.content.events
        on_line = events[splits[span.start] : splits[span.end]]
        opened = frozenset([box for _, box, is_open in on_line if is_open])
        closed = frozenset([box for _, box, is_open in on_line if not is_open])
        _add_empty_boxes(paragraph, span, leaves, opened, closed)
    levels = [leaf.level for leaf in leaves]
    if any(level & 1 for level in levels):  # else they are in their order
        leaves = [leaves[i] for i in visual_order(levels)]
    return LineDraft(span, leaves, opened, closed, base)


def base_level(paragraph: Paragraph, offset: int) -> int:
    """Return the paragraph level of the bidi paragraph that holds an offset."""
    number = sum(1 for at in paragraph.newlines if at < offset) if len(set(paragraph.bases)) > 1 else 0
    return paragraph.bases[min(number, len(paragraph.bases) - 1)]


# --- leaves --------------------------------------------------------------------------------------------


def _leaves(paragraph: Paragraph, span: TextSpan, base: int) -> list[Leaf]:
    content = paragraph.content
    leaves: list[Leaf] = []
    end = span.collapsed
    index = paragraph.source_index(span.start) if end > span.start else len(content.sources)
    while index < len(content.sources):
        source = content.sources[index]
        index += 1
        if source.start >= end:
            break
        low, high = max(source.start, span.start), min(source.end, end)
        if content.text[low] == OBJECT:
            atomic = paragraph.inline_items[source.item]
            if isinstance(atomic, AtomicItem):
                level = paragraph.levels[low]
                leaves.append(
                    Leaf("atomic", low, high, source.box, level, atomic.width, source.style, atomic=atomic)
                )
                continue
        at = low
        while at < high:
            stop = min(high, span.visible) if at < span.visible else high
            leaf = _text_leaf(paragraph, at, stop, source.box, source.style, span)
            leaf.element = source.element
            if at >= span.visible:  # L1: white space at the end of the line
                leaf.level = base
            leaves.append(leaf)
            at = leaf.end
    if span.hyphen:
        _add_hyphen(paragraph, span, leaves)
    return leaves


def _text_leaf(
    paragraph: Paragraph, start: int, stop: int, box: int, style: ComputedStyle, span: TextSpan
) -> Leaf:
    item = paragraph.item_at(start)
    level = paragraph.levels[start]
    if item is None:  # tab or line feed
        width = paragraph.text_widths[start + 1] - paragraph.text_widths[start]
        if paragraph.content.text[start] == "\t":  # L1: segment separators
            level = base_level(paragraph, start)
        return Leaf("space", start, start + 1, box, level, width, style)
    end = min(stop, item.end)
    # Cut where the line is cut, so that glyphs at its ends are shaped for it; then by inline box.
    low, high = (
        max(item.start, span.start),
        min(item.end, span.visible if start < span.visible else span.collapsed),
    )
    if start >= span.visible:
        low = max(low, span.visible)
    inside = start < span.visible
    glyphs = paragraph.shaper.cut(
        item,
        low,
        high,
        trim_start=span.trim_start and inside and low == span.start,
        trim_end=span.trim_end and inside and high == span.visible,
    )
    if (low, high) != (start, end):
        glyphs = _part(glyphs, start, end, item.rtl)
    width = layout_unit_up(sum(glyphs.advances), paragraph.shaper.grid)
    return Leaf(
        "text", start, end, box, item.level, width, style, item=item, glyphs=glyphs, font=item.font,
        text=paragraph.content.text[start:end],
    )  # fmt: skip


def _part(glyphs: Glyphs, start: int, end: int, rtl: bool) -> Glyphs:
    if rtl:  # clusters fall
        part = slice(
            bisect_right(glyphs.clusters, -end, key=neg), bisect_right(glyphs.clusters, -start, key=neg)
        )
    else:
        part = slice(bisect_left(glyphs.clusters, start), bisect_left(glyphs.clusters, end))
    return Glyphs(
        glyphs.glyphs[part],
        glyphs.clusters[part],
        glyphs.advances[part],
        glyphs.x_offsets[part] if glyphs.x_offsets else None,
        glyphs.y_offsets[part] if glyphs.y_offsets else None,
    )


def _add_hyphen(paragraph: Paragraph, span: TextSpan, leaves: list[Leaf]) -> None:
    for leaf in reversed(leaves):
        if leaf.item is not None and leaf.glyphs is not None:
            text = hyphen_text(leaf.item)
            glyphs = paragraph.shaper.text_glyphs(text, leaf.item)
            leaves.append(
                Leaf(
                    "text",
                    span.visible,
                    span.visible,
                    leaf.box,
                    leaf.level,
                    layout_unit_up(sum(glyphs.advances), paragraph.shaper.grid),
                    leaf.style,
                    leaf.element,
                    leaf.item,
                    glyphs,
                    leaf.font,
                    text=text,
                )
            )
            return


def _add_empty_boxes(
    paragraph: Paragraph, span: TextSpan, leaves: list[Leaf], opened: frozenset[int], closed: frozenset[int]
) -> None:
    """Give inline boxes without content on this line a place among the leaves."""
    if not opened and not closed:
        return
    boxes = paragraph.content.boxes
    filled = set()
    for leaf in leaves:
        box = leaf.box
        while box >= 0 and box not in filled:
            filled.add(box)
            box = boxes[box].parent
    innermost: list[int] = []
    for number in sorted((opened | closed) - filled, key=lambda n: -boxes[n].depth):
        if number not in filled:
            innermost.append(number)
            filled.update(box_chain(paragraph, number))
    base = base_level(paragraph, span.start)
    for number in sorted(innermost):
        empty = boxes[number]
        at = min(max(empty.start, span.start), span.end)
        index = 0
        while index < len(leaves) and (leaves[index].start, leaves[index].kind != "empty") <= (at, False):
            index += 1
        level = leaves[index - 1].level if index else base
        leaves.insert(index, Leaf("empty", at, at, number, level, 0.0, empty.style))
