"""Lines of a plain paragraph: one style, one font, one direction, no inline boxes, as most of cards are.

They are what the general way makes of them (`draft.py`, `builder.py`), in a third of its steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..fonts.font_metrics import layout_unit_up
from ..inline_cost import BREAK, LEAF, LINE, LOOK
from ..line_model import GlyphRun, InlineLayout, Line
from ..shaping.shape import origins
from .box_metrics import text_extent
from .line_alignment import align_offset, alignment
from .paragraph import EPSILON, TextSpan
from .plain_paragraph import PlainParagraph


def one_line(paragraph: PlainParagraph, width: float) -> InlineLayout | None:
    """Return the layout of a paragraph that fits on one line; None where that is not all there is to it."""
    block = paragraph.block
    indent, align, own = block.indent, block.last_align, paragraph.width
    if not block.is_placed_plainly or indent is None or align == "justify" or paragraph.closes_up:
        return None
    if own > width - indent + EPSILON:
        return None
    length = len(paragraph.content.text)
    paragraph.shaper.spend(BREAK + LOOK * length.bit_length() + LINE + LEAF)
    rtl, available = block.base == 1, width if math.isfinite(width) else own + indent
    offset = align_offset(align, available - indent - own, rtl=rtl) + (0.0 if rtl else indent)
    ascent, height = text_extent(block.root, paragraph.items)
    run = _run(paragraph, 0, length, offset, -ascent)
    line = Line(0.0, height, ascent, own, [run])
    return InlineLayout([line], own + indent, height, ascent, ascent, False, 1.0, 0.0, paragraph.findings)


def plain_layout(
    paragraph: PlainParagraph, spans: Sequence[TextSpan], width: float, indent: float
) -> InlineLayout | None:
    """Return the lines of a plain paragraph; None where one of them takes more than placing its glyphs."""
    style = paragraph.content.block_style
    if not paragraph.block.is_placed_plainly or not spans:
        return None
    clips = style.text_overflow != "clip" and style.overflow_x != "visible"
    widths: list[float] = []
    overflow, widest, room = 0.0, -math.inf, width - indent
    for span in spans:
        own = paragraph.width_of(span)
        needs_more = span.hyphen or span.trim_start or span.trim_end or span.collapsed != span.visible
        if needs_more or (clips and own > room + EPSILON) or span.visible <= span.start:
            return None
        overflow = max(overflow, own - room - EPSILON)
        widest = max(widest, own if widths else own + indent)
        widths.append(own)
        room = width
    available = width if math.isfinite(width) else widest
    rtl = bool(paragraph.bases[0])
    ascent, height = text_extent(paragraph.block.root, paragraph.items)
    lines: list[Line] = []
    y = 0.0
    for number, (span, own) in enumerate(zip(spans, widths, strict=True)):
        own_indent = indent if number == 0 else 0.0
        align = alignment(style, rtl=rtl, forced=span.forced)
        if align == "justify" and math.isfinite(available):
            return None
        offset = align_offset(align, available - own_indent - own, rtl=rtl) + (0.0 if rtl else own_indent)
        baseline = y + ascent
        run = _run(paragraph, span.start, span.visible, offset, y - baseline)
        lines.append(Line(y, height, baseline, own, [run]))
        y += height
    paragraph.shaper.spend((LINE + LEAF) * len(lines))
    first, last = lines[0].baseline, lines[-1].baseline
    scale, findings = paragraph.shaper.scale, paragraph.findings
    return InlineLayout(lines, widest, y, first, last, False, scale, overflow, findings)


def _run(paragraph: PlainParagraph, start: int, visible: int, x: float, holder_top: float) -> GlyphRun:
    """Return the glyphs of a line."""
    content, item = paragraph.content, paragraph.items[0]
    glyphs, text = item.glyphs, content.text
    assert glyphs is not None  # noqa: S101 - items are filled when made
    if start == 0 and visible == len(text):
        xs = paragraph.text_widths[:-1] if paragraph.has_plain_origins else origins(glyphs)
        width = paragraph.width
    else:
        glyphs, text = paragraph.shaper.cut(item, start, visible), text[start:visible]
        xs, width = origins(glyphs), layout_unit_up(sum(glyphs.advances), paragraph.shaper.grid)
    decorated = len(content.block_style.text_decorations) if item.style.text_decorations else 0
    return GlyphRun(
        item.font,
        item.size * item.font.adjust.size,
        glyphs.glyphs,
        xs,
        glyphs.y_offsets or [0.0] * len(glyphs.glyphs),
        x,
        width,
        0.0,
        item.style,
        text,
        item.rtl,
        content.sources[0].element,
        (0.0,) * decorated,
        holder_top,
    )
