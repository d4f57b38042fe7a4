"""Grid items: what they ask of their tracks, and how they lie in their areas (CSS Grid 2 §6, §10, §11.5)."""

from __future__ import annotations

from collections.abc import Sequence

from ...style.values.computed import Alignment, ComputedStyle
from ...style.values.value_types import Length
from ..alignment import settled
from ..boxes.fragment import Fragment
from ..context import LayoutContext
from ..contributions import border_box_contribution
from ..sizing import Margins, clamp, extra_of, height_limits, margins_of, ratio_of, width_from, width_limits
from ..units import snap
from .auto_placement import GridItem
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
            sizes.append(border_box_contribution(ctx, node, height_basis))
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
    """Lay the item out in its area; the height is None while rows are being sized."""
    node, style = item.node, item.node.style
    margins = item.margins = margins_of(style, width)
    fixed_width: float | None = None
    available = width - margins.horizontal
    if style.width == "auto" and node.kind != "replaced":
        if _stretches(
            style.justify_self,
            container.justify_items,
            item,
            margins.left,
            margins.right,
            style.height != "auto",
        ):
            low, high = width_limits(ctx, node, width, available)
            fixed_width = max(clamp(available, low, high), extra_of(style, width).width)
    elif style.width == "auto" and _explicit_stretch(style.justify_self, container.justify_items):
        fixed_width = max(0.0, available)
    elif style.width != "auto":
        fixed_width = width_from(ctx, node, style.width, width, available)
        if fixed_width is not None:
            low, high = width_limits(ctx, node, width, available)
            fixed_width = max(clamp(fixed_width, low, high), extra_of(style, width).width)
    fixed_height: float | None = None
    if height is not None and style.height == "auto":
        filled = fixed_width is not None or style.width != "auto"
        if node.kind == "replaced":
            stretches = _explicit_stretch(style.align_self, container.align_items)
        else:
            stretches = _stretches(
                style.align_self, container.align_items, item, margins.top, margins.bottom, filled
            )
        if stretches:
            low, high = height_limits(node, height, width)
            room = height - margins.vertical
            fixed_height = max(clamp(room, low, high), extra_of(style, width).height)
    return ctx.layout(
        ctx, node, width, height, fixed_width=fixed_width, fixed_height=fixed_height, shrink=True
    )


def _explicit_stretch(own: Alignment, container: Alignment) -> bool:
    return (container if own == "auto" else own) == "stretch"


def _stretches(
    own: Alignment,
    container: Alignment,
    item: GridItem,
    before: float | None,
    after: float | None,
    other_axis_given: bool,
) -> bool:
    """True where an automatic size fills the area; with a ratio, `normal` does so in one axis only (§6.2)."""
    value = container if own == "auto" else own
    if before is None or after is None:
        return False
    if value == "stretch":
        return True
    return value in ("normal", "auto") and not (ratio_of(item.node) and other_axis_given)


def is_baseline_aligned(item: GridItem, container: ComputedStyle) -> bool:
    """True for items that share their row's first baseline."""
    own = item.node.style.align_self
    value = container.align_items if own == "auto" else own
    return value == "baseline" and item.margins.top is not None and item.margins.bottom is not None


def inline_offset(item: GridItem, size: float, area: float, container: ComputedStyle) -> float:
    """Return the border box's x in its area."""
    m: Margins = item.margins
    own = item.node.style.justify_self
    value = container.justify_items if own == "auto" else own
    rtl = container.direction == "rtl"
    own_rtl = item.node.style.direction == "rtl"
    return _offset(m.left, m.right, area - size, value, rtl, own_rtl)


def block_offset(item: GridItem, size: float, area: float, container: ComputedStyle) -> float:
    """Return the border box's y in its area."""
    m: Margins = item.margins
    own = item.node.style.align_self
    value = container.align_items if own == "auto" else own
    if is_baseline_aligned(item, container):
        return (m.top or 0.0) + item.shim
    if value == "last baseline":
        value = "end"
    return _offset(m.top, m.bottom, area - size, value, False, False)


def _offset(
    before: float | None, after: float | None, room: float, value: Alignment, rtl: bool, own_rtl: bool
) -> float:
    room -= (before or 0.0) + (after or 0.0)
    if before is None or after is None:
        share = max(0.0, room)
        if before is None and after is None:
            return snap(share / 2) if room > 0 or not rtl else room
        return share if before is None else before
    value = settled(value, room)
    if value == "center":
        return before + snap(room / 2)
    if value == "left":
        return before
    if value == "right":
        return before + room
    if value in ("self-start", "self-end"):
        return before + (room if (value == "self-end") != own_rtl else 0.0)
    toward_end = value in ("end", "flex-end", "last baseline")
    return before + (room if toward_end != rtl else 0.0)
