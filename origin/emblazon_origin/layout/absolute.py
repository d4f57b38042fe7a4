"""Absolutely positioned boxes (CSS Positioned Layout 3 §4, CSS 2 §10.3.7 and §10.6.4)."""

from __future__ import annotations

from typing import NamedTuple

from ..style.values.computed import Alignment, ComputedStyle
from ..style.values.value_types import Length
from .alignment import Edge, settled
from .boxes.box import Rect
from .boxes.fragment import Content, Fragment, Pending, Placed, StaticPosition
from .boxes.nodes import Node
from .context import LayoutContext
from .replaced import replaced_size
from .sizing import (
    clamp,
    extra_of,
    height_from,
    height_limits,
    margins_of,
    ratio_of,
    width_by_ratio,
    width_from,
    width_limits,
)
from .units import snap, used

_CONTAINING = frozenset(("layout", "paint"))
_CHANGING = frozenset((
    "transform", "translate", "rotate", "scale", "perspective", "filter", "backdrop-filter", "contain",
    "-webkit-transform", "-webkit-filter", "offset-path",
))  # fmt: skip


class _Axis(NamedTuple):
    """One axis of the constraint: insets (None is auto), margins, and the containing block's extent."""

    start: float
    extent: float
    inset_start: float | None
    inset_end: float | None
    margin_start: float | None
    margin_end: float | None

    @property
    def room(self) -> float:
        """Extent left for the border box when auto insets and margins are 0."""
        taken = (self.inset_start or 0.0) + (self.inset_end or 0.0)
        return self.extent - taken - (self.margin_start or 0.0) - (self.margin_end or 0.0)

    @property
    def both(self) -> bool:
        """True where neither inset is auto."""
        return self.inset_start is not None and self.inset_end is not None


def contains_absolutes(style: ComputedStyle) -> bool:
    """True for boxes that are the containing block of absolutely positioned descendants."""
    return style.position != "static" or contains_fixed(style) or "position" in style.will_change


def contains_fixed(style: ComputedStyle) -> bool:
    """True for boxes that are the containing block of fixed descendants too: transforms, filters and more."""
    return bool(
        style.transform
        or style.filter
        or style.backdrop_filter
        or not style.contain.isdisjoint(_CONTAINING)
        or not style.will_change.isdisjoint(_CHANGING)
    )


def place_absolutes(ctx: LayoutContext, fragment: Fragment, content: Content) -> None:
    """Lay out the waiting descendants whose containing block this box is; the others go on waiting."""
    style = fragment.node.style
    if not fragment.pending or not contains_absolutes(style):
        return
    b = fragment.border
    area = Rect(b.left, b.top, fragment.width - b.left - b.right, fragment.height - b.top - b.bottom)
    waiting, fragment.pending = list(fragment.pending), []
    while waiting:
        pending = waiting.pop(0)
        if pending.node.style.position == "fixed" and not contains_fixed(style):
            fragment.pending.append(pending)
            continue
        own_area = content.area_of.get(pending.node)
        placed = place_absolute(ctx, pending, Rect(*own_area) if own_area else area)
        fragment.children.append(placed)
        waiting.extend(p.moved(placed.x, placed.y) for p in placed.fragment.pending)


def place_absolute(ctx: LayoutContext, pending: Pending, area: Rect) -> Placed:
    """Lay out one box in its containing block `area`; both relative to the same corner."""
    node, static = pending
    style = node.style
    margins = margins_of(style, area.width)
    across = _Axis(
        area.x, area.width, _inset(style.left, area.width), _inset(style.right, area.width),
        margins.left, margins.right,
    )  # fmt: skip
    down = _Axis(
        area.y, area.height, _inset(style.top, area.height), _inset(style.bottom, area.height),
        margins.top, margins.bottom,
    )  # fmt: skip
    width, height = _size(ctx, node, area, across, down, static)
    fragment = ctx.layout(ctx, node, area.width, area.height, fixed_width=width, fixed_height=height)
    rtl = style.direction == "rtl"
    aside = _Static(static.x, static.width, static.align_x, static.safe_x, static.rtl)
    x = _position(across, fragment.width, style.justify_self, rtl, aside)
    below = _Static(static.y, static.height, static.align_y, static.safe_y, False)
    y = _position(down, fragment.height, style.align_self, False, below)
    return Placed(fragment, x, y)


def _inset(value: Length | str, basis: float) -> float | None:
    return None if isinstance(value, str) else used(value, basis)


def _size(
    ctx: LayoutContext, node: Node, area: Rect, across: _Axis, down: _Axis, static: StaticPosition
) -> tuple[float, float | None]:
    """Return the border box size; the height is None where the content decides."""
    style = node.style
    if node.kind == "replaced":
        return replaced_size(ctx, node, area.width, area.height)
    limits = height_limits(node, area.height, area.width)
    height = height_from(node, style.height, area.height, area.width)
    if height is None and down.both and style.height == "auto" and _stretches(style.align_self):
        height = max(0.0, down.room)
    available = _available_width(across, static)
    width = width_from(ctx, node, style.width, area.width, available)
    ratio = ratio_of(node)
    if width is None:
        if across.both and _stretches(style.justify_self):
            width = max(0.0, across.room)
            if ratio and style.height == "auto":
                height = None
        elif ratio and height is not None:
            width = width_by_ratio(node, clamp(height, *limits), area.width)
            if style.min_width == "auto" and style.overflow_x == "visible":
                width = max(width, ctx.content_sizes(ctx, node)[0] + extra_of(style, area.width).width)
        else:
            low, high = ctx.content_sizes(ctx, node)
            extra = extra_of(style, area.width).width
            width = min(high + extra, max(low + extra, available))
    elif ratio and style.height == "auto":
        height = None
    low, high = width_limits(ctx, node, area.width, available)
    extra_size = extra_of(style, area.width)
    width = max(clamp(width, low, high), extra_size.width)
    if height is not None:
        height = max(clamp(height, *limits), extra_size.height)
    return width, height


def _stretches(alignment: str) -> bool:
    return alignment in ("auto", "normal", "stretch")


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


def _position(axis: _Axis, size: float, alignment: Alignment, rtl: bool, static: _Static) -> float:
    """Return the border box's start on one axis."""
    before, after = axis.margin_start or 0.0, axis.margin_end or 0.0
    if axis.inset_start is None and axis.inset_end is None:
        return _static_start(axis, size + before + after, static) + before
    if axis.inset_end is None:
        return axis.start + (axis.inset_start or 0.0) + before
    if axis.inset_start is None:
        return axis.start + axis.extent - axis.inset_end - after - size
    return axis.start + axis.inset_start + _share_room(axis, size, alignment, rtl)


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


def _share_room(axis: _Axis, size: float, alignment: Alignment, rtl: bool) -> float:
    """Both insets are given: auto margins take what is left, else alignment or the start side wins."""
    room = axis.room - size
    if axis.margin_start is None and axis.margin_end is None:
        return snap(room / 2) if room > 0 else (room if rtl else 0.0)
    if axis.margin_start is None:
        return room
    before = axis.margin_start
    if axis.margin_end is None:
        return before
    alignment = settled(alignment, room)
    if alignment == "center":
        return before + snap(room / 2)
    toward_end = alignment in ("end", "self-end", "flex-end", "right")
    toward_start = alignment in ("start", "self-start", "flex-start", "left")
    if toward_end or (rtl and not toward_start):
        return before + room
    return before
