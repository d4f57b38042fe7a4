"""All tiles of a background layer as one picture."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ...assets.pixmap import Pixmap
from ...caching import ByteCache
from ...style.values.value_types import Gradient
from ..raster.geometry import IntRect
from .gradient import gradient_pixmap
from .tile import Axis, Tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_SHEET = 32_000_000  # pixels
_STRIP_ROWS = 16  # sampled at once, to hold few numbers of four bytes


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
    lines = _with_nothing(source)
    pixels = np.empty((cover.height, cover.width, 4), np.uint8)
    for top in range(0, cover.height, _STRIP_ROWS):
        strip = pixels[top : top + _STRIP_ROWS]
        rows = _sampled(lines, tiles.y.snapped, cover.top + top, len(strip))
        columns = _with_nothing(rows.transpose(1, 0, 2))
        strip[:] = _sampled(columns, tiles.x.snapped, cover.left, cover.width).transpose(1, 0, 2) + 0.5
    image = Image.frombytes("RGBa", cover.size, pixels.tobytes())
    return Sheet(Pixmap.from_image(image), cover.left, cover.top)


def _with_nothing(lines: NDArray[Any]) -> NDArray[Any]:
    """Add a transparent line, which is what lies past the last tile."""
    return np.concatenate([lines, np.zeros_like(lines[:1])])


def _sampled(lines: NDArray[Any], axis: Axis, start: int, count: int) -> NDArray[Any]:
    """Interpolate between lines of the tile for each device line; the last one of `lines` is nothing."""
    have = len(lines) - 1
    where = (np.arange(count) + start + 0.5 - axis.first) / axis.step
    tile = np.floor(where)
    inside = (where - tile) * axis.step / axis.size * have - 0.5
    low = np.floor(inside).astype(int)
    part = (inside - low).astype(np.float32)[:, None, None]
    wraps = axis.step <= axis.size + 1e-3
    first, second = _line_index(low, have, wraps), _line_index(low + 1, have, wraps)
    outside = (tile < 0) | (tile >= axis.count)
    first, second = np.where(outside, have, first), np.where(outside, have, second)
    mixed: NDArray[Any] = lines[first] * (1 - part) + lines[second] * part
    return mixed


def _line_index(index: NDArray[Any], have: int, wraps: bool) -> NDArray[Any]:
    """Return lines of the tile; neighbours beyond its edge are the next tile's, or nothing (line `have`)."""
    if wraps:
        return index % have
    return np.where((index < 0) | (index >= have), have, index)
