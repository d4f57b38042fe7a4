"""Overflow clips: padding edge, radii, containing blocks."""

from __future__ import annotations

from typing import Any

from emblazon_origin.style.values.value_types import Length

CLIPPED: dict[str, Any] = {"overflow_x": "hidden", "overflow_y": "hidden"}


def test_overflow_clips_at_the_padding_edge(paint: Any, box: Any, letters: Any) -> None:
    inner = box(0, 0, 8, 3, background_color="G")
    outer = box(1, 0, 4, 3, inner, border=1, **CLIPPED)
    assert letters(paint(6, 3, outer)) == [".KKKK.", ".KGGK.", ".KKKK."]


def test_overflow_clip_of_one_axis_leaves_the_other(paint: Any, box: Any, letters: Any) -> None:
    outer = box(1, 1, 2, 1, box(0, 0, 4, 3, background_color="G"), overflow_x="clip")
    assert letters(paint(4, 3, outer)) == [".GG.", ".GG.", ".GG."]


def test_absolute_boxes_escape_clips_that_do_not_contain_them(paint: Any, box: Any, letters: Any) -> None:
    escaped = box(0, 0, 4, 1, background_color="R", position="absolute")
    outer = box(1, 0, 2, 1, box(0, 0, 4, 1, background_color="G"), escaped, **CLIPPED)
    assert letters(paint(4, 1, outer)) == ["RRRR"]


def test_absolute_boxes_are_clipped_by_their_containing_block(paint: Any, box: Any, letters: Any) -> None:
    held = box(0, 0, 4, 1, background_color="R", position="absolute")
    assert letters(paint(4, 1, box(1, 0, 2, 1, held, position="relative", **CLIPPED))) == [".RR."]


def test_round_corners_cut_the_content(paint: Any, box: Any) -> None:
    radius = (Length(10), Length(10))
    corners = {f"border_{c}_radius": radius for c in ("top_left", "top_right", "bottom_right", "bottom_left")}
    image = paint(20, 20, box(0, 0, 20, 20, box(0, 0, 20, 20, background_color="R"), **corners, **CLIPPED))
    assert image.getpixel((0, 0)) == (0, 0, 0, 0)
    assert image.getpixel((10, 10)) == (255, 0, 0, 255)
    alpha = image.getpixel((2, 3))[3]
    assert 0 < alpha < 255
