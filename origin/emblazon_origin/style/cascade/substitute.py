"""Parsing of declarations whose var() is now known; parsed results are cached by their text."""

from __future__ import annotations

from collections.abc import Mapping

import tinycss2

from ...caching import ByteCache
from ..syntax.declarations import WIDE, Custom, PendingSubstitution, Wide, keys_of, parse_row
from ..syntax.registry import Logical, Values
from ..syntax.variables import Substitution, Unresolved
from ..values.budget import BUDGET, Exhausted
from ..values.tokens import Cursor, InvalidValue, Token, UnsupportedValue

CACHE_BYTES = 2_000_000
_SHORT, _TOKENS = 200, 4  # characters of a value, beyond which each counts as so many tokens
_substituted: ByteCache[tuple[Values, str]] = ByteCache(
    "substitutions", CACHE_BYTES, lambda entry: 500 + 100 * len(entry[0])
)


def substituted(
    value: PendingSubstitution,
    custom: Mapping[str, Custom | None],
    notes: list[tuple[PendingSubstitution, str]],
) -> Values:
    """Return the value for each key of the property, empty where it is invalid at computed-value time."""
    name = value.row.name
    try:
        tokens = Substitution(custom).whole(value.tokens)
    except (Unresolved, InvalidValue) as error:
        _note(notes, value, str(error))
        return {}
    key = (name, value.rtl, tinycss2.serialize(tokens))
    try:
        BUDGET.token(_TOKENS * max(0, len(key[2]) - _SHORT))
    except Exhausted:
        return {}
    found = _substituted.peek(key)
    if found is None:
        found = _parsed(value, tokens)
        if len(key[2]) < 10_000:
            _substituted.put(key, found)
    pairs, error_text = found
    if error_text:
        _note(notes, value, error_text)
    return pairs


def _parsed(value: PendingSubstitution, tokens: list[Token]) -> tuple[Values, str]:
    row = value.row
    cursor = Cursor(tokens)
    if len(cursor.tokens) == 1 and (word := cursor.ident()) in WIDE:
        pairs: Values = dict.fromkeys(keys_of(row), Wide(str(word)))
    else:
        try:
            pairs = parse_row(row, cursor)
        except (InvalidValue, UnsupportedValue) as error:
            return {}, str(error)
    if value.rtl and isinstance(row, Logical):
        swap = dict(zip(row.ltr, row.rtl, strict=True))
        pairs = {swap[k]: v for k, v in pairs.items()}
    return pairs, ""


def _note(notes: list[tuple[PendingSubstitution, str]], value: PendingSubstitution, reason: str) -> None:
    message = f"'{value.row.name}' is ignored where its var() is used: {reason}"
    if all(message != other or value.tokens is not found.tokens for found, other in notes):
        notes.append((value, message))
