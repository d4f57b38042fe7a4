"""A flex container's axes and lines, and the alignment in them (CSS Flexbox §2, §8, §9.5, §9.6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...style.values.computed import Alignment, ComputedStyle
from ...style.values.value_types import Length
from ..alignment import Edge, distribute, item_alignment, reverse_alignment, settled
from ..boxes.fragment import ContentLayout, StaticPosition
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..frame import Frame
from ..layout_unit import snap, snap_nearest, used
from ..sizing import extra_of, margins_of
from .items import FlexItem


@dataclass(slots=True, eq=False)
class FlexLine:
    """A line of items; `cross` is its size, `cross_pos` its place from the cross start."""

    items: list[FlexItem]
    cross: float = 0.0
    cross_pos: float = 0.0
    first: tuple[float, float] = (0.0, 0.0)  # how far first-baseline items reach above and below it
    last: tuple[float, float] = (0.0, 0.0)  # the same of last-baseline items
    between: float = 0.0  # what alignment adds to each gap between items


@dataclass(slots=True, eq=False)
class FlexContainer:
    """A container's axes and what is known of them."""

    ctx: LayoutContext
    frame: Frame
    style: ComputedStyle
    row: bool
    wraps: bool  # multi-line
    main_flipped: bool
    cross_flipped: bool
    main_gap: float
    cross_gap: float
    inner_main: float | None
    inner_cross: float | None
    lines: list[FlexLine] = field(default_factory=list)


def make_container(ctx: LayoutContext, frame: Frame) -> FlexContainer:
    """Name the axes of a container."""
    style = frame.node.style
    row = style.flex_direction.startswith("row")
    rtl = style.direction == "rtl"
    reverse = style.flex_direction.endswith("reverse")
    wrap_reverse = style.flex_wrap == "wrap-reverse"
    column_gap = used(style.column_gap, frame.inner_width)
    row_gap = used(style.row_gap, frame.inner_height or 0.0)
    return FlexContainer(
        ctx,
        frame,
        style,
        row,
        style.flex_wrap != "nowrap",
        main_flipped=reverse != (row and rtl),
        cross_flipped=wrap_reverse != (not row and rtl),
        main_gap=column_gap if row else row_gap,
        cross_gap=row_gap if row else column_gap,
        inner_main=frame.inner_width if row else frame.inner_height,
        inner_cross=frame.inner_height if row else frame.inner_width,
    )


def definite_stretch(flex: FlexContainer, node: Node) -> float | None:
    """Return the definite cross size of an item that stretches, in a single-line container (§9.8)."""
    if flex.inner_cross is None or flex.wraps:
        return None
    style = node.style
    basis = flex.frame.inner_width
    margins = margins_of(style, basis)
    size = flex.inner_cross - (margins.vertical if flex.row else margins.horizontal)
    extra = extra_of(style, basis)
    return max(size, extra.height if flex.row else extra.width)


def stretches(flex: FlexContainer, node: Node, alignment: Alignment) -> bool:
    """True where align-self is stretch, the cross size auto and no cross margin auto."""
    if alignment != "stretch":
        return False
    style = node.style
    size = style.height if flex.row else style.width
    if isinstance(size, Length) or size != "auto":
        return False
    margins = margins_of(style, flex.frame.inner_width)
    first, last = (margins.top, margins.bottom) if flex.row else (margins.left, margins.right)
    return first is not None and last is not None


def outer_cross(flex: FlexContainer, item: FlexItem) -> float:
    """Return the margin box's cross size."""
    return item.cross + (item.margins.vertical if flex.row else item.margins.horizontal)


def main_start_margin(flex: FlexContainer, item: FlexItem) -> float:
    """Return the margin on the side at which the main axis begins."""
    m = item.margins
    if flex.row:
        return (m.right if flex.main_flipped else m.left) or 0.0
    return (m.bottom if flex.main_flipped else m.top) or 0.0


def has_auto_cross_margin(flex: FlexContainer, item: FlexItem) -> bool:
    """True where an auto margin takes the place of alignment."""
    m = item.margins
    return (m.top is None or m.bottom is None) if flex.row else (m.left is None or m.right is None)


def baseline_split(flex: FlexContainer, item: FlexItem, last: bool) -> tuple[float, float]:
    """Return the margin box's extent above and below its baseline; in a column that is its left edge."""
    if not flex.row:
        return item.margins.left or 0.0, item.cross + (item.margins.right or 0.0)
    fragment = item.result
    own = fragment.last_baseline if last else fragment.first_baseline
    baseline = (item.margins.top or 0.0) + (fragment.height if own is None else own)
    return baseline, item.cross + item.margins.vertical - baseline


def align_main(flex: FlexContainer, line: FlexLine, inner_main: float) -> None:
    """§9.5 step 12."""
    gaps = flex.main_gap * (len(line.items) - 1)
    free = inner_main - gaps - sum(item.main + item.outer_extra for item in line.items)
    first = 1 if flex.row else 0  # of the main axis' sides, in CSS order
    autos = [side for item in line.items for side in item.margins[first::2]].count(None)
    if autos:
        _share_main_margins(flex, line, snap(max(0.0, free) / autos))
        free = min(0.0, free)
    justify = flex.style.justify_content
    if not flex.row and justify in ("left", "right"):
        justify = "start"
    physical_rtl = flex.row and flex.style.direction == "rtl"
    offset, between = distribute(justify, free, len(line.items), flex.main_flipped, physical_rtl)
    line.between = between
    position, offset = 0.0, snap(offset)
    for index, item in enumerate(line.items):
        item.main_pos = position + offset + (snap_nearest(index * between) if between else 0.0)
        position += item.main + item.outer_extra + flex.main_gap


def _share_main_margins(flex: FlexContainer, line: FlexLine, share: float) -> None:
    for item in line.items:
        m = item.margins
        if flex.row:
            item.margins = m._replace(
                left=share if m.left is None else m.left, right=share if m.right is None else m.right
            )
            item.outer_extra = item.margins.horizontal
        else:
            item.margins = m._replace(
                top=share if m.top is None else m.top, bottom=share if m.bottom is None else m.bottom
            )
            item.outer_extra = item.margins.vertical


def align_lines(flex: FlexContainer, inner_cross: float) -> None:
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
    position = 0.0
    for index, line in enumerate(flex.lines):
        line.cross_pos = position + snap(offset) + snap_nearest(index * between)
        position += line.cross + flex.cross_gap


def align_cross(flex: FlexContainer, line: FlexLine, item: FlexItem) -> None:
    """§9.6 steps 13 and 14."""
    free = line.cross - outer_cross(flex, item)
    m = item.margins
    start, end = (m.top, m.bottom) if flex.row else (m.left, m.right)
    if start is None or end is None:
        room = max(0.0, free)
        shares = (snap(room / 2), snap(room / 2)) if start is None and end is None else (room, room)
        before = shares[0] if start is None else start
        after = shares[1] if end is None else end
        item.margins = (
            m._replace(top=before, bottom=after) if flex.row else m._replace(left=before, right=after)
        )
        item.cross_pos = line.cross_pos
        return
    kind = item.alignment
    if kind == "stretch":
        item.cross_pos = line.cross_pos
        return
    if kind in ("baseline", "last baseline"):
        above, below = baseline_split(flex, item, last=kind != "baseline")
        group = line.first if kind == "baseline" else line.last
        # The group lies at the edge that its baseline is nearer to; flipped, that is the other one.
        toward_top = (kind == "baseline") != flex.cross_flipped
        shift = group[0] - above if toward_top else group[1] - below
        if kind != "baseline":
            shift = free - shift
        item.cross_pos = line.cross_pos + shift
        return
    kind = reverse_alignment(settled(kind, free), flex.cross_flipped, flex.style, item.node.style, flex.row)
    share = {"start": 0.0, "center": 0.5, "end": 1.0}[kind]
    item.cross_pos = line.cross_pos + snap(free * share)


def put_in_place(flex: FlexContainer, item: FlexItem, inner_main: float, inner_cross: float) -> None:
    """Find the border box corner in the content box, from flow-relative positions."""
    m = item.margins
    main, cross = item.main_pos, item.cross_pos
    if flex.main_flipped:
        main = inner_main - main - item.main - item.outer_extra
    if flex.cross_flipped:
        cross = inner_cross - cross - outer_cross(flex, item)
    x, y = (main, cross) if flex.row else (cross, main)
    item.x, item.y = x + (m.left or 0.0), y + (m.top or 0.0)


def set_baselines(flex: FlexContainer, content: ContentLayout) -> None:
    """§8.5: the first line's baseline-aligned item, else its first item; items are in place."""
    if not flex.lines:
        return
    reverse = flex.style.flex_direction.endswith("reverse")
    wraps_back = flex.style.flex_wrap == "wrap-reverse"
    for last in (False, True):
        line = flex.lines[-1 if last != wraps_back else 0]
        wanted = "last baseline" if last else "baseline"
        aligned = [i for i in line.items if i.alignment == wanted] if flex.row else []
        item = aligned[0] if aligned else line.items[-1 if last != reverse else 0]
        fragment = item.result
        own = fragment.last_baseline if last else fragment.first_baseline
        baseline = flex.frame.top + item.y + (fragment.height if own is None else own)
        if last:
            content.last_baseline = baseline
        else:
            content.first_baseline = baseline


def static_position(flex: FlexContainer, node: Node, inner_main: float, inner_cross: float) -> StaticPosition:
    """§4.1: as if it were the sole item."""
    frame = flex.frame
    justify = flex.style.justify_content
    if not flex.row and justify in ("left", "right"):
        justify = "start"
    offset, _ = distribute(justify, 1.0, 1, flex.main_flipped, flex.row and flex.style.direction == "rtl")
    main: Edge = "start" if offset == 0 else ("center" if offset == 0.5 else "end")
    if flex.main_flipped:
        main = _OPPOSITE[main]
    kind = item_alignment(node.style.align_self, flex.style.align_items)
    cross = _static_cross(flex, node, kind)
    width, height = (inner_main, inner_cross) if flex.row else (inner_cross, inner_main)
    align_x, align_y = (main, cross) if flex.row else (cross, main)
    safe: Edge | None = None
    if kind.startswith("safe "):
        safe = "end" if not flex.row and flex.style.direction == "rtl" else "start"
    return StaticPosition(
        frame.left, frame.top, width, height, align_x, align_y,
        safe_x=None if flex.row else safe, safe_y=safe if flex.row else None,
    )  # fmt: skip


_OPPOSITE: dict[Edge, Edge] = {"start": "end", "center": "center", "end": "start"}


def _static_cross(flex: FlexContainer, node: Node, kind: Alignment) -> Edge:
    """Return the physical edge of the cross axis; baselines fall back to the edges of the writing mode."""
    rtl = not flex.row and flex.style.direction == "rtl"
    if kind in ("baseline", "last baseline"):
        return "end" if (kind == "last baseline") != rtl else "start"
    cross: Edge = "start"
    if kind != "stretch":
        cross = reverse_alignment(settled(kind, 0.0), flex.cross_flipped, flex.style, node.style, flex.row)
    return _OPPOSITE[cross] if flex.cross_flipped else cross
