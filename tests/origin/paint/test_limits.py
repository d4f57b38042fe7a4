"""Painting stays bounded and repeatable: huge boxes, deep groups, odd numbers, many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cold_start import clear_caches

from emblazon_origin.ground import image_of
from emblazon_origin.limits import MAX_NESTED_LAYERS
from emblazon_origin.paint.canvas import paint_document
from emblazon_origin.report import Report
from emblazon_origin.style.values.value_types import (
    BackgroundLayer,
    Color,
    ColorStop,
    FilterFunction,
    Length,
    LinearGradient,
    Shadow,
    Transform,
)

RADIUS = (Length(50), Length(50))
ROUND = {f"border_{c}_radius": RADIUS for c in ("top_left", "top_right", "bottom_right", "bottom_left")}
FADE = LinearGradient((ColorStop(Color(1, 0, 0)), ColorStop(Color(0, 0, 1))))


@pytest.mark.parametrize(
    "style",
    [
        {"background_color": "R"},
        {"background_layers": (BackgroundLayer(FADE),)},
        {"background_layers": (BackgroundLayer(FADE, size=(Length(40_000), Length(40_000))),)},
        {"background_layers": (BackgroundLayer(FADE, size=(Length(1), Length(1))),)},
        {"box_shadow": (Shadow(0, 0, 300, 0, Color(0, 0, 1), True),)},
        {"box_shadow": (Shadow(0, 0, 3_000, 500, Color(0, 0, 1)),)},
        {"filter": (FilterFunction("blur", 900.0),), "background_color": "R"},
        {"border": 40},
    ],
)
def test_huge_boxes_cost_what_can_be_seen(paint: Any, box: Any, style: dict[str, Any]) -> None:
    image = paint(60, 40, box(-20_000, -20_000, 60_000, 60_000, **ROUND, **style), background_color="_")
    assert image.size == (60, 40)


def test_a_huge_gradient_still_shows_its_colours(paint: Any, box: Any) -> None:
    image = paint(20, 20, box(0, -30_000, 20, 30_020, background_layers=(BackgroundLayer(FADE),)))
    assert image.getpixel((10, 10))[2] > 250


def test_groups_nested_too_deeply_are_drawn_and_reported(box: Any) -> None:
    inner = box(0, 0, 4, 4, background_color="R")
    for _ in range(MAX_NESTED_LAYERS + 200):
        inner = box(0, 0, 4, 4, inner, mix_blend_mode="darken")
    report = Report()
    root = box(0, 0, 4, 4, inner, tag="html")
    image = image_of(
        paint_document(root, width=4, height=4, dpr=1.0, fonts=None, images=NO_IMAGES, report=report)
    )
    red: Any = image.convert("RGBA").getpixel((1, 1))
    assert red[0] == 255
    assert [d.code for d in report.diagnostics] == ["limit"]


def test_groups_that_only_fade_and_hold_nothing_else_are_one_layer(box: Any) -> None:
    inner = box(0, 0, 4, 4, background_color="K")
    for _ in range(10 * MAX_NESTED_LAYERS):
        inner = box(0, 0, 4, 4, inner, opacity=0.998)
    report = Report()
    root = box(0, 0, 4, 4, inner, tag="html")
    image = image_of(
        paint_document(root, width=4, height=4, dpr=1.0, fonts=None, images=NO_IMAGES, report=report)
    )
    black: Any = image.getpixel((1, 1))
    assert abs(black[3] - 255 * 0.998 ** (10 * MAX_NESTED_LAYERS)) <= 2
    assert not report.diagnostics


def test_deep_nesting_without_groups_is_drawn(paint: Any, box: Any) -> None:
    inner = box(0, 0, 4, 4, background_color="R")
    for _ in range(2_000):
        inner = box(0, 0, 4, 4, inner)
    assert paint(4, 4, inner).getpixel((1, 1)) == (255, 0, 0)


@pytest.mark.parametrize("factor", [1e-150, 1e-30, 1e-6, 1e6, 1e30, 1e150, float("inf"), float("nan")])
def test_absurd_transforms_do_not_fail(paint: Any, box: Any, factor: float) -> None:
    tiles = BackgroundLayer(FADE, size=(Length(1.5), Length(2)))
    style = {"background_color": "R", "background_layers": (tiles,), "border": 1, **ROUND}
    shadow = (Shadow(0, 0, 3, 1, Color(0, 0, 0)), Shadow(0, 0, 3, 1, Color(0, 0, 0), True))
    turned = (Transform("scale", (factor, factor)), Transform("rotate", (30.0,)))
    scaled = box(0, 0, 4, 4, box_shadow=shadow, transform=turned, **style)
    assert paint(4, 4, scaled).size == (4, 4)


def busy(box: Any) -> Any:
    """A picture that goes through most caches."""
    shadow = (Shadow(0, 4, 12, 2, Color(0, 0, 0)),)
    inside = box(20, 20, 60, 40, background_layers=(BackgroundLayer(FADE),), box_shadow=shadow, **ROUND)
    turned = box(60, 30, 40, 40, border=4, transform=(Transform("rotate", (30.0,)),), opacity=0.7, **ROUND)
    return box(0, 0, 120, 90, inside, turned, tag="html", background_color="_")


def draw(root: Any) -> bytes:
    image = image_of(
        paint_document(root, width=120, height=90, dpr=1.0, fonts=None, images=NO_IMAGES, report=Report())
    )
    return bytes(image.tobytes())


def test_warm_and_cold_caches_give_the_same_bytes(box: Any) -> None:
    clear_caches()
    assert len({draw(busy(box)) for _ in range(3)}) == 1
    first = draw(busy(box))
    clear_caches()
    assert draw(busy(box)) == first


def test_threads_draw_the_same_bytes(box: Any) -> None:
    clear_caches()
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(draw, [busy(box) for _ in range(16)]))) == 1


class _NoImages:
    def intrinsic(self, key: str) -> None:
        return None

    def pixmap(self, key: str, width: int, height: int, rendering: str = "auto") -> None:
        return None

    def source(self, key: str, width: int, height: int) -> None:
        return None


NO_IMAGES: Any = _NoImages()
