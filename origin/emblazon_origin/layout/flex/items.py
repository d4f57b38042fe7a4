"""Flex items before and after flexing: base sizes and limits (CSS Flexbox §9.2, §4.5) and §9.7."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..boxes.fragment import Fragment
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..contributions import border_box_contribution
from ..frame import Constraints, Frame
from ..layout_unit import snap_nearest, used
from ..sizing import (
    OF_CONTENT,
    Margins,
    clamp,
    extra_of,
    fills_its_room,
    height_by_ratio,
    height_from,
    height_limits,
    margins_of,
    ratio_of,
    replaced_size,
    sizes_of,
    transferred_heights,
    transferred_limits,
    width_by_ratio,
    width_from,
    width_limits,
)
from .plan import ItemPlan


@dataclass(slots=True, eq=False)
class FlexItem:
    """One item; sizes are border box, `main` and `cross` by the container's axes."""

    plan: ItemPlan
    node: Node
    margins: Margins
    base: float
    low: float
    high: float
    hypothetical: float  # the base size within its limits
    main_margins: float
    cross_margins: float
    main_edges: float  # main-axis padding and border
    stretch: float | None  # its definite stretched cross size
    width: float  # in a column container, before its main size is known
    measured: Fragment | None  # there, at that width and its own height
    given_height: float | None = field(init=False)  # in a row, for its first layout
    main: float = field(init=False)
    cross: float = field(init=False)
    main_pos: float = field(init=False)  # of the margin box, from the line's main start
    cross_pos: float = field(init=False)  # of the margin box, from the container's cross start
    y: float = field(init=False)  # of the border box, from the content box's corner
    frozen: bool = field(init=False)
    violation: float = field(init=False)
    fragment: Fragment = field(init=False)

    @property
    def outer_cross(self) -> float:
        """The margin box's cross size."""
        return self.cross + self.cross_margins


def make_item(
    ctx: LayoutContext, frame: Frame, node: Node, plan: ItemPlan, row: bool, stretch_cross: float | None
) -> FlexItem:
    """Determine an item's flex base size and limits; `stretch_cross` is its definite stretched cross size."""
    margins = plan.margins
    if plan.sizes is None or margins is None:
        return _make_item_around(ctx, frame, node, plan, row, stretch_cross)
    base, low, high, cap, floor = plan.sizes
    width, measured = 0.0, None
    if not row:
        width = column_width(ctx, frame, node, stretch_cross)
    if base is None or low is None:
        if row:
            least, most = ctx.content_sizes(node)
            least, most = least + floor, most + floor
        else:
            measured = _with_own_height(ctx, frame, node, width)
            least = most = measured.height
        if base is None:
            base = max(most, floor)
        if low is None:
            low = max(min(least, cap), floor)
    across, down = plan.outer
    return FlexItem(
        plan, node, margins, base, low, high, clamp(base, low, high), across if row else down,
        down if row else across, floor, stretch_cross, width, measured,
    )  # fmt: skip


def _make_item_around(
    ctx: LayoutContext, frame: Frame, node: Node, plan: ItemPlan, row: bool, stretch_cross: float | None
) -> FlexItem:
    """Make an item whose sizes depend on the box around it, or on its ratio."""
    margins = margins_of(node.style, frame.inner_width)
    across, down = margins.horizontal, margins.vertical
    size = (
        _RowSizes(ctx, frame, node, stretch_cross) if row else _ColumnSizes(ctx, frame, node, stretch_cross)
    )
    base = size.basis()
    extra = extra_of(node.style, frame.inner_width)
    floor = extra.width if row else extra.height
    low, high = size.limits()
    base, low, high = max(base, floor), max(low, floor), max(high, floor)
    return FlexItem(
        plan, node, margins, base, low, high, clamp(base, low, high), across if row else down,
        down if row else across, floor, stretch_cross, size.width, size.measured,
    )  # fmt: skip


class _RowSizes:
    """Main size is the width."""

    width = 0.0  # not known yet
    measured = None

    def __init__(self, ctx: LayoutContext, frame: Frame, node: Node, stretch_cross: float | None) -> None:
        self.ctx, self.frame, self.node = ctx, frame, node
        self.sizes: tuple[float, float] | None = None  # of the content
        self.basis_width = frame.inner_width
        self.available = frame.inner_width - margins_of(node.style, frame.inner_width).horizontal
        style = node.style
        height = height_from(node, style.height, frame.height_basis, frame.inner_width)
        self.cross = height if height is not None else stretch_cross
        if self.cross is not None:
            self.cross = clamp(self.cross, *height_limits(node, frame.height_basis, frame.inner_width))

    def specified(self) -> float | None:
        """Return the definite preferred width."""
        return width_from(self.ctx, self.node, self.node.style.width, self.basis_width, self.available)

    def basis(self) -> float:
        """§9.2 step 3."""
        style = self.node.style
        value = style.width if style.flex_basis == "auto" else style.flex_basis
        size = width_from(self.ctx, self.node, value, self.basis_width, self.available)
        return self.content(1) if size is None else size

    def content(self, which: int) -> float:
        """Return the min-content (0) or max-content (1) width; by the ratio of a definite cross size."""
        if self.cross is not None and ratio_of(self.node):
            return width_by_ratio(self.node, self.cross, self.basis_width)
        if self.node.kind == "replaced":
            sized = self.ctx.results.variant(self.node, "automatic width", _without_main)
            if fills_its_room(sized):
                return replaced_size(self.ctx, sized, self.basis_width, self.frame.height_basis)[0]
            return border_box_contribution(self.ctx, sized, self.frame.height_basis)[which]
        extra = extra_of(self.node.style, self.basis_width).width
        if self.sizes is None:
            self.sizes = self.ctx.content_sizes(self.node)
        size = self.sizes[which] + extra
        if ratio_of(self.node):
            size = clamp(size, *transferred_limits(self.node, self.frame.height_basis, self.basis_width))
        return size

    def limits(self) -> tuple[float, float]:
        """Return min and max, with the automatic minimum of §4.5."""
        low, high = width_limits(self.ctx, self.node, self.basis_width, self.available)
        style = self.node.style
        if style.min_width != "auto" or style.overflow_x not in ("visible", "clip"):
            return low, high
        content = min(self.content(0), high)
        if ratio_of(self.node) and self.node.kind != "replaced" and self.cross is not None:
            extra = extra_of(style, self.basis_width).width
            least = self.ctx.content_sizes(self.node)[0] + extra
            content = min(max(content, least), high)
        specified = None if isinstance(style.width, str) else self.specified()
        return (content if specified is None else min(min(specified, high), content)), high


def _without_main(node: Node) -> Node:
    if node.style.width == "auto":
        return node
    return node.restyled(node.style.replace(width="auto", min_width="auto", max_width="none"))


class _ColumnSizes:
    """Main size is the height."""

    def __init__(self, ctx: LayoutContext, frame: Frame, node: Node, stretch_cross: float | None) -> None:
        self.ctx, self.frame, self.node = ctx, frame, node
        self.width = column_width(ctx, frame, node, stretch_cross)
        self.measured: Fragment | None = None

    def basis(self) -> float:
        """§9.2 step 3."""
        style, frame = self.node.style, self.frame
        value = style.height if style.flex_basis == "auto" else style.flex_basis
        size = height_from(self.node, value, frame.height_basis, frame.inner_width)
        return self.content() if size is None else size

    def content(self) -> float:
        """Return the height of the content at the item's width, or by its ratio."""
        if ratio_of(self.node):
            by_ratio = height_by_ratio(self.node, self.width, self.frame.inner_width)
            if self.node.kind == "replaced":
                return by_ratio
            style = self.node.style
            automatic = style.min_height == "auto" and style.height == "auto"
            return max(by_ratio, self._suggested()) if automatic else by_ratio
        return self._laid_out()

    def _suggested(self) -> float:
        """Return the height of the content within the width's limits, taken through the ratio (§4.5)."""
        width = self.frame.inner_width
        return clamp(self._laid_out(), *transferred_heights(self.ctx, self.node, width, width))

    def _laid_out(self) -> float:
        if self.measured is None:
            self.measured = _with_own_height(self.ctx, self.frame, self.node, self.width)
        return self.measured.height

    def limits(self) -> tuple[float, float]:
        """Return min and max, with the automatic minimum of §4.5."""
        style, frame = self.node.style, self.frame
        low, high = height_limits(self.node, frame.height_basis, frame.inner_width)
        if self.node.kind in ("table", "table-wrapper"):  # never lower than its rows (CSS Tables 3 §4.3)
            return max(low, self._laid_out()), high
        if style.max_height in OF_CONTENT:
            high = min(high, self._laid_out())
        if style.min_height != "auto" and style.min_height not in OF_CONTENT:
            return low, high
        if style.min_height == "auto" and style.overflow_y not in ("visible", "clip"):
            return low, high
        content = min(self.content(), high)
        specified = height_from(self.node, style.height, frame.height_basis, frame.inner_width)
        if specified is None or style.min_height != "auto":
            return content, high
        return min(min(specified, high), content), high


def _with_own_height(ctx: LayoutContext, frame: Frame, node: Node, width: float) -> Fragment:
    """Lay an item of a column container out at a width, as high as its content."""
    style = node.style
    given = (style.height, style.min_height, style.max_height) != ("auto", "auto", "none")
    if node.kind != "replaced" and (given or ratio_of(node)):
        node = content_height_twin(ctx, node)
    return ctx.layout(node, Constraints(frame.inner_width, frame.height_basis, width))


def content_height_twin(ctx: LayoutContext, node: Node) -> Node:
    """Return the node with automatic height, sharing its content: for measuring how tall the content is."""
    results = ctx.results.of(node)
    twin = ctx.results.variant(node, "automatic height", _automatic_height)
    of_twin = ctx.results.of(twin)
    of_twin.lines = results.lines
    of_twin.content_sizes = of_twin.content_sizes or results.content_sizes
    return twin


def _automatic_height(node: Node) -> Node:
    twin = node.restyled(
        node.style.replace(height="auto", aspect_ratio=None, min_height="auto", max_height="none")
    )
    twin.is_root_context = twin.is_item = True
    return twin


def line_room(frame: Frame) -> float:
    """Return how wide one line of a column container may be; balanced ones share the room (Flexbox 2 §9)."""
    style = frame.node.style
    if not style.flex_balances or style.flex_line_count == 1:
        return frame.inner_width
    gaps = used(style.column_gap, frame.inner_width) * (style.flex_line_count - 1)
    return max(0.0, frame.inner_width - gaps) / style.flex_line_count


def column_width(ctx: LayoutContext, frame: Frame, node: Node, stretch_cross: float | None) -> float:
    """Return an item's used width in a column container."""
    style, basis = node.style, frame.inner_width
    known = sizes_of(style)
    if stretch_cross is not None and known.widths is not None and known.extra is not None:
        return max(clamp(stretch_cross, *known.widths), known.extra.width)
    available = line_room(frame) - margins_of(style, basis).horizontal
    width = width_from(ctx, node, style.width, basis, available)
    if width is None and stretch_cross is not None:
        width = stretch_cross
    elif width is None:
        width = _fit_width(ctx, frame, node, available)
    low, high = width_limits(ctx, node, basis, available)
    return max(clamp(width, low, high), extra_of(style, basis).width)


def _fit_width(ctx: LayoutContext, frame: Frame, node: Node, available: float) -> float:
    style, basis = node.style, frame.inner_width
    if ratio_of(node):
        value = style.height if style.flex_basis == "auto" else style.flex_basis
        height = height_from(node, value, frame.height_basis, basis)
        if height is not None:
            height = clamp(height, *height_limits(node, frame.height_basis, basis))
            width = width_by_ratio(node, height, basis)
            if node.kind != "replaced" and style.min_width == "auto" and style.overflow_x == "visible":
                width = max(width, ctx.content_sizes(node)[0] + extra_of(style, basis).width)
            return width
    if node.kind == "replaced":
        if fills_its_room(node):
            return replaced_size(ctx, node, basis, frame.height_basis)[0]
        return border_box_contribution(ctx, node, frame.height_basis)[1]
    extra = extra_of(style, basis).width
    low, high = ctx.content_sizes(node)
    return min(high + extra, max(low + extra, available))


def resolve_flexible_lengths(items: list[FlexItem], inner_main: float, gaps: float) -> float:
    """Set `main` of a line's items (CSS Flexbox §9.7); return what their margin boxes take."""
    total = 0.0
    fits = True  # as they are
    for item in items:
        item.main = item.hypothetical
        total += item.hypothetical + item.main_margins
        fits = fits and item.base == item.hypothetical
    if fits and total + gaps == inner_main:  # as in a column that is as high as what it holds
        return total
    # 1. Growing or shrinking?
    growing = total + gaps < inner_main
    # 2. Freeze what cannot flex.
    flexes = False
    for item in items:
        item.frozen = True
        factor = item.plan.grow if growing else item.plan.shrink
        inflexible = item.base > item.hypothetical if growing else item.base < item.hypothetical
        if factor != 0 and not inflexible:
            item.main, item.frozen, flexes = item.base, False, True
    if not flexes:
        return total
    # 3. Initial free space.
    initial = _free_space(items, inner_main, gaps)
    while not all(item.frozen for item in items):  # 4.
        _distribute(items, growing, initial, inner_main, gaps)
        total = _fix_violations(items)
        for item in items:  # 4e.
            if total == 0 or (item.violation > 0 if total > 0 else item.violation < 0):
                item.frozen = True
    return outer_sizes(items)


def outer_sizes(items: list[FlexItem]) -> float:
    """Return what the margin boxes of a line's items take on the main axis."""
    return sum(item.main + item.main_margins for item in items)


def _free_space(items: list[FlexItem], inner_main: float, gaps: float) -> float:
    return inner_main - gaps - sum((i.main if i.frozen else i.base) + i.main_margins for i in items)


def _distribute(items: list[FlexItem], growing: bool, initial: float, inner_main: float, gaps: float) -> None:
    """§9.7 4b and 4c: share the free space by the factors."""
    flexible = [item for item in items if not item.frozen]
    free = _free_space(items, inner_main, gaps)
    factors = sum(i.plan.grow if growing else i.plan.shrink for i in flexible)
    if factors < 1 and abs(initial * factors) < abs(free):
        free = initial * factors
    if growing:
        weights = [item.plan.grow for item in flexible]
    else:
        weights = [item.plan.shrink * max(0.0, item.base - item.main_edges) for item in flexible]
        free = min(free, 0.0)
    for item, part in zip(flexible, _proportional_parts(free, weights), strict=True):
        item.main = item.base + part


def _proportional_parts(space: float, weights: Sequence[float]) -> list[float]:
    """Share a space by weights, on the grid of 1/64 px without loss: the last taker first, as in Chromium."""
    parts = [0.0] * len(weights)
    total = sum(weights)
    for index in reversed(range(len(weights))):
        if total > 0:
            parts[index] = snap_nearest(space * (weights[index] / total))
        space -= parts[index]
        total -= weights[index]
    return parts


def _fix_violations(items: list[FlexItem]) -> float:
    """§9.7 4d: clamp; return the total violation."""
    total = 0.0
    for item in items:
        if item.frozen:
            item.violation = 0.0
            continue
        clamped = clamp(item.main, item.low, item.high)
        item.violation = clamped - item.main
        item.main = clamped
        total += item.violation
    return total
