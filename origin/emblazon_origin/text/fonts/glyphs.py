"""Glyphs as pixels and as paths, from caches bounded by bytes.

Sizes are device px per em, offsets device px: a mask's pixel (0, 0) lies at (x + left, y + top) where (x,
y) is the glyph's origin on the baseline, y downwards. Coverage is exact area of unhinted outlines,
corrected for the text's colour where its level is given; of glyphs whose contours overlap it is exact across
on four lines of each row of pixels, as Skia's is.

The correction is Skia's contrast and gamma, as Chromium sets them on Linux. Light text on dark grounds
gains coverage, dark text stays nearly as it is; the table depends on the text's luminance, cut to three
bits (SkMaskGamma with exponent 1.2 and contrast 0.2).
"""

from __future__ import annotations

import io
import math
import threading
from typing import TYPE_CHECKING, Literal, NamedTuple

import uharfbuzz as hb
from PIL import Image, _imaging

from ...caching import ByteCache, remembered
from ...style.values.value_types import Color
from .font_instance import SYNTHETIC_SLANT, FontInstance
from .font_metrics import layout_unit

if TYPE_CHECKING:
    from PIL._imaging import ImagingCore

SUBPIXEL_STEPS = 4  # positions between two pixels that get a mask of their own
MAX_STRIKE_SIDE = 1024  # px; larger bitmaps in a font are not believed
MAX_GLYPH_SIDE = 4096  # device px; larger glyphs are drawn as paths by the caller

GAMMA, CONTRAST = 1.2, 0.2
_LEVELS = 8
_LINES = 4  # of a row of pixels, for glyphs whose contours overlap
# Device px per em up to which a line is the middle third of a quarter of its row, and up to which it is the
# whole quarter. In larger glyphs a dark edge of a pixel is not seen.
_LARGEST_IN_THIRDS, _LARGEST_IN_LINES = 48, 256


class GlyphMask(NamedTuple):
    """Coverage of one glyph: an "L" picture as Pillow itself holds it, None where the glyph is blank."""

    core: ImagingCore | None
    left: int = 0
    top: int = 0
    width: int = 0
    height: int = 0


# The same, which takes a sixth of the time to take apart.
PlainMask = tuple["ImagingCore | None", int, int, int, int]


class ColorGlyph(NamedTuple):
    """A glyph in its own colours: an "RGBA" image, None where the glyph is blank."""

    image: Image.Image | None
    left: int
    top: int


PathCommand = tuple[Literal["M", "L", "Q", "C", "Z"], tuple[float, ...]]


def _area(mask: GlyphMask) -> int:
    return mask.width * mask.height


def _color_bytes(glyph: ColorGlyph) -> int:
    return 4 * glyph.image.width * glyph.image.height if glyph.image else 0


_turned: ByteCache[GlyphMask] = ByteCache("turned glyphs", 8 << 20, _area, largest=0.25)
_colors: ByteCache[ColorGlyph] = ByteCache("color glyphs", 24 << 20, _color_bytes, largest=0.25)
_outlines: ByteCache[tuple[PathCommand, ...]] = ByteCache(
    "outlines", 8 << 20, lambda path: 64 + 96 * len(path), largest=0.25
)
_local = threading.local()  # HarfBuzz rasterisers, one per thread
_BLANK = GlyphMask(None)


class Strike(dict[int, PlainMask]):
    """One font at one size: the coverage of its glyphs at each place in a pixel, drawn when first asked for.

    Keys are `glyph << 3 | step`. `level` is that of the colour that they are corrected for, None: as the
    outlines have it.
    """

    __slots__ = ("_told", "bytes", "font", "level", "size")

    def __init__(self, font: FontInstance, size: float, level: int | None) -> None:
        super().__init__()
        self.font, self.size, self.level = font, size, level
        self.bytes = self._told = 0

    def mask(self, glyph: int, step: int) -> GlyphMask:
        """Return a glyph's coverage, moved right by `step` quarters of a pixel."""
        return GlyphMask(*self[glyph << 3 | step])

    def __missing__(self, key: int) -> PlainMask:
        mask = _rasterise(self.font, key >> 3, self.size, (key & 7) / SUBPIXEL_STEPS, self.level)
        core, left, top, width, height = mask
        found = self[key] = core, left, top, width, height
        self.bytes += _GLYPH_BYTES + _area(mask)
        if self.bytes >= self._told + _STRIKE_STEP:
            self._told = self.bytes
            _strikes.put((self.font, self.size, self.level), self)  # it has grown
        return found


_GLYPH_BYTES, _STRIKE_STEP = 300, 16_384
_strikes: ByteCache[Strike] = ByteCache("strikes", 24 << 20, lambda strike: strike.bytes, largest=0.25)


def strike_of(font: FontInstance, size: float, level: int | None) -> Strike:
    """Return the glyphs of a font at `size` device px per em."""
    return _strikes.get((font, size, level), lambda: Strike(font, size, level))


def turned_mask(
    font: FontInstance,
    glyph: int,
    turn: tuple[float, float, float, float],
    shift: tuple[float, float],
    level: int,
) -> GlyphMask:
    """Return the coverage of a glyph that is turned and scaled.

    `turn` (a, b, c, d) maps a point of the em square, y downwards, to device px: (ax + cy, bx + dy);
    `shift` is added to it.
    """
    key = (font, glyph, turn, shift, level)
    found = _turned.peek(key)
    if found is None:
        k, lift = 1 / font.units_per_em, font.embolden / 2
        a, b, c, d = turn
        x, y = shift[0] + c * lift, shift[1] + d * lift
        drawn = _draw(font, glyph, (a * k, -b * k, -c * k, d * k, x, -y), level)
        found = _turned.put(key, drawn)
    return found


def _rasterise(font: FontInstance, glyph: int, size: float, shift: float, level: int | None) -> GlyphMask:
    k = layout_unit(size) / font.units_per_em
    if font.sides[glyph] * k > MAX_GLYPH_SIDE:
        return _BLANK
    # HarfBuzz makes bold grow upwards from the baseline; Skia grows it to both sides.
    return _draw(font, glyph, (k, 0.0, 0.0, k, shift, -font.embolden * size / 2), level)


def _draw(
    font: FontInstance,
    glyph: int,
    transform: tuple[float, float, float, float, float, float],
    level: int | None,
) -> GlyphMask:
    rows = _rows(font, glyph, (abs(transform[1]) + abs(transform[3])) * font.units_per_em)
    if rows > 1:
        a, b, c, d, x, y = transform
        transform = a, b * rows, c, d * rows, x, y * rows
    draw = _rasteriser()
    draw.transform = transform
    draw.draw_glyph(font.hb_font, glyph)
    raster = draw.render()
    if raster is None:
        return _BLANK
    box = raster.extents
    width, height = (box.width, box.height) if box is not None else (0, 0)
    if not width or not height:
        return _BLANK
    if rows > 1:
        return _mean_of_lines(raster, rows, level)
    coverage = bytes(raster.buffer)
    if level is not None:
        coverage = coverage.translate(coverage_table(level))
    # What `Image.frombuffer` calls, without the pictures that it makes beside it.
    core = _imaging.map_buffer(coverage, (width, height), "raw", 0, ("L", box.stride, -1))
    return GlyphMask(core, box.x_origin, -(box.y_origin + height), width, height)


def _rows(font: FontInstance, glyph: int, size: float) -> int:
    """Return how many rows are drawn for one of pixels: overlaps fill each of them at most once."""
    if size > _LARGEST_IN_LINES or not font.face.axes or not font.face.overlaps[glyph]:
        return 1
    return _LINES * 3 if size <= _LARGEST_IN_THIRDS else _LINES


def _mean_of_lines(raster: hb.RasterImage, rows: int, level: int | None) -> GlyphMask:
    """Return the coverage of a glyph that was drawn `rows` times as high."""
    box = raster.extents
    stride, low = box.stride, box.y_origin // rows
    high = -(-(box.y_origin + box.height) // rows)
    step = rows // _LINES
    # From the middle of the lowest line on, so that every `step`th row is the middle of one.
    before = box.y_origin - low * rows - step // 2
    data = bytes(raster.buffer)[stride:] if before < 0 else bytes(before * stride) + bytes(raster.buffer)
    data += bytes((high - low) * rows * stride - len(data))
    size = box.width, (high - low) * _LINES
    lines = _imaging.map_buffer(data, size, "raw", 0, ("L", stride * step, -1))
    core = lines.reduce((1, _LINES), (0, 0, *size))
    if level is not None:
        core = core.point(coverage_table(level), "L")
    return GlyphMask(core, box.x_origin, -high, *core.size)


def _rasteriser() -> hb.RasterDraw:
    found = getattr(_local, "draw", None)
    if found is None:
        found = _local.draw = hb.RasterDraw()
    return found


def color_glyph(
    font: FontInstance,
    glyph: int,
    size: float,
    foreground: tuple[int, int, int, int] = (0, 0, 0, 255),
) -> ColorGlyph:
    """Return a colour glyph at `size` device px per em; `foreground` (RGBA, 0..255) fills currentColor."""
    key = (font, glyph, size, foreground)
    found = _colors.peek(key)
    if found is None:
        upright = _paint(font, glyph, size, foreground)
        found = _colors.put(key, _leant(upright) if font.synthetic_oblique else upright)
    return found


def _paint(font: FontInstance, glyph: int, size: float, foreground: tuple[int, int, int, int]) -> ColorGlyph:
    face = font.face.hb_face
    if face.has_color_png and not face.glyph_has_color_paint(glyph):
        strike = _strike(font, glyph, size)
        if strike is not None:
            return strike
    k = size / font.units_per_em
    extents = font.hb_font.get_glyph_extents(glyph)
    if not extents or max(abs(extents.width), abs(extents.height)) * k > MAX_GLYPH_SIDE:
        return ColorGlyph(None, 0, 0)
    paint = hb.RasterPaint()
    paint.transform = (k, 0.0, 0.0, k, 0.0, 0.0)
    red, green, blue, alpha = foreground
    paint.foreground = hb.Color(red, green, blue, alpha)
    if not paint.set_glyph_extents(extents):
        return ColorGlyph(None, 0, 0)
    paint.paint_glyph(font.hb_font, glyph)
    raster = paint.render()
    if raster is None or not raster.extents.width or not raster.extents.height:
        return ColorGlyph(None, 0, 0)
    box = raster.extents
    premultiplied = Image.frombytes(
        "RGBa", (box.width, box.height), raster.buffer, "raw", "BGRa", box.stride, -1
    )
    return ColorGlyph(premultiplied.convert("RGBA"), box.x_origin, -(box.y_origin + box.height))


def _strike(font: FontInstance, glyph: int, size: float) -> ColorGlyph | None:
    """Scale the nearest PNG strike (CBDT, sbix) to the size, premultiplied so that edges stay clean."""
    sized = hb.Font(font.face.hb_face)
    sized.ppem = (math.ceil(size), math.ceil(size))
    data = sized.get_glyph_color_png(glyph).data
    if not data:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as opened:
            if max(opened.size) > MAX_STRIKE_SIDE:
                return None
            strike = opened.convert("RGBA").convert("RGBa")
    except (OSError, ValueError, SyntaxError):  # Pillow's errors for a damaged PNG
        return None
    extents = font.hb_font.get_glyph_extents(glyph)
    k = size / font.units_per_em
    left, top = extents.x_bearing * k, extents.y_bearing * k
    width = max(1, round(extents.width * k))
    height = max(1, round(-extents.height * k))
    scaled = strike.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return ColorGlyph(scaled.convert("RGBA"), round(left), round(-top))


def _leant(glyph: ColorGlyph) -> ColorGlyph:
    """Return an upright glyph as Skia leans it, about the baseline: HarfBuzz paints no colours aslant."""
    if glyph.image is None:
        return glyph
    above, below = -glyph.top, glyph.top + glyph.image.height  # rows of the baseline's two sides
    first = math.floor(-SYNTHETIC_SLANT * max(0, below))
    wider = math.ceil(SYNTHETIC_SLANT * max(0, above)) - first
    size = glyph.image.width + wider, glyph.image.height
    # Where a pixel of the result comes from: rows are moved by their middles.
    row = (1.0, SYNTHETIC_SLANT, first - SYNTHETIC_SLANT * above, 0.0, 1.0, 0.0)
    image = glyph.image.convert("RGBa").transform(size, Image.Transform.AFFINE, row, Image.Resampling.BICUBIC)
    return ColorGlyph(image.convert("RGBA"), glyph.left + first, glyph.top)


def glyph_outline(font: FontInstance, glyph: int) -> tuple[PathCommand, ...]:
    """Return a glyph's path in design units, y upwards: M, L, Q, C with their points, and Z."""
    key = (font, glyph)
    found = _outlines.peek(key)
    if found is None:
        path: list[PathCommand] = []
        font.hb_font.draw_glyph(glyph, _FUNCS, path)
        if font.embolden:
            path = [(command, _lowered(font, numbers)) for command, numbers in path]
        found = _outlines.put(key, tuple(path))
    return found


def _lowered(font: FontInstance, numbers: tuple[float, ...]) -> tuple[float, ...]:
    drop = font.embolden * font.units_per_em / 2
    return tuple(n - drop if i % 2 else n for i, n in enumerate(numbers))


def _make_funcs() -> hb.DrawFuncs:
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, path: path.append(("M", (x, y))))
    funcs.set_line_to_func(lambda x, y, path: path.append(("L", (x, y))))
    funcs.set_quadratic_to_func(lambda cx, cy, x, y, path: path.append(("Q", (cx, cy, x, y))))
    funcs.set_cubic_to_func(lambda ax, ay, bx, by, x, y, path: path.append(("C", (ax, ay, bx, by, x, y))))
    funcs.set_close_path_func(lambda path: path.append(("Z", ())))
    return funcs


_FUNCS = _make_funcs()


@remembered("luminance levels", 1024, bytes_each=250)
def luminance_level(color: Color) -> int:
    """Return which of the eight tables serves a text colour."""
    linear = sum(
        weight * min(max(channel, 0.0), 1.0) ** GAMMA
        for weight, channel in zip((0.2126, 0.7152, 0.0722), color[:3], strict=True)
    )
    return int(linear ** (1 / GAMMA) * 255 + 0.5) >> 5


@remembered("coverage tables", _LEVELS, bytes_each=300)
def coverage_table(level: int) -> bytes:
    """Return the 256 corrected coverages of a luminance level, as `bytes.translate` takes them."""
    source = ((level << 5) | (level << 2) | (level >> 1)) / 255
    ground = 1 - source  # what Skia takes the text to stand on
    linear_source, linear_ground = source**GAMMA, ground**GAMMA
    contrast = CONTRAST * linear_ground
    table = []
    for i in range(256):
        raw = i / 255
        alpha = raw + (1 - raw) * contrast * raw
        if abs(ground - source) >= 1 / 256:
            out = (linear_source * alpha + linear_ground * (1 - alpha)) ** (1 / GAMMA)
            alpha = (out - ground) / (source - ground)
        table.append(min(255, max(0, int(255 * alpha + 0.5))))
    return bytes(table)
