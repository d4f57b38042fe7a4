"""Typed numeric expressions: a function of (context, percentage basis) with its type.

The math functions of CSS Values 4 §10 make such terms of their arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from .tokens import Cursor, InvalidValue, Token
from .units import ABSOLUTE, ANGLES, FREQUENCIES, RELATIVE, RESOLUTIONS, TIMES, Context

LIMIT = 33_554_400.0  # px; Chromium clamps lengths here
HUGE = 1e9  # of percentages
MAX_NUMBER = 2.0**31 - 1  # of plain numbers, as of integers

# The context is None where no part is relative: `Any`, since a type that says so is checked at every call.
Evaluate = Callable[[Any, float], float]


class Term(NamedTuple):
    """A typed expression. `relative` needs the context, `percent` the basis."""

    fn: Evaluate
    type: str  # number, length, percent, angle, time, frequency, resolution
    relative: bool = False
    percent: bool = False
    linear: bool = True  # in the basis: px + pct · basis


def constant(value: float, type_: str = "number") -> Term:
    """Return a term that is always the same."""
    return Term(lambda c, b: value, type_)


CONSTANTS = {
    "pi": math.pi, "e": math.e, "infinity": math.inf, "-infinity": -math.inf, "nan": math.nan,
}  # fmt: skip


def dimension(token: Token) -> Term | None:
    """Return a number, percentage or dimension token as a term."""
    if token.type == "number":
        return constant(finite(token.value, MAX_NUMBER))
    if token.type == "percentage":
        fraction = finite(token.value / 100, HUGE)
        return Term(lambda c, b: fraction * b, "percent", percent=True)
    if token.type != "dimension":
        return None
    value, unit = finite(token.value, MAX_NUMBER), token.lower_unit
    if unit in ABSOLUTE:
        return constant(value * ABSOLUTE[unit], "length")
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
            return constant(value * table[unit], type_)
    raise InvalidValue(f"unknown unit '{token.unit}'")


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


def finite(value: float, limit: float = LIMIT) -> float:
    """Return the value with NaN as 0 and infinities at a limit, by default Chromium's for lengths."""
    if value != value:
        return 0.0
    return min(max(value, -limit), limit)


def multiplied(a: str, b: str) -> str:
    """Return the type of a product; raise `InvalidValue` for two dimensions."""
    if a == "number":
        return b
    if b == "number":
        return a
    raise InvalidValue(f"cannot multiply {a} by {b}")


def divided(a: str, b: str) -> str:
    """Return the type of a quotient; two of one type give a number."""
    if b == "number":
        return a
    if a == b:
        return "number"
    raise InvalidValue(f"cannot divide {a} by {b}")


def divide(a: float, b: float) -> float:
    """Divide as CSS does: by zero gives infinity or NaN."""
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


Whole = Callable[[list[Token]], Term]  # how the argument of a function is read
Function = Callable[[Whole, list[list[Token]]], Term]


def _terms(whole: Whole, args: list[list[Token]], low: int, high: int | None = None) -> list[Term]:
    high = low if high is None else high
    if not low <= len(args) <= high:
        raise InvalidValue(f"a math function takes {low} to {high} arguments here, not {len(args)}")
    return [whole(a) for a in args]


def _extremum(pick: Callable[[list[float]], float]) -> Function:
    def build(whole: Whole, args: list[list[Token]]) -> Term:
        terms = _terms(whole, args, 1, 1000)
        fns = [t.fn for t in terms]
        return combine(lambda c, b: pick([f(c, b) for f in fns]), terms)

    return build


def _clamp(whole: Whole, args: list[list[Token]]) -> Term:
    def is_none(tokens: list[Token]) -> bool:
        cursor = Cursor(tokens)
        return cursor.keyword("none") is not None and cursor.done

    if len(args) != 3:
        raise InvalidValue("clamp() takes 3 arguments")
    middle = whole(args[1])
    low = None if is_none(args[0]) else whole(args[0])
    high = None if is_none(args[2]) else whole(args[2])

    def evaluate(c: Context | None, b: float) -> float:
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


def _round(whole: Whole, args: list[list[Token]]) -> Term:
    strategy = "nearest"
    first = Cursor(args[0])
    if (name := first.keyword(*_ROUND)) is not None and first.done:
        strategy, args = name, args[1:]
    terms = _terms(whole, args, 1, 2)
    if len(terms) == 1:
        if terms[0].type != "number":
            raise InvalidValue("round() of a dimension needs a step")
        terms.append(constant(1.0))
    value, step, rounded = terms[0].fn, terms[1].fn, _ROUND[strategy]

    def evaluate(c: Context | None, b: float) -> float:
        a, s = value(c, b), step(c, b)
        if s == 0 or not math.isfinite(a):
            return math.nan if s == 0 else a
        return a if math.isinf(s) else rounded(a / s) * s

    return combine(evaluate, terms)


def _modulus(of_dividend: bool) -> Function:
    def build(whole: Whole, args: list[list[Token]]) -> Term:
        terms = _terms(whole, args, 2)
        left, right = terms[0].fn, terms[1].fn

        def evaluate(c: Context | None, b: float) -> float:
            x, y = left(c, b), right(c, b)
            if y == 0 or not math.isfinite(x):
                return math.nan
            return math.fmod(x, y) if of_dividend else (x - y * math.floor(x / y) if math.isfinite(y) else x)

        return combine(evaluate, terms)

    return build


def _unary(of: Callable[[float], float], takes: tuple[str, ...], gives: str | None) -> Function:
    def build(whole: Whole, args: list[list[Token]]) -> Term:
        (term,) = _terms(whole, args, 1)
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


def _binary(of: Callable[[float, float], float], gives: str | None, numbers: bool) -> Function:
    def build(whole: Whole, args: list[list[Token]]) -> Term:
        terms = _terms(whole, args, 2)
        if numbers and terms[0].type != "number":
            raise InvalidValue("expected numbers")
        left, right = terms[0].fn, terms[1].fn
        return combine(lambda c, b: _safe(of, left(c, b), right(c, b)), terms, gives)

    return build


def _log(whole: Whole, args: list[list[Token]]) -> Term:
    terms = _terms(whole, args, 1, 2)
    if any(t.type != "number" for t in terms):
        raise InvalidValue("log() takes numbers")
    fns = [t.fn for t in terms]
    return combine(lambda c, b: _safe(math.log, *[f(c, b) for f in fns]), terms)


def _hypot(whole: Whole, args: list[list[Token]]) -> Term:
    terms = _terms(whole, args, 1, 1000)
    fns = [t.fn for t in terms]
    return combine(lambda c, b: math.hypot(*[f(c, b) for f in fns]), terms)


def _progress(whole: Whole, args: list[list[Token]]) -> Term:
    """How far a value is from a start to an end, at least 0 and at most 1 (CSS Values 5 §9.2)."""
    terms = _terms(whole, args, 3)
    value, start, end = (t.fn for t in terms)

    def evaluate(c: Context | None, b: float) -> float:
        low = start(c, b)
        share = divide(value(c, b) - low, end(c, b) - low)
        return share if math.isnan(share) else min(max(share, 0.0), 1.0)

    return combine(evaluate, terms, "number")


def _sign(x: float) -> float:
    return 0.0 if x == 0 else math.copysign(1.0, x)


_TURN = ("number", "angle")
FUNCTIONS: dict[str, Function] = {
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
    "progress": _progress,
    "exp": _unary(math.exp, ("number",), None),
}
