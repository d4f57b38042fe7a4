"""What a value with var() or env() has to look like before anything is put in (CSS Variables 1 §2, §3)."""

from __future__ import annotations

from collections.abc import Sequence

from ..values.tokens import Cursor, Token

SUBSTITUTED = frozenset(("var", "env"))
_BROKEN = frozenset(("bad-string", "bad-url", ")", "]", "}"))
_BLOCKS = ("() block", "[] block", "{} block")


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
            if token.type == "function" and token.lower_name in SUBSTITUTED:
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
