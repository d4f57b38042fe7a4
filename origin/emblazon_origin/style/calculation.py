"""Numbers, lengths, percentages, angles: literals and the math functions of CSS Values 4 §10.

An expression compiles to a function of (context, percentage basis); constants are folded at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from . import values as v
from .tokens import Cursor, Deferred, InvalidValue, Token, unexpected
from .units import ABSOLUTE, ANGLES, FREQUENCIES, RELATIVE, RESOLUTIONS, TIMES, Context

LIMIT = 33_554_400.0  # px; Chromium clamps lengths here

Evaluate = Callable[[Any, float], float]


class Term(NamedTuple):
    """A typed expression. `relative` needs the context, `percent` the basis."""

    fn: Evaluate
    type: str  # number, length, percent, angle, time, frequency, resolution
    relative: bool = False
    percent: bool = False
    linear: bool = True  # in the basis: px + pct · basis


def _constant(value: float, type_: str = "number") -> Term:
    return Term(lambda c, b: value, type_)


_CONSTANTS = {
    "pi": math.pi, "e": math.e, "infinity": math.inf, "-infinity": -math.inf, "nan": math.nan,
}  # fmt: skip


def dimension(token: Token) -> Term | None:
    """Return a number, percentage or dimension token as a term."""
    if token.type == "number":
        return _constant(token.value)
    if token.type == "percentage":
        fraction = token.value / 100
        return Term(lambda c, b: fraction * b, "percent", percent=True)
    if token.type != "dimension":
        return None
    value, unit = token.value, token.lower_unit
    if unit in ABSOLUTE:
        return _constant(value * ABSOLUTE[unit], "length")
    if unit in RELATIVE:
        of = RELATIVE[unit]
        return Term(lambda c, b: value * of(c), "length", relative=True)
    for type_, table in (
        ("angle", ANGLES),
        ("time", TIMES),
        ("frequency", FREQUENCIES),
        ("resolution", RESOLUTIONS),
    ):
        if unit in table:
            return _constant(value * table[unit], type_)
    raise InvalidValue(f"unknown unit '{token.unit}'")


class _Parser:
    """Recursive descent over one math function; `percent_as` is the type percentages resolve to."""

    def __init__(self, percent_as: str, variables: Mapping[str, float] | None) -> None:
        self.percent_as = percent_as
        self.variables = variables or {}

    def function(self, token: Any) -> Term:
        name = token.lower_name
        if name in ("calc", "-webkit-calc", "-moz-calc"):
            result = self.whole(token.arguments)
        elif name in FUNCTIONS:
            result = FUNCTIONS[name](self, self.arguments(token.arguments))
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
        for divide, term in factors:
            type_ = _divided(type_, term.type) if divide else _multiplied(type_, term.type)
        steps = [(divide, t.fn) for divide, t in factors]

        def evaluate(c: Any, b: float) -> float:
            result = first.fn(c, b)
            for divide, fn in steps:
                result = _divide(result, fn(c, b)) if divide else result * fn(c, b)
            return result

        every = [first, *(t for _, t in factors)]
        linear = all(t.linear for t in every) and sum(t.percent for t in every) <= 1
        linear = linear and not any(divide and t.percent for divide, t in factors)
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
                return _constant(self.variables[name])
            if name in _CONSTANTS:
                return _constant(_CONSTANTS[name])
        term = dimension(token)
        if term is None:
            unexpected(token)
        if term.percent and self.percent_as:
            return term._replace(type=self.percent_as)
        return term


def _multiplied(a: str, b: str) -> str:
    if a == "number":
        return b
    if b == "number":
        return a
    raise InvalidValue(f"cannot multiply {a} by {b}")


def _divided(a: str, b: str) -> str:
    if b == "number":
        return a
    if a == b:
        return "number"
    raise InvalidValue(f"cannot divide {a} by {b}")


def _divide(a: float, b: float) -> float:
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def combine(fn: Evaluate, terms: list[Term], type_: str | None = None, linear: bool = False) -> Term:
    """Return a term over terms that must have one type."""
    types = {t.type for t in terms}
    if len(types) != 1:
        raise InvalidValue("cannot combine " + " and ".join(sorted(types)))
    percent = any(t.percent for t in terms)
    return Term(
        fn,
        type_ or terms[0].type,
        any(t.relative for t in terms),
        percent,
        not percent or (linear and all(t.linear for t in terms)),
    )


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


def finite(value: float) -> float:
    """Return the value with NaN as 0 and infinities at Chromium's limit."""
    if value != value:
        return 0.0
    return min(max(value, -LIMIT), LIMIT)


def _checked(token: Token, term: Term, low: float | None, high: float | None, clamp: bool) -> Any:
    """Return a scalar term's value: out of range is invalid for literals and clamped for math."""
    low_, high_ = (-LIMIT if low is None else low), (LIMIT if high is None else high)

    def evaluate(c: Context | None) -> float:
        return min(max(finite(term.fn(c, 1.0)), low_), high_)

    if term.relative:
        return Deferred(evaluate)
    value = finite(term.fn(None, 1.0))
    if not clamp and not is_math(token) and not low_ <= value <= high_:
        raise InvalidValue(f"{value:g} is out of range")
    return evaluate(None)


def number(cursor: Cursor, low: float | None = None, high: float | None = None, clamp: bool = False) -> Any:
    """Read a <number>."""
    token = cursor.next()
    term = parse_term(token)
    if term.type != "number":
        raise InvalidValue(f"expected a number, got a {term.type}")
    return _checked(token, term, low, high, clamp)


def integer(cursor: Cursor, low: int | None = None) -> Any:
    """Read an <integer>; math is rounded."""
    token = cursor.peek()
    if token is not None and token.type == "number" and not token.is_integer:
        raise InvalidValue("expected an integer")
    value = number(cursor, low)
    if value.__class__ is Deferred:
        return Deferred(lambda c: math.floor(value.fn(c) + 0.5))
    return math.floor(value + 0.5)


def number_or_percent(
    cursor: Cursor, low: float | None = None, high: float | None = None, clamp: bool = False
) -> Any:
    """Read a <number> or a <percentage> as its fraction."""
    token = cursor.next()
    term = parse_term(token)
    if term.type not in ("number", "percent"):
        raise InvalidValue(f"expected a number or percentage, got a {term.type}")
    return _checked(token, term, low, high, clamp)


def percentage(cursor: Cursor, low: float | None = None) -> Any:
    """Read a <percentage> as its fraction."""
    token = cursor.next()
    term = parse_term(token)
    if term.type != "percent":
        raise InvalidValue(f"expected a percentage, got a {term.type}")
    return _checked(token, term, low, None, False)


def angle(cursor: Cursor) -> Any:
    """Read an <angle> in degrees; a bare 0 is allowed."""
    return _scalar(cursor, "angle", zero=True)


def resolution(cursor: Cursor) -> Any:
    """Read a <resolution> in dppx."""
    return _scalar(cursor, "resolution")


def _scalar(cursor: Cursor, type_: str, zero: bool = False) -> Any:
    token = cursor.next()
    term = parse_term(token)
    if zero and token.type == "number" and token.value == 0:
        return 0.0
    if term.type != type_:
        raise InvalidValue(f"expected {type_}, got a {term.type}")
    return _checked(token, term, None, None, False)


def length_px(cursor: Cursor, low: float | None = None) -> Any:
    """Read a <length> as px (no percentages)."""
    token = cursor.next()
    if token.type == "number" and token.value == 0:
        return 0.0
    term = parse_term(token)
    if term.type != "length":
        raise InvalidValue(f"expected a length, got {_article(token, term)}")
    return _checked(token, term, low, None, False)


def length(cursor: Cursor, low: float | None = None) -> Any:
    """Read a <length-percentage> as `Length`."""
    token = cursor.next()
    if token.type == "number" and token.value == 0:
        return v.ZERO
    if token.type == "percentage":
        if low is not None and token.value < low:
            raise InvalidValue("negative percentages are not allowed here")
        return v.Length(pct=token.value / 100)
    term = parse_term(token, percent_as="length")
    if term.type != "length":
        raise InvalidValue(f"expected a length or percentage, got {_article(token, term)}")
    if not term.percent:
        px = _checked(token, term, low, None, False)
        return Deferred(lambda c: v.Length(px.fn(c))) if px.__class__ is Deferred else v.Length(px)
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
        return v.Length(finite(px), (fn(context, 1024.0) - px) / 1024)

    def evaluate(basis: float) -> float:
        value = finite(fn(context, basis))
        return value if low is None else max(value, low)

    return v.Length(func=evaluate)


# --- the functions ------------------------------------------------------------------------------

_Function = Callable[[_Parser, list[list[Token]]], Term]


def _terms(parser: _Parser, args: list[list[Token]], low: int, high: int | None = None) -> list[Term]:
    high = low if high is None else high
    if not low <= len(args) <= high:
        raise InvalidValue(f"a math function takes {low} to {high} arguments here, not {len(args)}")
    return [parser.whole(a) for a in args]


def _extremum(pick: Callable[[list[float]], float]) -> _Function:
    def build(parser: _Parser, args: list[list[Token]]) -> Term:
        terms = _terms(parser, args, 1, 1000)
        fns = [t.fn for t in terms]
        return combine(lambda c, b: pick([f(c, b) for f in fns]), terms)

    return build


def _clamp(parser: _Parser, args: list[list[Token]]) -> Term:
    def is_none(tokens: list[Token]) -> bool:
        cursor = Cursor(tokens)
        return cursor.keyword("none") is not None and cursor.done

    if len(args) != 3:
        raise InvalidValue("clamp() takes 3 arguments")
    middle = parser.whole(args[1])
    low = None if is_none(args[0]) else parser.whole(args[0])
    high = None if is_none(args[2]) else parser.whole(args[2])

    def evaluate(c: Any, b: float) -> float:
        value = middle.fn(c, b)
        if high is not None:
            value = min(value, high.fn(c, b))
        return value if low is None else max(value, low.fn(c, b))

    return combine(evaluate, [t for t in (low, middle, high) if t is not None])


_ROUND: dict[str, Callable[[float], float]] = {
    "nearest": lambda x: math.floor(x + 0.5),
    "up": math.ceil,
    "down": math.floor,
    "to-zero": math.trunc,
}


def _round(parser: _Parser, args: list[list[Token]]) -> Term:
    strategy = "nearest"
    first = Cursor(args[0])
    if (name := first.keyword(*_ROUND)) is not None and first.done:
        strategy, args = name, args[1:]
    terms = _terms(parser, args, 1, 2)
    if len(terms) == 1:
        if terms[0].type != "number":
            raise InvalidValue("round() of a dimension needs a step")
        terms.append(_constant(1.0))
    value, step, rounded = terms[0].fn, terms[1].fn, _ROUND[strategy]

    def evaluate(c: Any, b: float) -> float:
        a, s = value(c, b), step(c, b)
        if s == 0 or not math.isfinite(a):
            return math.nan if s == 0 else a
        return a if math.isinf(s) else rounded(a / s) * s

    return combine(evaluate, terms)


def _modulus(of_dividend: bool) -> _Function:
    def build(parser: _Parser, args: list[list[Token]]) -> Term:
        terms = _terms(parser, args, 2)
        left, right = terms[0].fn, terms[1].fn

        def evaluate(c: Any, b: float) -> float:
            x, y = left(c, b), right(c, b)
            if y == 0 or not math.isfinite(x):
                return math.nan
            return math.fmod(x, y) if of_dividend else (x - y * math.floor(x / y) if math.isfinite(y) else x)

        return combine(evaluate, terms)

    return build


def _unary(of: Callable[[float], float], takes: tuple[str, ...], gives: str | None) -> _Function:
    def build(parser: _Parser, args: list[list[Token]]) -> Term:
        (term,) = _terms(parser, args, 1)
        if takes and term.type not in takes:
            raise InvalidValue(f"expected {' or '.join(takes)}, got {term.type}")
        radians = math.pi / 180 if term.type == "angle" and gives == "number" and takes else 1.0
        fn = term.fn
        return combine(lambda c, b: _safe(of, fn(c, b) * radians), [term], gives)

    return build


def _safe(of: Callable[..., float], *args: float) -> float:
    try:
        return of(*args)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _binary(of: Callable[[float, float], float], gives: str | None, numbers: bool) -> _Function:
    def build(parser: _Parser, args: list[list[Token]]) -> Term:
        terms = _terms(parser, args, 2)
        if numbers and terms[0].type != "number":
            raise InvalidValue("expected numbers")
        left, right = terms[0].fn, terms[1].fn
        return combine(lambda c, b: _safe(of, left(c, b), right(c, b)), terms, gives)

    return build


def _log(parser: _Parser, args: list[list[Token]]) -> Term:
    terms = _terms(parser, args, 1, 2)
    if any(t.type != "number" for t in terms):
        raise InvalidValue("log() takes numbers")
    fns = [t.fn for t in terms]
    return combine(lambda c, b: _safe(math.log, *[f(c, b) for f in fns]), terms)


def _hypot(parser: _Parser, args: list[list[Token]]) -> Term:
    terms = _terms(parser, args, 1, 1000)
    fns = [t.fn for t in terms]
    return combine(lambda c, b: math.hypot(*[f(c, b) for f in fns]), terms)


def _sign(x: float) -> float:
    return 0.0 if x == 0 else math.copysign(1.0, x)


_TURN = ("number", "angle")
FUNCTIONS: dict[str, _Function] = {
    "min": _extremum(min),
    "max": _extremum(max),
    "clamp": _clamp,
    "round": _round,
    "mod": _modulus(False),
    "rem": _modulus(True),
    "abs": _unary(abs, (), None),
    "sign": _unary(_sign, (), "number"),
    "sin": _unary(math.sin, _TURN, "number"),
    "cos": _unary(math.cos, _TURN, "number"),
    "tan": _unary(math.tan, _TURN, "number"),
    "asin": _unary(lambda x: math.degrees(math.asin(x)), ("number",), "angle"),
    "acos": _unary(lambda x: math.degrees(math.acos(x)), ("number",), "angle"),
    "atan": _unary(lambda x: math.degrees(math.atan(x)), ("number",), "angle"),
    "atan2": _binary(lambda y, x: math.degrees(math.atan2(y, x)), "angle", False),
    "pow": _binary(math.pow, None, True),
    "sqrt": _unary(math.sqrt, ("number",), None),
    "hypot": _hypot,
    "log": _log,
    "exp": _unary(math.exp, ("number",), None),
}
