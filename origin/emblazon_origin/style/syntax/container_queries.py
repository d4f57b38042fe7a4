"""@container: what its queries ask, and of which boxes (CSS Conditional 5 §5).

A condition is of a `QueriedBox`: a container's content box, which stands where @media has the viewport.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import tinycss2

from ..values.calculation import parse_term
from ..values.tokens import Cursor, InvalidValue, Token, split_commas
from ..values.units import Context, Viewport
from .conditions import COMPARE, Condition, always, boolean, feature, read_comparison, unknown
from .declarations import Custom, custom_value
from .variables import Substitution, Unresolved

_AXES = {
    "width": ("width",), "height": ("height",), "inline-size": ("width",), "block-size": ("height",),
    "aspect-ratio": ("width", "height"), "orientation": ("width", "height"),
}  # fmt: skip
_PHYSICAL = {"inline-size": "width", "block-size": "height"}
UNKNOWN = "unknown"  # an axis that no container has: a query with an unknown feature asks none (§5.1)
_RESERVED = ("not", "and", "or", "none")


@dataclass(frozen=True, slots=True)
class QueriedBox(Viewport):
    """A container's content box in px, its units' context and its custom properties."""

    around: Context | None = None
    custom: Mapping[str, Custom | None] | None = None

    def context(self) -> Context:
        """Return what the relative units of a query resolve against: the container (§5.4)."""
        return self.around if self.around is not None else Context(self)


@dataclass(frozen=True, slots=True, eq=False)
class ContainerQuery:
    """One query; `axes` are those that its container has to give sizes of."""

    name: str | None
    axes: frozenset[str]
    condition: Condition


def container_queries(tokens: Sequence[Token]) -> tuple[ContainerQuery, ...]:
    """Return the alternatives of a prelude. Raises `InvalidValue`."""
    return tuple(_query(Cursor(part)) for part in split_commas(tokens))


def _query(cursor: Cursor) -> ContainerQuery:
    name = None
    if (word := cursor.ident()) is not None and word not in _RESERVED:
        name = str(cursor.next().value)
    if cursor.done:
        if name is None:
            raise InvalidValue("expected a query")
        return ContainerQuery(name, frozenset(), always)
    axes: set[str] = set()
    condition = _condition(cursor, axes)
    cursor.end()
    return ContainerQuery(name, frozenset(axes), condition)


def _condition(cursor: Cursor, axes: set[str]) -> Condition:
    return boolean(cursor, lambda inner: _in_parens(inner, axes))


def _in_parens(cursor: Cursor, axes: set[str]) -> Condition:
    token = cursor.next()
    if token.type == "function":
        if token.lower_name != "style":
            axes.add(UNKNOWN)
            return unknown
        return style_query(Cursor(token.arguments))
    if token.type != "() block":
        raise InvalidValue("expected '('")
    inner = Cursor(token.content)
    first = inner.peek()
    if first is None:
        axes.add(UNKNOWN)
        return unknown
    if first.type in ("() block", "function") or inner.ident() == "not":
        found = inner.attempt(lambda c: _whole(c, axes))
        if found is not None:
            return found
    return _size_feature(token.content, axes)


def _whole(cursor: Cursor, axes: set[str]) -> Condition:
    condition = _condition(cursor, axes)
    cursor.end()
    return condition


def _size_feature(tokens: Sequence[Token], axes: set[str]) -> Condition:
    """Read a feature as @media has it, once its names are those of containers."""
    named: list[Token] = []
    asked: set[str] = set()
    for token in tokens:
        if token.type == "ident" and token.lower_value not in ("portrait", "landscape"):
            prefix = token.lower_value[:4] if token.lower_value[:4] in ("min-", "max-") else ""
            plain = token.lower_value.removeprefix(prefix)
            if plain not in _AXES:
                axes.add(UNKNOWN)
                return unknown
            asked.update(_AXES[plain])
            name = prefix + _PHYSICAL.get(plain, plain)
            token = tinycss2.ast.IdentToken(token.source_line, token.source_column, name)
        named.append(token)
    try:
        condition = feature(Cursor(named))
    except InvalidValue:
        axes.add(UNKNOWN)
        return unknown
    axes |= asked
    return condition


def style_query(cursor: Cursor) -> Condition:
    """Read what style() asks of custom properties; others are not asked about (as in Chromium)."""
    first = cursor.peek()
    if first is not None and (first.type in ("() block", "function") or cursor.ident() == "not"):
        condition = boolean(cursor, lambda inner: style_query(Cursor(inner.next().content)))
        cursor.end()
        return condition
    start = cursor.i
    name = cursor.next()
    if name.type == "ident" and name.value.startswith("--"):
        if cursor.done:
            return lambda box: _property(box, name.value) is not None
        if cursor.literal(":"):
            return _equals(name.value, cursor.tokens[cursor.i :])
    cursor.i = start
    return _style_range(cursor)


def _custom(box: Viewport) -> Mapping[str, Custom | None]:
    return box.custom if isinstance(box, QueriedBox) and box.custom is not None else {}


def _property(box: Viewport, name: str) -> str | None:
    value = _custom(box).get(name)
    return value.text.strip() if value is not None else None


def _equals(name: str, tokens: Sequence[Token]) -> Condition:
    wanted = custom_value(tokens)
    text = wanted.text.strip() if isinstance(wanted, Custom) else None
    if not isinstance(wanted, Custom) or not wanted.substitutes:
        return lambda box: _property(box, name) == text

    def holds(box: Viewport) -> bool | None:
        try:
            value = str(tinycss2.serialize(Substitution(_custom(box)).whole(tokens))).strip()
        except (InvalidValue, Unresolved):
            return False
        return _property(box, name) == value

    return holds


def _style_range(cursor: Cursor) -> Condition:
    """Read `value < value < value`, where a custom property stands for what it is."""
    sides, signs = [cursor.next()], list[str]()
    while not cursor.done and len(signs) < 2:
        try:
            signs.append(read_comparison(cursor))
            sides.append(cursor.next())
        except InvalidValue:
            return unknown
    if not signs or not cursor.done:
        return unknown

    def holds(box: Viewport) -> bool | None:
        pairs = pairwise([_number(side, box) for side in sides])
        return all(
            a is not None and b is not None and a[1] == b[1] and COMPARE[sign](a[0], b[0])
            for sign, (a, b) in zip(signs, pairs, strict=True)
        )

    return holds


def _number(token: Token, box: Viewport) -> tuple[float, str] | None:
    """Return a number and its type."""
    if token.type == "ident" and token.value.startswith("--"):
        value = _custom(box).get(token.value)
        if value is None or len(value.tokens) != 1:
            return None
        token = value.tokens[0]
    try:
        term = parse_term(token)
    except InvalidValue:
        return None
    return term.fn(box.context() if isinstance(box, QueriedBox) else Context(box), 1.0), term.type
