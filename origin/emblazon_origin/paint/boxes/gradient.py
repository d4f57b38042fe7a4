"""Gradients: CSS Images 4 §3. A gradient becomes a `Pixmap` of the size of its box, kept in a cache.

A pixel's colour is that of its centre, as in Skia: hard stops are not softened.
"""

from __future__ import annotations

from math import cos, hypot, pi, radians, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ...assets.pixmap import Pixmap
from ...caching import ByteCache
from ...style.values.value_types import (
    Color,
    ConicGradient,
    Gradient,
    Length,
    LinearGradient,
    Position,
    RadialGradient,
)
from ..raster.surface import byte
from .gradient_stops import Ramp, make_ramp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_gradients: ByteCache[Pixmap] = ByteCache("gradients", 64_000_000, lambda pixmap: pixmap.bytes)
_CELLS = 8  # steps of the colour row per pixel, for slanted linear gradients
_TABLE = 4096  # entries of the colour table of radial and conic gradients


def gradient_pixmap(gradient: Gradient, width: int, height: int, dpr: float) -> Pixmap:
    """Draw a gradient over a box of device pixels; lengths in it are CSS px."""
    return _gradients.get((gradient, width, height, dpr), lambda: _draw(gradient, width, height, dpr))


def _draw(gradient: Gradient, width: int, height: int, dpr: float) -> Pixmap:
    match gradient:
        case LinearGradient():
            return _linear(gradient, width, height, dpr)
        case RadialGradient():
            return _radial(gradient, width, height, dpr)
        case ConicGradient():
            return _conic(gradient, width, height, dpr)


def _px(length: Length, basis: float, dpr: float) -> float:
    return length.resolve(basis / dpr) * dpr


def _point(position: Position, width: int, height: int, dpr: float) -> tuple[float, float]:
    return _px(position.x, width, dpr), _px(position.y, height, dpr)


# --- linear -------------------------------------------------------------------------------------


def gradient_line(gradient: LinearGradient, width: float, height: float) -> tuple[float, float, float]:
    """Return the direction (dx, dy) and the length of the gradient line (§3.1)."""
    if gradient.corner is not None:
        horizontal, vertical = gradient.corner
        # Perpendicular to the diagonal between the two neighbouring corners.
        dx = height * (1 if horizontal == "right" else -1)
        dy = width * (1 if vertical == "bottom" else -1)
        size = hypot(dx, dy) or 1.0
        dx, dy = dx / size, dy / size
    else:
        angle = radians(gradient.angle % 360)
        dx, dy = round(sin(angle), 12), round(-cos(angle), 12)
    return dx, dy, abs(width * dx) + abs(height * dy)


def _linear(gradient: LinearGradient, width: int, height: int, dpr: float) -> Pixmap:
    dx, dy, length = gradient_line(gradient, width, height)
    ramp = make_ramp(
        gradient,
        [_px(s.position, length, dpr) / (length or 1) if s.position else None for s in gradient.stops],
    )
    # t of the centre of pixel (x, y): start + x·step_x + y·step_y
    length = length or 1.0
    step_x, step_y = dx / length, dy / length
    start = 0.5 + ((0.5 - width / 2) * dx + (0.5 - height / 2) * dy) / length
    if dx == 0:
        return _stretch(ramp.colors(start + np.arange(height) * step_y), (1, height), (width, height))
    if dy == 0:
        return _stretch(ramp.colors(start + np.arange(width) * step_x), (width, 1), (width, height))
    if abs(dx) >= abs(dy):
        return _pixmap(_slanted(ramp, start, step_x, step_y, width, height))
    return _pixmap(np.ascontiguousarray(_slanted(ramp, start, step_y, step_x, height, width).T))


def _slanted(
    ramp: Ramp, start: float, step_x: float, step_y: float, width: int, height: int
) -> NDArray[np.uint32]:
    """Compute one long row of colours, of which every row of the picture is a shifted part."""
    shift = np.rint(np.arange(height) * (step_y / step_x) * _CELLS).astype(int)
    first = int(shift.min())
    cells = (width - 1) * _CELLS + 1 + int(shift.max()) - first
    row = pack(ramp.colors(start + (np.arange(cells) + first) * (step_x / _CELLS)))
    pixels = np.empty((height, width), np.uint32)
    span = (width - 1) * _CELLS + 1
    for y, offset in enumerate((shift - first).tolist()):
        pixels[y] = row[offset : offset + span : _CELLS]
    return pixels


# --- radial -------------------------------------------------------------------------------------


def ending_shape(gradient: RadialGradient, width: int, height: int, dpr: float) -> tuple[float, float]:
    """Return the radii of the ending shape (§3.2)."""
    cx, cy = _point(gradient.center, width, height, dpr)
    if gradient.radii is not None:
        return max(0.0, _px(gradient.radii[0], width, dpr)), max(0.0, _px(gradient.radii[1], height, dpr))
    xs, ys = (abs(cx), abs(width - cx)), (abs(cy), abs(height - cy))
    pick = min if gradient.extent.startswith("closest") else max
    if gradient.extent.endswith("side"):
        rx, ry = pick(xs), pick(ys)
        if gradient.shape == "circle":
            rx = ry = pick(rx, ry)
        return rx, ry
    corner_x, corner_y = pick(((x, y) for x in xs for y in ys), key=lambda corner: hypot(*corner))
    if gradient.shape == "circle":
        return hypot(corner_x, corner_y), hypot(corner_x, corner_y)
    # The ellipse through the corner keeps the ratio of the matching -side ellipse.
    side_x, side_y = pick(xs), pick(ys)
    if side_x == 0 or side_y == 0:
        return side_x * sqrt(2), side_y * sqrt(2)
    ratio = side_x / side_y
    rx = hypot(corner_x, corner_y * ratio)
    return rx, rx / ratio


def _radial(gradient: RadialGradient, width: int, height: int, dpr: float) -> Pixmap:
    rx, ry = ending_shape(gradient, width, height, dpr)
    if rx <= 0 or ry <= 0:
        return _degenerate(gradient, width, height)
    ramp = make_ramp(
        gradient, [_px(s.position, rx, dpr) / rx if s.position else None for s in gradient.stops]
    )
    cx, cy = _point(gradient.center, width, height, dpr)
    xs = ((np.arange(width) + 0.5 - cx) / rx).astype(np.float32) ** 2
    ys = ((np.arange(height) + 0.5 - cy) / ry).astype(np.float32) ** 2
    distance = np.sqrt(ys[:, None] + xs[None, :])
    return _pixmap(_look_up(ramp, distance, 0.0, max(float(distance.max()), 1e-6)))


def _degenerate(gradient: RadialGradient, width: int, height: int) -> Pixmap:
    """Return what an ending shape without area shows: its last colour, or if repeating the mean (§3.2.3)."""
    colors = [stop.color for stop in gradient.stops if not stop.hint]
    color = colors[-1]
    if gradient.repeating:
        alpha = sum(c.a for c in colors) / len(colors)
        r, g, b = (sum(c[i] * c.a for c in colors) / (len(colors) * alpha or 1) for i in range(3))
        color = Color(r, g, b, alpha)
    flat = np.array([[byte(channel) for channel in color]], np.uint8)
    return _stretch(flat, (1, 1), (width, height))


# --- conic --------------------------------------------------------------------------------------


def _conic(gradient: ConicGradient, width: int, height: int, dpr: float) -> Pixmap:
    # In angles a percentage is of one turn and px are degrees.
    ramp = make_ramp(
        gradient, [s.position.resolve(360.0) / 360.0 if s.position else None for s in gradient.stops]
    )
    cx, cy = _point(gradient.center, width, height, dpr)
    xs = (np.arange(width) + 0.5 - cx).astype(np.float32)
    ys = (np.arange(height) + 0.5 - cy).astype(np.float32)
    turn = np.arctan2(xs[None, :], -ys[:, None]) * np.float32(1 / (2 * pi)) - np.float32(gradient.angle / 360)
    turn -= np.floor(turn)
    return _pixmap(_look_up(ramp, turn, 0.0, 1.0, cells=_TABLE * 4))


def _look_up(
    ramp: Ramp, t: NDArray[np.float32], low: float, high: float, cells: int = _TABLE
) -> NDArray[np.uint32]:
    """Colour every t through a table over [low, high]."""
    table = pack(ramp.colors(low + (np.arange(cells) + 0.5) * ((high - low) / cells)))
    index = ((t - np.float32(low)) * np.float32(cells / (high - low))).astype(np.int32)
    np.minimum(index, cells - 1, out=index)
    return table[index]


# --- pixels -------------------------------------------------------------------------------------


def pack(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """View rows of r, g, b, a bytes as one integer each."""
    return np.ascontiguousarray(colors).view(np.uint32).reshape(-1)


def _pixmap(pixels: NDArray[np.uint32]) -> Pixmap:
    height, width = pixels.shape
    rgb = Image.frombytes("RGB", (width, height), pixels.tobytes(), "raw", "RGBX", 0, 1)
    channels = pixels.view(np.uint8).reshape(height, width, 4)[..., 3]
    opaque = bool(channels.min() == 255) if channels.size else True
    return Pixmap(rgb, None if opaque else Image.fromarray(np.ascontiguousarray(channels)))


def _stretch(colors: NDArray[np.uint8], size: tuple[int, int], to: tuple[int, int]) -> Pixmap:
    line = _pixmap(pack(colors).reshape(size[1], size[0]))
    nearest = Image.Resampling.NEAREST
    return Pixmap(line.rgb.resize(to, nearest), line.alpha.resize(to, nearest) if line.alpha else None)
