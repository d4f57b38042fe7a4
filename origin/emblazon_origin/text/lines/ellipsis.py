"""Truncation: `text-overflow` and the block ellipsis of `line-clamp` (CSS Overflow 4 §4, §5).

In the end a block's layout has to say what was lost: text that was clamped, shrunk, or runs out of its box.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from ...report import Report
from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_metrics import layout_unit_up
from ..line_model import InlineItem, InlineLayout, TextItem
from ..shaping.scripts import script_runs
from ..shaping.shape import Glyphs, features_of
from ..shaping.shaper import ShapingItem
from .paragraph import EPSILON, Paragraph, box_chain

if TYPE_CHECKING:
    from .draft import Leaf, LineDraft

CLIP = "clip"


def ellipsis_string(value: str) -> str:
    """Return what a `text-overflow` value shows: U+2026 for `ellipsis`, else the string itself."""
    return "…" if value == "ellipsis" else value


def ellipsis_leaf(paragraph: Paragraph, text: str, base: int) -> Leaf:
    """Return the ellipsis as a leaf of the block itself, in the block's font (or one that has it)."""
    from .draft import Leaf

    style = paragraph.content.block_style
    shaper = paragraph.shaper
    size = style.font_size * shaper.scale
    font_set = shaper.fonts.font_set(style if shaper.scale == 1.0 else style.replace(font_size=size))
    font: FontInstance = font_set.primary
    if not font.draws_all(text):
        font = font_set.select(text[:1], "Zyyy").font
        if text == "…" and not font.draws_all(text):
            text, font = "...", font_set.primary
    script = next((run[2] for run in script_runs(text)), "Zyyy")
    item = ShapingItem(0, 0, font, style, base, script, features_of(style, font), size)
    glyphs = shaper.text_glyphs(text, item)
    width, end = layout_unit_up(sum(glyphs.advances), shaper.grid), paragraph_end(paragraph)
    return Leaf(
        "text", end, end, -1, base, width, style,
        item=item, glyphs=glyphs, font=font, text=text,
    )  # fmt: skip


def paragraph_end(paragraph: Paragraph) -> int:
    """Return the offset after the last character."""
    return len(paragraph.content.text)


def truncate(paragraph: Paragraph, draft: LineDraft, available: float, text: str) -> None:
    """Cut a placed draft at its end edge so that it and the ellipsis fit `available` px.

    Works on the visual line, as Chromium does: what is nearest to the end edge of the block's direction
    goes first, and one character or atomic inline at least stays.
    """
    ellipsis = ellipsis_leaf(paragraph, text, draft.base)
    rtl = bool(draft.base & 1)
    leaves = [leaf for leaf in draft.leaves if leaf.start < draft.span.visible or leaf.kind == "empty"]
    if rtl:
        leaves.reverse()
    room = available - ellipsis.width + EPSILON
    if draft.width <= room:
        kept = leaves
        draft.width += ellipsis.width
    else:
        kept, used = _keep(paragraph, draft, leaves, room, rtl=rtl)
        draft.width = used + ellipsis.width
        inside = {number for leaf in kept for number in box_chain(paragraph, leaf.box)}
        draft.closed = frozenset(
            number for number in draft.closed if number in inside and _is_whole(paragraph, number, kept)
        )
    kept.append(ellipsis)
    if rtl:
        kept.reverse()
    draft.leaves = kept


def _keep(
    paragraph: Paragraph, draft: LineDraft, leaves: list[Leaf], room: float, *, rtl: bool
) -> tuple[list[Leaf], float]:
    """Return the leaves (in order from the start edge) that fit, the last one cut, and their width."""
    kept: list[Leaf] = []
    entered: set[int] = set()
    used = 0.0
    for leaf in leaves:
        edges = _start_edges(paragraph, draft, leaf, entered)
        if used + edges + leaf.width <= room:
            kept.append(leaf)
            used += edges + leaf.width
            continue
        part = _cut(leaf, room - used - edges, keep_one=not kept, rtl=rtl)
        if part is not None:
            kept.append(part)
            used += edges + part.width
        break
    return kept, used


def _start_edges(paragraph: Paragraph, draft: LineDraft, leaf: Leaf, entered: set[int]) -> float:
    """The room that inline boxes take where they begin with this leaf."""
    total = 0.0
    for number in box_chain(paragraph, leaf.box):
        if number not in entered:
            entered.add(number)
            if number in draft.opened:
                item = paragraph.open_item(number)
                ltr = item.style.direction == "ltr"
                total += (
                    item.margin_left + item.border_left + item.padding_left
                    if ltr
                    else item.margin_right + item.border_right + item.padding_right
                )
    return total


def _is_whole(paragraph: Paragraph, number: int, kept: list[Leaf]) -> bool:
    """Whether nothing of a box was cut away."""
    end = max((leaf.end for leaf in kept if number in box_chain(paragraph, leaf.box)), default=-1)
    return end >= paragraph.content.boxes[number].end


def _cut(leaf: Leaf, room: float, *, keep_one: bool, rtl: bool) -> Leaf | None:
    """Return the part of a text leaf next to the start edge that fits; None if nothing does."""
    glyphs = leaf.glyphs
    if leaf.kind != "text" or glyphs is None or not glyphs.glyphs:
        return leaf if keep_one and leaf.kind == "atomic" else None
    count = len(glyphs.glyphs)
    order = list(range(count - 1, -1, -1)) if rtl else list(range(count))
    widths = list(accumulate(glyphs.advances[i] for i in order))
    number = bisect_right(widths, room + EPSILON)
    while 0 < number < count and glyphs.clusters[order[number]] == glyphs.clusters[order[number - 1]]:
        number -= 1
    if number == 0 and keep_one:
        number = 1
        while number < count and glyphs.clusters[order[number]] == glyphs.clusters[order[0]]:
            number += 1
    if number == 0:
        return None
    part = slice(count - number, count) if rtl else slice(0, number)
    kept = Glyphs(
        glyphs.glyphs[part],
        glyphs.clusters[part],
        glyphs.advances[part],
        glyphs.x_offsets[part] if glyphs.x_offsets else None,
        glyphs.y_offsets[part] if glyphs.y_offsets else None,
    )
    text = leaf.text
    if leaf.end - leaf.start == len(text) and number < count:
        dropped = glyphs.clusters[: count - number] if rtl else glyphs.clusters[number:]
        gone = set(dropped)
        bounds = sorted({*glyphs.clusters, leaf.end})
        spans = pairwise(bounds)
        text = "".join(leaf.text[a - leaf.start : b - leaf.start] for a, b in spans if a not in gone)
    return replace(
        leaf,
        glyphs=kept,
        width=sum(kept.advances),
        text=text,
        end=leaf.end if number == count else leaf.start,
    )


def report_layout(
    report: Report, layout: InlineLayout, style: ComputedStyle, items: Sequence[InlineItem]
) -> None:
    """Add what one block's final layout has to say."""
    if layout.findings is not None:
        report.absorb(layout.findings)
    if layout.scale == 1.0 and not layout.clamped and layout.overflow <= 0.5:
        return
    where, line, text = _place(items)
    if layout.scale != 1.0:
        size = style.font_size * layout.scale
        message = f"text-fit set {text} in {size:g}px instead of {style.font_size:g}px"
        report.add("info", "text-shrunk", message, line=line, where=where)
    if layout.clamped:
        message = f"line-clamp cut {text} after {style.line_clamp} lines"
        report.add("info", "text-clamped", message, line=line, where=where)
    if layout.overflow > 0.5:
        cut = style.text_overflow != "clip" and style.overflow_x != "visible"
        what = "is cut with an ellipsis" if cut else "runs over the edge of its box"
        message = f"{text} {what}: {layout.overflow:.0f}px too wide"
        report.add("info" if cut else "warning", "text-overflow", message, line=line, where=where)


def _place(items: Sequence[InlineItem]) -> tuple[str, int, str]:
    """Return the selector and source line of the text, and its beginning in quotes."""
    text = " ".join("".join(item.text for item in items if isinstance(item, TextItem)).split())
    short = text if len(text) <= 40 else text[:39] + "…"
    for item in items:
        element = item.element if isinstance(item, TextItem) else None
        if element is not None:
            return element.selector, element.line, repr(short)
    return "", 0, repr(short)
