"""Subgrids: the tracks that they take from the grid around them, and what their items ask of those (§9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import NORMAL_GAP, Length, TrackList
from ..frame import AdoptedAxis
from ..layout_unit import used
from ..sizing import border_of, margins_of, padding_of
from .auto_placement import AUTO_TRACK, ExplicitGrid, GridArea
from .tracks import Contribution, Track

LineNames = tuple[tuple[str, int], ...]


class Edges(NamedTuple):
    """Margin, border and padding at the start and at the end of an axis."""

    start: float
    end: float


def inline_edges(style: ComputedStyle, basis: float, rtl: bool) -> Edges:
    """Return the edges of the inline axis; `rtl` is the direction of the grid around."""
    margins, border, padding = margins_of(style, basis), border_of(style), padding_of(style, basis)
    left = (margins.left or 0.0) + border.left + padding.left
    right = (margins.right or 0.0) + border.right + padding.right
    return Edges(right, left) if rtl else Edges(left, right)


def block_edges(style: ComputedStyle, basis: float) -> Edges:
    """Return the edges of the block axis."""
    margins, border, padding = margins_of(style, basis), border_of(style), padding_of(style, basis)
    return Edges(
        (margins.top or 0.0) + border.top + padding.top,
        (margins.bottom or 0.0) + border.bottom + padding.bottom,
    )


def gap_difference(own: Length, basis: float, around: float) -> float:
    """Return by how much the gutters around are wider than a subgrid's own; `normal` takes them over."""
    return 0.0 if own is NORMAL_GAP else around - used(own, basis)


def adopted_axis(
    starts: Sequence[float], tracks: Sequence[Track], edges: Edges, difference: float, names: LineNames
) -> AdoptedAxis:
    """Return the tracks that a subgrid over these ones has, from its content box's start (§9.3)."""
    origin = starts[0] + edges.start
    lows = [start - difference / 2 for start in starts]
    highs = [start + track.base + difference / 2 for start, track in zip(starts, tracks, strict=True)]
    lows[0], highs[-1] = origin, starts[-1] + tracks[-1].base - edges.end
    return AdoptedAxis(
        tuple(low - origin for low in lows),
        tuple(max(0.0, high - low) for low, high in zip(lows, highs, strict=True)),
        names,
    )


def subgrid_lines(template: TrackList, count: int, around: Sequence[tuple[str, int]]) -> ExplicitGrid:
    """Return a subgridded axis of so many tracks, with the names of the lines around and its own (§9.2)."""
    grid = ExplicitGrid([AUTO_TRACK] * count)
    for name, line in around:
        if 0 <= line <= count:
            grid.name(name, line)
    for line, names in enumerate(template.names[: count + 1]):
        for name in names:
            grid.name(name, line)
    return grid


def names_within(grid: ExplicitGrid, start: int, end: int, before: int) -> LineNames:
    """Return the names of the lines that an area spans, counted from its first one."""
    return tuple(
        (name, line + before - start)
        for name, lines in grid.names.items()
        for line in lines
        if start <= line + before <= end
    )


def kept_inside(areas: Sequence[GridArea], axis: str, count: int) -> None:
    """Move what was placed outside of a subgridded axis into its tracks: it has no implicit ones (§9.2)."""
    for area in areas:
        start, end = getattr(area, f"{axis}_start"), getattr(area, f"{axis}_end")
        start = min(max(start, 0), count - 1)
        setattr(area, f"{axis}_start", start)
        setattr(area, f"{axis}_end", min(max(end, start + 1), count))


def widened(asked: Contribution, offset: int, count: int, edges: Edges, difference: float) -> Contribution:
    """Return what an item of a subgrid asks of the tracks around, with the edges that lie between (§9.4)."""
    extra = edges.start if asked.start == 0 else -difference / 2
    extra += edges.end if asked.end == count else -difference / 2
    minimum, low, high = asked.minimum, asked.min_content, asked.max_content
    return replace(
        asked,
        start=asked.start + offset,
        end=asked.end + offset,
        minimum=lambda: minimum() + extra,
        min_content=lambda: low() + extra,
        max_content=lambda: high() + extra,
    )


def empty_contribution(start: int, end: int, edges: Edges) -> Contribution:
    """Return what a subgrid asks of the tracks around by its edges alone."""
    total = edges.start + edges.end
    return Contribution(start, end, lambda: total, lambda: total, lambda: total)
