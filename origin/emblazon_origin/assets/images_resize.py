"""Resampling as Chromium does it: halved by averaging (mipmaps), then bilinear; on premultiplied pixels."""

from __future__ import annotations

from PIL import Image


def resize(image: Image.Image, width: int, height: int, rendering: str = "auto") -> Image.Image:
    """Return an image ("RGB" or "RGBa") at another size."""
    if image.size == (width, height):
        return image
    if rendering in ("pixelated", "crisp-edges"):
        return image.resize((width, height), Image.Resampling.NEAREST)
    image = _halved(image, width, height)
    if image.size == (width, height):
        return image
    if width <= image.width and height <= image.height:
        return image.resize((width, height), Image.Resampling.BILINEAR)
    return image.transform(
        (width, height), Image.Transform.EXTENT, (0, 0, *image.size), Image.Resampling.BILINEAR
    )


def _halved(image: Image.Image, width: int, height: int) -> Image.Image:
    """Average blocks of 2ⁿ pixels down to the smallest size that is not below the wanted one."""
    factors = [1, 1]
    for axis, (have, want) in enumerate(zip(image.size, (width, height), strict=True)):
        while have // (factors[axis] * 2) >= want:
            factors[axis] *= 2
    if factors == [1, 1]:
        return image
    return image.reduce((factors[0], factors[1]))
