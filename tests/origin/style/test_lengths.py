"""Lengths, units and math functions against the widths that Chromium computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import tinycss2

from emblazon_origin.style import FontMeasures, Viewport
from emblazon_origin.style.values import value_types as v
from emblazon_origin.style.values.calculation import length
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import FontFaceRule
from emblazon_origin.style.values.tokens import Cursor, InvalidValue, resolve
from emblazon_origin.style.values.units import Context

from .conftest import StylePage


class Measures:
    """A font whose measures are easy to tell apart."""

    def measure(self, style: ComputedStyle) -> FontMeasures:
        size = style.font_size
        return FontMeasures(size * 0.4, size * 0.6, size * 0.55, size * 1.1)

    def line_height(self, style: ComputedStyle) -> float:
        return style.font_size * 1.3

    def with_faces(self, rules: Sequence[FontFaceRule]) -> Measures:
        return self


class Unmeasured(Measures):
    """A font whose glyphs nobody may ask for."""

    def measure(self, style: ComputedStyle) -> FontMeasures:
        raise AssertionError


def computed(text: str, **context: Any) -> v.Length:
    """Return the length that CSS text computes to."""
    value = length(Cursor(tinycss2.parse_component_value_list(text)))
    result: v.Length = resolve(value, Context(Viewport(1200, 630), **context))
    return result


def test_lengths_are_those_of_chromium(recorded: Callable[[str], Any]) -> None:
    data = recorded("lengths")
    context = Context(Viewport(data["width"], data["height"]), font_size=20)
    wrong = {}
    for text, expected in data["cases"].items():
        value = resolve(length(Cursor(tinycss2.parse_component_value_list(text))), context)
        got = max(value.resolve(800), 0.0)
        if abs(got - expected) > 0.02:
            wrong[text] = (got, expected)
    assert wrong == {}


def test_font_relative_units_ask_the_font() -> None:
    context = {"font_size": 10.0, "metrics": Measures(), "style": ComputedStyle().replace(font_size=10.0)}
    assert [computed(f"1{unit}", **context).px for unit in ("ex", "cap", "ch", "ic")] == [4, 6, 5.5, 11]


def test_sums_with_percentages_stay_linear() -> None:
    assert computed("calc(50% - 10px + 25%)") == v.Length(-10, 0.75)


def test_clamped_percentages_become_functions_of_the_basis() -> None:
    value = computed("clamp(10px, 50%, 100px)")
    assert value.func is not None
    assert [value.resolve(b) for b in (0, 100, 1000)] == [10, 50, 100]


@pytest.mark.parametrize(
    "text", ["calc(1px + 1)", "calc(1px * 1px)", "calc(1 2)", "calc()", "min()", "1foo", "sin(1)"]
)
def test_ill_typed_math_is_invalid(text: str) -> None:
    with pytest.raises(InvalidValue):
        computed(text)


def test_glyphs_are_measured_for_their_units_alone(style: StylePage) -> None:
    page = style("<p style='font-size: 20px; width: 10lh'>Text</p>", metrics=Unmeasured())
    assert page["p"].width == v.Length(260.0)
    with pytest.raises(AssertionError):
        style("<p style='width: 10ch'>Text</p>", metrics=Unmeasured())
