"""PNGs of cards with few colours: a palette, in which areas keep their colour exactly."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random
from typing import cast

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from emblazon_origin.encode import encode, optimize
from emblazon_origin.encode.likeness import likeness

PAPER, INK, ACCENT = (250, 249, 246), (24, 24, 27), (217, 70, 40)


def card() -> Image.Image:
    """A page with soft shapes: hundreds of colours along their edges."""
    large = Image.new("RGB", (1200, 800), PAPER)
    draw = ImageDraw.Draw(large)
    for row in range(3):
        for column in range(6):
            x, y = 40 + column * 190, 40 + row * 240
            draw.ellipse(
                (x, y, x + 120 + row, y + 180), fill=(INK, ACCENT, (24, 90, 160))[(row + column) % 3]
            )
    return large.resize((600, 400), Image.Resampling.LANCZOS)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("draw", [encode, optimize])
def test_card_of_flat_areas_is_written_in_a_palette(draw: Callable[..., tuple[bytes, str]]) -> None:
    picture = card()
    assert len(picture.getcolors(1 << 20) or ()) > 256
    data, _ = draw(picture, "png")
    assert opened(data).mode == "P"
    result = opened(data).convert("RGB")
    assert result.getpixel((2, 2)) == PAPER
    assert likeness(picture, result) > 0.996


def test_small_form_is_never_larger_than_the_quick_one() -> None:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    for picture in (
        card(),
        noise,
        Image.new("RGB", (40, 40), INK),
        noise.filter(ImageFilter.GaussianBlur(9)),
    ):
        assert len(optimize(picture, "png")[0]) <= len(encode(picture, "png")[0])


def test_sixteen_colours_take_four_bits_a_pixel() -> None:
    picture = Image.new("RGB", (301, 11))
    for x in range(301):
        for y in range(11):
            picture.putpixel((x, y), (x % 16 * 16, 0, 0))
    data, _ = encode(picture, "png")
    assert data[24] == 4
    assert opened(data).convert("RGB").tobytes() == picture.tobytes()


def test_two_areas_of_nearly_one_colour_stay_two() -> None:
    picture = Image.new("RGB", (200, 200), (250, 250, 250))
    picture.paste((251, 251, 251), (0, 0, 200, 100))
    assert opened(encode(picture, "png")[0]).convert("RGB").tobytes() == picture.tobytes()


def test_a_faint_hairline_does_not_vanish_in_the_quick_form() -> None:
    picture = card()
    picture.paste((240, 238, 233), (0, 399, 600, 400))
    result = opened(encode(picture, "png")[0]).convert("RGB")
    assert result.getpixel((300, 399)) == (240, 238, 233)


def test_every_area_is_exact_and_every_other_pixel_near_in_the_quick_form() -> None:
    """Also where thousands of colours meet in one slot of what counts them."""
    random = Random(3)  # noqa: S311
    picture = Image.new("RGB", (601, 403))
    for area in range(40):
        x, y = area % 8 * 75, area // 8 * 80
        picture.paste(tuple(random.randrange(256) for _ in range(3)), (x, y, x + 76, y + 83))
    specks = [(random.randrange(601), random.randrange(403)) for _ in range(6000)]
    for speck in specks:
        red, green, blue = cast("tuple[int, int, int]", picture.getpixel(speck))
        picture.putpixel(speck, (red ^ random.randrange(16), green ^ random.randrange(16), blue))
    data, _ = encode(picture, "png")
    assert opened(data).mode == "P"
    result = opened(data).convert("RGB")
    off = ImageChops.difference(picture, result)
    assert max(high for _, high in cast("tuple[tuple[int, int], ...]", off.getextrema())) <= 67
    for speck in specks:
        off.putpixel(speck, (0, 0, 0))
    assert off.getbbox() is None


def test_a_gradient_keeps_all_its_colours() -> None:
    picture = Image.linear_gradient("L").resize((600, 400)).convert("RGB")
    picture = Image.merge(
        "RGB", (picture.getchannel(0), picture.getchannel(1).rotate(180), picture.getchannel(2))
    )
    assert opened(encode(picture, "png")[0]).convert("RGB").tobytes() == picture.tobytes()


@pytest.mark.parametrize("depth", [10, 40, 120])
def test_the_shadow_of_a_panel_has_no_bands_in_the_quick_form(depth: int) -> None:
    shade = Image.new("L", (600, 400))
    shade.paste(depth, (100, 90, 500, 340))
    picture = Image.new("RGB", (600, 400), PAPER)
    picture.paste(INK, None, shade.filter(ImageFilter.GaussianBlur(20)))
    picture.paste((255, 255, 255), (100, 80, 500, 320))
    result = opened(encode(picture, "png")[0]).convert("RGB")
    steps = ImageChops.difference(picture.reduce(4), result.reduce(4))
    assert max(high for _, high in cast("tuple[tuple[int, int], ...]", steps.getextrema())) <= 2


def test_small_form_of_one_ink_on_paper_takes_half_a_byte_a_pixel() -> None:
    large = Image.new("RGB", (1200, 800), PAPER)
    ImageDraw.Draw(large).ellipse((100, 100, 900, 700), fill=INK)
    page = large.resize((600, 400), Image.Resampling.LANCZOS)
    data, _ = optimize(page, "png")
    assert data[24] == 4  # bits: at most 16 colours
    assert likeness(page, opened(data).convert("RGB")) > 0.998


def test_small_form_of_a_gradient_has_no_bands() -> None:
    ramp = Image.linear_gradient("L").resize((600, 400), Image.Resampling.BILINEAR)
    picture = Image.merge("RGB", (ramp, ramp, ramp.point(lambda value: value // 2)))
    result = opened(optimize(picture, "png")[0]).convert("RGB")
    steps = ImageChops.difference(picture.reduce(4), result.reduce(4))
    assert max(high for _, high in cast("tuple[tuple[int, int], ...]", steps.getextrema())) <= 2


def test_an_accent_of_few_pixels_keeps_its_colour_in_the_small_form() -> None:
    picture = card()
    picture.paste((0, 200, 80), (300, 200, 312, 212))
    red, green, blue = cast(
        "tuple[int, ...]", opened(optimize(picture, "png")[0]).convert("RGB").getpixel((306, 206))
    )
    assert (red < 30, abs(green - 200) < 30, abs(blue - 80) < 30) == (True, True, True)


@pytest.mark.parametrize("draw", [encode, optimize])
def test_webp_of_flat_areas_keeps_them_and_its_letters_sharp(draw: Callable[..., tuple[bytes, str]]) -> None:
    picture = card()
    result = opened(draw(picture, "webp")[0]).convert("RGB")
    assert result.getpixel((2, 2)) == PAPER
    assert likeness(picture, result) > 0.996


def test_webp_of_a_low_quality_may_be_lossy_and_a_small_one_is_never_larger() -> None:
    picture = card()
    assert encode(picture, "webp", quality=30)[0][12:16] == b"VP8 "
    assert encode(picture, "webp")[0][12:16] == b"VP8L"
    assert len(optimize(picture, "webp")[0]) <= len(encode(picture, "webp")[0])


def test_same_picture_gives_the_same_bytes() -> None:
    assert encode(card(), "png") == encode(card(), "png")
    assert optimize(card(), "png") == optimize(card(), "png")
