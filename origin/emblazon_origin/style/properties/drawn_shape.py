"""The grammar of `shape()` (CSS Shapes 2 §4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..values import value_types as v
from ..values.calculation import angle, length
from ..values.positions import position
from ..values.tokens import Cursor, InvalidValue, Specified, lift, lift_tuple, unexpected

Lengths = list[Specified[v.Length]]
_SIDES = {"left": 0.0, "x-start": 0.0, "top": 0.0, "y-start": 0.0, "center": 0.5}
_FAR_SIDES = {"right": 1.0, "x-end": 1.0, "bottom": 1.0, "y-end": 1.0}
_ACROSS, _DOWN = ("left", "right", "x-start", "x-end"), ("top", "bottom", "y-start", "y-end")


def drawn_shape(cursor: Cursor, rule: Literal["nonzero", "evenodd"]) -> Specified[v.BasicShape]:
    """Read what follows the fill rule of a `shape()`."""
    _expect(cursor, "from")
    start = _place(cursor)
    steps: list[Specified[v.DrawnStep]] = []
    while cursor.literal(","):
        steps.append(_step(cursor))
    if not steps:
        raise InvalidValue("shape() takes a command after where it begins")
    return lift(lambda s, all_: v.DrawnShape((s[0], s[1]), all_, rule), lift_tuple(start), lift_tuple(steps))


def _expect(cursor: Cursor, word: str) -> None:
    if not cursor.keyword(word):
        unexpected(cursor.peek())


def _place(cursor: Cursor) -> Lengths:
    """Read a <position> as two lengths."""
    found = position(cursor)
    return [lift(lambda at: at.x, found), lift(lambda at: at.y, found)]


def _pair(cursor: Cursor) -> Lengths:
    return [length(cursor), length(cursor)]


def _step(cursor: Cursor) -> Specified[v.DrawnStep]:
    name = cursor.keyword("move", "line", "hline", "vline", "curve", "smooth", "arc", "close")
    if name is None:
        unexpected(cursor.peek())
    if name == "close":
        return v.DrawnStep("Z", by=False)
    by = cursor.keyword("to", "by")
    if by is None:
        unexpected(cursor.peek())
    relative = by == "by"
    if name in ("hline", "vline"):
        return _straight(cursor, "H" if name == "hline" else "V", relative)
    to = _pair(cursor) if relative else _place(cursor)
    if name in ("move", "line"):
        letter: v.DrawnLetter = "M" if name == "move" else "L"
        return lift(lambda all_: v.DrawnStep(letter, relative, all_), lift_tuple(to))
    return {"curve": _curve, "smooth": _smooth, "arc": _arc}[name](cursor, to, relative)


def _straight(cursor: Cursor, letter: v.DrawnLetter, by: bool) -> Specified[v.DrawnStep]:
    sides = _ACROSS if letter == "H" else _DOWN
    name = None if by else cursor.keyword("center", *sides)
    to: Specified[v.Length] = length(cursor) if name is None else v.Length(pct=(_SIDES | _FAR_SIDES)[name])
    return lift(lambda at: v.DrawnStep(letter, by, (at,)), to)


def _control(cursor: Cursor, by: bool) -> tuple[Lengths, v.ControlOrigin]:
    """Read a control point, and what it is told from."""
    start = cursor.i
    pair = cursor.attempt(_pair)
    if pair is None or (not by and cursor.ident() in ("left", "right", "top", "bottom", "center")):
        cursor.i = start
        return _place(cursor), "origin"
    if not cursor.keyword("from"):
        return pair, "start" if by else "origin"
    origin: v.ControlOrigin | None = cursor.keyword("start", "end", "origin")
    if origin is None:
        unexpected(cursor.peek())
    return pair, origin


def _curve(cursor: Cursor, to: Lengths, by: bool) -> Specified[v.DrawnStep]:
    _expect(cursor, "with")
    controls = [_control(cursor, by)]
    if cursor.literal("/"):
        controls.append(_control(cursor, by))
    lengths = [*to, *(part for pair, _ in controls for part in pair)]
    origins = tuple(origin for _, origin in controls)
    letter: v.DrawnLetter = "C" if len(controls) == 2 else "Q"
    return lift(lambda all_: v.DrawnStep(letter, by, all_, origins), lift_tuple(lengths))


def _smooth(cursor: Cursor, to: Lengths, by: bool) -> Specified[v.DrawnStep]:
    if not cursor.keyword("with"):
        return lift(lambda all_: v.DrawnStep("T", by, all_), lift_tuple(to))
    pair, origin = _control(cursor, by)
    return lift(lambda all_: v.DrawnStep("S", by, all_, (origin,)), lift_tuple([*to, *pair]))


def _arc(cursor: Cursor, to: Lengths, by: bool) -> Specified[v.DrawnStep]:
    _expect(cursor, "of")
    radii = [length(cursor)]
    second = cursor.attempt(length)
    if second is not None:
        radii.append(second)
    sweep: str | None = None
    size: str | None = None
    turn: Specified[float] | None = None
    while not cursor.done and cursor.peek() is not None:
        if sweep is None and (found := cursor.keyword("cw", "ccw")):
            sweep = found
        elif size is None and (found := cursor.keyword("large", "small")):
            size = found
        elif turn is None and cursor.keyword("rotate"):
            turn = angle(cursor)
        else:
            break
    build: Callable[[tuple[v.Length, ...], float], v.DrawnStep] = lambda all_, degrees: v.DrawnStep(  # noqa: E731
        "A", by, all_, (), degrees, size == "large", sweep == "cw"
    )
    return lift(build, lift_tuple([*to, *radii]), 0.0 if turn is None else turn)
