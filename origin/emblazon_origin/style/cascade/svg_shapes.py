"""What CSS says of a shape of inline SVG in the words of an SVG rasteriser, or what it cannot say.

For the rasteriser geometry (SVG 2 §7.3) is an attribute, and the arguments of transforms have no units.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import radians, tan
from typing import NamedTuple

from ..properties import shapes
from ..values import value_types as v
from ..values.calculation import length
from ..values.tokens import Cursor, Deferred, InvalidValue, UnsupportedValue, tokenize

_RECTANGLE = ("x", "y", "width", "height")
GEOMETRY: dict[str, tuple[str, ...]] = {
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "rect": (*_RECTANGLE, "rx", "ry"),
    "image": _RECTANGLE,
    "use": _RECTANGLE,
    "svg": _RECTANGLE,
    "path": ("d",),
}
_NAMES = frozenset(name for names in GEOMETRY.values() for name in names)
# Values of which the rasteriser knows nothing.
_LOST = {"vector-effect": "non-scaling-stroke", "mix-blend-mode": "plus-lighter"}
_ON_TEXT = "baseline-shift"
_ON_HTML_TEXT = ("text-transform", "text-shadow")
_TEXTS = ("text", "tspan", "textPath")
# CSS takes its keywords in any case, the rasteriser as SVG writes them.
_WRITTEN = {
    word.lower(): word for word in ("optimizeSpeed", "crispEdges", "geometricPrecision", "sRGB", "linearRGB")
}
_IN_CAMEL_CASE = ("shape-rendering", "color-interpolation", "color-interpolation-filters")


class ShapeStyle(NamedTuple):
    """A shape's style and attributes; of `lost` properties, the value that is not drawn."""

    style: Mapping[str, str]
    attributes: Mapping[str, str]
    lost: Mapping[str, str]


def shape_style(tag: str, declared: Mapping[str, str], attributes: Mapping[str, str]) -> ShapeStyle:
    """Sort what the rules declare for an element into what is written as style and as attributes."""
    style = {name: text for name, text in declared.items() if name not in _NAMES}
    own = dict(attributes)
    lost: dict[str, str] = {}
    for name in GEOMETRY.get(tag, ()):
        if name in declared:
            _set_geometry(own, name, declared[name])
    if "transform" in style:
        written = svg_transform(style["transform"])
        if written is None:
            lost["transform"] = style.pop("transform")
        else:
            style["transform"] = written
    for name in _IN_CAMEL_CASE:
        if name in style:
            style[name] = _WRITTEN.get(style[name].strip().lower(), style[name])
    for name in ("clip-path", "mask"):
        if name in style and not style[name].strip().lower().startswith(("url(", "none")):
            lost[name] = style.pop(name)
    for name in _ON_HTML_TEXT:
        if name in style and (text := style.pop(name)).strip().lower() != "none" and tag in _TEXTS:
            lost[name] = text
    said = {**attributes, **style}
    lost.update((name, value) for name, value in _LOST.items() if said.get(name, "").strip().lower() == value)
    if tag == "text" and said.get(_ON_TEXT, "baseline").strip().lower() not in ("baseline", "0", "0px"):
        lost[_ON_TEXT] = said[_ON_TEXT]
    return ShapeStyle(style, own, lost)


def _set_geometry(attributes: dict[str, str], name: str, text: str) -> None:
    if name == "d":
        path = _path(text)
        if path is not None:
            attributes[name] = path
        return
    if text.strip().lower() == "auto":
        attributes.pop(name, None)
        return
    cursor = Cursor(tokenize(text))
    try:
        value = length(cursor)
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return
    if isinstance(value, Deferred):
        attributes[name] = text  # em and its kind: the rasteriser knows its fonts' sizes
    else:
        attributes[name] = f"{value.resolve(0):.6g}" if value.is_absolute else text


def _path(text: str) -> str | None:
    """Return the path data of `path("…")`, nothing of `none`, None of what is neither."""
    tokens = [token for token in tokenize(text) if token.type != "whitespace"]
    if len(tokens) != 1:
        return None
    (token,) = tokens
    if token.type == "ident" and token.lower_value == "none":
        return ""
    if token.type != "function" or token.lower_name != "path":
        return None
    strings = [inner.value for inner in token.arguments if inner.type == "string"]
    return str(strings[0]) if len(strings) == 1 else None


def svg_transform(text: str) -> str | None:
    """Return a CSS transform as the attribute writes it (SVG 2 §8.5); None where it cannot."""
    if text.strip().lower() == "none":
        return "translate(0)"  # an empty style would leave an attribute in force
    cursor = Cursor(tokenize(text))
    try:
        value = shapes.transform(cursor)
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return text  # the attribute's own syntax, or nonsense
    if isinstance(value, Deferred):
        return None
    written = [_function(function) for function in value]
    return None if None in written else " ".join(piece for piece in written if piece is not None)


def _function(function: v.Transform) -> str | None:
    numbers: list[float] = []
    for argument in function.args:
        if isinstance(argument, v.Length) and not argument.is_absolute:
            return None
        numbers.append(argument.resolve(0) if isinstance(argument, v.Length) else argument)
    match function.name:
        case "matrix" | "translate" | "scale" | "rotate":
            return f"{function.name}({' '.join(f'{number:.9g}' for number in numbers)})"
        case "skew":
            x, y = (tan(radians(number)) for number in numbers)
            return f"matrix(1 {y:.9g} {x:.9g} 1 0 0)"
        case _:
            return None
