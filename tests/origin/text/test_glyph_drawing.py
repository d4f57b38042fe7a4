"""Glyphs and runs as pixels: masks, colour glyphs, bitmap strikes, coverage tables, outlines."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

import pytest
from cold_start import clear_caches
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.xmlReader import XMLReader
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from PIL import Image

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import FontFaceRule
from emblazon_origin.style.values.value_types import BLACK, Color, Shadow
from emblazon_origin.text.fonts.draw import color_glyphs, joined_mask, run_mask
from emblazon_origin.text.fonts.font_instance import FontInstance
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.fonts.glyphs import (
    GlyphMask,
    color_glyph,
    coverage_table,
    glyph_outline,
    luminance_level,
    strike_of,
)
from emblazon_origin.text.inline import layout_inline
from emblazon_origin.text.line_model import GlyphRun, InlineLayout, TextItem
from emblazon_origin.text.lines import builder

LayOut = Callable[..., InlineLayout]


def _glyph(font: FontInstance, character: str) -> int:
    return int(font.hb_font.get_nominal_glyph(ord(character)))


def _pixels(image: Image.Image) -> list[tuple[int, ...]]:
    data = image.tobytes()
    return [tuple(data[i : i + 4]) for i in range(0, len(data), 4)]


@pytest.fixture
def inter(fonts: FontLibrary, style: ComputedStyle) -> FontInstance:
    return fonts.font_set(style).primary


def _mask(font: FontInstance, glyph: int, size: float) -> GlyphMask:
    return strike_of(font, size, None).mask(glyph, 0)


def _picture(mask: GlyphMask) -> Image.Image:
    assert mask.core is not None
    picture = Image.new("L", (mask.width, mask.height))
    picture.im.paste(mask.core, (0, 0, mask.width, mask.height))
    return picture


# --- masks ---------------------------------------------------------------------------------------------


def test_a_mask_covers_the_glyph_where_it_stands(inter: FontInstance) -> None:
    mask = _mask(inter, _glyph(inter, "H"), 100.0)
    assert mask.top == -73  # the cap height of 72.7 px above the baseline
    assert mask.height == 73
    stem = _picture(mask).getpixel((8, 30))
    assert stem == 255


def test_blank_glyphs_have_no_mask(inter: FontInstance) -> None:
    assert _mask(inter, _glyph(inter, " "), 20.0).core is None


def test_subpixel_shift_moves_ink_in_quarters(inter: FontInstance) -> None:
    glyph = _glyph(inter, "l")
    strike = strike_of(inter, 20.0, None)
    at = [strike.mask(glyph, step) for step in (0, 0, 1)]
    assert at[0].core is at[1].core
    assert at[1].core is not at[2].core


def test_contours_that_overlap_fill_a_pixel_once(fonts: FontLibrary, style: ComputedStyle) -> None:
    serif = fonts.font_set(style.replace(font_family=("Source Serif 4",))).primary
    mask = strike_of(serif, 16, luminance_level(Color(0, 0, 0))).mask(_glyph(serif, "T"), 0)
    bar = _picture(mask).crop((1, 0, 8, 1)).tobytes()
    # Chromium paints the bar of a black T of 16px, its serifs and its stem lie over it, in 187 of 255.
    assert all(abs(covered - 187) <= 3 for covered in bar), list(bar)


def test_the_same_run_makes_the_same_bytes(lay_out: LayOut) -> None:
    run = lay_out("Determinism").lines[0].runs[0]
    first = run_mask(run, (0.0, 0.0)).image
    clear_caches()
    again = run_mask(run, (0.0, 0.0)).image
    assert first is not again
    assert first is not None
    assert again is not None
    assert first.tobytes() == again.tobytes()


def test_glyphs_stand_on_quarters_of_a_pixel_across_and_whole_ones_down(lay_out: LayOut) -> None:
    run = lay_out("px").lines[0].runs[0]
    first = run_mask(run, (10.0, 20.0))
    assert first.image is not None
    for x, y, same in ((10.05, 20.4, True), (10.2, 20.0, False), (11.0, 20.0, True)):
        moved = run_mask(run, (x, y))
        assert moved.image is not None
        assert (moved.image.tobytes() == first.image.tobytes()) is same
        assert moved.y == first.y
    assert run_mask(run, (11.0, 20.6))[1:] == (first.x + 1, first.y + 1)


@pytest.mark.parametrize("tracking", [-0.01, -0.25])
def test_glyphs_that_tight_tracking_joins_have_no_hairline_between_them(
    lay_out: LayOut, tracking: float
) -> None:
    run = lay_out("——", 900, font_size=41.5, letter_spacing=tracking).lines[0].runs[0]  # dashes of a whole em
    joined = run_mask(run, (0.0, 0.0)).image
    assert joined is not None
    row = joined.tobytes()[joined.height // 2 * joined.width :][2 : joined.width - 2]
    assert min(row) > 240, list(row)  # 191 where one is laid over the other


def test_runs_beside_each_other_have_the_mask_of_each_in_one(lay_out: LayOut) -> None:
    runs = lay_out("山のAb 図書館 (c) 東京 d", 600.0).lines[0].runs
    assert len(runs) > 4
    for dpr, origin in ((1.0, (3.4, 20.6)), (1.5, (0.0, 40.0))):
        joined = joined_mask(runs, origin, dpr, (0.25, 0.0))
        assert joined is not None
        assert joined.image is not None
        apart = Image.new("L", joined.image.size)
        for run in runs:
            own = run_mask(run, origin, dpr, moved=(0.25, 0.0))
            if own.image is not None:
                apart.paste(255, (own.x - joined.x, own.y - joined.y), own.image)
        assert apart.tobytes() == joined.image.tobytes()


def test_runs_whose_glyphs_meet_have_no_mask_in_common(lay_out: LayOut) -> None:
    runs = lay_out("山a", 600.0).lines[0].runs
    assert joined_mask(runs, (0.0, 20.0), 1.0, (0.0, 0.0)) is not None
    runs[1].x -= 12
    assert joined_mask(runs, (0.0, 20.0), 1.0, (0.0, 0.0)) is None


@pytest.mark.parametrize("properties", [{}, {"letter_spacing": -0.4}, {"text_align": "justify"}])
def test_scripts_of_one_font_are_one_run_with_the_mask_of_each(
    properties: dict[str, object], lay_out: LayOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "図書館の山、海は「タワー」と光。" * 2
    whole = [line.runs for line in lay_out(text, 400.0, **properties).lines]
    monkeypatch.setattr(builder, "_goes_on", lambda *_: False)
    apart = [line.runs for line in lay_out(text, 400.0, **properties).lines]
    for (run,), pieces in zip(whole, apart, strict=True):
        assert len(pieces) > 4
        assert run.text == "".join(piece.text for piece in pieces)
        assert run.x + run.width == pieces[-1].x + pieces[-1].width
        own, joined = run_mask(run, (3.4, 20.6)), joined_mask(pieces, (3.4, 20.6), 1.0, (0.0, 0.0))
        assert own.image is not None
        assert joined is not None
        assert joined.image is not None
        assert (own.x, own.y, own.image.tobytes()) == (joined.x, joined.y, joined.image.tobytes())


@pytest.mark.parametrize(
    "properties",
    [
        {"text_shadow": (Shadow(1.0, 1.0, 0.0, 0.0, BLACK),)},
        {"text_stroke_width": 2.0},
        {"text_emphasis_style": "•"},
    ],
    ids=lambda properties: next(iter(properties)),
)
def test_what_shows_where_runs_meet_keeps_them_apart(properties: dict[str, object], lay_out: LayOut) -> None:
    assert len(lay_out("図書館の山", 400.0, **properties).lines[0].runs) >= 3


def test_device_pixels_scale_the_run(lay_out: LayOut) -> None:
    run = lay_out("dpr").lines[0].runs[0]
    once, twice = run_mask(run, (0.0, 0.0)).image, run_mask(run, (0.0, 0.0), 2.0).image
    assert once is not None
    assert twice is not None
    assert abs(twice.width - 2 * once.width) <= 3


def test_synthetic_bold_and_slant_change_the_ink(fonts: FontLibrary, style: ComputedStyle) -> None:
    def ink(**changes: object) -> float:
        thai = style.replace(font_family=("Nowhere",), **changes)
        font = fonts.font_set(thai).select("ก", "Thai").font
        image = _picture(_mask(font, _glyph(font, "ก"), 40.0))
        return sum(image.histogram()[level] * level for level in range(256))

    assert ink(font_weight=700.0) > ink() * 1.1


def test_no_glyph_is_hinted(fonts: FontLibrary, style: ComputedStyle) -> None:
    font = fonts.font_set(style).select("日", "Hani").font
    glyph = _glyph(font, "日")
    small, large = (_picture(_mask(font, glyph, 18.0 * times)) for times in (1, 8))
    ink = [sum(image.histogram()[level] * level for level in range(256)) / 255 for image in (small, large)]
    assert ink[0] * 64 == pytest.approx(
        ink[1], rel=0.04
    )  # strokes keep their weight at any size, to a quarter px


def test_threads_may_draw_at_once(fonts: FontLibrary, style: ComputedStyle) -> None:
    font = fonts.font_set(style.replace(font_weight=555.0)).primary
    glyphs = [_glyph(font, c) for c in "ABCDEFGHIJ"] * 8

    def draw(index: int) -> bytes:
        return _picture(_mask(font, glyphs[index], 30.0 + index // 10)).tobytes()

    with ThreadPoolExecutor(8) as pool:
        parallel = list(pool.map(draw, range(len(glyphs))))
    clear_caches()
    assert parallel == [draw(index) for index in range(len(glyphs))]


# --- coverage ------------------------------------------------------------------------------------------


def test_light_text_gains_coverage_and_dark_text_hardly_changes() -> None:
    white = coverage_table(luminance_level(Color(1, 1, 1)))
    black = coverage_table(luminance_level(Color(0, 0, 0)))
    assert (white[0], white[255], black[0], black[255]) == (0, 255, 0, 255)
    assert (white[128], black[128]) == (144, 124)
    assert all(a <= b for table in (white, black) for a, b in pairwise(table))


# --- colour --------------------------------------------------------------------------------------------


def test_emoji_come_in_colour_with_clean_edges(lay_out: LayOut) -> None:
    (run,) = lay_out("❤\ufe0f", font_size=64.0).lines[0].runs
    (placed,) = color_glyphs(run, (0.0, 60.0))
    red, green, _, alpha = placed.image.split()
    middle = (placed.image.width // 2, placed.image.height // 2)
    assert red.getpixel(middle) > 200 > 120 > green.getpixel(middle)  # type: ignore[operator]
    assert alpha.getextrema() == (0, 255)
    edge = [p for p in _pixels(placed.image) if 0 < p[3] < 255]
    assert min(p[0] for p in edge if p[3] > 40) > 100  # no dark fringe
    assert run_mask(run, (0.0, 60.0)).image is None


@cache
def _bitmap_font() -> bytes:
    """A font whose only glyph is a 64 px red square with a transparent border, as CBDT."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "heart"])
    builder.setupCharacterMap({0x2764: "heart"})
    empty = TTGlyphPen(None).glyph()
    builder.setupGlyf({".notdef": empty, "heart": empty})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "heart": (1000, 0)})
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "Strike", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    font = TTFont(io.BytesIO(out.getvalue()))
    picture = Image.new("P", (64, 64), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(1, (8, 8, 56, 56))
    png = io.BytesIO()
    picture.save(png, "PNG", transparency=0)
    reader = XMLReader(io.BytesIO(_strike_xml(png.getvalue()).encode()), font)
    reader.read()
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _strike_xml(png: bytes) -> str:
    metrics = "".join(
        f'<sbitLineMetrics direction="{way}"><ascender value="58"/><descender value="-6"/>'
        '<widthMax value="64"/><caretSlopeNumerator value="0"/><caretSlopeDenominator value="0"/>'
        '<caretOffset value="0"/><minOriginSB value="0"/><minAdvanceSB value="0"/><maxBeforeBL value="0"/>'
        '<minAfterBL value="0"/><pad1 value="0"/><pad2 value="0"/></sbitLineMetrics>'
        for way in ("hori", "vert")
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><ttFont>
<CBLC><header version="3.0"/><strike index="0"><bitmapSizeTable>{metrics}
<colorRef value="0"/><startGlyphIndex value="1"/><endGlyphIndex value="1"/><ppemX value="64"/>
<ppemY value="64"/><bitDepth value="32"/><flags value="1"/></bitmapSizeTable>
<eblc_index_sub_table_1 imageFormat="17" firstGlyphIndex="1" lastGlyphIndex="1">
<glyphLoc id="1" name="heart"/></eblc_index_sub_table_1></strike></CBLC>
<CBDT><header version="3.0"/><strikedata index="0"><cbdt_bitmap_format_17 name="heart">
<SmallGlyphMetrics><height value="64"/><width value="64"/><BearingX value="0"/><BearingY value="58"/>
<Advance value="64"/></SmallGlyphMetrics><rawimagedata>{png.hex()}</rawimagedata>
</cbdt_bitmap_format_17></strikedata></CBDT></ttFont>"""


@pytest.fixture
def strike_run(fonts: FontLibrary, style: ComputedStyle) -> GlyphRun:
    rule = FontFaceRule("Strike", (("url", "strike"),))
    view = fonts.with_faces([rule], lambda url: _bitmap_font())
    own = style.replace(font_family=("Strike",), font_size=32.0)
    (run,) = layout_inline([TextItem("❤", own)], own, width=100.0, fonts=view).lines[0].runs
    return run


def test_bitmap_strikes_are_scaled_to_the_size(strike_run: GlyphRun) -> None:
    (placed,) = color_glyphs(strike_run, (0.0, 29.0))
    assert placed.image.size == (32, 32)
    assert placed.y == 0
    assert placed.image.getpixel((16, 16)) == (255, 0, 0, 255)
    assert placed.image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert all(p[:3] == (255, 0, 0) for p in _pixels(placed.image) if p[3] > 60)


def test_emoji_lean_in_italic_text(lay_out: LayOut) -> None:
    def edges(**style: object) -> list[tuple[float, int]]:
        (run,) = lay_out("🌄", font_size=80.0, **style).lines[0].runs
        (placed,) = color_glyphs(run, (0.0, 80.0))
        alpha = placed.image.getchannel("A")
        return [
            (placed.x + box[0], box[2] - box[0])
            for row in (20, 50)
            if (box := alpha.crop((0, row, alpha.width, row + 1)).getbbox()) is not None
        ]

    upright, leant = edges(), edges(font_style="italic")
    assert upright[0] == upright[1]
    assert abs(leant[0][0] - leant[1][0] - 30 * 0.25) <= 1  # a quarter of what lies between the rows
    assert all(abs(a[1] - b[1]) <= 2 for a, b in zip(upright, leant, strict=True))
    assert edges(font_style="italic", font_synthesis_style=False) == upright


def test_bitmap_strikes_lean_about_the_baseline(fonts: FontLibrary, style: ComputedStyle) -> None:
    rule = FontFaceRule("Strike", (("url", "strike"),))
    view = fonts.with_faces([rule], lambda url: _bitmap_font())
    own = style.replace(font_family=("Strike",), font_size=32.0, font_style="italic")
    (run,) = layout_inline([TextItem("❤", own)], own, width=100.0, fonts=view).lines[0].runs
    (placed,) = color_glyphs(run, (0.0, 29.0))
    assert placed.image.width > 32
    high, low = (placed.image.crop((0, y, placed.image.width, y + 1)).getbbox() for y in (6, 26))
    assert high is not None
    assert low is not None
    assert abs(high[0] - low[0] - 5) <= 1


def test_current_color_layers_take_the_text_colour(fonts: FontLibrary, style: ComputedStyle) -> None:
    font = fonts.font_set(style).select("😀", "Zyyy").font
    glyph = _glyph(font, "😀")
    assert color_glyph(font, glyph, 20.0) is color_glyph(font, glyph, 20.0)
    assert color_glyph(font, glyph, 20.0, (255, 0, 0, 255)) is not color_glyph(font, glyph, 20.0)


# --- outlines ------------------------------------------------------------------------------------------


def test_an_outline_is_closed_and_lies_within_its_extents(inter: FontInstance) -> None:
    glyph = _glyph(inter, "o")
    path = glyph_outline(inter, glyph)
    assert [command for command, _ in path].count("M") == 2
    assert path[0][0] == "M"
    assert path[-1][0] == "Z"
    extents = inter.hb_font.get_glyph_extents(glyph)
    ys = [y for _, numbers in path for y in numbers[1::2]]
    assert max(ys) <= extents.y_bearing + 1
    assert min(ys) >= extents.y_bearing + extents.height - 1
