"""`text-wrap-style`: which of the possible line breaks a paragraph gets (CSS Text 4 §6.3).

As Chromium, both values look for the breaks with the least sum of squared gaps at the lines' ends:
`balance` over blocks of up to six lines without forced breaks, the last line included; `pretty` over the
last four lines, where the last one is an orphan: a single word that fills less than a third of the line.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable

from .line_breaking import WidthOf, break_lines
from .paragraph import EPSILON, Paragraph, TextSpan

MAX_BALANCED_LINES = 6
_PRETTY_LINES = 4
_ORPHAN = 1 / 3

LastGap = Callable[[TextSpan, float], float]  # gap that the last line counts with, by its width
_Best = dict[int, tuple[float, list[TextSpan]]]  # cheapest lines from an offset to the end


def wrap(paragraph: Paragraph, width_of_line: WidthOf, limit: int | None = None) -> list[TextSpan]:
    """Return the lines of a paragraph by its block's `text-wrap-style`, at most `limit` of them."""
    spans = break_lines(paragraph, width_of_line, limit)
    style = paragraph.content.block_style.text_wrap_style
    if style not in ("balance", "pretty") or len(spans) < 2 or len(spans) == limit:
        return spans
    if style == "balance" and len(spans) > MAX_BALANCED_LINES:
        return spans
    if not math.isfinite(width_of_line(0)):
        return spans
    make = _balance if style == "balance" else _pretty
    groups = _by_forced_break(spans)
    if style == "balance" and len(groups) > 1:
        return spans
    result: list[TextSpan] = []
    for group in groups:
        result.extend(make(paragraph, group, width_of_line, len(result)))
    return result


def _by_forced_break(spans: list[TextSpan]) -> list[list[TextSpan]]:
    groups: list[list[TextSpan]] = [[]]
    for span in spans:
        groups[-1].append(span)
        if span.forced:
            groups.append([])
    return [group for group in groups if group]


def _balance(
    paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf, first: int
) -> list[TextSpan]:
    available = width_of_line(first + len(spans) - 1)
    return _optimal(paragraph, spans, width_of_line, first, lambda span, width: available - width)


def _pretty(
    paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf, first: int
) -> list[TextSpan]:
    available = width_of_line(first + len(spans) - 1)

    def gap(span: TextSpan, width: float) -> float:
        return available if _is_orphan(paragraph, span, width, available) else 0.0

    last = spans[-1]
    if not gap(last, paragraph.width_of(last)):
        return spans
    kept = max(0, len(spans) - _PRETTY_LINES)
    return spans[:kept] + _optimal(paragraph, spans[kept:], width_of_line, first + kept, gap)


def _is_orphan(paragraph: Paragraph, span: TextSpan, width: float, available: float) -> bool:
    return width < available * _ORPHAN and not paragraph.breaks_between(span.start, span.visible)


def _optimal(
    paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf, first: int, last_gap: LastGap
) -> list[TextSpan]:
    """Break the text of `spans` anew into at most as many lines, with the least sum of squared gaps."""
    if len(spans) < 2:
        return spans
    start, stop = spans[0].start, spans[-1].end
    starts = [start, *paragraph.breaks_between(start, stop)]
    best: _Best = {stop: (0.0, [])}
    for left in range(1, len(spans) + 1):  # lines left, counted from the end
        available = width_of_line(first + len(spans) - left)
        best |= _one_more_line(paragraph, starts, stop, available, left, best, last_gap)
    return best[start][1] if start in best else spans


def _one_more_line(
    paragraph: Paragraph, starts: list[int], stop: int, available: float, left: int, best: _Best,
    last_gap: LastGap,
) -> _Best:  # fmt: skip
    """Return the cheapest lines from each start that a line before those of `best` makes."""
    found: _Best = {}
    ends = [end for end in (*starts, stop) if end in best and len(best[end][1]) < left]
    for start in starts:
        cheapest = best.get(start, (math.inf, []))
        for end in ends[bisect_right(ends, start) :]:
            span, width = paragraph.measured(start, end, forced=end == stop)
            if width > available + EPSILON:
                break
            gap = last_gap(span, width) if end == stop else available - width
            cost = gap * gap + best[end][0]
            if cost < cheapest[0]:
                cheapest = cost, [span, *best[end][1]]
        if cheapest[1]:
            found[start] = cheapest
    return found
