"""Custom properties: substitution of var(), env() and what stands for tokens, cycles, bounded growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import tinycss2
from tinycss2 import ast

from ..values.budget import BUDGET, Exhausted
from ..values.tokens import MAX_NESTING, Cursor, InvalidValue, Token, tokenize, too_deep
from .declarations import Custom
from .references import is_substituted

MAX_TOKENS = 20_000  # of one value after substitution

# Insets of a screen without notch; anything else takes its fallback.
_ENV = {f"safe-area-inset-{side}": "0px" for side in ("top", "right", "bottom", "left")} | {
    "keyboard-inset-height": "0px",
    "titlebar-area-x": "0px",
    "titlebar-area-y": "0px",
}


class Unresolved(Exception):
    """A reference without value or fallback: invalid at computed-value time."""


class Replacer(Protocol):
    """What functions of an element and of the page stand for: attr(), if() and one's own."""

    def tokens(self, run: Substitution, function: Token) -> Sequence[Token]:
        """Return what a function stands for; raise `Unresolved` or `InvalidValue`."""
        ...


@dataclass(slots=True)
class Substitution:
    """One run of substitutions over a set of custom properties; counts tokens to stay bounded."""

    values: Mapping[str, Custom | None]
    replacer: Replacer | None = None
    count: int = 0

    def whole(self, tokens: Sequence[Token]) -> list[Token]:
        """Return a whole value with every reference replaced; raise `Unresolved`."""
        if BUDGET.tokens < 0:
            raise Unresolved("var() references multiply")
        result = self.tokens(tokens)
        if too_deep(result):
            raise Unresolved(f"the value is nested more than {MAX_NESTING} deep")
        return result

    def tokens(self, tokens: Sequence[Token]) -> list[Token]:
        """Return the tokens with every var(), env() and the like replaced; raise `Unresolved`."""
        result: list[Token] = []
        for token in tokens:
            if token.type == "function" and token.lower_name in ("var", "env"):
                result += self.reference(token)
            elif token.type == "function" and is_substituted(token):
                if self.replacer is None:
                    raise Unresolved(f"{token.name}() is not known here")
                result += self.replacer.tokens(self, token)
            elif token.type == "function":
                inner = self.tokens(token.arguments)
                result.append(ast.FunctionBlock(token.source_line, token.source_column, token.name, inner))
            elif token.type in _BLOCKS:
                inner = self.tokens(token.content)
                result.append(_BLOCKS[token.type](token.source_line, token.source_column, inner))
            else:
                result.append(token)
        self.count += len(result)
        try:
            BUDGET.token(len(result))
        except Exhausted:
            raise Unresolved("var() references multiply") from None
        if self.count > MAX_TOKENS:
            raise Unresolved(f"the value grows beyond {MAX_TOKENS} tokens")
        return result

    def reference(self, token: ast.FunctionBlock) -> list[Token]:
        """Return what one var() or env() stands for."""
        cursor = Cursor(token.arguments)
        if cursor.done:
            raise InvalidValue(f"{token.name}() takes a name")
        name = cursor.next()
        if name.type != "ident":
            raise InvalidValue(f"{token.name}() takes a name")
        value: Sequence[Token] | None = None
        if token.lower_name == "env":
            text = _ENV.get(name.value)
            value = tokenize(text) if text is not None else None
        else:
            custom = self.values.get(name.value)
            value = custom.tokens if custom is not None else None
        if value is not None:
            self.count += len(value)
            if self.count > MAX_TOKENS:
                raise Unresolved(f"the value grows beyond {MAX_TOKENS} tokens")
            return list(value)
        for i, item in enumerate(token.arguments):
            if item.type == "literal" and item.value == ",":
                return self.tokens(token.arguments[i + 1 :])
        raise Unresolved(f"{name.value} is not set")


_BLOCKS = {
    "() block": ast.ParenthesesBlock,
    "[] block": ast.SquareBracketsBlock,
    "{} block": ast.CurlyBracketsBlock,
}


def flat(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens with what is in their blocks."""
    found: list[Token] = []
    stack = list(tokens)
    while stack:
        token = stack.pop()
        found.append(token)
        stack += token.arguments if token.type == "function" else getattr(token, "content", None) or ()
    return found


def references(tokens: Sequence[Token]) -> set[str]:
    """Return the names that var() refers to at any depth."""
    found: set[str] = set()
    stack = list(tokens)
    while stack:
        token = stack.pop()
        if token.type == "function":
            if token.lower_name == "style":  # of an if()
                found |= {t.value for t in flat(token.arguments) if t.type == "ident" and t.value[:2] == "--"}
            if token.lower_name == "var":
                cursor = Cursor(token.arguments)
                name = cursor.peek()
                if name is not None and name.type == "ident":
                    found.add(name.value)
            stack += token.arguments
        elif token.type in _BLOCKS:
            stack += token.content
    return found


def resolve_custom(
    declared: Mapping[str, Custom],
    inherited: Mapping[str, Custom | None],
    replacer: Replacer | None = None,
) -> dict[str, Custom | None]:
    """Return every custom property's value; None where it is guaranteed-invalid (a cycle, a missing one)."""
    values: dict[str, Custom | None] = {**inherited}
    waiting = {name: value for name, value in declared.items() if value.substitutes}
    values.update({name: value for name, value in declared.items() if not value.substitutes})
    try:
        BUDGET.token(len(waiting))
    except Exhausted:
        return {**values, **dict.fromkeys(waiting)}
    graph = {name: references(value.tokens) & waiting.keys() for name, value in waiting.items()}
    for component in _components(graph):
        cyclic = len(component) > 1 or component[0] in graph[component[0]]
        for name in component:
            values[name] = None if cyclic else _substituted(waiting[name], values, replacer)
    return values


def _substituted(
    value: Custom, values: Mapping[str, Custom | None], replacer: Replacer | None
) -> Custom | None:
    try:
        tokens = Substitution(values, replacer).whole(value.tokens)
    except (Unresolved, InvalidValue):
        return None
    return Custom(tuple(tokens), tinycss2.serialize(tokens), False)


def _components(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components, what is depended on first (Tarjan, iterative)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    result: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            name, edges = work[-1]
            for other in edges:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(sorted(graph[other]))))
                    break
                if other in on_stack:
                    low[name] = min(low[name], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == name:
                            break
                    result.append(component)
    return result
