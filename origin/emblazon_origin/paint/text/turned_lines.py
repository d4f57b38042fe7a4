"""Lines that do not run from left to right: the map from their flow to the canvas."""

from __future__ import annotations

from math import floor

from ...layout.boxes.box import LinesTurn
from ...text.line_model import Line
from ..context import PaintContext
from ..raster.geometry import Matrix


def line_matrix(turn: LinesTurn, line: Line, context: PaintContext) -> Matrix:
    """Return the map of a line's flow to the canvas, in scaled px.

    Letters are turned to the right, or to the left in sideways-lr; lines keep to whole pixels.
    """
    dpr, (dx, dy) = context.dpr, context.shift
    left, top, _, height = turn.space
    if turn.flow == "sideways-lr":
        return Matrix(0.0, -1.0, 1.0, 0.0, _whole(left * dpr + dx), _whole((top + height) * dpr + dy))
    return Matrix(0.0, 1.0, -1.0, 0.0, _whole(turn.right_of(line) * dpr + dx), _whole(top * dpr + dy))


def _whole(value: float) -> float:
    return float(floor(value + 0.5))
