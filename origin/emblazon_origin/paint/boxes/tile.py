"""Where the tiles of a background layer lie: CSS Backgrounds 3 §2.5–§2.9."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from ...assets.images import NaturalSize
from ...layout.boxes.box import Rect
from ...style.values.value_types import BackgroundLayer, Length, RepeatStyle
from ..raster.geometry import pixel_round
from .image import concrete_size

MAX_TILES = 50_000  # along one axis; even tiles of a pixel are fewer on any canvas


@dataclass(frozen=True, slots=True)
class Axis:
    """Tiles along one axis, in scaled px: start of the first one, its size, from start to start, how many."""

    first: float
    size: float
    step: float
    count: int

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
            return Axis(first, size, size, 1)
        step, first = (room - whole * size) / (whole - 1) + size, start
    elif repeat == "no-repeat":
        return Axis(first, size, size, 1)
    low, high = cover[0], cover[0] + cover[1]
    from_index = ceil((low - first - size) / step + 1e-6)
    to_index = floor((high - first) / step - 1e-6)
    return Axis(first + from_index * step, size, step, to_index - from_index + 1)
