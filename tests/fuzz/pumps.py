"""Inputs that regular expressions take long for: a beginning that fits, much of one thing, an end that fails.

Both are made from the expression itself, so that every new one is tried without anybody thinking of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from re import _parser as parser  # type: ignore[attr-defined]  # the only reader of its syntax
from typing import Any

# What the expressions of this product are about, for those with properties that only `regex` knows.
COMMON = (
    " ", "\t", "\n", "a", "0", "-", ".", ";", "/", "(", "<", "'", "\\", "’", "é", "\u0301", "\u200b",
    "\u200d", "\u2066", "ا", "ก", "あ", "漢", "한", "😀", "🇩",
)  # fmt: skip
_UNITS, _PAIRS, _PREFIXES = 10, 6, 4
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def pumps(pattern: str, flags: int) -> Iterator[tuple[str, str, str]]:
    """Yield (beginning, what is repeated, end)."""
    prefixes, units = _parts(pattern, flags)
    for prefix in prefixes:
        for unit in filter(None, units):
            for end in ("", "\0"):
                yield prefix, unit, end


def _parts(pattern: str, flags: int) -> tuple[list[str], list[str]]:
    try:
        tree = parser.parse(pattern, flags & ~re.DEBUG)
    except (re.error, OverflowError):
        return ["", "a"], list(COMMON)
    units = list(dict.fromkeys([*_repeated(tree), *_characters(tree)]))[:_UNITS]
    units += [first + second for first, second in pairwise(units)][:_PAIRS]
    prefixes = [""]
    for item in tree:
        prefixes.append(prefixes[-1] + _sample([item]))
    return list(dict.fromkeys(prefixes))[:_PREFIXES], list(dict.fromkeys([*units, " ", "a"]))


def _repeated(tree: Any) -> Iterator[str]:
    """Yield what the repetitions of an expression repeat."""
    for name, value in _items(tree):
        if name in _REPEATS:
            yield _sample(value[2])
            yield from _repeated(value[2])
        else:
            for branch in _inside(name, value):
                yield from _repeated(branch)


def _characters(tree: Any) -> Iterator[str]:
    for name, value in _items(tree):
        if name in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            yield _sample([(getattr(parser, name, name), value)]) if name != "NOT_LITERAL" else chr(value)
        for branch in _inside(name, value):
            yield from _characters(branch)


def _items(tree: Any) -> Iterator[tuple[str, Any]]:
    for name, value in tree:
        yield str(name), value


def _inside(name: str, value: Any) -> list[Any]:
    """Return the expressions inside of one."""
    if name in _REPEATS:
        return [value[2]]
    if name == "SUBPATTERN":
        return [value[3]]
    if name == "ATOMIC_GROUP":
        return [value]
    if name == "BRANCH":
        return list(value[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [value[1]]
    return []


def _sample(tree: Any) -> str:
    """Return a text that an expression matches, more or less."""
    text = ""
    for name, value in _items(tree):
        if name == "LITERAL":
            text += chr(value)
        elif name == "NOT_LITERAL":
            text += "a" if value != ord("a") else "b"
        elif name == "ANY":
            text += "x"
        elif name == "IN":
            text += _of_class(value)
        elif name in _REPEATS:
            text += _sample(value[2]) * max(1, min(int(value[0]), 3))
        elif name in ("BRANCH", "SUBPATTERN", "ATOMIC_GROUP"):
            text += _sample(_inside(name, value)[0])
    return text


_CATEGORIES = {
    "CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "w", "CATEGORY_NOT_SPACE": "x",
    "CATEGORY_NOT_DIGIT": "x", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip


def _of_class(value: Any) -> str:
    members = list(_items(value))
    if members and members[0][0] == "NEGATE":
        taken = "".join(chr(v) for name, v in members[1:] if name == "LITERAL")
        return next(character for character in "xy.-z" if character not in taken)
    name, first = members[0]
    if name == "RANGE":
        return chr(first[0])
    return chr(first) if name == "LITERAL" else _CATEGORIES.get(str(first), "a")
