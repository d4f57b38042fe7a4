"""Borders, outlines, radii and shadows in small pictures."""

from __future__ import annotations

from typing import Any

import pytest

from emblazon_origin.paint.boxes.border import shade
from emblazon_origin.paint.raster.stroke import best_gap
from emblazon_origin.style.values.value_types import Color, Length, Shadow

CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")


def radius(value: float) -> dict[str, Any]:
    return {f"border_{corner}_radius": (Length(value), Length(value)) for corner in CORNERS}


def sides(**values: Any) -> dict[str, Any]:
    """`sides(color=("R", "G", "B", "Y"))`, in CSS order."""
    return {
        f"border_{side}_{name}": value
        for name, four in values.items()
        for side, value in zip(("top", "right", "bottom", "left"), four, strict=True)
    }


def test_a_solid_border_frames_the_background(paint: Any, box: Any, letters: Any) -> None:
    framed = box(0, 0, 4, 3, border=1, background_color="G")
    assert letters(paint(4, 3, framed)) == ["KKKK", "KGGK", "KKKK"]


def test_sides_of_different_colours_meet_on_the_diagonal(paint: Any, box: Any) -> None:
    framed = box(0, 0, 20, 20, border=5, **sides(color=("R", "G", "B", "Y")))
    image = paint(20, 20, framed)
    assert image.getpixel((10, 2)) == (255, 0, 0, 255)
    assert image.getpixel((17, 10)) == (0, 255, 0, 255)
    assert image.getpixel((10, 17)) == (0, 0, 255, 255)
    assert image.getpixel((2, 10)) == (255, 255, 0, 255)
    on_the_join = image.getpixel((2, 2))
    assert on_the_join[3] == 255
    assert 100 < on_the_join[1] < 155


def test_one_side_alone_takes_its_own_room(paint: Any, box: Any, letters: Any) -> None:
    lined = box(0, 0, 3, 3, background_color="G", border_left_width=1.0, border_left_style="solid",
                border_left_color="R")  # fmt: skip
    assert letters(paint(3, 3, lined)) == ["RGG", "RGG", "RGG"]


def test_a_triangle_of_transparent_borders(paint: Any, box: Any) -> None:
    made = box(0, 0, 40, 20, border_top_width=20.0, border_left_width=20.0, border_right_width=20.0,
               **sides(style=("solid", "solid", "none", "solid")), border_top_color="R",
               border_left_color=".", border_right_color=".")  # fmt: skip
    image = paint(40, 20, made)
    assert image.getpixel((20, 5)) == (255, 0, 0, 255)
    assert image.getpixel((2, 15)) == (0, 0, 0, 0)


def test_double_leaves_a_gap(paint: Any, box: Any, letters: Any) -> None:
    framed = box(0, 0, 8, 7, border=3, **sides(style=("double",) * 4))
    assert letters(paint(8, 7, framed))[:3] == ["KKKKKKKK", "K......K", "K.KKKK.K"]


def test_dashes_begin_and_end_whole(paint: Any, box: Any) -> None:
    framed = box(0, 0, 50, 10, border_top_width=4.0, border_top_style="dashed", border_top_color="R")
    image = paint(50, 10, framed)
    alphas = [image.getpixel((x, 1))[3] for x in range(50)]
    assert alphas[:8] == alphas[-8:] == [255] * 8
    assert 0 in alphas


def test_gaps_are_the_nearest_that_fit() -> None:
    assert best_gap(100, 10, 10, closed=False) == pytest.approx(8.0)
    assert best_gap(100, 10, 5, closed=False) == pytest.approx(5.0)
    assert best_gap(100, 10, 10, closed=True) == pytest.approx(10.0)


def test_large_dots_are_round(paint: Any, box: Any) -> None:
    framed = box(0, 0, 60, 20, border_top_width=10.0, border_top_style="dotted", border_top_color="R")
    image = paint(60, 20, framed)
    assert image.getpixel((0, 0))[3] < 60
    assert image.getpixel((5, 5)) == (255, 0, 0, 255)


def test_inset_is_dark_above_and_light_below() -> None:
    grey = Color(0.6, 0.6, 0.6)
    assert shade(grey, "inset", True).r < grey.r < shade(grey, "inset", False).r
    assert shade(grey, "outset", True) == shade(grey, "inset", False)


def test_round_corners_are_symmetric_and_anti_aliased(paint: Any, box: Any) -> None:
    image = paint(21, 21, box(0, 0, 21, 21, background_color="R", **radius(8)))
    corner = [[image.getpixel((x, y))[3] for x in range(8)] for y in range(8)]
    assert corner[0][0] == 0
    assert all(abs(corner[y][x] - corner[x][y]) <= 3 for x in range(8) for y in range(8))
    assert any(0 < value < 255 for line in corner for value in line)
    assert image.getpixel((20, 20))[3] == 0


def test_radii_that_overlap_are_reduced_together(paint: Any, box: Any) -> None:
    pill = paint(40, 20, box(0, 0, 40, 20, background_color="R", **radius(500)))
    same = paint(40, 20, box(0, 0, 40, 20, background_color="R", **radius(10)))
    assert pill.tobytes() == same.tobytes()


def test_the_background_does_not_bleed_out_of_a_round_border(paint: Any, box: Any) -> None:
    framed = box(0, 0, 30, 30, background_color="R", border=4, **radius(15))
    image = paint(30, 30, framed)
    edge = [image.getpixel((x, y)) for x in range(30) for y in range(30)]
    assert all(p[0] == 0 for p in edge if 0 < p[3] < 255)


def test_an_outline_of_a_far_negative_offset_narrows_each_axis_to_the_middle(paint: Any, box: Any) -> None:
    outlined = box(10, 15, 40, 10, outline_width=5.0, outline_style="solid", outline_offset=-30.0,
                   outline_color=Color(1, 0, 0))  # fmt: skip
    assert paint(60, 40, outlined).convert("RGBA").getchannel("A").getbbox() == (25, 15, 35, 25)


def test_outlines_follow_the_radius_and_lie_outside(paint: Any, box: Any) -> None:
    outlined = box(10, 10, 20, 20, outline_width=3.0, outline_style="solid", outline_offset=2.0,
                   outline_color=Color(1, 0, 0), **radius(10))  # fmt: skip
    image = paint(40, 40, outlined)
    assert image.getpixel((20, 6)) == (255, 0, 0, 255)
    assert image.getpixel((20, 9))[3] == 0
    assert image.getpixel((6, 6))[3] == 0


def test_a_sharp_shadow_is_the_box_moved_and_grown(paint: Any, box: Any, letters: Any) -> None:
    shadowed = box(1, 1, 2, 1, background_color="R", box_shadow=(Shadow(1, 1, 0, 0, Color(0, 0, 0)),))
    assert letters(paint(5, 4, shadowed)) == [".....", ".RR..", "..KK.", "....."]
    spread = box(1, 1, 2, 1, background_color="R", box_shadow=(Shadow(0, 0, 0, 1, Color(0, 0, 0)),))
    assert letters(paint(4, 3, spread)) == ["KKKK", "KRRK", "KKKK"]


def test_nothing_of_an_outer_shadow_is_under_a_translucent_box(paint: Any, box: Any) -> None:
    shadowed = box(10, 10, 20, 20, box_shadow=(Shadow(0, 0, 8, 0, Color(0, 0, 0)),))
    image = paint(40, 40, shadowed)
    assert image.getpixel((20, 20)) == (0, 0, 0, 0)
    assert image.getpixel((20, 8))[3] > 50


def test_a_blurred_edge_is_half_as_dark_and_fades_over_the_blur_radius(paint: Any, box: Any) -> None:
    shadowed = box(40, 40, 40, 40, box_shadow=(Shadow(0, 0, 16, 0, Color(0, 0, 0)),))
    image = paint(120, 120, shadowed)
    assert abs(image.getpixel((60, 39))[3] - 120) < 12
    assert image.getpixel((60, 15))[3] <= 1


def test_large_and_small_shadows_are_the_same_at_their_corners(paint: Any, box: Any) -> None:
    shadow = (Shadow(0, 4, 12, 2, Color(0, 0, 0)),)
    large = paint(400, 300, box(50, 50, 300, 200, box_shadow=shadow, **radius(9)))
    small = paint(200, 200, box(50, 50, 90, 90, box_shadow=shadow, **radius(9)))
    area = (20, 20, 90, 90)
    assert large.crop(area).tobytes() == small.crop(area).tobytes()


def test_inset_shadows_stay_inside_the_padding_edge(paint: Any, box: Any, letters: Any) -> None:
    shadowed = box(0, 0, 5, 5, border=1, box_shadow=(Shadow(1, 1, 0, 0, Color(1, 0, 0), True),))
    assert letters(paint(5, 5, shadowed)) == ["KKKKK", "KRRRK", "KR..K", "KR..K", "KKKKK"]


def test_the_first_shadow_is_topmost(paint: Any, box: Any, letters: Any) -> None:
    shadows = (Shadow(0, 0, 0, 1, Color(1, 0, 0)), Shadow(0, 0, 0, 2, Color(0, 1, 0)))
    assert letters(paint(5, 5, box(2, 2, 1, 1, box_shadow=shadows)))[2] == "GR.RG"


def test_a_dashed_side_is_mitred_only_against_a_different_neighbour(paint: Any, box: Any) -> None:
    alike = paint(40, 40, box(0, 0, 40, 40, border=8, **sides(style=("dashed",) * 4)))
    assert alike.getpixel((1, 6))[3] == 255
    mixed = box(0, 0, 40, 40, border=8, **sides(style=("dashed", "solid", "solid", "solid"), color="RKKK"))
    image = paint(40, 40, mixed)
    assert image.getpixel((6, 1))[0] == 255
    assert image.getpixel((1, 6))[0] == 0
