"""Typed numeric expressions: a function of (context, percentage basis) with its type."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from .tokens import InvalidValue, Token
from .units import ABSOLUTE, ANGLES, FREQUENCIES, RELATIVE, RESOLUTIONS, TIMES

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
