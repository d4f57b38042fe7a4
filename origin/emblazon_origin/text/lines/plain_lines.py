"""Lines of a plain paragraph: one style, one font, one direction, no inline boxes, as most of cards are.

They are what the general way makes of them (`draft.py`, `builder.py`), in a third of its steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..fonts.font_metrics import layout_unit_up
from ..inline_cost import LEAF, LINE
from ..line_model import GlyphRun, InlineLayout, Line
from ..shaping.shape import origins
from .builder import BoxMetrics, half_leading
from .line_alignment import align_offset, alignment
from .paragraph import EPSILON, Paragraph, TextSpan


def plain_layout(
    paragraph: Paragraph, spans: Sequence[TextSpan], width: float, root: BoxMetrics, indent: float
) -> InlineLayout | None:
    """Return the lines of a plain paragraph; None where one of them takes more than placing its glyphs."""
    style = paragraph.content.block_style
    if style.hanging_punctuation != "none" or style.text_emphasis_style or not spans:
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
    ascent, height = _extent(paragraph, root)
    lines: list[Line] = []
    y = 0.0
    for number, (span, own) in enumerate(zip(spans, widths, strict=True)):
        own_indent = indent if number == 0 else 0.0
        align = alignment(style, rtl=rtl, forced=span.forced)
        if align == "justify" and math.isfinite(available):
            return None
        offset = align_offset(align, available - own_indent - own, rtl=rtl) + (0.0 if rtl else own_indent)
        baseline = y + ascent
        run = _run(paragraph, span, offset, y - baseline)
        lines.append(Line(y, height, baseline, own, [run]))
        y += height
    paragraph.shaper.spend((LINE + LEAF) * len(lines))
    first, last = lines[0].baseline, lines[-1].baseline
    scale, findings = paragraph.shaper.scale, paragraph.findings
    return InlineLayout(lines, widest, y, first, last, False, scale, overflow, findings)


def _extent(paragraph: Paragraph, root: BoxMetrics) -> tuple[float, float]:
    """Return how far every line reaches above its baseline, and its height."""
    ascent, descent = root.ascent, root.descent
    item = paragraph.items[0]
    if root.style.line_height == "normal":
        font = item.font.metrics(item.size, root.grid)
        if font is not root.font:
            above, below = half_leading(font, font.line_spacing, root.grid)
            ascent, descent = max(ascent, above), max(descent, below)
    return ascent, ascent + descent


def _run(paragraph: Paragraph, span: TextSpan, x: float, holder_top: float) -> GlyphRun:
    """Return the glyphs of a line."""
    content, item = paragraph.content, paragraph.items[0]
    source = content.sources[0]
    glyphs = paragraph.shaper.cut(item, span.start, span.visible)
    return GlyphRun(
        font=item.font,
        size=item.size * item.font.adjust.size,
        glyphs=glyphs.glyphs,
        xs=origins(glyphs),
        ys=glyphs.y_offsets or [0.0] * len(glyphs.glyphs),
        x=x,
        width=layout_unit_up(sum(glyphs.advances), paragraph.shaper.grid),
        shift=0.0,
        style=source.style,
        text=content.text[span.start : span.visible],
        rtl=item.rtl,
        element=source.element,
        decorating_shifts=(0.0,) * len(content.block_style.text_decorations)
        if source.style.text_decorations
        else (),
        holder_top=holder_top,
    )
