"""A picture of colours laid over a known ground is encoded without its pixels, as if they were looked at."""

from __future__ import annotations

from random import Random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from emblazon_origin.encode.png_attempts import quick_png
from emblazon_origin.ground import Area, Ground, OnGround, Stamp
from emblazon_origin.paint.raster.geometry import IntRect
from emblazon_origin.paint.raster.ground_surface import GroundSurface
from emblazon_origin.paint.raster.rasterizer import Clip, Mask
from emblazon_origin.paint.raster.surface import Surface
from emblazon_origin.style.values.value_types import Color

SIZE = (320, 200)
BOX = IntRect(0, 0, *SIZE)
GROUNDS = ("flat", "panels", "dots", "disc")
COLORS = (Color(0.1, 0.1, 0.2), Color(0.8, 0.2, 0.1), Color(0.1, 0.4, 0.9, 0.6))


def ground(name: str) -> Ground:
    """Return a picture of few colours."""
    image = Image.new("RGB", SIZE, (250, 249, 246))
    draw = ImageDraw.Draw(image)
    if name == "panels":
        draw.rounded_rectangle((20, 20, 150, 180), 12, (30, 60, 120))
        draw.rectangle((170, 20, 300, 180), (240, 220, 200))
    if name == "dots":
        for x in range(7, SIZE[0], 32):
            for y in range(9, SIZE[1], 32):
                draw.ellipse((x, y, x + 2, y + 2), (210, 212, 220))
    if name == "disc":
        draw.ellipse((150, 40, 330, 220), (236, 208, 194))
        image = image.filter(ImageFilter.GaussianBlur(0.7))
    return Ground(image)


def letters(random: Random) -> Image.Image:
    """Return coverage with soft edges."""
    mask = Image.new("L", (random.randrange(9, 120), random.randrange(5, 40)))
    draw = ImageDraw.Draw(mask)
    for x in range(0, mask.width, 9):
        draw.ellipse((x, 1, x + random.randrange(3, 9), mask.height - 2), fill=random.randrange(120, 256))
    return mask.filter(ImageFilter.GaussianBlur(0.6))


def draw(surface: Surface, random: Random, count: int) -> None:
    """Draw letters and rectangles, some over others."""
    clip = Clip(BOX)
    for _ in range(count):
        x, y, color = random.randrange(-20, 300), random.randrange(-10, 190), random.choice(COLORS)
        if random.random() < 0.3:
            surface.fill_rect(IntRect(x, y, x + random.randrange(1, 90), y + 30), color, clip)
        else:
            surface.fill_mask(Mask(letters(random), x, y), color, clip)


def drawn(below: Ground, seed: int, count: int) -> tuple[Image.Image, OnGround, list[bool]]:
    """Draw with and without a ground; tell also whether the latter's pixels were asked for."""
    plain, noted = Surface(BOX, below.image), GroundSurface(below)
    draw(plain, Random(seed), count)  # noqa: S311 - no secret
    draw(noted, Random(seed), count)  # noqa: S311 - no secret
    asked: list[bool] = []

    def pixels() -> Image.Image:
        asked.append(True)
        return noted.image()

    rows = ((0, SIZE[1]),)
    return plain.image(), OnGround(below, rows, tuple(noted.drawn), pixels), asked


@pytest.mark.parametrize("name", GROUNDS)
@pytest.mark.parametrize("count", [0, 1, 3, 9])
def test_a_file_is_the_same_with_and_without_what_was_noted(name: str, count: int) -> None:
    below = ground(name)
    for seed in range(12):
        picture, on, _ = drawn(below, seed, count)
        below.is_noted = True
        assert quick_png(on) == quick_png(picture)
        assert on.image.tobytes() == picture.tobytes()


def test_letters_on_one_colour_and_over_dots_are_encoded_without_their_pixels() -> None:
    for name in ("flat", "dots"):
        below = ground(name)
        stamp = Stamp((40, 60, 120, 90), Image.linear_gradient("L").resize((80, 30)), (20, 20, 60))
        asked: list[bool] = []
        on = OnGround(below, ((60, 90),), (stamp,), lambda asked=asked: asked.append(True))  # type: ignore[misc]
        quick_png(on)
        assert not asked
        assert below.is_noted


def test_what_else_was_drawn_is_looked_at_and_notes_end() -> None:
    below = ground("panels")
    picture = below.image.copy()
    picture.paste((200, 10, 10), (30, 30, 90, 60))
    area: Area = (30, 30, 90, 60)
    assert quick_png(OnGround(below, ((30, 60),), (area,), lambda: picture)) == quick_png(picture)
    assert not below.is_noted


def test_reading_pixels_between_two_stamps_shows_the_first_one() -> None:
    surface = GroundSurface(ground("flat"))
    surface.fill_rect(IntRect(0, 0, 10, 10), Color(1, 0, 0), Clip(BOX))
    assert not surface.is_written
    assert surface.rgb.getpixel((5, 5)) == (255, 0, 0)
    assert surface.is_written
    surface.fill_rect(IntRect(0, 0, 5, 10), Color(0, 0, 1), Clip(BOX))
    assert surface.image().getpixel((2, 2)) == (0, 0, 255)
    assert surface.image().getpixel((7, 2)) == (255, 0, 0)


def test_a_picture_with_more_layers_than_notes_are_worth_is_drawn_at_once() -> None:
    below = ground("flat")
    surface, plain = GroundSurface(below), Surface(BOX, below.image)
    for number in range(150):
        for own in (surface, plain):
            own.fill_rect(IntRect(0, 0, 300 - number, 150), Color(number / 150, 0, 0, 0.5), Clip(BOX))
    assert len(surface.drawn) < 5
    assert surface.is_written
    assert surface.image().tobytes() == plain.image().tobytes()
