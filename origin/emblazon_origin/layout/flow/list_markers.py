"""Markers of list items: text or an image beside the first line, or a drawn disc, circle or square."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import floor

from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element, Text
from ...style.values.value_types import (
    TRANSPARENT,
    BackgroundLayer,
    ContentImage,
    Length,
    PolygonShape,
    Url,
)
from ...text.line_model import TextItem
from ..alignment import shift_content
from ..boxes.fragment import ContentLayout, Fragment
from ..boxes.nodes import Atomic, Node, anonymous_style
from ..context import LayoutContext
from ..frame import Constraints, Frame
from ..placement import place
from ..sizing import margins_of

Ascent = Callable[[ComputedStyle], float]
# The glyphs that the style stage writes for the counter styles that are drawn as shapes.
SHAPES = {"disc": "•", "circle": "◦", "square": "▪", "disclosure-open": "▼", "disclosure-closed": "▶"}
# Triangles, by their corners as shares of a square (measured in Chromium), and that square's share of an em.
TRIANGLES = {
    "disclosure-open": ((0.0, 0.07), (1.0, 0.07), (0.5, 0.93)),
    "disclosure-closed": ((0.0, 0.0), (0.0, 1.0), (0.86, 0.5)),
}
_TRIANGLE, _TRIANGLE_GAP, _TRIANGLE_PADDING = 0.66, 0.4, 8.0
_LEAST = 1 / 64  # px
PADDING = 7.0  # between a drawn outside marker and the content, as browsers have it


def marker_style(style: ComputedStyle) -> ComputedStyle:
    """Return the style of a marker box: what it inherits, on one line (CSS Lists 3 §3.1)."""
    return anonymous_style(
        style, white_space_collapse="preserve", text_wrap_mode="nowrap", text_indent=Length(),
        unicode_bidi="isolate", text_align="start", text_decorations=(),
    )  # fmt: skip


def marker_shape(item: ComputedStyle, marker: Element) -> str | None:
    """Return the shape that stands for a marker's text; None where the text is the author's own."""
    if item.list_style_type_is_string or item.list_style_type not in SHAPES:
        return None
    if item.list_style_type in TRIANGLES and item.flow != "horizontal-tb":
        return None
    text = "".join(child.data for child in marker.children if isinstance(child, Text))
    plain = len(marker.children) == 1 and text.strip() == SHAPES[item.list_style_type]
    return item.list_style_type if plain else None


def shape_node(style: ComputedStyle, shape: str, ascent: float, inside: bool) -> Node:
    """Return a box that draws the shape."""
    is_triangle = shape in TRIANGLES
    made = (
        _triangle_style(style, shape, inside) if is_triangle else _shape_style(style, shape, ascent, inside)
    )
    node = Node(made, None, "block")
    node.is_root_context, node.is_atomic = True, inside
    if not inside:
        size = style.font_size * _TRIANGLE + _TRIANGLE_PADDING
        node.marker_offset = size if is_triangle else int(ascent) * 2 // 3 + PADDING
    return node


def _triangle_style(style: ComputedStyle, shape: str, inside: bool) -> ComputedStyle:
    """Return the style of a triangle that stands on the baseline."""
    size = Length(floor(style.font_size * _TRIANGLE * 64) / 64)
    rtl = style.direction == "rtl"
    corners = tuple((Length(pct=1 - x if rtl else x), Length(pct=y)) for x, y in TRIANGLES[shape])
    gap = Length(floor(style.font_size * _TRIANGLE_GAP * 64) / 64 if inside else 0.0)
    return anonymous_style(
        style, display="block", box_sizing="border-box", width=size, height=size,
        background_color=style.color, clip_path=PolygonShape(corners), clip_path_box="border-box",
        **{"margin_left" if rtl else "margin_right": gap},
    )  # fmt: skip


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
        changes |= {"margin_left": Length(0.0), "margin_right": Length(1.0 + style.font_size)}
    if shape != "square":
        changes |= {f"border_{corner}_radius": round_ for corner in _CORNERS}
    if ring:
        for side in ("top", "right", "bottom", "left"):
            changes |= {
                f"border_{side}_width": 1.0, f"border_{side}_style": "solid", f"border_{side}_color": color,
            }  # fmt: skip
    return anonymous_style(style, **changes)


def fit_picture(content: Iterable[object], item: ComputedStyle, ascent: float) -> None:
    """Keep the picture of `list-style-image` off the text; without a size it is half an ascent high."""
    for piece in content:
        if isinstance(piece, Atomic) and isinstance(piece.node.style.content, tuple):
            part = piece.node.style.content[0]
            if isinstance(part, ContentImage) and part.image is item.list_style_image:  # not of `content`
                _fit(piece.node, part, item.direction, int(ascent) / 2)


def _fit(node: Node, part: ContentImage, direction: str, size: float) -> None:
    """Give a marker's picture its margin, its gradient, and where it has none its size."""
    changes: dict[str, object] = {f"margin_{'left' if direction == 'rtl' else 'right'}": Length(PADDING)}
    if not isinstance(part.image, Url):
        changes["background_layers"] = (BackgroundLayer(part.image),)
        node.natural_width = node.natural_height = None
    if node.natural_width is None and node.natural_height is None:
        ratio = node.natural_ratio or 1.0
        changes |= {"width": Length(min(size, size * ratio)), "height": Length(min(size, size / ratio))}
    node.style = node.style.replace(**changes)


_CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def _own_baseline(
    ctx: LayoutContext, frame: Frame, content: ContentLayout, marker: Node, fragment: Fragment
) -> float:
    """Return where the baseline of an outside marker's own line is: no first line is above it."""
    if fragment.first_baseline is not None:
        return fragment.first_baseline
    item = frame.node.style
    style = marker.style
    is_as_high = (style.font_size, style.line_height) == (item.font_size, item.line_height)
    if is_as_high and content.lines:  # which have the item's own strut
        return 0.0
    return ctx.lines([TextItem("\u2060", style)], style, frame.inner_width, None).first_baseline


def place_marker(ctx: LayoutContext, frame: Frame, content: ContentLayout, marker: Node) -> None:
    """Put an outside marker beside the first line; an empty item gets a line's height from it."""
    fragment = ctx.layout(marker, Constraints(frame.inner_width, None, shrink=True))
    margin = margins_of(marker.style, 0.0).bottom or 0.0
    rise = fragment.height + margin if fragment.first_baseline is None else fragment.first_baseline
    if content.first_baseline is None:
        style = marker_style(frame.node.style)
        strut = ctx.lines([TextItem("\u2060", style)], style, frame.inner_width, None)
        content.first_baseline = content.last_baseline = frame.top + strut.first_baseline
        content.height = max(content.height, strut.height)
        content.collapses_through = False
    else:
        own = _own_baseline(ctx, frame, content, marker, fragment)
        down = own - (content.first_baseline - frame.top)
        if down > _LEAST:
            shift_content(content, down)
            content.height += down
    offset = fragment.width if marker.marker_offset is None else marker.marker_offset
    x = frame.left - offset
    if frame.node.style.direction == "rtl":
        x = frame.left + frame.inner_width + offset - fragment.width
    place(content, fragment, x, content.first_baseline - rise, frame.inner_width, None)
