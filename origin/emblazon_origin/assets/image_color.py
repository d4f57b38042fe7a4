"""Decoded pixels to 8-bit sRGB: bit depth, palette, embedded profile, the cICP, gAMA and cHRM of PNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageChops, ImageCms, ImageFilter

from .image_headers import coded_colors, png_chunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Convert = Callable[[Floats], Floats]

_SRGB = ImageCms.createProfile("sRGB")
_LEVELS = (0, 20, 64, 128, 192, 235, 255)
_PROBE = Image.new("RGB", (len(_LEVELS) ** 3, 1))
_PROBE.putdata([(r, g, b) for r in _LEVELS for g in _LEVELS for b in _LEVELS])
_SAME = 2  # levels that a profile of sRGB itself may be off
_SRGB_GAMMA = 0.45455
_CLOSE = 0.002  # how far a gamma or a chromaticity may be off and still be sRGB's own
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_GRID = 65  # of a table of colours: what lies between is interpolated
_MIXED, _LOOKED_UP = 600.0, 30.0  # units of `limits.py` for a pixel


def to_srgb(image: Image.Image, info: dict[str, Any]) -> Image.Image:
    """Return a picture as "RGB" or "RGBA"; `info` is what Pillow read beside its pixels."""
    profile, coded = info.get("icc_profile"), info.get("cicp")
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        image = _eight_bits(image, info.get("transparency"))
    elif image.mode == "LA" and profile and not coded:
        grey, alpha = image.split()
        image = _from_profile(grey, profile).convert("RGB")
        image.putalpha(alpha)
        return image
    elif image.mode in ("P", "PA", "LA", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    if coded:
        image = _from_code_points(image, *coded)
    elif profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _from_profile(image, profile)
    elif "srgb" not in info and "gamma" in info:
        image = _from_gamma(image, info["gamma"], info.get("chromaticity"))
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    return image


def _eight_bits(image: Image.Image, transparent: object) -> Image.Image:
    """Scale 16 bits of grey to eight; one of its levels may stand for transparency."""
    levels = np.asarray(image).astype(np.uint32)
    grey = Image.fromarray(((np.clip(levels, 0, 65535) * 255 + 32895) >> 16).astype(np.uint8))
    if not isinstance(transparent, int):
        return grey
    alpha = Image.fromarray(np.where(levels == transparent, 0, 255).astype(np.uint8))
    return Image.merge("LA", (grey, alpha)).convert("RGBA")


def _beyond(level: float) -> float:
    return level > _SAME


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert from an embedded profile; a broken or unfitting one is ignored, as browsers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(source, _SRGB, image.mode, mode)
        if image.mode in ("RGB", "RGBA"):
            probe = _PROBE.convert(mode)
            after = ImageCms.applyTransform(probe, transform) or probe
            if not ImageChops.difference(probe, after).convert("RGB").point(_beyond).getbbox():
                return image  # sRGB under whatever name
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted if converted is not None else image


# --- named by numbers: transfer functions and primaries ------------------------------------------------

# Chromaticities of the white point, red, green and blue (ITU-T H.273, table 2).
_D65 = (0.3127, 0.329)
_SRGB_PRIMARIES = (*_D65, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_NTSC = (*_D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07)
_BT2020 = (*_D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046)
_PRIMARIES = {
    1: _SRGB_PRIMARIES,
    4: (0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06),
    6: _NTSC,
    7: _NTSC,
    8: (0.31, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: _BT2020,
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (*_D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    22: (*_D65, 0.63, 0.34, 0.295, 0.605, 0.155, 0.077),
}
_XYZ_PRIMARIES = 10
_BT2020_LUMINANCE = (0.2627, 0.678, 0.0593)
_WHITE, _PEAK, _HIGHEST = 203.0, 1000.0, 10_000.0  # cd/m²: of paper (BT.2408), of HLG's screens, of PQ
_PQ, _HLG = 16, 18
# How far light is dimmed for a screen that shows no more than white, in powers of two of the brightest
# channel beyond paper's: as Chromium 156 shows light of up to 1000 cd/m².
_DIMMED = (
    (0.0, 0.158, 0.533, 1.01, 1.534, 2.056, 2.3),
    (1.005, 1.015, 1.167, 1.434, 1.761, 2.12, 2.3),
)


def _video(levels: Floats) -> Floats:
    """BT.709 and its kind, as BT.1886 shows it."""
    return levels**2.4


def _smpte240(levels: Floats) -> Floats:
    return np.where(levels < 0.0912, levels / 4, ((levels + 0.1115) / 1.1115) ** (1 / 0.45))


def _srgb(levels: Floats) -> Floats:
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def _pq(levels: Floats) -> Floats:
    """SMPTE ST 2084; 1 is paper white."""
    root = levels ** (32 / 2523)
    light = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return light ** (16384 / 2610) * (_HIGHEST / _WHITE)


def _hlg(levels: Floats) -> Floats:
    """ARIB STD-B67: the scene's light."""
    above = (np.exp((levels - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(levels <= 0.5, levels * levels / 3, above)


_TRANSFERS: dict[int, Convert] = {
    **dict.fromkeys((1, 6, 11, 14, 15), _video),
    4: lambda levels: levels**2.2,
    5: lambda levels: levels**2.8,
    7: _smpte240,
    8: lambda levels: levels,
    13: _srgb,
    _PQ: _pq,
    17: lambda levels: levels**2.6 * (52.37 / 48),
    _HLG: _hlg,
}


def color_code_points(kind: str, data: bytes) -> tuple[int, int] | None:
    """Return the primaries and the transfer function that a file names by number, if they are not sRGB's."""
    coded = coded_colors(kind, data)
    if coded is None or coded == (1, 13) or coded[1] not in _TRANSFERS:
        return None
    return coded if coded[0] in _PRIMARIES or coded[0] == _XYZ_PRIMARIES else None


def price_of_colors(kind: str, data: bytes, pixels: int) -> float:
    """Return the work of converting the colours of a file that names its primaries, else 0."""
    named = color_code_points(kind, data) is not None or (
        kind == "PNG" and png_chunk(data, b"cHRM") is not None
    )
    return _MIXED * min(pixels, _GRID**3) + _LOOKED_UP * pixels if named else 0.0


def _from_code_points(image: Image.Image, primaries: int, transfer: int) -> Image.Image:
    """Convert from primaries and a transfer function of ITU-T H.273."""
    decode = _TRANSFERS[transfer]
    if transfer not in (_PQ, _HLG):
        return _converted(
            image, decode, None if primaries == 1 else _by(_to_srgb_matrix(_to_xyz_of(primaries)))
        )
    wide = _to_xyz(_BT2020)
    into, back = _by(np.linalg.inv(wide) @ _to_xyz_of(primaries)), _by(_to_srgb_matrix(wide))
    return _converted(image, decode, lambda light: back(_shown(into(light), transfer)))


def _by(matrix: Floats) -> Convert:
    return lambda light: light @ matrix.T


def _shown(light: Floats, transfer: int) -> Floats:
    """Return the light of BT.2020's primaries as a screen without more than white shows it."""
    if transfer == _HLG:
        luminance = np.maximum(light @ np.array(_BT2020_LUMINANCE), 0)[..., None]
        light = light * luminance**0.2 * (_PEAK / _WHITE)
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    beyond = np.log2(brightest)
    dimmed = np.maximum(np.interp(beyond, *_DIMMED), beyond)
    shown: Floats = light * np.exp2(-dimmed)
    return shown


def _from_gamma(image: Image.Image, gamma: float, chromaticity: tuple[float, ...] | None) -> Image.Image:
    """Convert from the gamma and the primaries that a PNG file names (PNG 3 §11.3.2)."""
    if gamma <= 0:
        return image
    matrix = _matrix_of(chromaticity)
    if abs(gamma - _SRGB_GAMMA) < _CLOSE:
        return image if matrix is None else _converted(image, _srgb, _by(matrix))
    return _converted(image, lambda levels: levels ** (1 / gamma), None if matrix is None else _by(matrix))


def _matrix_of(chromaticity: tuple[float, ...] | None) -> Floats | None:
    """Return the matrix from a file's linear RGB to sRGB's; None where they are the same."""
    if chromaticity is None or len(chromaticity) != 8:
        return None
    if max(abs(a - b) for a, b in zip(chromaticity, _SRGB_PRIMARIES, strict=True)) < _CLOSE:
        return None
    try:
        matrix = _to_srgb_matrix(_to_xyz(chromaticity))
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return matrix if bool(np.isfinite(matrix).all()) else None


def _converted(image: Image.Image, decode: Convert, mix: Convert | None) -> Image.Image:
    """Return a picture as sRGB: `decode` gives linear light, `mix` that of sRGB's primaries."""
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    rgb = image.convert("RGB")
    if mix is None:
        table = np.rint(_encoded(decode(np.arange(256) / 255)) * 255)
        rgb = rgb.point([int(level) for level in table] * 3)
    elif rgb.width * rgb.height < _GRID**3:
        colors = _encoded(mix(decode(np.asarray(rgb) / 255)))
        rgb = Image.fromarray(np.rint(colors * 255).astype(np.uint8))
    else:
        axis = decode(np.linspace(0, 1, _GRID))
        blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
        colors = _encoded(mix(np.stack([red, green, blue], axis=-1).reshape(-1, 3)))
        rgb = rgb.filter(ImageFilter.Color3DLUT(_GRID, colors.astype(np.float32).ravel()))
    if alpha is not None:
        rgb.putalpha(alpha)
    return rgb


def _encoded(linear: Floats) -> Floats:
    """Return linear light by sRGB's transfer function."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)


def _to_srgb_matrix(to_xyz: Floats) -> Floats:
    """Return the matrix from linear RGB to sRGB's."""
    result: Floats = np.linalg.inv(_to_xyz(_SRGB_PRIMARIES)) @ to_xyz
    return result


def _to_xyz_of(primaries: int) -> Floats:
    if primaries != _XYZ_PRIMARIES:
        return _to_xyz(_PRIMARIES[primaries])
    return _adapted(np.ones(3))


def _to_xyz(chromaticity: tuple[float, ...]) -> Floats:
    """Return the matrix from linear RGB to XYZ under D50 by white point and primaries, each as x and y."""
    white, *primaries = (
        np.array([x / y, 1.0, (1 - x - y) / y])
        for x, y in zip(chromaticity[::2], chromaticity[1::2], strict=True)
    )
    columns = np.array(primaries).T
    result: Floats = _adapted(white) @ (columns * np.linalg.solve(columns, white))
    return result


def _adapted(white: Floats) -> Floats:
    """Return the matrix from XYZ under a white to XYZ under D50 (Bradford)."""
    cones = np.array(_BRADFORD)
    result: Floats = np.linalg.inv(cones) @ np.diag((cones @ np.array(_D50)) / (cones @ white)) @ cones
    return result
