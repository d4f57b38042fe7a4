"""Put a laid-out child into its parent's content, with its relative offset.

Where nothing scrolls, sticky positioning is such an offset too (CSS Positioned Layout 3 §3.4).
"""

from __future__ import annotations

from typing import cast

from ..style.values.computed import Alignment, ComputedStyle
from ..style.values.value_types import Length
from .alignment import Edge, start_share
from .boxes.box import Rect
from .boxes.fragment import ContentLayout, Fragment, OutOfFlowBox, Placed, StaticPosition
from .boxes.nodes import Node
from .layout_unit import used
from .sizing import margins_of


def place(
    content: ContentLayout, fragment: Fragment, x: float, y: float, basis: float, height_basis: float | None
) -> None:
    """Add a child with its border box corner at x, y (before `position: relative` moves it)."""
    node = fragment.node
    if node.moved_by or node.style.position == "relative":
        dx, dy = relative_offset(node.style, basis, height_basis)
        for style in node.moved_by:
            right, down = relative_offset(style, basis, height_basis)
            dx, dy = dx + right, dy + down
        x, y = x + dx, y + dy
    content.children.append(Placed(fragment, x, y))
    if fragment.pending:
        content.pending.extend(p.moved(x, y) for p in fragment.pending)


def postpone(content: ContentLayout, node: Node, static: StaticPosition) -> None:
    """Leave an absolutely positioned child to its containing block."""
    content.pending.append(OutOfFlowBox(node, static))


def static_position(
    child: Node, across: Alignment, rtl: bool, at: tuple[float, float], room: Rect
) -> StaticPosition:
    """Return the static position of a box that would begin `at` a point, aligned in the room that it has."""
    own = child.style
    align_y = _EDGES.get(_plain(own.align_self), "start")
    y, height = (at[1], 0.0) if align_y == "start" else (room.y, room.height)
    if _plain(across) in _UNALIGNED:
        return StaticPosition(at[0], y, 0.0, height, "start", align_y, rtl)
    share = start_share(_plain(across), rtl, own.direction == "rtl")
    align_x: Edge = "start" if share == 0.0 else "center" if share == 0.5 else "end"
    return StaticPosition(room.x, y, room.width, height, align_x, align_y)


def _plain(value: Alignment) -> Alignment:
    """Return an alignment without its overflow position."""
    return cast(Alignment, value.rpartition("safe ")[2])


_UNALIGNED = frozenset(("auto", "normal", "stretch", "baseline", "last baseline"))
_EDGES: dict[str, Edge] = {
    "center": "center", "end": "end", "self-end": "end", "flex-end": "end", "last baseline": "end",
}  # fmt: skip


def relative_offset(style: ComputedStyle, basis: float, height_basis: float | None) -> tuple[float, float]:
    """Return the shift of a relatively positioned box (CSS 2 §9.4.3)."""
    if style.position != "relative":
        return 0.0, 0.0
    left = None if isinstance(style.left, str) else used(style.left, basis)
    right = None if isinstance(style.right, str) else used(style.right, basis)
    top = bottom = None
    if not isinstance(style.top, str) and (height_basis is not None or style.top.is_absolute):
        top = used(style.top, height_basis or 0.0)
    if not isinstance(style.bottom, str) and (height_basis is not None or style.bottom.is_absolute):
        bottom = used(style.bottom, height_basis or 0.0)
    if left is not None and right is not None and style.direction == "rtl":
        left = None
    dx = left if left is not None else -(right or 0.0)
    dy = top if top is not None else -(bottom or 0.0)
    return dx, dy


def sticky_corner(style: ComputedStyle, rect: Rect, container: Rect, port: Rect) -> tuple[float, float]:
    """Return where the border box `rect` sticks: in `port` by its insets, never out of `container`."""
    margins = margins_of(style, container.width)
    x = _stuck(
        rect.x, rect.width, style.left, style.right, (port.x, port.width),
        container.x + (margins.left or 0.0), container.x + container.width - (margins.right or 0.0),
    )  # fmt: skip
    y = _stuck(
        rect.y, rect.height, style.top, style.bottom, (port.y, port.height),
        container.y + (margins.top or 0.0), container.y + container.height - (margins.bottom or 0.0),
    )  # fmt: skip
    return x, y


def _stuck(
    start: float,
    size: float,
    near: Length | str,
    far: Length | str,
    port: tuple[float, float],
    lowest: float,
    highest: float,
) -> float:
    """Return the start on one axis; the near inset wins over the far one."""
    position = start
    if not isinstance(far, str):
        limit = port[0] + port[1] - used(far, port[1]) - size
        if position > limit:
            position = max(limit, min(start, lowest))
    if not isinstance(near, str):
        limit = port[0] + used(near, port[1])
        if position < limit:
            position = min(limit, max(start, highest - size))
    return position
