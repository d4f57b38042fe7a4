"""What steps cost: more for what takes longer, by styles and areas alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from emblazon_origin.layout.boxes.box import Rect, Sides
from emblazon_origin.layout.boxes.shape_geometry import Radii
from emblazon_origin.limits import MAX_CANVAS_PIXELS
from emblazon_origin.paint.boxes import background, tile
from emblazon_origin.paint.boxes.box_geometry import BoxGeometry
from emblazon_origin.paint.boxes.tile import Axis, Tiles, gradient_sheet
from emblazon_origin.paint.costs import backdrop_cost, background_cost, box_cost, group_cost, text_cost
from emblazon_origin.paint.raster.geometry import IDENTITY, IntRect, Matrix
from emblazon_origin.paint.text.decoration import DecorationLine
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import (
    BackgroundLayer,
    Color,
    ColorStop,
    FilterFunction,
    Length,
    LinearGradient,
    Shadow,
    TextDecoration,
    Url,
)
from emblazon_origin.text.fonts.font_instance import FontInstance
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.line_model import GlyphRun

FADE = LinearGradient((ColorStop(Color(1, 0, 0)), ColorStop(Color(0, 0, 1))), 30.0)
TURNED = Matrix(0.8, 0.6, -0.6, 0.8)
SMALL = (Length(3), Length(3))


@cache
def inter() -> FontInstance:
    return FontLibrary(Path(__file__).parents[3] / "fonts").font_set(ComputedStyle()).primary


def run(**style: Any) -> GlyphRun:
    """Return ten letters S, whose outline is made of curves."""
    font = inter()
    size = style.pop("font_size", 16.0)
    glyph = font.hb_font.get_nominal_glyph(ord("S"))
    at = [0.0] * 10
    return GlyphRun(font, size, [glyph] * 10, at, at, 0, 99, 0, ComputedStyle().replace(**style))


def price(matrix: Matrix = IDENTITY, **style: Any) -> float:
    """Return the units of a box of a megapixel."""
    rect = Rect(0, 0, 1000, 1000)
    sides = Sides(*(style.get(f"border_{side}_width", 0.0) for side in ("top", "right", "bottom", "left")))
    geometry = BoxGeometry(rect, style.pop("radii", Radii()), sides, Sides(0, 0, 0, 0), 1.0)
    cost = box_cost(ComputedStyle().replace(**style), geometry, matrix, rect)
    return cost.once + cost.per_pixel * 1e6


def box_of(width: float = 1000.0) -> BoxGeometry:
    none = Sides(0, 0, 0, 0)
    return BoxGeometry(Rect(0, 0, width, 10), Radii(), none, none, 1.0)


def test_boxes_cost_more_the_more_they_draw() -> None:
    color = price(background_color=Color(1, 0, 0))
    gradient = price(background_layers=(BackgroundLayer(FADE),))
    tiles = price(background_layers=(BackgroundLayer(FADE, size=SMALL),))
    image = price(background_layers=(BackgroundLayer(Url("a")),))
    assert color < gradient < tiles < image
    assert price(TURNED, background_layers=(BackgroundLayer(FADE),)) > 2 * gradient
    assert price(TURNED, background_layers=(BackgroundLayer(FADE, size=SMALL),)) > 2 * tiles
    assert price(background_layers=(BackgroundLayer(FADE, blend="multiply"),)) > gradient
    ten = price(background_layers=(BackgroundLayer(FADE),) * 10)
    assert ten - price() == pytest.approx(10 * (gradient - price()))


def test_every_shadow_and_every_dash_is_counted() -> None:
    shadow = Shadow(0, 0, 9, 0, Color(0, 0, 0))
    one, ten = price(box_shadow=(shadow,)), price(box_shadow=(shadow,) * 10)
    assert ten - price() == pytest.approx(10 * (one - price()))
    dashed: Any = {"border_top_width": 1.0, "border_top_style": "dashed"}
    assert price(**dashed) > price(border_top_width=1.0, border_top_style="solid")
    assert price(radii=Radii((9, 9), (9, 9), (9, 9), (9, 9)), **dashed) > 2 * price(**dashed)
    text = text_cost([run(text_shadow=(shadow,) * 10)], [], 1.0, IDENTITY)
    assert text.per_pixel > 5 * text_cost([run()], [], 1.0, IDENTITY).per_pixel


def test_large_letters_and_strokes_cost_more_than_others() -> None:
    def once(**style: Any) -> float:
        return text_cost([run(**style)], [], 1.0, IDENTITY).once

    assert once(font_size=2000.0) > 100 * once(font_size=20.0)
    assert once(font_size=200.0, text_stroke_width=9.0) > 10 * once(font_size=200.0)
    assert text_cost([run(font_size=900.0)], [], 2.0, IDENTITY).once > 2 * once(font_size=900.0)
    scaled = text_cost([run(font_size=90.0)], [], 1.0, Matrix(10, 0, 0, 10, 0, 0)).once
    assert scaled == once(font_size=900.0)


def test_waves_under_text_are_counted_by_their_length() -> None:
    def once(style: Any, right: float) -> float:
        decoration = TextDecoration(
            "underline", style, Color(0, 0, 0), "auto", "auto", skip_ink=True, font_size=16.0
        )
        line = DecorationLine(decoration, (), 0.0, right, 0.0, 1.0, 1.0, ())
        return text_cost([run()], [line], 1.0, IDENTITY).once

    assert once("solid", 100.0) < once("dotted", 100.0) < once("wavy", 100.0) < once("wavy", 200.0)


def test_every_filter_is_counted_and_fine_blurs_cost_more_than_coarse_ones() -> None:
    def units(*functions: FilterFunction) -> float:
        return group_cost(ComputedStyle().replace(filter=functions), 1.0).per_pixel

    fine, coarse, grey = FilterFunction("blur", 4), FilterFunction("blur", 20), FilterFunction("grayscale", 1)
    assert units() < units(grey) < units(coarse) < units(fine)
    assert units(fine, fine, grey) - units() == pytest.approx(
        2 * (units(fine) - units()) + units(grey) - units()
    )
    glass = ComputedStyle().replace(backdrop_filter=(fine,))
    assert backdrop_cost(glass, 1.0).per_pixel > units(fine) - units()
    hue, multiply = (group_cost(ComputedStyle().replace(mix_blend_mode=m), 1.0) for m in ("hue", "multiply"))
    assert hue.per_pixel > multiply.per_pixel > units()


def test_a_mask_costs_what_drawing_it_costs_and_more_where_it_is_turned() -> None:
    style = ComputedStyle().replace(mask_layers=(BackgroundLayer(FADE),))
    none, upright, turned = (
        group_cost(style, 1.0, 0.0, pieces, exact=exact)
        for pieces, exact in (((), True), ((box_of(),), True), ((box_of(),), False))
    )
    assert none.per_pixel < upright.per_pixel < turned.per_pixel
    assert none.once < upright.once


def test_a_gradient_costs_its_own_pixels_seen_or_not() -> None:
    def once(size: tuple[Any, Any], width: float) -> float:
        style = ComputedStyle().replace(background_layers=(BackgroundLayer(FADE, size=size),))
        return background_cost(style, box_of(width)).once

    assert once(("auto", "auto"), 10.0) < once(("auto", "auto"), 1000.0)
    assert (
        once(SMALL, 1000.0) < once((Length(900), Length(900)), 10.0) <= once((Length(1e6), Length(1e6)), 10.0)
    )


def test_a_gradient_of_any_canvas_is_drawn_without_resampling() -> None:
    assert background._MAX_PIXELS >= MAX_CANVAS_PIXELS


def test_fractional_tiles_are_sampled_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = tile._sampled

    def sampled(source: Any, along: int, axis: Axis, start: int, count: int) -> Any:
        result = real(source, along, axis, start, count)
        sizes.append(result.shape[0] * result.shape[1])
        return result

    tiles = Tiles(Axis(0.25, 30.5, 30.5, 40), Axis(0.5, 20.25, 20.25, 40))

    def drawn() -> bytes:
        tile._sheets.clear()
        sheet = gradient_sheet(FADE, tiles, IntRect(0, 0, 400, 300), 1.0)
        assert sheet is not None
        return sheet.pixmap.rgb.tobytes()

    monkeypatch.setattr(tile, "_sampled", sampled)
    in_strips = drawn()
    assert max(sizes) <= 400 * tile._STRIP_ROWS
    monkeypatch.setattr(tile, "_STRIP_ROWS", 300)
    assert drawn() == in_strips
