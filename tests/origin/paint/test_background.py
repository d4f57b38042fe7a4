"""Background layers: size, position, repeat, clip, origin, blending."""

from __future__ import annotations

from typing import Any

from PIL import Image

from emblazon_origin.style.values.value_types import (
    AUTO,
    HALF,
    BackgroundLayer,
    Color,
    ColorStop,
    Length,
    LinearGradient,
    Position,
    Url,
)

RED, GREEN, BLUE = Color(1, 0, 0), Color(0, 1, 0), Color(0, 0, 1)


def two_halves(left: Color = RED, right: Color = GREEN) -> LinearGradient:
    """A gradient with a hard stop in the middle."""
    stops = (ColorStop(left), ColorStop(left, HALF), ColorStop(right, HALF), ColorStop(right))
    return LinearGradient(stops, 90.0)


def solid(color: Color = RED) -> LinearGradient:
    return LinearGradient((ColorStop(color), ColorStop(color)))


def px(*values: float) -> Any:
    return tuple(Length(v) for v in values)


def test_first_layer_is_topmost(paint: Any, box: Any, letters: Any) -> None:
    layers = (
        BackgroundLayer(solid(RED), size=px(2, 1), repeat=("no-repeat", "no-repeat")),
        BackgroundLayer(solid(GREEN), size=px(3, 1), repeat=("no-repeat", "no-repeat")),
    )
    image = paint(4, 1, box(0, 0, 4, 1, background_layers=layers, background_color="B"))
    assert letters(image) == ["RRGB"]


def test_position_percentages_place_the_rest_of_the_room(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(
        solid(), position=Position(Length(pct=1.0), HALF), size=px(2, 1), repeat=("no-repeat", "no-repeat")
    )
    assert letters(paint(5, 3, box(0, 0, 5, 3, background_layers=(layer,)))) == [".....", "...RR", "....."]


def test_tiles_repeat_from_their_position_in_all_directions(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(two_halves(), position=Position(Length(1), Length(0)), size=px(4, 1))
    assert letters(paint(7, 2, box(0, 0, 7, 2, background_layers=(layer,)))) == ["GRRGGRR", "GRRGGRR"]


def test_repeat_x_leaves_other_rows(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(two_halves(), size=px(2, 1), repeat=("repeat", "no-repeat"))
    assert letters(paint(4, 2, box(0, 0, 4, 2, background_layers=(layer,)))) == ["RGRG", "...."]


def test_tiles_of_one_pixel_fill_the_canvas(paint: Any, box: Any) -> None:
    layer = BackgroundLayer(solid(), size=px(1, 1))
    image = paint(400, 300, box(0, 0, 400, 300, background_layers=(layer,)))
    assert image.getextrema() == ((255, 255), (0, 0), (0, 0))


def test_space_puts_gaps_between_whole_tiles(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(solid(), size=px(3, 1), repeat=("space", "no-repeat"))
    assert letters(paint(8, 1, box(0, 0, 8, 1, background_layers=(layer,)))) == ["RRR..RRR"]


def test_round_resizes_tiles_to_fit(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(two_halves(), size=px(5, 1), repeat=("round", "no-repeat"))
    assert letters(paint(8, 1, box(0, 0, 8, 1, background_layers=(layer,)))) == ["RRGGRRGG"]


def test_origin_and_clip_name_different_boxes(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(solid(), size=px(1, 1), repeat=("no-repeat", "no-repeat"), origin="padding-box")
    framed = box(0, 0, 4, 3, background_layers=(layer,), border=1)
    assert letters(paint(4, 3, framed)) == ["KKKK", "KR.K", "KKKK"]
    clipped = BackgroundLayer(solid(), origin="border-box", clip="padding-box")
    framed = box(0, 0, 4, 3, background_layers=(clipped,), border=1)
    assert letters(paint(4, 3, framed)) == ["KKKK", "KRRK", "KKKK"]


def test_the_last_layers_clip_is_the_colours(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(None, clip="padding-box")
    framed = box(0, 0, 4, 3, background_color="G", background_layers=(layer,), border_left_width=1.0)
    assert letters(paint(4, 3, framed)) == [".GGG", ".GGG", ".GGG"]


def test_cover_and_contain_keep_the_ratio(paint: Any, box: Any, letters: Any) -> None:
    picture = Image.new("RGB", (2, 1))
    picture.putpixel((0, 0), (255, 0, 0))
    picture.putpixel((1, 0), (0, 255, 0))
    layer = BackgroundLayer(Url("i"), size="contain", repeat=("no-repeat", "no-repeat"))
    image = paint(4, 3, box(0, 0, 4, 3, background_layers=(layer,)), images={"i": picture})
    assert letters(image) == ["RRGG", "RRGG", "...."]
    layer = BackgroundLayer(Url("i"), size="cover", repeat=("no-repeat", "no-repeat"))
    image = paint(2, 2, box(0, 0, 2, 2, background_layers=(layer,)), images={"i": picture})
    assert letters(image) == ["RR", "RR"]


def test_one_auto_size_follows_the_ratio(paint: Any, box: Any, letters: Any) -> None:
    picture = Image.new("RGB", (1, 2), (255, 0, 0))
    layer = BackgroundLayer(Url("i"), size=(Length(2), AUTO), repeat=("no-repeat", "no-repeat"))
    image = paint(3, 5, box(0, 0, 3, 5, background_layers=(layer,)), images={"i": picture})
    assert letters(image) == ["RR.", "RR.", "RR.", "RR.", "..."]


def test_a_missing_image_leaves_the_colour(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(Url("gone"))
    assert letters(paint(2, 1, box(0, 0, 2, 1, background_color="G", background_layers=(layer,)))) == ["GG"]


def test_layers_blend_with_the_colour_below_but_not_with_the_page(paint: Any, box: Any, letters: Any) -> None:
    layer = BackgroundLayer(solid(Color(1, 1, 0)), blend="multiply")
    colored = box(1, 0, 1, 1, background_color="C", background_layers=(layer,))
    assert letters(paint(3, 1, colored, background_color="R")) == ["RGR"]
    alone = box(1, 0, 1, 1, background_layers=(layer,))
    assert letters(paint(3, 1, alone, background_color="R")) == ["RYR"]


def test_translucent_colours_mix(paint: Any, box: Any) -> None:
    image = paint(2, 1, box(0, 0, 1, 1, background_color=Color(1, 0, 0, 0.5)), background_color="_")
    assert image.getpixel((0, 0)) == (255, 127, 127)


def test_translucent_colours_on_nothing_keep_their_hue(paint: Any, box: Any) -> None:
    image = paint(2, 1, box(0, 0, 1, 1, background_color=Color(1, 0, 0, 0.5)))
    assert image.getpixel((0, 0)) == (255, 0, 0, 128)


def test_boxes_snap_to_device_pixels(paint: Any, box: Any, letters: Any) -> None:
    assert letters(paint(4, 1, box(0.6, 0, 1.8, 1, background_color="R"))) == [".R.."]
    assert letters(paint(2, 1, box(0.5, 0, 1.0, 1, background_color="R"), dpr=2.0)) == [".RR.", ".RR."]
