"""Boxes whose lines run otherwise than those of the flow around them (CSS Writing Modes 4 §7)."""

from __future__ import annotations

from ..style.values.containing import contains_absolutes, contains_fixed
from .absolute import place_absolute
from .alignment import Edge
from .boxes.box import Rect
from .boxes.fragment import ContentLayout, Fragment, OutOfFlowBox, Placed, StaticPosition
from .boxes.nodes import Node
from .context import LayoutContext
from .contributions import definite_inner_height
from .flow_space import FlowSpace, lies_across
from .frame import Constraints, Frame
from .sizing import clamp, extra_of, margins_of

_FLIPPED: dict[Edge, Edge] = {"start": "end", "center": "center", "end": "start"}


def layout_turned(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Lay out the content by its own lines; all children are placed in its own flow, from the content box."""
    style, inner = frame.node.style, frame.node.children[0]
    if lies_across(style.writing_mode, style.flow):
        fragment = _across(ctx, inner, frame)
        height = fragment.width
    else:
        fragment = ctx.layout(
            inner,
            Constraints(frame.inner_width, frame.inner_height, frame.inner_width, frame.inner_height),
        )
        height = fragment.height
    content = ContentLayout(height, [Placed(fragment, 0.0, 0.0)])
    used = frame.inner_height
    if used is None:
        used = clamp(height, frame.min_inner_height, frame.max_inner_height)
    _settle_absolutes(ctx, frame, content, used)
    return content


def turned_content_sizes(ctx: LayoutContext, node: Node) -> tuple[float, float]:
    """Return the min-content and max-content width: across lines there is one size."""
    style, inner = node.style, node.children[0]
    if not lies_across(style.writing_mode, style.flow):
        return ctx.content_sizes(inner)
    height = definite_inner_height(ctx, node)
    room = _room(ctx, node) if height is None else height
    size = ctx.layout(inner, Constraints(room, None, width=height, shrink=True)).height
    return size, size


def _room(ctx: LayoutContext, node: Node) -> float:
    """Return the room for lines in the containing block, or on the canvas, for the margin box (§7.3.1)."""
    width, height = ctx.viewport
    parent = node.parent
    takes = parent is not None and parent.kind != "table-part"  # a row is as high as its cells
    around = definite_inner_height(ctx, parent) if parent is not None and takes else None
    room = around if around is not None else height if node.style.flow == "horizontal-tb" else width
    return max(0.0, room - extra_of(node.style, 0.0).height - margins_of(node.style, 0.0).vertical)


def _across(ctx: LayoutContext, inner: Node, frame: Frame) -> Fragment:
    room = frame.inner_height
    if room is None:
        room = min(_room(ctx, frame.node), frame.max_inner_height)
    wanted = Constraints(room, frame.inner_width, frame.inner_height, frame.inner_width, shrink=True)
    fragment = ctx.layout(inner, wanted)
    if fragment.width < frame.min_inner_height:
        fragment = ctx.layout(inner, wanted._replace(width=frame.min_inner_height))
    return fragment


def _settle_absolutes(ctx: LayoutContext, frame: Frame, content: ContentLayout, height: float) -> None:
    """Place the absolute boxes that the box contains, and leave the others to the flow around."""
    style = frame.node.style
    size = (frame.inner_width, height) if style.flow == "horizontal-tb" else (height, frame.inner_width)
    area = Rect(0.0, 0.0, *size)
    own, around = FlowSpace(style.writing_mode, area), FlowSpace(style.flow, area)
    top, right, bottom, left = own.sides_from_canvas(around.sides_to_canvas(frame.padding))
    _, _, inner_width, inner_height = own.from_canvas(area)
    padding_box = Rect(-left, -top, left + inner_width + right, top + inner_height + bottom)
    inside = content.children[0].fragment
    waiting, areas = list(inside.pending), inside.areas or {}
    while waiting:
        pending = waiting.pop(0)
        fixed = pending.node.style.position == "fixed"
        if contains_fixed(style) if fixed else contains_absolutes(style):
            own_area = areas.get(pending.node)
            room = Rect(*own_area) if own_area is not None else padding_box
            placed = place_absolute(ctx, pending, room, style.direction == "rtl")
            content.children.append(placed)
            waiting.extend(p.moved(placed.x, placed.y) for p in placed.fragment.pending)
        else:
            outside = OutOfFlowBox(pending.node, _static_around(pending.static, own, around))
            content.pending.append(outside.moved(frame.left, frame.top))


def _static_around(static: StaticPosition, own: FlowSpace, around: FlowSpace) -> StaticPosition:
    """Return a static position as the flow around has it."""
    x, y, width, height = static[:4]
    rect = around.from_canvas(own.to_canvas(Rect(x, y, width, height)))
    beyond = around.from_canvas(own.to_canvas(Rect(x + 1.0, y + 1.0, width, height)))
    aligned: tuple[Edge, Edge] = ("end" if static.rtl else static.align_x, static.align_y)
    if lies_across(own.flow, around.flow):
        aligned = aligned[1], aligned[0]
    return StaticPosition(
        rect.x, rect.y, rect.width, rect.height,
        aligned[0] if beyond.x > rect.x else _FLIPPED[aligned[0]],
        aligned[1] if beyond.y > rect.y else _FLIPPED[aligned[1]],
    )  # fmt: skip
