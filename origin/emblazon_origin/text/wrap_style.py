"""`text-wrap-style`: which of the possible line breaks a paragraph gets (CSS Text 4 §6.3)."""

from __future__ import annotations

import math

from .breaker import WidthOf, break_lines, next_line
from .paragraph import EPSILON, Paragraph, Span

MAX_BALANCED_LINES = 6  # as Chromium: longer paragraphs are not balanced
_PRETTY_LINES = 4  # the end of a paragraph that `pretty` may break anew
_ORPHAN = 1 / 3  # of the available width: a last line below that is an orphan
_PRECISION = 0.5  # px


def wrap(paragraph: Paragraph, width_of_line: WidthOf, limit: int | None = None) -> list[Span]:
    """Return the lines of a paragraph by its block's `text-wrap-style`, at most `limit` of them."""
    spans = break_lines(paragraph, width_of_line, limit)
    style = paragraph.content.block_style.text_wrap_style
    if style not in ("balance", "pretty") or len(spans) < 2:
        return spans
    if (style == "balance" and len(spans) > MAX_BALANCED_LINES) or len(spans) == limit:
        return spans
    result: list[Span] = []
    for group in _by_forced_break(spans):
        first = len(result)
        result.extend(
            _balance(paragraph, group, width_of_line, first)
            if style == "balance"
            else _pretty(paragraph, group, width_of_line, first)
        )
    return result


def _by_forced_break(spans: list[Span]) -> list[list[Span]]:
    groups: list[list[Span]] = [[]]
    for span in spans:
        groups[-1].append(span)
        if span.forced:
            groups.append([])
    return [group for group in groups if group]


def _balance(paragraph: Paragraph, spans: list[Span], width_of_line: WidthOf, first: int) -> list[Span]:
    """Narrow the lines as far as their number stays, by bisection as Chromium does."""
    if len(spans) < 2:
        return spans
    low, high = 0.0, max(width_of_line(first + i) for i in range(len(spans)))
    best = spans
    while high - low > _PRECISION:
        middle = (low + high) / 2
        tried = _broken(paragraph, spans, width_of_line, first, middle)
        if tried is None:
            low = middle
        else:
            high, best = middle, tried
    return best


def _broken(
    paragraph: Paragraph, spans: list[Span], width_of_line: WidthOf, first: int, limit: float
) -> list[Span] | None:
    """Break the text of `spans` at `limit` px; None where that takes more lines or a line overflows."""
    start, stop = spans[0].start, spans[-1].end
    result: list[Span] = []
    while start < stop:
        if len(result) == len(spans):
            return None
        available = min(limit, width_of_line(first + len(result)))
        span = next_line(paragraph, start, stop, available)
        if paragraph.width_of(span) > available + 1 or _cuts_a_word(paragraph, span, spans):
            return None
        result.append(span)
        start = span.end
    return result


def _cuts_a_word(paragraph: Paragraph, span: Span, spans: list[Span]) -> bool:
    """Whether an emergency break appears that the unbalanced lines did not need."""
    if span.forced or any(span.end == other.end for other in spans):
        return False
    return not paragraph.is_break(span.end)


def _pretty(paragraph: Paragraph, spans: list[Span], width_of_line: WidthOf, first: int) -> list[Span]:
    """Break the end of a paragraph with an orphan anew: least sum of squared gaps, no orphan if possible."""
    last = spans[-1]
    if len(spans) < 2 or paragraph.width_of(last) >= width_of_line(first + len(spans) - 1) * _ORPHAN:
        return spans
    kept = max(0, len(spans) - _PRETTY_LINES)
    tail = spans[kept:]
    stop = tail[-1].end
    starts = [tail[0].start, *paragraph.breaks_between(tail[0].start, stop)]
    # best[start] = (cost, lines) of the text from `start` on, for each number of lines left
    best: dict[int, tuple[float, list[Span]]] = {stop: (0.0, [])}
    for left in range(1, len(tail) + 1):
        available = width_of_line(first + len(spans) - left)
        best |= _best_lines(paragraph, starts, stop, available, left, best)
    cost, lines = best.get(tail[0].start, (math.inf, tail))
    return spans[:kept] + (lines if cost < math.inf else tail)


def _best_lines(
    paragraph: Paragraph, starts: list[int], stop: int, available: float, left: int,
    best: dict[int, tuple[float, list[Span]]],
) -> dict[int, tuple[float, list[Span]]]:  # fmt: skip
    """Return the best lines from each start, where the line after it is followed by what `best` knows."""
    found: dict[int, tuple[float, list[Span]]] = {}
    for number, start in enumerate(starts):
        cheapest = best.get(start, (math.inf, []))
        for end in [*starts[number + 1 :], stop]:
            if end not in best or len(best[end][1]) >= left:
                continue
            span = paragraph.span(start, end, forced=end == stop)
            width = paragraph.width_of(span)
            if width > available + EPSILON:
                break
            gap = available - width
            cost = (
                gap * gap if end != stop else (available * available if width < available * _ORPHAN else 0.0)
            )
            if cost + best[end][0] < cheapest[0]:
                cheapest = cost + best[end][0], [span, *best[end][1]]
        if cheapest[1]:
            found[start] = cheapest
    return found
