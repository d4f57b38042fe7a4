"""Rasters that few programs write, drawn as Chromium 156 draws the same bytes (its pixels are recorded)."""

from __future__ import annotations

import base64
import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image

from emblazon_origin.assets.image_color import price_of_colors
from emblazon_origin.assets.images import ImageStore
from emblazon_origin.assets.images_decode import decode_image
from emblazon_origin.assets.resources import Resources
from emblazon_origin.errors import AssetError
from emblazon_origin.report import Report

Color = tuple[int, int, int]
RED, LIME, BLUE, YELLOW, CYAN, BLACK = (
    (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (0, 0, 0),
)  # fmt: skip
PALETTE = (RED, LIME, BLUE, YELLOW, CYAN)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    size: tuple[int, int], depth: int, colour: int, rows: Sequence[bytes], *extra: tuple[bytes, bytes],
    interlaced: int = 0,
) -> bytes:  # fmt: skip
    head = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [(b"IHDR", head), *extra, (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)


def seen(data: bytes, *points: tuple[int, int]) -> list[Any]:
    """The pixels of a decoded file, "RGBA"."""
    image = decode_image(data).image.convert("RGBA")
    return [image.getpixel(point) for point in points]


def opaque(*colors: Color) -> list[Any]:
    return [(*color, 255) for color in colors]


# --- PNG -------------------------------------------------------------------------------------------------

PATCHES = ((128, 128, 128), (220, 60, 30), (40, 200, 90), (180, 180, 240))


@pytest.mark.parametrize(
    ("code_points", "shown"),
    [
        ((12, 13), [(128, 128, 128), (239, 35, 0), (0, 204, 73), (180, 180, 245)]),
        ((9, 16), [(132, 132, 132), (255, 0, 0), (0, 255, 0), (63, 92, 255)]),
        ((9, 18), [(99, 99, 99), (255, 0, 0), (0, 208, 45), (124, 134, 244)]),
        ((1, 8), [(188, 188, 188), (239, 133, 96), (110, 229, 160), (219, 219, 248)]),
        ((1, 4), [(129, 129, 129), (221, 57, 24), (35, 201, 90), (181, 181, 240)]),
        ((1, 1), [(121, 121, 121), (218, 49, 18), (28, 197, 81), (176, 176, 239)]),
        ((10, 13), [(128, 128, 128), (255, 0, 64), (0, 255, 0), (139, 183, 247)]),
        ((4, 7), [(141, 141, 141), (255, 66, 23), (0, 203, 99), (183, 193, 245)]),
    ],
    ids=["display-p3", "pq", "hlg", "linear", "gamma-2.2", "bt709", "xyz", "bt470m-smpte240"],
)
@pytest.mark.parametrize("side", [1, 140], ids=["small", "by-table"])
def test_colours_that_a_png_names_by_numbers_are_converted(
    code_points: tuple[int, int], shown: list[Color], side: int
) -> None:
    row = b"".join(bytes(color) * 4 * side for color in PATCHES)
    named = (b"cICP", bytes((*code_points, 0, 1)))
    data = png((16 * side, 8 * side), 8, 2, [row] * (8 * side), named, (b"gAMA", struct.pack(">I", 100_000)))
    pixels = seen(data, *(((4 * i + 2) * side, 2) for i in range(4)))
    for pixel, wanted in zip(pixels, shown, strict=True):
        assert all(abs(a - b) <= 4 for a, b in zip(pixel, wanted, strict=False)), (pixel, wanted)


def test_what_converting_colours_takes_is_counted() -> None:
    plain = png((1, 1), 8, 2, [b"\0\0\0"])
    named = png((1, 1), 8, 2, [b"\0\0\0"], (b"cICP", bytes((9, 16, 0, 1))))
    assert price_of_colors("PNG", plain, 10_000) == 0
    assert price_of_colors("PNG", named, 10_000) > 1_000_000
    assert price_of_colors("PNG", named, 10_000_000) < 1_000_000_000


@pytest.mark.parametrize(
    ("primaries", "transfer", "differs"),
    [(1, 13, False), (2, 2, False), (1, 1, False), (12, 13, True), (9, 16, True)],
)
def test_colours_that_an_avif_names_by_numbers_are_converted(
    primaries: int, transfer: int, differs: bool
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (220, 60, 30)).save(out, "AVIF", quality=95)
    data = bytearray(out.getvalue())
    at = data.index(b"nclx") + 4
    plain = seen(bytes(data), (8, 8))[0]
    data[at : at + 4] = struct.pack(">HH", primaries, transfer)
    pixel = seen(bytes(data), (8, 8))[0]
    assert (max(abs(a - b) for a, b in zip(pixel, plain, strict=True)) > 5) is differs


def test_an_index_beyond_the_palette_has_its_last_colour() -> None:
    palette = (b"PLTE", b"".join(map(bytes, PALETTE)))
    assert seen(png((3, 1), 8, 3, [bytes((0, 4, 9))], palette), (0, 0), (1, 0), (2, 0)) == opaque(
        RED, CYAN, CYAN
    )
    odd = (palette[0], palette[1] + b"\x12")
    assert seen(png((2, 1), 4, 3, [b"\x19"], odd), (0, 0), (1, 0)) == opaque(LIME, CYAN)


def test_a_png_of_indices_without_a_palette_is_no_picture() -> None:
    palette = chunk(b"PLTE", b"".join(map(bytes, PALETTE)))
    without = png((2, 1), 8, 3, [b"\0\1"])
    late = without.replace(chunk(b"IEND", b""), palette + chunk(b"IEND", b""))
    for data in (without, late, png((2, 1), 8, 3, [b"\0\1"], (b"PLTE", b""))):
        with pytest.raises(AssetError, match="palette"):
            decode_image(data)


def test_what_a_png_says_beside_its_pixels_counts_only_with_a_right_check() -> None:
    clear = chunk(b"tRNS", struct.pack(">HHH", *RED))
    data = png((2, 1), 8, 2, [bytes(RED) + bytes(LIME)], (b"tRNS", struct.pack(">HHH", *RED)))
    assert seen(data, (0, 0), (1, 0)) == [(0, 0, 0, 0), (*LIME, 255)]
    wrong = data.replace(clear, clear[:-1] + bytes([clear[-1] ^ 1]))
    assert seen(wrong, (0, 0), (1, 0)) == opaque(RED, LIME)
    assert "tRNS" in decode_image(wrong).damage


def test_a_png_that_says_more_rows_than_it_has_ends_with_them() -> None:
    whole = png((96, 64), 8, 2, [bytes(RED) * 96] * 64)
    head = struct.pack(">IIBBBBB", 96, 104, 8, 2, 0, 0, 0)
    data = whole[:8] + chunk(b"IHDR", head) + whole[33:]
    assert seen(data, (5, 63), (5, 64)) == [(*RED, 255), (0, 0, 0, 0)]


def test_exif_data_that_make_no_sense_say_nothing_on_the_terminal() -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x010E] = "a description that does not fit"
    Image.new("RGB", (4, 2)).save(out, "JPEG", exif=exif)
    length = struct.pack(">HI", 2, len("a description that does not fit") + 1)
    data = out.getvalue().replace(length, struct.pack(">HI", 2, 65_535))
    assert data != out.getvalue()
    code = "import sys; from emblazon_origin.assets import images_decode as of; "
    code += "of.decode_image(sys.stdin.buffer.read())"
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")


def test_transparency_that_comes_before_the_palette_does_not_count() -> None:
    palette = (b"PLTE", b"".join(map(bytes, PALETTE)))
    assert seen(png((1, 1), 8, 3, [b"\0"], (b"tRNS", b"\0"), palette), (0, 0)) == opaque(RED)
    assert seen(png((1, 1), 8, 3, [b"\0"], palette, (b"tRNS", b"\0")), (0, 0))[0][3] == 0


def test_the_transparent_colour_of_a_png_of_sixteen_bits() -> None:
    row = struct.pack(">6H", 0x1234, 0x5678, 0x9ABC, 0x8000, 0x8000, 0x8000)
    data = png((2, 1), 16, 2, [row], (b"tRNS", struct.pack(">3H", 0x1234, 0x5678, 0x9ABC)))
    assert [pixel[3] for pixel in seen(data, (0, 0), (1, 0))] == [0, 255]


def adam7(pixels: np.ndarray[Any, Any]) -> list[bytes]:
    passes = (
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    )
    return [row.tobytes() for y, x, down, across in passes for row in pixels[y::down, x::across]]


def noise(channels: int = 3) -> np.ndarray[Any, Any]:
    return np.random.default_rng(7).integers(0, 256, (40, 48, channels), np.uint8)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (6, 4)])
def test_early_passes_of_an_interlaced_png_stand_for_later_ones(
    share: float, colour: int, channels: int
) -> None:
    pixels = noise(channels)
    if channels == 4:
        pixels[..., 3] = 255
    data = png((48, 40), 8, colour, adam7(pixels), interlaced=1)
    raster = decode_image(data[: int(len(data) * share)])
    shown = np.asarray(raster.image.convert("RGB"))
    assert raster.damage
    assert (shown[::8, ::8] == pixels[::8, ::8, :3]).all(), "the first pass is whole"
    for y, x in ((0, 0), (16, 24), (32, 40)):
        block = shown[y : y + 8, x : x + 8]
        assert (block != 0).any(axis=-1).all() or (pixels[y : y + 8, x : x + 8, :3] == 0).all(axis=-1).any()
    exact = (shown == pixels[..., :3]).all(axis=-1).mean()
    assert share - 0.35 < exact <= share + 0.05


def frame(sequence: int, width: int, height: int, left: int, top: int) -> tuple[bytes, bytes]:
    return b"fcTL", struct.pack(">IIIIIHHBB", sequence, width, height, left, top, 1, 1, 0, 0)


def test_the_first_frame_of_an_animation_does_not_lie_on_the_picture_for_others() -> None:
    small = struct.pack(">I", 1) + zlib.compress(b"".join(b"\0" + bytes(LIME) * 4 for _ in range(4)))
    whole = png((16, 16), 8, 2, [bytes(RED) * 16] * 16, (b"acTL", struct.pack(">II", 1, 0)))
    end = whole.index(b"IEND") - 4
    name, control = frame(0, 4, 4, 6, 8)
    data = whole[:end] + chunk(name, control) + chunk(b"fdAT", small) + whole[end:]
    assert seen(data, (7, 9), (1, 1)) == [(*LIME, 255), (0, 0, 0, 0)]


@pytest.mark.parametrize(("kind", "turned"), [(3, True), (4, False)], ids=["short", "long"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_how_a_photo_is_held_is_a_short(order: str, kind: int, turned: bool) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 8), RED).save(out, "JPEG")
    value = struct.pack(order + "HH", 6, 0) if kind == 3 else struct.pack(order + "I", 6)
    tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    tiff += struct.pack(order + "HHHI", 1, 0x112, kind, 1) + value + bytes(4)
    body = b"Exif\0\0" + tiff
    data = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + out.getvalue()[2:]
    assert decode_image(data).image.size == ((8, 16) if turned else (16, 8))
    assert decode_image(data[:-9]).image.size == ((8, 16) if turned else (16, 8))


# --- BMP, icons and cursors ------------------------------------------------------------------------------


def bmp(
    size: tuple[int, int],
    bits: int,
    pixels: bytes,
    coding: int = 0,
    *,
    masks: Sequence[int] = (),
    header: int = 40,
) -> bytes:
    info = struct.pack(
        "<IiiHHIIiiII", header, *size, 1, bits, coding, len(pixels), 0, 0, 5 if bits < 16 else 0, 0
    )
    rest = b"".join(struct.pack("<I", mask) for mask in masks)
    rest = rest.ljust(header - 40, b"\0")
    colors = b"".join(bytes((*color[::-1], 0)) for color in PALETTE) if bits < 16 else b""
    begin = 14 + len(info) + len(rest) + len(colors)
    return b"BM" + struct.pack("<IHHI", begin + len(pixels), 0, 0, begin) + info + rest + colors + pixels


def test_bit_fields_of_any_width() -> None:
    pixel = (15 << 8) | (0 << 4) | 8
    masks = (0xF00, 0xF0, 0xF, 0xF000)
    data = bmp((2, 1), 16, struct.pack("<HH", pixel, pixel | 0x8000), 3, masks=masks, header=56)
    assert seen(data, (1, 0))[0][3] == 136
    assert seen(bmp((2, 1), 16, struct.pack("<HH", pixel, pixel), 3, masks=masks, header=56), (0, 0)) == [
        (255, 0, 136, 255)
    ]
    ten = (0x3FF00000, 0xFFC00, 0x3FF)
    assert seen(bmp((1, -1), 32, struct.pack("<I", 512 << 20 | 1023 << 10), 3, masks=ten), (0, 0)) == [
        (128, 255, 0, 255)
    ]


def test_two_bits_a_pixel() -> None:
    data = bmp((4, 1), 2, b"\x1b\0\0\0")
    assert seen(data, *((x, 0) for x in range(4))) == opaque(RED, LIME, BLUE, YELLOW)


@pytest.mark.parametrize(
    ("runs", "bottom", "top", "damage"),
    [
        (b"\x08\1\0\0\x08\2\0\0\0\1", LIME, BLUE, False),
        (b"\xff\1\0\0\x08\2\0\0\0\1", LIME, BLUE, False),  # longer than its row
        (b"\x08\1\0\2\0\0\0\1", LIME, BLACK, False),  # ends before the second row
        (b"\x08\1\0\0\x02\2", LIME, None, True),  # cut off
    ],
)
def test_run_lengths_as_far_as_they_go(runs: bytes, bottom: Color, top: Color | None, damage: bool) -> None:
    raster = decode_image(bmp((8, 2), 8, runs, 1))
    image = raster.image.convert("RGBA")
    assert image.getpixel((6, 1)) == (*bottom, 255)
    assert image.getpixel((6, 0)) == ((*top, 255) if top is not None else (0, 0, 0, 0))
    assert bool(raster.damage) is damage


def test_run_lengths_of_four_bits() -> None:
    data = bmp((8, 1), 4, b"\0\4\x12\x34\4\x20\0\1", 2)
    assert seen(data, *((x, 0) for x in range(6))) == opaque(LIME, BLUE, YELLOW, CYAN, BLUE, RED)


def icon(kind: int, *pictures: tuple[int, int, int, bytes]) -> bytes:
    head, body = struct.pack("<HHH", 0, kind, len(pictures)), b""
    for side, first, second, data in pictures:
        at = 6 + 16 * len(pictures) + len(body)
        head += struct.pack("<BBBBHHII", side, side, 0, 0, first, second, len(data), at)
        body += data
    return head + body


def bitmap(side: int, color: Color, alpha: int = 255, bits: int = 32) -> bytes:
    pixel = bytes((*color[::-1], alpha))[: bits // 8]
    mask = b"\xf0\0\0\0" * side if alpha == 0 else bytes(4 * side)
    return (
        struct.pack("<IiiHHIIiiII", 40, side, 2 * side, 1, bits, 0, 0, 0, 0, 0, 0)
        + pixel * side * side
        + mask
    )


def test_a_cursor_is_an_icon() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (24, 24), BLUE).save(picture, "PNG")
    both = icon(2, (16, 3, 4, bitmap(16, RED)), (24, 5, 5, picture.getvalue()))
    assert decode_image(both).image.size == (24, 24)
    assert seen(icon(2, (16, 3, 4, bitmap(16, RED))), (8, 8)) == opaque(RED)


def test_of_icons_of_one_size_the_one_of_more_colours() -> None:
    data = icon(1, (16, 1, 24, bitmap(16, RED, bits=24)), (16, 1, 32, bitmap(16, BLUE)))
    assert seen(data, (8, 8)) == opaque(BLUE)


def test_an_icon_whose_alpha_was_never_set_is_visible_where_its_mask_says() -> None:
    assert seen(icon(1, (16, 1, 32, bitmap(16, RED, alpha=0))), (8, 8), (1, 8)) == [(*RED, 255), (0, 0, 0, 0)]


def test_a_broken_picture_of_an_icon_leaves_the_next_best() -> None:
    data = icon(1, (32, 1, 32, bitmap(32, RED)[:44]), (16, 1, 32, bitmap(16, BLUE)))
    assert decode_image(data).image.size in ((32, 32), (16, 16))
    broken = b"\x89PNG" + bytes(12) + struct.pack(">II", 64, 64) + bytes(20)
    assert seen(icon(1, (64, 1, 32, broken), (16, 1, 32, bitmap(16, BLUE))), (8, 8)) == opaque(BLUE)


# --- animations ------------------------------------------------------------------------------------------


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (16, 16), color) for color in (RED, LIME, BLUE)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=300)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_is_told_and_its_first_frame_is_drawn(kind: str) -> None:
    def told(data: bytes) -> list[str]:
        report = Report()
        store = ImageStore(Resources(), report)
        drawn = store.pixmap("data:;base64," + base64.b64encode(data).decode(), 16, 16)
        assert drawn is not None
        pixel: Any = drawn.rgb.getpixel((8, 8))
        assert all(abs(a - b) < 12 for a, b in zip(pixel, RED, strict=True))
        return [f"{finding.severity} {finding.code}" for finding in report.diagnostics]

    assert told(moving(kind)) == ["info image-animated"]
    out = io.BytesIO()
    Image.new("RGB", (16, 16), RED).save(out, kind)
    assert told(out.getvalue()) == []
