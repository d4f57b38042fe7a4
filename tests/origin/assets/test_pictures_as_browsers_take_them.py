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
from PIL.PngImagePlugin import PngInfo

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
        assert alpha(raster, 3) == 0
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


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg' fill='#f00' width='9' height='9'/>", ["image-damaged"]),
        ("<svg xmlns='http://www.w3.org/2000/svg' fill='%23f00' width='9' height='9'/>#part", []),
    ],
)
def test_hash_that_ends_a_data_url_in_browsers_is_a_finding(url: str, codes: list[str]) -> None:
    report = Report()
    store = ImageStore(Resources(), report)
    assert store.pixmap(f"data:image/svg+xml,{url}", 9, 9) is not None
    assert [finding.code for finding in report.diagnostics] == codes


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
        (png(8, 2, b"\x7f\x7f\x7f", (b"gAMA", struct.pack(">I", 1))), (0, 0, 0)),
        (png(8, 2, b"\x7f\x7f\x7f", (b"gAMA", struct.pack(">I", 2**31 - 1))), (255, 255, 255)),
        (png(16, 2, b"\x80\x00\x40\x00\xff\xff"), (128, 64, 255)),
        (png(16, 0, b"\x80\x00"), (128, 128, 128)),
    ],
)  # fmt: skip
def test_gamma_and_depth_of_a_png(data: bytes, wanted: tuple[int, int, int]) -> None:
    pixel: Any = decode_image(data).image.convert("RGB").getpixel((0, 0))
    assert all(abs(a - b) <= 1 for a, b in zip(pixel, wanted, strict=True))


def test_png_with_a_second_header_before_its_pixels_is_not_drawn() -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    with pytest.raises(AssetError, match="two headers"):
        decode_image(png(8, 2, b"\x7f\x7f\x7f", (b"IHDR", header)))


def test_primaries_of_a_png_are_converted() -> None:
    wide = struct.pack(">8I", 31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600)  # of BT.2020
    data = png(8, 2, b"\x20\xc0\x20", (b"gAMA", struct.pack(">I", 45_455)), (b"cHRM", wide))
    red, green, blue = decode_image(data).image.convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    assert red < 0x20
    assert green > 0xC0
    assert blue < 0x28


# --- damage as Chromium draws it: compared beside it for each of these, at every offset ------------------


@pytest.mark.parametrize("share", [3, 10, 25, 40, 50, 60, 75, 90, 97, 99])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 92}),
        ("JPEG", {"quality": 92, "subsampling": 0}),
        ("JPEG", {"quality": 92, "progressive": True}),
        ("GIF", {"interlace": 0}),
        ("GIF", {"interlace": 1}),
        ("BMP", {}),
    ],
    ids=["png", "jpeg", "jpeg-444", "jpeg-progressive", "gif", "gif-interlaced", "bmp"],
)  # fmt: skip
def test_no_row_is_drawn_that_a_file_has_no_data_for(kind: str, options: dict[str, Any], share: int) -> None:
    whole = photo(96, 160)
    data = save(whole, kind, **options)
    try:
        raster = decode_image(data[: len(data) * share // 100])
    except AssetError:
        return  # cut off before its first row
    shown = raster.image.convert("RGBA")
    for y in range(0, 160, 3):
        pixel: Any = shown.getpixel((90, y))
        wanted: Any = whole.getpixel((90, y))
        off = max(abs(a - b) for a, b in zip(pixel[:3], wanted, strict=True))
        coarse = "progressive" in options or options.get("interlace")
        assert pixel[3] == 0 or off < (100 if coarse else 60), (y, pixel, wanted)


@pytest.mark.parametrize("position", [0.3, 0.5, 0.7, 0.9])
def test_rows_behind_a_flipped_bit_of_a_png_are_transparent(position: float) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (ROWS, 96, 3), np.uint8)
    data = bytearray(save(Image.fromarray(noise), "PNG", compress_level=9))
    data[int(len(data) * position)] ^= 0x40
    raster = decode_image(bytes(data))
    assert raster.damage
    assert alpha(raster, 3) == 255
    black = [y for y in range(ROWS) if raster.image.convert("RGBA").getpixel((90, y)) == (0, 0, 0, 255)]
    assert not black


def test_rows_that_a_png_says_and_does_not_have_are_transparent() -> None:
    data = bytearray(save(Image.new("L", (20, 10), 200), "PNG"))
    data[20:24] = struct.pack(">I", 16)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    raster = decode_image(bytes(data))
    assert (raster.height, alpha(raster, 9), alpha(raster, 12)) == (16, 255, 0)
    assert raster.damage


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_what_is_missing_of_a_turned_photo_is_transparent_where_it_was_turned_to(turn: int) -> None:
    exif = Image.Exif()
    exif[0x112] = turn
    data = save(photo(96, 160), "JPEG", exif=exif, quality=92)
    shown = decode_image(data[: len(data) // 2]).image.convert("RGBA")
    alphas = shown.getchannel("A")
    left, top, right, bottom = alphas.getbbox() or (0, 0, 0, 0)
    whole = shown.size
    missing = {3: top > 30, 6: left > 30, 8: right < whole[0] - 30}
    assert missing[turn]
    assert (right - left) * (bottom - top) > whole[0] * whole[1] // 5


def test_the_first_frame_of_an_animation_beside_a_still_png_is_drawn() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ((255, 0, 0), (0, 0, 255))]
    data = save(
        Image.new("RGB", (8, 8), "lime"), "PNG", save_all=True, append_images=frames, default_image=True
    )
    assert decode_image(data).image.convert("RGB").getpixel((4, 4)) == (255, 0, 0)


def test_a_webp_picture_is_not_turned_by_its_exif() -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    assert decode_image(save(photo(), "WEBP", exif=exif)).image.size == (96, ROWS)
    assert decode_image(save(photo(), "PNG", exif=exif)).image.size == (ROWS, 96)


def test_a_png_is_not_turned_by_an_exif_that_is_written_as_text() -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    body = exif.tobytes()
    text = PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(body):8}\n{body.hex()}\n", zip=True)
    assert decode_image(save(photo(), "PNG", pnginfo=text)).image.size == (96, ROWS)


@pytest.mark.parametrize("depth", [2, 4])
def test_the_transparent_level_of_a_grey_png_of_few_bits(depth: int) -> None:
    data = png(depth, 0, bytes((1 << (8 - depth),)), (b"tRNS", b"\0\1"))
    assert decode_image(data).image.convert("RGBA").getchannel("A").getpixel((0, 0)) == 0


def test_a_bmp_whose_reserved_bytes_are_used_is_a_bmp() -> None:
    data = bytearray(save(photo(), "BMP"))
    data[6:10] = b"\1\2\3\4"
    assert decode_image(bytes(data)).image.size == (96, ROWS)


def test_a_gif_screen_without_size_is_as_large_as_its_frame() -> None:
    data = bytearray(save(Image.new("P", (10, 12), 1), "GIF"))
    data[6:10] = bytes(4)
    assert decode_image(bytes(data)).image.size == (10, 12)


def test_too_long_a_list_of_transparent_colours_is_ignored() -> None:
    data = png(8, 3, b"\1", (b"PLTE", bytes(range(192)) * 4), (b"tRNS", b"\x80" * 300))
    assert decode_image(data).image.convert("RGBA").getpixel((0, 0)) == (3, 4, 5, 255)


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of linear or bent grey."""

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 12) + b"sRGB linear\0" + bytes(78)
    tags = [
        (b"desc", name + bytes(-len(name) % 4)),
        (b"wtpt", b"XYZ \0\0\0\0" + fixed(0.9642, 1, 0.8249)),
        (b"kTRC", curve),
    ]
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags:
        table += tag + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data
    head = struct.pack(">I", 128 + len(table) + len(body)) + b"lcms" + struct.pack(">I", 0x02100000)
    head += b"mntrGRAYXYZ " + bytes(12) + b"acsp" + bytes(28) + fixed(0.9642, 1, 0.8249)
    return head.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_profile_counts_by_what_it_does_and_not_by_its_name(mode: str) -> None:
    picture = Image.new("L", (4, 4), 60)
    if mode == "LA":
        picture = picture.convert("LA")
        picture.putalpha(128)
    raster = decode_image(save(picture, "PNG", icc_profile=grey_profile(1.0)))
    pixel: Any = raster.image.convert("RGBA").getpixel((0, 0))
    assert pixel[0] == pytest.approx(133, abs=3)  # 60 of linear light
    assert pixel[3] == (128 if mode == "LA" else 255)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body><svg></svg>", "a web page"),
        (b"\n <html>", "a web page"),
        (b'{"error": 404}', "JSON"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"\xff\x0a\0\0", "JPEG XL"),
        (b"\x1f\x8b\x08\0", "gzip"),
    ],
)
def test_what_is_no_picture_is_named_for_what_it_is(data: bytes, named: str) -> None:
    with pytest.raises(AssetError, match=named):
        decode_image(data)
