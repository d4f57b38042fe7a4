"""Conversion between the colour spaces of CSS Color 4 (§10–§16); matrices are the specification's.

Interpolation in them (CSS Color 4 §12) is premultiplied, hues fixed up, missing channels carried.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]


def _apply(m: Matrix, c: Triple) -> Triple:
    x, y, z = c
    a, b, d = m
    return (
        a[0] * x + a[1] * y + a[2] * z,
        b[0] * x + b[1] * y + b[2] * z,
        d[0] * x + d[1] * y + d[2] * z,
    )


def _inverse(m: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = m
    det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det),
        ((f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det),
        ((d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det),
    )


def _rgb_to_xyz(primaries: Triple2, white: Triple) -> Matrix:
    """Return the matrix from linear RGB with these chromaticities and white point (XYZ, Y = 1)."""
    columns = [(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]
    m: Matrix = tuple(tuple(col[row] for col in columns) for row in range(3))  # type: ignore[assignment]
    s = _apply(_inverse(m), white)
    return tuple(tuple(m[row][k] * s[k] for k in range(3)) for row in range(3))  # type: ignore[return-value]


Triple2 = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
D65: Triple = (0.3127 / 0.3290, 1.0, (1 - 0.3127 - 0.3290) / 0.3290)
D50: Triple = (0.3457 / 0.3585, 1.0, (1 - 0.3457 - 0.3585) / 0.3585)

_SRGB = _rgb_to_xyz(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65)
_P3 = _rgb_to_xyz(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65)
_A98 = _rgb_to_xyz(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), D65)
_REC2020 = _rgb_to_xyz(((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), D65)
_PROPHOTO = _rgb_to_xyz(((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105)), D50)
# Bradford adaptation.
_D65_TO_D50: Matrix = (
    (1.0479297925449969, 0.022946870601609652, -0.05019226628920524),
    (0.02962780877005599, 0.9904344267538799, -0.017073799063418826),
    (-0.009243040646204504, 0.015055191490298152, 0.7518742814281371),
)
_D50_TO_D65 = _inverse(_D65_TO_D50)
_XYZ_TO_LMS: Matrix = (
    (0.8190224379967030, 0.3619062600528904, -0.1288737815209879),
    (0.0329836539323885, 0.9292868615863434, 0.0361446663506424),
    (0.0481771893596242, 0.2642395317527308, 0.6335478284694309),
)
_LMS_TO_OKLAB: Matrix = (
    (0.2104542683093140, 0.7936177747023054, -0.0040720430116193),
    (1.9779985324311684, -2.4285922420485799, 0.4505937096174110),
    (0.0259040424655478, 0.7827717124575296, -0.8086757549230774),
)
_LMS_TO_XYZ = _inverse(_XYZ_TO_LMS)
_OKLAB_TO_LMS = _inverse(_LMS_TO_OKLAB)


def _each(f: Callable[[float], float]) -> Callable[[Triple], Triple]:
    return lambda c: (f(c[0]), f(c[1]), f(c[2]))


def _signed_power(x: float, exponent: float) -> float:
    return math.copysign(abs(x) ** exponent, x)


def srgb_decode(x: float) -> float:
    """Return the linear-light value of an sRGB (or Display P3) channel."""
    a = abs(x)
    return x / 12.92 if a <= 0.04045 else math.copysign(((a + 0.055) / 1.055) ** 2.4, x)


def srgb_encode(x: float) -> float:
    """Return the sRGB (or Display P3) channel of a linear-light value."""
    a = abs(x)
    return math.copysign(1.055 * a ** (1 / 2.4) - 0.055, x) if a > 0.0031308 else 12.92 * x


_ALPHA, _BETA = 1.09929682680944, 0.018053968510807


def _rec2020_decode(x: float) -> float:
    a = abs(x)
    return x / 4.5 if a < _BETA * 4.5 else math.copysign(((a + _ALPHA - 1) / _ALPHA) ** (1 / 0.45), x)


def _rec2020_encode(x: float) -> float:
    a = abs(x)
    return math.copysign(_ALPHA * a**0.45 - (_ALPHA - 1), x) if a > _BETA else 4.5 * x


def _prophoto_decode(x: float) -> float:
    return x / 16 if abs(x) <= 16 / 512 else _signed_power(x, 1.8)


def _prophoto_encode(x: float) -> float:
    return 16 * x if abs(x) < 1 / 512 else _signed_power(x, 1 / 1.8)


def _lab_to_d50(c: Triple) -> Triple:
    lightness, a, b = c
    f1 = (lightness + 16) / 116
    f0, f2 = a / 500 + f1, f1 - b / 200
    kappa, epsilon = 24389 / 27, 216 / 24389
    x = f0**3 if f0**3 > epsilon else (116 * f0 - 16) / kappa
    y = f1**3 if lightness > kappa * epsilon else lightness / kappa
    z = f2**3 if f2**3 > epsilon else (116 * f2 - 16) / kappa
    return (x * D50[0], y * D50[1], z * D50[2])


def _d50_to_lab(c: Triple) -> Triple:
    kappa, epsilon = 24389 / 27, 216 / 24389
    f = [
        math.cbrt(value / white) if value / white > epsilon else (kappa * value / white + 16) / 116
        for value, white in zip(c, D50, strict=True)
    ]
    return (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))


def _oklab_to_xyz(c: Triple) -> Triple:
    lms = _apply(_OKLAB_TO_LMS, c)
    return _apply(_LMS_TO_XYZ, (lms[0] ** 3, lms[1] ** 3, lms[2] ** 3))


def _xyz_to_oklab(c: Triple) -> Triple:
    lms = _apply(_XYZ_TO_LMS, c)
    return _apply(_LMS_TO_OKLAB, (math.cbrt(lms[0]), math.cbrt(lms[1]), math.cbrt(lms[2])))


def polar_to_rectangular(c: Triple) -> Triple:
    """Return L, a, b of L, C, h (degrees)."""
    h = math.radians(c[2])
    return (c[0], c[1] * math.cos(h), c[1] * math.sin(h))


def rectangular_to_polar(c: Triple) -> Triple:
    """Return L, C, h (degrees) of L, a, b."""
    return (c[0], math.hypot(c[1], c[2]), math.degrees(math.atan2(c[2], c[1])) % 360)


def hsl_to_srgb(c: Triple) -> Triple:
    """Return sRGB of hue (degrees), saturation and lightness (0..100)."""
    h, s, light = c[0] % 360, c[1] / 100, c[2] / 100

    def channel(n: float) -> float:
        k = (n + h / 30) % 12
        return light - s * min(light, 1 - light) * max(-1.0, min(k - 3, 9 - k, 1.0))

    return (channel(0), channel(8), channel(4))


def srgb_to_hsl(c: Triple) -> Triple:
    """Return hue (degrees), saturation and lightness (0..100) of sRGB."""
    r, g, b = c
    high, low = max(c), min(c)
    light, d = (low + high) / 2, high - low
    hue = saturation = 0.0
    if d > 1e-9:
        saturation = 0.0 if light in (0, 1) else (high - light) / min(light, 1 - light)
        if high == r:
            hue = (g - b) / d + (6 if g < b else 0)
        elif high == g:
            hue = (b - r) / d + 2
        else:
            hue = (r - g) / d + 4
        hue *= 60
    if saturation < 0:  # colours outside sRGB
        hue, saturation = hue + 180, -saturation
    return (hue % 360, saturation * 100, light * 100)


def hwb_to_srgb(c: Triple) -> Triple:
    """Return sRGB of hue (degrees), whiteness and blackness (0..100)."""
    white, black = c[1] / 100, c[2] / 100
    if white + black >= 1:
        gray = white / (white + black)
        return (gray, gray, gray)
    r, g, b = hsl_to_srgb((c[0], 100, 50))
    scale = 1 - white - black
    return (r * scale + white, g * scale + white, b * scale + white)


def srgb_to_hwb(c: Triple) -> Triple:
    """Return hue (degrees), whiteness and blackness (0..100) of sRGB."""
    return (srgb_to_hsl(c)[0], min(c) * 100, (1 - max(c)) * 100)


def _rgb(decode: Callable[[float], float], m: Matrix) -> Callable[[Triple], Triple]:
    linear = _each(decode)
    return lambda c: _apply(m, linear(c))


def _to_rgb(encode: Callable[[float], float], m: Matrix) -> Callable[[Triple], Triple]:
    inverse, coded = _inverse(m), _each(encode)
    return lambda c: coded(_apply(inverse, c))


def _same(x: float) -> float:
    return x


_srgb_to_xyz, _xyz_to_srgb = _rgb(srgb_decode, _SRGB), _to_rgb(srgb_encode, _SRGB)


def _a98_decode(x: float) -> float:
    return _signed_power(x, 563 / 256)


def _a98_encode(x: float) -> float:
    return _signed_power(x, 256 / 563)


# Every space by its conversions to and from XYZ D65.
TO_XYZ: dict[str, Callable[[Triple], Triple]] = {
    "srgb": _srgb_to_xyz,
    "srgb-linear": _rgb(_same, _SRGB),
    "display-p3": _rgb(srgb_decode, _P3),
    "display-p3-linear": _rgb(_same, _P3),
    "a98-rgb": _rgb(_a98_decode, _A98),
    "prophoto-rgb": lambda c: _apply(_D50_TO_D65, _rgb(_prophoto_decode, _PROPHOTO)(c)),
    "rec2020": _rgb(_rec2020_decode, _REC2020),
    "xyz": lambda c: c,
    "xyz-d65": lambda c: c,
    "xyz-d50": lambda c: _apply(_D50_TO_D65, c),
    "lab": lambda c: _apply(_D50_TO_D65, _lab_to_d50(c)),
    "lch": lambda c: _apply(_D50_TO_D65, _lab_to_d50(polar_to_rectangular(c))),
    "oklab": _oklab_to_xyz,
    "oklch": lambda c: _oklab_to_xyz(polar_to_rectangular(c)),
    "hsl": lambda c: _srgb_to_xyz(hsl_to_srgb(c)),
    "hwb": lambda c: _srgb_to_xyz(hwb_to_srgb(c)),
}
FROM_XYZ: dict[str, Callable[[Triple], Triple]] = {
    "srgb": _xyz_to_srgb,
    "srgb-linear": _to_rgb(_same, _SRGB),
    "display-p3": _to_rgb(srgb_encode, _P3),
    "display-p3-linear": _to_rgb(_same, _P3),
    "a98-rgb": _to_rgb(_a98_encode, _A98),
    "prophoto-rgb": lambda c: _to_rgb(_prophoto_encode, _PROPHOTO)(_apply(_D65_TO_D50, c)),
    "rec2020": _to_rgb(_rec2020_encode, _REC2020),
    "xyz": lambda c: c,
    "xyz-d65": lambda c: c,
    "xyz-d50": lambda c: _apply(_D65_TO_D50, c),
    "lab": lambda c: _d50_to_lab(_apply(_D65_TO_D50, c)),
    "lch": lambda c: rectangular_to_polar(_d50_to_lab(_apply(_D65_TO_D50, c))),
    "oklab": _xyz_to_oklab,
    "oklch": lambda c: rectangular_to_polar(_xyz_to_oklab(c)),
    "hsl": lambda c: srgb_to_hsl(_xyz_to_srgb(c)),
    "hwb": lambda c: srgb_to_hwb(_xyz_to_srgb(c)),
}
_DIRECT: dict[tuple[str, str], Callable[[Triple], Triple]] = {
    ("hsl", "srgb"): hsl_to_srgb,
    ("hwb", "srgb"): hwb_to_srgb,
    ("srgb", "hsl"): srgb_to_hsl,
    ("srgb", "hwb"): srgb_to_hwb,
}
HUE_INDEX = {"hsl": 0, "hwb": 0, "lch": 2, "oklch": 2}


def convert(c: Triple, source: str, target: str) -> Triple:
    """Return a colour's channels in another space."""
    if source == target:
        return c
    direct = _DIRECT.get((source, target))
    return direct(c) if direct else FROM_XYZ[target](TO_XYZ[source](c))


class SpaceColor(NamedTuple):
    """A colour in its own space; a channel (or alpha) is None where CSS says `none`."""

    space: str
    channels: tuple[float | None, float | None, float | None]
    alpha: float | None = 1.0
    legacy: bool = False

    def solid(self) -> Triple:
        """Return the channels with `none` as 0."""
        a, b, c = self.channels
        return (a or 0.0, b or 0.0, c or 0.0)


def mix(
    first: SpaceColor, second: SpaceColor, share: float, space: str, method: str, fade: float = 1.0
) -> SpaceColor:
    """Interpolate two colours (CSS Color 4 §12): premultiplied, `share` of the second."""
    a, b = _prepared(first, space), _prepared(second, space)
    channels = [
        (y if x is None else x, x if y is None else y) for x, y in zip(a.channels, b.channels, strict=True)
    ]
    alpha1 = a.alpha if a.alpha is not None else b.alpha
    alpha2 = b.alpha if b.alpha is not None else a.alpha
    one, two = (1.0 if alpha1 is None else alpha1), (1.0 if alpha2 is None else alpha2)
    alpha = one + (two - one) * share
    hue = HUE_INDEX.get(space, -1)
    mixed: list[float | None] = []
    for i, (x, y) in enumerate(channels):
        if x is None or y is None:
            mixed.append(None)
        elif i == hue:
            x, y = _fixed_hues(x, y, method)
            mixed.append((x + (y - x) * share) % 360)
        else:
            product = x * one + (y * two - x * one) * share
            mixed.append(product / alpha if alpha else x + (y - x) * share)
    result = None if alpha1 is None and alpha2 is None else alpha * fade
    return SpaceColor(space, (mixed[0], mixed[1], mixed[2]), result)


def missing_channels(color: SpaceColor, space: str) -> tuple[int, ...]:
    """Return which channels a colour with `none` has not in a space, alpha as the last."""
    if None not in (*color.channels, color.alpha):
        return ()
    known = _prepared(color, space)
    return tuple(i for i, value in enumerate((*known.channels, known.alpha)) if value is None)


def _prepared(color: SpaceColor, space: str) -> SpaceColor:
    """Convert, carrying `none` forward and making the hue of a gray powerless."""
    if color.space == space:
        channels = color.channels
        return SpaceColor(space, channels, color.alpha)
    parts: list[float | None] = list(convert(color.solid(), color.space, space))
    for i, j in _carried(color.space, space):
        if color.channels[i] is None:
            parts[j] = None
    hue = HUE_INDEX.get(space)
    if hue is not None:
        chroma = parts[1] or 0.0
        gray = {"hsl": 1e-3, "lch": 0.015, "oklch": 4e-6}.get(space)
        whole = (parts[1] or 0) + (parts[2] or 0)
        if (gray is not None and chroma <= gray) or (space == "hwb" and whole >= 99.999):
            parts[hue] = None
    return SpaceColor(space, (parts[0], parts[1], parts[2]), color.alpha)


_KINDS = {
    "hsl": ("hue", "chroma", "light"), "hwb": ("hue", "", ""), "lab": ("light", "a", "b"),
    "oklab": ("light", "a", "b"), "lch": ("light", "chroma", "hue"), "oklch": ("light", "chroma", "hue"),
    "xyz": ("red", "green", "blue"),
}  # fmt: skip


def _carried(source: str, target: str) -> list[tuple[int, int]]:
    """Return pairs of analogous channels (CSS Color 4 §12.2)."""
    a = _KINDS.get(source, ("red", "green", "blue"))
    b = _KINDS.get(target, ("red", "green", "blue"))
    return [(i, b.index(kind)) for i, kind in enumerate(a) if kind and kind in b]


def _fixed_hues(a: float, b: float, method: str) -> tuple[float, float]:
    """CSS Color 4 §12.4."""
    a, b = a % 360, b % 360
    d = b - a
    if method == "shorter":
        if d > 180:
            a += 360
        elif d < -180:
            b += 360
    elif method == "longer":
        if 0 < d < 180:
            a += 360
        elif -180 < d <= 0:
            b += 360
    elif method == "increasing" and d < 0:
        b += 360
    elif method == "decreasing" and d > 0:
        a += 360
    return a, b
