"""Grid items: what they ask of their tracks, and how they lie in their areas (CSS Grid 2 §6, §10, §11.5)."""

from __future__ import annotations

from collections.abc import Sequence

from ...style.values.computed import Alignment, ComputedStyle
from ...style.values.value_types import Length
from ..alignment import settled, start_share
from ..boxes.fragment import Fragment
from ..context import LayoutContext
from ..contributions import border_box_contribution
from ..frame import Constraints
from ..height_needs import is_settled_by_width, minds_height
from ..layout_unit import snap
from ..sizing import (
    Margins,
    clamp,
    extra_of,
    height_from,
    height_limits,
    margins_of,
    ratio_of,
    transferred_heights,
    transferred_limits,
    width_from,
    width_limits,
)
from .plan import GridItem
from .tracks import INF, Contribution, Track, gaps_between


def inline_contribution(
    ctx: LayoutContext, item: GridItem, tracks: Sequence[Track], height_basis: float | None
) -> Contribution:
    """Return what the item asks of its columns."""
    node = item.node
    margins = item.margins.horizontal
    sizes: list[tuple[float, float]] = []

    def measured() -> tuple[float, float]:
        if not sizes:
            basis = height_basis if item.area_height is None else item.area_height
            sizes.append(border_box_contribution(ctx, node, basis, item.height))
        return sizes[0]

    def minimum() -> float:
        """§6.6: the automatic minimum where the width is auto and nothing else is said."""
        style = node.style
        if style.width != "auto" and not _is_percentage(style.width):
            return measured()[0] + margins
        if style.min_width != "auto":
            low = width_limits(ctx, node, 0.0, 0.0)[0]
            return max(low, extra_of(style, 0.0).width) + margins
        spanned = tracks[item.column_start : item.column_end]
        if not _takes_automatic_minimum(style.overflow_x, spanned):
            return extra_of(style, 0.0).width + margins
        return min(measured()[0], _fixed_limit(spanned) - margins) + margins

    return Contribution(
        item.column_start,
        item.column_end,
        minimum,
        lambda: measured()[0] + margins,
        lambda: measured()[1] + margins,
        node.style.overflow_x not in ("visible", "clip"),
    )


def _is_percentage(value: object) -> bool:
    return isinstance(value, Length) and not value.is_absolute


def _takes_automatic_minimum(overflow: str, spanned: Sequence[Track]) -> bool:
    if overflow not in ("visible", "clip"):
        return False
    if not any(track.min_kind == "auto" for track in spanned):
        return False
    return len(spanned) == 1 or not any(track.is_flexible for track in spanned)


def _fixed_limit(spanned: Sequence[Track]) -> float:
    """Return the sum of fixed maximums where all spanned tracks have one."""
    if all(track.max_kind == "fixed" for track in spanned):
        return sum(track.limit for track in spanned) + gaps_between(spanned, 0.0)
    return INF


def block_contribution(
    ctx: LayoutContext, item: GridItem, tracks: Sequence[Track], area_width: float, container: ComputedStyle
) -> Contribution:
    """Return what the item asks of its rows at its column width."""
    node = item.node
    sizes: list[float] = []

    def height() -> float:
        if not sizes:
            fragment = area_fragment(ctx, item, area_width, None, container)
            item.measured = area_width, fragment
            sizes.append(fragment.height + item.margins.vertical + item.shim)
        return sizes[0]

    def minimum() -> float:
        style = node.style
        if style.height != "auto" and not _is_percentage(style.height):
            return height()
        if style.min_height != "auto":
            low = height_limits(node, None, area_width)[0]
            return max(low, extra_of(style, area_width).height) + item.margins.vertical
        spanned = tracks[item.row_start : item.row_end]
        if not _takes_automatic_minimum(style.overflow_y, spanned):
            return extra_of(style, area_width).height + item.margins.vertical
        return min(height(), max(0.0, _fixed_limit(spanned)))

    return Contribution(item.row_start, item.row_end, minimum, height, height)


def area_fragment(
    ctx: LayoutContext, item: GridItem, width: float, height: float | None, container: ComputedStyle
) -> Fragment:
    """Lay the item out in its area; the height is None while rows are being sized.

    With a ratio, one axis is stretched alone: the row, unless only the column is asked for (§6.2).
    """
    node, style = item.node, item.node.style
    if height is not None and (known := _measured_before(ctx, item, width, height, container)) is not None:
        return known
    item.margins = item.plan.margins or margins_of(style, width)
    fixed_width = _width(ctx, item, width, height, container)
    fixed_height = None if height is None else stretched_height(ctx, item, width, height, container)
    if item.plan.has_ratio and node.kind != "replaced":
        across = _alignment(style.justify_self, container.justify_items)
        down = _alignment(style.align_self, container.align_items)
        if fixed_height is not None and down == "stretch" and across != "stretch" and style.width == "auto":
            fixed_width = None
        elif fixed_width is not None and down != "stretch":
            fixed_height = None
    if item.adopted is not None:  # a subgrid is always stretched (§9.1)
        if item.adopted.columns is not None:
            fixed_width = max(width - item.margins.horizontal, extra_of(style, width).width)
        if item.adopted.rows is not None and height is not None:
            fixed_height = max(height - item.margins.vertical, extra_of(style, width).height)
    constraints = Constraints(width, height, fixed_width, fixed_height, shrink=True, adopted=item.adopted)
    return ctx.layout(node, constraints)


def _measured_before(
    ctx: LayoutContext, item: GridItem, width: float, height: float, container: ComputedStyle
) -> Fragment | None:
    """Return what was measured for the item's rows where that is what it is in its area."""
    node = item.node
    if item.measured is None or item.measured[0] != width or item.adopted is not None:
        return None
    if item.plan.has_ratio or minds_height(node):
        return None
    fragment = item.measured[1]
    fixed = stretched_height(ctx, item, width, height, container)
    same = fixed is None or (fixed == fragment.height and is_settled_by_width(node))
    return fragment if same else None


def _width(
    ctx: LayoutContext, item: GridItem, width: float, height: float | None, container: ComputedStyle
) -> float | None:
    """Return the border box width that alignment or the style imposes in an area's width."""
    node, style, margins, sizes = item.node, item.node.style, item.margins, item.plan.sizes
    available = width - margins.horizontal
    if item.plan.fills_width and sizes.widths is not None and sizes.extra is not None:
        return max(clamp(available, *sizes.widths), sizes.extra.width)
    value = _alignment(style.justify_self, container.justify_items)
    fixed: float | None = None
    if style.width != "auto":
        fixed = width_from(ctx, node, style.width, width, available)
    elif node.kind == "replaced":
        return max(0.0, available) if value == "stretch" else None
    elif margins.left is not None and margins.right is not None:
        if value == "stretch":
            fixed = available
        elif value in ("normal", "auto") and not (
            ratio_of(node) and height_from(node, style.height, height, width) is not None
        ):
            fixed = available
            if ratio_of(node):
                fixed = clamp(fixed, *transferred_limits(node, height, width))
    if fixed is None:
        return None
    low, high = width_limits(ctx, node, width, available)
    return max(clamp(fixed, low, high), extra_of(style, width).width)


def stretched_height(
    ctx: LayoutContext, item: GridItem, width: float, height: float, container: ComputedStyle
) -> float | None:
    """Return the border box height of an item that fills its area's height."""
    node, style, margins, sizes = item.node, item.node.style, item.margins, item.plan.sizes
    if item.plan.fills_height and sizes.heights is not None and sizes.extra is not None:
        return max(clamp(height - margins.vertical, *sizes.heights), sizes.extra.height)
    if style.height != "auto" or margins.top is None or margins.bottom is None:
        return None
    value = _alignment(style.align_self, container.align_items)
    if value not in ("stretch", "normal", "auto") or (node.kind == "replaced" and value != "stretch"):
        return None
    fixed = height - margins.vertical
    if ratio_of(node) is not None and value != "stretch":
        fixed = clamp(fixed, *transferred_heights(ctx, node, width, width - margins.horizontal))
    low, high = height_limits(node, height, width)
    return max(clamp(fixed, low, high), extra_of(style, width).height)


def _alignment(own: Alignment, container: Alignment) -> Alignment:
    return container if own == "auto" else own


def inline_offset(item: GridItem, size: float, area: float, container: ComputedStyle) -> float:
    """Return the border box's x in its area."""
    m: Margins = item.margins
    if item.plan.across is not None:
        return _beside(m.left, m.right, area - size, item.plan.across)
    own = item.node.style.justify_self
    value = container.justify_items if own == "auto" else own
    mode = item.node.style.writing_mode
    if value.endswith("baseline") and container.writing_mode == "horizontal-tb" != mode:
        on_right = (mode in ("vertical-rl", "sideways-rl")) == (value == "baseline")
        value = "right" if on_right else "left"  # where its first line is, or its last
    rtl = container.direction == "rtl"
    own_rtl = item.node.style.direction == "rtl"
    return _offset(m.left, m.right, area - size, value, rtl, own_rtl)


def block_offset(item: GridItem, size: float, area: float, container: ComputedStyle) -> float:
    """Return the border box's y in its area."""
    m: Margins = item.margins
    if item.plan.down is not None:
        return _beside(m.top, m.bottom, area - size, item.plan.down)
    own = item.node.style.align_self
    value = container.align_items if own == "auto" else own
    if item.plan.is_on_baseline:
        return (m.top or 0.0) + item.shim
    if value == "last baseline":
        value = "end"
    return _offset(m.top, m.bottom, area - size, value, False, False)


def _offset(
    before: float | None, after: float | None, room: float, value: Alignment, rtl: bool, own_rtl: bool
) -> float:
    if before is not None and after is not None:
        value = settled(value, room - (before + after))
        share = (0.0 if rtl else 1.0) if value == "last baseline" else start_share(value, rtl, own_rtl)
        return _beside(before, after, room, share)
    room -= (before or 0.0) + (after or 0.0)
    if before is None and after is None:
        return snap(max(0.0, room) / 2) if room > 0 or not rtl else room
    return max(0.0, room) if before is None else before or 0.0


def _beside(before: float | None, after: float | None, room: float, share: float) -> float:
    """Return the offset of a box with a share of the room before it, margins aside: none, half or all."""
    first = before or 0.0
    if share == 0.0:
        return first
    room -= first + (after or 0.0)
    return first + (room if share == 1.0 else snap(room / 2))
