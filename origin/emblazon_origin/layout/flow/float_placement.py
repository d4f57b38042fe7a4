"""Floats and boxes beside them, put into a block container's content (CSS 2 §9.5)."""

from __future__ import annotations

from PIL import Image

from ...style.values.value_types import Image as Picture
from ..boxes.box import Sides
from ..boxes.fragment import ContentLayout, Fragment
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..frame import Constraints, Frame
from ..layout_work import FLOAT, PICTURE_PIXEL
from ..placement import place
from ..sizing import Margins, clamp, extra_of, margins_of, width_from, width_limits
from .float_shape import FloatShape, shape_of

MAX_FLOAT_SHAPES = 32  # in one formatting context


def place_float(ctx: LayoutContext, frame: Frame, content: ContentLayout, child: Node, top: float) -> None:
    """Lay a float out and place it at `top` in the content box or below."""
    scope = ctx.floats
    assert scope is not None  # noqa: S101 - only contexts with floats come here
    fragment = ctx.layout(child, Constraints(frame.inner_width, frame.height_basis, shrink=True))
    margins = margins_of(child.style, frame.inner_width)
    left, y = scope.x + frame.left, scope.y + frame.top + top
    if child.style.clear != "none":
        y = max(y, scope.bottom_of(child.style.clear))
    ctx.work.take(3 * FLOAT * len(scope.context.boxes))
    box = scope.context.add(
        "left" if child.style.float_ == "left" else "right",
        fragment.width + margins.horizontal,
        fragment.height + margins.vertical,
        y,
        left,
        left + frame.inner_width,
        _shape(ctx, fragment, margins, frame.inner_width),
    )
    x, y = box.left + (margins.left or 0.0) - scope.x, box.top + (margins.top or 0.0) - scope.y
    place(content, fragment, x, y, frame.inner_width, frame.height_basis)


def _shape(
    ctx: LayoutContext, fragment: Fragment, margins: Margins, containing_width: float
) -> FloatShape | None:
    """Return the shape that lines follow; beyond the limit they keep clear of the margin box."""
    scope, shape = ctx.floats, None
    style = fragment.node.style
    if style.shape_outside is not None and scope is not None:
        if scope.context.shapes >= MAX_FLOAT_SHAPES:
            _tell_of_limit(ctx)
            return None
        scope.context.shapes += 1
        sides = Sides(*(side or 0.0 for side in margins))
        shape = shape_of(fragment, sides, containing_width, lambda *asked: _coverage(ctx, *asked))
    return shape


def _coverage(ctx: LayoutContext, picture: Picture, width: int, height: int) -> Image.Image | None:
    """Return how opaque a picture is at a size in px, drawing it counted. Raises LayoutExhausted."""
    ctx.work.take(PICTURE_PIXEL * max(width, 0) * max(height, 0))
    return ctx.images.coverage(picture, width, height) if ctx.images is not None else None


def _tell_of_limit(ctx: LayoutContext) -> None:
    message = f"more than {MAX_FLOAT_SHAPES} floats have shapes; the others are boxes"
    if not any(known.message == message for known in ctx.report.diagnostics):
        ctx.report.add("warning", "limit", message, where="shape-outside")


def float_fragment(ctx: LayoutContext, frame: Frame, child: Node) -> Fragment:
    """Return a float, laid out."""
    return ctx.layout(child, Constraints(frame.inner_width, frame.height_basis, shrink=True))


def outer_width(frame: Frame, fragment: Fragment) -> float:
    """Return the width of a float's margin box."""
    return fragment.width + margins_of(fragment.node.style, frame.inner_width).horizontal


def measure_without_floats(ctx: LayoutContext, frame: Frame, child: Node, shrink: bool) -> Fragment:
    """Return a child as it would be without floats: its width and margins do not depend on them."""
    scope, ctx.floats = ctx.floats, None
    fragment = ctx.layout(child, Constraints(frame.inner_width, frame.height_basis, shrink=shrink))
    ctx.floats = scope
    return fragment


_OF_ROOM = frozenset(("stretch", "fit-content"))


def _minds_room(child: Node) -> bool:
    """Whether a box is as wide as the room that there is for it."""
    style = child.style
    if child.kind == "replaced":
        return False
    return style.width == "auto" or not _OF_ROOM.isdisjoint((style.width, style.min_width, style.max_width))


def _width_in(ctx: LayoutContext, frame: Frame, child: Node, room: float) -> float:
    """Return the width that a box which minds it has in the room beside floats."""
    style, basis = child.style, frame.inner_width
    extra = extra_of(style, basis).width
    shrinks = child.kind in ("table", "table-wrapper") and style.width == "auto"
    value = "fit-content" if shrinks else style.width
    width = width_from(ctx, child, value, basis, room)
    low, high = width_limits(ctx, child, basis, room)
    return max(clamp(max(room, extra) if width is None else width, low, high), extra)


def beside_width(ctx: LayoutContext, frame: Frame, measured: Fragment) -> float:
    """Return the room that a box with its own formatting context needs beside floats.

    One of automatic width takes what there is, be it less than its content.
    """
    child = measured.node
    return _width_in(ctx, frame, child, 0.0) if _minds_room(child) else measured.width


def beside_floats(
    ctx: LayoutContext, frame: Frame, measured: Fragment, left: float, top: float
) -> tuple[Fragment, float, float]:
    """Return a box with its own formatting context in the room beside the floats, or below them.

    With automatic width it takes the room that there is, if its content fits. Where the floats beside its
    lower part leave less, it takes that, or goes below.
    """
    scope, child = ctx.floats, measured.node
    assert scope is not None  # noqa: S101 - only contexts with floats come here
    margins = margins_of(child.style, frame.inner_width)
    start, end = scope.x + frame.left, scope.x + frame.left + frame.inner_width
    automatic = _minds_room(child)
    least = beside_width(ctx, frame, measured)
    y, tall = scope.y + frame.top + top, 1.0
    while True:
        ctx.work.take(FLOAT * len(scope.context.boxes))
        found, (first, last) = scope.context.fit(least, tall, y, start, end)
        if found > y and tall > 1.0:  # lower down, less of it may do
            y, tall = found, 1.0
            continue
        y, x, fragment = found, left, measured
        if (first, last) != (start, end):
            if automatic:
                x = max(margins.left or 0.0, first - start)
                room = max(0.0, min(last, end - (margins.right or 0.0)) - start - x)
                width = _width_in(ctx, frame, child, room)
                x += _share_of_room(frame, margins) * max(0.0, room - width)
                fragment = ctx.layout(child, Constraints(frame.inner_width, frame.height_basis, width=width))
            elif left + measured.width > last - start:
                x = max(first, last - measured.width) - start
            else:
                x = max(left, first - start)
        tall = max(tall, fragment.height)
        if scope.context.room(y, y + tall, start, end) == (first, last):
            return fragment, x, y - scope.y - frame.top


def _share_of_room(frame: Frame, margins: Margins) -> float:
    """Return how much of the room that a box leaves is before it."""
    if margins.left is None:
        return 0.5 if margins.right is None else 1.0
    return 1.0 if frame.node.style.direction == "rtl" and margins.right is not None else 0.0
