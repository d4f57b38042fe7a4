"""Flex layout, laid out as CSS Flexbox 1 §9 numbers it.

`flex-wrap: balance` chooses how many items go on each line (CSS Flexbox 2 §5.2 and §9.3): as many lines as
without balancing, `flex-line-count` at least; of all ways to fill them the one with the smallest sum of
squared line sizes, and of equal ones that with the most items on the first lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, islice

from ..boxes.fragment import ContentLayout, Fragment
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..contributions import definite_inner_height
from ..frame import Constraints, Frame
from ..height_needs import is_settled_by_width
from ..layout_unit import snap_nearest
from ..placement import place, postpone
from ..ruled_gaps import RuledLine, add_rules, flex_gaps
from ..sizing import (
    border_of,
    clamp,
    extra_of,
    height_from,
    height_limits,
    padding_of,
    ratio_of,
    width_by_ratio,
    width_limits,
)
from .container import (
    FlexContainer,
    FlexLine,
    align_cross,
    align_lines,
    align_main,
    baseline_split,
    definite_stretch,
    main_start_margin,
    make_container,
    put_in_place,
    set_baselines,
    static_position,
)
from .items import FlexItem, make_item, resolve_flexible_lengths

MAX_STEPS = 300_000  # of the search, in one container


def layout_flex(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Lay out a flex container's content."""
    flex = make_container(ctx, frame)
    items = _make_items(flex)  # §9.1, §9.2
    _collect_lines(flex, items)  # §9.3
    inner_main = _container_main_size(flex)
    for line in flex.lines:  # §9.3 step 6
        gaps = flex.main_gap * (len(line.items) - 1)
        line.outer = resolve_flexible_lengths(line.items, inner_main, gaps)
        for item in line.items:  # §9.4 step 7
            _hypothetical_cross_size(flex, item)
    _line_cross_sizes(flex)  # steps 8 and 9
    for line in flex.lines:  # step 11
        for item in line.items:
            _used_cross_size(flex, line, item)
    for line in flex.lines:  # §9.5
        align_main(flex, line, inner_main)
    inner_cross = _container_cross_size(flex)  # §9.6 step 15
    align_lines(flex, inner_cross)  # step 16
    for line in flex.lines:  # steps 13 and 14
        for item in line.items:
            align_cross(flex, line, item)
    return _finish(flex, inner_main, inner_cross)


def _make_items(flex: FlexContainer) -> list[FlexItem]:
    ctx, frame, row = flex.ctx, flex.frame, flex.row
    return [
        make_item(ctx, frame, node, plan, row, definite_stretch(flex, node, plan))
        for node, plan in flex.plan.items
    ]


def _collect_lines(flex: FlexContainer, items: list[FlexItem]) -> None:
    """§9.3 step 5."""
    limit = flex.inner_main
    if limit is None and flex.frame.max_inner_height != float("inf"):
        limit = flex.frame.max_inner_height
    counts = None
    if flex.plan.style.flex_balances and items:
        outers = [item.hypothetical + item.main_margins for item in items]
        counts = balanced_lines(
            outers, float("inf") if limit is None else limit, flex.main_gap, flex.plan.style.flex_line_count
        )
        if counts is None:
            message = f"{len(items)} items are too many to balance; the lines are filled one after the other"
            flex.ctx.report.add("warning", "limit", message)
    if counts is not None:
        rest = iter(items)
        flex.lines = [FlexLine(list(islice(rest, count))) for count in counts]
    elif not flex.plan.wraps or limit is None:
        flex.lines = [FlexLine(items)] if items else []
    else:
        _fill_lines(flex, items, limit)


def _fill_lines(flex: FlexContainer, items: list[FlexItem], limit: float) -> None:
    """Put as many items on each line as fit."""
    line: list[FlexItem] = []
    used = 0.0
    for item in items:
        outer = item.hypothetical + item.main_margins
        if line and used + flex.main_gap + outer > limit + 1 / 64:
            flex.lines.append(FlexLine(line))
            line, used = [], 0.0
        used += outer + (flex.main_gap if line else 0.0)
        line.append(item)
    if line:
        flex.lines.append(FlexLine(line))


def columns_width(ctx: LayoutContext, node: Node, widths: dict[Node, float]) -> float:
    """Return the max-content width of a wrapping column container: its lines beside each other.

    `widths` are the items' max-content contributions, px; lines are filled with the items at the largest.
    """
    style = node.style
    around = definite_inner_height(ctx, node)
    limits = height_limits(node, around, 0.0)
    extra = extra_of(style, 0.0).height
    low, high = (max(0.0, limit - extra) for limit in limits)
    frame = Frame(
        node, border_of(style), padding_of(style, 0.0), max(widths.values()), around, low, high, around,
        around is None,
    )  # fmt: skip
    flex = make_container(ctx, frame)
    _collect_lines(flex, _make_items(flex))
    gaps = flex.cross_gap * (len(flex.lines) - 1)
    return sum(max(widths[item.node] for item in line.items) for line in flex.lines) + gaps


def _container_main_size(flex: FlexContainer) -> float:
    """§9.3 step 4: a column container of automatic height is as tall as its longest line."""
    if flex.inner_main is not None:
        return flex.inner_main
    longest = 0.0
    for line in flex.lines:
        gaps = flex.main_gap * (len(line.items) - 1)
        longest = max(longest, sum(i.hypothetical + i.main_margins for i in line.items) + gaps)
    return clamp(longest, flex.frame.min_inner_height, flex.frame.max_inner_height)


def _hypothetical_cross_size(flex: FlexContainer, item: FlexItem) -> None:
    frame, node = flex.frame, item.node
    if flex.row:
        height = item.stretch
        if height is not None:
            height = clamp(height, *height_limits(node, frame.height_basis, frame.inner_width))
        item.given_height = height
        item.fragment = flex.ctx.layout(
            node, Constraints(frame.inner_width, frame.height_basis, item.main, height)
        )
        item.cross = item.fragment.height
        return
    width = item.width
    if not item.plan.stretches and ratio_of(node) and node.style.width == "auto":
        width = _column_ratio_width(flex, item, width)
    item.cross = width


def _column_ratio_width(flex: FlexContainer, item: FlexItem, width: float) -> float:
    by_ratio = width_by_ratio(item.node, item.main, flex.frame.inner_width)
    limits = width_limits(flex.ctx, item.node, flex.frame.inner_width, flex.frame.inner_width)
    return clamp(by_ratio, *limits) if item.node.kind == "replaced" or width != by_ratio else width


def _line_cross_sizes(flex: FlexContainer) -> None:
    """§9.4 steps 8 and 9."""
    frame, plan = flex.frame, flex.plan
    for line in flex.lines:
        if plan.has_baselines:
            _share_baselines(flex, line)
        else:
            line.cross = max([0.0, *(item.outer_cross for item in line.items)])
    if not plan.wraps and flex.lines:
        line = flex.lines[0]
        if flex.inner_cross is not None:
            line.cross = flex.inner_cross
        elif flex.row:
            line.cross = clamp(line.cross, frame.min_inner_height, frame.max_inner_height)
        return
    target = flex.inner_cross
    if target is None and flex.row and frame.min_inner_height:
        target = frame.min_inner_height
    if target is not None and plan.style.align_content in ("normal", "stretch") and flex.lines:
        used = sum(line.cross for line in flex.lines) + flex.cross_gap * (len(flex.lines) - 1)
        share = max(0.0, target - used) / len(flex.lines)
        for index, line in enumerate(flex.lines):
            line.cross += snap_nearest(share * (index + 1)) - snap_nearest(share * index)


def _share_baselines(flex: FlexContainer, line: FlexLine) -> None:
    """§9.4 step 8 where items are aligned by their baselines."""
    size = 0.0
    groups: dict[str, list[tuple[float, float]]] = {"baseline": [], "last baseline": []}
    for item in line.items:
        if item.plan.is_on_baseline:
            kind = item.plan.alignment
            groups[kind].append(baseline_split(flex, item, last=kind != "baseline"))
        else:
            size = max(size, item.outer_cross)
    line.first, line.last = _extent(groups["baseline"]), _extent(groups["last baseline"])
    line.cross = max(size, sum(line.first), sum(line.last))


def _extent(splits: list[tuple[float, float]]) -> tuple[float, float]:
    """Return how far a group reaches above and below its shared baseline."""
    if not splits:
        return 0.0, 0.0
    return max(above for above, _ in splits), max(below for _, below in splits)


def _used_cross_size(flex: FlexContainer, line: FlexLine, item: FlexItem) -> None:
    """§9.4 step 11, and the item's layout at its final size."""
    frame, node = flex.frame, item.node
    if flex.row:
        if item.plan.stretches:
            limits = height_limits(node, frame.height_basis, frame.inner_width)
            floor = extra_of(node.style, frame.inner_width).height
            item.cross = max(clamp(line.cross - item.cross_margins, *limits), floor)
            if item.cross != item.given_height and not _is_as_high(item.fragment, node, item.cross):
                item.fragment = flex.ctx.layout(
                    node, Constraints(frame.inner_width, frame.height_basis, item.main, item.cross)
                )
        return
    if item.plan.stretches:
        room = line.cross - item.cross_margins
        limits = width_limits(flex.ctx, node, frame.inner_width, room)
        item.cross = max(clamp(room, *limits), extra_of(node.style, frame.inner_width).width)
    if item.measured is not None and item.cross == item.width and _is_as_high(item.measured, node, item.main):
        item.fragment = item.measured
        return
    definite = frame.height_basis is not None or _definite_height(flex, item)
    item.fragment = flex.ctx.layout(
        node,
        Constraints(
            frame.inner_width, frame.height_basis, item.cross, item.main, height_is_definite=definite
        ),
    )


def _is_as_high(fragment: Fragment, node: Node, height: float) -> bool:
    """Whether an item that was measured need not be laid out again at its final height."""
    return fragment.node is node and fragment.height == height and is_settled_by_width(node)


def _definite_height(flex: FlexContainer, item: FlexItem) -> bool:
    """§9.8: an inflexible item's flexed main size is definite where its base is."""
    style = item.node.style
    if ratio_of(item.node) and style.height == "auto" and style.flex_basis == "auto":
        return True  # the width that the ratio starts from is
    value = style.height if style.flex_basis == "auto" else style.flex_basis
    return height_from(item.node, value, flex.frame.height_basis, flex.frame.inner_width) is not None


def _container_cross_size(flex: FlexContainer) -> float:
    """§9.6 step 15."""
    if flex.inner_cross is not None:
        return flex.inner_cross
    used = sum(line.cross for line in flex.lines) + flex.cross_gap * max(0, len(flex.lines) - 1)
    return clamp(used, flex.frame.min_inner_height, flex.frame.max_inner_height)


def _finish(flex: FlexContainer, inner_main: float, inner_cross: float) -> ContentLayout:
    frame = flex.frame
    content = ContentLayout(_content_height(flex, inner_main, inner_cross))
    left, top = frame.left, frame.top
    for line in flex.lines:
        for item in line.items:
            x, y = put_in_place(flex, item, inner_main, inner_cross)
            place(content, item.fragment, left + x, top + y, frame.inner_width, frame.height_basis)
    set_baselines(flex, content)
    if flex.plan.has_rules:
        _add_rules(flex, content, inner_main, inner_cross)
    for node in flex.plan.out_of_flow:
        postpone(content, node, static_position(flex, node, inner_main, inner_cross))
    return content


def _add_rules(flex: FlexContainer, content: ContentLayout, inner_main: float, inner_cross: float) -> None:
    plan = flex.plan
    rtl = plan.style.direction == "rtl"
    lines: list[RuledLine] = []
    for line in flex.lines:
        gaps: list[tuple[float, float]] = []
        for item in line.items[1:]:
            before = item.main_pos + main_start_margin(flex, item)
            gap = before - flex.main_gap - line.between, before
            gaps.append(_turned(gap, inner_main, plan.main_flipped != (flex.row and rtl)))
        whole = line.cross_pos, line.cross_pos + line.cross
        lines.append(
            RuledLine(*_turned(whole, inner_cross, plan.cross_flipped != (not flex.row and rtl)), gaps)
        )
    add_rules(flex.ctx, flex.frame, content, flex_gaps(plan.style, lines, inner_main, row=flex.row))


def _turned(span: tuple[float, float], size: float, flipped: bool) -> tuple[float, float]:
    """Return a span of an axis as seen from where its writing direction begins."""
    return (size - span[1], size - span[0]) if flipped else span


def _content_height(flex: FlexContainer, inner_main: float, inner_cross: float) -> float:
    """Return how tall the content is, which may be more than a given height."""
    if flex.row:
        if not flex.plan.wraps:
            return inner_cross
        return sum(line.cross for line in flex.lines) + flex.cross_gap * max(0, len(flex.lines) - 1)
    longest = 0.0
    for line in flex.lines:
        longest = max(longest, line.outer + flex.main_gap * (len(line.items) - 1))
    return max(inner_main, longest)


def greedy_lines(sizes: Sequence[float], limit: float, gap: float) -> int:
    """Return how many lines the items take when each line holds what fits."""
    lines, used = 0, math.inf
    for size in sizes:
        used += gap + size
        if used > limit + 1 / 64:
            lines, used = lines + 1, size
    return lines


def balanced_lines(sizes: Sequence[float], limit: float, gap: float, least: int) -> list[int] | None:
    """Return the number of items of each line; None where the search would take too long.

    `limit` is the container's inner main size in px, infinite where it has none.
    """
    sizes = [max(0.0, size) for size in sizes]
    count = len(sizes)
    lines = max(greedy_lines(sizes, limit, gap), min(least, count))
    if lines * count * min(count, _widest(sizes, limit, gap)) > MAX_STEPS:
        return None
    starts = [0.0, *accumulate(size + gap for size in sizes)]

    # cost[i] is the least sum for the items from i on in the number of lines of the round; its end is kept.
    cost = [math.inf] * count + [0.0]
    ends: list[list[int]] = []
    for _ in range(lines):
        before, cost = cost, [math.inf] * (count + 1)
        chosen = [0] * count
        for first in range(count):
            for end in range(first + 1, count + 1):
                size = starts[end] - starts[first] - gap
                if end > first + 1 and size > limit + 1 / 64:
                    break
                if end < count and sizes[end] == 0 and _glues(starts, first, end, limit, before):
                    continue
                total = size * size + before[end]
                if total <= cost[first] and total < math.inf:
                    cost[first], chosen[first] = total, end
        ends.append(chosen)
    return _counts(ends, count)


def _glues(starts: Sequence[float], first: int, end: int, limit: float, before: Sequence[float]) -> bool:
    """An item without size stays on the line before it where it fits there and the rest can be divided."""
    size = starts[end + 1] - starts[first] - (starts[end + 1] - starts[end])
    return size <= limit + 1 / 64 and before[end + 1] < math.inf


def _widest(sizes: Sequence[float], limit: float, gap: float) -> int:
    """Return how many items a line can hold at most."""
    if limit == math.inf:
        return len(sizes)
    widest, first, used = 1, 0, -gap
    for last, size in enumerate(sizes):
        used += gap + size
        while used > limit + 1 / 64 and first < last:
            used -= sizes[first] + gap
            first += 1
        widest = max(widest, last - first + 1)
    return widest


def _counts(ends: list[list[int]], count: int) -> list[int]:
    found, first = [], 0
    for chosen in reversed(ends):
        if first >= count:
            break
        found.append(chosen[first] - first)
        first = chosen[first]
    return found
