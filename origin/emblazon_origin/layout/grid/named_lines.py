"""The explicit grid: tracks with repetitions written out, and the names of its lines (CSS Grid 2 §7)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ...style.values.value_types import Length, TrackList, TrackRepeat, TrackSize
from ..layout_unit import used

MAX_TRACKS = 10_000  # per axis and side; CSS Grid 2 §5.4 lets implementations clamp
AUTO_TRACK = TrackSize("auto", "auto")


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
