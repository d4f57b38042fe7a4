"""Borders, radii, outlines, box shadows."""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, inf

from ..color.css_color import CURRENT_COLOR, is_color_start, parse_color
from ..syntax.registry import PROPERTIES, Logical, alias, logical, logical_pair, longhand, shorthand
from ..values import value_types as v
from ..values.border_images import (
    IMAGE_KEYS,
    INITIAL_OUTSET,
    INITIAL_REPEAT,
    INITIAL_SLICE,
    INITIAL_WIDTH,
    border_image,
    image_outset,
    image_repeat,
    image_slice,
    image_source,
    image_width,
    legacy_border_image,
)
from ..values.calculation import length_px, number
from ..values.tokens import (
    Cursor,
    InvalidValue,
    Specified,
    comma_list,
    lift,
    lift_tuple,
    one_of,
    resolve,
    unexpected,
)
from ..values.units import Context, Viewport
from .common import any_order, four_sides, is_numeric, mapped, pair, positive_length, positive_px

SIDES = ("top", "right", "bottom", "left")
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
STYLES = (
    "none", "hidden", "solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset",
)  # fmt: skip

line_width = mapped(positive_px, {"thin": 1.0, "medium": 3.0, "thick": 5.0})
line_style = one_of(STYLES)


def _outline_style(cursor: Cursor) -> str:
    if cursor.ident() == "hidden":
        raise InvalidValue("an outline is never hidden; use none")
    return cursor.keyword("auto") or line_style(cursor)


def radius(cursor: Cursor) -> Specified[v.Radius]:
    """Read one corner: horizontal and vertical radius."""
    horizontal = positive_length(cursor)
    vertical = horizontal if cursor.done else positive_length(cursor)
    return lift(lambda h, w: (h, w), horizontal, vertical)


_CURVATURES = {"round": 1.0, "squircle": 2.0, "square": inf, "bevel": 0.0, "scoop": -1.0, "notch": -inf}
_STEEPEST = 10.0  # no eye tells it from a right angle


def corner_shape(cursor: Cursor) -> float:
    """Read `corner-shape` of one corner as a curvature."""
    if (word := cursor.keyword(*_CURVATURES)) is not None:
        return _CURVATURES[word]
    token = cursor.function("superellipse")
    if token is None:
        raise InvalidValue("expected a corner's shape")
    inside = Cursor(token.arguments)
    if (word := inside.keyword("infinity", "-infinity")) is not None:
        return float(word.removesuffix("inity"))
    value = resolve(number(inside), Context(Viewport(0, 0)))
    inside.end()
    return value if abs(value) <= _STEEPEST else copysign(inf, value)


def border_radius(cursor: Cursor) -> dict[str, Specified[v.Radius]]:
    """Read `border-radius: h{1,4} [/ v{1,4}]`."""
    axes: list[list[Specified[v.Length]]] = [[]]
    while not cursor.done:
        if cursor.literal("/"):
            axes.append([])
        else:
            axes[-1].append(positive_length(cursor))
    if len(axes) > 2 or any(not 1 <= len(axis) <= 4 for axis in axes):
        raise InvalidValue("border-radius takes one to four radii, and as many again after '/'")
    horizontal, vertical = axes[0], axes[-1]

    def corner(axis: list[Specified[v.Length]], i: int) -> Specified[v.Length]:
        n = len(axis)
        return axis[
            (0, 0, 0, 0)[i] if n == 1 else (0, 1, 0, 1)[i] if n == 2 else (0, 1, 2, 1)[i] if n == 3 else i
        ]

    return {
        f"border_{name}_radius": lift(lambda h, w: (h, w), corner(horizontal, i), corner(vertical, i))
        for i, name in enumerate(CORNERS)
    }


def shadow(cursor: Cursor, spread_and_inset: bool) -> Specified[v.Shadow]:
    """Read one shadow: offsets, blur, (spread,) colour, (inset)."""
    lengths: list[Specified[float]] = []
    color: Specified[v.Color] | None = None
    inset = False
    while not cursor.done:
        if is_numeric(cursor) and not lengths:
            lengths = [length_px(cursor), length_px(cursor)]
            if is_numeric(cursor):
                lengths.append(length_px(cursor, 0))
            if spread_and_inset and is_numeric(cursor):
                lengths.append(length_px(cursor))
        elif color is None and is_color_start(cursor.peek()):
            color = parse_color(cursor)
        elif spread_and_inset and not inset and cursor.keyword("inset"):
            inset = True
        else:
            unexpected(cursor.peek())
    if not lengths:
        raise InvalidValue("a shadow takes two offsets")
    x, y, blur, spread = lengths + [0.0] * (4 - len(lengths))
    return lift(
        lambda x, y, blur, spread, c: v.Shadow(x, y, blur, spread, c, inset),
        x,
        y,
        blur,
        spread,
        CURRENT_COLOR if color is None else color,
    )


def shadow_list(spread_and_inset: bool) -> Callable[[Cursor], object]:
    """Return the parser of `box-shadow` or `text-shadow`."""

    def read(cursor: Cursor) -> object:
        if cursor.keyword("none"):
            return ()
        return lift_tuple(comma_list(cursor, lambda c: shadow(c, spread_and_inset)))

    return read


def _border(sides: tuple[str, ...]) -> Callable[[Cursor], dict[str, object]]:
    def read(cursor: Cursor) -> dict[str, object]:
        found = any_order(
            cursor,
            {"width": line_width, "style": line_style, "color": parse_color},
            {"width": 3.0, "style": "none", "color": CURRENT_COLOR},
        )
        return {f"border_{s}_{part}": value for s in sides for part, value in found.items()}

    return read


def _outline(cursor: Cursor) -> dict[str, object]:
    found = any_order(
        cursor,
        {"width": line_width, "style": _outline_style, "color": parse_color},
        {"width": 3.0, "style": "none", "color": CURRENT_COLOR},
    )
    return {f"outline_{part}": value for part, value in found.items()}


for _side in SIDES:
    longhand(f"border-{_side}-width", 3.0, line_width)
    longhand(f"border-{_side}-style", "none", line_style)
    longhand(f"border-{_side}-color", CURRENT_COLOR, parse_color)
for _part, _parse in (("width", line_width), ("style", line_style), ("color", parse_color)):
    _keys = tuple(f"border_{s}_{_part}" for s in SIDES)
    shorthand(f"border-{_part}", _keys, four_sides((_keys[0], _keys[1], _keys[2], _keys[3]), _parse))
_PARTS = ("width", "style", "color")
for _side in SIDES:
    shorthand(f"border-{_side}", tuple(f"border_{_side}_{p}" for p in _PARTS), _border((_side,)))
_ALL = tuple(f"border_{s}_{p}" for s in SIDES for p in _PARTS)
_NO_IMAGE: dict[str, object] = {
    "border_image_source": None, "border_image_slice": INITIAL_SLICE, "border_image_width": INITIAL_WIDTH,
    "border_image_outset": INITIAL_OUTSET, "border_image_repeat": INITIAL_REPEAT,
}  # fmt: skip
shorthand("border", (*_ALL, *IMAGE_KEYS), lambda c: _border(SIDES)(c) | _NO_IMAGE)
for _corner in CORNERS:
    longhand(f"border-{_corner.replace('_', '-')}-radius", (v.ZERO, v.ZERO), radius)
_SHAPES = tuple(f"corner_{corner}_shape" for corner in CORNERS)
for _corner in CORNERS:
    longhand(f"corner-{_corner.replace('_', '-')}-shape", 1.0, corner_shape)
shorthand("corner-shape", _SHAPES, four_sides((_SHAPES[0], _SHAPES[1], _SHAPES[2], _SHAPES[3]), corner_shape))
shorthand("border-radius", tuple(f"border_{c}_radius" for c in CORNERS), border_radius)
longhand("outline-width", 3.0, line_width)
longhand("outline-style", "none", _outline_style)
longhand(
    "outline-color", CURRENT_COLOR, mapped(parse_color, {"auto": CURRENT_COLOR, "invert": CURRENT_COLOR})
)
longhand("outline-offset", 0.0, length_px)
shorthand("outline", ("outline_width", "outline_style", "outline_color"), _outline)
longhand("box-shadow", (), shadow_list(True))

longhand("border-image-source", None, image_source)
longhand("border-image-slice", INITIAL_SLICE, image_slice)
longhand("border-image-width", INITIAL_WIDTH, image_width)
longhand("border-image-outset", INITIAL_OUTSET, image_outset)
longhand("border-image-repeat", INITIAL_REPEAT, image_repeat)
shorthand("border-image", IMAGE_KEYS, border_image)
shorthand("-webkit-border-image", IMAGE_KEYS, legacy_border_image)

_FLOW = {"block-start": ("top", "top"), "block-end": ("bottom", "bottom"),
         "inline-start": ("left", "right"), "inline-end": ("right", "left")}  # fmt: skip
for _name, (_ltr, _rtl) in _FLOW.items():
    for _part in _PARTS:
        logical(f"border-{_name}-{_part}", f"border_{_ltr}_{_part}", f"border_{_rtl}_{_part}")
    PROPERTIES[f"border-{_name}"] = Logical(
        f"border-{_name}",
        tuple(f"border_{_ltr}_{p}" for p in _PARTS),
        tuple(f"border_{_rtl}_{p}" for p in _PARTS),
        _border((_ltr,)),
    )
for _axis, _start, _end in (("block", "top", "bottom"), ("inline", "left", "right")):
    for _part in _PARTS:
        logical_pair(
            f"border-{_axis}-{_part}", f"border_{_start}_{_part}", f"border_{_end}_{_part}",
            swaps=_axis == "inline",
        )  # fmt: skip
    _keys = tuple(f"border_{s}_{p}" for s in (_start, _end) for p in _PARTS)
    PROPERTIES[f"border-{_axis}"] = Logical(f"border-{_axis}", _keys, _keys, _border((_start, _end)))
for _name, _ltr, _rtl in (
    ("start-start", "top_left", "top_right"), ("start-end", "top_right", "top_left"),
    ("end-start", "bottom_left", "bottom_right"), ("end-end", "bottom_right", "bottom_left"),
):  # fmt: skip
    logical(f"border-{_name}-radius", f"border_{_ltr}_radius", f"border_{_rtl}_radius")
    logical(f"corner-{_name}-shape", f"corner_{_ltr}_shape", f"corner_{_rtl}_shape")
for _name, _first, _second in (
    ("top", "top_left", "top_right"), ("bottom", "bottom_left", "bottom_right"),
    ("left", "top_left", "bottom_left"), ("right", "top_right", "bottom_right"),
):  # fmt: skip
    _keys = (f"corner_{_first}_shape", f"corner_{_second}_shape")
    shorthand(f"corner-{_name}-shape", _keys, pair(*_keys, corner_shape))
for _name, _corners, _mirrored in (
    ("block-start", ("top_left", "top_right"), ("top_right", "top_left")),
    ("block-end", ("bottom_left", "bottom_right"), ("bottom_right", "bottom_left")),
    ("inline-start", ("top_left", "bottom_left"), ("top_right", "bottom_right")),
    ("inline-end", ("top_right", "bottom_right"), ("top_left", "bottom_left")),
):
    _first, _second = (f"corner_{corner}_shape" for corner in _corners)
    PROPERTIES[f"corner-{_name}-shape"] = Logical(
        f"corner-{_name}-shape",
        (_first, _second),
        tuple(f"corner_{corner}_shape" for corner in _mirrored),
        pair(_first, _second, corner_shape),
    )
for _name in ("border-radius", "box-shadow", *(f"border-{c.replace('_', '-')}-radius" for c in CORNERS)):
    alias(f"-webkit-{_name}", _name)
    alias(f"-moz-{_name}", _name)
