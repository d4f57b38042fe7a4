"""Flex layout, laid out as CSS Flexbox 1 §9 numbers it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..style.computed import Alignment, ComputedStyle
from .alignment import Edge, distribute, item_alignment, reverse_alignment
from .context import Frame, LayoutContext
from .flex_items import FlexItem, column_width, make_item, resolve_flexible_lengths
from .fragment import Content, StaticPosition
from .nodes import Node
from .placement import place, postpone
from .sizing import clamp, extra_of, height_from, height_limits, ratio_of, width_by_ratio, width_limits


@dataclass(slots=True, eq=False)
class FlexLine:
    """A line of items; `cross` is its size, `cross_pos` its place from the cross start."""

    items: list[FlexItem]
    cross: float = 0.0
    cross_pos: float = 0.0
    baseline: float = 0.0  # of the baseline-aligned items, from the line's cross start
    last_baseline: float = 0.0  # the same from the cross end


@dataclass(slots=True, eq=False)
class _Flex:
    """A container's axes and what is known of them."""

    ctx: LayoutContext
    frame: Frame
    style: ComputedStyle
    row: bool
    main_flipped: bool
    cross_flipped: bool
    main_gap: float
    cross_gap: float
    inner_main: float | None
    inner_cross: float | None
    lines: list[FlexLine] = field(default_factory=list)

    @property
    def wraps(self) -> bool:
        return self.style.flex_wrap != "nowrap"


def layout_flex(ctx: LayoutContext, frame: Frame) -> Content:
    """Lay out a flex container's content."""
    flex = _axes(ctx, frame)
    items = _make_items(flex)  # §9.1, §9.2
    _collect_lines(flex, items)  # §9.3
    inner_main = _container_main_size(flex)
    for line in flex.lines:  # §9.3 step 6
        gaps = flex.main_gap * (len(line.items) - 1)
        resolve_flexible_lengths(line.items, inner_main, gaps)
        for item in line.items:  # §9.4 step 7
            _hypothetical_cross_size(flex, item)
    _line_cross_sizes(flex)  # steps 8 and 9
    for line in flex.lines:  # step 11
        for item in line.items:
            _used_cross_size(flex, line, item)
    for line in flex.lines:  # §9.5
        _align_main(flex, line, inner_main)
    inner_cross = _container_cross_size(flex)  # §9.6 step 15
    _align_lines(flex, inner_cross)  # step 16
    for line in flex.lines:  # steps 13 and 14
        for item in line.items:
            _align_cross(flex, line, item)
    return _finish(flex, inner_main, inner_cross)


def _axes(ctx: LayoutContext, frame: Frame) -> _Flex:
    style = frame.node.style
    row = style.flex_direction.startswith("row")
    rtl = style.direction == "rtl"
    reverse = style.flex_direction.endswith("reverse")
    wrap_reverse = style.flex_wrap == "wrap-reverse"
    column_gap = style.column_gap.resolve(frame.inner_width)
    row_gap = style.row_gap.resolve(frame.inner_height or 0.0)
    return _Flex(
        ctx,
        frame,
        style,
        row,
        main_flipped=reverse != (row and rtl),
        cross_flipped=wrap_reverse != (not row and rtl),
        main_gap=column_gap if row else row_gap,
        cross_gap=row_gap if row else column_gap,
        inner_main=frame.inner_width if row else frame.inner_height,
        inner_cross=frame.inner_height if row else frame.inner_width,
    )


def _make_items(flex: _Flex) -> list[FlexItem]:
    nodes = [node for node in flex.frame.node.children if not node.is_out_of_flow]
    nodes.sort(key=lambda node: node.style.order)
    return [make_item(flex.ctx, flex.frame, node, flex.row, _definite_stretch(flex, node)) for node in nodes]


def _definite_stretch(flex: _Flex, node: Node) -> float | None:
    """Return the definite cross size of an item that stretches in a single-line container (§9.8)."""
    if flex.inner_cross is None or flex.wraps or not _stretches(flex, node):
        return None
    style = node.style
    basis = flex.frame.inner_width
    if flex.row:
        margins = (style.margin_top, style.margin_bottom)
    else:
        margins = (style.margin_left, style.margin_right)
    outer = sum(0.0 if isinstance(m, str) else m.resolve(basis) for m in margins)
    size = flex.inner_cross - outer
    extra = extra_of(style, basis)
    return max(size, extra.height if flex.row else extra.width)


def _stretches(flex: _Flex, node: Node) -> bool:
    """True where align-self is stretch, the cross size auto and no cross margin auto."""
    style = node.style
    if item_alignment(style.align_self, flex.style.align_items) != "stretch":
        return False
    if flex.row:
        return style.height == "auto" and style.margin_top != "auto" and style.margin_bottom != "auto"
    return style.width == "auto" and style.margin_left != "auto" and style.margin_right != "auto"


def _collect_lines(flex: _Flex, items: list[FlexItem]) -> None:
    """§9.3 step 5."""
    limit = flex.inner_main
    if limit is None and flex.frame.max_inner_height != float("inf"):
        limit = flex.frame.max_inner_height
    if not flex.wraps or limit is None:
        flex.lines = [FlexLine(items)] if items else []
        return
    line: list[FlexItem] = []
    used = 0.0
    for item in items:
        outer = item.hypothetical + item.outer_extra
        if line and used + flex.main_gap + outer > limit + 1 / 64:
            flex.lines.append(FlexLine(line))
            line, used = [], 0.0
        used += outer + (flex.main_gap if line else 0.0)
        line.append(item)
    if line:
        flex.lines.append(FlexLine(line))


def _container_main_size(flex: _Flex) -> float:
    """§9.3 step 4: a column container of automatic height is as tall as its longest line."""
    if flex.inner_main is not None:
        return flex.inner_main
    longest = 0.0
    for line in flex.lines:
        gaps = flex.main_gap * (len(line.items) - 1)
        longest = max(longest, sum(i.hypothetical + i.outer_extra for i in line.items) + gaps)
    return clamp(longest, flex.frame.min_inner_height, flex.frame.max_inner_height)


def _hypothetical_cross_size(flex: _Flex, item: FlexItem) -> None:
    frame = flex.frame
    if flex.row:
        stretch = _definite_stretch(flex, item.node)
        limits = height_limits(item.node, frame.height_basis, frame.inner_width)
        height = None if stretch is None else clamp(stretch, *limits)
        item.fragment = flex.ctx.layout(
            flex.ctx, item.node, frame.inner_width, frame.height_basis,
            fixed_width=item.main, fixed_height=height,
        )  # fmt: skip
        item.cross = item.fragment.height
        return
    width = column_width(flex.ctx, frame, item.node, _definite_stretch(flex, item.node))
    if item.node.style.width == "auto" and ratio_of(item.node) and not _stretches(flex, item.node):
        width = _column_ratio_width(flex, item, width)
    item.cross = width


def _column_ratio_width(flex: _Flex, item: FlexItem, width: float) -> float:
    by_ratio = width_by_ratio(item.node, item.main, flex.frame.inner_width)
    limits = width_limits(flex.ctx, item.node, flex.frame.inner_width, flex.frame.inner_width)
    return clamp(by_ratio, *limits) if item.node.kind == "replaced" or width != by_ratio else width


def _outer_cross(flex: _Flex, item: FlexItem) -> float:
    return item.cross + (item.margins.vertical if flex.row else item.margins.horizontal)


def _line_cross_sizes(flex: _Flex) -> None:
    """§9.4 steps 8 and 9."""
    frame = flex.frame
    for line in flex.lines:
        above = below = above_last = below_last = 0.0
        size = 0.0
        for item in line.items:
            kind = _alignment(flex, item)
            if flex.row and kind in ("baseline", "last baseline") and not _has_auto_cross_margin(flex, item):
                ascent, descent = _baseline_split(item, last=kind != "baseline")
                if kind == "baseline":
                    above, below = max(above, ascent), max(below, descent)
                else:
                    above_last, below_last = max(above_last, ascent), max(below_last, descent)
            else:
                size = max(size, _outer_cross(flex, item))
        line.baseline, line.last_baseline = above, below_last
        line.cross = max(size, above + below, above_last + below_last)
    if not flex.wraps and flex.lines:
        line = flex.lines[0]
        if flex.inner_cross is not None:
            line.cross = flex.inner_cross
        elif flex.row:
            line.cross = clamp(line.cross, frame.min_inner_height, frame.max_inner_height)
        return
    target = flex.inner_cross
    if target is None and flex.row and frame.min_inner_height:
        target = frame.min_inner_height
    if target is not None and flex.style.align_content in ("normal", "stretch") and flex.lines:
        used = sum(line.cross for line in flex.lines) + flex.cross_gap * (len(flex.lines) - 1)
        share = max(0.0, target - used) / len(flex.lines)
        for line in flex.lines:
            line.cross += share


def _baseline_split(item: FlexItem, last: bool) -> tuple[float, float]:
    """Return the margin box's extent above and below its baseline."""
    fragment = item.result
    own = fragment.last_baseline if last else fragment.first_baseline
    baseline = (item.margins.top or 0.0) + (fragment.height if own is None else own)
    return baseline, item.cross + item.margins.vertical - baseline


def _alignment(flex: _Flex, item: FlexItem) -> Alignment:
    return item_alignment(item.node.style.align_self, flex.style.align_items)


def _has_auto_cross_margin(flex: _Flex, item: FlexItem) -> bool:
    m = item.margins
    return (m.top is None or m.bottom is None) if flex.row else (m.left is None or m.right is None)


def _used_cross_size(flex: _Flex, line: FlexLine, item: FlexItem) -> None:
    """§9.4 step 11, and the item's layout at its final size."""
    frame, node = flex.frame, item.node
    stretches = _stretches(flex, node)
    if flex.row:
        if stretches:
            limits = height_limits(node, frame.height_basis, frame.inner_width)
            floor = extra_of(node.style, frame.inner_width).height
            item.cross = max(clamp(line.cross - item.margins.vertical, *limits), floor)
            item.fragment = flex.ctx.layout(
                flex.ctx, node, frame.inner_width, frame.height_basis,
                fixed_width=item.main, fixed_height=item.cross,
            )  # fmt: skip
        return
    if stretches:
        limits = width_limits(flex.ctx, node, frame.inner_width, line.cross - item.margins.horizontal)
        floor = extra_of(node.style, frame.inner_width).width
        item.cross = max(clamp(line.cross - item.margins.horizontal, *limits), floor)
    definite = flex.frame.height_basis is not None or _definite_height(flex, item)
    item.fragment = flex.ctx.layout(
        flex.ctx, node, frame.inner_width, frame.height_basis,
        fixed_width=item.cross, fixed_height=item.main, fixed_height_definite=definite,
    )  # fmt: skip


def _definite_height(flex: _Flex, item: FlexItem) -> bool:
    """§9.8: an inflexible item's flexed main size is definite where its base is."""
    style = item.node.style
    value = style.height if style.flex_basis == "auto" else style.flex_basis
    return height_from(item.node, value, flex.frame.height_basis, flex.frame.inner_width) is not None


def _align_main(flex: _Flex, line: FlexLine, inner_main: float) -> None:
    """§9.5 step 12."""
    gaps = flex.main_gap * (len(line.items) - 1)
    free = inner_main - gaps - sum(item.main + item.outer_extra for item in line.items)
    autos = sum((item.margins.left if flex.row else item.margins.top) is None for item in line.items) + sum(
        (item.margins.right if flex.row else item.margins.bottom) is None for item in line.items
    )
    if autos:
        _share_main_margins(flex, line, max(0.0, free) / autos)
        free = min(0.0, free)
    justify = flex.style.justify_content
    physical_rtl = flex.row and flex.style.direction == "rtl"
    offset, between = distribute(justify, free, len(line.items), flex.main_flipped, physical_rtl)
    position = offset
    for item in line.items:
        item.main_pos = position
        position += item.main + _outer_main(flex, item) + flex.main_gap + between


def _outer_main(flex: _Flex, item: FlexItem) -> float:
    return item.margins.horizontal if flex.row else item.margins.vertical


def _share_main_margins(flex: _Flex, line: FlexLine, share: float) -> None:
    for item in line.items:
        m = item.margins
        if flex.row:
            item.margins = m._replace(
                left=share if m.left is None else m.left, right=share if m.right is None else m.right
            )
        else:
            item.margins = m._replace(
                top=share if m.top is None else m.top, bottom=share if m.bottom is None else m.bottom
            )


def _container_cross_size(flex: _Flex) -> float:
    """§9.6 step 15."""
    if flex.inner_cross is not None:
        return flex.inner_cross
    used = sum(line.cross for line in flex.lines) + flex.cross_gap * max(0, len(flex.lines) - 1)
    return clamp(used, flex.frame.min_inner_height, flex.frame.max_inner_height)


def _align_lines(flex: _Flex, inner_cross: float) -> None:
    """§9.6 step 16."""
    if not flex.wraps:
        return
    used = sum(line.cross for line in flex.lines) + flex.cross_gap * max(0, len(flex.lines) - 1)
    offset, between = distribute(
        flex.style.align_content,
        inner_cross - used,
        len(flex.lines),
        flex.style.flex_wrap == "wrap-reverse",
        False,
    )
    for line in flex.lines:
        line.cross_pos = offset
        offset += line.cross + flex.cross_gap + between


def _align_cross(flex: _Flex, line: FlexLine, item: FlexItem) -> None:
    """§9.6 steps 13 and 14."""
    free = line.cross - _outer_cross(flex, item)
    m = item.margins
    start, end = (m.top, m.bottom) if flex.row else (m.left, m.right)
    if start is None or end is None:
        room = max(0.0, free)
        shares = (room / 2, room / 2) if start is None and end is None else (room, room)
        before = shares[0] if start is None else start
        after = shares[1] if end is None else end
        item.margins = (
            m._replace(top=before, bottom=after) if flex.row else m._replace(left=before, right=after)
        )
        item.cross_pos = line.cross_pos
        return
    kind = _alignment(flex, item)
    if kind in ("baseline", "last baseline") and flex.row:
        above, below = _baseline_split(item, last=kind != "baseline")
        if kind == "baseline":
            shift = line.baseline - above
            if flex.cross_flipped:
                shift = free - shift
        else:
            shift = free - (line.last_baseline - below)
            if flex.cross_flipped:
                shift = line.last_baseline - below
        item.cross_pos = line.cross_pos + shift
        return
    kind = reverse_alignment(kind, flex.cross_flipped, flex.style, item.node.style, flex.row)
    share = {"start": 0.0, "center": 0.5, "end": 1.0}[kind]
    item.cross_pos = line.cross_pos + free * share


def _finish(flex: _Flex, inner_main: float, inner_cross: float) -> Content:
    frame = flex.frame
    content = Content(inner_cross if flex.row else inner_main)
    for line in flex.lines:
        for item in line.items:
            x, y = _corner(flex, item, inner_main, inner_cross)
            place(content, item.result, frame.left + x, frame.top + y, frame.inner_width, frame.height_basis)
    _set_baselines(flex, content, inner_main, inner_cross)
    for node in frame.node.children:
        if node.is_out_of_flow:
            postpone(content, node, _static_position(flex, node, inner_main, inner_cross))
    return content


def _corner(flex: _Flex, item: FlexItem, inner_main: float, inner_cross: float) -> tuple[float, float]:
    """Return the border box corner in the content box, from flow-relative positions."""
    m = item.margins
    main, cross = item.main_pos, item.cross_pos
    if flex.main_flipped:
        main = inner_main - main - item.main - _outer_main(flex, item)
    if flex.cross_flipped:
        cross = inner_cross - cross - _outer_cross(flex, item)
    x, y = (main, cross) if flex.row else (cross, main)
    return x + (m.left or 0.0), y + (m.top or 0.0)


def _set_baselines(flex: _Flex, content: Content, inner_main: float, inner_cross: float) -> None:
    """§8.5: the first line's baseline-aligned item, else its first item."""
    if not flex.lines:
        return
    for last in (False, True):
        line = flex.lines[-1 if last else 0]
        wanted = "last baseline" if last else "baseline"
        aligned = [i for i in line.items if flex.row and _alignment(flex, i) == wanted]
        item = aligned[0] if aligned else line.items[-1 if last and not flex.row else 0]
        fragment = item.result
        own = fragment.last_baseline if last else fragment.first_baseline
        top = flex.frame.top + _corner(flex, item, inner_main, inner_cross)[1]
        baseline = top + (fragment.height if own is None else own)
        if last:
            content.last_baseline = baseline
        else:
            content.first_baseline = baseline


def _static_position(flex: _Flex, node: Node, inner_main: float, inner_cross: float) -> StaticPosition:
    """§4.1: as if it were the sole item."""
    frame = flex.frame
    offset, _ = distribute(
        flex.style.justify_content, 1.0, 1, flex.main_flipped, flex.row and flex.style.direction == "rtl"
    )
    main: Edge = "start" if offset == 0 else ("center" if offset == 0.5 else "end")
    kind = item_alignment(node.style.align_self, flex.style.align_items)
    cross: Edge = (
        "start"
        if kind in ("stretch", "baseline", "last baseline")
        else reverse_alignment(kind, flex.cross_flipped, flex.style, node.style, flex.row)
    )
    opposite: dict[Edge, Edge] = {"start": "end", "center": "center", "end": "start"}
    if flex.main_flipped:
        main = opposite[main]
    if flex.cross_flipped:
        cross = opposite[cross]
    width, height = (inner_main, inner_cross) if flex.row else (inner_cross, inner_main)
    align_x, align_y = (main, cross) if flex.row else (cross, main)
    return StaticPosition(frame.left, frame.top, width, height, align_x, align_y)
