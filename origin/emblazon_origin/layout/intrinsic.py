"""Intrinsic widths: min-content and max-content sizes (CSS Sizing 3 §4)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ..style.values.value_types import Length
from ..text.line_model import AtomicItem
from .boxes.fragment import Measured
from .boxes.nodes import Absolute, Atomic, Node
from .columns.flow import is_spanner
from .columns.layout import columns_content_sizes
from .context import LayoutContext
from .contributions import (
    Pair,
    border_box_contribution,
    contribution,
    definite_inner_height,
    without_relative_widths,
)
from .flex.layout import balanced_lines, columns_width
from .flow.inline_context import first_line_of, has_substance, inline_items
from .grid.layout import grid_content_sizes
from .layout_work import LayoutExhausted
from .renewal import still_measured
from .sizing import DEFAULT_WIDTH, extra_of, fills_its_room, margins_of, replaced_size, to_border_box
from .table.layout import table_content_sizes
from .turned import turned_content_sizes


def content_sizes(ctx: LayoutContext, node: Node) -> Pair:
    """Return the min-content and max-content width of the content box; known once measured."""
    results = ctx.results.of(node)
    if results.content_sizes is None:
        outer, ctx.asked = ctx.asked, []
        try:
            measured = still_measured(ctx, results.old_measured)
            if measured is None:
                ctx.asked.clear()
                measured = Measured(_measured(ctx, node), ctx.asked, ctx.results.drawing)
        except LayoutExhausted:
            return 0.0, 0.0
        finally:
            ctx.asked = outer
        results.measured, results.content_sizes = measured, measured.sizes
    return results.content_sizes


def _measured(ctx: LayoutContext, node: Node) -> Pair:
    ctx.count_pass(node.kind)
    if node.kind != "replaced" and not node.style.contain.isdisjoint(("size", "inline-size")):
        fixed = node.style.contain_intrinsic_width
        sizes = (
            ctx.content_sizes(ctx.results.variant(node, "empty", Node.emptied))
            if fixed is None
            else (fixed, fixed)
        )
    elif node.kind == "turned":
        sizes = turned_content_sizes(ctx, node)
    elif node.kind == "inline":
        sizes = _inline_sizes(ctx, node)
    elif node.kind == "flex":
        sizes = _flex_sizes(ctx, node)
    elif node.kind == "grid":
        sizes = grid_content_sizes(ctx, node)
    elif node.kind == "table":
        sizes = table_content_sizes(ctx, node)
    elif node.kind == "table-wrapper":
        low, high = max(border_box_contribution(ctx, c) for c in node.children if c.kind == "table")
        captions = [contribution(ctx, c, None)[0] for c in node.children if c.kind != "table"]
        sizes = (max(low, *captions), high)  # no caption is wider than its table (§4.2)
    elif node.kind == "replaced":
        basis = 0.0 if fills_its_room(node) else DEFAULT_WIDTH
        size = replaced_size(ctx, without_relative_widths(ctx, node), basis, None)
        width = size[0] - extra_of(node.style, basis).width
        sizes = (width, width)
    elif node.kind == "columns":
        sizes = _columns_sizes(ctx, node)
    else:
        sizes = _block_sizes(ctx, node, node.children)
    return sizes[0], max(sizes)


def _columns_sizes(ctx: LayoutContext, node: Node) -> Pair:
    """Return the widths of the columns side by side; what spans them all needs to be there once."""
    basis = definite_inner_height(ctx, node)
    runs = [child for child in node.children if not is_spanner(child)]
    low, high = columns_content_sizes(node.style, *_block_sizes(ctx, node, runs))
    for child in node.children:
        if is_spanner(child):
            child_low, child_high = contribution(ctx, child, basis)
            low, high = max(low, child_low), max(high, child_high)
    return low, high


def _block_sizes(ctx: LayoutContext, node: Node, children: Sequence[Node]) -> Pair:
    low = high = beside = 0.0  # floats stand beside each other, up to the next block or what clears them
    basis = definite_inner_height(ctx, node)
    for child in children:
        if child.is_out_of_flow:
            continue
        child_low, child_high = contribution(ctx, child, basis)
        low = max(low, child_low)
        if child.style.clear != "none":
            high, beside = max(high, beside), 0.0
        if child.is_float:
            beside += child_high
            high = max(high, beside)
            continue
        if child.is_root_context or child.element is None:  # other blocks lie behind the floats
            child_high += beside
        high, beside = max(high, child_high, beside), 0.0
    return low, high


def _flex_sizes(ctx: LayoutContext, node: Node) -> Pair:
    """CSS Flexbox §9.9.1, as browsers do it: flex factors count only where they are 0."""
    style = node.style
    column = style.flex_direction.startswith("column")
    basis = definite_inner_height(ctx, node)
    sizes = {
        child: contribution(ctx, child, basis) if column else _flex_contribution(ctx, child, basis)
        for child in node.children
        if not child.is_out_of_flow
    }
    if not sizes:
        return 0.0, 0.0
    items = list(sizes.values())
    widest = max(low for low, _ in items)
    if column:
        if style.flex_wrap == "nowrap":
            return widest, max(high for _, high in items)
        return widest, columns_width(ctx, node, {child: high for child, (_, high) in sizes.items()})
    gap = style.column_gap.px
    gaps = gap * (len(items) - 1)
    if style.flex_wrap == "nowrap":
        return sum(low for low, _ in items) + gaps, sum(high for _, high in items) + gaps
    if style.flex_balances:
        return widest, _balanced_width([high for _, high in items], gap, style.flex_line_count)
    return widest, sum(high for _, high in items) + gaps


def _balanced_width(sizes: list[float], gap: float, least: int) -> float:
    """Return the longest of the lines over which items are balanced that nothing limits."""
    longest, rest = 0.0, iter(sizes)
    for count in balanced_lines(sizes, float("inf"), gap, least) or [len(sizes)]:
        longest = max(longest, sum(islice(rest, count)) + gap * (count - 1))
    return longest


def _flex_contribution(ctx: LayoutContext, node: Node, height_basis: float | None) -> Pair:
    """Return an item's contributions: its base size bounds them where it cannot grow or shrink."""
    margins = margins_of(node.style, 0.0).horizontal
    low, high = (size + margins for size in border_box_contribution(ctx, node, height_basis))
    basis = node.style.flex_basis
    if isinstance(basis, Length) and basis.is_absolute:
        base = to_border_box(node.style, basis.px, extra_of(node.style, 0.0).width) + margins
        if node.style.flex_grow == 0:
            low, high = min(low, base), min(high, base)
        if node.style.flex_shrink == 0:
            low, high = max(low, base), max(high, base)
        least = _automatic_minimum(ctx, node) + margins
        low, high = max(low, least), max(high, least)
    return low, high


def _automatic_minimum(ctx: LayoutContext, node: Node) -> float:
    """Return the border box width that `min-width: auto` stands for (CSS Flexbox §4.5)."""
    style = node.style
    if style.min_width != "auto" or style.overflow_x not in ("visible", "clip"):
        return 0.0
    extra = extra_of(style, 0.0).width
    least = ctx.content_sizes(node)[0] + extra
    if isinstance(style.width, Length) and style.width.is_absolute:
        least = min(least, to_border_box(style, style.width.px, extra))
    return least


def _inline_sizes(ctx: LayoutContext, node: Node) -> Pair:
    if not has_substance(node.content):
        return 0.0, 0.0
    basis = definite_inner_height(ctx, node)
    atomics = {
        entry.node: contribution(ctx, entry.node, basis)
        for entry in node.content
        if isinstance(entry, Atomic)
    }

    def sizes(index: int) -> Pair:
        items, nodes = inline_items(
            node.content, 0.0, lambda child: AtomicItem(child.style, atomics[child][index], 0.0, 0.0)
        )
        first = first_line_of(node, node.content, 0.0, nodes)
        return ctx.text.intrinsic_widths(items, node.style, ctx.work.take, first)

    low, high = sizes(1)
    if any(a != b for a, b in atomics.values()):
        low = sizes(0)[0]
    if node.holds_floats:
        for entry in node.content:
            if isinstance(entry, Absolute) and entry.node.is_float:
                float_low, float_high = contribution(ctx, entry.node, basis)
                low, high = max(low, float_low), high + float_high
    return low, high
