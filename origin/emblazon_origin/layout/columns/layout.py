"""Multi-column layout: how many columns, how high, and what is in each (CSS Multi-column Layout 1)."""

from __future__ import annotations

from typing import NamedTuple

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import NORMAL_GAP
from ..boxes.fragment import ContentLayout, Fragment, Placed
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..frame import Constraints, Frame
from ..layout_unit import snap, used
from ..layout_work import INTERVAL
from ..placement import place
from ..ruled_gaps import ColumnRow, add_rules, column_gaps, has_rules
from ..sizing import clamp, margins_of
from .breaking import Run, Stretch
from .flow import is_spanner
from .slicing import Slicer

_LEAST = 1 / 64  # px that a column is high


def layout_columns(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Lay out runs in columns, one below the other, with the spanners between them."""
    content = ContentLayout(0.0)
    rows: list[ColumnRow] = []
    y = below = row_top = 0.0  # below: the margin of a spanner, which collapses with the next one's
    for index, child in enumerate(frame.node.children):
        if is_spanner(child):
            fragment = ctx.layout(child, Constraints(frame.inner_width, frame.height_basis))
            margins = margins_of(child.style, frame.inner_width)
            y += max(below, margins.top or 0.0)
            left = _spanner_left(frame, fragment)
            place(content, fragment, frame.left + left, frame.top + y, frame.inner_width, frame.height_basis)
            _note_baselines(content, fragment, frame.top + y)
            y += fragment.height
            below = margins.bottom or 0.0
        else:
            is_last = index == len(frame.node.children) - 1
            planned = _layout_run(ctx, frame, content, child, y + below, row_top, is_last=is_last)
            rows += [row.ruled for row in planned]
            y, row_top, below = planned[-1].ruled.end, planned[-1].row_top, 0.0
    content.height = y + below
    if has_rules(frame.node.style):
        _add_rules(ctx, frame, content, rows)
    return content


def _add_rules(ctx: LayoutContext, frame: Frame, content: ContentLayout, rows: list[ColumnRow]) -> None:
    """Draw the rules between columns; the last row's fill a given height."""
    style = frame.node.style
    count, width = columns_of(style, frame.inner_width)
    if (
        _row_height(frame) is None
        and rows
        and frame.inner_height is not None
        and not is_spanner(frame.node.children[-1])
    ):
        rows[-1] = rows[-1]._replace(end=max(rows[-1].end, frame.inner_height or 0.0))
    gap = column_gap(style, frame.inner_width)
    add_rules(ctx, frame, content, column_gaps(style, rows, count, width, gap))


def _spanner_left(frame: Frame, fragment: Fragment) -> float:
    margins = margins_of(fragment.node.style, frame.inner_width)
    room = frame.inner_width - fragment.width - margins.horizontal
    if margins.left is None:
        return max(0.0, room / 2 if margins.right is None else room)
    return margins.left


def column_gap(style: ComputedStyle, basis: float) -> float:
    """Return the gap between columns: 1em unless given."""
    gap = style.column_gap
    return style.font_size if gap is NORMAL_GAP else used(gap, basis)


def columns_of(style: ComputedStyle, available: float) -> tuple[int, float]:
    """Return the number of columns and their width (§3.4)."""
    gap = column_gap(style, available)
    count = style.column_count
    wanted = style.column_width
    if isinstance(wanted, float):
        most = max(1, int((available + gap) / max(wanted + gap, 1.0)))
        count = most if count == "auto" else min(count, most)
    number = 1 if count == "auto" else count
    return number, snap(max(0.0, (available + gap) / number - gap))


class _Row(NamedTuple):
    """A row of columns as it will be filled."""

    ruled: ColumnRow
    row_top: float  # where the row begins, be it above a spanner
    height: float  # of its columns, at which they are broken
    columns: list[Stretch]


def _layout_run(
    ctx: LayoutContext,
    frame: Frame,
    content: ContentLayout,
    flow: Node,
    y: float,
    row_top: float,
    *,
    is_last: bool,
) -> list[_Row]:
    """Lay out a run at y and return its rows of columns; the row at hand began at `row_top`."""
    style = frame.node.style
    _, width = columns_of(style, frame.inner_width)
    fragment = ctx.layout(flow, Constraints(width, None, width=width))
    run = Run.of(fragment, ctx.work)
    rows = _planned(frame, run, y, row_top, is_last=is_last)
    gap = column_gap(style, frame.inner_width)
    rtl = style.direction == "rtl"
    for row in rows:
        top = row.ruled.start
        for index, column in enumerate(row.columns):
            ctx.work.take(INTERVAL * len(run.whole))
            x = index * (width + gap)
            x = frame.left + (frame.inner_width - width - x if rtl else x)
            slicer = Slicer(run, column, row.height, is_last=column is rows[-1].columns[-1], work=ctx.work)
            part = slicer.run(fragment)
            content.children.append(Placed(part, x, frame.top + top))
            _note_baselines(content, part if index == 0 else None, frame.top + top)
            for pending in list(fragment.pending):
                if slicer.waiting(pending) or slicer.is_last:
                    content.pending.append(pending.moved(x, frame.top + top - column.start))
                    fragment.pending = [other for other in fragment.pending if other is not pending]
    return rows


def _planned(frame: Frame, run: Run, y: float, row_top: float, *, is_last: bool) -> list[_Row]:
    """Return the rows of columns that a run fills; the last one is balanced where columns are (§7)."""
    style = frame.node.style
    count, _ = columns_of(style, frame.inner_width)
    whole = _row_height(frame)
    if whole is None:
        height = _height(frame, run, count, y, is_last=is_last)
        columns, _ = run.columns(max(height, _LEAST))
        return [_Row(ColumnRow(y, y + height, len(columns)), row_top, height, columns)]
    gap = _row_gap(style)
    follows = None
    if (room := row_top + whole - y) <= _LEAST:  # a spanner ends the row
        row_top = y = row_top + whole + gap
        room, follows = whole, gap
    columns, _ = run.columns(whole, first=(count, room))
    per_row = len(columns) if style.column_wrap == "nowrap" else count
    found: list[_Row] = []
    for first in range(0, len(columns), per_row):
        if first:
            row_top = y = row_top + whole + gap
            room, follows = whole, gap
        own, height, extent = columns[first : first + per_row], room, room
        if first + per_row >= len(columns) and len(own) <= count:
            if style.column_fill != "auto":
                height = min(room, run.balanced(count, own[0].start))
                own, _ = run.columns(max(height, _LEAST), own[0].start)
            extent = room if is_last else height
        found.append(_Row(ColumnRow(y, y + extent, len(own), follows), row_top, height, own))
    return found


def _row_height(frame: Frame) -> float | None:
    """Return the height of a row of columns where it is given, be it by the container's (Multicol 2 §3)."""
    style = frame.node.style
    if isinstance(style.column_height, float):
        return max(snap(style.column_height), _LEAST)
    given = frame.inner_height
    return None if style.column_wrap != "wrap" or given is None else max(given, _LEAST)


def _row_gap(style: ComputedStyle) -> float:
    return style.font_size if style.row_gap is NORMAL_GAP else used(style.row_gap, 0.0)


def _height(frame: Frame, run: Run, count: int, y: float, *, is_last: bool) -> float:
    """Return the height of a row of columns: balanced, or what the container has (§7)."""
    room = frame.max_inner_height if frame.inner_height is None else frame.inner_height
    room = max(0.0, room - y)
    if is_last and frame.node.style.column_fill == "auto":
        return room if frame.inner_height is not None else clamp(run.balanced(1), 0.0, room)
    return clamp(run.balanced(count), 0.0, room)


def _note_baselines(content: ContentLayout, fragment: Fragment | None, y: float) -> None:
    if fragment is None or fragment.first_baseline is None:
        return
    if content.first_baseline is None:
        content.first_baseline = y + fragment.first_baseline
    content.last_baseline = y + (fragment.last_baseline or fragment.first_baseline)


def columns_content_sizes(style: ComputedStyle, low: float, high: float) -> tuple[float, float]:
    """Return the intrinsic widths of a container whose content has these in one column."""
    count = 1 if style.column_count == "auto" else style.column_count
    gaps = column_gap(style, 0.0) * (count - 1)
    if isinstance(style.column_width, float):
        if style.column_count == "auto":
            low = min(low, style.column_width)
        high = max(high, style.column_width)
    return low * count + gaps, high * count + gaps
