"""Painted beginnings of cards are kept: the pixels are the same, and any change of a box makes new ones."""

from __future__ import annotations

from typing import Any

from cold_start import clear_caches
from PIL import Image

from emblazon_origin.ground import image_of
from emblazon_origin.layout.boxes.box import Box
from emblazon_origin.paint.canvas import paint_document
from emblazon_origin.report import Report
from emblazon_origin.style.values.value_types import WHITE, Color, Shadow

from .conftest import FakeImages, make_box


def card(color: str = "R", width: float = 20.0, **style: Any) -> Box:
    """Make a page with a panel that casts a shadow."""
    shadow = (Shadow(0, 4, 8, 0, Color(0, 0, 0, 0.5), inset=False),)
    panel = make_box(10, 10, width, 12, background_color=color, box_shadow=shadow, **style)
    return make_box(0, 0, 40, 32, panel, background_color="B")


def paint(root: Box) -> Image.Image:
    """Paint on white."""
    return image_of(
        paint_document(
            root, width=40, height=32, dpr=1, fonts=None, images=FakeImages(), report=Report(), base=WHITE
        )
    )


def test_a_card_from_kept_pixels_equals_one_painted_afresh() -> None:
    clear_caches()
    pictures = [paint(card()).tobytes() for _ in range(4)]
    clear_caches()
    assert pictures == [paint(card()).tobytes()] * 4


def test_drawing_on_a_card_leaves_the_kept_pixels_alone() -> None:
    before = [paint(card()) for _ in range(3)][-1]
    kept = before.tobytes()
    before.paste((1, 2, 3), (0, 0, 40, 32))
    assert paint(card()).tobytes() == kept


def test_any_change_of_a_box_is_painted() -> None:
    for _ in range(3):
        first = paint(card())
    for changed in (card("G"), card(width=21.0), card(opacity=0.5), card(border=2, border_top_color="Y")):
        for _ in range(3):
            assert paint(changed).tobytes() != first.tobytes()


def test_a_row_is_painted_where_its_cells_are() -> None:
    def row(width: float) -> Box:
        cell = make_box(10, 10, width, 12, display="table-cell")
        own = make_box(0, 10, 40, 12, cell, display="table-row", background_color="R")
        return make_box(0, 0, 40, 32, own)

    pictures = [paint(row(width)).tobytes() for width in (9, 9, 9, 20)]
    clear_caches()
    assert pictures[-1] == paint(row(20)).tobytes()
