"""Where a line lies in its room: indents, `text-align`, hanging punctuation (CSS Text 3 §6, §8, §9)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import regex

from ...style.values.computed import ComputedStyle
from .draft import LineDraft
from .paragraph import Paragraph

_OPENING = regex.compile(r"[\p{Ps}\p{Pi}\p{Pf}'\"]")
_CLOSING = regex.compile(r"[\p{Pe}\p{Pi}\p{Pf}'\"]")


WidthOf = Callable[[int], float]  # available width of the line with an index, px


class Area(NamedTuple):
    """Where a line may be: its top, left edge and room, from the content box; px."""

    top: float
    left: float
    width: float


def line_widths(block_style: ComputedStyle, width: float) -> WidthOf:
    """Return the available width of each line, px."""
    indent = text_indent(block_style, width)
    return lambda number: width - indent if number == 0 else width


def area_widths(areas: Sequence[Area], indent: float) -> WidthOf:
    """Return the available width of each line beside floats, px."""
    return lambda number: areas[number].width - (indent if number == 0 else 0.0)


def text_indent(block_style: ComputedStyle, width: float) -> float:
    """Return the first line's indent in px."""
    return block_style.text_indent.resolve(width if math.isfinite(width) else 0.0)


def hanging_offset(paragraph: Paragraph, draft: LineDraft, align: str) -> float:
    """How far `hanging-punctuation` moves a line whose first or last mark hangs outside."""
    mode = paragraph.content.block_style.hanging_punctuation
    span = draft.span
    if mode == "none" or span.visible <= span.start:
        return 0.0
    rtl = bool(draft.base & 1)
    text = paragraph.content.text
    if mode == "first" and span.start == 0 and align == ("right" if rtl else "left"):
        width = paragraph.text_widths[1] if _OPENING.match(text[0]) else 0.0
        return width if rtl else -width
    last = span.visible - 1
    if mode == "last" and span.end == len(text) and align == ("left" if rtl else "right"):
        hangs = _CLOSING.match(text[last])
        width = paragraph.text_widths[last + 1] - paragraph.text_widths[last] if hangs else 0.0
        return -width if rtl else width
    return 0.0


def alignment(style: ComputedStyle, *, rtl: bool, forced: bool) -> str:
    """`text-align` and `text-align-last` for a line, as left, right, center or justify (CSS Text 3 §6).

    `forced` says that it ends with a forced break or the block.
    """
    align: str = style.text_align
    if forced:
        last = style.text_align_last
        if last != "auto":
            align = last
        elif align == "justify":
            align = "start"
    if align in ("start", "match-parent"):
        return "right" if rtl else "left"
    if align == "end":
        return "left" if rtl else "right"
    return align


def align_offset(align: str, room: float, *, rtl: bool) -> float:
    """Return where a line begins; lines too wide spill over the end side (Blink's LineOffsetForTextAlign)."""
    if align == "right":
        return room if rtl else max(room, 0.0)
    if align == "center":
        return room if rtl and room < 0 else max(room / 2, 0.0)
    if align == "justify":
        return room if rtl else 0.0
    return min(room, 0.0) if rtl else 0.0
