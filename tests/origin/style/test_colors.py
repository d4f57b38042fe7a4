"""Colours against the pixels that Chromium paints for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tinycss2

from emblazon_origin.style import Viewport
from emblazon_origin.style.color.css_color import parse_color
from emblazon_origin.style.values import value_types as v
from emblazon_origin.style.values.tokens import Cursor, InvalidValue, resolve
from emblazon_origin.style.values.units import Context


def color(text: str, **context: Any) -> v.Color:
    """Return the colour that CSS text computes to."""
    cursor = Cursor(tinycss2.parse_component_value_list(text))
    value = parse_color(cursor)
    cursor.end()
    result: v.Color = resolve(value, Context(Viewport(1200, 630), **context))
    return result


def test_colors_are_those_of_chromium(recorded: Callable[[str], Any]) -> None:
    wrong = {}
    for text, (*rgb, alpha) in recorded("colors").items():
        got = [round(x * 255) for x in color(text)]
        near = 1 if alpha > 200 else 5  # a canvas keeps premultiplied bytes
        if any(abs(a - b) > near for a, b in zip(got, [*rgb, alpha], strict=True)):
            wrong[text] = (got, [*rgb, alpha])
    assert wrong == {}


def test_current_color_is_the_color_of_the_element() -> None:
    assert color("currentColor", color=v.Color(0.2, 0.4, 0.6)) == (0.2, 0.4, 0.6, 1.0)
    assert color("color-mix(in srgb, currentcolor, white)", color=v.BLACK) == pytest.approx(
        (0.5, 0.5, 0.5, 1)
    )
    assert color("rgb(from currentcolor g r b)", color=v.Color(1, 0, 0)) == (0, 1, 0, 1)


def test_light_dark_and_system_colors_follow_the_scheme() -> None:
    assert color("light-dark(red, lime)", scheme="dark") == (0, 1, 0, 1)
    assert color("CanvasText", scheme="dark") == (1, 1, 1, 1)
    assert color("CanvasText") == (0, 0, 0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "#12345",
        "#ggg",
        "rgb(1 2)",
        "rgb(1, 2 3)",
        "hsl(1 2 3 4)",
        "color(nope 1 2 3)",
        "lab(1, 2, 3)",
        "bleu",
    ],
)
def test_malformed_colors_are_invalid(text: str) -> None:
    with pytest.raises(InvalidValue):
        color(text)


def test_out_of_gamut_colors_are_clipped() -> None:
    assert color("color(display-p3 0 1 0)") == pytest.approx((0, 1, 0, 1), abs=0.01)
    assert all(0 <= x <= 1 for x in color("oklch(0.9 0.5 150)"))
