"""@function: a function of one's own, as its rule says it (CSS Functions and Mixins 1 §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import tinycss2

from ..values.tokens import Cursor, InvalidValue, Rule, Token, split_commas
from .conditions import Condition, media_query_list, supports
from .declarations import Custom, Wide, custom_value


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, the syntax of its values, and what it is where nothing is given."""

    name: str
    syntax: str = "*"
    default: Custom | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionRule:
    """A function: what its body declares, each with the conditions around it, `result` among them."""

    name: str
    parameters: tuple[Parameter, ...]
    syntax: str  # of what it returns
    body: tuple[tuple[str, Custom, tuple[Condition, ...]], ...]


def function_rule(item: Rule) -> FunctionRule:
    """Read an @function rule; raise `InvalidValue`."""
    cursor = Cursor(item.prelude)
    head = cursor.next()
    if head.type != "function" or not head.name.startswith("--") or item.content is None:
        raise InvalidValue("@function takes a name with two hyphens, parameters and a block")
    syntax = "*"
    if cursor.keyword("returns"):
        syntax = _syntax(cursor.tokens[cursor.i :])
    elif not cursor.done:
        raise InvalidValue("expected 'returns' and a type")
    parts = split_commas(head.arguments) if Cursor(head.arguments).tokens else []
    parameters = tuple(_parameter(part) for part in parts)
    return FunctionRule(head.name, parameters, syntax, tuple(_body(item.content, ())))


def _parameter(tokens: Sequence[Token]) -> Parameter:
    cursor = Cursor(tokens)
    name = cursor.next()
    if name.type != "ident" or not name.value.startswith("--"):
        raise InvalidValue("parameters have names with two hyphens")
    rest = cursor.tokens[cursor.i :]
    colon = next((i for i, t in enumerate(rest) if t.type == "literal" and t.value == ":"), len(rest))
    default = custom_value(rest[colon + 1 :]) if colon < len(rest) else None
    if isinstance(default, Wide):
        raise InvalidValue("a default is a value of its own")
    return Parameter(name.value, _syntax(rest[:colon]), default)


def _syntax(tokens: Sequence[Token]) -> str:
    """Return the syntax that a type stands for: `<length>`, `type(<length> | auto)` or none at all."""
    if len(tokens) == 1 and tokens[0].type == "function" and tokens[0].lower_name == "type":
        tokens = tokens[0].arguments
    return str(tinycss2.serialize(tokens)).strip() or "*"


def _body(
    tokens: Sequence[Token], conditions: tuple[Condition, ...]
) -> list[tuple[str, Custom, tuple[Condition, ...]]]:
    found: list[tuple[str, Custom, tuple[Condition, ...]]] = []
    for item in tinycss2.parse_blocks_contents(tokens, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            name = item.name if item.name.startswith("--") else item.lower_name
            value = custom_value(item.value)
            if (name == "result" or name.startswith("--")) and isinstance(value, Custom):
                found.append((name, value, conditions))
        elif item.type == "at-rule" and item.content is not None:
            if item.lower_at_keyword == "media":
                found += _body(item.content, (*conditions, media_query_list(item.prelude)))
            elif item.lower_at_keyword == "supports" and supports(item.prelude):
                found += _body(item.content, conditions)
            elif item.lower_at_keyword != "supports":
                raise InvalidValue(f"@{item.at_keyword} is not evaluated inside of a function")
    return found
