"""Lines beside floats: each has the room that is left at its height (CSS 2 §9.5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .line_breaking import next_line
from .paragraph import EPSILON, Paragraph, TextSpan

# From a line's top and height to its left edge, its room and the next top with more room, if any; px.
Bands = Callable[[float, float], tuple[float, float, float | None]]


class Area(NamedTuple):
    """Where a line may be: its top, left edge and room, from the content box; px."""

    top: float
    left: float
    width: float


def lines_beside(
    paragraph: Paragraph, bands: Bands, heights: Sequence[float], indent: float, limit: int | None = None
) -> tuple[list[TextSpan], list[Area]]:
    """Break a paragraph into lines; `heights` are expected line heights, the last one for all that follow.

    A line whose first word does not fit beside the floats moves down until it does.
    """
    spans: list[TextSpan] = []
    areas: list[Area] = []
    length = len(paragraph.content.text)
    stops = [at + 1 for at in paragraph.newlines]
    if not stops or stops[-1] < length:
        stops.append(length)
    start, top = 0, 0.0
    for stop in stops:
        while start < stop and (limit is None or len(spans) < limit):
            height = heights[min(len(spans), len(heights) - 1)]
            taken = indent if not spans else 0.0
            while True:
                left, room, below = bands(top, height)
                span = next_line(paragraph, start, stop, room - taken)
                if below is None or paragraph.width_of(span) <= room - taken + EPSILON:
                    break
                top = below
            spans.append(span)
            areas.append(Area(top, left, room))
            start, top = span.end, top + height
    return spans, areas
