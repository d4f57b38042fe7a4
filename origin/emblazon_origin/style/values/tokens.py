"""Reading component values: a cursor over tinycss2 tokens, and values that wait for an element.

A parser turns tokens into a specified value. What depends on the element (`em`, `currentcolor`) is a
`Deferred`: a function of the `Context`; anything built from one is itself deferred through `lift`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NoReturn, Protocol, TypeAlias, TypeVar, overload

import tinycss2

from .units import Context


class Token(Protocol):
    """A tinycss2 node: the attributes of all types together, of which it has those of its `type`."""

    type: str
    value: Any  # a float of numbers, percentages and dimensions, else text
    lower_value: str  # of identifiers
    representation: str  # of numbers
    is_integer: bool
    unit: str
    lower_unit: str
    name: str  # of functions and at-keywords
    lower_name: str
    arguments: list[Token]  # of functions
    content: list[Token]  # of blocks
    message: str  # of errors
    kind: str
    is_identifier: bool  # of hashes
    source_line: int
    source_column: int

    def serialize(self) -> str:
        """Return the token as CSS text."""
        ...


class Declaration(Protocol):
    """A `name: value` as tinycss2 gives it."""

    type: str
    name: str
    lower_name: str
    value: list[Token]
    important: bool
    message: str  # of an error in its place
    source_line: int
    source_column: int


class Rule(Protocol):
    """A rule as tinycss2 gives it; `content` is None of an at-rule without a block."""

    type: str
    lower_at_keyword: str  # of at-rules
    prelude: list[Token]
    content: list[Token] | None
    message: str  # of an error in its place
    source_line: int
    source_column: int


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


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
Keyword = TypeVar("Keyword", bound=str)


class Deferred(Generic[T_co]):
    """A value that is known once the element's context is; `size` is how many such it is made of."""

    __slots__ = ("fn", "size")

    def __init__(self, fn: Callable[[Context], T_co], size: int = 1) -> None:
        self.fn = fn
        self.size = size


# What a property's parser gives: a value, or one that waits for the element.
Specified: TypeAlias = T | Deferred[T]


def resolve(value: Specified[T], context: Context) -> T:
    """Return a specified value as it computes in `context`."""
    return value.fn(context) if isinstance(value, Deferred) else value


@overload
def lift(build: Callable[[A], R], a: Specified[A], /) -> Specified[R]: ...
@overload
def lift(build: Callable[[A, B], R], a: Specified[A], b: Specified[B], /) -> Specified[R]: ...
@overload
def lift(
    build: Callable[[A, B, C], R], a: Specified[A], b: Specified[B], c: Specified[C], /
) -> Specified[R]: ...
@overload
def lift(
    build: Callable[[A, B, C, D], R], a: Specified[A], b: Specified[B], c: Specified[C], d: Specified[D], /
) -> Specified[R]: ...
@overload
def lift(
    build: Callable[[A, B, C, D, E], R],
    a: Specified[A],
    b: Specified[B],
    c: Specified[C],
    d: Specified[D],
    e: Specified[E],
    /,
) -> Specified[R]: ...
def lift(build: Callable[..., R], *parts: object) -> Specified[R]:
    """Return `build(*parts)`, deferred when a part is."""
    if not any(isinstance(part, Deferred) for part in parts):
        return build(*parts)
    return Deferred(
        lambda c: build(*[p.fn(c) if isinstance(p, Deferred) else p for p in parts]), _size(parts)
    )


def lift_tuple(parts: Iterable[Specified[T]]) -> Specified[tuple[T, ...]]:
    """Return the parts as a tuple, deferred when one of them is."""
    items = tuple(parts)
    if not any(isinstance(item, Deferred) for item in items):
        return items  # type: ignore[return-value]  # none of them is deferred
    return Deferred(lambda c: tuple([resolve(item, c) for item in items]), _size(items))


def _size(parts: Iterable[object]) -> int:
    return sum(part.size for part in parts if isinstance(part, Deferred))


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

    def keyword(self, *names: Keyword) -> Keyword | None:
        """Take the next token where it is one of these keywords."""
        name = self.ident()
        for known in names:
            if name == known:
                self.i += 1
                return known
        return None

    def literal(self, value: str) -> bool:
        """Take the next token where it is this delimiter."""
        token = self.peek()
        if token is not None and token.type == "literal" and token.value == value:
            self.i += 1
            return True
        return False

    def function(self, *names: str) -> Token | None:
        """Take the next token where it is one of these functions."""
        token = self.peek()
        if token is not None and token.type == "function" and token.lower_name in names:
            self.i += 1
            return token
        return None

    def attempt(self, parse: Callable[[Cursor], T]) -> T | None:
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


def comma_list(cursor: Cursor, parse: Callable[[Cursor], T]) -> list[T]:
    """Parse the rest of the cursor as a comma-separated list of what `parse` reads."""
    items = []
    for part in split_commas(cursor.tokens[cursor.i :]):
        sub = Cursor(part)
        items.append(parse(sub))
        sub.end()
        cursor.notes += sub.notes
    cursor.i = len(cursor.tokens)
    return items


def one_of(names: Sequence[Keyword]) -> Callable[[Cursor], Keyword]:
    """Return a parser of one keyword among `names`."""
    allowed: dict[str, Keyword] = {name: name for name in names}

    def parse(cursor: Cursor) -> Keyword:
        name = allowed.get(cursor.ident() or "")
        if name is None:
            unexpected(cursor.peek())
        cursor.i += 1
        return name

    return parse
