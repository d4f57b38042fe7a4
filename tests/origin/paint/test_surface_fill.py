"""Colours laid over a surface: the quick ways give the same pixels as a plain masked paste."""

from __future__ import annotations

import pytest
from PIL import Image

from emblazon_origin.layout.boxes.box import Rect
from emblazon_origin.layout.boxes.shape_geometry import Radii
from emblazon_origin.paint.painter import Painter, RoundedRect
from emblazon_origin.paint.raster.geometry import IDENTITY, IntRect, Matrix
from emblazon_origin.paint.raster.rasterizer import Clip, Mask
from emblazon_origin.paint.raster.surface import Surface
from emblazon_origin.style.values.value_types import Color

BOX = IntRect(0, 0, 256, 4)
RAMP = Image.linear_gradient("L").rotate(90).resize((256, 4), Image.Resampling.NEAREST)
TINT = (210, 40, 9)


def tint(alpha: float) -> Color:
    red, green, blue = (value / 255 for value in TINT)
    return Color(red, green, blue, alpha)


def ramp() -> Surface:
    surface = Surface(BOX, Color(0, 0, 0, 1))
    surface.rgb.paste(Image.merge("RGB", (RAMP, RAMP, RAMP)))
    return surface


@pytest.mark.parametrize("alpha", [1, 25, 26, 127, 128, 200, 254])
def test_a_translucent_colour_is_rounded_as_a_masked_paste_rounds_it(alpha: int) -> None:
    surface, expected = ramp(), ramp().rgb
    surface.fill_rect(BOX, tint(alpha / 255), Clip(BOX))
    expected.paste(TINT, (0, 0, 256, 4), Image.new("L", (256, 4), alpha))
    assert surface.rgb.tobytes() == expected.tobytes()


def test_a_colour_through_a_mask_is_a_masked_paste() -> None:
    surface, expected = ramp(), ramp().rgb
    mask = RAMP.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    surface.fill_mask(Mask(mask, 0, 0), tint(1), Clip(BOX))
    expected.paste(TINT, (0, 0, 256, 4), mask)
    assert surface.rgb.tobytes() == expected.tobytes()
    assert len(set(expected.convert("L").tobytes())) > 100


def test_a_translucent_colour_covers_a_layer_by_its_alpha() -> None:
    surface = Surface(BOX)
    surface.fill_rect(BOX, Color(1, 1, 1, 0.5), Clip(BOX))
    assert surface.alpha is not None
    assert surface.alpha.getextrema() == (128, 128)
    assert surface.image().getpixel((0, 0)) == (255, 255, 255, 128)


def pill(rect: Rect, radius: float) -> RoundedRect:
    return RoundedRect(rect, Radii(*[(radius, radius)] * 4))


@pytest.mark.parametrize(
    "matrix",
    [
        IDENTITY,
        Matrix(0.990, -0.139, 0.139, 0.990, -6.5, 24.0),
        Matrix(0.6, 0.5, -0.5, 0.6, 120.0, 8.0),
        Matrix(0.0, 1.0, -1.0, 0.0, 310.25, 3.5),
        Matrix(0.9, 0.0, 0.3, 0.8, 1.5, 2.25),
    ],
    ids=["in place", "turned a little", "turned and smaller", "on its side", "aslant"],
)
@pytest.mark.parametrize(
    ("shape", "hole"),
    [
        (pill(Rect(8.5, 8.5, 300, 62), 31), pill(Rect(10, 10, 297, 59), 29.5)),
        (pill(Rect(8, 8, 62, 300), 31), pill(Rect(11, 11, 56, 294), 28)),
        (
            RoundedRect(Rect(8, 8.25, 180, 140.5), Radii((5, 60), (20, 9), (0, 0), (70, 3))),
            RoundedRect(Rect(11, 11.25, 174, 134.5), Radii((2, 57), (17, 6), (0, 0), (67, 0))),
        ),
        (
            RoundedRect(Rect(4, 0, 51, 47), Radii((2, 4), (39, 39), (8, 8), (4, 39))),
            RoundedRect(Rect(11, 1, 42, 26), Radii(tr=(25, 26))),
        ),
    ],
    ids=["wide pill", "tall pill", "uneven corners", "inner corner beyond the outer curve"],
)
def test_a_round_shape_and_a_ring_are_masked_pastes(
    shape: RoundedRect, hole: RoundedRect, matrix: Matrix
) -> None:
    box = IntRect(0, 0, 320, 320)
    painter = Painter(Surface(box, Color(0, 0, 1, 1)), matrix, Clip(box))
    painter.fill(shape, tint(1))
    painter.fill_ring(shape, hole, Color(0, 1, 0, 1))
    expected = Surface(box, Color(0, 0, 1, 1)).rgb
    for mask, color in ((painter.rounded_mask(shape), TINT), (painter.ring_mask(shape, hole), (0, 255, 0))):
        assert mask is not None
        expected.paste(color, mask.box, mask.image)
    assert painter.surface.rgb.tobytes() == expected.tobytes()
