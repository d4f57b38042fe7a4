"""Sizes of replaced elements: CSS 2 §10.3.2, §10.4 and §10.6.2 with CSS Sizing 4 ratios."""

from __future__ import annotations

from .boxes.nodes import Node
from .context import LayoutContext
from .sizing import (
    INFINITY,
    clamp,
    extra_of,
    height_by_ratio,
    height_from,
    height_limits,
    margins_of,
    ratio_of,
    width_by_ratio,
    width_from,
    width_limits,
)

DEFAULT_WIDTH, DEFAULT_HEIGHT = 300.0, 150.0


def replaced_size(
    ctx: LayoutContext,
    node: Node,
    basis: float,
    height_basis: float | None,
    fixed_width: float | None = None,
    fixed_height: float | None = None,
) -> tuple[float, float]:
    """Return the used border box size."""
    available = basis - margins_of(node.style, basis).horizontal
    width = (
        fixed_width if fixed_width is not None else width_from(ctx, node, node.style.width, basis, available)
    )
    height = (
        fixed_height
        if fixed_height is not None
        else height_from(node, node.style.height, height_basis, basis)
    )
    low_w, high_w = width_limits(ctx, node, basis, available) if fixed_width is None else (0.0, INFINITY)
    low_h, high_h = height_limits(node, height_basis, basis) if fixed_height is None else (0.0, INFINITY)
    ratio = ratio_of(node)
    if width is not None:
        width = clamp(width, low_w, high_w)
    if height is not None:
        height = clamp(height, low_h, high_h)
    if width is not None and height is None:
        height = height_by_ratio(node, width, basis) if ratio else _natural(node, basis)[1]
        return width, clamp(height, low_h, high_h)
    if height is not None and width is None:
        width = width_by_ratio(node, height, basis) if ratio else _natural(node, basis)[0]
        return clamp(width, low_w, high_w), height
    if width is not None and height is not None:
        return width, height
    width, height = _automatic(node, basis, available)
    if not ratio:
        return clamp(width, low_w, high_w), clamp(height, low_h, high_h)
    return _constrain(node, basis, width, height, (low_w, high_w), (low_h, high_h))


def _natural(node: Node, basis: float) -> tuple[float, float]:
    """Return the natural size as a border box, with the default object size for what is missing."""
    extra = extra_of(node.style, basis)
    width = DEFAULT_WIDTH if node.natural_width is None else node.natural_width
    height = DEFAULT_HEIGHT if node.natural_height is None else node.natural_height
    return width + extra.width, height + extra.height


def _automatic(node: Node, basis: float, available: float) -> tuple[float, float]:
    """Both sizes are auto: natural size, else by the ratio from the natural or available width."""
    extra = extra_of(node.style, basis)
    if not ratio_of(node):
        return _natural(node, basis)
    if node.natural_width is not None:
        width = node.natural_width + extra.width
    elif node.natural_height is not None:
        height = node.natural_height + extra.height
        return width_by_ratio(node, height, basis), height
    else:
        width = max(available, extra.width)
    return width, height_by_ratio(node, width, basis)


def _constrain(
    node: Node,
    basis: float,
    width: float,
    height: float,
    widths: tuple[float, float],
    heights: tuple[float, float],
) -> tuple[float, float]:
    """Resolve violated limits while keeping the ratio: the table of CSS 2 §10.4."""
    (low_w, high_w), (low_h, high_h) = widths, heights
    high_w, high_h = max(low_w, high_w), max(low_h, high_h)
    by_width = height_by_ratio(node, clamp(width, low_w, high_w), basis)
    by_height = width_by_ratio(node, clamp(height, low_h, high_h), basis)
    wide, tall = width > high_w, height > high_h
    narrow, short = width < low_w, height < low_h
    if wide and tall:
        return (
            (high_w, max(low_h, by_width))
            if high_w * height <= high_h * width
            else (max(low_w, by_height), high_h)
        )
    if narrow and short:
        return (
            (min(high_w, by_height), low_h)
            if low_w * height <= low_h * width
            else (low_w, min(high_h, by_width))
        )
    if narrow and tall:
        return low_w, high_h
    if wide and short:
        return high_w, low_h
    if wide:
        return high_w, max(by_width, low_h)
    if narrow:
        return low_w, min(by_width, high_h)
    if tall:
        return max(by_height, low_w), high_h
    if short:
        return min(by_height, high_w), low_h
    return width, height
