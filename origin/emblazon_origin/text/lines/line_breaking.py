"""Breaking a paragraph into lines: first fit, with emergency breaks, as CSS Text 3 §5.1 and §5.5 say.

`text-wrap-style` chooses which of the possible line breaks a paragraph gets (CSS Text 4 §6.3).

Both values look for the breaks with the lowest score, as Chromium does by the heuristics of Minikin:
squared gaps at the lines' ends, penalties for a hyphen and for leaving a single word behind. `balance` does
so for blocks of up to six lines without forced breaks, the last line counted in; `pretty` for the last four
lines where a single short word is left alone. The number of lines stays that of the first fit.

Of lines beside floats each has the room that is left at its height (CSS 2 §9.5).

With every break taken, and with none, a paragraph has its min-content and max-content widths (CSS Sizing 3
§5).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..fonts.font_metrics import layout_unit_up
from ..inline_cost import BREAK, LOOK, SCORED, TRIED
from .line_alignment import Area, WidthOf
from .paragraph import EPSILON, Opening, Paragraph, TextSpan, breaks_words
from .plain_paragraph import PlainParagraph

MAX_BALANCED_LINES = 6
_PRETTY_LINES = 4
_ORPHAN = 1 / 3
_FEWEST_BREAKS = 3
_ORPHAN_PENALTY = 10_000.0  # px², as all scores
_LAST_LINE_PENALTY = 4.0
_OVERFULL = 1e12

# From a line's top and height to its left edge, its room and the next top with more room, if any; px.
Bands = Callable[[float, float], tuple[float, float, float | None]]


def break_lines(paragraph: Paragraph, width_of_line: WidthOf, limit: int | None = None) -> list[TextSpan]:
    """Return the lines of a paragraph; at most `limit` of them."""
    spans: list[TextSpan] = []
    length = len(paragraph.content.text)
    start = 0
    while start < length and (limit is None or len(spans) < limit):
        whole = paragraph.line_from(start)
        span = next_line(whole, start, whole.stop_after(start), width_of_line(len(spans)))
        spans.append(span)
        start = paragraph.after(span)
    return spans


def next_line(paragraph: Paragraph, start: int, stop: int, available: float) -> TextSpan:
    """Return the line that begins at `start` and ends at the latest before `stop`."""
    paragraph.shaper.spend(BREAK + LOOK * len(paragraph.content.text).bit_length())
    whole = paragraph.span(start, stop, forced=True)
    limit = available + EPSILON
    if fitting := _fitting(paragraph, whole, limit):
        return fitting
    offsets = paragraph.breaks.offsets
    first = bisect_right(offsets, start)
    number = _first_beyond(paragraph, start, stop, first, limit + _slack(paragraph))
    for offset in reversed(offsets[first:number]):  # the last one that fits
        if fitting := _fitting(paragraph, paragraph.span(start, offset), limit):
            return fitting
    word = whole
    if first < len(offsets) and offsets[first] < stop:
        word = paragraph.span(start, offsets[first])
    return _emergency(paragraph, start, word, limit) or word


def _first_beyond(paragraph: Paragraph, start: int, stop: int, first: int, width: float) -> int:
    """Return the number of the first break, from `first` on, before which a line is wider than `width`."""
    offsets = paragraph.breaks.offsets
    number, last = first, bisect_left(offsets, stop, first)
    if paragraph.is_monotonous:  # up to where the running width is too large, lines fit
        widths = paragraph.running_widths
        number = bisect_right(offsets, widths[start] + width, first, last, key=widths.__getitem__)
    while number < last and paragraph.rough_width(start, offsets[number]) <= width:
        number += 1
    return number


def _fitting(paragraph: Paragraph, span: TextSpan, limit: float) -> TextSpan | None:
    """Return the line if it fits, with its last full-width bracket trimmed if need be."""
    if paragraph.rough_width_of(span) > limit + _slack(paragraph):
        return None
    if paragraph.width_of(span) <= limit:
        return span
    trimmed = paragraph.trimmed_at_end(span)
    return trimmed if trimmed is not None and paragraph.width_of(trimmed) <= limit else None


def _slack(paragraph: Paragraph) -> float:
    """How much narrower than its running widths a line can turn out: kerning at its ends, trimmed halves."""
    return 8.0 + paragraph.largest_size


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


class _Score(NamedTuple):
    """The best lines that end at a break: their score, where the last one starts, how many they are."""

    score: float
    previous: int
    lines: int
    room: float  # of the line that follows, px


def wrap(paragraph: Paragraph, width_of_line: WidthOf, limit: int | None = None) -> list[TextSpan]:
    """Return the lines of a paragraph by its block's `text-wrap-style`, at most `limit` of them."""
    spans = break_lines(paragraph, width_of_line, limit)
    style = paragraph.content.block_style.text_wrap_style
    if style not in ("balance", "pretty") or len(spans) < 2 or len(spans) == limit:
        return spans
    if paragraph.first_line is not None and not paragraph.first_line.is_as_wide:
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
        width
        for i, high in enumerate(offsets[1:], 1)
        for width in paragraph.widths_up_to(high, offsets[:i], forced=high == stop)
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
    scores = [_Score(0.0, 0, 0, width_of_line(first) + EPSILON)]
    active = 0  # lines that start before it are too long
    for end in range(1, len(offsets)):
        is_last = end == len(offsets) - 1
        best, previous = math.inf, active
        paragraph.shaper.spend(SCORED * (end - active))
        widths = paragraph.widths_up_to(offsets[end], offsets[active:end], forced=is_last)
        for begin, width in enumerate(widths, active):
            before = scores[begin]
            gap = before.room - width
            if gap < 0:
                cost, active = _OVERFULL, begin + 1
            elif is_last and pretty:
                cost = _LAST_LINE_PENALTY * penalties[begin]
            else:
                cost = gap * gap
            if before.score + cost <= best:
                best, previous = before.score + cost, begin
        lines = scores[previous].lines + 1
        room = width_of_line(first + lines) + EPSILON
        scores.append(_Score(best + penalties[end] + line_penalty, previous, lines, room))
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
        lines.append(paragraph.span(offsets[begin], offsets[end], forced=forced))
        end = begin
    return lines[::-1]


def lines_beside(
    paragraph: Paragraph, bands: Bands, heights: Sequence[float], indent: float, limit: int | None = None
) -> tuple[list[TextSpan], list[Area]]:
    """Break a paragraph into lines; `heights` are expected line heights, the last one for all that follow.

    A line whose first word does not fit beside the floats moves down until it does.
    """
    spans: list[TextSpan] = []
    areas: list[Area] = []
    length = len(paragraph.content.text)
    start, top = 0, 0.0
    while start < length and (limit is None or len(spans) < limit):
        whole = paragraph.line_from(start)
        stop = whole.stop_after(start)
        height = heights[min(len(spans), len(heights) - 1)]
        taken = indent if not spans else 0.0
        while True:
            left, room, below = bands(top, height)
            span = next_line(whole, start, stop, room - taken)
            if below is None or whole.width_of(span) <= room - taken + EPSILON:
                break
            top = below
        spans.append(span)
        areas.append(Area(top, left, room))
        start, top = paragraph.after(span), top + height
    return spans, areas


def content_widths(paragraph: Paragraph) -> tuple[float, float]:
    """Return (min-content, max-content) widths, px; computed once per paragraph."""
    if paragraph.widths_cache is None:
        paragraph.widths_cache = _widest(paragraph, minimum=True), _widest(paragraph, minimum=False)
    return paragraph.widths_cache


def _widest(paragraph: Paragraph, *, minimum: bool) -> float:
    first = paragraph.first_line
    if first is not None and not first.is_as_wide:
        if not minimum:  # as in Chromium, which takes all lines for first ones here
            return _widest(first.paragraph, minimum=False)
        return _widest_after_first(paragraph, first)
    indent = paragraph.content.block_style.text_indent.resolve(0.0)
    if isinstance(paragraph, PlainParagraph) and not paragraph.closes_up:
        return _widest_word(paragraph, indent) if minimum else max(0.0, paragraph.width + indent)
    return _widest_from(paragraph, 0, indent, minimum)


def _widest_after_first(paragraph: Paragraph, first: Opening) -> float:
    """Return the min-content width where the first line has its own styles."""
    whole = first.paragraph
    indent = paragraph.content.block_style.text_indent.resolve(0.0)
    stop = whole.stop_after(0)
    at = _points(whole, 0, stop)[0]
    width = whole.width_of(whole.span(0, at, forced=at == stop)) + indent
    return max(width, _widest_from(paragraph, first.resume(at), 0.0, minimum=True))


def _widest_from(paragraph: Paragraph, start: int, indent: float, minimum: bool) -> float:
    widest = 0.0
    length = len(paragraph.content.text)
    stops = [at + 1 for at in paragraph.newlines]
    if not stops or stops[-1] < length:
        stops.append(length)
    for stop in stops[bisect_right(stops, start) :]:
        for at in _points(paragraph, start, stop) if minimum else [stop]:
            span = paragraph.span(start, at, forced=at == stop)
            # Before a forced break spaces hang only where there is no room for them (CSS Text 3 §4.1.3).
            hanging = paragraph.hanging_width(span) if span.forced and not minimum else 0.0
            widest = max(widest, paragraph.width_of(span) + hanging + indent)
            indent = 0.0
            start = at
    return widest


def _widest_word(paragraph: PlainParagraph, indent: float) -> float:
    """Return the min-content width of a plain paragraph, without making spans of its words."""
    text, widths, item = paragraph.content.text, paragraph.text_widths, paragraph.items[0]
    hyphens, grid = paragraph.breaks.hyphens, paragraph.shaper.grid
    length = len(text)
    points = _points(paragraph, 0, length)
    if len(points) == 1:
        return max(0.0, paragraph.width + indent)
    start, uncut = 0, item.uncut
    widest = rough = 0.0  # `rough` is rounded up in the end, for all words that have it
    for at in points:
        end = at
        while end > start and text[end - 1] == " ":
            end -= 1
        if at in hyphens or start in uncut or end in uncut:
            width = paragraph.width_of(paragraph.span(start, at, forced=at == length))
            widest = max(widest, width + indent)
        elif indent:
            widest = max(widest, layout_unit_up(widths[end] - widths[start], grid) + indent)
        elif widths[end] - widths[start] > rough:
            rough = widths[end] - widths[start]
        indent, start = 0.0, at
    return max(widest, layout_unit_up(rough, grid))


def _points(paragraph: Paragraph, start: int, stop: int) -> list[int]:
    """Every place where a line of no width would end."""
    points = paragraph.breaks_between(start, stop)
    if any(breaks_words(source.style) for source in paragraph.content.sources):
        clusters = paragraph.clusters_between(start, stop)
        anywhere = {at for at in clusters if paragraph.breaks_anywhere(at, for_minimum=True)}
        points = sorted(anywhere.union(points))
    return [*points, stop]
