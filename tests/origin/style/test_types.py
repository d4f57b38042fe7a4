"""Whatever value is declared, a style's fields have the types that later stages rely on."""

from __future__ import annotations

import collections.abc
import math
import re
import types
import typing
from collections.abc import Callable
from html import escape
from typing import Any

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import GapList

HINTS = typing.get_type_hints(ComputedStyle)


def is_of(value: object, hint: Any) -> bool:
    """Return whether a value is of an annotation of `ComputedStyle` or `values`."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return value in arguments
    if origin in (typing.Union, types.UnionType):
        return any(is_of(value, a) for a in arguments)
    if origin is collections.abc.Callable:
        return callable(value)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return all(is_of(item, arguments[0]) for item in value)
        return len(value) == len(arguments) and all(map(is_of, value, arguments))
    if origin is frozenset:
        return isinstance(value, frozenset) and all(is_of(item, arguments[0]) for item in value)
    if origin is GapList:
        return isinstance(value, GapList) and all(is_of(item, arguments[0]) for item in value.values)
    if hint is None or hint is type(None):
        return value is None
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, hint) and has_typed_fields(value)


def has_typed_fields(value: object) -> bool:
    """Return whether the fields of a dataclass or named tuple of `values` are of their types."""
    for base in type(value).__mro__:
        if base.__module__.endswith("style.values"):
            return all(
                is_of(getattr(value, name), hint) for name, hint in typing.get_type_hints(base).items()
            )
    return True


def wrong_fields(style: ComputedStyle) -> list[str]:
    """Return the fields that are not of their type."""
    return [
        f"{name}: {value}"
        for name, value in vars(style).items()
        if name not in HINTS or not is_of(value, HINTS[name])
    ]


# Name → form of the declaration, and of how many values one is taken.
FORMS = {
    "plain": ("{0}: {1}", 1),
    "var": ("--v: {1}; {0}: var(--v)", 3),
    "all": ("all: inherit; {0}: {1}", 9),
}


@pytest.mark.parametrize("name", FORMS)
def test_fields_have_their_types(name: str, style: Any, recorded: Callable[[str], Any]) -> None:
    form, step = FORMS[name]
    pairs = [
        (prop, value)
        for prop, verdicts in recorded("grammar").items()
        for value in verdicts["valid"] + verdicts["invalid"]
    ]
    page = style("".join(f'<p style="{escape(form.format(*pair))}">x' for pair in pairs[::step]))
    wrong = {e.attributes.get("style"): wrong_fields(e.style) for e in page.elements if wrong_fields(e.style)}
    assert wrong == {}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5_000])
def test_huge_numbers_stay_finite(number: str, style: Any, recorded: Callable[[str], Any]) -> None:
    digits = re.compile(r"(?<![\w#-])-?\d*\.?\d+")
    values = [
        (prop, digits.sub(number, value))
        for prop, verdicts in recorded("grammar").items()
        for value in verdicts["valid"]
        if digits.search(value)
    ]
    step = 60 if len(number) > 10 else 2
    page = style("".join(f'<p style="{escape(f"{prop}: {value}")}">x' for prop, value in values[::step]))
    wrong = {e.attributes.get("style"): wrong_fields(e.style) for e in page.elements if wrong_fields(e.style)}
    assert wrong == {}


def test_integers_keep_their_order(style: Any) -> None:
    page = style("<p style='z-index: 2147483647'>x<b style='z-index: 2147483646'>y</b>")
    assert page["p"].z_index > page["b"].z_index
