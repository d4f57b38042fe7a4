"""anchor() and anchor-size(): lengths that are known once other boxes are laid out (Anchor Positioning 1)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from . import value_types as v
from .calculation import length, math_term
from .terms import Term, finite
from .tokens import Cursor, Deferred, InvalidValue, Specified, Token
from .units import Context

_SIDES = frozenset((
    "inside", "outside", "top", "left", "right", "bottom", "start", "end", "self-start", "self-end", "center",
))  # fmt: skip
_AXES = frozenset(("width", "height", "block", "inline", "self-block", "self-inline"))

# The first and the last track of three that a word of position-area names.
AREA_ALL, AREA_CENTER = (0, 2), (1, 1)
ACROSS = {
    **dict.fromkeys(("left", "x-start", "inline-start", "self-x-start", "self-inline-start"), (0, 0)),
    **dict.fromkeys(("right", "x-end", "inline-end", "self-x-end", "self-inline-end"), (2, 2)),
    **dict.fromkeys(("span-left", "span-x-start", "span-inline-start", "span-self-x-start"), (0, 1)),
    **dict.fromkeys(("span-right", "span-x-end", "span-inline-end", "span-self-x-end"), (1, 2)),
}
DOWN = {
    **dict.fromkeys(("top", "y-start", "block-start", "self-y-start", "self-block-start"), (0, 0)),
    **dict.fromkeys(("bottom", "y-end", "block-end", "self-y-end", "self-block-end"), (2, 2)),
    **dict.fromkeys(("span-top", "span-y-start", "span-block-start", "span-self-y-start"), (0, 1)),
    **dict.fromkeys(("span-bottom", "span-y-end", "span-block-end", "span-self-y-end"), (1, 2)),
}
EITHER = {
    "start": (0, 0), "end": (2, 2), "span-start": (0, 1), "span-end": (1, 2), "center": AREA_CENTER,
    "span-all": AREA_ALL, "self-start": (0, 0), "self-end": (2, 2), "span-self-start": (0, 1),
    "span-self-end": (1, 2),
}  # fmt: skip
AREA_WORDS = frozenset((*ACROSS, *DOWN, *EITHER))


class AnchorQuery(NamedTuple):
    """What is asked of an anchor: a side, a share of the way between two, or a size."""

    name: str | None  # None: of the default anchor
    what: str
    share: float | None = None
    of_size: bool = False


class _Answers(threading.local):
    """What answers queries while a box is placed; None elsewhere."""

    answer: Callable[[AnchorQuery], float | None] | None = None


ANSWERS = _Answers()


class NoAnchor(Exception):
    """There is no such anchor, and no fallback: the inset or size is auto."""


class Anchored:
    """A length's function of its basis that asks for anchors."""

    __slots__ = ("context", "fn")

    def __init__(self, term: Term, context: Context | None) -> None:
        self.fn, self.context = term.fn, context

    def __call__(self, basis: float) -> float:
        """Return px; raises `NoAnchor`."""
        return finite(self.fn(self.context, basis))


INSETS = ("left", "right", "top", "bottom")
SIZES = ("width", "height", "min_width", "min_height", "max_width", "max_height")
ANCHORED_KEYS = frozenset((*INSETS, *SIZES))


def is_anchored(value: object) -> bool:
    """Whether a value is a length that asks for anchors."""
    return isinstance(value, v.Length) and isinstance(value.func, Anchored)


def anchored_length(cursor: Cursor, low: float | None = None) -> Specified[v.Length]:
    """Read a <length-percentage> in which anchor() and anchor-size() may stand."""
    token = cursor.peek()
    if token is None or token.type != "function" or not _asks(token):
        return length(cursor, low)
    term = math_term(cursor.next(), _FUNCTIONS)
    if term.type != "length":
        raise InvalidValue(f"expected a length, got a {term.type}")
    if term.relative:
        return Deferred(lambda c: v.Length(func=Anchored(term, c)))
    return v.Length(func=Anchored(term, None))


def _asks(token: Token) -> bool:
    stack = [token]
    while stack:
        item = stack.pop()
        if item.type == "function":
            if item.lower_name in _FUNCTIONS:
                return True
            stack += item.arguments
        elif item.type == "() block":
            stack += item.content
    return False


Whole = Callable[[list[Token]], Term]


def _anchor(whole: Whole, args: list[list[Token]]) -> Term:
    name, cursor = _named(args)
    token = cursor.next()
    if token.type == "percentage":
        query = AnchorQuery(name, "share", token.value / 100)
    elif token.type == "ident" and token.lower_value in _SIDES:
        query = AnchorQuery(name, token.lower_value)
    else:
        raise InvalidValue("anchor() takes a side or a percentage")
    name, _ = _named([cursor.tokens[cursor.i :]], name)
    return _asking(query._replace(name=name), whole, args)


def _anchor_size(whole: Whole, args: list[list[Token]]) -> Term:
    name, cursor = _named(args)
    word = cursor.keyword(*_AXES)
    name, rest = _named([cursor.tokens[cursor.i :]], name)
    if not rest.done:
        raise InvalidValue("anchor-size() takes an axis")
    return _asking(AnchorQuery(name, word or "", of_size=True), whole, args)


def _named(args: list[list[Token]], known: str | None = None) -> tuple[str | None, Cursor]:
    if len(args) > 2:
        raise InvalidValue("too many arguments")
    cursor = Cursor(args[0])
    token = cursor.peek()
    if token is not None and token.type == "ident" and token.value.startswith("--"):
        return str(cursor.next().value), cursor
    return known, cursor


def _asking(query: AnchorQuery, whole: Whole, args: list[list[Token]]) -> Term:
    fallback = whole(args[1]) if len(args) > 1 else None

    def evaluate(context: Context | None, basis: float) -> float:
        found = ANSWERS.answer(query) if ANSWERS.answer is not None else None
        if found is not None:
            return found
        if fallback is None:
            raise NoAnchor
        return fallback.fn(context, basis)

    return Term(evaluate, "length", fallback is not None and fallback.relative, percent=True, linear=False)


_FUNCTIONS = {"anchor": _anchor, "anchor-size": _anchor_size}
