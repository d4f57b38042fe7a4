"""Colour stops: fix-up, hints, interpolation (CSS Images 4 §3.4, CSS Color 4 §12)."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from ...style.values.value_types import ColorStop, Gradient

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_PIECES = 24  # straight sRGB pieces per segment, where interpolation is not straight in sRGB


@dataclass(frozen=True, slots=True)
class Ramp:
    """Premultiplied sRGB at increasing positions, straight in between, not clipped before it is a pixel."""

    positions: Floats
    premultiplied: Floats  # (n, 4)
    repeating: bool

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
    straight = gradient.space == "srgb" and hint is None
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
    return [float(start + (end - start) * at) for at in t[1:]], list(mixed[1:])


def _mix(gradient: Gradient, left: ColorStop, right: ColorStop, weight: Floats) -> Floats:
    """Interpolate premultiplied in the gradient's space; return premultiplied sRGB (n, 4)."""
    from ..raster.color_space import POLAR, SPACES  # late: their matrices are numpy's

    to_space, to_srgb = SPACES[gradient.space]
    first = to_space(np.array([left.color[:3]], np.float64))[0].copy()
    last = to_space(np.array([right.color[:3]], np.float64))[0].copy()
    hue = POLAR.get(gradient.space)
    if hue is not None:
        _fix_hues(gradient, first, last, hue)
    a0, a1 = left.color.a, right.color.a
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
