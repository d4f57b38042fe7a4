"""Gaussian blurs. From two pixels of deviation on, Skia averages three times over whole-pixel windows.

Filter Effects 1 §9.13 (feGaussianBlur) allows this approximation and gives its window size.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, pi, sqrt

from PIL import Image, ImageFilter

_BOXES_FROM = 2.0
_SHRINK_FROM = 40.0
# A large picture is blurred at a lower resolution where so much deviation is left there: no step can be seen.
_LARGE_PIXELS = 1_500_000
_SMOOTH_SIGMA = 4.0
_MAX_REACH = 800
_MAX_SIGMA = 532.0  # Skia's own bound


def blur(image: Image.Image, sigma: float) -> Image.Image:
    """Blur by a Gaussian of standard deviation `sigma` px; pixels beyond the edge are as those on it."""
    return _at_fitting_size(image, sigma, _boxes)


def true_blur(image: Image.Image, sigma: float) -> Image.Image:
    """Blur with exactly this deviation, as Skia does for the shadows of plain rectangles."""
    return _at_fitting_size(image, sigma, _gaussian)


def _at_fitting_size(
    image: Image.Image, sigma: float, soften: Callable[[Image.Image, float, int], Image.Image]
) -> Image.Image:
    """Blur strongly on a smaller picture: nothing fine is left of it anyway."""
    sigma = min(sigma, _MAX_SIGMA)
    if sigma <= 0 or image.width == 0 or image.height == 0:
        return image
    factor = _factor(sigma, image.width * image.height)
    if factor == 1:
        return soften(image, sigma, 1)
    small = soften(image.reduce(factor), sigma, factor)
    box = (0.0, 0.0, image.width / factor, image.height / factor)
    return small.resize(image.size, Image.Resampling.BILINEAR, box=box)


def is_coarse(sigma: float) -> bool:
    """True where even a large picture is blurred at a lower resolution."""
    return sigma >= 2 * _SMOOTH_SIGMA


def _factor(sigma: float, pixels: int) -> int:
    """Return by how much a picture is made smaller: a large one as soon as its blur stays smooth."""
    if sigma >= 4 * _SHRINK_FROM:
        return 8
    if sigma >= _SHRINK_FROM or pixels <= _LARGE_PIXELS:
        return 4 if sigma >= _SHRINK_FROM else 1
    return next((factor for factor in (4, 2) if sigma >= _SMOOTH_SIGMA * factor), 1)


def _boxes(image: Image.Image, sigma: float, factor: int) -> Image.Image:
    """Average three times, over the windows of the full size, which may be fractions in a smaller picture."""
    if sigma < _BOXES_FROM:
        return _gaussian(image, sigma, factor)
    window = floor(sigma * 3 * sqrt(2 * pi) / 4 + 0.5)
    # Windows of even size lie half a pixel to either side in turn, and the third one is a pixel larger.
    last = window if window % 2 else window + 1
    for size in (window, window, last):
        image = image.filter(ImageFilter.BoxBlur((size / factor - 1) / 2))
    return image


def _gaussian(image: Image.Image, sigma: float, factor: int) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(sigma / factor))


def reach(sigma: float) -> int:
    """How many pixels a blur carries ink outwards; bounded, since a huge blur is even anyway."""
    return min(ceil(3 * sigma), _MAX_REACH) if sigma > 0 else 0
