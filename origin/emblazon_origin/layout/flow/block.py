"""Block formatting: children one below the other, margins collapsing (CSS 2 §8.3.1, §9.4.1, §10.3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...style.values.computed import Alignment
from ...style.values.value_types import ZERO
from ...text.line_model import BreakItem, TextItem
from ...text.lines.emphasis import em_extent
from ..alignment import settled, start_share
from ..boxes.box import Rect
from ..boxes.fragment import ContentLayout, Fragment, StaticPosition, Strut
from ..boxes.nodes import Node, anonymous_style
from ..context import LayoutContext
from ..frame import Constraints, Frame
from ..layout_unit import snap
from ..placement import place, postpone, static_position
from ..sizing import margins_of
from .float_placement import (
    beside_floats,
    beside_width,
    float_fragment,
    measure_without_floats,
    outer_width,
    place_float,
)
from .floats import FloatScope


def layout_block(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Lay out block-level children; `content.height` is where the last in-flow child ends."""
    if ctx.floats is not None:
        return layout_block_beside_floats(ctx, frame, ctx.floats)
    content = ContentLayout(0.0)
    y = 0.0
    strut = Strut()
    # While true, nothing separates the children's margins from the box's own top margin.
    at_top = not frame.node.is_root_context and frame.top == 0
    empty = True
    trim = frame.node.style.margin_trim
    floated: list[Fragment] = []  # that adjoin the margins at the top
    children = frame.node.children if frame.node.style.line_clamp is None else clamped_children(ctx, frame)
    for child in children:
        if child.is_out_of_flow:
            _postpone(content, frame, child, y if at_top else y + strut.value)
            continue
        if child.is_float:  # only measuring: floats are placed by `layout_block_beside_floats`
            floated.append(float_fragment(ctx, frame, child))
            continue
        shrink = _shrinks(frame, child)
        fragment = ctx.layout(child, Constraints(frame.inner_width, frame.height_basis, shrink=shrink))
        if at_top and floated and _separates(ctx, frame, fragment, floated):
            content.margin_top, at_top, strut = strut, False, Strut()
        if fragment.collapses_through and child.holds_floats:
            floated += _floats_in(ctx, frame, child)
        own = strut.join(fragment.first_margins)
        if not content.children:
            content.first_margins = fragment.first_margins
        strut = strut.join(fragment.margin_top)
        if empty and "block-start" in trim:
            own = strut = Strut()
        if fragment.collapses_through:
            # It lies where its top border edge would be if it had one (§8.3.1).
            _place(content, frame, fragment, y if at_top else y + own.value)
            continue
        if at_top:
            content.margin_top, at_top, content.pull = strut, False, fragment.pull
        else:
            y += strut.value
            fragment = _lifted(fragment, _pulled(ctx, content, fragment, strut.value))
        _place(content, frame, fragment, y)
        y += fragment.height
        strut = fragment.margin_bottom
        empty = False
    _finish(content, frame, y, Strut() if "block-end" in trim else strut, at_top, empty)
    return content


def layout_block_beside_floats(ctx: LayoutContext, frame: Frame, scope: FloatScope) -> ContentLayout:
    """The same in a block formatting context with floats: each child is laid out at its place (§9.5)."""
    content = ContentLayout(0.0)
    y = 0.0
    strut = Strut()
    at_top = not frame.node.is_root_context and frame.top == 0
    empty, cleared_through = True, False
    trim = frame.node.style.margin_trim
    floated: list[Fragment] = []
    for child in frame.node.children:
        if child.is_out_of_flow:
            _postpone(content, frame, child, y if at_top else y + strut.value, scope)
            continue
        if child.is_float:
            place_float(ctx, frame, content, child, y if at_top else y + strut.value)
            floated.append(float_fragment(ctx, frame, child))
            continue
        measured = measure_without_floats(ctx, frame, child, _shrinks(frame, child))
        forced = at_top and bool(floated) and _separates(ctx, frame, measured, floated)
        if forced:
            content.margin_top, at_top, strut = strut, False, Strut()
        if measured.collapses_through and child.holds_floats:
            floated += _floats_in(ctx, frame, child)
        joined = strut.join(measured.margin_top)
        own = strut.join(measured.first_margins) if measured.collapses_through else joined
        if empty and "block-start" in trim:
            own = joined = Strut()
        top = y if at_top else y + own.value
        cleared = scope.bottom_of(child.style.clear) - scope.y - frame.top
        has_clearance = child.style.clear != "none" and (cleared > top or (forced and cleared > y))
        if has_clearance:
            top = cleared
        left = inline_offset(frame, measured)
        if child.is_root_context:
            top = y if forced and not has_clearance else top  # as if it cleared them
            fragment, left, top = beside_floats(ctx, frame, measured, left, top)
        else:
            ctx.floats = scope.moved(frame.left + left, frame.top + top)
            fragment = ctx.layout(child, Constraints(frame.inner_width, frame.height_basis))
            ctx.floats = scope
        if fragment.pull and not has_clearance and not at_top:
            fragment = _lifted(fragment, _pulled(ctx, content, fragment, own.value))
        _place_at(content, frame, fragment, left, top)
        if fragment.collapses_through and not has_clearance:
            strut = joined
            continue
        if at_top and not has_clearance:
            content.margin_top, content.pull = joined, fragment.pull
        at_top = empty = False
        y = top + fragment.height
        strut = fragment.margin_bottom
        cleared_through = fragment.collapses_through
        if cleared_through:  # its margins begin above its clearance, and stay in its parent (§8.3.1)
            y -= fragment.first_margins.value
    if cleared_through:
        y, strut = y + strut.value, Strut()
    if "block-end" in trim:
        strut = Strut()
    _finish(content, frame, y, strut, at_top, empty)
    return content


def _pulled(ctx: LayoutContext, content: ContentLayout, fragment: Fragment, margin: float) -> float:
    """Return how far up a child's lines go, so that marks over the first one use the room above it.

    These are its margins with those before, and what the last line before leaves below its text.
    """
    if not fragment.pull:
        return 0.0
    room = max(0.0, margin)
    before = content.children[-1].fragment if content.children else None
    if (
        before is not None
        and before.lines
        and before.last_baseline is not None
        and before.node.kind == "inline"
    ):
        font = before.node.style
        below = max(em_extent(ctx.text.metrics(font), font.font_size)[1], before.lines[-1].marked_below)
        room += max(0.0, before.height - before.last_baseline - below)
    return min(fragment.pull, room)


def _lifted(fragment: Fragment, by: float) -> Fragment:
    """Return a fragment whose content lies further up, its top edge where it was."""
    if not by:
        return fragment
    lifted = fragment.copied()
    if fragment.node.style.height == "auto":
        lifted.height -= by
    lifted.lines = [line.moved(-by) for line in fragment.lines]
    lifted.children = [child._replace(y=child.y - by) for child in fragment.children]
    first = next((n for n, child in enumerate(fragment.children) if child.fragment.pull), None)
    if first is not None and not fragment.lines:  # it begins where this does
        child = fragment.children[first]
        lifted.children[first] = child._replace(fragment=_lifted(child.fragment, by))
    lifted.pending = [pending.moved(0.0, -by) for pending in fragment.pending]
    if fragment.first_baseline is not None:
        lifted.first_baseline = fragment.first_baseline - by
    if fragment.last_baseline is not None:
        lifted.last_baseline = fragment.last_baseline - by
    lifted.pull = 0.0
    return lifted


def _separates(ctx: LayoutContext, frame: Frame, fragment: Fragment, floated: list[Fragment]) -> bool:
    """True for a child that floats beside its parent's top margin push down: their margins do not collapse.

    It clears them, or has a formatting context of its own and does not fit beside them (§9.5.2).
    """
    child = fragment.node
    clear = child.style.clear
    if clear != "none":
        return any(clear in ("both", floating.node.style.float_) for floating in floated)
    if not child.is_root_context:
        return False
    room = frame.inner_width - sum(outer_width(frame, floating) for floating in floated)
    return beside_width(ctx, frame, fragment) > room + 1 / 64


def _floats_in(ctx: LayoutContext, frame: Frame, node: Node) -> list[Fragment]:
    """Return the floats of an empty child."""
    found: list[Fragment] = []
    for child in node.children:
        if child.is_float:
            found.append(float_fragment(ctx, frame, child))
        elif child.holds_floats and not child.is_root_context:
            found += _floats_in(ctx, frame, child)
    return found


def _finish(content: ContentLayout, frame: Frame, y: float, strut: Strut, at_top: bool, empty: bool) -> None:
    """End the box: the last margins leave it, or add to its height."""
    content.height = y
    if at_top:  # only children that collapse through
        content.margin_top = strut
        content.collapses_through = empty
        return
    open_below = (
        not frame.node.is_root_context
        and frame.border.bottom + frame.padding.bottom == 0
        and frame.is_auto_height
    )
    if open_below:
        content.margin_bottom = strut
    else:
        content.height = max(0.0, y + strut.value)


def _place(content: ContentLayout, frame: Frame, fragment: Fragment, y: float) -> None:
    _place_at(content, frame, fragment, inline_offset(frame, fragment), y)


def _place_at(content: ContentLayout, frame: Frame, fragment: Fragment, left: float, y: float) -> None:
    x = frame.left + left
    place(content, fragment, x, frame.top + y, frame.inner_width, frame.height_basis)
    if fragment.first_baseline is not None and content.first_baseline is None:
        content.first_baseline = frame.top + y + fragment.first_baseline
    kind = fragment.node.kind
    if kind in ("table", "table-wrapper", "turned"):  # no last line of the box around (CSS 2 §10.8.1)
        return
    if _scrolls(fragment.node):  # it is on the baseline with its bottom margin edge
        margin = margins_of(fragment.node.style, frame.inner_width).bottom or 0.0
        content.last_baseline = frame.top + y + fragment.height + margin
    elif fragment.last_baseline is not None:
        content.last_baseline = frame.top + y + fragment.last_baseline


def _scrolls(node: Node) -> bool:
    return node.kind not in ("flex", "grid") and node.style.overflow_y not in ("visible", "clip")


def inline_offset(frame: Frame, fragment: Fragment) -> float:
    """Return the child's x in the content box: auto margins share the room, else the start side wins."""
    margins = margins_of(fragment.node.style, frame.inner_width)
    room = frame.inner_width - fragment.width - margins.horizontal
    if room > 0:
        if margins.left is None and margins.right is None:
            return snap(room / 2)
        if margins.left is None:
            return room
        if margins.right is None:
            return margins.left
        align = frame.node.style.block_align
        if align != "none" and fragment.node.style.justify_self == "auto":
            share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
            return margins.left + snap(room * share)
    rtl = frame.node.style.direction == "rtl"
    alignment = _self_alignment(frame, fragment.node)
    if alignment is not None and margins.left is not None and margins.right is not None:
        own_rtl = fragment.node.style.direction == "rtl"
        return margins.left + snap(room * start_share(settled(alignment, room), rtl, own_rtl))
    if rtl:
        return frame.inner_width - fragment.width - (margins.right or 0.0)
    return margins.left or 0.0


def _shrinks(frame: Frame, child: Node) -> bool:
    """True for a child that is as wide as its content: it is aligned, or a button."""
    is_button = child.element is not None and child.element.tag == "button"
    return is_button or _self_alignment(frame, child) is not None


def _self_alignment(frame: Frame, child: Node) -> Alignment | None:
    """Return the child's `justify-self` where it is other than stretching (CSS Box Alignment 3 §6.1)."""
    value = child.style.justify_self
    if value == "auto" and child.element is not None:  # an anonymous box lies as its text does
        value = frame.node.style.justify_items
    return None if value in ("auto", "normal", "stretch", "baseline", "last baseline") else value


def _postpone(
    content: ContentLayout, frame: Frame, child: Node, y: float, scope: FloatScope | None = None
) -> None:
    """Leave an absolutely positioned child to its containing block; a former inline begins on a line."""
    style = frame.node.style
    rtl = style.direction == "rtl"
    x, width = 0.0, frame.inner_width
    at = frame.left + (width if rtl else 0.0), frame.top + y
    if not child.style.was_inline:
        across = child.style.justify_self
        across = style.justify_items if across == "auto" else across
        room = Rect(frame.left, at[1], width, 0.0)
        postpone(content, child, static_position(child, across, rtl, at, room))
        return
    if scope is not None:
        x, width, _ = scope.bands(frame)(y, 0.0)
    share = _LINE_SHARES.get(style.text_align, 0.0)
    x += width * (1.0 - share if rtl and style.text_align in _FLOWING else share)
    postpone(content, child, StaticPosition(frame.left + x, at[1], rtl=rtl))


_LINE_SHARES = {"center": 0.5, "right": 1.0, "end": 1.0}
_FLOWING = frozenset(("start", "end", "justify", "match-parent"))


# --- `line-clamp` on a block whose lines are in child blocks (CSS Overflow 4 §5.1) ---


def clamped_children(ctx: LayoutContext, frame: Frame) -> Iterator[Node]:
    """Yield the children up to the last line that is shown; the block with that line is clamped itself."""
    left = frame.node.style.line_clamp
    for child in frame.node.children:
        if left is None or child.is_out_of_flow or child.is_root_context:
            yield child
            continue
        if left <= 0:
            return
        lines = _lines_of(ctx, frame, child)
        forced = lines == left and _has_text_after(ctx, frame, child)
        yield _cut(ctx, child, left, forced) if lines > left or forced else child
        left -= lines


def _lines_of(ctx: LayoutContext, frame: Frame, child: Node) -> int:
    """Return how many lines a child has in this block formatting context, at any depth."""
    count = 0
    inside = [ctx.layout(child, Constraints(frame.inner_width, frame.height_basis))]
    while inside:
        fragment = inside.pop()
        count += len(fragment.lines)
        boxes = (placed.fragment for placed in fragment.children)
        inside += (box for box in boxes if not box.node.is_out_of_flow and not box.node.is_root_context)
    return count


def _has_text_after(ctx: LayoutContext, frame: Frame, child: Node) -> bool:
    siblings = frame.node.children
    after = siblings[siblings.index(child) + 1 :]
    flowing = (node for node in after if not node.is_out_of_flow and not node.is_root_context)
    return any(_lines_of(ctx, frame, node) for node in flowing)


def _cut(ctx: LayoutContext, node: Node, lines: int, forced: bool) -> Node:
    """Return the node cut after `lines`; `forced` where its own text would just fit, but more follows."""
    return ctx.results.variant(node, ("cut", lines, forced), partial(_clamped, lines=lines, forced=forced))


def _clamped(node: Node, *, lines: int, forced: bool) -> Node:
    cut = node.restyled(node.style.replace(line_clamp=lines, margin_bottom=ZERO))
    cut.content, cut.children, cut.whole = list(node.content), list(node.children), node.whole or node
    if forced and node.kind == "inline":
        cut.content += _more(node)
    elif forced:
        cut.children.append(Node(anonymous_style(node.style), None, "inline", content=[*_more(node)]))
    return cut


def _more(node: Node) -> list[BreakItem | TextItem]:
    """Return content for one line more, so that the clamp has something to cut."""
    return [BreakItem(node.style), TextItem("\u2026", node.style)]
