"""What stands for other tokens in a value, and how such a value has to look (CSS Values 5 §8).

var(), env(), attr(), if(), sibling-index() and functions of one's own are replaced before a value is parsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..values.tokens import Cursor, Token

_NAMED = frozenset(("var", "env"))
_OF_ELEMENTS = frozenset(("attr", "sibling-index", "sibling-count"))
_SUBSTITUTED = _NAMED | _OF_ELEMENTS | {"if"}
_BROKEN = frozenset(("bad-string", "bad-url", ")", "]", "}"))
_BLOCKS = ("() block", "[] block", "{} block")


def is_substituted(function: Token) -> bool:
    """Whether a function stands for other tokens."""
    return function.lower_name in _SUBSTITUTED or function.name.startswith("--")


def is_of_element(function: Token) -> bool:
    """Whether what a function stands for may differ between elements with equal custom properties."""
    return function.lower_name in _OF_ELEMENTS or function.name.startswith("--")


def functions(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the functions at any depth."""
    stack = list(tokens)
    while stack:
        token = stack.pop()
        if token.type == "function":
            yield token
            stack += token.arguments
        elif token.type in _BLOCKS:
            stack += token.content


def is_well_formed(tokens: Sequence[Token]) -> bool:
    """Return whether a value can become valid whatever its references stand for."""
    stack: list[tuple[Sequence[Token], bool]] = [(tokens, True)]
    while stack:
        items, is_top = stack.pop()
        for token in items:
            if token.type == "error" and token.kind in _BROKEN:
                return False
            if is_top and token.type == "literal" and token.value in (";", "!"):
                return False
            if token.type == "function" and token.lower_name in _NAMED:
                fallback = _fallback(token)
                if fallback is None:
                    return False
                stack.append((fallback, True))
            elif token.type == "function":
                stack.append((token.arguments, False))
            elif token.type in _BLOCKS:
                stack.append((token.content, False))
    return True


def _fallback(reference: Token) -> Sequence[Token] | None:
    """Return the tokens after a reference's comma; None where what stands before it is no name."""
    cursor = Cursor(reference.arguments)
    name = cursor.peek()
    if name is None or name.type != "ident":
        return None
    if reference.lower_name == "var" and not name.value.startswith("--"):
        return None
    cursor.next()
    while reference.lower_name == "env" and (index := cursor.peek()) is not None and index.type == "number":
        cursor.next()
    if cursor.done:
        return ()
    return cursor.tokens[cursor.i :] if cursor.literal(",") else None
