"""Encoding: formats, alpha, byte budgets, determinism."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image, ImageDraw

from emblazon.contract.schema import FORMATS, Format
from emblazon_origin.encode import encode, optimize
from emblazon_origin.encode.lossy import smears
from emblazon_origin.encode.png import encode_png
from emblazon_origin.errors import CardError
from emblazon_origin.report import Report


def card() -> Image.Image:
    """A small card: gradient, flat areas, lines."""
    gradient = Image.linear_gradient("L").resize((160, 90))
    image = Image.merge(
        "RGB", (gradient, gradient.transpose(Image.Transpose.ROTATE_180), Image.new("L", (160, 90), 90))
    )
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 120, 60), fill=(255, 255, 255))
    for y in range(26, 56, 6):
        draw.line((30, y, 100, y), fill=(20, 20, 40), width=2)
    return image


def noise() -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise((160, 90), 80) for _ in range(3)])


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("format", "kind", "content_type"),
    [
        ("png", "PNG", "image/png"),
        ("jpg", "JPEG", "image/jpeg"),
        ("webp", "WEBP", "image/webp"),
        ("avif", "AVIF", "image/avif"),
    ],
)
def test_every_format_is_what_it_says(format: Format, kind: str, content_type: str) -> None:
    for function in (encode, optimize):
        data, told = function(card(), format)
        image = opened(data)
        assert (image.format, image.size, told) == (kind, (160, 90), content_type)


def test_png_keeps_every_pixel() -> None:
    for image in (card(), noise(), card().convert("RGBA"), noise().convert("L").convert("RGB")):
        data, _ = encode(image, "png")
        assert opened(data).convert(image.mode).tobytes() == image.tobytes()


def test_png_says_srgb_and_nothing_of_time_or_tools() -> None:
    for function in (encode, optimize):
        data, _ = function(card(), "png")
        assert b"sRGB" in data[:60]
        assert not any(kind in data for kind in (b"tIME", b"tEXt", b"iTXt", b"eXIf", b"pHYs"))


def test_opaque_pictures_have_no_alpha_channel_and_others_keep_theirs() -> None:
    opaque = opened(encode(card(), "png")[0])
    assert not opaque.has_transparency_data
    translucent = card().convert("RGBA")
    translucent.putalpha(Image.linear_gradient("L").resize((160, 90)))
    for format in ("png", "webp", "avif"):
        assert opened(encode(translucent, format)[0]).mode == "RGBA", format


def test_jpeg_lays_alpha_on_white() -> None:
    clear = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    data, _ = encode(clear, "jpg")
    assert opened(data).convert("RGB").getpixel((8, 8)) == (255, 255, 255)


def test_the_small_form_is_smaller_and_looks_the_same() -> None:
    image = card()
    for format in FORMATS:
        quick, small = encode(image, format)[0], optimize(image, format)[0]
        assert len(small) <= len(quick), format
    shown = opened(optimize(image, "png")[0]).convert("RGB")
    worst = max(abs(a - b) for a, b in zip(image.reduce(4).tobytes(), shown.reduce(4).tobytes(), strict=True))
    assert worst <= 6


def test_few_colours_become_an_exact_palette() -> None:
    flat = Image.new("RGB", (64, 64), (10, 20, 30))
    flat.paste((200, 100, 50), (8, 8, 40, 40))
    small = opened(optimize(flat, "png")[0])
    assert small.mode == "P"
    assert small.convert("RGB").tobytes() == flat.tobytes()


def test_photographs_are_not_forced_into_a_palette() -> None:
    assert opened(optimize(noise(), "png")[0]).mode == "RGB"


def test_small_jpeg_is_progressive() -> None:
    assert opened(optimize(card(), "jpg")[0]).info.get("progressive")


def test_fine_detail_in_colour_keeps_its_chroma() -> None:
    stripes = Image.new("RGB", (64, 64), (255, 0, 0))
    for x in range(0, 64, 2):
        stripes.paste((0, 0, 255), (x, 0, x + 1, 64))
    assert smears(stripes)
    assert not smears(card())


def test_quality_changes_the_size() -> None:
    for format in ("jpg", "webp", "avif"):
        sizes = [len(encode(noise(), format, quality=quality)[0]) for quality in (20, 60, 95)]
        assert sizes == sorted(sizes), format


@pytest.mark.parametrize("format", ["jpg", "webp", "avif"])
def test_a_byte_budget_is_met_with_the_best_quality_that_fits(format: Format) -> None:
    image = noise()
    full = len(encode(image, format)[0])
    least = len(encode(image, format, quality=20)[0])
    budget = (full + least) // 2
    report = Report()
    data, _ = encode(image, format, max_bytes=budget, report=report)
    assert len(data) <= budget
    assert len(data) > least
    assert not report.diagnostics


def test_a_png_budget_falls_back_to_fewer_colours() -> None:
    full = len(optimize(noise(), "png")[0])
    report = Report()
    data, _ = encode(noise(), "png", max_bytes=full // 3, report=report)
    assert len(data) <= full // 3
    assert opened(data).mode == "P"
    assert not report.diagnostics


def test_a_budget_that_cannot_be_met_gives_the_smallest_and_says_so() -> None:
    for format in FORMATS:
        report = Report()
        data, _ = encode(card(), format, max_bytes=50, report=report)
        assert opened(data).size == (160, 90)
        assert [d.code for d in report.diagnostics] == ["limit"], format


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(CardError, match="bmp"):
        encode(card(), "bmp")  # type: ignore[arg-type]  # what a wrong caller would pass


def test_bytes_are_the_same_in_every_process() -> None:
    program = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]);"
        "from test_encode import card; from emblazon_origin.encode import encode, optimize;"
        "print([hashlib.sha256(f(card(), k)[0]).hexdigest() for f in (encode, optimize)"
        " for k in ('png', 'jpg', 'webp', 'avif')])"
    )
    folder = __file__.rsplit("/", 1)[0]
    runs = {subprocess.check_output([sys.executable, "-c", program, folder]) for _ in range(2)}
    assert len(runs) == 1


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_rows_of_any_width_are_framed_right(mode: str) -> None:
    for size in ((1, 1), (3, 5), (17, 2)):
        image = Image.effect_noise(size, 60).convert(mode)
        assert opened(encode_png(image)).tobytes() == image.tobytes()
