"""Decoded pixels to 8-bit sRGB: bit depth, palette, embedded profile, the gAMA and cHRM of PNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageChops, ImageCms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_SRGB = ImageCms.createProfile("sRGB")
_LEVELS = (0, 20, 64, 128, 192, 235, 255)
_PROBE = Image.new("RGB", (len(_LEVELS) ** 3, 1))
_PROBE.putdata([(r, g, b) for r in _LEVELS for g in _LEVELS for b in _LEVELS])
_SAME = 2  # levels that a profile of sRGB itself may be off
_SRGB_GAMMA = 0.45455
_SRGB_PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_CLOSE = 0.002  # how far a gamma or a chromaticity may be off and still be sRGB's own


def to_srgb(image: Image.Image, info: dict[str, Any]) -> Image.Image:
    """Return a picture as "RGB" or "RGBA"; `info` is what Pillow read beside its pixels."""
    profile = info.get("icc_profile")
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        image = _eight_bits(image, info.get("transparency"))
    elif image.mode == "LA" and profile:
        grey, alpha = image.split()
        image = _from_profile(grey, profile).convert("RGB")
        image.putalpha(alpha)
        return image
    elif image.mode in ("P", "PA", "LA", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
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


def _from_gamma(image: Image.Image, gamma: float, chromaticity: tuple[float, ...] | None) -> Image.Image:
    """Convert from the gamma and the primaries that a PNG file names (PNG 3 §11.3.2)."""
    if not 0.01 < gamma < 10:
        return image
    matrix = _to_srgb_primaries(chromaticity)
    if abs(gamma - _SRGB_GAMMA) < _CLOSE and matrix is None:
        return image
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    rgb = image.convert("RGB")
    linear = (np.arange(256) / 255) ** (1 / gamma)
    if matrix is None:
        table = _encoded(linear)
        rgb = rgb.point([int(level) for level in table] * 3)
    else:
        strips = [rgb.crop((0, y, rgb.width, min(y + 64, rgb.height))) for y in range(0, rgb.height, 64)]
        for index, strip in enumerate(strips):
            mixed = np.clip(linear[np.asarray(strip)] @ matrix.T, 0, 1)
            rgb.paste(Image.fromarray(_encoded(mixed)), (0, 64 * index))
    if alpha is not None:
        rgb.putalpha(alpha)
    return rgb


def _encoded(linear: NDArray[Any]) -> NDArray[np.uint8]:
    """Return linear light by sRGB's transfer function, as bytes."""
    curve = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    result: NDArray[np.uint8] = np.clip(curve * 255 + 0.5, 0, 255).astype(np.uint8)
    return result


def _to_srgb_primaries(chromaticity: tuple[float, ...] | None) -> Matrix | None:
    """Return the matrix from a file's linear RGB to sRGB's; None where they are the same."""
    if chromaticity is None or len(chromaticity) != 8:
        return None
    if max(abs(a - b) for a, b in zip(chromaticity, _SRGB_PRIMARIES, strict=True)) < _CLOSE:
        return None
    try:
        matrix: Matrix = np.linalg.inv(_to_xyz(_SRGB_PRIMARIES)) @ _to_xyz(chromaticity)
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return matrix if bool(np.isfinite(matrix).all()) else None


def _to_xyz(chromaticity: tuple[float, ...]) -> Matrix:
    """Return the matrix from linear RGB to XYZ by white point and primaries, each as x and y."""
    white, *primaries = (
        np.array([x / y, 1.0, (1 - x - y) / y])
        for x, y in zip(chromaticity[::2], chromaticity[1::2], strict=True)
    )
    columns = np.array(primaries).T
    result: Matrix = columns * np.linalg.solve(columns, white)
    return result
