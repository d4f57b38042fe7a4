"""Grid item placement: lines, spans and the auto-placement algorithm (CSS Grid 2 §8)."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass

from ...style.values.value_types import GridLine
from ..boxes.nodes import Node
from ..layout_work import GRID_CELL, LayoutWork
from ..sizing import Margins, margins_of
from .named_lines import MAX_TRACKS, ExplicitGrid


@dataclass(slots=True, eq=False)
class GridItem:
    """An item and its area: tracks `row_start` up to but not including `row_end`, likewise columns."""

    node: Node
    row_start: int
    row_end: int
    column_start: int
    column_end: int
    margins: Margins
    shim: float = 0.0  # room above that baseline alignment adds
    area_height: float | None = None  # once the rows have their sizes, of items with a ratio
    height: float | None = None  # that the item takes in it by stretching


class _Span:
    """A resolved position on one axis: start is None for auto placement."""

    __slots__ = ("size", "start")

    def __init__(self, start: int | None, size: int) -> None:
        self.start, self.size = start, size

    @property
    def end(self) -> int:
        return (self.start or 0) + self.size


def place_items(
    nodes: list[Node], rows: ExplicitGrid, columns: ExplicitGrid, flow: str, work: LayoutWork
) -> tuple[list[GridItem], int, int]:
    """Place the items; return them with how many implicit rows and columns lie before the explicit grid.

    Positions are shifted so that the first implicit track is 0.
    """
    by_column = flow.startswith("column")
    dense = flow.endswith("dense")
    spans = []
    for node in nodes:
        s = node.style
        row = resolve_span(s.grid_row_start, s.grid_row_end, rows)
        column = resolve_span(s.grid_column_start, s.grid_column_end, columns)
        # From here on the major axis is the one that the flow fills line after line.
        spans.append((node, column, row) if by_column else (node, row, column))
    minor_count = len((rows if by_column else columns).tracks)
    placed = _auto_place(spans, minor_count, dense, work)
    items = []
    for node, major, minor in placed:
        row, column = (minor, major) if by_column else (major, minor)
        items.append(
            GridItem(
                node, row.start or 0, row.end, column.start or 0, column.end, margins_of(node.style, 0.0)
            )
        )
    before_rows = -min((i.row_start for i in items), default=0)
    before_columns = -min((i.column_start for i in items), default=0)
    before_rows, before_columns = max(0, before_rows), max(0, before_columns)
    for item in items:
        item.row_start += before_rows
        item.row_end += before_rows
        item.column_start += before_columns
        item.column_end += before_columns
    return items, before_rows, before_columns


def resolve_span(start: GridLine, end: GridLine, grid: ExplicitGrid) -> _Span:
    """§8.3 with its conflict handling."""
    start_auto, end_auto = _is_auto(start), _is_auto(end)
    first = None if start_auto or start.span is not None else line_index(start, grid, "start")
    last = None if end_auto or end.span is not None else line_index(end, grid, "end")
    if first is not None and last is not None:
        if first > last:
            first, last = last, first
        if first == last:
            last = first + 1
        return _Span(first, last - first)
    if first is not None:
        if end.span is not None and end.name is not None:
            target = _count_named(grid, end.name, end.span, first, forward=True)
            return _Span(first, max(1, target - first))
        return _Span(first, _clamped(end.span or 1))
    if last is not None:
        if start.span is not None and start.name is not None:
            target = _count_named(grid, start.name, start.span, last, forward=False)
            return _Span(target, max(1, last - target))
        size = _clamped(start.span or 1)
        return _Span(last - size, size)
    # Both are auto or spans: a named span means one track, and the end's span is dropped.
    span = start if start.span is not None else end
    return _Span(None, 1 if span.name is not None else _clamped(span.span or 1))


def _is_auto(line: GridLine) -> bool:
    return line.number is None and line.span is None and line.name is None


def _clamped(value: int) -> int:
    return max(-MAX_TRACKS, min(MAX_TRACKS, value))


def line_index(line: GridLine, grid: ExplicitGrid, side: str) -> int:
    """Return the 0-based line that a number or name means; it may lie outside the explicit grid."""
    if line.name is not None:
        number = line.number
        if number is None:
            area = grid.names.get(f"{line.name}-{side}")
            if area:
                return area[0]
            number = 1
        places = grid.names.get(line.name, [])
        number = _clamped(number)
        if number > 0:
            return places[number - 1] if number <= len(places) else grid.lines - 1 + number - len(places)
        return places[number] if -number <= len(places) else number + len(places)
    number = _clamped(line.number or 1)
    return number - 1 if number > 0 else grid.lines + number


def _count_named(grid: ExplicitGrid, name: str, count: int, origin: int, forward: bool) -> int:
    """Return the line `count` lines of this name away; implicit lines all have the name."""
    places = grid.names.get(name, [])
    if forward:
        ahead = [line for line in places if line > origin]
        if count <= len(ahead):
            return ahead[count - 1]
        return max(origin, grid.lines - 1) + _clamped(count - len(ahead))
    behind = [line for line in reversed(places) if line < origin]
    if count <= len(behind):
        return behind[count - 1]
    return min(origin, 0) - _clamped(count - len(behind))


_Entry = tuple[Node, _Span, _Span]


class _Taken:
    """The cells that items take: per major track the stretches of minor tracks, in order."""

    def __init__(self, work: LayoutWork) -> None:
        self._stretches: dict[int, list[tuple[int, int]]] = {}
        self._work = work

    def occupy(self, major: _Span, minor: _Span) -> None:
        """Take an area."""
        self._work.take(GRID_CELL * major.size)
        stretch = (minor.start or 0, minor.end)
        for m in range(major.start or 0, major.end):
            insort(self._stretches.setdefault(m, []), stretch)

    def free_from(self, m: int, n: int, major: _Span, minor: _Span) -> int | None:
        """Return None where an area at m, n is free, else the next minor track worth a try."""
        self._work.take(GRID_CELL)
        for i in range(m, m + major.size):
            stretches = self._stretches.get(i)
            if not stretches:
                continue
            self._work.take(GRID_CELL)
            # Of those that begin before the area's end the last ones may reach into it; items overlap rarely.
            for at in range(bisect_left(stretches, (n + minor.size,)) - 1, -1, -1):
                self._work.take(GRID_CELL)
                if stretches[at][1] > n:
                    return stretches[at][1]
        return None


def _auto_place(entries: list[_Entry], minor_count: int, dense: bool, work: LayoutWork) -> list[_Entry]:
    """§8.5, with rows as the major axis."""
    taken = _Taken(work)
    occupy, free_from = taken.occupy, taken.free_from

    # 0 and 1. Items with both positions definite.
    for _, major, minor in entries:
        if major.start is not None and minor.start is not None:
            occupy(major, minor)
    # The implicit grid's first minor line, before auto placement moves it.
    first_minor = min((n.start for _, _, n in entries if n.start is not None), default=0)
    first_minor = min(0, first_minor)
    # 2. Items locked to a major line.
    cursors: dict[int, int] = {}
    for _, major, minor in entries:
        if major.start is not None and minor.start is None:
            n = first_minor if dense else cursors.get(major.start, first_minor)
            while (beyond := free_from(major.start, n, major, minor)) is not None:
                n = beyond
            minor.start = n
            occupy(major, minor)
            cursors[major.start] = minor.end
    # 3. The number of minor lines.
    last_minor = max([minor_count] + [n.end for _, _, n in entries if n.start is not None])
    last_minor = max(last_minor, first_minor + max((n.size for _, _, n in entries), default=1))
    # 4. The rest, in order.
    first_major = min(0, min((m.start for _, m, _ in entries if m.start is not None), default=0))
    cursor = (first_major, first_minor)
    for _, major, minor in entries:
        if major.start is not None:
            continue
        m, n = (first_major, first_minor) if dense else cursor
        if minor.start is not None:
            if not dense and minor.start < n:
                m += 1
            n = minor.start
            while free_from(m, n, major, minor) is not None:
                m += 1
        else:
            while True:
                if n + minor.size > last_minor:
                    m, n = m + 1, first_minor
                    continue
                beyond = free_from(m, n, major, minor)
                if beyond is None:
                    break
                n = beyond
        major.start, minor.start = m, n
        occupy(major, minor)
        cursor = (m, n)
    return entries
