"""Background and mask layers: each `background-*` longhand is a list, zipped into layers at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..color.css_color import parse_color
from . import value_types as v
from .calculation import length
from .image_values import image
from .positions import axis_position, position
from .tokens import (
    Cursor,
    InvalidValue,
    UnsupportedValue,
    comma_list,
    lift,
    lift_tuple,
    one_of,
    split_commas,
    unexpected,
)

MAX_LAYERS = 64
BOXES = ("border-box", "padding-box", "content-box")
_REPEATS = ("repeat", "no-repeat", "space", "round")
BLENDS = (
    "normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn",
    "hard-light", "soft-light", "difference", "exclusion", "hue", "saturation", "color", "luminosity",
    "plus-lighter",
)  # fmt: skip


def layered(parse: Callable[[Cursor], Any]) -> Callable[[Cursor], Any]:
    """Return the parser of a comma-separated list, one item for each layer."""

    def read(cursor: Cursor) -> Any:
        items = comma_list(cursor, parse)
        if len(items) > MAX_LAYERS:
            raise InvalidValue(f"more than {MAX_LAYERS} layers")
        return lift_tuple(items)

    return read


def image_or_none(cursor: Cursor) -> Any:
    """Read one `background-image`."""
    return None if cursor.keyword("none") else image(cursor)


def repeat(cursor: Cursor) -> tuple[str, str]:
    """Read one `background-repeat`."""
    if (name := cursor.keyword("repeat-x", "repeat-y")) is not None:
        return ("repeat", "no-repeat") if name == "repeat-x" else ("no-repeat", "repeat")
    first = one_of(_REPEATS)(cursor)
    return first, cursor.keyword(*_REPEATS) or first


def size(cursor: Cursor) -> Any:
    """Read one `background-size`."""
    if (name := cursor.keyword("cover", "contain")) is not None:
        return name

    def one() -> Any:
        return "auto" if cursor.keyword("auto") else length(cursor, 0)

    width = one()
    height: Any = "auto"
    token = cursor.peek()
    if token is not None and token.type != "literal" and cursor.ident() in (None, "auto"):
        height = cursor.attempt(lambda c: one()) or "auto"
    return lift(lambda w, h: (w, h), width, height)


def clip(cursor: Cursor) -> str:
    """Read one `background-clip`."""
    name = one_of((*BOXES, "text", "border-area"))(cursor)
    if name == "border-area":
        raise UnsupportedValue("background-clip: border-area is not drawn; use two backgrounds")
    return name


def mask_clip(cursor: Cursor) -> str:
    """Read one `mask-clip`."""
    name = one_of((*BOXES, "no-clip", "text", "fill-box", "stroke-box", "view-box"))(cursor)
    return {"fill-box": "content-box", "stroke-box": "border-box", "view-box": "border-box"}.get(name, name)


def mask_origin(cursor: Cursor) -> str:
    """Read one `mask-origin`."""
    name = one_of((*BOXES, "fill-box", "stroke-box", "view-box"))(cursor)
    return {"fill-box": "content-box", "stroke-box": "border-box", "view-box": "border-box"}.get(name, name)


_COMPOSITE = {
    "add": "add", "subtract": "subtract", "intersect": "intersect", "exclude": "exclude",
    "source-over": "add", "source-out": "subtract", "source-in": "intersect", "xor": "exclude",
}  # fmt: skip


def composite(cursor: Cursor) -> str:
    """Read one `mask-composite`, in the standard or the -webkit- words."""
    return _COMPOSITE[one_of(tuple(_COMPOSITE))(cursor)]


def axis(vertical: bool) -> Callable[[Cursor], Any]:
    """Return the parser of `background-position-x|y`."""
    return layered(lambda cursor: axis_position(cursor, vertical))


def positions(prefix: str) -> Callable[[Cursor], dict[str, Any]]:
    """Return the parser of `background-position` as its two axes."""

    def read(cursor: Cursor) -> dict[str, Any]:
        items = comma_list(cursor, lambda c: position(c, three=prefix == "background"))
        return {
            f"{prefix}_position_x": lift_tuple([lift(lambda p: p.x, i) for i in items]),
            f"{prefix}_position_y": lift_tuple([lift(lambda p: p.y, i) for i in items]),
        }

    return read


_LAYER_INITIAL: dict[str, Any] = {
    "image": None, "position_x": v.ZERO, "position_y": v.ZERO, "size": ("auto", "auto"),
    "repeat": ("repeat", "repeat"), "attachment": "scroll",
}  # fmt: skip


def attachment(cursor: Cursor) -> str:
    """Read one `background-attachment`."""
    name = one_of(("scroll", "fixed", "local"))(cursor)
    if name == "fixed":
        cursor.notes.append("background-attachment: fixed is drawn as scroll")
    return name


def _layer(cursor: Cursor, last: bool, mask: bool) -> dict[str, Any]:
    """Read one layer of the `background` or `mask` shorthand."""
    found: dict[str, Any] = {}
    boxes: list[str] = []
    box = mask_clip if mask else clip
    parsers: dict[str, Callable[[Cursor], Any]] = {"image": image_or_none, "repeat": repeat}
    if mask:
        parsers |= {"mode": one_of(("alpha", "luminance", "match-source")), "composite": composite}
    else:
        parsers["attachment"] = attachment
        if last:
            parsers["color"] = parse_color
    while not cursor.done:
        for key, parse in parsers.items():
            start = cursor.i
            try:
                value = parse(cursor) if key not in found else _again()
            except InvalidValue:
                cursor.i = start
                continue
            found[key] = value
            break
        else:
            if len(boxes) < 2 and (name := cursor.attempt(box)) is not None:
                boxes.append(name)
            elif "position" not in found:
                found["position"] = position(cursor, three=not mask)
                if cursor.literal("/"):
                    found["size"] = size(cursor)
            else:
                unexpected(cursor.peek())
    if not found and not boxes:
        raise InvalidValue("an empty layer")
    return _boxed(found, boxes, mask)


def _again() -> Any:
    raise InvalidValue("twice")


def _boxed(found: dict[str, Any], boxes: list[str], mask: bool) -> dict[str, Any]:
    """Spread the position over its axes and one or two boxes over origin and clip."""
    layer = {**_LAYER_INITIAL, **found}
    if "position" in layer:
        place = layer.pop("position")
        layer["position_x"] = lift(lambda p: p.x, place)
        layer["position_y"] = lift(lambda p: p.y, place)
    default = "border-box" if mask else "padding-box"
    plain = [b for b in boxes if b in BOXES]
    other = [b for b in boxes if b not in BOXES]
    layer["origin"] = plain[0] if plain else default
    layer["clip"] = other[0] if other else plain[-1] if plain else "border-box"
    if mask:
        layer.setdefault("mode", "match-source")
        layer.setdefault("composite", "add")
        layer.pop("attachment", None)
    return layer


_BACKGROUND = ("image", "position_x", "position_y", "size", "repeat", "attachment", "origin", "clip")
_MASK = ("image", "position_x", "position_y", "size", "repeat", "origin", "clip", "mode", "composite")
BACKGROUND_KEYS = tuple(f"background_{part}" for part in _BACKGROUND)
MASK_KEYS = tuple(f"mask_{part}" for part in _MASK)


def _shorthand(cursor: Cursor, prefix: str, parts: tuple[str, ...]) -> dict[str, Any]:
    mask = prefix == "mask"
    pieces = split_commas(cursor.tokens)
    if len(pieces) > MAX_LAYERS:
        raise InvalidValue(f"more than {MAX_LAYERS} layers")
    layers = []
    for index, piece in enumerate(pieces):
        sub = Cursor(piece)
        layers.append(_layer(sub, index == len(pieces) - 1, mask))
        sub.end()
        cursor.notes.extend(sub.notes)
    cursor.i = len(cursor.tokens)
    found = {f"{prefix}_{part}": lift_tuple([layer[part] for layer in layers]) for part in parts}
    if not mask:
        found["background_color"] = layers[-1].get("color", v.TRANSPARENT)
    return found


def background(cursor: Cursor) -> dict[str, Any]:
    """Read the `background` shorthand."""
    return _shorthand(cursor, "background", _BACKGROUND)


def mask(cursor: Cursor) -> dict[str, Any]:
    """Read the `mask` shorthand."""
    return _shorthand(cursor, "mask", _MASK)
