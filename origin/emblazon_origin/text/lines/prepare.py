"""Items to a shaped paragraph, or the one that the same items made before in this render."""

from __future__ import annotations

from collections.abc import Sequence

from ...limits import MAX_TEXT_CHARACTERS
from ...report import Report
from ...style.values.computed import ComputedStyle
from ..fonts.font_library import FontLibrary
from ..inline_cost import Spend, free, items_cost
from ..line_model import AtomicItem, BreakItem, InlineItem, OpenItem, TextItem
from ..shaping.inline_content import collect
from ..shaping.itemize import itemize, resolve_bidi
from ..shaping.shaper import Shaper
from .break_opportunities import find_breaks
from .paragraph import Paragraph

MAX_PARAGRAPHS = 2048  # of one document
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
) -> Paragraph:
    """Return the items as a shaped paragraph, kept in `paragraphs` where that is given.

    `spend` counts this work, and all later work with the paragraph. What there is to say of its fonts is
    with it, unless it is scaled: text-fit tries many scales.
    """
    spend(items_cost(items))
    key = (id(fonts), id(block_style), grid, scale, *map(_identity, items))
    cached = paragraphs.get(key) if paragraphs is not None else None
    if cached is not None:
        cached.inline_items, cached.shaper.spend = list(items), spend
        return cached
    content = collect(items, block_style, MAX_TEXT_CHARACTERS)
    findings = Report()
    if content.truncated:
        findings.add("warning", "limit", f"text longer than {MAX_TEXT_CHARACTERS} characters is cut off")
    levels, bases = resolve_bidi(content)
    shaper = Shaper(content, fonts, grid, scale, spend)
    shaped = itemize(content, levels, shaper, findings if scale == 1.0 else None)
    paragraph = Paragraph(content, levels, bases, shaped, shaper, find_breaks(content), list(items))
    # The key names objects by identity: keep them, so that no other object can take their place.
    paragraph.findings = findings
    paragraph.keep = (fonts, block_style, *items, *(getattr(item, "style", None) for item in items))
    if paragraphs is not None:
        if len(paragraphs) >= MAX_PARAGRAPHS:
            del paragraphs[next(iter(paragraphs))]
        paragraphs[key] = paragraph
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
