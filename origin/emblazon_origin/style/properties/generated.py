"""Generated content, counters, lists."""

from __future__ import annotations

from collections.abc import Callable

from ..syntax.registry import longhand, shorthand
from ..values import value_types as v
from ..values.calculation import integer
from ..values.image_values import image, url_token
from ..values.tokens import (
    Cursor,
    InvalidValue,
    Specified,
    Token,
    lift,
    lift_tuple,
    one_of,
    unexpected,
)

# Parts of `content`: a string, ("counter", name, style), ("counters", name, separator, style),
# ("quote", keyword), ("attr", name, fallback) or a ContentImage.
_QUOTES = ("open-quote", "close-quote", "no-open-quote", "no-close-quote")


_NO_NAMES = ("none", "default", "inherit", "initial", "unset", "revert", "revert-layer")


def _counter(token: Token) -> tuple[str, ...]:
    cursor = Cursor(token.arguments)
    parts: list[str] = []
    wanted = 2 if token.lower_name == "counters" else 1
    while not cursor.done and len(parts) < wanted + 1:
        item = cursor.next()
        if item.type not in ("ident", "string"):
            unexpected(item)
        if not parts and (item.type != "ident" or item.lower_value in _NO_NAMES):
            unexpected(item)
        parts.append(item.value)
        if not cursor.done and not cursor.literal(","):
            unexpected(cursor.peek())
    cursor.end()
    if len(parts) < wanted:
        raise InvalidValue(f"{token.name}() takes a counter's name")
    if len(parts) == wanted:
        parts.append("decimal")
    return (token.lower_name, *parts)


def _attr(token: Token) -> tuple[str, str, str]:
    cursor = Cursor(token.arguments)
    name = cursor.next()
    if name.type != "ident":
        unexpected(name)
    cursor.keyword("string", "raw-string")
    fallback = ""
    if cursor.literal(","):
        item = cursor.next()
        if item.type == "string":
            fallback = item.value
    return ("attr", name.lower_value, fallback)


def content(cursor: Cursor) -> object:
    """Read `content` as "normal", "none" or a tuple of parts."""
    if (name := cursor.keyword("normal", "none")) is not None:
        return name
    parts: list[object] = []
    while not cursor.done:
        token = cursor.peek()
        assert token is not None  # noqa: S101 - not done
        if token.type == "string":
            parts.append(cursor.next().value)
        elif (quote := cursor.keyword(*_QUOTES)) is not None:
            parts.append(("quote", quote))
        elif (counter := cursor.function("counter", "counters")) is not None:
            parts.append(_counter(counter))
        elif (attr := cursor.function("attr")) is not None:
            parts.append(_attr(attr))
        elif cursor.literal("/"):  # alternative text, for screen readers
            cursor.i = len(cursor.tokens)
        elif token.type == "function" or url_token(token) is not None:
            parts.append(lift(v.ContentImage, image(cursor)))
        else:
            unexpected(token)
    if not parts:
        raise InvalidValue("the value is empty")
    return lift_tuple(parts)


def _counted(name: str, value: Specified[int]) -> Specified[tuple[str, int]]:
    return lift(lambda n: (name, n), value)


def counters(default: int) -> Callable[[Cursor], object]:
    """Return the parser of `counter-reset|increment|set`: (name, value) for each."""

    def read(cursor: Cursor) -> object:
        if cursor.keyword("none"):
            return ()
        found: list[Specified[tuple[str, int]]] = []
        while not cursor.done:
            token = cursor.next()
            if token.type == "function" and token.lower_name == "reversed":
                raise InvalidValue(
                    "reversed() is not known, as in Chromium: write the number that it starts from"
                )
            if token.type != "ident":
                unexpected(token)
            name = str(token.value)
            if token.lower_value in _NO_NAMES:
                unexpected(token)
            following = cursor.peek()
            value: Specified[int] = default
            if (
                following is not None
                and following.type in ("number", "function")
                and getattr(following, "lower_name", "") != "reversed"
            ):
                value = integer(cursor)
            if name == "list-item":
                cursor.notes.append(
                    "list-item counts as the standard says; Chromium numbers items by start and value alone"
                )
            found.append(_counted(name, value))
        return lift_tuple(found)

    return read


def list_style_type(cursor: Cursor) -> tuple[str, bool]:
    """Read `list-style-type` as (name or text, whether it is a string)."""
    token = cursor.next()
    if token.type == "string":
        return (str(token.value), True)
    if token.type == "ident":
        return (str(token.value).lower() if token.lower_value in _KNOWN else str(token.value), False)
    unexpected(token)


_KNOWN = frozenset(("none", "disc", "circle", "square", "decimal"))


def _image_or_none(cursor: Cursor) -> object:
    return None if cursor.keyword("none") else image(cursor)


_position = one_of(("inside", "outside"))


def list_style(cursor: Cursor) -> dict[str, object]:
    """Read `list-style`; `none` is the type and the image, whichever is not given."""
    found: dict[str, object] = {}
    nones = 0
    while not cursor.done:
        token = cursor.peek()
        if cursor.keyword("none"):
            nones += 1
        elif "list_style_position" not in found and cursor.ident() in ("inside", "outside"):
            found["list_style_position"] = _position(cursor)
        elif token is not None and (token.type in ("function",) or url_token(token) is not None):
            if "list_style_image" in found:
                unexpected(token)
            found["list_style_image"] = image(cursor)
        elif "list_style_type" not in found:
            found["list_style_type"] = list_style_type(cursor)
        else:
            unexpected(token)
    if nones + ("list_style_type" in found) + ("list_style_image" in found) > 2:
        raise InvalidValue("too many values")
    if nones and "list_style_type" not in found:
        found["list_style_type"] = ("none", False)
    initial: dict[str, object] = {
        "list_style_type": ("disc", False), "list_style_position": "outside", "list_style_image": None,
    }  # fmt: skip
    return {**initial, **found}


longhand("content", "normal", content, note="alternative text after '/' is not drawn")
longhand("counter-reset", (), counters(0))
longhand("counter-increment", (), counters(1))
longhand("counter-set", (), counters(0))
longhand("list-style-type", ("disc", False), list_style_type, inherited=True, note="see Counter styles")
longhand("list-style-position", "outside", _position, inherited=True)
longhand("list-style-image", None, _image_or_none, inherited=True)
shorthand("list-style", ("list_style_type", "list_style_position", "list_style_image"), list_style)
