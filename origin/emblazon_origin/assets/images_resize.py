"""Resampling as Chromium does it: halved by averaging (mipmaps), then bilinear; on premultiplied pixels."""

from __future__ import annotations

from PIL import Image

# Where a device pixel's centre lies right between two source pixels, the left or upper one is taken.
_TIE = 1e-4


def resize(image: Image.Image, width: int, height: int, rendering: str = "auto") -> Image.Image:
    """Return an image ("RGB" or "RGBa") at another size."""
    if image.size == (width, height):
        return image
    if rendering in ("pixelated", "crisp-edges"):
        box = (-_TIE, -_TIE, image.width - _TIE, image.height - _TIE)
        nearest = Image.Resampling.NEAREST
        return image.transform((width, height), Image.Transform.EXTENT, box, nearest)
    image = halved(image, width, height)
    if image.size == (width, height):
        return image
    bilinear = Image.Resampling.BILINEAR
    return image.transform((width, height), Image.Transform.EXTENT, (0, 0, *image.size), bilinear)


def halved(image: Image.Image, width: int, height: int) -> Image.Image:
    """Average blocks of 2ⁿ by 2ⁿ pixels, as long as neither side falls below the wanted size."""
    factor = 1
    while image.width >= 2 * factor * width and image.height >= 2 * factor * height:
        factor *= 2
    return image.reduce(factor) if factor > 1 else image
