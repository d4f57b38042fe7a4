"""Where the motion path of a box lies, seen from that box (Motion Path 1 §2.1): paint puts it there."""

from __future__ import annotations

from ..style.values.computed import ComputedStyle
from ..style.values.containing import contains_absolutes, contains_fixed
from ..style.values.value_types import BoxShape, DrawnShape, MotionPath, PathShape, PolygonShape, Transform
from .boxes.box import Box, Rect
from .boxes.nodes import Node
from .boxes.shape_geometry import SQUARE, Radii, corner_radii

_SQUARES = (0.0,) * 8
# Work of measuring a path, in units of `layout_work.py`: of each line that its curves become.
_LINE, _LINES_OF_A_STEP, _CHARACTERS_OF_A_STEP, _USES = 1_000.0, 40, 4, 3


def motion_work(path: MotionPath) -> float:
    """Return what measuring a path takes."""
    match path.shape:
        case PathShape():
            lines = len(path.shape.data) // _CHARACTERS_OF_A_STEP * _LINES_OF_A_STEP
        case DrawnShape():
            lines = len(path.shape.steps) * _LINES_OF_A_STEP
        case PolygonShape():
            lines = len(path.shape.points)
        case _:
            lines = 4 * _LINES_OF_A_STEP
    return _USES * _LINE * (lines + 1)


def containing_node(node: Node) -> Node | None:
    """Return the element whose box contains another by its position; None for the canvas itself."""
    position = node.style.position
    ancestor = node.parent
    while ancestor is not None:
        if position == "fixed":
            contains = contains_fixed(ancestor.style)
        elif position == "absolute":
            contains = contains_absolutes(ancestor.style)
        else:
            contains = ancestor.element is not None
        if contains:
            break
        ancestor = ancestor.parent
    return ancestor


def motion_style(box: Box, path: MotionPath, around: Box | None, canvas: Rect) -> ComputedStyle:
    """Return a box's style with the reference box of its path told from the box that is transformed."""
    about = box.content_box if box.style.transform_box in ("content-box", "fill-box") else box.border_box
    own = box.border_box
    if isinstance(path.shape, PathShape):
        rect, corners = own, SQUARE
    elif around is None:
        rect, corners = canvas, SQUARE
    else:
        rect, corners = _reference(path, around)
    radii = tuple(side for corner in corners for side in corner) if isinstance(path.shape, BoxShape) else ()
    place = (rect.x - about.x, rect.y - about.y, rect.width, rect.height, *(radii or _SQUARES))
    return box.style.replace(
        transform=tuple(
            Transform("offset", place) if function.name == "offset" else function
            for function in box.style.transform
        )
    )


def _reference(path: MotionPath, around: Box) -> tuple[Rect, Radii]:
    """Return the box that a path lies in, with the corners that the style gives a box of that size."""
    boxes = {
        "border-box": around.border_box,
        "padding-box": around.padding_box,
        "content-box": around.content_box,
    }
    rect = boxes[path.box]
    return rect, corner_radii(around.style, rect.width, rect.height, 1.0)
