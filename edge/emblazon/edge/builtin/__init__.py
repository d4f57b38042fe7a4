"""The picture of last resort: drawn without an image library, in any size, as PNG, JPEG, WebP or AVIF."""

from __future__ import annotations

from ...contract.schema import Format
from .avif import encode_avif
from .jpeg import encode_jpeg
from .mosaic import mosaic
from .png import encode_png
from .webp import encode_webp

_ENCODERS = {"png": encode_png, "jpg": encode_jpeg, "webp": encode_webp, "avif": encode_avif}


def draw(width: int, height: int, image_format: Format) -> bytes:
    """Return the built-in card as a complete image file of exactly `width`×`height` pixels."""
    return _ENCODERS[image_format](mosaic(width, height))
