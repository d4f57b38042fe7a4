"""A picture that lies on one that is known is encoded as if nothing were known, and only where it is new."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import partial
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from emblazon.contract.schema import Format
from emblazon_origin.encode import encode, lossy, png
from emblazon_origin.encode.png_attempts import quick_png
from emblazon_origin.ground import Ground, OnGround

GROUNDS = ("flat", "stripes", "photo", "noise")
AREAS = ((0, 0, 30, 1), (10, 100, 200, 131), (0, 31, 333, 33), (300, 196, 333, 203), (5, 60, 9, 180))


def ground(name: str) -> Image.Image:
    """Return a picture whose height is no whole number of bands."""
    size = (333, 203)
    if name == "flat":
        return Image.new("RGB", size, (250, 249, 246))
    if name == "stripes":
        return Image.radial_gradient("L").resize(size).quantize(12).convert("RGB")
    noise = Image.merge("RGB", [Image.effect_noise(size, 90) for _ in range(3)])
    return noise if name == "noise" else noise.filter(ImageFilter.GaussianBlur(5))


def drawings(name: str) -> Iterator[tuple[Image.Image, OnGround]]:
    """Draw over some rows of a ground, again and again."""
    below, random = Ground(ground(name)), Random(name)  # noqa: S311 - no secret
    for count in (0, 1, 2, 3):
        picture = below.image.copy()
        areas = random.sample(AREAS, count)
        for area in areas:
            ImageDraw.Draw(picture).ellipse(area, fill=tuple(random.randrange(256) for _ in range(3)))
        rows = tuple((top - 2, bottom + 3) for _, top, _, bottom in areas)
        yield picture, OnGround(below, rows, tuple(areas), partial(Image.Image.copy, picture))


@pytest.mark.parametrize("name", GROUNDS)
@pytest.mark.parametrize("format", ["png", "jpg", "webp"])
@pytest.mark.parametrize("quality", [None, 95])
def test_files_are_the_same_with_and_without_a_ground(name: str, format: Format, quality: int | None) -> None:
    for picture, on in drawings(name):
        assert encode(on, format, quality=quality) == encode(picture, format, quality=quality)


@pytest.mark.parametrize("name", GROUNDS)
def test_other_decoders_read_what_was_put_together(name: str) -> None:
    for picture, on in drawings(name):
        data = png.encode_png(on)
        assert Image.open(io.BytesIO(data)).tobytes() == picture.tobytes()
        length = struct.unpack_from(">I", data, 46)[0]  # after the signature, IHDR and sRGB
        assert data[50:54] == b"IDAT"
        assert len(zlib.decompress(data[54 : 54 + length])) == 203 * (1 + 3 * 333)  # with its check sum
        for quality in (70, 95):
            with Image.open(io.BytesIO(lossy.encode_jpeg(on, quality))) as opened:
                opened.load()
                assert opened.size == picture.size


def test_only_bands_that_were_drawn_over_are_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    below = Ground(ground("noise"))
    picture = below.image.copy()
    picture.paste((1, 2, 3), (7, 41, 60, 49))
    on = OnGround(below, ((40, 50),), ((7, 41, 60, 49),), lambda: picture)
    lossy.encode_jpeg(on, 80)  # the ground is known from here on
    quick_png(on)
    heights: list[int] = []
    tobytes, save = Image.Image.tobytes, Image.Image.save

    def noted_tobytes(image: Image.Image, *args: object) -> bytes:
        heights.append(image.height)
        return tobytes(image, *args)  # type: ignore[arg-type]  # handed on

    def noted_save(image: Image.Image, *args: object, **settings: object) -> None:
        heights.append(image.height)
        save(image, *args, **settings)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(Image.Image, "tobytes", noted_tobytes)
    monkeypatch.setattr(Image.Image, "save", noted_save)
    lossy.encode_jpeg(on, 80)
    quick_png(on)
    assert heights == [32, 32]  # two bands of sixteen rows, one of thirty-two
