"""Annotations of ruby on a line: each is a line of its own over or under its base (CSS Ruby 1 §3.4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..inline_cost import LEAF, LINE
from ..line_model import InlineBoxFragment, Line
from .builder import PlacedBox, build_line, place_leaves
from .draft import Leaf, LineDraft, draft_line
from .emphasis import em_extent, grown
from .justify import CONTROLS, opportunities, spread
from .paragraph import Paragraph, Ruby, box_chain
from .text_traits import metrics_of


class _Reach(NamedTuple):
    """How far something reaches above and below the baseline of a line, px."""

    above: float
    below: float


def spread_bases(paragraph: Paragraph, draft: LineDraft) -> None:
    """Share the room inside of bases that are narrower than their annotations."""
    for number in draft.opened & paragraph.rubies.keys():
        ruby, box = paragraph.rubies[number], paragraph.content.boxes[number]
        shares = opportunities(paragraph.content.text, box.start, box.end)
        if ruby.within and sum(shares.values()):
            inside = [leaf for leaf in draft.leaves if box.start <= leaf.start < box.end]
            spread(inside, shares, ruby.within)


def annotated(
    paragraph: Paragraph, draft: LineDraft, placed: Sequence[PlacedBox], line: Line, room: float
) -> Line:
    """Return a line with its annotations, as high as they need it; `room` is free above it, px."""
    bases = [base for base in placed if base.number in paragraph.rubies and base.number in draft.opened]
    if not bases:
        return line
    reach = _Reach(0.0, 0.0)  # of all that is under way
    made: list[tuple[Line, float]] = []
    for level in _levels(paragraph, bases):
        own = [_base_reach(paragraph, draft, base, line) for base in level]
        reach = _Reach(max(reach.above, *(r.above for r in own)), max(reach.below, *(r.below for r in own)))
        texts = [_line_of(paragraph.rubies[base.number], base.fragment) for base in level]
        extent = _Reach(max(e.above for _, e in texts), max(e.below for _, e in texts))
        under, over = reach.below + extent.above, -reach.above - extent.below
        for base, (text, _) in zip(level, texts, strict=True):
            if paragraph.content.boxes[base.number].style.ruby_position == "under":
                made.append((text, under))
                reach = reach._replace(below=under + extent.below)
            else:
                made.append((text, over))
                reach = reach._replace(above=extent.above - over)
    line = grown(line, *_needed(made, reach), room)
    for text, by in made:
        _add(line, text, by)
    return line


def _needed(made: Iterable[tuple[Line, float]], reach: _Reach) -> _Reach:
    """Return how far annotations reach, nothing on a side where there are none."""
    shifts = [by for _, by in made]
    return _Reach(reach.above if min(shifts) < 0 else 0.0, reach.below if max(shifts) > 0 else 0.0)


def _levels(paragraph: Paragraph, bases: Sequence[PlacedBox]) -> list[list[PlacedBox]]:
    """Return bases without others inside first, then those around them."""
    boxes = paragraph.content.boxes
    heights: dict[int, int] = {base.number: 0 for base in bases}
    for base in sorted(bases, key=lambda base: -boxes[base.number].depth):
        for outer in box_chain(paragraph, base.number)[1:]:
            if outer in heights:
                heights[outer] = max(heights[outer], heights[base.number] + 1)
    levels = range(max(heights.values()) + 1)
    return [[base for base in bases if heights[base.number] == level] for level in levels]


def _base_reach(paragraph: Paragraph, draft: LineDraft, base: PlacedBox, line: Line) -> _Reach:
    """Return how far a base's text reaches from the baseline of the line."""
    box, shaper = paragraph.content.boxes[base.number], paragraph.shaper
    metrics = metrics_of(box.style, shaper)
    shift = base.fragment.y + metrics.font.ascent - line.baseline
    leaves = [leaf for leaf in draft.leaves if box.start <= leaf.start < box.end]
    own = _text_reach(paragraph, base.number, leaves)
    return _Reach(own.above - shift, own.below + shift)


def _text_reach(paragraph: Paragraph, number: int, leaves: Iterable[Leaf]) -> _Reach:
    """Return how far the em boxes of a text's fonts reach, of its first font where there is no text."""
    shaper = paragraph.shaper
    style = paragraph.content.style_of(number)
    size = style.font_size * shaper.scale
    if style.has_central_baseline:
        return _Reach(math.ceil(size / 2), math.ceil(size / 2))
    extents = [
        em_extent(leaf.font.metrics(leaf.item.size, shaper.grid), leaf.item.size)
        for leaf in leaves
        if leaf.item is not None and leaf.font is not None and not CONTROLS.issuperset(leaf.text)
    ] or [em_extent(metrics_of(style, shaper).font, size)]
    return _Reach(max(above for above, _ in extents), max(below for _, below in extents))


def _line_of(ruby: Ruby, base: InlineBoxFragment) -> tuple[Line, _Reach]:
    """Return an annotation as a line in its place beside a base, and how far it reaches."""
    own = ruby.annotation
    text = own.content.text
    draft = draft_line(own, own.span(0, len(text), forced=True))
    own.shaper.spend(LINE + LEAF * len(draft.leaves))
    shares = opportunities(text, 0, len(text))
    if ruby.spread and sum(shares.values()):
        spread(draft.leaves, shares, ruby.spread)
    root = metrics_of(own.content.block_style, own.shaper)
    placed = place_leaves(own, draft, base.x - ruby.over_before + ruby.inset)
    return build_line(own, draft, placed, root, 0.0), _text_reach(own, -1, draft.leaves)


def _add(line: Line, text: Line, by: float) -> None:
    """Put an annotation on a line, its baseline so far below that of the line."""
    for run in text.runs:
        run.shift += by
        run.holder_top += by
        line.runs.append(run)
    down = line.baseline + by - text.baseline
    line.boxes.extend(replace(box, y=box.y + down) for box in text.boxes)
