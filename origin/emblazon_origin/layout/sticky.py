"""Sticky positioning where nothing scrolls (CSS Positioned Layout 3 §3.4)."""

from __future__ import annotations

from ..style.values.computed import ComputedStyle
from ..style.values.value_types import Length
from .boxes.box import Rect
from .layout_unit import used
from .sizing import margins_of


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
