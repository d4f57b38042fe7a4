"""`text-wrap-style`: which of the possible line breaks a paragraph gets (CSS Text 4 §6.3)."""

from __future__ import annotations

from .breaker import WidthOf, break_lines, next_line
from .paragraph import Paragraph, Span

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
    """Give a paragraph whose last line is an orphan a fuller one, by balancing its last lines."""
    if len(spans) < 2:
        return spans
    last = spans[-1]
    if paragraph.width_of(last) >= width_of_line(first + len(spans) - 1) * _ORPHAN:
        return spans
    kept = max(0, len(spans) - _PRETTY_LINES)
    tail = spans[kept:]
    low, high = 0.0, max(width_of_line(first + kept + i) for i in range(len(tail)))
    best = tail
    while high - low > _PRECISION:
        middle = (low + high) / 2
        tried = _broken(paragraph, tail, width_of_line, first + kept, middle)
        if tried is None:
            low = middle
            continue
        high, best = middle, tried
        if paragraph.width_of(tried[-1]) >= width_of_line(first) * _ORPHAN:
            break
    return spans[:kept] + best
