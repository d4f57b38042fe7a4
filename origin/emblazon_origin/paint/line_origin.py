"""Where a line of text lies."""

from __future__ import annotations

from ..layout.boxes import Box
from ..text.lines import Line
from .text import Origin


def line_origin(box: Box, line: Line, dpr: float) -> Origin:
    """Return, in scaled px, the left of the block's content box and the line's baseline."""
    content = box.content_box
    return content.x * dpr, (content.y + line.baseline) * dpr
