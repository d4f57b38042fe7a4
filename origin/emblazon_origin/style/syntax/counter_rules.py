"""@counter-style: the descriptors of a counter style of one's own (CSS Counter Styles 3 §2, §3)."""

from __future__ import annotations

from collections.abc import Sequence

import tinycss2

from ..values.counter_styles import NAMES, CounterStyle
from ..values.tokens import Cursor, InvalidValue, Rule, Token, split_commas, unexpected

_SYSTEMS = ("cyclic", "numeric", "alphabetic", "symbolic", "additive", "fixed")
_FIXED_NAMES = frozenset((
    "none", "decimal", "disc", "square", "circle", "disclosure-open", "disclosure-closed", "inherit",
    "initial", "unset", "revert", "revert-layer", "default",
))  # fmt: skip
_INFINITE = 1 << 40
MAX_SYMBOLS = 1000


def counter_rule(item: Rule) -> tuple[str, CounterStyle]:
    """Return the name and the style of an @counter-style rule; raise `InvalidValue`."""
    cursor = Cursor(item.prelude)
    token = None if cursor.done else cursor.next()
    if token is None or token.type != "ident" or not cursor.done or token.lower_value in _FIXED_NAMES:
        raise InvalidValue("@counter-style takes a name of its own")
    found: dict[str, list[Token]] = {}
    for declaration in tinycss2.parse_blocks_contents(
        item.content or (), skip_comments=True, skip_whitespace=True
    ):
        if declaration.type == "declaration":
            found[declaration.lower_name] = declaration.value
    name = str(token.lower_value) if token.lower_value in NAMES else str(token.value)
    return name, _style(found)


def _style(found: dict[str, list[Token]]) -> CounterStyle:
    system, first, extends = _system(Cursor(found.get("system", [])))
    symbols = tuple(_symbols(found["symbols"])) if "symbols" in found else ()
    additive = tuple(_additive(found["additive-symbols"])) if "additive-symbols" in found else ()
    least = {"numeric": 2, "alphabetic": 2, "additive": 0, "extends": 0}.get(system, 1)
    if len(symbols) < least or (system == "additive" and not additive):
        raise InvalidValue(f"system: {system} takes more symbols")
    negative = _symbols(found["negative"]) if "negative" in found else None
    pad = Cursor(found["pad"]) if "pad" in found else None
    return CounterStyle(
        system, symbols, additive, first, extends,
        prefix=_symbol(found["prefix"]) if "prefix" in found else None,
        suffix=_symbol(found["suffix"]) if "suffix" in found else None,
        negative=(negative[0], negative[1] if len(negative) > 1 else "") if negative else None,
        ranges=_ranges(found["range"]) if "range" in found else None,
        pad=_pad(pad) if pad is not None else None,
        fallback=_name(Cursor(found["fallback"])) if "fallback" in found else None,
    )  # fmt: skip


def _system(cursor: Cursor) -> tuple[str, int, str]:
    if cursor.done:
        return "symbolic", 1, ""
    if cursor.keyword("extends"):
        return "extends", 1, _name(cursor)
    system = cursor.keyword(*_SYSTEMS)
    if system is None:
        unexpected(cursor.peek())
    first = 1 if cursor.done or system != "fixed" else _integer(cursor)
    cursor.end()
    return system, first, ""


def _name(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type != "ident":
        unexpected(token)
    return str(token.lower_value) if token.lower_value in NAMES else str(token.value)


def _integer(cursor: Cursor) -> int:
    token = cursor.next()
    if token.type != "number" or not token.is_integer:
        unexpected(token)
    return int(token.value)


def _text(token: Token) -> str:
    if token.type not in ("string", "ident"):
        raise InvalidValue("symbols are strings or names; pictures are not drawn")
    return str(token.value)


def _symbols(tokens: Sequence[Token]) -> list[str]:
    return [_text(token) for token in Cursor(tokens).tokens[:MAX_SYMBOLS]]


def _symbol(tokens: Sequence[Token]) -> str:
    items = _symbols(tokens)
    if len(items) != 1:
        raise InvalidValue("expected one symbol")
    return items[0]


def _additive(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for part in split_commas(tokens)[:MAX_SYMBOLS]:
        weight, symbol = _weighted(Cursor(part))
        if weight < 0 or (found and weight >= found[-1][0]):
            raise InvalidValue("the weights of additive-symbols go down")
        found.append((weight, symbol))
    return found


def _weighted(cursor: Cursor) -> tuple[int, str]:
    """Read a number and a symbol, in either order."""
    first = cursor.peek()
    if first is not None and first.type == "number":
        number = _integer(cursor)
        return number, _text(cursor.next())
    symbol = _text(cursor.next())
    return _integer(cursor), symbol


def _pad(cursor: Cursor) -> tuple[int, str]:
    length, symbol = _weighted(cursor)
    if not 0 <= length <= MAX_SYMBOLS:
        raise InvalidValue("pad takes a length of 0 or more")
    return length, symbol


def _ranges(tokens: Sequence[Token]) -> tuple[tuple[int, int], ...] | None:
    if Cursor(tokens).keyword("auto"):
        return None
    found: list[tuple[int, int]] = []
    for part in split_commas(tokens):
        cursor = Cursor(part)
        low = -_INFINITE if cursor.keyword("infinite") else _integer(cursor)
        high = _INFINITE if cursor.keyword("infinite") else _integer(cursor)
        if low > high:
            raise InvalidValue("a range goes up")
        found.append((low, high))
    return tuple(found)
