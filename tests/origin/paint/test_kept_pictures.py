"""A picture of what comes again: it outlives one drawing without some of its items."""

from __future__ import annotations

from functools import partial

from emblazon_origin.ground import Ground, OnGround, Picture, image_of
from emblazon_origin.layout.boxes.box import Rect
from emblazon_origin.paint.display_list import Group, Item
from emblazon_origin.paint.kept_display import KeptDisplay
from emblazon_origin.paint.painter import RoundedRect
from emblazon_origin.paint.raster.geometry import IDENTITY, IntRect
from emblazon_origin.paint.raster.surface import Surface
from emblazon_origin.paint.work import Work
from emblazon_origin.style.values.value_types import WHITE, Color

BOX = IntRect(0, 0, 40, 30)


def item(left: int) -> Item:
    """Make an item that fills a square."""
    square = Rect(left, 10, 8, 8)
    return Item(square, IDENTITY, None, lambda painter: painter.fill(RoundedRect(square), Color(1, 0, 0)))


def draw(kept: KeptDisplay, *lefts: int) -> Picture:
    """Draw squares on white."""
    kept.begin(BOX)
    items: list[Item | Group] = [kept.get(left, None, partial(item, left)) for left in lefts]
    work = Work.of_canvas(BOX.width * BOX.height)
    return kept.play(items, "white", lambda: Surface(BOX, WHITE), work, is_flat=True)


def pictured() -> KeptDisplay:
    """Draw until one square, that comes again beside others, is in a picture."""
    kept = KeptDisplay(BOX.width * BOX.height)
    for other in (11, 12, 13):
        draw(kept, 0, other)
    return kept


def ground_of(picture: Picture) -> Ground:
    """Return what a picture lies on."""
    assert isinstance(picture, OnGround)
    return picture.ground


def test_a_picture_outlives_a_drawing_without_one_of_its_items() -> None:
    kept = pictured()
    before = ground_of(draw(kept, 0, 13))
    draw(kept, 14)
    assert ground_of(draw(kept, 0, 15)) is before


def test_a_picture_that_lacks_items_again_and_again_makes_room_for_another() -> None:
    kept = pictured()
    last = [draw(kept, other) for other in (14, 15, 16)][-1]
    assert ground_of(last).image.getcolors() == [(BOX.width * BOX.height, (255, 255, 255))]


def test_a_drawing_without_an_item_of_the_picture_does_not_show_it() -> None:
    shown, anew = draw(pictured(), 14), draw(KeptDisplay(1200), 14)
    assert image_of(shown).tobytes() == image_of(anew).tobytes()
