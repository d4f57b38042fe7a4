"""Reading component values: a cursor over tinycss2 tokens, and values that wait for an element.

A parser turns tokens into a specified value. What depends on the element (`em`, `currentcolor`) is a
`Deferred`: a function of the `Context`; anything built from one is itself deferred through `lift`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import tinycss2

from .units import Context

Token = Any  # a tinycss2 node, whose attributes differ by type


MAX_NESTING = 32  # of functions and brackets: what reads values recursively stays far from Python's limit


MAX_ITEMS = 1000  # of a comma-separated list


class InvalidValue(ValueError):
    """The value is not in the property's grammar; the message is the reason."""


class UnsupportedValue(ValueError):
    """The value is good CSS that Emblazon does not draw; the message is the reason."""


_LONG_NUMBER = re.compile(r"\d{60,}")


def bounded_numbers(text: str) -> str:
    """Return CSS text with absurdly long numbers cut, which Python would refuse to read."""
    return _LONG_NUMBER.sub(lambda match: match[0][:60], text)


def tokenize(text: str) -> list[Token]:
    """Return the component values of CSS text."""
    return tinycss2.parse_component_value_list(bounded_numbers(text))  # type: ignore[no-any-return]


class Deferred:
    """A value that is known once the element's context is."""

    __slots__ = ("fn",)

    def __init__(self, fn: Callable[[Context], Any]) -> None:
        self.fn = fn


def resolve(value: Any, context: Context) -> Any:
    """Return a specified value as it computes in `context`."""
    return value.fn(context) if value.__class__ is Deferred else value


def lift(build: Callable[..., Any], *parts: Any) -> Any:
    """Return `build(*parts)`, deferred when a part is."""
    if not any(part.__class__ is Deferred for part in parts):
        return build(*parts)
    return Deferred(lambda c: build(*[p.fn(c) if p.__class__ is Deferred else p for p in parts]))


def lift_tuple(parts: Iterable[Any]) -> Any:
    """Return the parts as a tuple, deferred when one of them is."""
    return lift(lambda *items: items, *parts)


class Cursor:
    """A position in a list of component values; white space and comments are skipped."""

    __slots__ = ("i", "notes", "tokens")

    def __init__(self, tokens: Iterable[Token]) -> None:
        self.tokens = [t for t in tokens if t.type not in ("whitespace", "comment")]
        self.i = 0
        self.notes: list[str] = []  # what is drawn differently from what the value says

    @property
    def done(self) -> bool:
        """True at the end of the value."""
        return self.i >= len(self.tokens)

    def peek(self) -> Token | None:
        """Return the next token without taking it."""
        return self.tokens[self.i] if self.i < len(self.tokens) else None

    def next(self) -> Token:
        """Take the next token."""
        if self.i >= len(self.tokens):
            raise InvalidValue("the value ends too early")
        self.i += 1
        return self.tokens[self.i - 1]

    def ident(self) -> str | None:
        """Return the next token in lower case where it is an identifier, without taking it."""
        token = self.peek()
        return token.lower_value if token is not None and token.type == "ident" else None

    def keyword(self, *names: str) -> str | None:
        """Take the next token where it is one of these keywords."""
        name = self.ident()
        if name is not None and (name in names):
            self.i += 1
            return name
        return None

    def literal(self, value: str) -> bool:
        """Take the next token where it is this delimiter."""
        token = self.peek()
        if token is not None and token.type == "literal" and token.value == value:
            self.i += 1
            return True
        return False

    def function(self, *names: str) -> Any | None:
        """Take the next token where it is one of these functions."""
        token = self.peek()
        if token is not None and token.type == "function" and token.lower_name in names:
            self.i += 1
            return token
        return None

    def attempt(self, parse: Callable[[Cursor], Any]) -> Any | None:
        """Return what `parse` reads, or None with the cursor where it was."""
        start = self.i
        try:
            return parse(self)
        except InvalidValue:
            self.i = start
            return None

    def end(self) -> None:
        """Raise unless everything was taken."""
        if not self.done:
            unexpected(self.tokens[self.i])


def too_deep(tokens: Iterable[Token]) -> bool:
    """True where functions and brackets are nested beyond `MAX_NESTING`."""
    stack = [iter(tokens)]
    while stack:
        for token in stack[-1]:
            inner = getattr(token, "arguments", None) or getattr(token, "content", None)
            if inner:
                stack.append(iter(inner))
                break
        else:
            stack.pop()
        if len(stack) > MAX_NESTING:
            return True
    return False


def describe(token: Token) -> str:
    """Return a token as short source text, for messages."""
    text = token.serialize() if token.type not in ("function", "() block", "{} block") else ""
    if token.type == "function":
        text = f"{token.name}()"
    return text if len(text) <= 40 else text[:39] + "…"


def unexpected(token: Token | None) -> NoReturn:
    """Raise for a token that does not belong here."""
    if token is None:
        raise InvalidValue("the value ends too early")
    if token.type == "error":
        raise InvalidValue(f"syntax error: {token.message}")
    raise InvalidValue(f"unexpected '{describe(token) or token.type}'")


def split_commas(tokens: Iterable[Token]) -> list[list[Token]]:
    """Split at top-level commas; an empty part is invalid."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        elif token.type not in ("whitespace", "comment"):
            parts[-1].append(token)
        if len(parts) > MAX_ITEMS:
            raise InvalidValue(f"more than {MAX_ITEMS} items")
    if any(not part for part in parts):
        raise InvalidValue("empty item in a comma-separated list")
    return parts


def comma_list(cursor: Cursor, parse: Callable[[Cursor], Any]) -> list[Any]:
    """Parse the rest of the cursor as a comma-separated list of what `parse` reads."""
    items = []
    for part in split_commas(cursor.tokens[cursor.i :]):
        sub = Cursor(part)
        items.append(parse(sub))
        sub.end()
        cursor.notes += sub.notes
    cursor.i = len(cursor.tokens)
    return items


def one_of(names: Sequence[str]) -> Callable[[Cursor], str]:
    """Return a parser of one keyword among `names`."""
    allowed = frozenset(names)

    def parse(cursor: Cursor) -> str:
        name = cursor.ident()
        if name is None or name not in allowed:
            unexpected(cursor.peek())
        cursor.i += 1
        return name

    return parse
