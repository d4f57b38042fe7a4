"""Breaking a paragraph into lines: first fit, with emergency breaks, as CSS Text 3 §5.1 and §5.5 say."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from ..inline_cost import BREAK, TRIED
from .paragraph import EPSILON, Paragraph, TextSpan

WidthOf = Callable[[int], float]  # available width of the line with an index, px


def break_lines(paragraph: Paragraph, width_of_line: WidthOf, limit: int | None = None) -> list[TextSpan]:
    """Return the lines of a paragraph; at most `limit` of them."""
    spans: list[TextSpan] = []
    length = len(paragraph.content.text)
    stops = [at + 1 for at in paragraph.newlines]
    if not stops or stops[-1] < length:
        stops.append(length)
    start = 0
    for stop in stops:
        while start < stop:
            if limit is not None and len(spans) >= limit:
                return spans
            span = next_line(paragraph, start, stop, width_of_line(len(spans)))
            spans.append(span)
            start = span.end
    return spans


def next_line(paragraph: Paragraph, start: int, stop: int, available: float) -> TextSpan:
    """Return the line that begins at `start` and ends at the latest before `stop`."""
    paragraph.shaper.spend(BREAK)
    whole = paragraph.span(start, stop, forced=True)
    limit = available + EPSILON
    if fitting := _fitting(paragraph, whole, limit):
        return fitting
    offsets = paragraph.breaks.offsets
    number = bisect_right(offsets, start)
    best: TextSpan | None = None
    first: TextSpan | None = None
    while number < len(offsets) and offsets[number] < stop:
        span = paragraph.span(start, offsets[number])
        if first is None:
            first = span
        if _rough_width(paragraph, span) > limit + _slack(paragraph):
            break
        best = _fitting(paragraph, span, limit) or best
        number += 1
    if best is not None:
        return best
    return _emergency(paragraph, start, first or whole, limit) or first or whole


def _fitting(paragraph: Paragraph, span: TextSpan, limit: float) -> TextSpan | None:
    """Return the line if it fits, with its last full-width bracket trimmed if need be."""
    if _rough_width(paragraph, span) > limit + _slack(paragraph):
        return None
    if paragraph.width_of(span) <= limit:
        return span
    trimmed = paragraph.trimmed_at_end(span)
    return trimmed if trimmed is not None and paragraph.width_of(trimmed) <= limit else None


def _slack(paragraph: Paragraph) -> float:
    """How much narrower than its running widths a line can turn out: kerning at its ends, trimmed halves."""
    return 8.0 + paragraph.largest_size


def _rough_width(paragraph: Paragraph, span: TextSpan) -> float:
    texts, edges = paragraph.text_widths, paragraph.edge_widths
    return texts[span.visible] - texts[span.start] + edges[span.end] - edges[span.start]


def _emergency(paragraph: Paragraph, start: int, word: TextSpan, limit: float) -> TextSpan | None:
    """§5.5: break an unbreakable stretch between clusters, after one cluster at least."""
    best: TextSpan | None = None
    for at in paragraph.clusters_between(start, word.end):
        if not paragraph.breaks_anywhere(at):
            continue
        paragraph.shaper.spend(TRIED)
        span = paragraph.span(start, at)
        if best is not None and paragraph.width_of(span) > limit:
            break
        best = span
    return best
