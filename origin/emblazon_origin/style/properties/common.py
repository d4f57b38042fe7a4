"""Parsers that several properties share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from ..values import value_types as v
from ..values.anchors import anchored_length
from ..values.calculation import is_math, length, length_px, number
from ..values.tokens import Cursor, InvalidValue, Specified, one_of, unexpected

Parse = Callable[[Cursor], object]
T = TypeVar("T")
S = TypeVar("S")


def keyword_or(parse: Callable[[Cursor], T], *names: str) -> Callable[[Cursor], T | str]:
    """Return a parser of one of the keywords, or what `parse` reads."""

    def read(cursor: Cursor) -> T | str:
        name = cursor.keyword(*names)
        return parse(cursor) if name is None else name

    return read


def mapped(parse: Callable[[Cursor], T], table: Mapping[str, S]) -> Callable[[Cursor], T | S]:
    """Return a parser that replaces keywords by values, or reads what `parse` reads."""

    def read(cursor: Cursor) -> T | S:
        name = cursor.keyword(*table)
        return parse(cursor) if name is None else table[name]

    return read


def enum(table: Mapping[str, T]) -> Callable[[Cursor], T]:
    """Return a parser of keywords that stand for values."""
    names = one_of(tuple(table))
    return lambda cursor: table[names(cursor)]


def positive_length(cursor: Cursor) -> Specified[v.Length]:
    """Read a non-negative <length-percentage>."""
    return length(cursor, 0)


def positive_px(cursor: Cursor) -> Specified[float]:
    """Read a non-negative <length> as px."""
    return length_px(cursor, 0)


def positive_number(cursor: Cursor) -> Specified[float]:
    """Read a non-negative <number>."""
    return number(cursor, 0)


def is_numeric(cursor: Cursor) -> bool:
    """True where a number, dimension, percentage or math function is next."""
    token = cursor.peek()
    return token is not None and (token.type in ("number", "percentage", "dimension") or is_math(token))


def four_sides(names: tuple[str, str, str, str], parse: Parse) -> Callable[[Cursor], dict[str, object]]:
    """Return the parser of a one-to-four-values shorthand: top, right, bottom, left."""

    def read(cursor: Cursor) -> dict[str, object]:
        items = [parse(cursor)]
        while not cursor.done and len(items) < 4:
            items.append(parse(cursor))
        top = items[0]
        right = items[1] if len(items) > 1 else top
        bottom = items[2] if len(items) > 2 else top
        left = items[3] if len(items) > 3 else right
        return dict(zip(names, (top, right, bottom, left), strict=True))

    return read


def pair(first: str, second: str, parse: Parse) -> Callable[[Cursor], dict[str, object]]:
    """Return the parser of a one-or-two-values shorthand."""

    def read(cursor: Cursor) -> dict[str, object]:
        one = parse(cursor)
        return {first: one, second: one if cursor.done else parse(cursor)}

    return read


def any_order(
    cursor: Cursor, parsers: Mapping[str, Parse], initials: Mapping[str, object]
) -> dict[str, object]:
    """Read components that may stand in any order, each at most once; the missing are initial."""
    found: dict[str, object] = {}
    while not cursor.done:
        for key, parse in parsers.items():
            if key not in found and (value := attempt(cursor, parse)) is not _NOTHING:
                found[key] = value
                break
        else:
            unexpected(cursor.peek())
    if not found:
        raise InvalidValue("the value is empty")
    return {**initials, **found}


class _Nothing:
    """No value was read (None is a value)."""


_NOTHING = _Nothing()


def attempt(cursor: Cursor, parse: Parse) -> object:
    """Return what `parse` reads, or `_NOTHING` with the cursor as it was."""
    start = cursor.i
    try:
        return parse(cursor)
    except InvalidValue:
        cursor.i = start
        return _NOTHING


_INTRINSIC = {
    "min-content": "min-content", "max-content": "max-content", "fit-content": "fit-content",
    "-webkit-min-content": "min-content", "-webkit-max-content": "max-content",
    "-webkit-fit-content": "fit-content",
}  # fmt: skip


def size(default: str) -> Parse:
    """Return the parser of a size: `auto` (or `none`), intrinsic keywords, lengths."""

    def read(cursor: Cursor) -> object:
        if cursor.keyword(default):
            return default
        name = cursor.keyword(*_INTRINSIC)
        if name is not None:
            return _INTRINSIC[name]
        if cursor.keyword("stretch", "-webkit-fill-available") is not None:
            return "stretch"
        return anchored_length(cursor, 0)

    return read
