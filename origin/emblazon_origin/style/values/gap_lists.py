"""Values of the rules in gaps: a list that gives each gap its own (CSS Gap Decorations 1 §3.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from .calculation import integer
from .tokens import (
    MAX_ITEMS,
    Cursor,
    InvalidValue,
    Specified,
    Token,
    lift,
    lift_tuple,
    split_commas,
    unexpected,
)
from .value_types import GapList

T = TypeVar("T")
Read = Callable[[Cursor], Specified[T]]


class _Parts(NamedTuple, Generic[T]):
    """What a list reads as, before its values are known."""

    first: list[T]
    between: list[T]
    last: list[T]


def gap_list(cursor: Cursor, read: Read[T]) -> Specified[GapList[T]]:
    """Read a comma-separated list of values and repeat()."""
    parts = _parts(cursor, read)
    return lift(
        lambda first, between, last: GapList(first, between, last),
        lift_tuple(parts.first),
        lift_tuple(parts.between),
        lift_tuple(parts.last),
    )


def gap_lists(cursor: Cursor, read: Callable[[Cursor], dict[str, object]]) -> dict[str, object]:
    """Read the same where each item gives several values by their names; return a list for each name."""
    parts = _parts(cursor, read)
    names = parts.first[0] if parts.first else parts.between[0]
    return {
        name: lift(
            lambda first, between, last: GapList(first, between, last),
            *(lift_tuple([item[name] for item in part]) for part in parts),
        )
        for name in names
    }


def _parts(cursor: Cursor, read: Callable[[Cursor], T]) -> _Parts[T]:
    found: _Parts[T] = _Parts([], [], [])
    for tokens in split_commas(cursor.tokens[cursor.i :]):
        token = tokens[0]
        target = found.last if found.between else found.first
        if token.type == "function" and token.lower_name == "repeat" and len(tokens) == 1:
            times, values = _repeated(token, read)
            if times is None and found.between:
                raise InvalidValue("one repeat(auto, …) at most")
            if times is None:
                found.between.extend(values)
            else:
                target.extend((values * min(times, MAX_ITEMS))[:MAX_ITEMS])
        else:
            target.append(_whole(tokens, read))
        if sum(map(len, found)) > MAX_ITEMS:
            raise InvalidValue(f"more than {MAX_ITEMS} items")
    cursor.i = len(cursor.tokens)
    return found


def _repeated(token: Token, read: Callable[[Cursor], T]) -> tuple[int | None, list[T]]:
    head, *items = split_commas(token.arguments)
    number = Cursor(head)
    times: int | None = None
    if not number.keyword("auto"):
        value = integer(number, 1)
        if not isinstance(value, int):
            unexpected(head[0])
        times = value
    number.end()
    if not items:
        raise InvalidValue("repeat() without values")
    return times, [_whole(item, read) for item in items]


def _whole(tokens: list[Token], read: Callable[[Cursor], T]) -> T:
    cursor = Cursor(tokens)
    value = read(cursor)
    cursor.end()
    return value
