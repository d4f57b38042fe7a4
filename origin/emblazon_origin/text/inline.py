"""Inline layout: items in, lines out (CSS Inline 3, CSS Text 3 and 4).

    layout_inline(items, block_style, width=…, fonts=…, report=None, height=None, grid=1.0) -> InlineLayout
    intrinsic_widths(items, block_style, fonts=…, report=None, grid=1.0) -> (min-content, max-content)
    TextMeasurer(fonts, report, grid=1.0)   # both of them, as the layout stage's port

A paragraph is shaped once and kept, by what its items hold, in the library's paragraph cache: measuring it
again at other widths only breaks lines. `grid` is the px grid that glyph advances fall on: 1.0 as Chromium
at one device pixel per px, 0 for fractional advances.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..limits import MAX_TEXT_CHARACTERS
from ..report import Report
from ..style.computed import ComputedStyle
from .breaker import break_lines
from .content import collect
from .fonts import FontLibrary
from .items import Shaper, itemize, resolve_bidi
from .line_break import find_breaks
from .line_builder import LineDraft, build_line, draft_line, place_leaves
from .lines import AtomicItem, BreakItem, InlineItem, InlineLayout, Line, OpenItem, TextItem
from .paragraph import Paragraph, Span
from .vertical import BoxMetrics, box_metrics


def layout_inline(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    *,
    width: float,
    fonts: FontLibrary,
    report: Report | None = None,
    height: float | None = None,
    grid: float = 1.0,
) -> InlineLayout:
    """Lay an inline formatting context out in `width` px (inf for max-content, 0 for min-content).

    `height` is the room that `text-fit` may fill; None where it is not bounded.
    """
    paragraph = prepare(items, block_style, fonts, report, grid)
    spans = break_lines(paragraph, _line_width(block_style, width))
    return build_layout(paragraph, spans, width)


def intrinsic_widths(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    *,
    fonts: FontLibrary,
    report: Report | None = None,
    grid: float = 1.0,
) -> tuple[float, float]:
    """Return (min-content, max-content) widths in px."""
    return prepare(items, block_style, fonts, report, grid).intrinsic_widths()


class TextMeasurer:
    """The text stage as the layout stage uses it."""

    def __init__(self, fonts: FontLibrary, report: Report | None = None, *, grid: float = 1.0) -> None:
        self.fonts = fonts
        self.report = report
        self.grid = grid

    def intrinsic_widths(self, items: Sequence[InlineItem], style: ComputedStyle) -> tuple[float, float]:
        """Return (min-content, max-content) widths in px."""
        return intrinsic_widths(items, style, fonts=self.fonts, report=self.report, grid=self.grid)

    def layout(
        self, items: Sequence[InlineItem], style: ComputedStyle, width: float, height: float | None
    ) -> InlineLayout:
        """Break the items into lines."""
        return layout_inline(
            items, style, width=width, fonts=self.fonts, report=self.report, height=height, grid=self.grid
        )


# --- preparing -----------------------------------------------------------------------------------------


def prepare(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    fonts: FontLibrary,
    report: Report | None,
    grid: float,
    scale: float = 1.0,
) -> Paragraph:
    """Return the items as a shaped paragraph, from the cache where the same items were shaped before."""
    key = (id(fonts), id(report), id(block_style), grid, scale, *map(_identity, items))
    cached = fonts.paragraph_cache.get(key)
    if isinstance(cached, Paragraph):
        cached.inline_items = list(items)
        return cached
    content = collect(items, block_style, MAX_TEXT_CHARACTERS)
    if report is not None and content.truncated:
        report.add("warning", "limit", f"text longer than {MAX_TEXT_CHARACTERS} characters is cut off")
    levels, bases = resolve_bidi(content)
    shaper = Shaper(content, fonts, grid, scale)
    shaped = itemize(content, levels, shaper, report)
    paragraph = Paragraph(content, levels, bases, shaped, shaper, find_breaks(content), list(items))
    paragraph.keep = (
        fonts,
        report,
        block_style,
        *items,
        *(item.style for item in items if hasattr(item, "style")),
    )
    fonts.paragraph_cache[key] = paragraph
    return paragraph


def _identity(item: InlineItem) -> tuple[object, ...]:
    """What of an item decides the paragraph: layout makes new objects at every measuring pass."""
    if isinstance(item, TextItem):
        return 0, item.text, id(item.style), id(item.element)
    if isinstance(item, OpenItem):
        return (
            1, id(item.style), id(item.element), item.margin_left, item.border_left, item.padding_left,
            item.margin_right, item.border_right, item.padding_right,
        )  # fmt: skip
    if isinstance(item, AtomicItem):
        return 2, id(item.style), item.width
    return (3, id(item.style)) if isinstance(item, BreakItem) else (4,)


# --- lines ---------------------------------------------------------------------------------------------


def _line_width(block_style: ComputedStyle, width: float):  # type: ignore[no-untyped-def]
    indent = text_indent(block_style, width)
    return lambda number: width - indent if number == 0 else width


def text_indent(block_style: ComputedStyle, width: float) -> float:
    """Return the first line's indent in px."""
    return block_style.text_indent.resolve(width if math.isfinite(width) else 0.0)


def build_layout(paragraph: Paragraph, spans: Sequence[Span], width: float) -> InlineLayout:
    """Align the lines and stack them."""
    style = paragraph.content.block_style
    root = box_metrics(style, paragraph.shaper.fonts, paragraph.shaper.scale)
    drafts = [draft_line(paragraph, span) for span in spans]
    indent = text_indent(style, width)
    for number, draft in enumerate(drafts):
        draft.width = paragraph.width_of(draft.span) + (indent if number == 0 else 0.0)
    widest = max((draft.width for draft in drafts), default=0.0)
    available = width if math.isfinite(width) else widest
    lines: list[Line] = []
    y = 0.0
    for number, draft in enumerate(drafts):
        line = _finish(paragraph, draft, root, available, indent if number == 0 else 0.0, y)
        y += line.height
        lines.append(line)
    first = lines[0].baseline if lines else 0.0
    last = lines[-1].baseline if lines else 0.0
    return InlineLayout(lines, widest, y, first, last, scale=paragraph.shaper.scale)


def _finish(
    paragraph: Paragraph, draft: LineDraft, root: BoxMetrics, available: float, indent: float, y: float
) -> Line:
    style = paragraph.content.block_style
    align = _alignment(style, draft)
    rtl = bool(draft.base & 1)
    room = available - draft.width
    offset = align_offset(align, room, rtl=rtl)
    hanging = _hanging_width(draft) if rtl else 0.0
    fragments = place_leaves(paragraph, draft, offset + (0.0 if rtl else indent) - hanging)
    return build_line(paragraph, draft, fragments, root, y)


def _alignment(style: ComputedStyle, draft: LineDraft) -> str:
    """`text-align` and `text-align-last` for a line, as left, right, center or justify (CSS Text 3 §6)."""
    rtl = bool(draft.base & 1)
    align: str = style.text_align
    if draft.span.forced:
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


def _hanging_width(draft: LineDraft) -> float:
    return sum(
        leaf.width for leaf in draft.leaves if leaf.start >= draft.span.visible and leaf.end > leaf.start
    )
