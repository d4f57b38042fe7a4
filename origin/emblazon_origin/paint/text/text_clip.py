"""`background-clip: text`: the coverage of the text inside a box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from PIL import Image

from ...layout.boxes.box import Box
from ...style.values.dom import Element
from ...text.line_model import GlyphRun
from ..context import PaintContext
from ..painter import Painter
from ..raster.geometry import IDENTITY, IntRect, Matrix
from ..raster.rasterizer import Clip, Mask
from .decoration import decoration_coverage, decoration_lines
from .runs import Origin, ink_mask
from .turned_lines import line_matrix

# Its origin, the map from its flow, and its text.
TextLine = tuple[Origin, Matrix, list[GlyphRun]]


def lines_of(box: Box, context: PaintContext) -> Iterator[TextLine]:
    """Yield the lines of a box and of its in-flow descendants."""
    stack = [box]
    while stack:
        current = stack.pop()
        stack.extend(child for child in current.children if child.style.position not in ("absolute", "fixed"))
        turn = current.lines_turn
        for line in current.lines:
            if turn is None:
                yield context.line_origin(current, line), IDENTITY, line.runs
            else:
                origin = replace(context, shift=(0.0, 0.0)).line_origin(turn.box, line)
                yield origin, line_matrix(turn, line, context), line.runs


def runs_inside(element: Element | None, runs: Iterable[GlyphRun]) -> list[GlyphRun]:
    """Return the runs of an inline element and of its descendants."""

    def is_inside(candidate: Element | None) -> bool:
        while candidate is not None:
            if candidate is element:
                return True
            candidate = candidate.parent
        return False

    return [run for run in runs if is_inside(run.element)]


def text_coverage(
    lines: Iterable[TextLine], painter: Painter, bounds: IntRect, context: PaintContext
) -> Mask | None:
    """Return what lines of text ink, decorations included, as coverage of `bounds`; None where nothing."""
    image = Image.new("L", bounds.size)
    clipped = painter.clipped(Clip(bounds))
    found = False
    for origin, turn, runs in lines:
        inside = Painter(clipped.surface, clipped.matrix.then(turn), clipped.clip)
        shown = [run for run in runs if run.style.visibility == "visible"]
        masks = [ink_mask(inside, run, origin, context.dpr) for run in shown]
        decorations = decoration_lines(shown, origin, context.dpr, context.fonts)
        masks += [decoration_coverage(inside, line, origin, context.dpr) for line in decorations]
        for mask in masks:
            if mask is not None:
                found = True
                image.paste(255, (mask.x - bounds.left, mask.y - bounds.top), mask.image)
    return Mask(image, bounds.left, bounds.top) if found else None
