"""Background and mask layers: each `background-*` longhand is a list, zipped into layers at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NoReturn, TypeVar

from ..color.css_color import parse_color
from . import value_types as v
from .calculation import length
from .image_values import image
from .positions import axis_position, position
from .tokens import (
    Cursor,
    InvalidValue,
    Specified,
    UnsupportedValue,
    comma_list,
    lift,
    lift_tuple,
    one_of,
    split_commas,
    unexpected,
)

_T = TypeVar("_T")
MAX_LAYERS = 64
BOXES = ("border-box", "padding-box", "content-box")
_REPEATS = ("repeat", "no-repeat", "space", "round")
BLENDS = (
    "normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn",
    "hard-light", "soft-light", "difference", "exclusion", "hue", "saturation", "color", "luminosity",
    "plus-lighter",
)  # fmt: skip


def layered(parse: Callable[[Cursor], Specified[_T]]) -> Callable[[Cursor], Specified[tuple[_T, ...]]]:
    """Return the parser of a comma-separated list, one item for each layer."""

    def read(cursor: Cursor) -> Specified[tuple[_T, ...]]:
        items = comma_list(cursor, parse)
        if len(items) > MAX_LAYERS:
            raise InvalidValue(f"more than {MAX_LAYERS} layers")
        return lift_tuple(items)

    return read


def image_or_none(cursor: Cursor) -> Specified[v.Image | None]:
    """Read one `background-image`."""
    return None if cursor.keyword("none") else image(cursor)


def repeat(cursor: Cursor) -> tuple[str, str]:
    """Read one `background-repeat`."""
    if (name := cursor.keyword("repeat-x", "repeat-y")) is not None:
        return ("repeat", "no-repeat") if name == "repeat-x" else ("no-repeat", "repeat")
    first = one_of(_REPEATS)(cursor)
    return first, cursor.keyword(*_REPEATS) or first


def size(cursor: Cursor) -> Specified[v.BackgroundSize]:
    """Read one `background-size`."""
    whole: Literal["cover", "contain"] | None = cursor.keyword("cover", "contain")
    if whole is not None:
        return whole

    def one() -> Specified[v.Length | v.Auto]:
        return v.AUTO if cursor.keyword("auto") else length(cursor, 0)

    width = one()
    height: Specified[v.Length | v.Auto] = v.AUTO
    token = cursor.peek()
    if token is not None and token.type != "literal" and cursor.ident() in (None, "auto"):
        height = cursor.attempt(lambda c: one()) or v.AUTO
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


def axis(vertical: bool) -> Callable[[Cursor], Specified[tuple[v.Length, ...]]]:
    """Return the parser of `background-position-x|y`."""
    return layered(lambda cursor: axis_position(cursor, vertical))


def _x(place: v.Position) -> v.Length:
    return place.x


def _y(place: v.Position) -> v.Length:
    return place.y


def positions(prefix: str) -> Callable[[Cursor], dict[str, object]]:
    """Return the parser of `background-position` as its two axes."""

    def read(cursor: Cursor) -> dict[str, object]:
        items = comma_list(cursor, lambda c: position(c, three=prefix == "background"))
        return {
            f"{prefix}_position_x": lift_tuple([lift(_x, i) for i in items]),
            f"{prefix}_position_y": lift_tuple([lift(_y, i) for i in items]),
        }

    return read


_LAYER_INITIAL: dict[str, object] = {
    "image": None, "position_x": v.ZERO, "position_y": v.ZERO, "size": ("auto", "auto"),
    "repeat": ("repeat", "repeat"), "attachment": "scroll",
}  # fmt: skip


def attachment(cursor: Cursor) -> str:
    """Read one `background-attachment`."""
    return one_of(("scroll", "fixed", "local"))(cursor)


def _layer(cursor: Cursor, last: bool, mask: bool) -> dict[str, object]:
    """Read one layer of the `background` or `mask` shorthand."""
    found: dict[str, object] = {}
    boxes: list[str] = []
    box = mask_clip if mask else clip
    # No two of them take the same; a colour is the most usual one.
    parsers: dict[str, Callable[[Cursor], object]] = {"color": parse_color} if last and not mask else {}
    parsers |= {"image": image_or_none, "repeat": repeat}
    if mask:
        parsers |= {"mode": one_of(("alpha", "luminance", "match-source")), "composite": composite}
    else:
        parsers["attachment"] = attachment
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
            elif "position_x" not in found:
                place = position(cursor, three=not mask)
                found["position_x"], found["position_y"] = lift(_x, place), lift(_y, place)
                if cursor.literal("/"):
                    found["size"] = size(cursor)
            else:
                unexpected(cursor.peek())
    if not found and not boxes:
        raise InvalidValue("an empty layer")
    return _boxed(found, boxes, mask)


def _again() -> NoReturn:
    raise InvalidValue("twice")


def _boxed(found: dict[str, object], boxes: list[str], mask: bool) -> dict[str, object]:
    """Add what is initial, and spread one or two boxes over origin and clip."""
    layer = {**_LAYER_INITIAL, **found}
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


def _shorthand(cursor: Cursor, prefix: str, parts: tuple[str, ...]) -> dict[str, object]:
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
    found: dict[str, object] = {
        f"{prefix}_{part}": lift_tuple([layer[part] for layer in layers]) for part in parts
    }
    if not mask:
        found["background_color"] = layers[-1].get("color", v.TRANSPARENT)
    return found


def background(cursor: Cursor) -> dict[str, object]:
    """Read the `background` shorthand."""
    return _shorthand(cursor, "background", _BACKGROUND)


def mask(cursor: Cursor) -> dict[str, object]:
    """Read the `mask` shorthand."""
    return _shorthand(cursor, "mask", _MASK)
