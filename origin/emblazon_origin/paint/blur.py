"""Gaussian blurs. From two pixels of deviation on, Skia averages three times over whole-pixel windows.

Filter Effects 1 §9.13 (feGaussianBlur) allows this approximation and gives its window size.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, pi, sqrt

from PIL import Image, ImageFilter

_BOXES_FROM = 2.0
_SHRINK_FROM = 40.0
_MAX_REACH = 800
_MAX_SIGMA = 532.0  # Skia's own bound


def blur(image: Image.Image, sigma: float) -> Image.Image:
    """Blur by a Gaussian of standard deviation `sigma` px; pixels beyond the edge are as those on it."""
    return _at_fitting_size(image, sigma, _boxes)


def true_blur(image: Image.Image, sigma: float) -> Image.Image:
    """Blur with exactly this deviation, as Skia does for the shadows of plain rectangles."""
    return _at_fitting_size(image, sigma, _gaussian)


def _at_fitting_size(
    image: Image.Image, sigma: float, soften: Callable[[Image.Image, float], Image.Image]
) -> Image.Image:
    """Blur strongly on a smaller picture: nothing fine is left of it anyway."""
    sigma = min(sigma, _MAX_SIGMA)
    if sigma <= 0 or image.width == 0 or image.height == 0:
        return image
    if sigma < _SHRINK_FROM:
        return soften(image, sigma)
    factor = 4 if sigma < 4 * _SHRINK_FROM else 8
    small = soften(image.reduce(factor), sigma / factor)
    box = (0.0, 0.0, image.width / factor, image.height / factor)
    return small.resize(image.size, Image.Resampling.BILINEAR, box=box)


def _boxes(image: Image.Image, sigma: float) -> Image.Image:
    if sigma < _BOXES_FROM:
        return _gaussian(image, sigma)
    window = floor(sigma * 3 * sqrt(2 * pi) / 4 + 0.5)
    # Windows of even size lie half a pixel to either side in turn, and the third one is a pixel larger.
    last = window if window % 2 else window + 1
    for size in (window, window, last):
        image = image.filter(ImageFilter.BoxBlur((size - 1) / 2))
    return image


def _gaussian(image: Image.Image, sigma: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(sigma))


def reach(sigma: float) -> int:
    """How many pixels a blur carries ink outwards; bounded, since a huge blur is even anyway."""
    return min(ceil(3 * sigma), _MAX_REACH) if sigma > 0 else 0
