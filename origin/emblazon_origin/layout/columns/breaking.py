"""Where a run of content is broken into columns (CSS Fragmentation 3 §4).

The run is laid out in one column of any height; breaks are heights in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, inf
from typing import NamedTuple

from ..boxes.fragment import Fragment, Placed
from ..layout_work import INTERVAL, LayoutWork
from ..placement import relative_offset

_EPSILON = 1 / 128
MAX_COLUMNS = 1000
MAX_ROUNDS = 200
_AVOID = frozenset(("avoid", "avoid-column"))


class Interval(NamedTuple):
    """A stretch without a break in it; `is_hard` where it can never be broken, else where it should not."""

    top: float
    bottom: float
    is_hard: bool
    latest: float = inf  # where a column begins at most for which it counts

    def holds(self, y: float) -> bool:
        """Whether a height lies inside."""
        return self.top < y - _EPSILON and self.bottom > y + _EPSILON


class Stretch(NamedTuple):
    """The part of the run that is in one column."""

    start: float
    end: float


@dataclass(slots=True)
class Run:
    """What is known of a run: how high it is, and where it may be broken."""

    height: float
    work: LayoutWork
    whole: list[Interval] = field(default_factory=list)
    forced: list[float] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)  # margins between siblings
    reaches: dict[Fragment, float] = field(default_factory=dict)

    @classmethod
    def of(cls, fragment: Fragment, work: LayoutWork) -> Run:
        """Look through a laid-out run."""
        run = cls(fragment.height, work)
        run.height = run.reach(fragment)
        run.collect_children(fragment, 0.0)
        run.forced = sorted(y for y in run.forced if _EPSILON < y < run.height - _EPSILON)
        return run

    def reach(self, fragment: Fragment) -> float:
        """Return how far down a box and what runs over its end go, from its top: all of it is broken."""
        known = self.reaches.get(fragment)
        if known is None:
            known = fragment.height
            if not is_monolithic(fragment):
                if fragment.lines:
                    last = fragment.lines[-1]
                    known = max(known, fragment.border.top + fragment.padding.top + last.y + last.height)
                for child in fragment.children:
                    known = max(known, static_y(child) + self.reach(child.fragment))
            self.reaches[fragment] = known
        return known

    def collect(self, placed: Placed, y: float) -> None:
        """Note a box whose border box begins at y."""
        fragment = placed.fragment
        bottom = y + fragment.height
        if is_monolithic(fragment):
            self.whole.append(Interval(y, bottom, is_hard=True))
            return
        if fragment.node.style.break_inside in _AVOID:
            self.whole.append(Interval(y, bottom, is_hard=False))
        self.collect_children(fragment, y)

    def collect_children(self, fragment: Fragment, y: float) -> None:
        """Note what is inside a box that begins at y."""
        self._lines(fragment, y)
        before: float | None = None
        flows = fragment.node.kind == "block"
        for child in fragment.children:
            node = child.fragment.node
            top = y + static_y(child)
            if node.is_out_of_flow:
                continue
            if flows and not node.is_float:
                self._between(before, top, y)
                if node.style.break_before == "column":
                    self.forced.append(top if before is not None else y)
                before = top + child.fragment.height
                if node.style.break_after == "column":
                    self.forced.append(before)
            self.collect(child, top)
        edge = fragment.padding.bottom + fragment.border.bottom
        if before is not None and edge and before > y + fragment.height - edge - _EPSILON:
            self.whole.append(Interval(before - 2 * _EPSILON, y + fragment.height, is_hard=True))

    def _between(self, before: float | None, top: float, parent_top: float) -> None:
        if before is None:  # not between a box's edge and its first child
            if top > parent_top:
                self.whole.append(Interval(parent_top, top + 2 * _EPSILON, is_hard=True))
        elif top > before:
            self.gaps.append((before, top))

    def _lines(self, fragment: Fragment, y: float) -> None:
        lines = fragment.lines
        if not lines:
            return
        style = fragment.node.style
        content = y + fragment.border.top + fragment.padding.top
        end = content + lines[-1].y + lines[-1].height
        if end > y + fragment.height - fragment.padding.bottom - fragment.border.bottom - _EPSILON:
            end = max(end, y + fragment.height)  # the last line keeps the edge below it
        for index, line in enumerate(lines):
            top = y if index == 0 else content + line.y
            bottom = end if index == len(lines) - 1 else content + line.y + line.height
            self.whole.append(Interval(top, bottom, is_hard=True))
        first, last = min(style.orphans, len(lines)), max(0, len(lines) - style.widows)
        self.whole.append(Interval(y, content + lines[first - 1].y + lines[first - 1].height, is_hard=False))
        # The widows leave as many lines as the orphans are in the column before them (§3.3).
        latest = content + lines[last - first].y if last > first else y
        self.whole.append(Interval(content + lines[last].y if last else y, end, is_hard=False, latest=latest))

    # --- breaking ---

    def columns(
        self, height: float, start: float = 0.0, first: tuple[int, float] = (0, 0.0)
    ) -> tuple[list[Stretch], float]:
        """Return the columns of a height, and how much higher they must be for any of them to hold more.

        They begin at `start` in the run; `first` is how many of them have another height, and which.
        """
        found: list[Stretch] = []
        missing = float("inf")
        while len(found) < MAX_COLUMNS:
            limit = start + (first[1] if len(found) < first[0] else height)
            forced = next((y for y in self.forced if y > start + _EPSILON), None)
            if forced is not None and forced <= limit + _EPSILON:
                end = following = forced
            elif self.height <= limit + _EPSILON:
                break
            else:
                at, lacking = self._break_at(start, limit)
                missing = min(missing, lacking)
                end, following = self._skip_margin(at)
            found.append(Stretch(start, end))
            start = following
        found.append(Stretch(start, self.height))
        return found, missing

    def _break_at(self, start: float, limit: float) -> tuple[float, float]:
        """Return the last height up to `limit` at which the run may be broken, and what was lacking."""
        self.work.take(INTERVAL * len(self.whole))
        counting = [interval for interval in self.whole if start <= interval.latest + _EPSILON]
        hit = [interval for interval in counting if interval.holds(limit)]
        lacking = min((interval.bottom - limit for interval in hit), default=1.0)
        for intervals in (counting, [interval for interval in counting if interval.is_hard]):
            y = limit
            while (up := min((i.top for i in intervals if i.holds(y)), default=y)) < y:
                y = up
            if y > start + _EPSILON:
                return y, lacking
        y = limit  # nothing fits: what cannot be broken sticks out of the column
        hard = [interval for interval in self.whole if interval.is_hard]
        while (down := max((i.bottom for i in hard if i.holds(y)), default=y)) > y:
            y = down
        return y, lacking

    def _skip_margin(self, y: float) -> tuple[float, float]:
        """Return where a column ends and the next begins: margins at a break are dropped (§5.2)."""
        for before, after in self.gaps:
            if before - _EPSILON <= y <= after + _EPSILON:
                return before, after
        return y, y

    def balanced(self, count: int, start: float = 0.0) -> float:
        """Return the least height at which `count` columns hold the run from a height in it on."""
        whole = [interval for interval in self.whole if interval.top >= start - _EPSILON]
        tallest = max((interval.bottom - interval.top for interval in whole), default=0.0)
        height = max(self._share(count, start), tallest)
        for _ in range(MAX_ROUNDS):
            columns, missing = self.columns(height, start)
            if len(columns) <= count or missing == float("inf"):
                break
            height += max(missing, _EPSILON)
        return min(height, self.height - start)

    def _share(self, count: int, start: float) -> float:
        """Return the height at which the stretches between forced breaks fill the columns evenly."""
        edges = [start, *(y for y in self.forced if y > start + _EPSILON), self.height]
        stretches = [(after - before, 1) for before, after in pairwise(edges)]
        for _ in range(min(count, MAX_COLUMNS) - len(stretches)):
            longest = max(range(len(stretches)), key=lambda at: stretches[at][0] / stretches[at][1])
            stretches[longest] = stretches[longest][0], stretches[longest][1] + 1
        return ceil(64 * max(length / parts for length, parts in stretches)) / 64


def static_y(placed: Placed) -> float:
    """Return where a box is before it is moved, which is where it is broken."""
    return placed.y - relative_offset(placed.fragment.node.style, 0.0, None)[1]


def is_monolithic(fragment: Fragment) -> bool:
    """Whether a box is never cut (§4.1)."""
    node, style = fragment.node, fragment.node.style
    return (
        node.kind == "replaced"
        or node.is_atomic
        or "size" in style.contain
        or style.overflow_x not in ("visible", "clip")
        or style.overflow_y not in ("visible", "clip")
        or style.line_clamp is not None
    )
