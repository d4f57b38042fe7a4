"""<position> and its axes (CSS Values 4 §9, CSS Backgrounds 3 §2.6)."""

from __future__ import annotations

from typing import TypeAlias

from . import value_types as v
from .calculation import is_math, length
from .tokens import Cursor, InvalidValue, Specified, Token, lift, unexpected

# A side or `center`, or an offset.
_Part: TypeAlias = tuple[str, None] | tuple[None, Specified[v.Length]]

_KEYWORD_POSITIONS = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}
HORIZONTAL, VERTICAL = ("left", "right"), ("top", "bottom")


def is_length(token: Token | None) -> bool:
    """True where a <length-percentage> may begin."""
    return token is not None and (token.type in ("number", "percentage", "dimension") or is_math(token))


def _from_end(offset: v.Length) -> v.Length:
    if offset.func is not None:
        func = offset.func
        return v.Length(func=lambda basis: basis - func(basis))
    return v.Length(-offset.px, 1.0 - offset.pct)


def position(cursor: Cursor, three: bool = False) -> Specified[v.Position]:
    """Read a <position> as `Position`; `three` allows the three values of <bg-position>."""
    parts: list[_Part] = []
    while len(parts) < 4:
        name = cursor.keyword(*_KEYWORD_POSITIONS)
        if name is not None:
            parts.append((name, None))
        elif is_length(cursor.peek()):
            parts.append((None, length(cursor)))
        else:
            break
    if not parts or (len(parts) == 3 and not three):
        unexpected(cursor.peek())
    return _position(parts)


def _single(part: _Part) -> Specified[v.Length]:
    return v.Length(pct=_KEYWORD_POSITIONS[part[0]]) if part[0] is not None else part[1]


def _position(parts: list[_Part]) -> Specified[v.Position]:
    if len(parts) == 1:
        if parts[0][0] in VERTICAL:
            return lift(v.Position, v.HALF, _single(parts[0]))
        return lift(v.Position, _single(parts[0]), v.HALF)
    if len(parts) == 2:
        first, second = parts
        if first[0] in VERTICAL or second[0] in HORIZONTAL:
            if first[0] is None or second[0] is None:
                raise InvalidValue("a length cannot precede 'left' or follow 'top' in a position")
            first, second = second, first
        if first[0] in VERTICAL or second[0] in HORIZONTAL:
            raise InvalidValue("a position names one axis twice")
        return lift(v.Position, _single(first), _single(second))
    return _edges(parts)


def _edges(parts: list[_Part]) -> Specified[v.Position]:
    """`right 10px top 5%`, with an offset missing at most once."""
    x: Specified[v.Length] | None = None
    y: Specified[v.Length] | None = None
    i = 0
    centers = 0
    while i < len(parts):
        name = parts[i][0]
        if name is None:
            raise InvalidValue("an offset in a position follows a side")
        i += 1
        offset: Specified[v.Length] = v.ZERO
        if i < len(parts) and (following := parts[i])[0] is None:
            if name == "center":
                raise InvalidValue("'center' takes no offset")
            offset = following[1]
            i += 1
        if name == "center":
            centers += 1
            continue
        value = lift(_from_end, offset) if name in ("right", "bottom") else offset
        if name in HORIZONTAL:
            if x is not None:
                raise InvalidValue("a position names one axis twice")
            x = value
        else:
            if y is not None:
                raise InvalidValue("a position names one axis twice")
            y = value
    if (x is None) + (y is None) != centers:
        raise InvalidValue("a position takes one offset for each axis")
    return lift(v.Position, v.HALF if x is None else x, v.HALF if y is None else y)


def axis_position(cursor: Cursor, vertical: bool) -> Specified[v.Length]:
    """Read one component of `background-position-x|y` as `Length`."""
    near, far = VERTICAL if vertical else HORIZONTAL
    if cursor.keyword("center"):
        return v.HALF
    side = cursor.keyword(near, far)
    if not is_length(cursor.peek()):
        if side is None:
            unexpected(cursor.peek())
        return v.Length(pct=_KEYWORD_POSITIONS[side])
    offset = length(cursor)
    return lift(_from_end, offset) if side == far else offset
