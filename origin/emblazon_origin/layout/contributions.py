"""Contributions: what a box asks of its container (CSS Sizing 3 §5)."""

from __future__ import annotations

from ..style.values.value_types import Length
from .alignment import item_alignment
from .boxes.nodes import Node
from .context import LayoutContext
from .sizing import (
    DEFAULT_WIDTH,
    clamp,
    extra_of,
    fills_its_room,
    height_from,
    height_limits,
    margins_of,
    ratio_of,
    replaced_size,
    to_border_box,
    transferred_limits,
    width_by_ratio,
)

Pair = tuple[float, float]


def contribution(ctx: LayoutContext, node: Node, height_basis: float | None = None) -> Pair:
    """Return the min-content and max-content contributions of the margin box to its container."""
    low, high = border_box_contribution(ctx, node, height_basis)
    margins = margins_of(node.style, 0.0).horizontal
    return max(0.0, low + margins), max(0.0, high + margins)


def border_box_contribution(
    ctx: LayoutContext, node: Node, height_basis: float | None = None, fixed_height: float | None = None
) -> Pair:
    """Return the contributions without margins; percentages count as auto, none or 0 (§5.2).

    `fixed_height` is the border box height that stretching gives a box with a ratio.
    """
    style = node.style
    extra = extra_of(style, 0.0)
    low_limit = _limit(ctx, node, style.min_width, extra.width) or 0.0
    high_limit = _limit(ctx, node, style.max_width, extra.width)
    high_limit = float("inf") if high_limit is None else high_limit
    width = _limit(ctx, node, style.width, extra.width)
    if width is not None:
        return (clamp(width, low_limit, high_limit),) * 2
    if node.kind == "replaced":
        basis = 0.0 if fills_its_room(node) else DEFAULT_WIDTH
        width = replaced_size(ctx, without_relative_widths(ctx, node), basis, height_basis)[0]
        width += extra.width - extra_of(style, basis).width
        compressible = any(
            isinstance(value, Length) and not value.is_absolute for value in (style.width, style.max_width)
        )
        return clamp(0.0 if compressible else width, low_limit, high_limit), clamp(
            width, low_limit, high_limit
        )
    height = fixed_height
    if height is None and ratio_of(node):
        height = height_from(node, style.height, height_basis, 0.0)
    if height is not None:
        height = clamp(height, *height_limits(node, height_basis, 0.0))
        if style.min_width == "auto" and style.overflow_x == "visible":
            low_limit = max(low_limit, min(ctx.content_sizes(node)[0] + extra.width, high_limit))
        return (clamp(width_by_ratio(node, height, 0.0), low_limit, high_limit),) * 2
    low, high = ctx.content_sizes(node)
    low, high = low + extra.width, high + extra.width
    if ratio_of(node):
        transferred = transferred_limits(node, height_basis, 0.0)
        low, high = clamp(low, *transferred), clamp(high, *transferred)
    return clamp(low, low_limit, high_limit), clamp(high, low_limit, high_limit)


def definite_inner_height(ctx: LayoutContext, node: Node) -> float | None:
    """Return the content height that styles alone make definite, for percentages inside; kept."""
    results = ctx.results.of(node)
    if results.definite_height is None:
        results.definite_height = (_definite_inner_height(ctx, node),)
    return results.definite_height[0]


def _definite_inner_height(ctx: LayoutContext, node: Node) -> float | None:
    parent = node.parent
    if node.element is None and not node.is_item and parent is not None:
        return definite_inner_height(ctx, parent)  # percentages look through anonymous boxes
    around = None if parent is None else definite_inner_height(ctx, parent)
    height = height_from(node, node.style.height, around, 0.0)
    if height is None and parent is not None and around is not None and _fills_row(node, parent):
        height = around - margins_of(node.style, 0.0).vertical
    if height is None:
        return None
    height = clamp(height, *height_limits(node, around, 0.0))
    return max(0.0, height - extra_of(node.style, 0.0).height)


def _fills_row(node: Node, parent: Node) -> bool:
    """True for an item that is as high as its single-line flex row (CSS Flexbox §9.8)."""
    style, container = node.style, parent.style
    return (
        node.is_item
        and parent.kind == "flex"
        and container.flex_direction.startswith("row")
        and container.flex_wrap == "nowrap"
        and style.height == "auto"
        and style.margin_top != "auto"
        and style.margin_bottom != "auto"
        and item_alignment(style.align_self, container.align_items) == "stretch"
    )


def without_relative_widths(ctx: LayoutContext, node: Node) -> Node:
    """Return a replaced node whose widths in percent or by keyword count as auto, none and 0."""
    return ctx.results.variant(node, "own widths", _without_relative_widths)


def _without_relative_widths(node: Node) -> Node:
    style = node.style
    changes: dict[str, object] = {}
    for name, neutral in (("width", "auto"), ("min_width", "auto"), ("max_width", "none")):
        value = getattr(style, name)
        if value != neutral and not (isinstance(value, Length) and value.is_absolute):
            changes[name] = neutral
    if not changes:
        return node
    return node.restyled(style.replace(**changes))


def _limit(ctx: LayoutContext, node: Node, value: object, extra: float) -> float | None:
    """Return a border box width that needs no containing block; None otherwise."""
    if isinstance(value, Length):
        return to_border_box(node.style, value.px, extra) if value.is_absolute else None
    if value not in ("min-content", "max-content"):
        return None
    size = ctx.content_sizes(node)[value == "max-content"] + extra
    return clamp(size, *transferred_limits(node, None, 0.0)) if ratio_of(node) else size
