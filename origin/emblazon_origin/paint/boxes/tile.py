"""The tiles of a background layer: where they lie (CSS Backgrounds 3 §2.5–§2.9), and their picture."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ...assets.images import NaturalSize
from ...assets.pixmap import Pixmap
from ...caching import ByteCache
from ...layout.boxes.box import Rect
from ...style.values.value_types import BackgroundLayer, Gradient, Length, RepeatStyle
from ..raster.geometry import IntRect, pixel_round
from .gradient import gradient_pixmap
from .image import SeenAxis, concrete_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_TILES = 50_000  # along one axis; even tiles of a pixel are fewer on any canvas

_MAX_SHEET = 32_000_000  # pixels
_STRIP_ROWS = 32  # sampled at once, to hold few numbers of four bytes


@dataclass(frozen=True, slots=True)
class Axis:
    """Tiles along one axis, in scaled px: start of the first one, its size, from start to start, how many."""

    first: float
    size: float
    step: float
    count: int
    repeats: bool = True

    @property
    def pixels(self) -> int:
        """The size that one tile is drawn at."""
        return max(1, pixel_round(self.size))

    @property
    def is_whole(self) -> bool:
        """True where tiles begin and end on device pixels."""
        return self.count == 1 or all(abs(v - round(v)) < 1e-3 for v in (self.first, self.size, self.step))

    @property
    def snapped(self) -> Axis:
        """Return the same tiles, a single one on whole pixels."""
        if self.count != 1:
            return self
        return Axis(float(pixel_round(self.first)), float(self.pixels), float(self.pixels), 1)

    def single_within(self, low: float, high: float) -> SeenAxis:
        """Return where the one tile lies that is seen between two whole numbers.

        What is seen of an image that does not repeat goes onto whole pixels, and the rest with it; one that
        is cut on both sides stays between them.
        """
        if self.repeats:
            return SeenAxis(self.first, self.size, int(low), int(high))
        begin, end = max(self.first, low), min(self.first + self.size, high)
        start = pixel_round(begin)
        whole = end == high or self.first < low
        stop = max(start + 1, pixel_round(end) if whole else start + pixel_round(self.size))
        grows = (stop - start) / max(end - begin, 1e-6)
        return SeenAxis(start + (self.first - begin) * grows, self.size * grows, start, stop)

    @property
    def starts(self) -> list[int]:
        """Return the device pixel at which each tile begins."""
        return [pixel_round(self.first + i * self.step) for i in range(self.count)]


@dataclass(frozen=True, slots=True)
class Tiles:
    """All tiles of a layer."""

    x: Axis
    y: Axis

    @property
    def is_single(self) -> bool:
        """True where there is one tile."""
        return self.x.count == 1 and self.y.count == 1


def tiles_of(
    layer: BackgroundLayer, natural: NaturalSize | None, area: Rect, cover: Rect, dpr: float
) -> Tiles | None:
    """Place a layer's image: `area` is its positioning area, `cover` what must be painted. Scaled px."""
    width, height = tile_size(layer, natural, area, dpr)
    if width <= 0 or height <= 0:
        return None
    # Chromium resolves the position with the size that tiles have before they are rounded.
    shift_x = layer.position.x.resolve((area.width - width) / dpr) * dpr
    shift_y = layer.position.y.resolve((area.height - height) / dpr) * dpr
    width, height = _rounded(layer, natural, width, height, area)
    x = _axis(layer.repeat[0], shift_x, width, (area.x, area.width), (cover.x, cover.width))
    y = _axis(layer.repeat[1], shift_y, height, (area.y, area.height), (cover.y, cover.height))
    if x.count < 1 or y.count < 1 or max(x.count, y.count) > MAX_TILES:
        return None
    return Tiles(x, y)


def tile_size(
    layer: BackgroundLayer, natural: NaturalSize | None, area: Rect, dpr: float
) -> tuple[float, float]:
    """Return the size of one tile by `background-size` (§2.9); gradients have no natural size."""
    ratio = natural.ratio if natural else None
    if isinstance(layer.size, str):
        if not ratio:
            return area.width, area.height
        by_width = (area.width, area.width / ratio)
        by_height = (area.height * ratio, area.height)
        fits = by_width[1] <= area.height
        if layer.size == "cover":
            return by_height if fits else by_width
        across, down = by_width if fits else by_height  # in whole pixels, at least one
        return max(1.0, floor(across + 0.5)), max(1.0, floor(down + 0.5))
    w, h = layer.size
    width = w.resolve(area.width / dpr) * dpr if isinstance(w, Length) else None
    height = h.resolve(area.height / dpr) * dpr if isinstance(h, Length) else None
    if width is not None and height is not None:
        return width, height
    if natural is None:
        return width if width is not None else area.width, height if height is not None else area.height
    if width is not None:
        own = natural.height * dpr if natural.height is not None else area.height
        return width, width / ratio if ratio else own
    if height is not None:
        own = natural.width * dpr if natural.width is not None else area.width
        return height * ratio if ratio else own, height
    return concrete_size(natural, area.width, area.height, dpr)


def _rounded(
    layer: BackgroundLayer, natural: NaturalSize | None, width: float, height: float, area: Rect
) -> tuple[float, float]:
    """Apply `round`: whole tiles fill the area; the other direction keeps the ratio where it is auto."""
    round_x, round_y = layer.repeat[0] == "round", layer.repeat[1] == "round"
    ratio = natural.ratio if natural else None
    if round_x:
        width = _fill(width, area.width)
        if not round_y and ratio and _is_auto(layer, 1):
            height = width / ratio
    if round_y:
        height = _fill(height, area.height)
        if not round_x and ratio and _is_auto(layer, 0):
            width = height * ratio
    return width, height


def _is_auto(layer: BackgroundLayer, axis: int) -> bool:
    return not isinstance(layer.size, str) and layer.size[axis] == "auto"


def _fill(size: float, room: float) -> float:
    return room / max(1, floor(room / size + 0.5)) if room > 0 else size


def _axis(
    repeat: RepeatStyle,
    shift: float,
    size: float,
    area: tuple[float, float],
    cover: tuple[float, float],
) -> Axis:
    """Return the tiles along one axis that touch `cover`; one of them lies `shift` from the area's start."""
    start, room = area
    first = start + shift
    step = size
    if repeat == "space":
        whole = floor(room / size + 1e-6)
        if whole < 2:
            return Axis(first, size, size, 1, repeats=False)
        step, first = (room - whole * size) / (whole - 1) + size, start
    elif repeat == "no-repeat":
        return Axis(first, size, size, 1, repeats=False)
    low, high = cover[0], cover[0] + cover[1]
    from_index = ceil((low - first - size) / step + 1e-6)
    to_index = floor((high - first) / step - 1e-6)
    return Axis(first + from_index * step, size, step, to_index - from_index + 1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All tiles as one picture, and where its top left lies in scaled px."""

    pixmap: Pixmap
    x: int
    y: int


_sheets: ByteCache[Sheet] = ByteCache("tiles", 32_000_000, lambda sheet: sheet.pixmap.bytes)


def gradient_sheet(gradient: Gradient, tiles: Tiles, cover: IntRect | None, dpr: float) -> Sheet | None:
    """Return the tiles of a gradient, kept for the next render."""
    if _too_large(tiles, cover):
        return None

    def make() -> Sheet:
        return _make(gradient_pixmap(gradient, tiles.x.pixels, tiles.y.pixels, dpr), tiles, cover)

    return _sheets.get((gradient, tiles, cover, dpr), make)


def make_sheet(tile: Pixmap, tiles: Tiles, cover: IntRect | None) -> Sheet | None:
    """Return the tiles of a picture; with `cover`, sampled between pixels. None where that is too large."""
    return None if _too_large(tiles, cover) else _make(tile, tiles, cover)


def _make(tile: Pixmap, tiles: Tiles, cover: IntRect | None) -> Sheet:
    return _whole_tiles(tile, tiles) if cover is None else _fractional_tiles(tile, tiles, cover)


def _too_large(tiles: Tiles, cover: IntRect | None) -> bool:
    if cover is not None:
        return cover.is_empty or cover.width * cover.height > _MAX_SHEET
    xs, ys = tiles.x.starts, tiles.y.starts
    return (xs[-1] - xs[0] + tiles.x.pixels) * (ys[-1] - ys[0] + tiles.y.pixels) > _MAX_SHEET


def _whole_tiles(tile: Pixmap, tiles: Tiles) -> Sheet:
    """Paste tiles that lie on whole pixels."""
    xs, ys = tiles.x.starts, tiles.y.starts
    size = (xs[-1] - xs[0] + tile.size[0], ys[-1] - ys[0] + tile.size[1])
    alpha = tile.alpha
    if alpha is None and (_has_gaps(xs, tile.size[0]) or _has_gaps(ys, tile.size[1])):
        alpha = Image.new("L", tile.size, 255)
    rgb = _pasted(tile.rgb, xs, ys, size)
    return Sheet(Pixmap(rgb, _pasted(alpha, xs, ys, size) if alpha is not None else None), xs[0], ys[0])


def _has_gaps(starts: list[int], size: int) -> bool:
    return any(after - before > size for before, after in itertools.pairwise(starts))


def _pasted(tile: Image.Image, xs: list[int], ys: list[int], size: tuple[int, int]) -> Image.Image:
    """Paste a row of tiles, then the row."""
    row = Image.new(tile.mode, (size[0], tile.height))
    for x in xs:
        row.paste(tile, (x - xs[0], 0))
    sheet = Image.new(tile.mode, size)
    for y in ys:
        sheet.paste(row, (0, y - ys[0]))
    return sheet


def _fractional_tiles(tile: Pixmap, tiles: Tiles, cover: IntRect) -> Sheet:
    """Sample tiles that begin between pixels bilinearly, as a repeating shader does; covers `cover`."""
    source = np.asarray(tile.premultiplied())
    if source.shape[2] == 3:
        source = np.concatenate([source, np.full((*source.shape[:2], 1), 255, np.uint8)], axis=2)
    source = np.pad(source, ((0, 1), (0, 1), (0, 0)))  # with what lies past the last tile: nothing
    pixels = np.empty((cover.height, cover.width, 4), np.uint8)
    for top in range(0, cover.height, _STRIP_ROWS):
        strip = pixels[top : top + _STRIP_ROWS]
        rows = _sampled(source, 0, tiles.y.snapped, cover.top + top, len(strip))
        mixed = _sampled(rows, 1, tiles.x.snapped, cover.left, cover.width)
        mixed += 0.5
        strip[:] = mixed
    image = Image.frombytes("RGBa", cover.size, pixels)
    return Sheet(Pixmap.from_image(image), cover.left, cover.top)


def _sampled(source: NDArray[Any], along: int, axis: Axis, start: int, count: int) -> NDArray[np.float32]:
    """Interpolate between lines of the tile for each device line; its last line is nothing.

    Lines lie along the first axis of `source` (0) or along the second (1).
    """
    have = source.shape[along] - 1
    where = (np.arange(count) + start + 0.5 - axis.first) / axis.step
    tile = np.floor(where)
    inside = (where - tile) * axis.step / axis.size * have - 0.5
    low = np.floor(inside).astype(int)
    part = (inside - low).astype(np.float32).reshape((-1, 1, 1) if along == 0 else (-1, 1))
    wraps = axis.step <= axis.size + 1e-3
    first, second = _line_index(low, have, wraps), _line_index(low + 1, have, wraps)
    outside = (tile < 0) | (tile >= axis.count)
    first, second = np.where(outside, have, first), np.where(outside, have, second)
    mixed: NDArray[np.float32] = source.take(first, axis=along) * (1 - part)
    mixed += source.take(second, axis=along) * part
    return mixed


def _line_index(index: NDArray[Any], have: int, wraps: bool) -> NDArray[Any]:
    """Return lines of the tile; neighbours beyond its edge are the next tile's, or nothing (line `have`)."""
    if wraps:
        return index % have
    return np.where((index < 0) | (index >= have), have, index)
