"""Inline layout: items in, lines out (CSS Inline 3, CSS Text 3 and 4).

    layout_inline(items, block_style, width=…, fonts=…, report=None, height=None, grid=1.0) -> InlineLayout
    intrinsic_widths(items, block_style, fonts=…, report=None, grid=1.0) -> (min-content, max-content)
    TextMeasurer(fonts, grid=1.0)   # both of them, as the layout stage's port

A paragraph is shaped once and kept by what its items hold: measuring it again at other widths
only breaks lines. `grid` is what a device px takes of a px: font metrics are rounded to it, glyph
advances are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ..report import Report
from ..style.values.computed import ComputedStyle
from .fonts.font_library import FontLibrary
from .fonts.font_metrics import FontMetrics
from .inline_cost import LEAF, LINE, Spend, free
from .line_model import AtomicItem, FirstLine, InlineItem, InlineLayout, Line
from .lines.annotations import annotated, spread_bases
from .lines.box_metrics import BoxMetrics
from .lines.builder import build_line, line_box, place_leaves
from .lines.draft import LineDraft, draft_line
from .lines.ellipsis import CLIP, ellipsis_string, truncate
from .lines.emphasis import room_before, room_below
from .lines.justify import fit_scale, justify
from .lines.line_alignment import (
    Area,
    WidthOf,
    align_offset,
    alignment,
    area_widths,
    hanging_offset,
    line_widths,
    text_indent,
)
from .lines.line_breaking import Bands, content_widths, lines_beside, wrap
from .lines.paragraph import EPSILON, Paragraph, TextSpan
from .lines.plain_lines import one_line, plain_layout
from .lines.plain_paragraph import PlainParagraph
from .lines.prepare import Paragraphs, prepare
from .lines.text_traits import metrics_of, text_traits

_PASSES_BESIDE = 3  # lines beside floats are built with the heights of the pass before


def layout_inline(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    *,
    width: float,
    fonts: FontLibrary,
    report: Report | None = None,
    height: float | None = None,
    grid: float = 1.0,
    paragraphs: Paragraphs | None = None,
    bands: Bands | None = None,
    spend: Spend = free,
    first: FirstLine | None = None,
) -> InlineLayout:
    """Lay an inline formatting context out in `width` px (inf for max-content, 0 for min-content).

    `height` is the room that `text-fit` may fill; None where it is not bounded. `paragraphs` keeps what was
    shaped for the next call. `report` is told of fonts at once; else the result's `findings` are for later.
    `spend` counts the work. `first` are the items in their styles on the first line.
    """
    paragraph = prepare(items, block_style, fonts, grid, paragraphs=paragraphs, spend=spend, first=first)
    if report is not None and paragraph.findings is not None:
        report.absorb(paragraph.findings)
    if bands is not None:
        return _layout_beside(paragraph, width, bands)
    found = paragraph.layouts.get((width, height))
    if found is not None:
        return found
    fitted = paragraph
    if block_style.text_fit is not None and math.isfinite(width) and width > 0:
        fitted = _fitted(paragraph, items, width, height, first)
    layout = _layout(fitted, width)
    if fitted is not paragraph:
        layout = replace(layout, findings=paragraph.findings)
    # Lines with atomics name this pass's own items.
    if paragraph.is_plain or not any(isinstance(item, AtomicItem) for item in items):
        paragraph.layouts[width, height] = layout
    return layout


def intrinsic_widths(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    *,
    fonts: FontLibrary,
    grid: float = 1.0,
    paragraphs: Paragraphs | None = None,
    spend: Spend = free,
    first: FirstLine | None = None,
) -> tuple[float, float]:
    """Return (min-content, max-content) widths in px."""
    return content_widths(
        prepare(items, block_style, fonts, grid, paragraphs=paragraphs, spend=spend, first=first)
    )


class TextMeasurer:
    """Measures and lays out inline content with one library; keeps what it shaped last.

    `grid` is what a device px takes of a px.
    """

    def __init__(self, fonts: FontLibrary, *, grid: float = 1.0) -> None:
        self.fonts = fonts
        self.grid = grid
        self._paragraphs: Paragraphs = {}

    def intrinsic_widths(
        self,
        items: Sequence[InlineItem],
        style: ComputedStyle,
        spend: Spend = free,
        first: FirstLine | None = None,
    ) -> tuple[float, float]:
        """Return (min-content, max-content) widths in px."""
        return intrinsic_widths(
            items,
            style,
            fonts=self.fonts,
            grid=self.grid,
            paragraphs=self._paragraphs,
            spend=spend,
            first=first,
        )

    def layout(
        self,
        items: Sequence[InlineItem],
        style: ComputedStyle,
        width: float,
        height: float | None,
        bands: Bands | None = None,
        spend: Spend = free,
        first: FirstLine | None = None,
    ) -> InlineLayout:
        """Break the items into lines, beside floats where `bands` tells the room that they leave."""
        return layout_inline(
            items,
            style,
            width=width,
            fonts=self.fonts,
            height=height,
            grid=self.grid,
            paragraphs=self._paragraphs,
            bands=bands,
            spend=spend,
            first=first,
        )

    def metrics(self, style: ComputedStyle) -> FontMetrics:
        """Return the metrics of a style's first font."""
        return self.fonts.metrics(style, self.grid)

    def forget_oldest(self, kept: int) -> None:
        """Keep the last `kept` paragraphs alone."""
        for key in list(self._paragraphs)[:-kept]:
            del self._paragraphs[key]


# --- lines ---------------------------------------------------------------------------------------------


def _layout(paragraph: Paragraph, width: float) -> InlineLayout:
    if isinstance(paragraph, PlainParagraph) and paragraph.first_line is None:
        layout = one_line(paragraph, width)
        if layout is not None:
            return layout
    style = paragraph.content.block_style
    clamp = style.line_clamp
    spans = paragraph.lines_at.get(width)
    if spans is None:
        spans = wrap(paragraph, line_widths(style, width), clamp + 1 if clamp else None)
        if not paragraph.is_plain or style.text_fit is not None:  # else the whole layout is kept
            paragraph.lines_at[width] = spans
    clamped = clamp is not None and len(spans) > clamp
    return _build(paragraph, spans[:clamp] if clamped else spans, width, clamped=clamped)


def _layout_beside(paragraph: Paragraph, width: float, bands: Bands) -> InlineLayout:
    """Break and build until the lines are as high as the floats beside them were asked for."""
    style = paragraph.content.block_style
    root = _root(paragraph)
    clamp, indent = style.line_clamp, text_indent(style, width)
    usual = root.ascent + root.descent
    opening = _root(paragraph.line_from(0))
    heights = [opening.ascent + opening.descent, usual]
    for _ in range(_PASSES_BESIDE):
        spans, areas = lines_beside(paragraph, bands, heights, indent, clamp + 1 if clamp else None)
        clamped = clamp is not None and len(spans) > clamp
        layout = _build(
            paragraph, spans[:clamp] if clamped else spans, width, clamped=clamped, areas=areas[: len(spans)]
        )
        expected, heights = heights, [*(line.height for line in layout.lines), usual]
        if all(abs(a - expected[min(i, len(expected) - 1)]) < EPSILON for i, a in enumerate(heights)):
            break
    return layout


def _build(
    paragraph: Paragraph,
    spans: Sequence[TextSpan],
    width: float,
    *,
    clamped: bool,
    areas: Sequence[Area] | None = None,
) -> InlineLayout:
    """Cut, align and stack the lines."""
    style = paragraph.content.block_style
    indent = text_indent(style, width)
    if isinstance(paragraph, PlainParagraph) and not (areas or clamped or paragraph.first_line):
        plain = plain_layout(paragraph, spans, width, indent)
        if plain is not None:
            return plain
    root = _root(paragraph)
    widths = line_widths(style, width) if areas is None else area_widths(areas, indent)
    drafts, overflow = _drafts(paragraph, spans, widths, clamped=clamped)
    indents = [indent if number == 0 else 0.0 for number in range(len(drafts))]
    widest = max((d.width + i for d, i in zip(drafts, indents, strict=True)), default=0.0)
    available = width if math.isfinite(width) else widest
    lines: list[Line] = []
    y, room = 0.0, room_before(root.style)
    for number, (draft, own_indent) in enumerate(zip(drafts, indents, strict=True)):
        left = 0.0
        if areas is not None:
            y, left, available = max(y, areas[number].top), areas[number].left, areas[number].width
        whole = paragraph.line_from(draft.span.start)
        on = root if whole is paragraph else _root(whole)
        lines.append(_finish(whole, draft, on, available, own_indent, y, left, room))
        room = room_below(lines[-1], root.font, root.style.font_size * paragraph.shaper.scale)
        y += lines[-1].height
    return InlineLayout(
        lines,
        widest,
        y,
        lines[0].baseline if lines else 0.0,
        lines[-1].baseline if lines else 0.0,
        clamped,
        paragraph.shaper.scale,
        overflow,
        paragraph.findings,
    )


def _root(paragraph: Paragraph) -> BoxMetrics:
    return metrics_of(paragraph.content.block_style, paragraph.shaper)


def _drafts(
    paragraph: Paragraph, spans: Sequence[TextSpan], widths: WidthOf, *, clamped: bool
) -> tuple[list[LineDraft], float]:
    """Return the pieces of the lines, cut to their room, and by how much the widest one was beyond it."""
    style = paragraph.content.block_style
    drafts: list[LineDraft] = []
    overflow = 0.0
    for number, span in enumerate(spans):
        whole = paragraph.line_from(span.start)
        draft = _draft(whole, span)
        drafts.append(draft)
        draft.width = whole.width_of(span)
        available = widths(number)
        if whole.clones:
            draft.width += whole.cloned_ends(span)
        if span.forced:  # spaces hang only where there is no room for them (§4.1.3)
            draft.width += max(0.0, min(whole.hanging_width(span), available - draft.width))
        overflow = max(overflow, draft.width - available - EPSILON)
        if clamped and number == len(spans) - 1:
            truncate(whole, draft, available, style.block_ellipsis)
            draft.truncated = True
        elif style.text_overflow != CLIP and draft.width > available + EPSILON and _clips(style):
            truncate(whole, draft, available, ellipsis_string(style.text_overflow))
            draft.truncated = True
    return drafts, overflow


def _draft(paragraph: Paragraph, span: TextSpan) -> LineDraft:
    """Return a line's pieces, the work of building it counted."""
    draft = draft_line(paragraph, span)
    paragraph.shaper.spend(LINE + LEAF * len(draft.leaves))
    return draft


def _clips(style: ComputedStyle) -> bool:
    return style.overflow_x != "visible"


def _finish(
    paragraph: Paragraph,
    draft: LineDraft,
    root: BoxMetrics,
    available: float,
    indent: float,
    y: float,
    left: float = 0.0,
    free: float = 0.0,
) -> Line:
    rtl = bool(draft.base & 1)
    align = alignment(paragraph.content.block_style, rtl=rtl, forced=draft.span.forced)
    room = available - indent - draft.width
    if align == "justify" and not draft.truncated and math.isfinite(available):
        justify(paragraph, draft, room)
        room = available - indent - draft.width
    offset = align_offset(align, room, rtl=rtl)
    if not rtl:
        offset += indent
    elif not draft.span.forced:
        offset -= paragraph.hanging_width(draft.span)
    offset += left + hanging_offset(paragraph, draft, align)
    if paragraph.rubies:
        spread_bases(paragraph, draft)
    fragments = place_leaves(paragraph, draft, offset)
    line = build_line(paragraph, draft, fragments, root, y, free)
    if paragraph.rubies:
        line = annotated(paragraph, draft, fragments, line, free)
    if paragraph.opens is not None and _is_painted(paragraph):
        line.boxes.insert(0, line_box(line, root, paragraph.opens, offset))
    return line


def _is_painted(paragraph: Paragraph) -> bool:
    """Whether a first line's style paints more than its text."""
    shaper = paragraph.shaper
    return text_traits(paragraph.content.block_style, shaper.fonts, shaper.grid).is_painted


# --- text-fit ------------------------------------------------------------------------------------------


def _fitted(
    paragraph: Paragraph,
    items: Sequence[InlineItem],
    width: float,
    height: float | None,
    first: FirstLine | None = None,
) -> Paragraph:
    """Return the paragraph at the scale at which its text fits the box (and its line-clamp)."""
    style = paragraph.content.block_style
    fit = style.text_fit
    assert fit is not None  # noqa: S101 - the caller looked
    shaper = paragraph.shaper

    def at(scale: float) -> Paragraph:
        if scale == 1.0:
            return paragraph
        found = paragraph.scaled.get(scale)
        if found is None:
            found = prepare(items, style, shaper.fonts, shaper.grid, scale, spend=shaper.spend, first=first)
            paragraph.scaled[scale] = found
        found.renew(items, shaper.spend, first)
        return found

    def fits(scale: float) -> bool:
        layout = _layout(at(scale), width)
        return (
            not layout.clamped
            and layout.overflow <= 0.0
            and (height is None or layout.height <= height + EPSILON)
        )

    key = (width, height)
    scale = paragraph.fits.get(key)
    if scale is None:
        scale = paragraph.fits[key] = fit_scale(fit, style.font_size, fits)
        paragraph.scaled = {scale: at(scale)}
    return at(scale)
