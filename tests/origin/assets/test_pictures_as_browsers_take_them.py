"""Pictures as the web has them: damaged, large, old, odd; drawn as browsers draw them."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from emblazon_origin.assets.images import ImageStore
from emblazon_origin.assets.images_decode import ImageLimits, Raster, decode_image
from emblazon_origin.assets.resources import Resources
from emblazon_origin.errors import AssetError
from emblazon_origin.report import Report

ROWS = 64


def photo(width: int = 96, height: int = ROWS) -> Image.Image:
    """A picture without two rows alike."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([40 + x, 60 + 2 * y % 190, 200 - x - y % 50], -1).astype(np.uint8))


def save(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def alpha(raster: Raster, y: int) -> int:
    pixel: Any = raster.image.convert("RGBA").getpixel((5, y))
    return int(pixel[3])


def close(raster: Raster, x: int, y: int) -> bool:
    pixel: Any = raster.image.convert("RGBA").getpixel((x, y))
    wanted: Any = photo().getpixel((x, y))
    return all(abs(a - b) < 30 for a, b in zip(pixel[:3], wanted, strict=True))


def test_early_passes_of_an_interlaced_gif_fill_the_rows_that_are_missing() -> None:
    whole = photo()
    data = save(whole, "GIF", interlace=1)
    raster = decode_image(data[: len(data) * 6 // 10])
    shown = raster.image.convert("RGB")
    assert raster.damage
    assert min(alpha(raster, y) for y in range(ROWS)) == 255
    rows = [shown.crop((0, y, 96, y + 1)).tobytes() for y in range(ROWS)]
    assert sum(a == b for a, b in itertools.pairwise(rows)) > ROWS // 4  # rows stand for those below them
    assert all(close(raster, 5, y) for y in range(0, ROWS, 8))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("JPEG", {"quality": 95}), ("GIF", {"interlace": 0}), ("BMP", {})],
)
def test_a_truncated_picture_is_drawn_as_far_as_it_goes_and_the_rest_is_transparent(
    kind: str, options: dict[str, Any]
) -> None:
    data = save(photo(), kind, **options)
    raster = decode_image(data[: len(data) * 6 // 10])
    assert raster.damage
    assert (raster.width, raster.height) == (96, ROWS)
    if kind == "BMP":  # stored from the bottom upwards
        assert alpha(raster, ROWS - 1) == 255
        return
    assert close(raster, 5, 3)
    assert alpha(raster, 3) == 255
    assert alpha(raster, ROWS - 1) == 0


def test_a_truncated_progressive_picture_is_whole_and_coarse() -> None:
    data = save(photo(), "JPEG", progressive=True, quality=95)
    raster = decode_image(data[: len(data) * 7 // 10])
    assert raster.damage
    assert alpha(raster, ROWS - 1) == 255
    assert close(raster, 40, 30)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_whose_end_alone_is_missing_is_whole(kind: str) -> None:
    data = save(photo(), kind)
    raster = decode_image(data[: -12 if kind == "PNG" else -2])
    assert alpha(raster, ROWS - 1) == 255
    assert close(raster, 80, 60)


def test_wrong_checks_of_a_png_do_not_cost_the_picture() -> None:
    data = bytearray(save(photo(), "PNG"))
    at = data.index(b"IDAT")
    length = struct.unpack_from(">I", data, at - 4)[0]
    data[at + 4 + length] ^= 0xFF
    raster = decode_image(bytes(data))
    assert raster.damage
    assert close(raster, 80, 60)


def test_damage_is_a_finding_and_the_picture_is_drawn() -> None:
    import base64

    data = save(photo(), "JPEG")[:-2]
    report = Report()
    store = ImageStore(Resources(), report)
    assert store.pixmap("data:;base64," + base64.b64encode(data).decode(), 96, 64) is not None
    assert [finding.code for finding in report.diagnostics] == ["image-damaged"]
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_large_jpeg_is_decoded_smaller_and_keeps_its_size() -> None:
    raster = decode_image(save(Image.new("RGB", (6000, 4000), (10, 90, 200)), "JPEG"))
    assert (raster.width, raster.height) == (6000, 4000)
    assert raster.image.size == (3000, 2000)


def test_a_large_picture_of_another_format_is_held_smaller() -> None:
    raster = decode_image(save(Image.new("L", (6000, 4000), 90), "PNG"))
    assert (raster.width, raster.height) == (6000, 4000)
    assert raster.image.width <= 3000


def test_limits_are_settable() -> None:
    data = save(Image.new("L", (200, 200)), "JPEG")
    with pytest.raises(AssetError, match="limit"):
        decode_image(data, ImageLimits(jpeg_pixels=39_999))
    assert decode_image(data, ImageLimits(pixels=1)).width == 200


@pytest.mark.parametrize("wrong", [-13, -17], ids=["of the part", "of the stream"])
def test_png_with_a_wrong_check_is_drawn_whole_as_in_chromium(wrong: int) -> None:
    data = bytearray(save(Image.new("RGB", (120, 80), (10, 120, 240)), "PNG"))
    data[wrong] ^= 0x55  # the last bytes before IEND: the stream's check, then the part's
    image = decode_image(bytes(data)).image.convert("RGB")
    assert image.getcolors() == [(9600, (10, 120, 240))]


def test_the_largest_picture_of_an_icon_is_drawn() -> None:
    icon = Image.new("RGBA", (64, 64), (200, 0, 0, 255))
    raster = decode_image(save(icon, "ICO", sizes=[(16, 16), (64, 64), (32, 32)]))
    assert raster.image.size == (64, 64)


def test_a_gif_frame_lies_at_its_offset_in_a_transparent_screen() -> None:
    data = bytearray(save(Image.new("P", (10, 10), 1), "GIF"))
    frame = data.index(b",")
    data[6:10] = struct.pack("<HH", 40, 30)
    data[frame + 1 : frame + 5] = struct.pack("<HH", 20, 10)
    raster = decode_image(bytes(data))
    assert raster.image.size == (40, 30)
    alphas = raster.image.convert("RGBA").getchannel("A")
    assert alphas.getbbox() == (20, 10, 30, 20)


def test_the_first_frame_of_an_animated_png_is_drawn() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ((255, 0, 0), (0, 0, 255))]
    raster = decode_image(save(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert raster.image.convert("RGB").getpixel((4, 4)) == (255, 0, 0)


def png(depth: int, colour: int, pixel: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of one pixel."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, depth, colour, 0, 0, 0))
    extra = b"".join(chunk(name, body) for name, body in chunks)
    body = chunk(b"IDAT", zlib.compress(b"\0" + pixel))
    return b"\x89PNG\r\n\x1a\n" + header + extra + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (png(8, 2, b"\x7f\x7f\x7f", (b"gAMA", struct.pack(">I", 100_000))), (187, 187, 187)),
        (png(8, 2, b"\x7f\x7f\x7f", (b"gAMA", struct.pack(">I", 45_455))), (127, 127, 127)),
        (png(8, 2, b"\x7f" * 3, (b"gAMA", struct.pack(">I", 100_000)), (b"sRGB", b"\0")), (127, 127, 127)),
        (png(16, 2, b"\x80\x00\x40\x00\xff\xff"), (128, 64, 255)),
        (png(16, 0, b"\x80\x00"), (128, 128, 128)),
    ],
)  # fmt: skip
def test_gamma_and_depth_of_a_png(data: bytes, wanted: tuple[int, int, int]) -> None:
    pixel: Any = decode_image(data).image.convert("RGB").getpixel((0, 0))
    assert all(abs(a - b) <= 1 for a, b in zip(pixel, wanted, strict=True))


def test_primaries_of_a_png_are_converted() -> None:
    wide = struct.pack(">8I", 31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600)  # of BT.2020
    data = png(8, 2, b"\x20\xc0\x20", (b"gAMA", struct.pack(">I", 45_455)), (b"cHRM", wide))
    red, green, blue = decode_image(data).image.convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    assert red < 0x20
    assert green > 0xC0
    assert blue < 0x28
