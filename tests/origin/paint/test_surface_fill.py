"""Colours laid over a surface: the quick ways give the same pixels as a plain masked paste."""

from __future__ import annotations

import pytest
from PIL import Image

from emblazon_origin.paint.raster.geometry import IntRect
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
