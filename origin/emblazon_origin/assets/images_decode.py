"""Bytes to pixels under limits: every format becomes "RGB" or premultiplied "RGBa" in sRGB, upright.

The size is checked from the header before a pixel is decoded; only the first frame is read; a truncated or
broken file raises `AssetError`.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from ..errors import AssetError
from ..limits import MAX_IMAGE_PIXELS, MAX_SIDE

# Pillow format → how such a file begins.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
_MAX_IMAGE_SIDE = 2 * MAX_SIDE
_SRGB = ImageCms.createProfile("sRGB")
_SRGB_NAMES = ("srgb", "s rgb")


def sniff(data: bytes) -> str | None:
    """Return the format that the first bytes tell: a Pillow name, "SVG", or None."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[4:8] == b"ftyp" and (b"avif" in data[8:40] or b"avis" in data[8:40]):
        return "AVIF"
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") and (b"<svg" in head or b"<!DOCTYPE svg" in head):
        return "SVG"
    return None


def decode_image(data: bytes) -> Image.Image:
    """Decode a raster image; "RGB" where opaque, else "RGBa"."""
    kind = sniff(data)
    if kind not in FORMATS:
        raise AssetError("not a PNG, JPEG, WebP, GIF, AVIF or SVG image")
    _check_declared_size(kind, data)
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as opened:
            check_size(opened.width, opened.height)
            opened.load()
            return _normalise(opened)
    except AssetError:
        raise
    except Image.DecompressionBombError as error:
        raise AssetError("the image is larger than the limit of 16 megapixels") from error
    except UnidentifiedImageError as error:  # its text holds a memory address
        raise AssetError(f"the {kind} image is damaged: its header makes no sense") from error
    except Exception as error:  # Pillow raises whatever its C decoders run into
        raise AssetError(f"the {kind} image is damaged: {error}") from error


def check_size(width: int, height: int) -> None:
    """Raise where an image is empty or too large to be decoded."""
    if width <= 0 or height <= 0:
        raise AssetError("the image has no pixels")
    if width * height > MAX_IMAGE_PIXELS or max(width, height) > _MAX_IMAGE_SIDE:
        raise AssetError(
            f"the image is {width}×{height}; the limit is {MAX_IMAGE_PIXELS // 1_000_000} megapixels"
        )


def _check_declared_size(kind: str, data: bytes) -> None:
    """Check what a file declares before Pillow looks at it: some decoders allocate first and tell later."""
    if kind == "PNG" and len(data) >= 24:
        check_size(*struct.unpack_from(">II", data, 16))
    elif kind == "GIF" and len(data) >= 10:
        check_size(*struct.unpack_from("<HH", data, 6))
    elif kind == "WEBP" and len(data) >= 30:
        if data[12:16] == b"VP8X":
            check_size(int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1)
        elif data[12:16] == b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            check_size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    elif kind == "AVIF":
        at = data.find(b"ispe", 0, 65_536)
        while at >= 0 and at + 16 <= len(data):
            width, height = struct.unpack_from(">II", data, at + 8)
            check_size(width, height)
            at = data.find(b"ispe", at + 4, 65_536)


def _normalise(image: Image.Image) -> Image.Image:
    """Bring a decoded picture to 8-bit sRGB: orientation, bit depth, palette, profile, alpha."""
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        image = Image.fromarray(np.clip(np.asarray(image) >> 8, 0, 255).astype(np.uint8))
    if image.mode in ("P", "PA", "LA", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _to_srgb(image, profile)
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    if image.mode == "RGBA":
        if image.getchannel("A").getextrema()[0] == 255:
            return image.convert("RGB")
        return image.convert("RGBa")
    return image


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert from an embedded profile; a broken or unfitting one is ignored, as browsers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        description = ImageCms.getProfileDescription(source).lower()
        if image.mode != "CMYK" and any(name in description for name in _SRGB_NAMES):
            return image
        converted = ImageCms.profileToProfile(
            image, source, _SRGB, outputMode="RGBA" if image.mode == "RGBA" else "RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted if converted is not None else image
