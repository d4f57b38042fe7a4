"""Painting order: CSS 2 appendix E and stacking contexts."""

from __future__ import annotations

from typing import Any

from emblazon_origin.style.values.value_types import Length, Transform


def test_later_blocks_cover_earlier_ones(paint: Any, box: Any, letters: Any) -> None:
    image = paint(4, 2, box(0, 0, 3, 2, background_color="R"), box(1, 0, 3, 2, background_color="G"))
    assert letters(image) == ["RGGG", "RGGG"]


def test_positioned_boxes_cover_blocks_that_come_later(paint: Any, box: Any, letters: Any) -> None:
    first = box(0, 0, 3, 1, background_color="R", position="relative")
    assert letters(paint(4, 1, first, box(1, 0, 3, 1, background_color="G"))) == ["RRRG"]


def test_z_index_orders_positioned_boxes(paint: Any, box: Any, letters: Any) -> None:
    high = box(0, 0, 2, 1, background_color="R", position="absolute", z_index=2)
    low = box(1, 0, 2, 1, background_color="G", position="absolute", z_index=1)
    assert letters(paint(3, 1, high, low)) == ["RRG"]


def test_negative_z_index_lies_over_its_context_and_under_blocks(paint: Any, box: Any, letters: Any) -> None:
    under = box(1, 0, 3, 1, background_color="G", position="absolute", z_index=-1)
    context = box(0, 0, 4, 1, box(0, 0, 2, 1, background_color="B"), under, background_color="R", z_index=0,
                  position="relative")  # fmt: skip
    assert letters(paint(4, 1, context)) == ["BBGG"]


def test_negative_z_index_goes_under_a_parent_that_is_no_context(paint: Any, box: Any, letters: Any) -> None:
    under = box(0, 0, 4, 1, background_color="G", position="absolute", z_index=-1)
    parent = box(0, 0, 2, 1, under, background_color="R")
    assert letters(paint(4, 1, parent)) == ["RRGG"]


def test_a_context_keeps_high_z_indexes_inside(paint: Any, box: Any, letters: Any) -> None:
    inner = box(0, 0, 4, 1, background_color="R", position="absolute", z_index=99)
    context = box(0, 0, 4, 1, inner, position="absolute", z_index=1)
    above = box(2, 0, 2, 1, background_color="G", position="absolute", z_index=2)
    assert letters(paint(4, 1, context, above)) == ["RRGG"]


def test_flex_items_obey_z_index_without_position(paint: Any, box: Any, letters: Any) -> None:
    row = box(0, 0, 4, 1, box(0, 0, 3, 1, background_color="R", z_index=1),
              box(1, 0, 3, 1, background_color="G"), display="flex")  # fmt: skip
    assert letters(paint(4, 1, row)) == ["RRRG"]


def test_opacity_and_transform_lift_a_box_above_blocks(paint: Any, box: Any, letters: Any) -> None:
    for lifted in ({"opacity": 0.999}, {"transform": (Transform("translate", (Length(0), Length(0))),)}):
        image = paint(
            3, 1, box(0, 0, 2, 1, background_color="R", **lifted), box(1, 0, 2, 1, background_color="G")
        )
        assert letters(image) == ["RRG"], lifted


def test_hidden_boxes_leave_visible_children(paint: Any, box: Any, letters: Any) -> None:
    hidden = box(0, 0, 4, 1, box(1, 0, 1, 1, background_color="G"), background_color="R", visibility="hidden")
    assert letters(paint(4, 1, hidden)) == [".G.."]


def test_the_canvas_takes_the_background_of_body(paint: Any, box: Any, letters: Any) -> None:
    body = box(1, 1, 1, 1, background_color="R", tag="body")
    assert letters(paint(3, 2, body)) == ["RRR", "RRR"]


def test_the_root_background_keeps_body_its_own(paint: Any, box: Any, letters: Any) -> None:
    body = box(1, 0, 1, 1, background_color="R", tag="body")
    assert letters(paint(3, 1, body, background_color="G")) == ["GRG"]


def test_a_page_without_background_is_transparent(paint: Any, box: Any, letters: Any) -> None:
    image = paint(2, 1, box(0, 0, 1, 1, background_color="R"))
    assert image.mode == "RGBA"
    assert letters(image) == ["R."]


def test_an_opaque_page_has_no_alpha_channel(paint: Any, box: Any) -> None:
    assert paint(2, 1, background_color="R").mode == "RGB"
