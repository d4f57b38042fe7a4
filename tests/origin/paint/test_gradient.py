"""Gradients against values worked out from CSS Images 4."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from emblazon_origin.paint.boxes.gradient import fix_up, gradient_pixmap
from emblazon_origin.style.values.value_types import (
    HALF,
    Color,
    ColorStop,
    ConicGradient,
    Gradient,
    Length,
    LinearGradient,
    Position,
    RadialGradient,
)

BLACK, WHITE, RED, BLUE = Color(0, 0, 0), Color(1, 1, 1), Color(1, 0, 0), Color(0, 0, 1)


def stops(*colors: Color) -> tuple[ColorStop, ...]:
    return tuple(ColorStop(color) for color in colors)


def row(gradient: Gradient, width: int) -> list[Any]:
    pixmap: Any = gradient_pixmap(gradient, width, 1, 1.0)
    return [pixmap.rgb.getpixel((x, 0)) for x in range(width)]


def test_a_pixel_has_the_colour_of_its_centre() -> None:
    assert [p[0] for p in row(LinearGradient(stops(BLACK, WHITE), 90.0), 4)] == [32, 96, 159, 223]


@pytest.mark.parametrize(
    ("angle", "dark_corner"), [(0, "bottom"), (180, "top"), (90, "left"), (270, "right")]
)
def test_angles_point_where_the_gradient_goes(angle: Any, dark_corner: Any) -> None:
    pixmap: Any = gradient_pixmap(LinearGradient(stops(BLACK, WHITE), angle), 9, 9, 1.0)
    at = {"bottom": (4, 8), "top": (4, 0), "left": (0, 4), "right": (8, 4)}[dark_corner]
    assert pixmap.rgb.getpixel(at)[0] < 20


def test_a_corner_gradient_has_its_middle_on_the_other_diagonal() -> None:
    gradient = LinearGradient(stops(BLACK, WHITE), corner=("right", "bottom"))
    pixmap: Any = gradient_pixmap(gradient, 40, 20, 1.0)
    assert abs(pixmap.rgb.getpixel((39, 0))[0] - 127) <= 4
    assert abs(pixmap.rgb.getpixel((0, 19))[0] - 127) <= 4
    assert pixmap.rgb.getpixel((0, 0))[0] < 8


def test_slanted_rows_equal_the_formula() -> None:
    pixmap: Any = gradient_pixmap(LinearGradient(stops(BLACK, WHITE), 45.0), 30, 20, 1.0)
    for x, y in ((0, 0), (29, 0), (15, 10), (3, 17)):
        t = 0.5 + ((x + 0.5 - 15) - (y + 0.5 - 10)) / 50
        assert abs(pixmap.rgb.getpixel((x, y))[0] - 255 * t) <= 2


def test_hard_stops_stay_hard() -> None:
    halves = (ColorStop(RED), ColorStop(RED, HALF), ColorStop(BLUE, HALF), ColorStop(BLUE))
    gradient = LinearGradient(halves, 90.0)
    assert set(row(gradient, 10)) == {(255, 0, 0), (0, 0, 255)}


def test_transparent_does_not_darken() -> None:
    gradient = LinearGradient(stops(Color(1, 1, 1, 0), WHITE), 90.0)
    pixmap: Any = gradient_pixmap(gradient, 8, 1, 1.0)
    assert {pixmap.rgb.getpixel((x, 0)) for x in range(8)} == {(255, 255, 255)}
    assert pixmap.alpha is not None
    assert pixmap.alpha.getpixel((4, 0)) == 143


def test_stops_are_distributed_and_never_go_back() -> None:
    assert fix_up([None, None, None]) == [0.0, 0.5, 1.0]
    assert fix_up([0.2, None, None, 0.8]) == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert fix_up([0.5, 0.2, None]) == [0.5, 0.5, 1.0]


def test_a_hint_moves_the_middle() -> None:
    gradient = LinearGradient(
        (ColorStop(BLACK), ColorStop(BLACK, Length(pct=0.25), True), ColorStop(WHITE)), 90.0
    )
    assert abs(row(gradient, 100)[25][0] - 128) <= 3


def test_repeating_gradients_repeat_in_both_directions() -> None:
    gradient = LinearGradient(
        (ColorStop(BLACK, Length(4)), ColorStop(WHITE, Length(8))), 90.0, repeating=True
    )
    values = [p[0] for p in row(gradient, 12)]
    assert values[0:4] == values[4:8] == values[8:12]


def test_a_circle_reaches_the_farthest_corner() -> None:
    gradient = RadialGradient(stops(BLACK, WHITE), shape="circle", center=Position(Length(0), Length(0)))
    pixmap: Any = gradient_pixmap(gradient, 30, 40, 1.0)
    assert pixmap.rgb.getpixel((29, 39))[0] > 248
    assert abs(pixmap.rgb.getpixel((29, 0))[0] - 255 * 29.5 / 50) <= 2


def test_an_ellipse_keeps_the_ratio_of_the_box() -> None:
    gradient = RadialGradient(stops(BLACK, WHITE), extent="farthest-side")
    pixmap: Any = gradient_pixmap(gradient, 40, 20, 1.0)
    assert abs(pixmap.rgb.getpixel((39, 10))[0] - pixmap.rgb.getpixel((20, 19))[0]) <= 12


def test_conic_gradients_turn_clockwise_from_the_top() -> None:
    pixmap: Any = gradient_pixmap(ConicGradient(stops(BLACK, WHITE)), 20, 20, 1.0)
    right, bottom, left = (pixmap.rgb.getpixel(p)[0] for p in ((19, 10), (10, 19), (0, 10)))
    assert right < bottom < left
    assert abs(right - 64) < 8
    assert abs(left - 191) < 8


def test_oklab_and_srgb_have_different_middles() -> None:
    middle = {
        space: row(LinearGradient(stops(RED, BLUE), 90.0, space=space), 101)[50]
        for space in ("srgb", "oklab")
    }
    assert middle["srgb"] == (128, 0, 128)
    assert all(abs(a - b) <= 2 for a, b in zip(middle["oklab"], (140, 83, 162), strict=True))


def test_hues_take_the_asked_way_round() -> None:
    ways: tuple[Literal["shorter", "longer"], ...] = ("shorter", "longer")
    green = Color(0, 1, 0)
    way = {w: row(LinearGradient(stops(RED, green), 90.0, space="hsl", hue=w), 101)[50] for w in ways}
    assert way["shorter"][2] < 5
    assert way["longer"][2] > 250


def test_lengths_scale_with_the_device_pixel_ratio() -> None:
    gradient = LinearGradient((ColorStop(RED), ColorStop(RED, Length(2)), ColorStop(BLUE, Length(2))), 90.0)
    pixmap: Any = gradient_pixmap(gradient, 8, 1, 2.0)
    assert [pixmap.rgb.getpixel((x, 0)) for x in (3, 4)] == [(255, 0, 0), (0, 0, 255)]


def test_an_ending_shape_without_area_shows_the_last_colour() -> None:
    at_the_edge = Position(Length(0), HALF)
    gradient = RadialGradient(stops(RED, BLUE), extent="closest-corner", center=at_the_edge)
    assert set(row(gradient, 20)) == {(0, 0, 255)}
