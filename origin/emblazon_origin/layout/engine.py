"""Lay out one box: its used size, its content by the algorithm of its kind, its absolute descendants.

Most boxes' layout does not depend on the height around them (`minds_height`): they need no second layout
then.
"""

from __future__ import annotations

from collections.abc import Callable

from .absolute import place_absolutes
from .alignment import content_shift, shift_content
from .boxes.box import Sides
from .boxes.fragment import NO_MARGINS, ContentLayout, Fragment, Strut
from .boxes.nodes import Kind, Node
from .columns.layout import layout_columns
from .context import LayoutContext
from .flex.items import content_height_twin
from .flex.layout import layout_flex
from .flow.block import layout_block
from .flow.floats import FloatContext, FloatScope
from .flow.inline_context import layout_inline_content
from .flow.list_markers import place_marker
from .flow_space import lies_across
from .frame import Constraints, Frame
from .grid.layout import layout_grid
from .height_needs import holds_minders, ignores_own_height, is_quirky, is_settled_by_width, minds_height
from .intrinsic import content_sizes
from .layout_work import LayoutExhausted
from .renewal import renewed
from .ruled_gaps import has_rules
from .sizing import (
    OF_CONTENT,
    BoxHeight,
    border_of,
    clamp,
    edges_of,
    extra_of,
    height_by_ratio,
    height_from,
    height_limits,
    is_limited_by_content,
    margins_of,
    padding_of,
    ratio_of,
    replaced_size,
    sizes_of,
    struts_of,
    transferred_limits,
    width_by_ratio,
    width_from,
    width_limits,
)
from .table.layout import layout_table, layout_wrapper
from .turned import layout_turned

__all__ = ["content_sizes", "layout"]

ALGORITHMS: dict[Kind, Callable[[LayoutContext, Frame], ContentLayout]] = {
    "block": layout_block,
    "inline": layout_inline_content,
    "flex": layout_flex,
    "grid": layout_grid,
    "columns": layout_columns,
    "table": layout_table,
    "table-wrapper": layout_wrapper,
    "turned": layout_turned,
}


# These look into the fragments of what they hold, or put copies of them in place.
_DEEP = frozenset(("table", "columns"))
_PLAIN = frozenset(("block", "inline", "flex", "grid", "columns"))


def _is_plain(node: Node) -> bool:
    """Whether a box is as high as its style or its content says, and takes that content as it comes."""
    if node.is_plain is None:
        style = node.style
        node.is_plain = (
            node.kind in _PLAIN
            and sizes_of(style).own_height is not None
            and node.natural_ratio is None
            and style.overflow_y in ("visible", "clip")
            and not style.contain
            and not _aligns_content(node)
        )
    return node.is_plain


def _looks_inside(node: Node) -> bool:
    """Whether a box's layout depends on more of what it holds than it asks: on lines at any depth, say."""
    if node.looks_inside is None:
        counts_lines = node.kind == "block" and node.style.line_clamp is not None
        node.looks_inside = node.kind in _DEEP or counts_lines or has_rules(node.style)
    return node.looks_inside


def layout(ctx: LayoutContext, node: Node, constraints: Constraints) -> Fragment:
    """Return the box's fragment."""
    scope = ctx.floats
    floating = scope is not None and not node.is_root_context and (node.holds_floats or scope.reaches_down)
    results = ctx.results.of(node)
    fragments = results.fragments
    constraints = _those_that_matter(node, constraints)
    if not floating and (known := fragments.get(constraints)) is not None:
        return known
    if constraints.height is not None and not floating and is_settled_by_width(node):
        basis, around, width, _, shrink, _, adopted = constraints
        natural = fragments.get(Constraints(basis, around, width, None, shrink, adopted=adopted))
        if natural is not None and natural.height != constraints.height:
            natural = _as_high(natural, constraints.height) if ignores_own_height(node) else None
        if natural is not None:
            fragments[constraints] = natural
            return natural
    if not floating:  # else it depends on where it lies
        ctx.floats = FloatScope(FloatContext()) if node.is_root_context and node.holds_floats else None
    outer, ctx.asked = ctx.asked, []
    try:
        old = None if ctx.floats else results.old_fragments.get(constraints)
        fragment = None if old is None else renewed(ctx, old)
        if fragment is None:
            ctx.asked.clear()
            fragment = _layout(ctx, node, constraints)
            fragment.asked = ctx.asked if ctx.floats is None and not _looks_inside(node) else None
            fragment.drawing = ctx.results.drawing
    except LayoutExhausted:
        ctx.work.left_out += 1
        fragment = _left_out(node, fragments, constraints)
    finally:
        ctx.floats, ctx.asked = scope, outer
    if not floating:
        if len(fragments) >= MAX_FRAGMENTS:
            fragments.clear()
        fragments[constraints] = fragment
    return fragment


MAX_FRAGMENTS = 64  # of one box; a kept document would gather them without end


def _as_high(fragment: Fragment, height: float) -> Fragment:
    """Return a fragment at another height, which changes nothing inside."""
    copied = fragment.copied()
    copied.height = height
    return copied


def _those_that_matter(node: Node, constraints: Constraints) -> Constraints:
    """Return the constraints without what nothing in the box looks at: one layout does for all of them."""
    basis, around, width, height, shrink, _, adopted = constraints
    is_definite = constraints.height_is_definite
    deaf = around is not None and not minds_height(node)
    settled = not is_definite and (height is None or not holds_minders(node))
    if not (deaf or settled):
        return constraints
    return Constraints(
        basis, None if deaf else around, width, height, shrink, is_definite or settled, adopted
    )


def _left_out(node: Node, fragments: dict[Constraints, Fragment], constraints: Constraints) -> Fragment:
    """Return what an earlier pass made of a box that there is no work left for, or nothing."""
    if fragments:
        return next(reversed(fragments.values()))
    none = Sides(0.0, 0.0, 0.0, 0.0)
    return Fragment(
        node, constraints.width or 0.0, constraints.height or 0.0, none, none, [], [], None, None, [],
        is_left_out=True,
    )  # fmt: skip


def _layout(ctx: LayoutContext, node: Node, constraints: Constraints) -> Fragment:
    ctx.count_pass(node.kind)
    if node.kind == "replaced":
        return _layout_replaced(ctx, node, constraints)
    width = constraints.width
    if width is None:
        width = _used_width(ctx, node, constraints)
    if node.kind in ("table", "table-wrapper"):  # never narrower than its content (CSS Tables 3 §4.2)
        extra = extra_of(node.style, constraints.containing_width)
        width = max(width, ctx.content_sizes(node)[0] + extra.width)
    height = _specified_height(node, constraints, width)
    if height.value is not None:
        height = _within_content(ctx, node, constraints, width, height)
    return _layout_content(ctx, node, constraints, width, height)


def _layout_replaced(ctx: LayoutContext, node: Node, constraints: Constraints) -> Fragment:
    basis = constraints.containing_width
    width, height = replaced_size(
        ctx, node, basis, constraints.containing_height, constraints.width, constraints.height
    )
    border, padding = border_of(node.style), padding_of(node.style, basis)
    margins = margins_of(node.style, basis)
    return Fragment(
        node, width, height, border, padding, [], [], None, None, [], [], None,
        Strut().add(margins.top or 0.0), Strut().add(margins.bottom or 0.0),
    )  # fmt: skip


def _used_width(ctx: LayoutContext, node: Node, constraints: Constraints) -> float:
    basis, height_basis, _, height, shrink, _, _ = constraints
    available = basis - margins_of(node.style, basis).horizontal
    extra = extra_of(node.style, basis).width
    low, high = width_limits(ctx, node, basis, available)
    if height is None and ratio_of(node):
        height = height_from(node, node.style.height, height_basis, basis)
    by_ratio = height is not None and ratio_of(node) is not None
    intrinsic = node.style.width in ("min-content", "max-content", "fit-content") and by_ratio
    width = None if intrinsic else width_from(ctx, node, node.style.width, basis, available)
    if width is None:
        if height is not None and by_ratio:
            width = width_by_ratio(node, clamp(height, *height_limits(node, height_basis, basis)), basis)
            if node.style.min_width == "auto" and node.style.overflow_x == "visible":
                low = max(low, min(ctx.content_sizes(node)[0] + extra, high))
        elif shrink or _is_as_wide_as_its_content(node):
            minimum, maximum = ctx.content_sizes(node)
            width = min(maximum + extra, max(minimum + extra, available))
            if ratio_of(node):
                width = clamp(width, *transferred_limits(node, height_basis, basis))
        else:
            width = max(available, extra)
            if ratio_of(node):
                width = clamp(width, *transferred_limits(node, height_basis, basis))
    return max(clamp(width, low, high), extra)


def _is_as_wide_as_its_content(node: Node) -> bool:
    """Whether an automatic width does not fill the room that there is."""
    style = node.style
    if node.kind == "turned":
        return lies_across(style.writing_mode, style.flow)
    return node.kind in ("table", "table-wrapper") and style.justify_self != "stretch"


def _specified_height(node: Node, constraints: Constraints, width: float) -> BoxHeight:
    basis, height_basis, _, fixed, _, definite, _ = constraints
    if fixed is not None:
        return BoxHeight(fixed, fixed, fixed, False, definite, False)
    known = sizes_of(node.style).own_height
    if known is not None and node.natural_ratio is None:
        return known
    low, high = height_limits(node, height_basis, basis)
    height = height_from(node, node.style.height, height_basis, basis)
    by_ratio = height is None and ratio_of(node) is not None
    if by_ratio:
        height = height_by_ratio(node, width, basis)
    if height is None:
        return BoxHeight(None, low, high, False, False)
    height = max(clamp(height, low, high), extra_of(node.style, basis).height)
    return BoxHeight(height, low, high, by_ratio, True)


def _within_content(
    ctx: LayoutContext, node: Node, constraints: Constraints, width: float, height: BoxHeight
) -> BoxHeight:
    """Limit a specified height by `min-height` and `max-height` that ask for the content's."""
    style = node.style
    if not height.is_own or node.kind == "grid" or not is_limited_by_content(style) or height.value is None:
        return height
    basis, around = constraints.containing_width, constraints.containing_height
    content = ctx.layout(content_height_twin(ctx, node), Constraints(basis, around, width=width)).height
    high = min(height.high, content) if style.max_height in OF_CONTENT else height.high
    asks = style.min_height in OF_CONTENT and not _breaks_by_its_height(node)
    low = max(height.low, content) if asks else height.low
    return height._replace(value=clamp(height.value, low, high), low=low, high=high)


def _layout_content(
    ctx: LayoutContext,
    node: Node,
    constraints: Constraints,
    width: float,
    height: BoxHeight,
) -> Fragment:
    basis = constraints.containing_width
    frame = _frame(node, basis, constraints.containing_height, width, height)
    if constraints.adopted is not None:
        frame = frame._replace(adopted=constraints.adopted)
    content = _content(ctx, frame)
    is_plain = _is_plain(node)
    if not is_plain and "size" in node.style.contain:
        content.height = _contained_height(ctx, frame)
    extra = frame.border.top + frame.border.bottom + frame.padding.top + frame.padding.bottom
    used_height = _used_height(node, height, content.height, extra)
    if not is_plain and _aligns_content(node):
        room = used_height - extra - content.height
        shift_content(content, content_shift(node.style, room))
    fragment = Fragment(
        node, width - content.narrower, used_height, frame.border, frame.padding, content.children,
        content.lines, content.first_baseline, content.last_baseline, content.pending, content.atomics,
        content.inline,
    )  # fmt: skip
    fragment.content_height = content.height
    fragment.pull = content.pull
    if not is_plain:
        _keep_baselines_within(fragment)
    _collapse_margins(fragment, content, basis, height)
    if fragment.pending:
        place_absolutes(ctx, fragment, content)
        if content.area_of and fragment.pending:
            fragment.areas = content.area_of
    return fragment


def _keep_baselines_within(fragment: Fragment) -> None:
    """Take a box's baselines into its border box where it scrolls, and away where it is contained."""
    style = fragment.node.style
    if style.overflow_y not in ("visible", "clip"):
        fragment.first_baseline = _within(fragment.first_baseline, fragment.height)
        fragment.last_baseline = _within(fragment.last_baseline, fragment.height)
    if "layout" in style.contain:
        fragment.first_baseline = fragment.last_baseline = None


def _used_height(node: Node, height: BoxHeight, content: float, extra: float) -> float:
    """Return the border box height, now that the height of the content is known."""
    natural = content + extra
    used = height.value
    if _is_plain(node):
        return used if used is not None else max(clamp(natural, height.low, height.high), extra)
    if node.kind == "table" or _is_turned_table(node):  # never lower than its rows
        used = max(natural, height.low if used is None else used)
    elif used is None:
        used = max(clamp(natural, height.low, height.high), extra)
    elif height.by_ratio and _has_automatic_minimum(node):
        # CSS Sizing 4 §5.1.2: the automatic minimum of a box with a ratio is its content.
        used = clamp(max(used, natural), height.low, height.high)
    measured = height.value is None or node.kind == "grid" or _breaks_by_its_height(node)
    if height.is_own and measured and node.style.min_height in OF_CONTENT:
        used = max(used, natural)
    return used


def _breaks_by_its_height(node: Node) -> bool:
    """Whether a box's height decides where its content is broken: its content's is measured at that one."""
    style = node.style
    return node.kind == "flex" and style.flex_wrap != "nowrap" and style.flex_direction.startswith("column")


def _is_turned_table(node: Node) -> bool:
    """Whether a box's height is the width of a table in it, which is never less than that one's content."""
    across = node.kind == "turned" and lies_across(node.style.writing_mode, node.style.flow)
    return across and node.children[0].kind in ("table", "table-wrapper")


def _percentage_basis(node: Node, own: float | None, around: float | None) -> float | None:
    """Percentages look through anonymous block boxes to the box that contains them (CSS 2 §9.2.1)."""
    if node.element is None and not node.is_item and node.style.display != "table-cell":
        return around
    if own is None and around is not None and node.style.quirks == "full" and is_quirky(node):
        return around
    return own


def _frame(node: Node, basis: float, height_basis: float | None, width: float, height: BoxHeight) -> Frame:
    border, padding, (across, down) = edges_of(node.style, basis)
    value, low, high, by_ratio, definite, _ = height
    inner_height = None if value is None else max(0.0, value - down)
    return Frame(
        node,
        border,
        padding,
        max(0.0, width - across),
        inner_height,
        low - down if low > down else 0.0,
        high - down if high > down else 0.0,
        _percentage_basis(node, inner_height if definite else None, height_basis),
        value is None or by_ratio,
    )


def _content(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    content = ALGORITHMS[frame.node.kind](ctx, frame)
    if ctx.floats is not None and frame.node.is_root_context:  # it contains its floats (CSS 2 §10.6.7)
        content.height = max(content.height, ctx.floats.bottom_of("both") - frame.top)
    if frame.node.marker is not None:
        place_marker(ctx, frame, content, frame.node.marker)
    return content


def _within(baseline: float | None, height: float) -> float | None:
    return None if baseline is None else clamp(baseline, 0.0, height)


def _contained_height(ctx: LayoutContext, frame: Frame) -> float:
    """Return the height that size containment gives the content: as if there were none."""
    fixed = frame.node.style.contain_intrinsic_height
    if fixed is not None:
        return fixed
    content = ALGORITHMS[frame.node.kind](
        ctx, frame._replace(node=ctx.results.variant(frame.node, "empty", Node.emptied))
    )
    if frame.node.marker is not None:
        place_marker(ctx, frame, content, frame.node.marker)
    return content.height


def _aligns_content(node: Node) -> bool:
    """True for block containers with `align-content`; table cells wait for their row's height."""
    style = node.style
    return (
        style.align_content != "normal" and node.kind in ("block", "inline") and style.display != "table-cell"
    )


def _has_automatic_minimum(node: Node) -> bool:
    style = node.style
    is_automatic = style.height == "auto" or style.height in OF_CONTENT
    return is_automatic and style.min_height == "auto" and style.overflow_y == "visible"


def _collapse_margins(fragment: Fragment, content: ContentLayout, basis: float, height: BoxHeight) -> None:
    """Join the box's own margins with those of its content that they adjoin (CSS 2 §8.3.1)."""
    node = fragment.node
    top, bottom = sizes_of(node.style).struts or struts_of(margins_of(node.style, basis))
    first = content.first_margins
    fragment.first_margins = top if first is NO_MARGINS else top.join(first)
    if not node.is_root_context and node.kind in ("block", "inline"):
        edges = fragment.border.top + fragment.border.bottom + fragment.padding.top + fragment.padding.bottom
        if content.collapses_through and edges == 0 and fragment.height == 0:
            fragment.collapses_through = True
            top = bottom = top.join(bottom).join(content.margin_top).join(content.margin_bottom)
        else:
            top = top.join(content.margin_top)
            if height.value is None and abs(fragment.height - content.height - edges) < 1 / 64:
                bottom = bottom.join(content.margin_bottom)
    fragment.margin_top, fragment.margin_bottom = top, bottom
