"""The picture of last resort: drawn without an image library, in any size, as PNG, JPEG, WebP or AVIF."""

from __future__ import annotations

from emblazon.contract.schema import Format
from emblazon.edge.builtin.avif import encode_avif
from emblazon.edge.builtin.jpeg import encode_jpeg
from emblazon.edge.builtin.mosaic import mosaic
from emblazon.edge.builtin.png import encode_png
from emblazon.edge.builtin.webp import encode_webp

_ENCODERS = {"png": encode_png, "jpg": encode_jpeg, "webp": encode_webp, "avif": encode_avif}


def draw(width: int, height: int, image_format: Format) -> bytes:
    """Return the built-in card as a complete image file of exactly `width`×`height` pixels."""
    return _ENCODERS[image_format](mosaic(width, height))
