"""Decoding: every format to upright 8-bit sRGB, under limits."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from emblazon_origin.assets.image_headers import sniff
from emblazon_origin.assets.images import resize
from emblazon_origin.assets.images_decode import decode_image
from emblazon_origin.errors import AssetError


def pixels_of(data: bytes) -> Image.Image:
    return decode_image(data).image


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


RED = Image.new("RGB", (8, 4), (255, 0, 0))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP"])
def test_every_format_is_told_by_its_bytes_and_decoded(kind: str) -> None:
    data = save(RED, kind)
    assert sniff(data) == kind
    image = pixels_of(data)
    assert (image.mode, image.size) == ("RGB", (8, 4))
    pixel = image.getpixel((3, 2))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 6 for a, b in zip(pixel, (255, 0, 0), strict=True))


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "PSD"])
def test_other_formats_are_refused_whatever_they_are_called(kind: str) -> None:
    data = b"8BPS\0\1" + bytes(100) if kind == "PSD" else save(RED, kind)
    with pytest.raises(AssetError, match="not a PNG"):
        pixels_of(data)


def test_exif_orientation_turns_the_picture() -> None:
    picture = Image.new("RGB", (16, 8), (0, 0, 0))
    picture.paste((255, 255, 255), (0, 0, 8, 8))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90° clockwise
    image = pixels_of(save(picture, "JPEG", exif=exif, quality=95))
    assert image.size == (8, 16)
    assert image.convert("L").getpixel((4, 2)) > 200  # type: ignore[operator]  # a grey level
    assert image.convert("L").getpixel((4, 13)) < 50  # type: ignore[operator]  # a grey level


def test_cmyk_becomes_rgb() -> None:
    image = pixels_of(save(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG", quality=95))
    r, g, b = image.getpixel((1, 1))  # type: ignore[misc]  # a pixel of three channels
    assert r > 200
    assert g < 60
    assert b < 60


def test_sixteen_bits_keep_their_highest_ones() -> None:
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 0x8000)
    picture.putpixel((1, 0), 0xFFFF)
    image = pixels_of(save(picture, "PNG"))
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [(128, 128, 128), (255, 255, 255)]


def test_palette_transparency_becomes_alpha() -> None:
    picture = Image.new("P", (2, 1))
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.putpixel((1, 0), 1)
    image = pixels_of(save(picture, "PNG", transparency=1)).convert("RGBA")
    assert image.getpixel((0, 0)) == (255, 0, 0, 255)
    assert image.getpixel((1, 0))[3] == 0  # type: ignore[index]  # a pixel of four channels


def test_grey_with_alpha_and_colour_keys_are_understood() -> None:
    grey = pixels_of(save(Image.new("LA", (1, 1), (200, 100)), "PNG")).convert("RGBA").getpixel((0, 0))
    assert isinstance(grey, tuple)
    assert abs(grey[0] - 200) <= 2
    assert grey[3] == 100
    keyed = pixels_of(save(Image.new("RGB", (1, 1), (1, 2, 3)), "PNG", transparency=(1, 2, 3)))
    assert keyed.getchannel("A" if keyed.mode == "RGBA" else "a").getpixel((0, 0)) == 0


def test_profiles_are_converted_to_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    picture = Image.new("RGB", (2, 2), (10, 200, 30))
    # A profile of another colour space does not fit the pixels: it is ignored, not an error.
    assert pixels_of(save(picture, "PNG", icc_profile=profile.tobytes())).getpixel((0, 0)) == (10, 200, 30)
    assert pixels_of(save(picture, "PNG", icc_profile=b"nonsense")).getpixel((0, 0)) == (10, 200, 30)


def test_only_the_first_frame_is_drawn() -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ((255, 0, 0), (0, 0, 255))]
    for kind in ("GIF", "WEBP"):
        data = save(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        r, _, b = pixels_of(data).getpixel((2, 2))  # type: ignore[misc]  # a pixel of three channels
        assert r > 200 > b


@pytest.mark.parametrize(
    ("width", "height"), [(50_000, 50_000), (13_000, 13_000), (6_401, 6_400), (40_000, 2)]
)
def test_bombs_are_refused_by_their_header(width: int, height: int) -> None:
    with pytest.raises(AssetError, match="limit"):
        pixels_of(png_header(width, height))


def test_webp_and_avif_bombs_are_refused_before_their_decoders_run() -> None:
    webp = b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4)
    webp += (16_000 - 1).to_bytes(3, "little") * 2
    with pytest.raises(AssetError, match="limit"):
        pixels_of(webp)
    avif = bytearray(save(RED, "AVIF"))
    at = avif.find(b"ispe")
    avif[at + 8 : at + 16] = struct.pack(">II", 30_000, 30_000)
    with pytest.raises(AssetError, match="limit"):
        pixels_of(bytes(avif))


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_truncated_files_of_formats_without_rows_are_errors(kind: str) -> None:
    noise = Image.effect_noise((64, 64), 90).convert("RGB")
    data = save(noise, kind)
    with pytest.raises(AssetError):
        pixels_of(data[: len(data) // 2])


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"hello"]
)
def test_fragments_are_errors(data: bytes) -> None:
    with pytest.raises(AssetError):
        pixels_of(data)


def test_resampling_leaves_no_dark_fringe() -> None:
    picture = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (0, 0, 4, 8))
    for size in ((3, 3), (5, 5), (20, 20)):
        small = resize(pixels_of(save(picture, "PNG")), *size).convert("RGBA")
        for x in range(size[0]):
            pixel = small.getpixel((x, 1))
            assert isinstance(pixel, tuple)
            assert pixel[3] < 3 or min(pixel[:3]) >= 250


def test_pixelated_keeps_hard_pixels() -> None:
    picture = Image.new("RGB", (2, 1))
    picture.putpixel((1, 0), (255, 255, 255))
    large = resize(picture, 6, 1, "pixelated")
    assert [large.getpixel((x, 0))[0] for x in range(6)] == [0, 0, 0, 255, 255, 255]  # type: ignore[index]


_PEAK = """
import resource, sys
from pathlib import Path
from emblazon_origin.assets.images_decode import decode_image
data = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert decode_image(data).width == 6000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_photo_of_24_megapixels_is_decoded_within_sixty_megabytes(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.linear_gradient("L").resize((6000, 4000)).convert("RGB").save(photo, quality=88)
    command = [sys.executable, "-c", _PEAK, str(photo)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60 * 1024
