"""Motion paths: where a still box stands on one (Motion Path 1)."""

from __future__ import annotations

from typing import Literal

from ..syntax.registry import longhand, shorthand
from ..values import value_types as v
from ..values.calculation import angle, length
from ..values.image_values import url_token
from ..values.positions import position
from ..values.tokens import Cursor, InvalidValue, Specified, UnsupportedValue, lift, unexpected
from .shapes import shape

_Size = Literal["closest-side", "closest-corner", "farthest-side", "farthest-corner", "sides"]
_Box = Literal["content-box", "padding-box", "border-box"]
_SIZES: tuple[_Size, ...] = ("closest-side", "closest-corner", "farthest-side", "farthest-corner", "sides")
_BOXES: dict[str, _Box] = {
    "content-box": "content-box", "padding-box": "padding-box", "border-box": "border-box",
    "fill-box": "content-box", "stroke-box": "border-box", "view-box": "border-box",
}  # fmt: skip
_ROUND = ("circle", "ellipse")


def _ray(cursor: Cursor) -> Specified[v.RayShape]:
    """Read what is in `ray()`."""
    turn: Specified[float] | None = None
    size: _Size | None = None
    contain = False
    at: Specified[v.Position] | None = None
    while not cursor.done:
        if size is None and (found := cursor.keyword(*_SIZES)):
            size = found
        elif not contain and cursor.keyword("contain"):
            contain = True
        elif at is None and cursor.keyword("at"):
            at = position(cursor)
        elif turn is None:
            turn = angle(cursor)
        else:
            unexpected(cursor.peek())
    if turn is None:
        raise InvalidValue("ray() takes an angle")
    extent: _Size = size or "closest-side"
    return lift(lambda degrees, place: v.RayShape(degrees, extent, contain, place), turn, at)


def _offset_path(cursor: Cursor) -> Specified[v.MotionPath | None]:
    """Read `none`, or a shape, a box, or both."""
    if cursor.keyword("none"):
        return None
    found: Specified[v.BasicShape | v.RayShape] | None = None
    box: _Box | None = None
    centred = False
    while not cursor.done:
        token = cursor.peek()
        if box is None and (name := cursor.keyword(*_BOXES)) is not None:
            box = _BOXES[name]
        elif found is None and token is not None and url_token(token) is not None:
            raise UnsupportedValue("motion paths by url() are not drawn; write path()")
        elif found is None and token is not None and token.type == "function":
            cursor.i += 1
            if token.lower_name == "ray":
                inside = Cursor(token.arguments)
                found = _ray(inside)
            else:
                found = shape(token)
                words = (part for part in token.arguments if part.type == "ident")
                centred = token.lower_name in _ROUND and all(part.lower_value != "at" for part in words)
        else:
            break
    if found is None and box is None:
        unexpected(cursor.peek())
    where: _Box = box or "border-box"
    return lift(lambda s: v.MotionPath(s, where, centred), v.BoxShape() if found is None else found)


def _offset_rotate(cursor: Cursor) -> Specified[v.MotionTurn]:
    word = cursor.keyword("auto", "reverse")
    turn = cursor.attempt(angle)
    word = word or cursor.keyword("auto", "reverse")
    if word is None and turn is None:
        unexpected(cursor.peek())
    back = 180.0 if word == "reverse" else 0.0
    return lift(lambda degrees: v.MotionTurn(word is not None, degrees + back), 0.0 if turn is None else turn)


def _offset_anchor(cursor: Cursor) -> Specified[v.Position] | None:
    return None if cursor.keyword("auto") else position(cursor)


def _offset_position(cursor: Cursor) -> object:
    return cursor.keyword("auto", "normal") or position(cursor)


_KEYS = ("offset_path", "offset_distance", "offset_rotate", "offset_anchor", "offset_position")


def _offset(cursor: Cursor) -> dict[str, object]:
    """Read the shorthand: a position, a path with a distance and a turn, and an anchor after a slash."""
    found: dict[str, object] = dict(zip(_KEYS, (None, v.ZERO, v.MotionTurn(), None, "normal"), strict=True))
    place = cursor.attempt(_offset_position)
    if place is not None:
        found["offset_position"] = place
    if not cursor.done and not _at_slash(cursor):
        found["offset_path"] = _offset_path(cursor)
        turned = moved = False
        while not cursor.done and not _at_slash(cursor):
            if not turned and (turn := cursor.attempt(_offset_rotate)) is not None:
                found["offset_rotate"], turned = turn, True
            elif not moved:
                found["offset_distance"], moved = length(cursor), True
            else:
                unexpected(cursor.peek())
    if cursor.literal("/"):
        found["offset_anchor"] = _offset_anchor(cursor)
    return found


def _at_slash(cursor: Cursor) -> bool:
    token = cursor.peek()
    return token is not None and token.type == "literal" and token.value == "/"


longhand("offset-path", None, _offset_path, status="partly", note="no url()")
longhand("offset-distance", v.ZERO, length)
longhand("offset-rotate", v.MotionTurn(), _offset_rotate)
longhand("offset-anchor", None, _offset_anchor)
longhand("offset-position", "normal", _offset_position)
shorthand("offset", _KEYS, _offset)
