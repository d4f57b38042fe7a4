"""Gaussian blurs. From two pixels of deviation on, Skia averages three times over whole-pixel windows.

Filter Effects 1 §9.13 (feGaussianBlur) allows this approximation and gives its window size.
"""

from __future__ import annotations

from math import ceil, floor, pi, sqrt

from PIL import Image, ImageFilter

_BOXES_FROM = 2.0
_MAX_REACH = 800
_MAX_SIGMA = 532.0  # Skia's own bound


def blur(image: Image.Image, sigma: float) -> Image.Image:
    """Blur by a Gaussian of standard deviation `sigma` px; pixels beyond the edge are as those on it."""
    if sigma <= 0:
        return image
    if sigma < _BOXES_FROM:
        return true_blur(image, sigma)
    window = floor(min(sigma, _MAX_SIGMA) * 3 * sqrt(2 * pi) / 4 + 0.5)
    # Windows of even size lie half a pixel to either side in turn, and the third one is a pixel larger.
    last = window if window % 2 else window + 1
    for size in (window, window, last):
        image = image.filter(ImageFilter.BoxBlur((size - 1) / 2))
    return image


def true_blur(image: Image.Image, sigma: float) -> Image.Image:
    """Blur with exactly this deviation, as Skia does for the shadows of plain rectangles."""
    return image.filter(ImageFilter.GaussianBlur(min(sigma, _MAX_SIGMA))) if sigma > 0 else image


def reach(sigma: float) -> int:
    """How many pixels a blur carries ink outwards; bounded, since a huge blur is even anyway."""
    return min(ceil(3 * sigma), _MAX_REACH) if sigma > 0 else 0
