"""What attr(), if(), sibling-index(), sibling-count() and functions of one's own stand for on an element.

CSS Values 5 §7 and §8, CSS Functions and Mixins 1 §2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import tinycss2
from tinycss2 import ast

from ..syntax.conditions import Condition, boolean, media_query_list, supports, supports_declaration
from ..syntax.container_queries import QueriedBox, style_query
from ..syntax.declarations import Custom, custom_value
from ..syntax.function_rules import FunctionRule, Parameter
from ..syntax.variables import Substitution, Unresolved, resolve_custom
from ..values.budget import BUDGET, Exhausted
from ..values.calculation import parse_term
from ..values.dom import HtmlNode
from ..values.tokens import Cursor, InvalidValue, Token, split_commas, tokenize
from ..values.units import Viewport
from .custom_properties import fits

MAX_DEPTH = 16  # of functions and attributes that lead to each other
_CALL = 20  # tokens that a call takes as much work as


@dataclass(slots=True)
class ElementFunctions:
    """The functions as they are on one element; those of a pseudo-element are its element's."""

    node: HtmlNode
    viewport: Viewport
    own: Mapping[str, FunctionRule]
    depth: int = 0

    def tokens(self, run: Substitution, function: Token) -> Sequence[Token]:
        """Return what a function stands for; raise `Unresolved` or `InvalidValue`."""
        if self.depth > MAX_DEPTH:
            raise Unresolved(f"{function.name}() leads to itself")
        try:
            BUDGET.token(_CALL)
        except Exhausted:
            raise Unresolved("functions multiply") from None
        name = function.lower_name
        if name == "attr":
            return self._attribute(run, function)
        if name == "if":
            return self._chosen(run, function)
        if name == "sibling-index":
            return tokenize(str(self.node.index + 1))
        if name == "sibling-count":
            return tokenize(str(max(len(self.node.siblings), 1)))
        rule = self.own.get(function.name)
        if rule is None:
            raise Unresolved(f"there is no @function {function.name}()")
        return self._called(run, function, rule)

    # --- attr() ------------------------------------------------------------------------------------------

    def _attribute(self, run: Substitution, function: Token) -> Sequence[Token]:
        cursor = Cursor(function.arguments)
        name = cursor.next()
        if name.type != "ident":
            raise InvalidValue("attr() takes the name of an attribute")
        kind = None if cursor.done or cursor.literal(",") else cursor.next()
        if kind is not None and not cursor.done and not cursor.literal(","):
            raise InvalidValue("attr() takes a name, a type and a fallback")
        text = self.node.attributes.get(name.value.lower())
        found = self._typed(run, text, kind) if text is not None else None
        if found is not None:
            return found
        comma = next(
            (i for i, t in enumerate(function.arguments) if t.type == "literal" and t.value == ","), -1
        )
        if comma >= 0:
            return run.tokens(function.arguments[comma + 1 :])
        if kind is None or _word(kind) in _RAW:
            return [_string("")]
        raise Unresolved(f"the attribute {name.value} is missing or of another type")

    def _typed(self, run: Substitution, text: str, kind: Token | None) -> Sequence[Token] | None:
        """Return an attribute's text as a value of a type; None where it is none."""
        if kind is None or _word(kind) in _RAW:
            return [_string(text)]
        if kind.type == "function" and kind.lower_name == "type":
            inner = replace(self, depth=self.depth + 1)
            try:
                value = Substitution(run.values, inner, run.count).whole(tokenize(text.strip()))
            except (Unresolved, InvalidValue):  # of what the attribute refers to
                return None
            custom = custom_value(value)
            syntax = str(tinycss2.serialize(kind.arguments)).strip()
            return value if isinstance(custom, Custom) and fits(syntax, custom) else None
        number = custom_value(tokenize(text.strip()))
        if not isinstance(number, Custom) or not fits("<number>", number):
            return None
        unit = "%" if kind.type == "literal" and kind.value == "%" else _word(kind)
        value = tokenize(number.text + unit)
        parse_term(value[0])  # raises for a unit that is none
        return value

    # --- if() --------------------------------------------------------------------------------------------

    def _chosen(self, run: Substitution, function: Token) -> Sequence[Token]:
        view = self.viewport
        box = QueriedBox(view.width, view.height, view.dpr, view.color_scheme, custom=run.values)
        for branch in _split(function.arguments, ";"):
            if not Cursor(branch).tokens:
                continue
            parts = _split(branch, ":")
            if len(parts) < 2:
                raise InvalidValue("if() takes conditions and values")
            if _condition(parts[0])(box) is True:
                return run.tokens(branch[len(parts[0]) + 1 :])
        return ()

    # --- functions of one's own --------------------------------------------------------------------------

    def _called(self, run: Substitution, function: Token, rule: FunctionRule) -> Sequence[Token]:
        given = split_commas(function.arguments) if Cursor(function.arguments).tokens else []
        if len(given) > len(rule.parameters):
            raise Unresolved(f"{function.name}() takes {len(rule.parameters)} arguments")
        inner = replace(self, depth=self.depth + 1)
        values: dict[str, Custom | None] = dict(run.values)
        arguments: dict[str, Custom | None] = {}
        for i, parameter in enumerate(rule.parameters):
            tokens = run.tokens(_unwrapped(given[i])) if i < len(given) else None
            arguments[parameter.name] = _argument(parameter, tokens, Substitution(values, inner, run.count))
        values |= arguments
        view = self.viewport
        body = {name: value for name, value, conditions in rule.body if all(c(view) for c in conditions)}
        result = resolve_custom(body, values, inner).get("result") if "result" in body else None
        if result is None or not fits(rule.syntax, result):
            raise Unresolved(f"{function.name}() has no result")
        run.count += len(result.tokens)
        return result.tokens


_RAW = ("string", "raw-string")


def _word(token: Token) -> str:
    return str(token.lower_value) if token.type == "ident" else ""


def _string(text: str) -> Token:
    token: Token = ast.StringToken(0, 0, text, f'"{tinycss2.serializer.serialize_string_value(text)}"')
    return token


def _split(tokens: Sequence[Token], mark: str) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == mark:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _unwrapped(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return an argument without the braces that let it have commas."""
    items = Cursor(tokens).tokens
    if len(items) == 1 and items[0].type == "{} block":
        content: Sequence[Token] = items[0].content
        return content
    return tokens


def _argument(parameter: Parameter, tokens: Sequence[Token] | None, run: Substitution) -> Custom:
    if tokens is None and parameter.default is not None:
        tokens = run.tokens(parameter.default.tokens)
    value = custom_value(tokens) if tokens is not None else None
    if not isinstance(value, Custom) or not fits(parameter.syntax, value):
        raise Unresolved(f"{parameter.name} is missing or of another type")
    return value


def _condition(tokens: Sequence[Token]) -> Condition:
    cursor = Cursor(tokens)
    if len(cursor.tokens) == 1 and cursor.ident() == "else":
        return lambda view: True
    condition = boolean(cursor, _tested)
    cursor.end()
    return condition


def _tested(cursor: Cursor) -> Condition:
    token = cursor.next()
    if token.type == "() block":
        return _condition(token.content)
    if token.type != "function":
        raise InvalidValue("if() tests style(), media() and supports()")
    if token.lower_name == "style":
        return style_query(Cursor(token.arguments))
    if token.lower_name == "media":
        plain = any(t.type == "literal" and t.value in (":", "<", ">", "=") for t in token.arguments)
        inside = [ast.ParenthesesBlock(0, 0, token.arguments)] if plain else token.arguments
        return media_query_list(inside)
    if token.lower_name == "supports":
        try:
            holds = supports_declaration(token.arguments) or supports(token.arguments)
        except InvalidValue:
            holds = False
        return lambda view: holds
    raise InvalidValue(f"if() does not know {token.name}()")
