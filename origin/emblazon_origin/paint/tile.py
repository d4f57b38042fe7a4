"""Where the tiles of a background layer lie: CSS Backgrounds 3 §2.5–§2.9, snapped to device pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from ..layout.boxes import Rect
from ..style.values import BackgroundLayer, Length, RepeatStyle
from .geometry import pixel_round
from .image import NaturalSize, concrete_size


@dataclass(frozen=True, slots=True)
class Tiles:
    """Size of one tile, and the left and top edges of all of them, in whole scaled px."""

    width: int
    height: int
    lefts: tuple[int, ...]
    tops: tuple[int, ...]


_MAX_TILES = 100_000


def tiles_of(
    layer: BackgroundLayer, natural: NaturalSize | None, area: Rect, cover: Rect, dpr: float
) -> Tiles | None:
    """Place a layer's image: `area` is its positioning area, `cover` what must be painted. Scaled px."""
    width, height = tile_size(layer, natural, area, dpr)
    if width <= 0 or height <= 0:
        return None
    repeat_x, repeat_y = layer.repeat
    if repeat_x == "round":
        width = _round_size(width, area.width)
        if repeat_y != "round" and _auto(layer, 1):
            height = _keep_ratio(layer, natural, height, width, area, dpr, across=True)
    if repeat_y == "round":
        height = _round_size(height, area.height)
        if repeat_x != "round" and _auto(layer, 0):
            width = _keep_ratio(layer, natural, height, width, area, dpr, across=False)
    lefts = _edges(repeat_x, layer.position.x, width, (area.x, area.width), (cover.x, cover.width), dpr)
    tops = _edges(repeat_y, layer.position.y, height, (area.y, area.height), (cover.y, cover.height), dpr)
    if len(lefts) * len(tops) > _MAX_TILES:
        return None
    return Tiles(max(1, pixel_round(width)), max(1, pixel_round(height)), lefts, tops)


def _auto(layer: BackgroundLayer, axis: int) -> bool:
    return not isinstance(layer.size, str) and layer.size[axis] == "auto"


def _keep_ratio(
    layer: BackgroundLayer,
    natural: NaturalSize | None,
    height: float,
    width: float,
    area: Rect,
    dpr: float,
    *,
    across: bool,
) -> float:
    """`round` in one direction rescales the other one where that is auto."""
    ratio = natural.ratio if natural else None
    if not ratio:
        return height if across else width
    return width / ratio if across else height * ratio


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
        return by_width if fits == (layer.size == "contain") else by_height
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


def _round_size(size: float, room: float) -> float:
    return room / max(1, floor(room / size + 0.5)) if room > 0 else size


def _edges(
    repeat: RepeatStyle,
    position: Length,
    size: float,
    area: tuple[float, float],
    cover: tuple[float, float],
    dpr: float,
) -> tuple[int, ...]:
    """Return the start of every tile along one axis that touches `cover`."""
    start, room = area
    first = start + position.resolve((room - size) / dpr) * dpr
    step = size
    if repeat == "space":
        count = floor(room / size + 1e-6)
        if count >= 2:
            step = (room - count * size) / (count - 1) + size
            first = start
        else:
            return (pixel_round(first),)
    elif repeat == "no-repeat":
        return (pixel_round(first),)
    elif repeat == "repeat":
        step = max(1.0, float(pixel_round(size)))
    low, high = cover[0], cover[0] + cover[1]
    i0, i1 = ceil((low - first - size) / step + 1e-6), floor((high - first) / step - 1e-6)
    if i1 - i0 > _MAX_TILES:
        return ()
    return tuple(pixel_round(first + i * step) for i in range(i0, i1 + 1))
