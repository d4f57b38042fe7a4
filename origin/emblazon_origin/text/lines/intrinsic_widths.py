"""Min-content and max-content widths of a paragraph, from its running widths (CSS Sizing 3 §5)."""

from __future__ import annotations

from .paragraph import Paragraph, breaks_words


def content_widths(paragraph: Paragraph) -> tuple[float, float]:
    """Return (min-content, max-content) widths, px; computed once per paragraph."""
    if paragraph.widths_cache is None:
        paragraph.widths_cache = _widest(paragraph, minimum=True), _widest(paragraph, minimum=False)
    return paragraph.widths_cache


def _widest(paragraph: Paragraph, *, minimum: bool) -> float:
    widest = 0.0
    start = 0
    length = len(paragraph.content.text)
    indent = paragraph.content.block_style.text_indent.resolve(0.0)
    stops = [at + 1 for at in paragraph.newlines]
    if not stops or stops[-1] < length:
        stops.append(length)
    for stop in stops:
        for at in _points(paragraph, start, stop) if minimum else [stop]:
            span = paragraph.span(start, at, forced=at == stop)
            # Before a forced break spaces hang only where there is no room for them (CSS Text 3 §4.1.3).
            hanging = paragraph.hanging_width(span) if span.forced and not minimum else 0.0
            widest = max(widest, paragraph.width_of(span) + hanging + indent)
            indent = 0.0
            start = at
    return widest


def _points(paragraph: Paragraph, start: int, stop: int) -> list[int]:
    """Every place where a line of no width would end."""
    points = paragraph.breaks_between(start, stop)
    if any(breaks_words(source.style) for source in paragraph.content.sources):
        clusters = paragraph.clusters_between(start, stop)
        anywhere = {at for at in clusters if paragraph.breaks_anywhere(at, for_minimum=True)}
        points = sorted(anywhere.union(points))
    return [*points, stop]
