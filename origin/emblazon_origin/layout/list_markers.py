"""Markers of list items: text such as "1." or the drawn disc, circle and square (CSS Lists 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..style.computed import ComputedStyle
from ..style.dom import Element
from ..style.values import TRANSPARENT, Length
from ..text.lines import TextItem
from .anonymous import anonymous_style
from .context import Frame, LayoutContext
from .counters import marker_text
from .fragment import Content
from .nodes import Atomic, Node
from .placement import place
from .sizing import margins_of

Ascent = Callable[[ComputedStyle], float]
SHAPES = frozenset({"disc", "circle", "square"})
PADDING = 7.0  # between a drawn outside marker and the content, as browsers have it


def add_marker(
    node: Node, element: Element, pieces: list[Any], ordinals: dict[Element, int], ascent: Ascent
) -> None:
    """Give a list item its marker: beside the box, or as the first inline piece."""
    style = element.style
    marker_style = element.marker if element.marker is not None else anonymous_style(style)
    text = _text(element, style, marker_style, ordinals)
    if text is None:
        return
    own = anonymous_style(
        marker_style, white_space_collapse="preserve", text_wrap_mode="nowrap", text_indent=Length(),
        unicode_bidi="isolate", text_transform="none", text_align="start", text_decorations=(),
    )  # fmt: skip
    shape = style.list_style_type if _is_shape(style, marker_style) else None
    if style.list_style_position == "inside":
        if shape is None:
            pieces.append(TextItem(text, own, element))
        else:
            pieces.append(Atomic(_shape_node(own, element, shape, ascent(own), inside=True)))
        return
    if shape is None:
        marker = Node(own, element, "inline", is_root_context=True)
        marker.content = [TextItem(text, own, element)]
    else:
        marker = _shape_node(own, element, shape, ascent(own), inside=False)
    marker.parent, marker.order = node, node.order
    node.marker = marker


def _is_shape(style: ComputedStyle, marker: ComputedStyle) -> bool:
    return (
        not style.list_style_type_is_string
        and style.list_style_type in SHAPES
        and not isinstance(marker.content, tuple)
    )


def _text(
    element: Element, style: ComputedStyle, marker: ComputedStyle, ordinals: dict[Element, int]
) -> str | None:
    """Return the marker's text; None where there is no marker."""
    if isinstance(marker.content, tuple):
        return "".join(part for part in marker.content if isinstance(part, str))
    if marker.content == "none" or style.list_style_type == "none":
        return None
    if style.list_style_type_is_string:
        return style.list_style_type
    return marker_text(style.list_style_type, _ordinal(element, ordinals))


def _ordinal(element: Element, ordinals: dict[Element, int]) -> int:
    """Return the item's number; numbers the whole list the first time."""
    parent = element.parent
    if element not in ordinals and parent is not None:
        items = [c for c in parent.children if isinstance(c, Element) and c.style.display == "list-item"]
        backwards = parent.tag == "ol" and "reversed" in parent.attributes
        start = _integer(parent.attributes.get("start")) if parent.tag == "ol" else None
        number = start if start is not None else (len(items) if backwards else 1)
        for item in items:
            value = _integer(item.attributes.get("value")) if item.tag == "li" else None
            number = number if value is None else value
            ordinals[item] = number
            number += -1 if backwards else 1
    return ordinals.get(element, 1)


def _integer(text: str | None) -> int | None:
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None


def _shape_node(style: ComputedStyle, element: Element, shape: str, ascent: float, inside: bool) -> Node:
    """Return a box that draws the shape."""
    node = Node(_shape_style(style, shape, ascent, inside), element, "block")
    node.is_root_context, node.is_atomic = True, inside
    if not inside:
        node.marker_offset = int(ascent) * 2 // 3 + PADDING
    return node


def _shape_style(style: ComputedStyle, shape: str, ascent: float, inside: bool) -> ComputedStyle:
    """Return the style of a drawn marker, with the proportions of Chromium's list markers."""
    height = int(ascent)
    size = float((height * 2 // 3 + 1) // 2)
    round_ = (Length(pct=0.5), Length(pct=0.5))
    ring = shape == "circle"
    color = style.color
    changes: dict[str, object] = {
        "display": "block",
        "box_sizing": "border-box",
        "width": Length(size),
        "height": Length(size),
        "background_color": TRANSPARENT if ring else color,
        "margin_bottom": Length(height - 3 * (height - height * 2 // 3) // 2 - size),
    }
    if inside:
        changes |= {"margin_left": Length(0.0), "margin_right": Length(style.font_size / 2)}
    if shape != "square":
        changes |= {f"border_{corner}_radius": round_ for corner in _CORNERS}
    if ring:
        for side in ("top", "right", "bottom", "left"):
            changes |= {
                f"border_{side}_width": 1.0, f"border_{side}_style": "solid", f"border_{side}_color": color,
            }  # fmt: skip
    return anonymous_style(style, **changes)


_CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def place_marker(ctx: LayoutContext, frame: Frame, content: Content, marker: Node) -> None:
    """Put an outside marker beside the first line; an empty item gets a line's height from it."""
    fragment = ctx.layout(ctx, marker, frame.inner_width, None, shrink=True)
    margin = margins_of(marker.style, 0.0).bottom or 0.0
    rise = fragment.height + margin if fragment.first_baseline is None else fragment.first_baseline
    if content.first_baseline is None:
        content.first_baseline = content.last_baseline = frame.top + rise
        content.height = max(content.height, fragment.height)
        content.collapses_through = False
    offset = fragment.width if marker.marker_offset is None else marker.marker_offset
    x = frame.left - offset
    if frame.node.style.direction == "rtl":
        x = frame.left + frame.inner_width + offset - fragment.width
    place(content, fragment, x, content.first_baseline - rise, frame.inner_width, None)
