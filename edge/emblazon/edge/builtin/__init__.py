"""The picture of last resort: drawn without an image library, in any size, as PNG, JPEG, WebP or AVIF."""

from __future__ import annotations

from emblazon.contract.schema import Format
from emblazon.edge.builtin.mosaic import mosaic
from emblazon.edge.builtin.png import encode_png


def draw(width: int, height: int, image_format: Format) -> bytes:
    """Return the built-in card as a complete image file of exactly `width`×`height` pixels."""
    return encode_png(mosaic(width, height))
