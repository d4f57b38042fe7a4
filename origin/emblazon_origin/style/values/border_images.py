"""`border-image` and its longhands (CSS Backgrounds 3 §5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from . import value_types as v
from .calculation import length, length_px, number
from .image_values import image
from .tokens import Cursor, InvalidValue, Specified, lift, lift_tuple, unexpected

_Side = TypeVar("_Side")

HUNDRED = v.Length(pct=1.0)
INITIAL_SLICE = (HUNDRED, HUNDRED, HUNDRED, HUNDRED, False)
INITIAL_WIDTH = (1.0, 1.0, 1.0, 1.0)  # times the border's own
INITIAL_OUTSET = (0.0, 0.0, 0.0, 0.0)
INITIAL_REPEAT = ("stretch", "stretch")
IMAGE_KEYS = (
    "border_image_source", "border_image_slice", "border_image_width", "border_image_outset",
    "border_image_repeat",
)  # fmt: skip
_REPEATS = ("stretch", "repeat", "round", "space")


def image_source(cursor: Cursor) -> Specified[v.Image] | None:
    """Read `border-image-source`."""
    if cursor.keyword("none"):
        return None
    return image(cursor)


def image_slice(cursor: Cursor) -> Specified[tuple[v.Length | bool, ...]]:
    """Read `border-image-slice` as four lengths (a number is px of the image) and whether it fills."""
    fill = cursor.keyword("fill") is not None
    sides = _sides(cursor, _slice)
    fill = cursor.keyword("fill") is not None or fill
    return lift(lambda four: (*four, fill), lift_tuple(sides))


def image_width(cursor: Cursor) -> Specified[tuple[v.BorderImageSide, ...]]:
    """Read `border-image-width`: lengths, factors of the border's width, or auto."""
    return lift_tuple(_sides(cursor, _width))


def image_outset(cursor: Cursor) -> Specified[tuple[v.Length | float, ...]]:
    """Read `border-image-outset`: lengths, or factors of the border's width."""
    return lift_tuple(_sides(cursor, _outset))


def image_repeat(cursor: Cursor) -> tuple[str, str]:
    """Read `border-image-repeat`: across, and down where it differs."""
    name = cursor.keyword(*_REPEATS)
    if name is None:
        unexpected(cursor.peek())
    return name, cursor.keyword(*_REPEATS) or name


def border_image(cursor: Cursor) -> dict[str, object]:
    """Read the shorthand: source, slice [/ width [/ outset]] and repeat in any order."""
    found: dict[str, object] = {
        "border_image_source": None, "border_image_slice": INITIAL_SLICE,
        "border_image_width": INITIAL_WIDTH, "border_image_outset": INITIAL_OUTSET,
        "border_image_repeat": INITIAL_REPEAT,
    }  # fmt: skip
    while (token := cursor.peek()) is not None:
        if token.type == "ident" and str(token.value).lower() in _REPEATS:
            found["border_image_repeat"] = image_repeat(cursor)
        elif _is_slice(cursor):
            found["border_image_slice"] = image_slice(cursor)
            if cursor.literal("/"):
                if not (following := cursor.peek()) or following.type != "literal":
                    found["border_image_width"] = image_width(cursor)
                if cursor.literal("/"):
                    found["border_image_outset"] = image_outset(cursor)
        else:
            found["border_image_source"] = image_source(cursor)
    return found


def legacy_border_image(cursor: Cursor) -> dict[str, object]:
    """Read `-webkit-border-image`, whose slices always fill the middle."""
    found = border_image(cursor)
    if found["border_image_slice"] is not INITIAL_SLICE:
        found["border_image_slice"] = lift(
            lambda sides: (*sides[:4], True),
            cast("Specified[tuple[v.Length | bool, ...]]", found["border_image_slice"]),
        )
    return found


def _is_slice(cursor: Cursor) -> bool:
    token = cursor.peek()
    if token is None:
        return False
    return token.type in ("number", "percentage") or (
        token.type == "ident" and str(token.value).lower() == "fill"
    )


def _sides(cursor: Cursor, read: Callable[[Cursor], _Side]) -> tuple[_Side, _Side, _Side, _Side]:
    """Read one to four values: top, right, bottom, left."""
    items: list[_Side] = []
    while len(items) < 4 and (token := cursor.peek()) is not None:
        if token.type not in ("number", "percentage", "dimension") and not (
            token.type == "ident" and str(token.value).lower() == "auto"
        ):
            break
        items.append(read(cursor))
    if not items:
        raise InvalidValue("one to four values are expected")
    top = items[0]
    right = items[1] if len(items) > 1 else top
    return top, right, items[2] if len(items) > 2 else top, items[3] if len(items) > 3 else right


def _slice(cursor: Cursor) -> Specified[v.Length]:
    token = cursor.peek()
    if token is not None and token.type == "number":
        return lift(v.Length, number(cursor, 0))
    if token is not None and token.type == "percentage":
        return length(cursor, 0)
    unexpected(token)


def _outset(cursor: Cursor) -> Specified[v.Length | float]:
    token = cursor.peek()
    if token is not None and token.type == "number":
        return number(cursor, 0)
    return lift(v.Length, length_px(cursor, 0))


def _width(cursor: Cursor) -> Specified[v.BorderImageSide]:
    token = cursor.peek()
    if cursor.keyword("auto"):
        return v.AUTO
    if token is not None and token.type == "number":
        return number(cursor, 0)
    return length(cursor, 0)
