"""The track sizing algorithm (CSS Grid 2 §11.3 to §11.8), one axis at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ...style.values.value_types import Fr, Length, TrackSize
from ..layout_unit import UNIT, saturated, snap, used

INF = math.inf
Kind = Literal["fixed", "auto", "min-content", "max-content", "flex"]
# Columns are measured under the last two; rows of a container of automatic height are sized without a limit.
Constraint = Literal["definite", "indefinite", "min-content", "max-content"]


@dataclass(slots=True, eq=False)
class Track:
    """One track while it is sized."""

    min_kind: Kind
    max_kind: Kind
    base: float
    limit: float
    flex: float = 0.0
    fit: float = INF
    growable: bool = False  # infinitely growable, §11.5
    collapsed: bool = False
    planned: float = 0.0
    incurred: float = 0.0

    @property
    def is_flexible(self) -> bool:
        """True for `fr` tracks."""
        return self.max_kind == "flex"

    @property
    def fit_limit(self) -> float:
        """The growth limit, at most the argument of fit-content()."""
        return min(self.limit, self.fit)


@dataclass(slots=True, eq=False)
class Contribution:
    """What one item asks of the tracks from `start` up to `end`; sizes are outer."""

    start: int
    end: int
    minimum: Callable[[], float]
    min_content: Callable[[], float]
    max_content: Callable[[], float]
    scrolls: bool = False


def make_track(size: TrackSize, available: float | None) -> Track:
    """§11.4: percentages of an indefinite size count as auto; a flexible minimum is auto."""
    min_kind, base = _breadth(size.min, available)
    max_kind, limit = _breadth(size.max, available)
    if min_kind == "flex":
        min_kind = "auto"
    track = Track(
        min_kind, max_kind, base if min_kind == "fixed" else 0.0, limit if max_kind == "fixed" else INF
    )
    if size.fit is not None:
        track.min_kind, track.max_kind, track.base, track.limit = "auto", "max-content", 0.0, INF
        if size.fit.is_absolute or available is not None:
            track.fit = used(size.fit, available or 0.0)
    if isinstance(size.max, Fr):
        track.flex = size.max.value
    track.limit = max(track.limit, track.base)
    return track


def _breadth(value: Length | Fr | str, available: float | None) -> tuple[Kind, float]:
    if isinstance(value, Fr):
        return "flex", 0.0
    if isinstance(value, Length):
        if not value.is_absolute and available is None:
            return "auto", 0.0
        return "fixed", max(0.0, used(value, available or 0.0))
    if value in ("min-content", "max-content"):
        return ("min-content" if value == "min-content" else "max-content"), 0.0
    return "auto", 0.0


def size_tracks(
    tracks: Sequence[Track],
    items: Sequence[Contribution],
    available: float | None,
    gap: float,
    constraint: Constraint,
    stretch: bool,
    minimum: float = 0.0,
    maximum: float = INF,
) -> None:
    """Run §11.3 on one axis; `minimum` and `maximum` bound the container's size where it is indefinite."""
    _resolve_intrinsic(tracks, items, gap, constraint)  # 2
    free = None if available is None else available - _used(tracks, gap)
    _maximize(tracks, free, constraint, maximum, gap)  # 3
    _expand_flexible(tracks, items, available, gap, constraint, minimum, maximum)  # 4
    if stretch:  # 5
        room = available if available is not None else (minimum if constraint == "indefinite" else None)
        if room is not None:
            _stretch_auto(tracks, room - _used(tracks, gap))


def gaps_between(tracks: Sequence[Track], gap: float) -> float:
    """Return the room that gutters take; those at a collapsed track collapse with it."""
    return gap * max(0, sum(not track.collapsed for track in tracks) - 1)


def _used(tracks: Sequence[Track], gap: float) -> float:
    return sum(track.base for track in tracks) + gaps_between(tracks, gap)


# --- §11.5 -----------------------------------------------------------------------------------------

INTRINSIC_MIN = ("auto", "min-content", "max-content")
INTRINSIC_MAX = ("auto", "min-content", "max-content")


def _resolve_intrinsic(
    tracks: Sequence[Track], items: Sequence[Contribution], gap: float, constraint: Constraint
) -> None:
    flexes = [track.is_flexible for track in tracks]
    plain: list[Contribution] = []
    flexible: list[Contribution] = []
    for item in items:
        (flexible if True in flexes[item.start : item.end] else plain).append(item)
    for span in sorted({item.end - item.start for item in plain}):  # steps 2 and 3
        group = [item for item in plain if item.end - item.start == span]
        _grow_for(tracks, group, gap, constraint, flexible=False)
    if flexible:  # step 4
        _grow_for(tracks, flexible, gap, constraint, flexible=True)
    for track in tracks:  # step 5
        if track.limit == INF:
            track.limit = track.base


def _grow_for(
    tracks: Sequence[Track],
    group: Sequence[Contribution],
    gap: float,
    constraint: Constraint,
    flexible: bool,
) -> None:
    def phase(
        size: str,
        affected: Callable[[Track], bool],
        contribution: Callable[[Contribution], float],
        capped: bool = False,
    ) -> None:
        def chosen(track: Track) -> bool:
            return affected(track) and (track.is_flexible or not flexible) and not track.collapsed

        wanted = [chosen(track) for track in tracks]
        if not any(wanted):
            return
        if alone and not flexible:
            _distribute_alone(tracks, group, size, wanted, contribution, capped)
        elif any(True in wanted[item.start : item.end] for item in group):
            _distribute_phase(tracks, group, gap, size, chosen, contribution, flexible, capped)

    alone = all(item.end - item.start == 1 for item in group)

    # 3.1 intrinsic minimums
    if constraint in ("definite", "indefinite"):
        phase("base", lambda t: t.min_kind in INTRINSIC_MIN, lambda i: i.minimum())
    else:
        phase(
            "base",
            lambda t: t.min_kind in INTRINSIC_MIN,
            lambda i: i.minimum() if i.scrolls else _limited(tracks, i, gap, i.min_content()),
        )
    # 3.2 content-based minimums
    phase("base", lambda t: t.min_kind in ("min-content", "max-content"), lambda i: i.min_content())
    # 3.3 max-content minimums
    if constraint == "max-content":
        phase(
            "base",
            lambda t: t.min_kind == "max-content" or (t.min_kind == "auto" and t.max_kind != "min-content"),
            lambda i: _limited(tracks, i, gap, i.max_content()),
            capped=True,
        )
    phase("base", lambda t: t.min_kind == "max-content", lambda i: i.max_content())
    # 3.4
    for track in tracks:
        track.limit = max(track.limit, track.base)
    if flexible:
        return
    # 3.5 intrinsic maximums
    phase("limit", lambda t: t.max_kind in INTRINSIC_MAX, lambda i: i.min_content())
    # 3.6 max-content maximums
    phase("limit", lambda t: t.max_kind in ("auto", "max-content"), lambda i: i.max_content())
    for track in tracks:
        track.growable = False


def _limited(tracks: Sequence[Track], item: Contribution, gap: float, size: float) -> float:
    """Clamp a contribution by the fixed maximums of the spanned tracks, at least the minimum contribution."""
    spanned = tracks[item.start : item.end]
    caps = [t.fit if t.fit != INF else (t.limit if t.max_kind == "fixed" else INF) for t in spanned]
    limit = sum(caps) + gaps_between(spanned, gap)
    return max(item.minimum(), min(size, limit)) if limit != INF else size


def _distribute_alone(
    tracks: Sequence[Track],
    group: Sequence[Contribution],
    size: str,
    wanted: Sequence[bool],
    contribution: Callable[[Contribution], float],
    capped: bool,
) -> None:
    """Do what `_distribute_phase` does for items in one track each: the largest of them decides."""
    largest: dict[int, float] = {}
    for item in group:
        if wanted[item.start]:
            asked = contribution(item)
            if asked > largest.get(item.start, -INF):
                largest[item.start] = asked
    for index, asked in largest.items():
        track = tracks[index]
        is_base = size == "base" or track.limit == INF
        space = max(0.0, asked - (track.base if is_base else track.limit))
        track.planned = 0.0
        if space > 0 or size == "limit":
            _share([track], space, size, False, capped)
            track.planned = max(0.0, track.incurred)
        if size == "base":
            track.base += track.planned
        elif track.limit == INF:
            track.limit, track.growable = track.base + track.planned, True
        else:
            track.limit += track.planned


def _distribute_phase(
    tracks: Sequence[Track],
    group: Sequence[Contribution],
    gap: float,
    size: str,
    chosen: Callable[[Track], bool],
    contribution: Callable[[Contribution], float],
    flexible: bool,
    capped: bool,
) -> None:
    """§11.5.1: plan increases for every item of the group, then apply the largest of each track."""
    for track in tracks:
        track.planned = 0.0
    for item in group:
        spanned = tracks[item.start : item.end]
        affected = [track for track in spanned if chosen(track)]
        if not affected:
            continue
        current = sum(
            track.base if size == "base" or track.limit == INF else track.limit for track in spanned
        )
        space = max(0.0, contribution(item) - current - gaps_between(spanned, gap))
        if space > 0 or size == "limit":
            _share(affected, space, size, flexible, capped)
            for track in affected:
                track.planned = max(track.planned, track.incurred)
    touched = {id(t) for item in group for t in tracks[item.start : item.end] if chosen(t)}
    for track in tracks:
        if size == "base":
            track.base += track.planned
        elif id(track) in touched:
            if track.limit == INF:
                track.limit = track.base + track.planned
                track.growable = True
            else:
                track.limit += track.planned


def _share(affected: Sequence[Track], space: float, size: str, flexible: bool, capped: bool) -> None:
    """Distribute to the limits first, then beyond them; `capped` tracks stop at their fit-content()."""
    for track in affected:
        track.incurred = 0.0
    if flexible:
        factors = sum(track.flex for track in affected)
        for track in affected:
            track.incurred = snap(space * track.flex / factors if factors else space / len(affected))
        return
    rooms = [_room(track, size) for track in affected]
    for track, part in zip(affected, equal_parts(space, rooms), strict=True):
        track.incurred += part
        space -= part
    if space > 1e-9:
        beyond = [t for t in affected if t.max_kind in INTRINSIC_MAX] if size == "base" else []
        beyond = beyond or list(affected)
        if capped:
            beyond = [track for track in beyond if track.fit == INF]
        for track, part in zip(beyond, equal_parts(space, [INF] * len(beyond)), strict=True):
            track.incurred += part


def equal_parts(space: float, rooms: Sequence[float]) -> list[float]:
    """Share a space equally among takers with limited room, on the grid of 1/64 px, the smallest first."""
    parts = [0.0] * len(rooms)
    order = sorted(range(len(rooms)), key=lambda index: rooms[index])
    for taken, index in enumerate(order):
        parts[index] = max(0.0, min(snap(space / (len(rooms) - taken)), rooms[index]))
        space -= parts[index]
    return parts


def _room(track: Track, size: str) -> float:
    if size == "base":
        return track.fit_limit - track.base if track.limit != INF or track.fit != INF else INF
    if track.limit == INF or track.growable:
        return (
            INF
            if track.fit == INF
            else max(0.0, track.fit - (track.base if track.limit == INF else track.limit))
        )
    return 0.0


# --- §11.6 to §11.8 --------------------------------------------------------------------------------


def _maximize(
    tracks: Sequence[Track], free: float | None, constraint: Constraint, maximum: float, gap: float
) -> None:
    if free is None:
        if constraint == "min-content":
            return
        free = sum(t.fit_limit - t.base for t in tracks if not t.is_flexible)
        free = min(free, max(0.0, maximum - _used(tracks, gap)))
    growing = [t for t in tracks if not t.is_flexible and t.fit_limit > t.base]
    for track, part in zip(growing, equal_parts(free, [t.fit_limit - t.base for t in growing]), strict=True):
        track.base += part


def _expand_flexible(
    tracks: Sequence[Track],
    items: Sequence[Contribution],
    available: float | None,
    gap: float,
    constraint: Constraint,
    minimum: float,
    maximum: float,
) -> None:
    flexible = [track for track in tracks if track.is_flexible]
    if not flexible:
        return
    if available is not None:
        fraction = _find_fraction(tracks, available, gap)
    elif constraint == "min-content":
        fraction = 0.0
    else:
        fraction = max(t.base / max(1.0, t.flex) for t in flexible)
        for item in items:
            spanned = tracks[item.start : item.end]
            if any(t.is_flexible for t in spanned):
                fraction = max(fraction, _find_fraction(spanned, item.max_content(), gap))
        total = sum(max(t.base, fraction * t.flex) if t.is_flexible else t.base for t in tracks)
        total += gaps_between(tracks, gap)
        if total < minimum:
            fraction = _find_fraction(tracks, minimum, gap)
        elif total > maximum:
            fraction = _find_fraction(tracks, maximum, gap)
    # What snapping cuts off one track goes on to the next.
    rest = 0.0
    for track in flexible:
        share = saturated(fraction * track.flex + rest)
        whole = math.floor(share * UNIT) / UNIT
        rest = share - whole
        track.base = max(track.base, whole)


def _find_fraction(tracks: Sequence[Track], space: float, gap: float) -> float:
    """§11.7.1."""
    inflexible: set[int] = set()
    while True:
        leftover = space - gaps_between(tracks, gap)
        factors = 0.0
        for track in tracks:
            if track.is_flexible and id(track) not in inflexible:
                factors += track.flex
            else:
                leftover -= track.base
        fraction = leftover / max(1.0, factors)
        again = False
        for track in tracks:
            if track.is_flexible and id(track) not in inflexible and fraction * track.flex < track.base:
                inflexible.add(id(track))
                again = True
        if not again:
            return max(0.0, fraction)


def _stretch_auto(tracks: Sequence[Track], free: float) -> None:
    auto = [t for t in tracks if t.max_kind == "auto" and not t.collapsed]
    if auto and free > 0:
        for track, part in zip(auto, equal_parts(free, [INF] * len(auto)), strict=True):
            track.base += part
