"""The size of the picture bounds the work of encoding: settings and attempts are counted, not timed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from emblazon.contract.schema import FORMATS, Format
from emblazon_origin.encode import encode, optimize
from emblazon_origin.encode.effort import effort_of
from emblazon_origin.encode.encode import search_quality
from emblazon_origin.encode.palette import near_palette
from emblazon_origin.report import Report

LARGE = (2_600, 2_000)


def noise(width: int, height: int) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise((width, height), 120) for _ in range(3)])


class Saves:
    """Counts what Pillow is asked to encode, and answers with a file whose size follows the quality."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, scale: int = 100) -> None:
        self.settings: list[dict[str, Any]] = []
        self.scale = scale
        real = Image.Image.save

        def save(image: Image.Image, out: io.BytesIO, format: str, **settings: Any) -> None:
            self.settings.append(settings)
            if format == "PNG":
                real(Image.new("P", (8, 8)), out, format)
            out.write(bytes(self.scale * settings.get("quality", 50)))

        monkeypatch.setattr(Image.Image, "save", save)


@pytest.mark.parametrize("function", [encode, optimize])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("budget", [1_000, 5_000])
def test_a_budget_for_the_large_canvas_takes_few_encodings(
    monkeypatch: pytest.MonkeyPatch, function: Any, format: Format, budget: int
) -> None:
    saves = Saves(monkeypatch)
    function(Image.new("RGB", LARGE, (9, 9, 9)), format, max_bytes=budget, report=Report())
    assert len(saves.settings) <= 5


def test_patient_settings_are_for_small_canvases(monkeypatch: pytest.MonkeyPatch) -> None:
    saves = Saves(monkeypatch)
    for size in ((1200, 630), LARGE):
        optimize(Image.new("RGB", size), "avif")
        optimize(Image.new("RGB", size), "avif", quality=95)
        optimize(Image.new("RGB", size), "webp", quality=100)
    optimize(Image.new("RGB", (4096, 3900)), "avif", quality=95)
    speeds = [made["speed"] for made in saves.settings if "speed" in made]
    assert speeds == [6, 7, 8, 8, 10]
    assert [made["method"] for made in saves.settings if "method" in made] == [4, 1]


def test_efforts_never_grow_with_the_canvas() -> None:
    efforts = [effort_of(Image.new("L", (side, side))) for side in (64, 1000, 2000, 4000)]
    assert [e.deflate for e in efforts] == sorted((e.deflate for e in efforts), reverse=True)
    assert [e.avif_speed for e in efforts] == sorted(e.avif_speed for e in efforts)
    assert [e.probes for e in efforts] == sorted((e.probes for e in efforts), reverse=True)
    assert efforts[0].deflate == 9


@pytest.mark.parametrize("growth", [lambda q: q, lambda q: q * q, lambda q: int(1.08**q), lambda q: 900 + q])
def test_the_search_finds_the_best_quality_or_one_that_nearly_fills_the_budget(growth: Any) -> None:
    tried: list[int] = []

    def draw(quality: int) -> bytes:
        tried.append(quality)
        return bytes(growth(quality))

    for wanted in (21, 37, 60, 79):
        tried.clear()
        budget = growth(wanted)
        quality, data = search_quality(draw, 20, 80, growth(80), budget, 6)
        assert growth(quality) == len(data) <= budget
        assert len(tried) <= 7
        assert quality >= wanted - 2 or len(data) >= 0.95 * budget


def test_the_search_stops_at_the_lowest_quality_where_that_is_too_large() -> None:
    tried: list[int] = []

    def draw(quality: int) -> bytes:
        tried.append(quality)
        return bytes(1000 + quality)

    assert search_quality(draw, 20, 80, 1080, 900, 6)[0] == 20
    assert tried == [20]


def test_colours_of_large_pictures_are_chosen_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    real = Image.Image.quantize

    def quantize(image: Image.Image, *args: Any, **named: Any) -> Image.Image:
        if named.get("palette") is None:
            counted.append(image.width * image.height)
        return real(image, *args, **named)

    monkeypatch.setattr(Image.Image, "quantize", quantize)
    large = Image.linear_gradient("L").resize((2500, 1600)).convert("RGB")
    assert near_palette(large).size == large.size
    assert max(counted) <= 1_000_000


@pytest.mark.parametrize("quality", [85, 100])
def test_noise_is_written_as_progressive_jpeg(quality: int) -> None:
    small, _ = optimize(noise(512, 400), "jpg", quality=quality)
    with Image.open(io.BytesIO(small)) as image:
        assert image.info["progressive"]
        image.load()
