"""`text-wrap-style`: which of the possible line breaks a paragraph gets (CSS Text 4 §6.3).

Both values look for the breaks with the lowest score, as Chromium does by the heuristics of Minikin:
squared gaps at the lines' ends, penalties for a hyphen and for leaving a single word behind. `balance` does
so for blocks of up to six lines without forced breaks, the last line counted in; `pretty` for the last four
lines where a single short word is left alone. The number of lines stays that of the first fit.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..inline_cost import SCORED
from .line_breaking import WidthOf, break_lines
from .paragraph import EPSILON, Paragraph, TextSpan

MAX_BALANCED_LINES = 6
_PRETTY_LINES = 4
_ORPHAN = 1 / 3
_FEWEST_BREAKS = 3
_ORPHAN_PENALTY = 10_000.0  # px², as all scores
_LAST_LINE_PENALTY = 4.0
_OVERFULL = 1e12


class _Score(NamedTuple):
    """The best lines that end at a break: their score, where the last one starts, how many they are."""

    score: float
    previous: int
    lines: int


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


def _overflows(paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf, first: int) -> bool:
    return any(paragraph.width_of(span) > width_of_line(first + i) + EPSILON for i, span in enumerate(spans))


def _balance(
    paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf, first: int
) -> list[TextSpan]:
    if len(spans) < 2 or _overflows(paragraph, spans, width_of_line, first):
        return spans
    found = _optimal(paragraph, spans, width_of_line, first, pretty=False)
    return found or _narrowest(paragraph, spans, width_of_line)


def _narrowest(paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf) -> list[TextSpan]:
    """Return the first fit at the least width that takes no more lines; for few possible breaks."""
    start, stop = spans[0].start, spans[-1].end
    offsets = [start, *paragraph.breaks_between(start, stop), stop]
    if len(offsets) > _FEWEST_BREAKS + 1:
        return spans
    widths = {
        paragraph.measured(low, high, forced=high == stop)[1]
        for i, low in enumerate(offsets)
        for high in offsets[i + 1 :]
    }
    for width in sorted(widths):
        if width > width_of_line(0):
            break
        narrow = break_lines(paragraph, _constant(width))
        if len(narrow) > len(spans) or _emergencies(paragraph, narrow) > _emergencies(paragraph, spans):
            continue
        if not _overflows(paragraph, narrow, width_of_line, 0):
            return narrow
    return spans


def _emergencies(paragraph: Paragraph, spans: list[TextSpan]) -> int:
    """Count the lines that end inside a word, or without the room for their hyphen."""
    offsets, hyphens = frozenset(paragraph.breaks.offsets), paragraph.breaks.hyphens
    return sum(span.end not in offsets or (span.end in hyphens and not span.hyphen) for span in spans[:-1])


def _constant(width: float) -> WidthOf:
    return lambda _: width


def _pretty(
    paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf, first: int
) -> list[TextSpan]:
    kept = max(0, len(spans) - _PRETTY_LINES)
    last = spans[kept:]
    if len(last) < 2 or _overflows(paragraph, spans, width_of_line, first):
        return spans
    hyphenated = len(last) > 2 and last[-2].hyphen and last[-3].hyphen
    if not hyphenated and not _is_orphan(paragraph, last[-1], width_of_line(first + len(spans) - 1)):
        return spans
    found = _optimal(paragraph, last, width_of_line, first + kept, pretty=True)
    return spans[:kept] + found if found else spans


def _is_orphan(paragraph: Paragraph, span: TextSpan, available: float) -> bool:
    short = paragraph.width_of(span) < available * _ORPHAN
    return short and not paragraph.breaks_between(span.start, span.visible)


def _optimal(
    paragraph: Paragraph, spans: list[TextSpan], width_of_line: WidthOf, first: int, *, pretty: bool
) -> list[TextSpan] | None:
    """Return as many lines with the best breaks; None where there are few, or more lines would be better."""
    start, stop = spans[0].start, spans[-1].end
    offsets = [start, *paragraph.breaks_between(start, stop), stop]
    if len(offsets) < _FEWEST_BREAKS + 2:
        return None
    style = paragraph.content.block_style
    room = max(width_of_line(first + len(spans) - 1), 0.0) * style.font_size * paragraph.shaper.scale
    justified = style.text_align == "justify"
    hyphen_penalty, line_penalty = (room / 2, 0.0) if justified else (room * 2, room * 4)
    penalties = _penalties(paragraph, offsets, hyphen_penalty)
    scores = [_Score(0.0, 0, 0)]
    active = 0  # lines that start before it are too long
    for end in range(1, len(offsets)):
        is_last = end == len(offsets) - 1
        best, previous = math.inf, active
        paragraph.shaper.spend(SCORED * (end - active))
        for begin in range(active, end):
            available = width_of_line(first + scores[begin].lines)
            _, width = paragraph.measured(offsets[begin], offsets[end], forced=is_last)
            gap = available + EPSILON - width
            if gap < 0:
                cost, active = _OVERFULL, begin + 1
            elif is_last and pretty:
                cost = _LAST_LINE_PENALTY * penalties[begin]
            else:
                cost = gap * gap
            if scores[begin].score + cost <= best:
                best, previous = scores[begin].score + cost, begin
        scores.append(_Score(best + penalties[end] + line_penalty, previous, scores[previous].lines + 1))
    return _lines(paragraph, offsets, scores) if scores[-1].lines == len(spans) else None


def _penalties(paragraph: Paragraph, offsets: list[int], hyphen_penalty: float) -> list[float]:
    """Return what a break at each offset costs: a hyphen, and the last one, which leaves a word alone."""
    hyphens = paragraph.breaks.hyphens
    penalties = [hyphen_penalty if offset in hyphens else 0.0 for offset in offsets]
    penalties[-1] = 0.0
    for i in range(len(offsets) - 2, -1, -1):
        penalties[i] += _ORPHAN_PENALTY
        if offsets[i] not in hyphens:
            break
    return penalties


def _lines(paragraph: Paragraph, offsets: list[int], scores: list[_Score]) -> list[TextSpan]:
    lines = []
    end = len(offsets) - 1
    while end > 0:
        begin = scores[end].previous
        forced = end == len(offsets) - 1
        lines.append(paragraph.measured(offsets[begin], offsets[end], forced=forced)[0])
        end = begin
    return lines[::-1]
