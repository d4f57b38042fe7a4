"""Colour spaces for interpolation (CSS Color 4 §12), on numpy arrays of shape (n, 3).

Matrices are those of CSS Color 4 §10–§18 and of Ottosson's Oklab.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_SRGB_TO_XYZ = np.array(
    [
        [506752 / 1228815, 87881 / 245763, 12673 / 70218],
        [87098 / 409605, 175762 / 245763, 12673 / 175545],
        [7918 / 409605, 87881 / 737289, 1001167 / 1053270],
    ]
)
_P3_TO_XYZ = np.array(
    [
        [608311 / 1250200, 189793 / 714400, 198249 / 1000160],
        [35783 / 156275, 247089 / 357200, 198249 / 2500400],
        [0, 32229 / 714400, 5220557 / 5000800],
    ]
)
_D65_TO_D50 = np.array(
    [
        [1.0479297925449969, 0.022946870601609652, -0.05019226628920524],
        [0.02962780877005599, 0.9904344267538799, -0.017073799063418826],
        [-0.009243040646204504, 0.015055191490298152, 0.7518742814281371],
    ]
)
_XYZ_TO_LMS = np.array(
    [
        [0.8190224379967030, 0.3619062600528904, -0.1288737815209879],
        [0.0329836539323885, 0.9292868615863434, 0.0361446663506424],
        [0.0481771893596242, 0.2642395317527308, 0.6335478284694309],
    ]
)
_LMS_TO_OKLAB = np.array(
    [
        [0.2104542683093140, 0.7936177747023054, -0.0040720430116193],
        [1.9779985324311684, -2.4285922420485799, 0.4505937096174110],
        [0.0259040424655478, 0.7827717124575296, -0.8086757549230774],
    ]
)
_D50 = np.array([0.3457 / 0.3585, 1.0, (1 - 0.3457 - 0.3585) / 0.3585])
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27
POLAR = {"lch": 2, "oklch": 2, "hsl": 0, "hwb": 0}  # space → index of its hue


def linearise(srgb: Array) -> Array:
    """Undo the sRGB transfer function, mirrored for negative values."""
    size = np.abs(srgb)
    return np.sign(srgb) * np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)


def encode(linear: Array) -> Array:
    """Apply the sRGB transfer function, mirrored for negative values."""
    size = np.abs(linear)
    curve: Array = np.where(size > 0.0031308, 1.055 * size ** (1 / 2.4) - 0.055, 12.92 * size)
    return np.sign(linear) * curve


def _to_xyz(srgb: Array) -> Array:
    result: Array = linearise(srgb) @ _SRGB_TO_XYZ.T
    return result


def _from_xyz(xyz: Array) -> Array:
    return encode(xyz @ np.linalg.inv(_SRGB_TO_XYZ).T)


def _to_p3(srgb: Array) -> Array:
    return encode(_to_xyz(srgb) @ np.linalg.inv(_P3_TO_XYZ).T)


def _from_p3(p3: Array) -> Array:
    return _from_xyz(linearise(p3) @ _P3_TO_XYZ.T)


def _to_oklab(srgb: Array) -> Array:
    lms: Array = np.cbrt(_to_xyz(srgb) @ _XYZ_TO_LMS.T)
    result: Array = lms @ _LMS_TO_OKLAB.T
    return result


def _from_oklab(lab: Array) -> Array:
    return _from_xyz((lab @ np.linalg.inv(_LMS_TO_OKLAB).T) ** 3 @ np.linalg.inv(_XYZ_TO_LMS).T)


def _to_lab(srgb: Array) -> Array:
    xyz = _to_xyz(srgb) @ _D65_TO_D50.T / _D50
    f = np.where(xyz > _EPSILON, np.cbrt(xyz), (_KAPPA * xyz + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def _from_lab(lab: Array) -> Array:
    fy = (lab[:, 0] + 16) / 116
    f = np.stack([fy + lab[:, 1] / 500, fy, fy - lab[:, 2] / 200], axis=1)
    xyz = np.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA)
    return _from_xyz((xyz * _D50) @ np.linalg.inv(_D65_TO_D50).T)


def _polar(lab: Array) -> Array:
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    return np.stack([lab[:, 0], np.hypot(lab[:, 1], lab[:, 2]), hue], axis=1)


def _rectangular(lch: Array) -> Array:
    hue = np.radians(lch[:, 2])
    return np.stack([lch[:, 0], lch[:, 1] * np.cos(hue), lch[:, 1] * np.sin(hue)], axis=1)


def _to_hsl(srgb: Array) -> Array:
    high, low = srgb.max(axis=1), srgb.min(axis=1)
    light, spread = (high + low) / 2, high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        saturation = np.where(spread > 1e-9, (high - light) / np.minimum(light, 1 - light), 0)
        r, g, b = srgb.T
        hue = np.where(
            high == r, (g - b) / spread % 6, np.where(high == g, (b - r) / spread + 2, (r - g) / spread + 4)
        )
    return np.stack([np.where(spread > 1e-9, hue * 60, 0), np.nan_to_num(saturation), light], axis=1)


def _from_hsl(hsl: Array) -> Array:
    hue, saturation, light = hsl.T
    channels = []
    for n in (0, 8, 4):
        k = (n + hue / 30) % 12
        channels.append(
            light - saturation * np.minimum(light, 1 - light) * np.clip(np.minimum(k - 3, 9 - k), -1, 1)
        )
    return np.stack(channels, axis=1)


def _to_hwb(srgb: Array) -> Array:
    return np.stack([_to_hsl(srgb)[:, 0], srgb.min(axis=1), 1 - srgb.max(axis=1)], axis=1)


def _from_hwb(hwb: Array) -> Array:
    hue, white, black = hwb.T
    total = np.maximum(white + black, 1.0)
    white, black = white / total, black / total
    pure = _from_hsl(np.stack([hue, np.ones_like(hue), np.full_like(hue, 0.5)], axis=1))
    result: Array = pure * (1 - white - black)[:, None] + white[:, None]
    return result


def _same(values: Array) -> Array:
    return values


# Space → (from sRGB, to sRGB).
SPACES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "srgb": (_same, _same),
    "srgb-linear": (linearise, encode),
    "xyz": (_to_xyz, _from_xyz),
    "display-p3": (_to_p3, _from_p3),
    "oklab": (_to_oklab, _from_oklab),
    "lab": (_to_lab, _from_lab),
    "oklch": (lambda c: _polar(_to_oklab(c)), lambda c: _from_oklab(_rectangular(c))),
    "lch": (lambda c: _polar(_to_lab(c)), lambda c: _from_lab(_rectangular(c))),
    "hsl": (_to_hsl, _from_hsl),
    "hwb": (_to_hwb, _from_hwb),
}


def has_no_hue(space: str, color: Array) -> bool:
    """True where a colour of a polar space is grey, so that its hue is powerless (CSS Color 4 §4.4)."""
    if space == "hsl":
        return bool(color[1] < 1e-4)
    if space == "hwb":
        return bool(color[1] + color[2] >= 1 - 1e-4)
    return bool(color[1] < (4e-6 if space == "oklch" else 0.0015) * 10)
