"""Grid item placement: lines, spans and the auto-placement algorithm (CSS Grid 2 §8).

It starts from the explicit grid: tracks with repetitions written out, and the names of its lines (CSS Grid
2 §7).
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from dataclasses import dataclass, field

from ...style.values.value_types import GridLine, Length, TrackList, TrackRepeat, TrackSize
from ..boxes.nodes import Node
from ..layout_unit import used
from ..layout_work import GRID_CELL, LayoutWork

MAX_TRACKS = 10_000  # per axis and side; CSS Grid 2 §5.4 lets implementations clamp
AUTO_TRACK = TrackSize("auto", "auto")


@dataclass(slots=True, eq=False)
class GridArea:
    """Tracks `row_start` up to but not including `row_end`, likewise columns."""

    row_start: int
    row_end: int
    column_start: int
    column_end: int


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
) -> tuple[list[GridArea], int, int]:
    """Place the items; return their areas, and how many implicit tracks lie before the explicit ones.

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
        spans.append((column, row) if by_column else (row, column))
    minor_count = len((rows if by_column else columns).tracks)
    placed = _auto_place(spans, minor_count, dense, work)
    areas = []
    for major, minor in placed:
        row, column = (minor, major) if by_column else (major, minor)
        areas.append(GridArea(row.start or 0, row.end, column.start or 0, column.end))
    before_rows = -min((a.row_start for a in areas), default=0)
    before_columns = -min((a.column_start for a in areas), default=0)
    before_rows, before_columns = max(0, before_rows), max(0, before_columns)
    for area in areas:
        area.row_start += before_rows
        area.row_end += before_rows
        area.column_start += before_columns
        area.column_end += before_columns
    return areas, before_rows, before_columns


def resolve_span(start: GridLine, end: GridLine, grid: ExplicitGrid) -> _Span:
    """§8.3 with its conflict handling."""
    start_auto, end_auto = _is_auto(start), _is_auto(end)
    if start_auto and end_auto:  # as most are
        return _Span(None, 1)
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


_Entry = tuple[_Span, _Span]


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
    for major, minor in entries:
        if major.start is not None and minor.start is not None:
            occupy(major, minor)
    # The implicit grid's first minor line, before auto placement moves it.
    first_minor = min((n.start for _, n in entries if n.start is not None), default=0)
    first_minor = min(0, first_minor)
    # 2. Items locked to a major line.
    cursors: dict[int, int] = {}
    for major, minor in entries:
        if major.start is not None and minor.start is None:
            n = first_minor if dense else cursors.get(major.start, first_minor)
            while (beyond := free_from(major.start, n, major, minor)) is not None:
                n = beyond
            minor.start = n
            occupy(major, minor)
            cursors[major.start] = minor.end
    # 3. The number of minor lines.
    last_minor = max([minor_count] + [n.end for _, n in entries if n.start is not None])
    last_minor = max(last_minor, first_minor + max((n.size for _, n in entries), default=1))
    # 4. The rest, in order.
    first_major = min(0, min((m.start for m, _ in entries if m.start is not None), default=0))
    cursor = (first_major, first_minor)
    for major, minor in entries:
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


@dataclass(slots=True, eq=False)
class ExplicitGrid:
    """One axis. `names` maps a line name to its 0-based line indices, ascending."""

    tracks: list[TrackSize] = field(default_factory=list)
    names: dict[str, list[int]] = field(default_factory=dict)
    auto_fit: range = range(0)  # tracks that collapse when empty

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return len(self.tracks) + 1

    def name(self, name: str, line: int) -> None:
        """Give a line one more name."""
        places = self.names.setdefault(name, [])
        if line not in places:
            places.append(line)
            places.sort()


def explicit_grid(
    template: TrackList,
    areas: dict[str, tuple[int, int]],
    area_tracks: int,
    auto_tracks: tuple[TrackSize, ...],
    available: float | None,
    gap: float,
) -> ExplicitGrid:
    """Expand a template; `areas` gives each named area's first and end line on this axis."""
    grid = ExplicitGrid()
    for index, item in enumerate(template.items):
        _name_all(grid, template.names[index] if index < len(template.names) else ())
        if isinstance(item, TrackRepeat):
            _expand(grid, template, item, available, gap)
        else:
            grid.tracks.append(item)
    if template.items and len(template.names) > len(template.items):
        _name_all(grid, template.names[len(template.items)])
    del grid.tracks[MAX_TRACKS:]
    implicit = 0
    while len(grid.tracks) < area_tracks:  # §7.3: areas make tracks of the auto size
        grid.tracks.append(auto_tracks[implicit % len(auto_tracks)] if auto_tracks else AUTO_TRACK)
        implicit += 1
    for name, (start, end) in areas.items():
        grid.name(f"{name}-start", start)
        grid.name(f"{name}-end", end)
    return grid


def _name_all(grid: ExplicitGrid, names: tuple[str, ...]) -> None:
    for name in names:
        grid.name(name, len(grid.tracks))


def _expand(
    grid: ExplicitGrid, template: TrackList, repeat: TrackRepeat, available: float | None, gap: float
) -> None:
    count = repeat.count if isinstance(repeat.count, int) else _auto_count(template, repeat, available, gap)
    first = len(grid.tracks)
    for _ in range(count):
        for index, track in enumerate(repeat.tracks):
            if index < len(repeat.names):
                _name_all(grid, repeat.names[index])
            grid.tracks.append(track)
        if len(repeat.names) > len(repeat.tracks):
            _name_all(grid, repeat.names[len(repeat.tracks)])
        if len(grid.tracks) > MAX_TRACKS:
            break
    if repeat.count == "auto-fit":
        grid.auto_fit = range(first, min(len(grid.tracks), MAX_TRACKS))


def _auto_count(template: TrackList, repeat: TrackRepeat, available: float | None, gap: float) -> int:
    """§7.2.3.2: as many repetitions as fit, at least one."""
    if available is None or not repeat.tracks:
        return 1
    others: list[TrackSize] = []
    for item in template.items:
        if isinstance(item, TrackSize):
            others.append(item)
        elif item is not repeat and isinstance(item.count, int):
            others.extend(item.tracks * item.count)
    fixed = sum(_definite(track, available) + gap for track in others)
    one = sum(max(1.0, _definite(track, available)) + gap for track in repeat.tracks)
    return max(1, min(MAX_TRACKS, math.floor((available + gap - fixed + 1e-6) / one)))


def _definite(track: TrackSize, available: float) -> float:
    low = used(track.min, available) if isinstance(track.min, Length) else None
    high = used(track.max, available) if isinstance(track.max, Length) else None
    if high is None:
        return low or 0.0
    return high if low is None else max(high, low)


def area_spans(
    areas: tuple[tuple[str, ...], ...],
) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]]:
    """Return each named area's row span and column span, as 0-based first and end lines."""
    rows: dict[str, tuple[int, int]] = {}
    columns: dict[str, tuple[int, int]] = {}
    for y, row in enumerate(areas):
        for x, name in enumerate(row):
            if name.strip(".") == "":
                continue
            top, bottom = rows.get(name, (y, y + 1))
            left, right = columns.get(name, (x, x + 1))
            rows[name] = (min(top, y), max(bottom, y + 1))
            columns[name] = (min(left, x), max(right, x + 1))
    return rows, columns
