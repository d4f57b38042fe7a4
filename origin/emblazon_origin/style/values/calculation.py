"""Numbers, lengths, percentages, angles: literals and the math functions of CSS Values 4 §10.

An expression compiles to a function of (context, percentage basis); constants are folded at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from . import value_types as v
from .terms import (
    CONSTANTS,
    FUNCTIONS,
    HUGE,
    LIMIT,
    MAX_NUMBER,
    Function,
    Term,
    combine,
    constant,
    dimension,
    divide,
    divided,
    finite,
    multiplied,
)
from .tokens import Cursor, Deferred, InvalidValue, Specified, Token, lift, unexpected
from .units import Context


class _Parser:
    """Recursive descent over one math function; `percent_as` is the type percentages resolve to."""

    def __init__(
        self,
        percent_as: str,
        variables: Mapping[str, float] | None,
        functions: Mapping[str, Function] = FUNCTIONS,
    ) -> None:
        self.percent_as = percent_as
        self.functions = functions
        self.variables = variables or {}

    def function(self, token: Token) -> Term:
        name = token.lower_name
        if name in ("calc", "-webkit-calc", "-moz-calc"):
            result = self.whole(token.arguments)
        elif name in self.functions:
            result = self.functions[name](self.whole, self.arguments(token.arguments))
        else:
            raise InvalidValue(f"unknown function {token.name}()")
        return result

    def arguments(self, tokens: list[Token]) -> list[list[Token]]:
        parts: list[list[Token]] = [[]]
        for token in tokens:
            if token.type == "literal" and token.value == ",":
                parts.append([])
            else:
                parts[-1].append(token)
        return parts

    def whole(self, tokens: list[Token]) -> Term:
        cursor = Cursor(tokens)
        result = self.sum(cursor)
        cursor.end()
        return result

    def sum(self, cursor: Cursor) -> Term:
        terms = [self.product(cursor)]
        signs = [1.0]
        while not cursor.done:
            if cursor.literal("+"):
                signs.append(1.0)
            elif cursor.literal("-"):
                signs.append(-1.0)
            else:
                unexpected(cursor.peek())
            terms.append(self.product(cursor))
        if len(terms) == 1:
            return terms[0]
        pairs = [(s, t.fn) for s, t in zip(signs, terms, strict=True)]
        return combine(lambda c, b: sum(s * f(c, b) for s, f in pairs), terms, linear=True)

    def product(self, cursor: Cursor) -> Term:
        first = self.value(cursor)
        factors: list[tuple[bool, Term]] = []
        while not cursor.done:
            if cursor.literal("*"):
                factors.append((False, self.value(cursor)))
            elif cursor.literal("/"):
                factors.append((True, self.value(cursor)))
            else:
                break
        if not factors:
            return first
        type_ = first.type
        for below, term in factors:
            type_ = divided(type_, term.type) if below else multiplied(type_, term.type)
        steps = [(below, t.fn) for below, t in factors]

        def evaluate(c: Context | None, b: float) -> float:
            result = first.fn(c, b)
            for below, fn in steps:
                result = divide(result, fn(c, b)) if below else result * fn(c, b)
            return result

        every = [first, *(t for _, t in factors)]
        linear = all(t.linear for t in every) and sum(t.percent for t in every) <= 1
        linear = linear and not any(below and t.percent for below, t in factors)
        return Term(evaluate, type_, any(t.relative for t in every), any(t.percent for t in every), linear)

    def value(self, cursor: Cursor) -> Term:
        token = cursor.next()
        if token.type == "() block":
            return self.whole(token.content)
        if token.type == "function":
            return self.function(token)
        if token.type == "ident":
            name = token.lower_value
            if name in self.variables:
                return constant(self.variables[name])
            if name in CONSTANTS:
                return constant(CONSTANTS[name])
        term = dimension(token)
        if term is None:
            unexpected(token)
        if term.percent and self.percent_as:
            return term._replace(type=self.percent_as)
        return term


def is_math(token: Token | None) -> bool:
    """True for a math function token."""
    return (
        token is not None
        and token.type == "function"
        and (token.lower_name in FUNCTIONS or token.lower_name in ("calc", "-webkit-calc", "-moz-calc"))
    )


def parse_term(token: Token, percent_as: str = "", variables: Mapping[str, float] | None = None) -> Term:
    """Return the term of a numeric token or math function; raise `InvalidValue` for anything else."""
    if is_math(token):
        return _Parser(percent_as, variables).function(token)
    term = dimension(token)
    if term is None:
        unexpected(token)
    return term._replace(type=percent_as) if term.percent and percent_as else term


def math_term(token: Token, functions: Mapping[str, Function]) -> Term:
    """Return the term of a function of lengths, in which more functions than those of math may stand."""
    return _Parser("length", None, {**FUNCTIONS, **functions}).function(token)


def _checked(
    token: Token, term: Term, low: float | None, high: float | None, clamp: bool
) -> Specified[float]:
    """Return a scalar term's value: out of range is invalid for literals and clamped for math."""
    limit = LIMIT if term.type == "length" else MAX_NUMBER
    low_, high_ = (-limit if low is None else low), (limit if high is None else high)

    def evaluate(c: Context | None) -> float:
        return min(max(finite(term.fn(c, 1.0), limit), low_), high_)

    if term.relative:
        return Deferred(evaluate)
    value = finite(term.fn(None, 1.0), limit)
    if not clamp and not is_math(token) and not low_ <= value <= high_:
        raise InvalidValue(f"{value:g} is out of range")
    return evaluate(None)


def number(
    cursor: Cursor, low: float | None = None, high: float | None = None, clamp: bool = False
) -> Specified[float]:
    """Read a <number>."""
    token = cursor.next()
    term = parse_term(token)
    if term.type != "number":
        raise InvalidValue(f"expected a number, got a {term.type}")
    return _checked(token, term, low, high, clamp)


def integer(cursor: Cursor, low: int | None = None) -> Specified[int]:
    """Read an <integer>; math is rounded."""
    token = cursor.peek()
    if token is not None and token.type == "number" and not token.is_integer:
        raise InvalidValue("expected an integer")
    return lift(lambda value: math.floor(value + 0.5), number(cursor, low))


def number_or_percent(
    cursor: Cursor, low: float | None = None, high: float | None = None, clamp: bool = False
) -> Specified[float]:
    """Read a <number> or a <percentage> as its fraction."""
    token = cursor.next()
    term = parse_term(token)
    if term.type not in ("number", "percent"):
        raise InvalidValue(f"expected a number or percentage, got a {term.type}")
    return _checked(token, term, low, high, clamp)


def percentage(cursor: Cursor, low: float | None = None) -> Specified[float]:
    """Read a <percentage> as its fraction."""
    token = cursor.next()
    term = parse_term(token)
    if term.type != "percent":
        raise InvalidValue(f"expected a percentage, got a {term.type}")
    return _checked(token, term, low, None, False)


def angle(cursor: Cursor) -> Specified[float]:
    """Read an <angle> in degrees; a bare 0 is allowed."""
    return _scalar(cursor, "angle", zero=True)


def resolution(cursor: Cursor) -> Specified[float]:
    """Read a <resolution> in dppx."""
    return _scalar(cursor, "resolution")


def _scalar(cursor: Cursor, type_: str, zero: bool = False) -> Specified[float]:
    token = cursor.next()
    term = parse_term(token)
    if zero and token.type == "number" and token.value == 0:
        return 0.0
    if term.type != type_:
        raise InvalidValue(f"expected {type_}, got a {term.type}")
    return _checked(token, term, None, None, False)


def length_px(cursor: Cursor, low: float | None = None) -> Specified[float]:
    """Read a <length> as px (no percentages)."""
    token = cursor.next()
    if token.type == "number" and token.value == 0:
        return 0.0
    term = parse_term(token)
    if term.type != "length":
        raise InvalidValue(f"expected a length, got {_article(token, term)}")
    return _checked(token, term, low, None, False)


def length(cursor: Cursor, low: float | None = None) -> Specified[v.Length]:
    """Read a <length-percentage> as `Length`."""
    token = cursor.next()
    if token.type == "number" and token.value == 0:
        return v.ZERO
    if token.type == "percentage":
        if low is not None and token.value < low:
            raise InvalidValue("negative percentages are not allowed here")
        return v.Length(pct=finite(token.value / 100, HUGE))
    term = parse_term(token, percent_as="length")
    if term.type != "length":
        raise InvalidValue(f"expected a length or percentage, got {_article(token, term)}")
    if not term.percent:
        return lift(v.Length, _checked(token, term, low, None, False))
    if term.relative:
        return Deferred(lambda c: _mixed(term, c, low))
    return _mixed(term, None, low)


def _article(token: Token, term: Term) -> str:
    if term.type == "number" and token.type == "number":
        return f"the number {token.representation} without a unit"
    return f"a {term.type}"


def _mixed(term: Term, context: Context | None, low: float | None) -> v.Length:
    """Return px + pct·basis where the expression is that, else a function of the basis."""
    fn = term.fn
    if term.linear:
        px = fn(context, 0.0)
        return v.Length(finite(px), finite((fn(context, 1024.0) - px) / 1024, HUGE))

    def evaluate(basis: float) -> float:
        value = finite(fn(context, basis))
        return value if low is None else max(value, low)

    return v.Length(func=evaluate)
