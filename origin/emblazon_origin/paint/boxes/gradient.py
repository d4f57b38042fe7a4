"""Gradients: CSS Images 4 §3. A gradient becomes a `Pixmap` of the size of its box, kept in a cache.

A pixel's colour is that of its centre, as in Skia: hard stops are not softened.

Colour stops first: fix-up, hints, interpolation (CSS Images 4 §3.4, CSS Color 4 §12).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, hypot, log, pi, radians, sin, sqrt, tan
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ...assets.pixmap import Pixmap
from ...caching import ByteCache
from ...style.values.value_types import (
    Color,
    ColorStop,
    ConicGradient,
    Gradient,
    Length,
    LinearGradient,
    Position,
    RadialGradient,
)
from ..raster.surface import byte

_PIECES = 24  # straight sRGB pieces per segment, where interpolation is not straight in sRGB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_gradients: ByteCache[Pixmap] = ByteCache("gradients", 64_000_000, lambda pixmap: pixmap.bytes)
_SMALL = 16_384  # pixels of a picture whose hard stops are put where rounding puts them
_CELLS = 8  # steps of the colour row per pixel, for slanted linear gradients
_OPAQUE = 255 << 24  # and more: pixels whose last byte, their alpha, is full
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
    if width * height <= _SMALL and ramp.has_hard_stops and gradient.corner is None:
        single = replace(ramp, positions=ramp.positions.astype(np.float32).astype(np.float64))
        colors = single.colors(_single(gradient.angle, width, height).reshape(-1))
        return _pixmap(pack(colors).reshape(height, width))
    if abs(dx) >= abs(dy):
        return _pixmap(_slanted(ramp, start, step_x, step_y, width, height))
    return _pixmap(np.ascontiguousarray(_slanted(ramp, start, step_y, step_x, height, width).T))


def _single(angle: float, width: int, height: int) -> Floats:
    """Return t at each pixel's centre in single precision, as browsers compute it.

    Where a hard stop runs through the centres of pixels, as in patterns of small tiles, rounding decides.
    """
    single = np.float32
    half_x, half_y = single(width / 2), single(height / 2)
    slope = single(tan(single(radians(90 - angle % 360))))
    across = single(-1) / slope
    turn = angle % 360
    corner_x, corner_y = half_x if turn < 180 else -half_x, half_y if turn < 90 or turn > 270 else -half_y
    offset = corner_y - across * corner_x
    end_x = offset / (slope - across)
    end_y = across * end_x + offset
    first_x, first_y = half_x - end_x, half_y + end_y
    run_x, run_y = half_x + end_x - first_x, half_y - end_y - first_y
    scale = single(1) / single(hypot(run_x, run_y))
    run_x, run_y = run_x * scale, run_y * scale
    at = (-run_y * first_y + (single(1) - run_x) * first_x - first_x) * scale
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    down = (rows * float(run_y * scale) + float(at)).astype(single)
    found: Floats = (columns * float(run_x * scale) + down[:, None]).astype(single).astype(np.float64)
    return found


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
    return _pixmap(_look_up(ramp, distance, max(float(np.sqrt(ys.max() + xs.max())), 1e-6)))


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
    return _pixmap(_look_up(ramp, turn, 1.0, cells=_TABLE * 4))


def _look_up(ramp: Ramp, t: NDArray[np.float32], high: float, cells: int = _TABLE) -> NDArray[np.uint32]:
    """Colour every t through a table over [0, high]."""
    table = pack(ramp.colors((np.arange(cells) + 0.5) * (high / cells)))
    return table.take((t * np.float32(cells / high)).astype(np.intp), mode="clip")


# --- pixels -------------------------------------------------------------------------------------


def pack(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """View rows of r, g, b, a bytes as one integer each."""
    return np.ascontiguousarray(colors).view(np.uint32).reshape(-1)


def _pixmap(pixels: NDArray[np.uint32]) -> Pixmap:
    height, width = pixels.shape
    rgb = Image.frombytes("RGB", (width, height), pixels, "raw", "RGBX", 0, 1)
    if not pixels.size or pixels.min() >= _OPAQUE:
        return Pixmap(rgb)
    alpha = np.empty(pixels.shape, np.uint8)
    np.right_shift(pixels, 24, out=alpha, casting="unsafe")
    return Pixmap(rgb, Image.fromarray(alpha))


def _stretch(colors: NDArray[np.uint8], size: tuple[int, int], to: tuple[int, int]) -> Pixmap:
    line = _pixmap(pack(colors).reshape(size[1], size[0]))
    nearest = Image.Resampling.NEAREST
    return Pixmap(line.rgb.resize(to, nearest), line.alpha.resize(to, nearest) if line.alpha else None)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Premultiplied sRGB at increasing positions, straight in between, not clipped before it is a pixel."""

    positions: Floats
    premultiplied: Floats  # (n, 4)
    repeating: bool

    @property
    def has_hard_stops(self) -> bool:
        """Whether two stops lie at one position."""
        return bool((self.positions[1:] == self.positions[:-1]).any())

    def colors(self, t: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
        """Return r, g, b, a bytes, not premultiplied, for each t."""
        if self.repeating:
            first, last = float(self.positions[0]), float(self.positions[-1])
            t = first + (t - first) % (last - first) if last - first > 1e-9 else np.full_like(t, last)
        channels = [np.interp(t, self.positions, self.premultiplied[:, i]) for i in range(4)]
        alpha = channels[3]
        safe = np.where(alpha > 0, alpha, 1)
        result = np.stack(
            [*(np.clip(channel / safe, 0, 1) for channel in channels[:3]), np.clip(alpha, 0, 1)], axis=-1
        )
        return (result * 255 + 0.5).astype(np.uint8)


def make_ramp(gradient: Gradient, positions: list[float | None]) -> Ramp:
    """Fix up stops whose positions are fractions of the gradient line (None: to be distributed)."""
    stops = gradient.stops
    fixed = fix_up(positions)
    points: list[float] = []
    colors: list[Floats] = []
    previous = -1
    for i, stop in enumerate(stops):
        if stop.hint:
            continue
        if previous >= 0:
            hint = fixed[i - 1] if i - previous == 2 else None
            at, values = _segment(gradient, stops[previous], stop, fixed[previous], fixed[i], hint)
            points += at
            colors += values
        else:
            points.append(fixed[i])
            colors.append(_premultiplied(stop))
        previous = i
    return Ramp(np.array(points), np.array(colors), gradient.repeating)


def fix_up(positions: list[float | None]) -> list[float]:
    """Place every stop (§3.4.3): ends at 0 and 1, never backwards, the rest evenly between neighbours."""
    fixed = list(positions)
    highest = 0.0 if fixed[0] is None else fixed[0]
    fixed[0] = highest
    if fixed[-1] is None:
        fixed[-1] = 1.0
    for i, position in enumerate(fixed):
        if position is not None:
            highest = fixed[i] = max(highest, position)
    known = [i for i, position in enumerate(fixed) if position is not None]
    result = [0.0] * len(fixed)
    for start, end in zip(known, known[1:] or known, strict=False):
        low, high = fixed[start] or 0.0, fixed[end] or 0.0
        for i in range(start, end + 1):
            result[i] = low + (high - low) * ((i - start) / (end - start) if end > start else 0)
    return result


def _premultiplied(stop: ColorStop) -> Floats:
    r, g, b, a = stop.color
    return np.array([r * a, g * a, b * a, a])


def _segment(
    gradient: Gradient, left: ColorStop, right: ColorStop, start: float, end: float, hint: float | None
) -> tuple[list[float], list[Floats]]:
    """Return the points of one segment after its first one."""
    straight = gradient.space == "srgb" and hint is None and not (left.missing or right.missing)
    if straight or end <= start:
        if end <= start:
            return [start, end], [_premultiplied(left), _premultiplied(right)]
        return [end], [_premultiplied(right)]
    t = np.arange(0, _PIECES + 1) / _PIECES
    weight = t
    if hint is not None:
        middle = (hint - start) / (end - start)
        if middle <= 0 or middle >= 1:
            color = right if middle <= 0 else left
            return [start if middle <= 0 else end, end], [_premultiplied(color), _premultiplied(right)]
        weight = t ** (log(0.5) / log(middle))
    mixed = _mix(gradient, left, right, weight)
    first = 0 if left.missing else 1  # beside another neighbour it has another colour
    return [float(start + (end - start) * at) for at in t[first:]], list(mixed[first:])


def _mix(gradient: Gradient, left: ColorStop, right: ColorStop, weight: Floats) -> Floats:
    """Interpolate premultiplied in the gradient's space; return premultiplied sRGB (n, 4)."""
    from ..raster.color_space import POLAR, SPACES  # late: their matrices are numpy's

    to_space, to_srgb = SPACES[gradient.space]
    first = to_space(np.array([left.color[:3]], np.float64))[0].copy()
    last = to_space(np.array([right.color[:3]], np.float64))[0].copy()
    a0, a1 = left.color.a, right.color.a
    for own, other, stop in ((first, last, left), (last, first, right)):
        colors = [i for i in stop.missing if i < 3]
        own[colors] = other[colors]
    a0, a1 = (a1 if 3 in left.missing else a0), (a0 if 3 in right.missing else a1)
    hue = POLAR.get(gradient.space)
    if hue is not None:
        _fix_hues(gradient, first, last, hue)
    alpha = a0 + (a1 - a0) * weight
    mixed = np.empty((len(weight), 3))
    for i in range(3):
        if i == hue:
            mixed[:, i] = first[i] + (last[i] - first[i]) * weight
        else:
            safe = np.where(alpha > 0, alpha, 1)
            mixed[:, i] = (first[i] * a0 * (1 - weight) + last[i] * a1 * weight) / safe
    return np.concatenate([to_srgb(mixed) * alpha[:, None], alpha[:, None]], axis=1)


def _fix_hues(gradient: Gradient, first: Floats, last: Floats, hue: int) -> None:
    """Choose the way round the circle (CSS Color 4 §12.4)."""
    from ..raster.color_space import has_no_hue

    if has_no_hue(gradient.space, first):
        first[hue] = last[hue]
    elif has_no_hue(gradient.space, last):
        last[hue] = first[hue]
    delta = last[hue] - first[hue]
    match gradient.hue:
        case "shorter":
            if delta > 180:
                first[hue] += 360
            elif delta < -180:
                last[hue] += 360
        case "longer":
            if 0 < delta < 180:
                first[hue] += 360
            elif -180 < delta <= 0:
                last[hue] += 360
        case "increasing":
            if delta < 0:
                last[hue] += 360
        case "decreasing":
            if delta > 0:
                first[hue] += 360
