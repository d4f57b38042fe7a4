"""Painting takes bounded work: counted before each step, never timed; what is left out is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cold_start import clear_caches
from PIL import Image, ImageFilter

from emblazon_origin.ground import image_of
from emblazon_origin.limits import MAX_CANVAS_PIXELS
from emblazon_origin.paint import display_list
from emblazon_origin.paint import work as work_table
from emblazon_origin.paint.canvas import paint_document
from emblazon_origin.paint.display_list import Item
from emblazon_origin.paint.raster import blend
from emblazon_origin.paint.raster.blur import blur
from emblazon_origin.paint.raster.geometry import IntRect
from emblazon_origin.paint.raster.rasterizer import Clip
from emblazon_origin.paint.raster.surface import Surface
from emblazon_origin.paint.work import Cost, Work
from emblazon_origin.report import Report
from emblazon_origin.style.values.value_types import (
    BackgroundLayer,
    Color,
    ColorStop,
    FilterFunction,
    Length,
    LinearGradient,
)

from .conftest import FakeImages, read_letters

FADE = BackgroundLayer(LinearGradient((ColorStop(Color(1, 0, 0)), ColorStop(Color(0, 0, 1)))))
ROUND = {f"border_{c}_radius": (Length(2), Length(2)) for c in ("top_left", "bottom_right")}


def limited(monkeypatch: pytest.MonkeyPatch, units: float) -> None:
    monkeypatch.setattr(Work, "of_canvas", classmethod(lambda cls, pixels, taken: cls(units)))


def draw(root: Any, size: int = 4) -> tuple[Image.Image, list[str]]:
    report = Report()
    image = paint_document(
        root, width=size, height=size, dpr=1.0, fonts=None, images=FakeImages(), report=report
    )
    assert {d.code for d in report.diagnostics} <= {"limit"}
    return image_of(image), [d.message for d in report.diagnostics]


def test_groups_beyond_the_work_are_drawn_without_effects(box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 5 * work_table.STEP)
    group = box(0, 0, 4, 4, box(0, 0, 4, 4, background_color="R"), mix_blend_mode="multiply")
    tops = [box(0, 0, 4, 4, box(0, 0, 4, 4, background_color="G"), filter=(FilterFunction("invert", 1),))]
    image, messages = draw(box(0, 0, 4, 4, group, *tops, tag="html", background_color="Y"))
    assert read_letters(image)[0] == "GGGG"
    assert len(messages) == 1
    assert "1 groups are drawn without" in messages[0]


def test_boxes_beyond_the_work_are_left_out_and_told(box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 4 * work_table.STEP)
    boxes = [box(i, 0, 1, 4, background_color="R") for i in range(4)]
    image, messages = draw(box(0, 0, 4, 4, *boxes, tag="html", background_color="_"))
    assert read_letters(image)[0] == "RR__"
    assert "2 boxes" in messages[0]


def test_a_background_of_the_page_that_is_too_much_leaves_its_colour(
    box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, work_table.STEP)
    image, messages = draw(box(0, 0, 4, 4, tag="html", background_color="G", background_layers=(FADE,)))
    assert read_letters(image)[0] == "GGGG"
    assert "boxes" in messages[0]


def test_text_is_drawn_where_boxes_no_longer_are() -> None:
    work = Work(100.0)
    assert work.take(Cost("box", once=80.0), 0)
    assert not work.take(Cost("effect", once=1.0), 0)
    assert not work.take(Cost("box", once=15.0), 0)
    assert work.take(Cost("text", once=15.0), 0)


def test_what_is_left_out_does_not_depend_on_caches(box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 4 * work_table.STEP)
    boxes = [box(i, 0, 1, 4, background_color="R") for i in range(4)]
    root = box(0, 0, 4, 4, *boxes, tag="html", background_color="_")
    clear_caches()
    drawn = [draw(root) for _ in range(4)]
    assert len({(image.tobytes(), *messages) for image, messages in drawn}) == 1


def test_the_limit_grows_with_the_canvas_and_stays_below_the_deadline() -> None:
    for pixels in (64 * 64, 1200 * 630, MAX_CANVAS_PIXELS):
        seconds = Work.of_canvas(pixels).limit / 1e9
        assert 0.6 < seconds < 5
    assert Work.of_canvas(1200 * 630).limit < 1e9


def test_layers_inside_each_other_are_limited_by_their_pixels(
    box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display_list, "MAX_OPEN_PIXELS", 5 * 16)
    opened: list[int] = []
    real = Surface.__init__

    def make(surface: Surface, area: IntRect, background: Any = None) -> None:
        opened.append(area.width * area.height)
        real(surface, area, background)

    inner = box(0, 0, 4, 4, background_color="R")
    for _ in range(20):
        inner = box(0, 0, 4, 4, inner, mix_blend_mode="darken")
    monkeypatch.setattr(Surface, "__init__", make)
    image, messages = draw(box(0, 0, 4, 4, inner, tag="html", background_color="_"))
    assert read_letters(image)[0] == "RRRR"
    assert len(opened) == 6
    assert "nested" in messages[0]


def test_round_clips_beyond_the_memory_are_rectangles(box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_table, "MAX_MASK_PIXELS", 3 * 16)
    inner = box(0, 0, 4, 4, background_color="R")
    for _ in range(10):
        inner = box(0, 0, 4, 4, inner, overflow_x="hidden", overflow_y="hidden", **ROUND)
    _, messages = draw(box(0, 0, 4, 4, inner, tag="html", background_color="_"))
    assert "7 round or turned clips" in messages[0]


def test_nested_groups_are_measured_once(box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[Item] = []
    real = Item.device_ink

    def device_ink(item: Item) -> IntRect:
        measured.append(item)
        return real(item)

    inner = box(0, 0, 4, 4, background_color="R")
    for _ in range(300):
        inner = box(0, 0, 4, 4, inner, mix_blend_mode="darken")
    monkeypatch.setattr(Item, "device_ink", device_ink)
    draw(box(0, 0, 4, 4, inner, tag="html"))
    assert len(measured) <= 3


def test_large_pictures_are_blurred_at_a_lower_resolution_that_looks_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = Image.new("L", (1600, 1200))
    picture.paste(255, (300, 200, 900, 1000))
    sharp = picture
    for size in (30, 30, 31):  # three windows of a deviation of 16
        sharp = sharp.filter(ImageFilter.BoxBlur((size - 1) / 2))
    filtered: list[int] = []
    real = Image.Image.filter

    def count(image: Image.Image, kernel: Any) -> Image.Image:
        filtered.append(image.width * image.height)
        return real(image, kernel)

    monkeypatch.setattr(Image.Image, "filter", count)
    result = blur(picture, 16)
    assert sum(filtered) <= 3 * picture.width * picture.height / 16
    worst = np.abs(np.asarray(result, int) - np.asarray(sharp, int)).max()
    assert worst <= 4


def test_only_the_ink_of_a_layer_is_composited() -> None:
    layer = Surface(IntRect(10, 10, 110, 110))
    assert layer.inked().is_empty
    layer.fill_rect(IntRect(20, 30, 40, 50), Color(1, 0, 0), Clip(layer.box))
    assert layer.inked() == IntRect(20, 30, 40, 50)


@pytest.mark.parametrize("mode", ["multiply", "soft-light", "hue", "plus-lighter"])
def test_blending_in_strips_gives_the_same_pixels(mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    area = IntRect(0, 0, 40, 30)

    def blended() -> bytes:
        below, layer = Surface(area, Color(0.2, 0.6, 0.4)), Surface(area)
        layer.fill_rect(IntRect(5, 5, 35, 25), Color(0.9, 0.3, 0.5, 0.7), Clip(area))
        blend.blend_layer(below, layer, Clip(IntRect(0, 0, 30, 30)), mode, 0.8)
        return bytes(below.rgb.tobytes())

    whole = blended()
    monkeypatch.setattr(blend, "_STRIP_PIXELS", 64)
    assert blended() == whole
