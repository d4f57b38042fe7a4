"""Rules in the gaps of grid, flex and multi-column containers (CSS Gap Decorations 1), as in Chromium.

A container tells its gaps and where their rules run; here they get their insets and become
boxes that are nothing but a border.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from ..style.values.computed import ComputedStyle
from ..style.values.value_types import NO_RULES, Color, GapList, Length, RuleBreak, RuleVisibility
from ..style.values.writing_modes import physical_name
from .boxes.box import Sides
from .boxes.fragment import ContentLayout, Fragment, Placed
from .boxes.nodes import Node, anonymous_style
from .context import LayoutContext
from .frame import Frame
from .layout_unit import used
from .layout_work import GRID_CELL, RULE

FIRST = -(2**31)  # of all orders: what else is in the container is painted above
MAX_RULES = 2_000  # pieces of rules in one container
RuleAxis = Literal["column", "row"]
_Inset = Length | Literal["overlap-join"]
_NO_SIDES = Sides(0.0, 0.0, 0.0, 0.0)
_AS_OUTLINED = {"inset": "ridge", "outset": "groove"}


class End(NamedTuple):
    """An end of a run: at the container's edge, or at a gap that crosses (its size, and its rule's)."""

    at: float
    crossed: float | None = None
    thick: float = 0.0


class RuleRun(NamedTuple):
    """One piece of a rule, along its gap."""

    start: End
    end: End


class Gap(NamedTuple):
    """A gap: where its middle is, and what of it has a rule. Its number is its place in the list of gaps."""

    middle: float
    runs: Sequence[RuleRun]


class AxisGaps(NamedTuple):
    """The gaps between columns or rows, in the order in which they get their rules."""

    axis: RuleAxis
    gaps: list[Gap]


class _Rules(NamedTuple):
    """What a style says of the rules of an axis; insets are those of the start and the end."""

    widths: GapList[float]
    styles: GapList[str]
    colors: GapList[Color | None]
    breaks: RuleBreak
    shown: RuleVisibility
    cap: tuple[_Inset, _Inset]
    junction: tuple[_Inset, _Inset]


def _rules_of(style: ComputedStyle, axis: RuleAxis) -> _Rules:
    s = style
    if axis == "column":
        return _Rules(
            s.column_rule_width, s.column_rule_style, s.column_rule_color, s.column_rule_break,
            s.column_rule_visibility_items, (s.column_rule_inset_cap_start, s.column_rule_inset_cap_end),
            (s.column_rule_inset_junction_start, s.column_rule_inset_junction_end),
        )  # fmt: skip
    return _Rules(
        s.row_rule_width, s.row_rule_style, s.row_rule_color, s.row_rule_break, s.row_rule_visibility_items,
        (s.row_rule_inset_cap_start, s.row_rule_inset_cap_end),
        (s.row_rule_inset_junction_start, s.row_rule_inset_junction_end),
    )  # fmt: skip


def has_rules(style: ComputedStyle) -> bool:
    """Whether anything is drawn in the gaps."""
    if style.column_rule_style is NO_RULES and style.row_rule_style is NO_RULES:
        return False
    return bool(rules_on(style))


def rules_on(style: ComputedStyle) -> list[RuleAxis]:
    """Return the axes with rules in the order in which they are painted."""
    axes: list[RuleAxis] = ["column", "row"] if style.rule_overlap == "row-over-column" else ["row", "column"]
    return [axis for axis in axes if not _UNDRAWN.issuperset(_rules_of(style, axis).styles.values)]


_UNDRAWN = frozenset(("none", "hidden"))


def add_rules(ctx: LayoutContext, frame: Frame, content: ContentLayout, gaps: Sequence[AxisGaps]) -> None:
    """Put the rules before the content."""
    pieces = [piece for of_axis in gaps for piece in _pieces(frame, of_axis)]
    if len(pieces) > MAX_RULES:
        message = f"{len(pieces)} pieces of rules in gaps are too many: none of them is drawn"
        ctx.report.add("warning", "limit", message)
        return
    ctx.work.take(RULE * len(pieces))
    rtl = frame.node.style.direction == "rtl"
    styles: dict[tuple[object, ...], ComputedStyle] = {}
    found: list[Placed] = []
    for piece in pieces:
        style = styles.get(piece.look)
        if style is None:
            style = styles[piece.look] = _rule_style(frame.node.style, *piece.look)
        x, y, width, border_height = piece.rect
        if rtl:
            x = frame.inner_width - x - width
        thick = piece.look[1]
        border = Sides(0, 0, 0, thick) if piece.look[0] == "column" else Sides(thick, 0, 0, 0)
        node = Node(style, None, order=frame.node.order, parent=frame.node)
        fragment = Fragment(node, width, border_height, border, _NO_SIDES, [], [], None, None, [])
        found.append(Placed(fragment, frame.left + x, frame.top + y))
    content.children[:0] = found


class _Piece(NamedTuple):
    rect: tuple[float, float, float, float]  # in flow-relative columns
    look: tuple[RuleAxis, float, str, Color | None]


def _pieces(frame: Frame, of_axis: AxisGaps) -> Iterator[_Piece]:
    axis, count = of_axis.axis, len(of_axis.gaps)
    rules = _rules_of(frame.node.style, axis)
    for index, gap in enumerate(of_axis.gaps):
        kind, thick = rules.styles.of(index, count), rules.widths.of(index, count)
        if kind in _UNDRAWN or not thick:
            continue
        for run in gap.runs:
            start = run.start.at + _inset(rules, 0, run.start)
            end = run.end.at - _inset(rules, 1, run.end)
            if end <= start:
                continue
            across = gap.middle - thick / 2
            rect = (across, start, thick, end - start)
            if axis == "row":
                rect = (start, across, end - start, thick)
            yield _Piece(rect, (axis, thick, kind, rules.colors.of(index, count)))


def _inset(rules: _Rules, side: int, end: End) -> float:
    """Return how far a rule stays back at an end; percentages are of the gap that crosses there."""
    value = (rules.cap if end.crossed is None else rules.junction)[side]
    if not isinstance(value, str):
        return used(value, end.crossed or 0.0)
    return 0.0 if end.crossed is None else -(end.crossed + end.thick) / 2


def _rule_style(
    style: ComputedStyle, axis: RuleAxis, thick: float, kind: str, color: Color | None
) -> ComputedStyle:
    side = physical_name(style.writing_mode, "border_left" if axis == "column" else "border_top")
    edge = {"width": thick, "style": _AS_OUTLINED.get(kind, kind), "color": color or style.color}
    own = anonymous_style(
        style.on_canvas, order=FIRST, **{f"{side}_{name}": value for name, value in edge.items()}
    )
    return own.turned(style.writing_mode)


# --- grid: rules run until an item spans their gap -----------------------------------------------------


class Tracks(NamedTuple):
    """Where the tracks of an axis begin and end, those that are collapsed left out."""

    edges: list[tuple[float, float]]

    def gap(self, index: int) -> tuple[float, float]:
        """Return where the gap after a track begins and ends."""
        return self.edges[index][1], self.edges[index + 1][0]


class SpannedTracks(NamedTuple):
    """The tracks that an item spans, the ends not included."""

    column: tuple[int, int]
    row: tuple[int, int]


def grid_gaps(
    ctx: LayoutContext, style: ComputedStyle, columns: Tracks, rows: Tracks, items: Sequence[SpannedTracks]
) -> list[AxisGaps]:
    """Return the gaps of a grid with what its rules run over."""
    across, down = len(columns.edges), len(rows.edges)
    ctx.work.take(GRID_CELL * (across * down + sum(_cells(item) for item in items)))
    owners: dict[tuple[int, int], set[int]] = {}
    for number, item in enumerate(items):
        for row in range(*item.row):
            for column in range(*item.column):
                owners.setdefault((column, row), set()).add(number)
    nothing: set[int] = set()
    found: list[AxisGaps] = []
    for axis in rules_on(style):
        along = rows if axis == "column" else columns
        own = columns if axis == "column" else rows

        def cell(index: int, at: int, axis: RuleAxis = axis) -> set[int]:
            return owners.get((index, at) if axis == "column" else (at, index), nothing)

        gaps: list[Gap] = []
        for index in range(len(own.edges) - 1):
            first, last = own.gap(index)
            runs = _runs(_rules_of(style, axis), along, index, cell)
            crossing = _rules_of(style, "row" if axis == "column" else "column").widths
            gaps.append(Gap((first + last) / 2, [_rule_run(along, crossing, *run) for run in runs]))
        found.append(AxisGaps(axis, gaps))
    return found


def _cells(item: SpannedTracks) -> int:
    return (item.column[1] - item.column[0]) * (item.row[1] - item.row[0])


def _runs(
    rules: _Rules, along: Tracks, index: int, cell: Callable[[int, int], set[int]]
) -> list[tuple[int, int]]:
    """Return the first and last track of each run of the rule after one track."""
    breaks, visible = rules.breaks, rules.shown
    shown: list[bool] = []
    for at in range(len(along.edges)):
        before, after = cell(index, at), cell(index + 1, at)
        blocked = breaks != "none" and not before.isdisjoint(after)
        hidden = (visible == "around" and not (before or after)) or (
            visible == "between" and not (before and after)
        )
        shown.append(not (blocked or hidden))
    runs: list[tuple[int, int]] = []
    for at, is_shown in enumerate(shown):
        if not is_shown:
            continue
        joined = runs and runs[-1][1] == at - 1
        if joined and (breaks != "intersection" or not _crosses(index, at - 1, cell)):
            runs[-1] = runs[-1][0], at
        else:
            runs.append((at, at))
    return runs


def _crosses(index: int, at: int, cell: Callable[[int, int], set[int]]) -> bool:
    """Whether the gap after a track of the other axis reaches the one at hand from either side."""
    return any(cell(side, at).isdisjoint(cell(side, at + 1)) for side in (index, index + 1))


def _rule_run(along: Tracks, widths: GapList[float], first: int, last: int) -> RuleRun:
    count = len(along.edges) - 1
    start, end = End(along.edges[first][0]), End(along.edges[last][1])
    if first > 0:
        start = End(start.at, start.at - along.edges[first - 1][1], widths.of(first - 1, count))
    if last < count:
        end = End(end.at, along.edges[last + 1][0] - end.at, widths.of(last, count))
    return RuleRun(start, end)


# --- flex: rules between the items of a line, and between lines -----------------------------------------


class RuledLine(NamedTuple):
    """A flex line: where it is on the cross axis, and its gaps on the main axis."""

    start: float
    end: float
    gaps: list[tuple[float, float]]


def flex_gaps(style: ComputedStyle, lines: Sequence[RuledLine], main: float, *, row: bool) -> list[AxisGaps]:
    """Return the gaps of a flex container, whose size on the main axis is `main`."""
    between_items: RuleAxis = "column" if row else "row"
    between_lines: RuleAxis = "row" if row else "column"
    found = {
        between_items: _item_gaps(lines, _rules_of(style, between_lines).widths),
        between_lines: _line_gaps(
            _rules_of(style, between_lines), _rules_of(style, between_items).widths, lines, main
        ),
    }
    return [AxisGaps(axis, found[axis]) for axis in rules_on(style)]


def _item_gaps(lines: Sequence[RuledLine], crossing: GapList[float]) -> list[Gap]:
    gaps: list[Gap] = []
    count = len(lines) - 1
    is_back = count > 0 and lines[1].start < lines[0].start
    for number, line in enumerate(lines):
        above, below = (number + 1, number - 1) if is_back else (number - 1, number + 1)
        start, end = End(line.start), End(line.end)
        if 0 <= above <= count:
            start = End(start.at, start.at - lines[above].end, crossing.of(min(number, above), count))
        if 0 <= below <= count:
            end = End(end.at, lines[below].start - end.at, crossing.of(min(number, below), count))
        gaps += [Gap((low + high) / 2, [RuleRun(start, end)]) for low, high in line.gaps]
    return gaps


def _line_gaps(rules: _Rules, crossing: GapList[float], lines: Sequence[RuledLine], main: float) -> list[Gap]:
    gaps: list[Gap] = []
    thick = crossing.of(0, 1)
    for one, other in pairwise(lines):
        low, high = (one.end, other.start) if one.start <= other.start else (other.end, one.start)
        ends = [End(0.0)]
        if rules.breaks == "intersection":
            for first, last in _united([*one.gaps, *other.gaps]):
                ends += [End(first, last - first, thick), End(last, last - first, thick)]
        ends.append(End(main))
        runs = [RuleRun(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True)]
        gaps.append(Gap((low + high) / 2, runs))
    return gaps


def _united(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return found


# --- columns: rules where both sides have content ----------------------------------------------------------


class ColumnRow(NamedTuple):
    """A row of columns: where it begins and ends, and how many columns have content."""

    start: float
    end: float
    filled: int
    follows: float | None = None  # the gap above it where it is not the first one


def column_gaps(
    style: ComputedStyle, rows: Sequence[ColumnRow], count: int, width: float, gap: float
) -> list[AxisGaps]:
    """Return the gaps between columns of a width, and between their rows."""
    between_rows = [_row_gap(style, row, count, width, gap) for row in rows if row.follows is not None]
    found = {"column": _gaps_between_columns(style, rows, count, width, gap), "row": between_rows}
    return [AxisGaps(axis, found[axis]) for axis in rules_on(style)]


def _gaps_between_columns(
    style: ComputedStyle, rows: Sequence[ColumnRow], count: int, width: float, gap: float
) -> list[Gap]:
    """Return the gaps with their rules: one through all rows where it is never broken."""
    shown = style.column_rule_visibility_items
    if style.column_rule_break == "none" and rows:
        rows = [ColumnRow(rows[0].start, rows[-1].end, max(row.filled for row in rows))]
    gaps: list[Gap] = []
    for index in range(max([count, *(row.filled for row in rows)]) - 1):
        runs = [
            RuleRun(End(row.start), End(row.end))
            for row in rows
            if shown == "all" or index < row.filled - (shown != "around")
        ]
        gaps.append(Gap((index + 1) * (width + gap) - gap / 2, runs))
    return gaps


def _row_gap(style: ComputedStyle, row: ColumnRow, count: int, width: float, gap: float) -> Gap:
    """Return the gap above a row of columns, as wide as those that have content."""
    filled = min(row.filled, count)
    edges = [(index * (width + gap), index * (width + gap) + width) for index in range(filled)]
    if style.row_rule_break != "intersection":
        edges = [(edges[0][0], edges[-1][1])]
    thick = style.column_rule_width.of(0, 1)
    runs = [
        RuleRun(
            End(low) if number == 0 else End(low, gap, thick),
            End(high) if number == len(edges) - 1 else End(high, gap, thick),
        )
        for number, (low, high) in enumerate(edges)
    ]
    return Gap(row.start - (row.follows or 0.0) / 2, runs)
