"""A flex container's axes and lines, and the alignment in them (CSS Flexbox §2, §8, §9.5, §9.6)."""

from __future__ import annotations

from dataclasses import dataclass

from ...style.values.computed import Alignment
from ..alignment import Edge, distribute, item_alignment, reverse_alignment, settled
from ..boxes.fragment import ContentLayout, StaticPosition
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..frame import Frame
from ..layout_unit import snap, snap_nearest, used
from ..sizing import extra_of, margins_of
from .items import FlexItem, outer_sizes
from .plan import CROSS_SHARES, FlexPlan, ItemPlan, plan_of


@dataclass(slots=True, eq=False)
class FlexLine:
    """A line of items; `cross` is its size, `cross_pos` its place from the cross start."""

    items: list[FlexItem]
    outer: float = 0.0  # what their margin boxes take on the main axis
    cross: float = 0.0
    cross_pos: float = 0.0
    first: tuple[float, float] = (0.0, 0.0)  # how far first-baseline items reach above and below it
    last: tuple[float, float] = (0.0, 0.0)  # the same of last-baseline items
    between: float = 0.0  # what alignment adds to each gap between items


@dataclass(slots=True, eq=False)
class FlexContainer:
    """A container at a size, and what is known of its lines."""

    ctx: LayoutContext
    frame: Frame
    plan: FlexPlan
    row: bool
    main_gap: float
    cross_gap: float
    inner_main: float | None
    inner_cross: float | None
    lines: list[FlexLine]


def make_container(ctx: LayoutContext, frame: Frame) -> FlexContainer:
    """Name the sizes of a container by its axes."""
    plan = plan_of(frame.node)
    column_gap = used(plan.column_gap, frame.inner_width)
    row_gap = used(plan.row_gap, frame.inner_height or 0.0)
    if plan.row:
        return FlexContainer(
            ctx, frame, plan, True, column_gap, row_gap, frame.inner_width, frame.inner_height, []
        )
    return FlexContainer(
        ctx, frame, plan, False, row_gap, column_gap, frame.inner_height, frame.inner_width, []
    )


def definite_stretch(flex: FlexContainer, node: Node, plan: ItemPlan) -> float | None:
    """Return the definite cross size of an item that stretches, in a single-line container (§9.8)."""
    if flex.inner_cross is None or flex.plan.wraps or not plan.stretches:
        return None
    style = node.style
    basis = flex.frame.inner_width
    margins, extra = margins_of(style, basis), extra_of(style, basis)
    if flex.row:
        return max(flex.inner_cross - margins.vertical, extra.height)
    return max(flex.inner_cross - margins.horizontal, extra.width)


def main_start_margin(flex: FlexContainer, item: FlexItem) -> float:
    """Return the margin on the side at which the main axis begins."""
    m = item.margins
    if flex.row:
        return (m.right if flex.plan.main_flipped else m.left) or 0.0
    return (m.bottom if flex.plan.main_flipped else m.top) or 0.0


def baseline_split(flex: FlexContainer, item: FlexItem, last: bool) -> tuple[float, float]:
    """Return the margin box's extent above and below its baseline; in a column that is its left edge."""
    if not flex.row:
        return item.margins.left or 0.0, item.cross + (item.margins.right or 0.0)
    fragment = item.fragment
    own = fragment.last_baseline if last else fragment.first_baseline
    baseline = (item.margins.top or 0.0) + (fragment.height if own is None else own)
    return baseline, item.outer_cross - baseline


def align_main(flex: FlexContainer, line: FlexLine, inner_main: float) -> None:
    """§9.5 step 12."""
    plan, gap = flex.plan, flex.main_gap
    offset = between = 0.0
    if not plan.packs_at_start or plan.has_auto_mains:
        free = inner_main - gap * (len(line.items) - 1) - line.outer
        autos = sum(item.plan.auto_mains for item in line.items)
        if autos:
            _share_main_margins(flex, line, snap(max(0.0, free) / autos))
            free = min(0.0, free)
        justify = justification(flex)
        physical_rtl = flex.row and plan.style.direction == "rtl"
        offset, between = distribute(justify, free, len(line.items), plan.main_flipped, physical_rtl)
        offset = snap(offset)
    line.between = between
    position = 0.0
    for index, item in enumerate(line.items):
        item.main_pos = position + offset + (snap_nearest(index * between) if between else 0.0)
        position += item.main + item.main_margins + gap


def justification(flex: FlexContainer) -> Alignment:
    """Return the used `justify-content`: a column has neither left nor right on its main axis."""
    justify = flex.plan.style.justify_content
    return "start" if not flex.row and justify in ("left", "right") else justify


def _share_main_margins(flex: FlexContainer, line: FlexLine, share: float) -> None:
    for item in line.items:
        m = item.margins
        if flex.row:
            item.margins = m._replace(
                left=share if m.left is None else m.left, right=share if m.right is None else m.right
            )
            item.main_margins = item.margins.horizontal
        else:
            item.margins = m._replace(
                top=share if m.top is None else m.top, bottom=share if m.bottom is None else m.bottom
            )
            item.main_margins = item.margins.vertical
    line.outer = outer_sizes(line.items)


def align_lines(flex: FlexContainer, inner_cross: float) -> None:
    """§9.6 step 16."""
    if not flex.plan.wraps:
        return
    style = flex.plan.style
    used = sum(line.cross for line in flex.lines) + flex.cross_gap * max(0, len(flex.lines) - 1)
    offset, between = distribute(
        style.align_content,
        inner_cross - used,
        len(flex.lines),
        style.flex_wrap == "wrap-reverse",
        False,
    )
    position = 0.0
    for index, line in enumerate(flex.lines):
        line.cross_pos = position + snap(offset) + snap_nearest(index * between)
        position += line.cross + flex.cross_gap


def align_cross(flex: FlexContainer, line: FlexLine, item: FlexItem) -> None:
    """§9.6 steps 13 and 14."""
    plan = item.plan
    if plan.has_auto_cross:
        _share_cross_margins(flex, line, item)
    elif plan.stretches or plan.cross_share == 0.0:
        item.cross_pos = line.cross_pos
    elif plan.cross_share is not None:
        item.cross_pos = line.cross_pos + snap((line.cross - item.outer_cross) * plan.cross_share)
    elif plan.is_on_baseline:
        _align_baseline(flex, line, item)
    else:
        free = line.cross - item.outer_cross
        edge = reverse_alignment(
            settled(plan.alignment, free), flex.plan.cross_flipped, flex.plan.style, item.node.style, flex.row
        )
        item.cross_pos = line.cross_pos + snap(free * CROSS_SHARES[edge])


def _share_cross_margins(flex: FlexContainer, line: FlexLine, item: FlexItem) -> None:
    m = item.margins
    start, end = (m.top, m.bottom) if flex.row else (m.left, m.right)
    room = max(0.0, line.cross - item.outer_cross)
    shares = (snap(room / 2), snap(room / 2)) if start is None and end is None else (room, room)
    before = shares[0] if start is None else start
    after = shares[1] if end is None else end
    item.margins = m._replace(top=before, bottom=after) if flex.row else m._replace(left=before, right=after)
    item.cross_margins = before + after
    item.cross_pos = line.cross_pos


def _align_baseline(flex: FlexContainer, line: FlexLine, item: FlexItem) -> None:
    is_first = item.plan.alignment == "baseline"
    above, below = baseline_split(flex, item, last=not is_first)
    group = line.first if is_first else line.last
    # The group lies at the edge that its baseline is nearer to; flipped, that is the other one.
    toward_top = is_first != flex.plan.cross_flipped
    shift = group[0] - above if toward_top else group[1] - below
    if not is_first:
        shift = line.cross - item.outer_cross - shift
    item.cross_pos = line.cross_pos + shift


def put_in_place(
    flex: FlexContainer, item: FlexItem, inner_main: float, inner_cross: float
) -> tuple[float, float]:
    """Return the border box corner in the content box, from flow-relative positions."""
    plan, m = flex.plan, item.margins
    main, cross = item.main_pos, item.cross_pos
    if plan.main_flipped:
        main = inner_main - main - item.main - item.main_margins
    if plan.cross_flipped:
        cross = inner_cross - cross - item.outer_cross
    x, y = (main, cross) if flex.row else (cross, main)
    item.y = y + (m.top or 0.0)
    return x + (m.left or 0.0), item.y


def set_baselines(flex: FlexContainer, content: ContentLayout) -> None:
    """§8.5: the first line's baseline-aligned item, else its first item; items are in place."""
    lines, plan = flex.lines, flex.plan
    if not lines:
        return
    wraps_back = plan.style.flex_wrap == "wrap-reverse" if plan.wraps else False
    top = flex.frame.top
    first = _baseline_item(flex, lines[-1 if wraps_back else 0], "baseline", -1 if plan.reverses else 0)
    last = _baseline_item(flex, lines[0 if wraps_back else -1], "last baseline", 0 if plan.reverses else -1)
    own = first.fragment.first_baseline
    content.first_baseline = top + first.y + (first.fragment.height if own is None else own)
    own = last.fragment.last_baseline
    content.last_baseline = top + last.y + (last.fragment.height if own is None else own)


def _baseline_item(flex: FlexContainer, line: FlexLine, alignment: Alignment, usual: int) -> FlexItem:
    """Return the item with a line's baseline: the first one that is aligned so, else the one at its end."""
    if flex.row and flex.plan.has_baselines:
        for item in line.items:
            if item.plan.alignment == alignment:
                return item
    return line.items[usual]


def static_position(flex: FlexContainer, node: Node, inner_main: float, inner_cross: float) -> StaticPosition:
    """§4.1: as if it were the sole item."""
    frame = flex.frame
    plan, style = flex.plan, flex.plan.style
    rtl = style.direction == "rtl"
    offset, _ = distribute(justification(flex), 1.0, 1, plan.main_flipped, flex.row and rtl)
    main: Edge = "start" if offset == 0 else ("center" if offset == 0.5 else "end")
    if plan.main_flipped:
        main = _OPPOSITE[main]
    kind = item_alignment(node.style.align_self, style.align_items)
    cross = _static_cross(flex, node, kind)
    width, height = (inner_main, inner_cross) if flex.row else (inner_cross, inner_main)
    align_x, align_y = (main, cross) if flex.row else (cross, main)
    safe: Edge | None = None
    if kind.startswith("safe "):
        safe = "end" if not flex.row and rtl else "start"
    return StaticPosition(
        frame.left, frame.top, width, height, align_x, align_y,
        safe_x=None if flex.row else safe, safe_y=safe if flex.row else None,
    )  # fmt: skip


_OPPOSITE: dict[Edge, Edge] = {"start": "end", "center": "center", "end": "start"}


def _static_cross(flex: FlexContainer, node: Node, kind: Alignment) -> Edge:
    """Return the physical edge of the cross axis; baselines fall back to the edges of the writing mode."""
    plan = flex.plan
    rtl = not flex.row and plan.style.direction == "rtl"
    if kind in ("baseline", "last baseline"):
        return "end" if (kind == "last baseline") != rtl else "start"
    cross: Edge = "start"
    if kind != "stretch":
        cross = reverse_alignment(settled(kind, 0.0), plan.cross_flipped, plan.style, node.style, flex.row)
    return _OPPOSITE[cross] if plan.cross_flipped else cross
