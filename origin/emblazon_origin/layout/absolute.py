"""Absolutely positioned boxes (CSS Positioned Layout 3 §4, CSS 2 §10.3.7 and §10.6.4)."""

from __future__ import annotations

from typing import NamedTuple

from ..style.values.computed import Alignment
from ..style.values.containing import contains_absolutes, contains_fixed
from ..style.values.value_types import Length
from .alignment import Edge, settled
from .anchoring import ANCHORED, AnchorField, asks_for_anchors, resolved
from .boxes.box import Rect
from .boxes.fragment import ContentLayout, Fragment, OutOfFlowBox, Placed, StaticPosition
from .boxes.nodes import Node
from .context import LayoutContext
from .flex.items import content_height_twin
from .frame import Constraints
from .layout_unit import snap, used
from .sizing import (
    OF_CONTENT,
    clamp,
    extra_of,
    height_from,
    height_limits,
    is_limited_by_content,
    margins_of,
    ratio_of,
    replaced_size,
    transferred_heights,
    transferred_limits,
    width_by_ratio,
    width_from,
    width_limits,
)


class _Axis(NamedTuple):
    """One axis of the constraint: insets (None is auto), margins, and the containing block's extent."""

    start: float
    extent: float
    inset_start: float | None
    inset_end: float | None
    margin_start: float | None
    margin_end: float | None
    is_block: bool
    rtl: bool  # of the containing block, on its inline axis

    @property
    def room(self) -> float:
        """Extent left for the border box when auto insets and margins are 0."""
        taken = (self.inset_start or 0.0) + (self.inset_end or 0.0)
        return self.extent - taken - (self.margin_start or 0.0) - (self.margin_end or 0.0)

    @property
    def both(self) -> bool:
        """True where neither inset is auto."""
        return self.inset_start is not None and self.inset_end is not None


def place_absolutes(ctx: LayoutContext, fragment: Fragment, content: ContentLayout) -> None:
    """Lay out the waiting descendants whose containing block this box is; the others go on waiting."""
    style = fragment.node.style
    if not fragment.pending or not contains_absolutes(style):
        return
    b = fragment.border
    before, after = style.gutters
    left, right = b.left + before, b.right + after
    area = Rect(left, b.top, fragment.width - left - right, fragment.height - b.top - b.bottom)
    waiting, fragment.pending = list(fragment.pending), []
    surroundings = AnchorField(fragment.children)
    while waiting:
        pending = waiting.pop(0)
        if pending.node.style.position == "fixed" and not contains_fixed(style):
            fragment.pending.append(pending)
            continue
        own_area = content.area_of.get(pending.node)
        around = Rect(*own_area) if own_area else area
        placed = place_absolute(ctx, pending, around, style.direction == "rtl", surroundings)
        fragment.children.append(placed)
        waiting.extend(p.moved(placed.x, placed.y) for p in placed.fragment.pending)


def place_absolute(
    ctx: LayoutContext, pending: OutOfFlowBox, area: Rect, rtl: bool, around: AnchorField | None = None
) -> Placed:
    """Lay out one box in its containing block `area` of a direction; both relative to the same corner.

    Its anchors are among the boxes `around`.
    """
    node, static = pending
    if asks_for_anchors(node.style):
        return _anchored(ctx, pending, area, rtl, around or AnchorField(()))
    return _placed(ctx, node, static, area, rtl)


def _anchored(
    ctx: LayoutContext, pending: OutOfFlowBox, area: Rect, rtl: bool, around: AnchorField
) -> Placed:
    """Lay out a box by its anchors; centred on one it stays in its area (Anchor Positioning 1 §3.1, §4)."""
    style, own, middle_x, middle_y = resolved(pending.node.style, area, around.anchors(ctx.work), rtl)
    ctx.results.has_anchored = True
    for name, why in around.lies_elsewhere.items():
        message = f"the anchor {name} is where it lies without {_WITHOUT[why]}"
        if not any(known.message == message for known in ctx.report.diagnostics):
            ctx.report.add("warning", "css-unsupported-value", message, where="anchor-name")
    told = tuple(str(style.fields.get(key)) for key in ANCHORED)
    node = ctx.results.variant(pending.node, ("anchored", told), lambda n: n.restyled(style))
    fragment, x, y = _placed(ctx, node, pending.static, own, rtl)
    if own is area:
        return Placed(fragment, x, y)
    m = margins_of(style, own.width)
    whole_x, whole_y = (area.x, area.x + area.width), (area.y, area.y + area.height)
    x = _near_anchor(
        x, fragment.width, (m.left or 0.0, m.right or 0.0), own.x, own.width, whole_x,
        style.justify_self, middle_x,
    )  # fmt: skip
    y = _near_anchor(
        y, fragment.height, (m.top or 0.0, m.bottom or 0.0), own.y, own.height, whole_y,
        style.align_self, middle_y,
    )  # fmt: skip
    return Placed(fragment, x, y)


def _near_anchor(
    at: float,
    size: float,
    margins: tuple[float, float],
    start: float,
    extent: float,
    whole: tuple[float, float],
    alignment: str,
    middle: float | None,
) -> float:
    """Return where a box begins on one axis of its area: one too large for it stays within the `whole`."""
    before, after = margins
    low, high = start + before, start + extent - after - size
    fits = low <= high
    if alignment == "center" and (middle is not None or not fits):
        at = (low + high) / 2 if middle is None else middle - size / 2
    elif fits:
        return at
    else:
        at = high if alignment in ("end", "right") else low
    if not fits:
        low, high = min(whole[0] + before, low), max(whole[1] - after - size, high)
    return max(low, min(at, high))


_WITHOUT = {"columns": "the columns that it is in", "transform": "its transform"}


def _placed(ctx: LayoutContext, node: Node, static: StaticPosition, area: Rect, rtl: bool) -> Placed:
    style = node.style
    margins = margins_of(style, area.width)
    across = _axis(area.x, area.width, style.left, style.right, margins.left, margins.right, False, rtl)
    down = _axis(area.y, area.height, style.top, style.bottom, margins.top, margins.bottom, True, False)
    width, height = _size(ctx, node, area, across, down, static)
    fragment = ctx.layout(node, Constraints(area.width, area.height, width=width, height=height))
    own_rtl = style.direction == "rtl"
    aside = _Static(static.x, static.width, static.align_x, static.safe_x, static.rtl)
    x = _position(across, fragment.width, style.justify_self, own_rtl, aside)
    below = _Static(static.y, static.height, static.align_y, static.safe_y, False)
    y = _position(down, fragment.height, style.align_self, own_rtl, below)
    return Placed(fragment, x, y)


def _axis(
    start: float,
    extent: float,
    first: Length | str,
    last: Length | str,
    margin_start: float | None,
    margin_end: float | None,
    is_block: bool,
    rtl: bool,
) -> _Axis:
    """Resolve the insets of one axis; where they overlap, the weaker one gives way (§4.1)."""
    before = None if isinstance(first, str) else used(first, extent)
    after = None if isinstance(last, str) else used(last, extent)
    if before is not None and after is not None and before + after > extent:
        before, after = (extent - after, after) if rtl else (before, extent - before)
    return _Axis(start, extent, before, after, margin_start, margin_end, is_block, rtl)


def _size(
    ctx: LayoutContext, node: Node, area: Rect, across: _Axis, down: _Axis, static: StaticPosition
) -> tuple[float, float | None]:
    """Return the border box size; the height is None where the content decides."""
    style = node.style
    if node.kind == "replaced":
        return replaced_size(ctx, node, area.width, area.height)
    limits = height_limits(node, area.height, area.width)
    available = _available_width(across, static)
    ratio = ratio_of(node)
    height = height_from(node, style.height, area.height, area.width)
    if style.height == "stretch":
        height = max(0.0, down.room)
    if height is None and down.both and style.height == "auto" and _stretches(node, style.align_self):
        height = max(0.0, down.room)
        if ratio:
            height = clamp(height, *transferred_heights(ctx, node, area.width, available))
    width = width_from(ctx, node, style.width, area.width, available)
    if width is None:
        by_height = (
            ratio and style.height != "auto" and height is not None and style.justify_self != "stretch"
        )
        if across.both and _stretches(node, style.justify_self) and not by_height:
            width = max(0.0, across.room)
            if ratio and style.height == "auto":
                width = clamp(width, *transferred_limits(node, area.height, area.width))
                height = None
        elif ratio and height is not None:
            width = width_by_ratio(node, clamp(height, *limits), area.width)
            if style.min_width == "auto" and style.overflow_x == "visible":
                width = max(width, ctx.content_sizes(node)[0] + extra_of(style, area.width).width)
        else:
            low, high = ctx.content_sizes(node)
            extra = extra_of(style, area.width).width
            width = min(high + extra, max(low + extra, available))
            if ratio:
                width = clamp(width, *transferred_limits(node, area.height, area.width))
    elif ratio and style.height == "auto":
        height = None
    low, high = width_limits(ctx, node, area.width, available)
    extra_size = extra_of(style, area.width)
    width = max(clamp(width, low, high), extra_size.width)
    if height is None or (is_limited_by_content(style) and isinstance(style.height, Length)):
        return width, None
    if is_limited_by_content(style) and style.height == "auto":
        height = _within_content(ctx, node, area, width, height)
    return width, max(clamp(height, *limits), extra_size.height)


def _within_content(ctx: LayoutContext, node: Node, area: Rect, width: float, height: float) -> float:
    """Limit the height between two insets by the content's where the limits ask for it."""
    twin = content_height_twin(ctx, node)
    content = ctx.layout(twin, Constraints(area.width, area.height, width=width)).height
    high = content if node.style.max_height in OF_CONTENT else height
    return max(min(height, high), content if node.style.min_height in OF_CONTENT else 0.0)


def _stretches(node: Node, alignment: str) -> bool:
    """True where two insets make an automatic size; a table keeps its own unless it is told to."""
    is_table = node.kind in ("table", "table-wrapper")
    return alignment == "stretch" or (alignment in ("auto", "normal") and not is_table)


def _available_width(axis: _Axis, static: StaticPosition) -> float:
    """Return the room for shrink-to-fit; from the static position where both insets are auto."""
    if axis.inset_start is not None or axis.inset_end is not None:
        return max(0.0, axis.room)
    margins = (axis.margin_start or 0.0) + (axis.margin_end or 0.0)
    end = axis.start + axis.extent
    if static.align_x == "center":
        centre = static.x + static.width / 2
        return max(0.0, 2 * min(centre - axis.start, end - centre) - margins)
    if static.align_x == "end":
        return max(0.0, static.x + static.width - axis.start - margins)
    return max(0.0, (static.x - axis.start if static.rtl else end - static.x) - margins)


class _Static(NamedTuple):
    """The static position on one axis: see `StaticPosition`."""

    start: float
    extent: float
    align: Edge
    safe: Edge | None
    rtl: bool

    def bounds(self, axis: _Axis) -> tuple[float, float]:
        """Return the inset-modified containing block that the position stands for (§4.2)."""
        low, high = axis.start, axis.start + axis.extent
        if self.align == "center":
            centre = self.start + self.extent / 2
            half = min(centre - low, high - centre)
            return centre - half, centre + half
        return (low, self.start + self.extent) if self.align == "end" else (self.start, high)


def _position(axis: _Axis, size: float, alignment: Alignment, own_rtl: bool, static: _Static) -> float:
    """Return the border box's start on one axis."""
    before, after = axis.margin_start or 0.0, axis.margin_end or 0.0
    if axis.inset_start is None and axis.inset_end is None:
        return _static_start(axis, size + before + after, static) + before
    if axis.inset_end is None:
        return axis.start + (axis.inset_start or 0.0) + before
    if axis.inset_start is None:
        return axis.start + axis.extent - axis.inset_end - after - size
    return axis.start + axis.inset_start + _share_room(axis, size, alignment, own_rtl)


def _static_start(axis: _Axis, outer: float, static: _Static) -> float:
    """Return where the margin box begins that has no insets."""
    if static.safe is not None:
        low, high = static.bounds(axis)
        if outer > high - low:
            return low if static.safe == "start" else high - outer
    if static.extent or static.align != "start":
        share = {"start": 0.0, "center": 0.5, "end": 1.0}[static.align]
        return static.start + snap((static.extent - outer) * share)
    return static.start - outer if static.rtl else static.start


def _share_room(axis: _Axis, size: float, alignment: Alignment, own_rtl: bool) -> float:
    """Both insets are given: auto margins take what is left, else the box is aligned (§4.3, §4.4)."""
    room = axis.room - size
    if axis.margin_start is None and axis.margin_end is None:
        if room > 0 or axis.is_block:
            return snap(room / 2)
        return room if axis.rtl else 0.0
    if axis.margin_start is None:
        return room
    before = axis.margin_start
    if axis.margin_end is None:
        return before
    if alignment in ("auto", "normal"):
        return before + (room if axis.rtl else 0.0)
    return before + _aligned(axis, room, size + before + axis.margin_end, alignment, own_rtl)


def _aligned(axis: _Axis, room: float, outer: float, alignment: Alignment, own_rtl: bool) -> float:
    """Return the margin box's start from the inset-modified containing block's.

    Said neither safe nor unsafe, a box that overflows is moved back into the containing block, as far as it
    fits there (CSS Align 3 §4.4.1).
    """
    plain = settled(alignment, room)
    if plain in ("left", "right"):
        share = 0.0 if plain == "left" else 1.0
    elif plain == "center":
        share = 0.5
    else:
        rtl = own_rtl if plain.startswith("self-") and not axis.is_block else axis.rtl
        share = 1.0 if (plain in _ENDS) != rtl else 0.0
    start = snap(room * share)
    if room >= 0 or alignment.startswith(("safe ", "unsafe ")):
        return start
    low, high = (
        min(0.0, -(axis.inset_start or 0.0)),
        max(room + outer, axis.extent - (axis.inset_start or 0.0)),
    )
    if outer > high - low:
        return high - outer if axis.rtl else low
    return max(low, min(start, high - outer))


_ENDS = frozenset(("end", "self-end", "flex-end", "last baseline"))
