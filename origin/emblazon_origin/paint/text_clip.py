"""`background-clip: text`: the coverage of all text inside a box."""

from __future__ import annotations

from PIL import Image

from ..layout.boxes import Box
from .clip import Clip
from .context import PaintContext
from .decoration import decoration_coverage, decoration_lines
from .geometry import IntRect
from .painter import Painter
from .raster import Mask
from .text import ink_mask


def text_coverage(box: Box, painter: Painter, bounds: IntRect, context: PaintContext) -> Mask | None:
    """Return the text of a box and its in-flow descendants as coverage of `bounds`."""
    dpr = context.dpr
    image = Image.new("L", bounds.size)
    inside = painter.clipped(Clip(bounds))
    found = False
    stack = [box]
    while stack:
        current = stack.pop()
        stack.extend(child for child in current.children if child.style.position not in ("absolute", "fixed"))
        for line in current.lines:
            origin = context.line_origin(current, line)
            masks = [
                ink_mask(inside, run, origin, dpr) for run in line.runs if run.style.visibility == "visible"
            ]
            masks += [
                decoration_coverage(inside, d, origin, dpr)
                for d in decoration_lines(line.runs, origin, dpr, context.fonts)
            ]
            for mask in masks:
                if mask is not None:
                    found = True
                    image.paste(255, (mask.x - bounds.left, mask.y - bounds.top), mask.image)
    return Mask(image, bounds.left, bounds.top) if found else None
