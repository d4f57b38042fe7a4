"""Opacity groups, filters, blending, clip-path, masks and transforms."""

from __future__ import annotations

from typing import Any

import pytest

from emblazon_origin.style.values.value_types import (
    ZERO,
    BackgroundLayer,
    Color,
    ColorStop,
    EllipseShape,
    FilterFunction,
    InsetShape,
    Length,
    LinearGradient,
    PathShape,
    PolygonShape,
    Position,
    Shadow,
    Transform,
)

GREY = Color(0.5, 0.5, 0.5)


def insets(*values: float) -> InsetShape:
    top, right, bottom, left = (Length(value) for value in values)
    return InsetShape((top, right, bottom, left))


def test_opacity_applies_to_the_group_not_to_each_child(paint: Any, box: Any) -> None:
    group = box(
        0, 0, 4, 1, box(0, 0, 3, 1, background_color="R"), box(1, 0, 3, 1, background_color="R"), opacity=0.5
    )
    image = paint(4, 1, group)
    assert {image.getpixel((x, 0)) for x in range(4)} == {(255, 0, 0, 128)}


def test_nested_opacities_multiply(paint: Any, box: Any) -> None:
    image = paint(1, 1, box(0, 0, 1, 1, box(0, 0, 1, 1, background_color="K", opacity=0.5), opacity=0.5))
    assert image.getpixel((0, 0))[3] == 64


@pytest.mark.parametrize(
    ("name", "amount", "expected"),
    [
        ("brightness", 0.5, (128, 0, 0)),
        ("invert", 1.0, (0, 255, 255)),
        ("grayscale", 1.0, (54, 54, 54)),
        ("sepia", 1.0, (100, 89, 69)),
        ("contrast", 0.0, (128, 128, 128)),
        ("saturate", 0.0, (54, 54, 54)),
        ("hue-rotate", 120.0, (0, 113, 0)),
    ],
)
def test_color_filters_follow_their_matrices(
    paint: Any, box: Any, name: Any, amount: Any, expected: Any
) -> None:
    image = paint(1, 1, box(0, 0, 1, 1, background_color="R", filter=(FilterFunction(name, amount),)))
    assert image.mode == "RGB"
    assert all(abs(a - b) <= 1 for a, b in zip(image.getpixel((0, 0)), expected, strict=True))


def test_filters_leave_alpha_alone(paint: Any, box: Any) -> None:
    image = paint(
        1, 1, box(0, 0, 1, 1, background_color=Color(1, 0, 0, 0.5), filter=(FilterFunction("invert", 1),))
    )
    assert image.getpixel((0, 0)) == (0, 255, 255, 128)


def test_filters_run_in_the_order_written(paint: Any, box: Any) -> None:
    first = (FilterFunction("brightness", 0.5), FilterFunction("invert", 1.0))
    image = paint(1, 1, box(0, 0, 1, 1, background_color="_", filter=first))
    assert abs(image.getpixel((0, 0))[0] - 127) <= 1
    second = paint(1, 1, box(0, 0, 1, 1, background_color="_", filter=first[::-1]))
    assert second.getpixel((0, 0))[0] == 0


def test_blur_spreads_ink_evenly_and_keeps_its_amount(paint: Any, box: Any) -> None:
    image = paint(60, 60, box(25, 25, 10, 10, background_color="R", filter=(FilterFunction("blur", 4),)))
    alpha = image.getchannel("A")
    assert image.getpixel((30, 30))[3] < 255
    assert alpha.getpixel((20, 30)) == alpha.getpixel((39, 30)) > 0
    assert abs(sum(alpha.tobytes()) - 100 * 255) < 0.03 * 100 * 255


def test_a_clip_outside_of_a_filter_cuts_after_it(paint: Any, box: Any) -> None:
    blurred = box(10, 0, 20, 20, background_color="R", filter=(FilterFunction("blur", 3),))
    clipped = box(0, 0, 20, 20, blurred, overflow_x="hidden", overflow_y="hidden")
    image = paint(40, 20, clipped)
    assert image.getpixel((19, 10))[3] == 255
    assert image.getpixel((20, 10))[3] == 0


def test_a_drop_shadow_follows_the_ink(paint: Any, box: Any, letters: Any) -> None:
    function = FilterFunction("drop-shadow", shadow=Shadow(1, 1, 0, 0, Color(0, 0, 0)))
    image = paint(4, 3, box(0, 0, 2, 1, background_color="R", filter=(function,)))
    assert letters(image) == ["RR..", ".KK.", "...."]


def test_multiply_and_screen_blend_with_what_is_below(paint: Any, box: Any, letters: Any) -> None:
    over = box(0, 0, 1, 1, background_color="Y", mix_blend_mode="multiply")
    assert letters(paint(2, 1, over, background_color="C")) == ["GC"]
    over = box(0, 0, 1, 1, background_color="R", mix_blend_mode="screen")
    assert letters(paint(2, 1, over, background_color="G")) == ["YG"]


def test_isolation_keeps_blending_inside(paint: Any, box: Any, letters: Any) -> None:
    over = box(0, 0, 1, 1, background_color="Y", mix_blend_mode="multiply")
    isolated = box(0, 0, 1, 1, over, isolation="isolate")
    assert letters(paint(2, 1, isolated, background_color="C")) == ["YC"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("difference", (128, 255, 0)), ("exclusion", (128, 255, 0)), ("darken", (0, 0, 0)),
        ("lighten", (128, 255, 0)), ("plus-lighter", (128, 255, 0)), ("color-dodge", (0, 255, 0)),
        ("luminosity", (76, 76, 76)),
    ],
)  # fmt: skip
def test_blend_modes_follow_their_formulas(paint: Any, box: Any, mode: Any, expected: Any) -> None:
    source, ground = (
        (Color(128 / 255, 0, 0), Color(0, 1, 0)) if mode != "luminosity" else (Color(1, 0, 0), GREY)
    )
    image = paint(
        1, 1, box(0, 0, 1, 1, background_color=source, mix_blend_mode=mode), background_color=ground
    )
    assert all(abs(a - b) <= 1 for a, b in zip(image.getpixel((0, 0)), expected, strict=True))


def test_backdrop_filters_change_only_what_is_below_the_box(paint: Any, box: Any, letters: Any) -> None:
    glass = box(1, 0, 1, 1, backdrop_filter=(FilterFunction("invert", 1.0),))
    assert letters(paint(3, 1, glass, background_color="R")) == ["RCR"]


def test_a_backdrop_blur_follows_round_corners(paint: Any, box: Any) -> None:
    radius = (Length(10), Length(10))
    corners = {f"border_{c}_radius": radius for c in ("top_left", "top_right", "bottom_right", "bottom_left")}
    glass = box(0, 0, 20, 20, backdrop_filter=(FilterFunction("invert", 1.0),), **corners)
    image = paint(20, 20, glass, background_color="K")
    assert image.getpixel((0, 0)) == (0, 0, 0)
    assert image.getpixel((10, 10)) == (255, 255, 255)


LEFT_HALF = ((ZERO, ZERO), (Length(2), ZERO), (Length(2), Length(pct=1)), (ZERO, Length(pct=1)))
SHAPES = [
    (insets(1, 1, 0, 1), ["....", ".RR.", ".RR."]),
    (PolygonShape(LEFT_HALF), ["RR.."] * 3),
    (PathShape("M1 0h2v3h-2z"), [".RR."] * 3),
]


@pytest.mark.parametrize(("shape", "expected"), SHAPES)
def test_clip_paths_cut_the_box(paint: Any, box: Any, letters: Any, shape: Any, expected: Any) -> None:
    assert letters(paint(4, 3, box(0, 0, 4, 3, background_color="R", clip_path=shape))) == expected


@pytest.mark.parametrize("data", ["M0 0H3V9A3 1e308 0 0 1 1e308 5Z", "m0 0 3 0 1e308 1e308 1e308 1e308z"])
def test_outlines_may_leave_all_numbers(paint: Any, box: Any, data: str) -> None:
    paint(4, 3, box(0, 0, 4, 3, background_color="R", clip_path=PathShape(data)))


def test_a_circle_is_round(paint: Any, box: Any) -> None:
    circle = EllipseShape("closest-side", "closest-side", circle=True)
    image = paint(20, 20, box(0, 0, 20, 20, background_color="R", clip_path=circle))
    alphas = image.getchannel("A").tobytes()
    assert abs(sum(alphas) / 255 - 314.159) < 8  # as round as Skia's few lines make it


def test_even_odd_leaves_the_middle_of_a_star_open(paint: Any, box: Any) -> None:
    points = ((50, 0), (80, 100), (0, 35), (100, 35), (20, 100))
    star = tuple((Length(x), Length(y)) for x, y in points)
    rules: tuple[tuple[Any, int], ...] = (("nonzero", 255), ("evenodd", 0))
    for rule, alpha in rules:
        image = paint(100, 100, box(0, 0, 100, 100, background_color="R", clip_path=PolygonShape(star, rule)))
        assert image.getchannel("A").getpixel((50, 55)) == alpha


def fade(*colors: Color) -> BackgroundLayer:
    return BackgroundLayer(
        LinearGradient(tuple(ColorStop(color) for color in colors), 90.0), origin="border-box"
    )


def test_a_mask_keeps_what_it_covers(paint: Any, box: Any) -> None:
    layer = fade(Color(0, 0, 0, 0), Color(0, 0, 0, 1))
    image = paint(10, 1, box(0, 0, 10, 1, background_color="R", mask_layers=(layer,)))
    alphas = [image.getpixel((x, 0))[3] for x in range(10)]
    assert alphas == sorted(alphas)
    assert alphas[0] < 20
    assert alphas[9] > 235


def test_masks_can_be_luminance_and_can_be_intersected(paint: Any, box: Any) -> None:
    from dataclasses import replace

    luminance = replace(fade(Color(1, 1, 1), Color(0, 0, 0)), mask_mode="luminance")
    image = paint(10, 1, box(0, 0, 10, 1, background_color="R", mask_layers=(luminance,)))
    assert image.getpixel((0, 0))[3] > 235
    assert image.getpixel((9, 0))[3] < 20
    crossed = replace(fade(Color(0, 0, 0, 0), Color(0, 0, 0, 1)), mask_composite="intersect")
    image = paint(10, 1, box(0, 0, 10, 1, background_color="R", mask_layers=(crossed, luminance)))
    assert max(image.getpixel((x, 0))[3] for x in range(10)) < 80


def test_a_mask_image_that_cannot_be_had_hides_the_box(paint: Any, box: Any, letters: Any) -> None:
    from emblazon_origin.style.values.value_types import Url

    hidden = box(0, 0, 2, 1, background_color="R", mask_layers=(BackgroundLayer(Url("gone")),))
    assert letters(paint(2, 1, hidden)) == [".."]


def turn(degrees: float) -> tuple[Transform, ...]:
    return (Transform("rotate", (degrees,)),)


def test_a_quarter_turn_is_exact(paint: Any, box: Any, letters: Any) -> None:
    turned = box(0, 1, 3, 1, box(0, 1, 1, 1, background_color="G"), background_color="R", transform=turn(90))
    assert letters(paint(3, 3, turned)) == [".G.", ".R.", ".R."]


def test_transforms_apply_in_the_order_written_around_their_origin(
    paint: Any, box: Any, letters: Any
) -> None:
    functions = (Transform("translate", (Length(2), Length(0))), Transform("scale", (2.0, 1.0)))
    moved = box(0, 0, 1, 1, background_color="R", transform=functions, transform_origin=Position(ZERO, ZERO))
    assert letters(paint(5, 1, moved)) == ["..RR."]
    percent = (Transform("translate", (Length(pct=1.0), Length(0))),)
    assert letters(paint(4, 1, box(0, 0, 2, 1, background_color="R", transform=percent))) == ["..RR"]


def test_turned_edges_are_anti_aliased_and_keep_the_area(paint: Any, box: Any) -> None:
    image = paint(60, 60, box(15, 15, 30, 30, background_color="R", transform=turn(30)))
    assert abs(sum(image.getchannel("A").tobytes()) / 255 - 900) < 3


def test_a_gradient_turns_with_its_box(paint: Any, box: Any) -> None:
    layer = BackgroundLayer(LinearGradient((ColorStop(Color(1, 0, 0)), ColorStop(Color(0, 0, 1))), 90.0))
    image = paint(20, 20, box(0, 0, 20, 20, background_layers=(layer,), transform=turn(90)))
    top, bottom = image.getpixel((10, 1)), image.getpixel((10, 18))
    assert top[0] > 200 > bottom[0]
    assert bottom[2] > 200 > top[2]


def test_a_collapsed_box_paints_nothing(paint: Any, box: Any, letters: Any) -> None:
    flat = box(0, 0, 2, 1, background_color="R", transform=(Transform("scale", (0.0, 1.0)),))
    assert letters(paint(2, 1, flat)) == [".."]


def test_overflow_clips_turn_with_their_box(paint: Any, box: Any) -> None:
    inner = box(0, 0, 40, 40, background_color="R")
    outer = box(10, 10, 20, 20, inner, overflow_x="hidden", overflow_y="hidden", transform=turn(45))
    image = paint(40, 40, outer)
    assert image.getpixel((20, 8))[3] == 255
    assert image.getpixel((11, 11))[3] == 0


@pytest.mark.parametrize(
    "effects",
    [
        {"opacity": 0.4},
        {"filter": (FilterFunction("blur", 5.0),)},
        {"filter": (FilterFunction("blur", 50.0),), "opacity": 0.8},
    ],
)
def test_a_box_of_one_colour_needs_no_layer_to_look_the_same(paint: Any, box: Any, effects: Any) -> None:
    radius = (Length(12), Length(12))
    style = {"background_color": Color(0.9, 0.2, 0.1, 0.9), "border_top_left_radius": radius, **effects}
    plain = paint(120, 90, box(30, 20, 60, 50, **style), background_color="_")
    layered = paint(120, 90, box(30, 20, 60, 50, box(0, 0, 0, 0), **style), background_color="_")
    worst = max(abs(a - b) for a, b in zip(plain.tobytes(), layered.tobytes(), strict=True))
    assert worst <= 3
    assert plain.getpixel((60, 45)) != (255, 255, 255)
