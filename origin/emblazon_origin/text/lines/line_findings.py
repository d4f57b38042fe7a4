"""What a block's final layout has to say: text that was clamped, shrunk, or runs out of its box."""

from __future__ import annotations

from collections.abc import Sequence

from ...report import Report
from ...style.values.computed import ComputedStyle
from ..line_model import InlineItem, InlineLayout, TextItem


def report_layout(
    report: Report, layout: InlineLayout, style: ComputedStyle, items: Sequence[InlineItem]
) -> None:
    """Add what one block's final layout has to say."""
    if layout.findings is not None:
        report.absorb(layout.findings)
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
