"""How alike two pictures are: structural similarity and the share of pixels visibly off."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

WINDOW_SIGMA = 1.5  # px, as in Wang et al. 2004, eq. 13
C1 = (0.01 * 255) ** 2
C2 = (0.03 * 255) ** 2
VISIBLE = 24  # of 255: a difference that is seen after a blur of one pixel


class Score(NamedTuple):
    """`ssim` is the mean over RGB, 1 is the same picture; `off` the share of pixels visibly different."""

    ssim: float
    off: float


def _blur(values: NDArray[np.float64]) -> NDArray[np.float64]:
    radius = 5
    kernel = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * WINDOW_SIGMA**2))
    kernel /= kernel.sum()
    padded = np.pad(values, radius, mode="reflect")
    rows = np.apply_along_axis(lambda line: np.convolve(line, kernel, mode="valid"), 1, padded)
    return np.apply_along_axis(lambda line: np.convolve(line, kernel, mode="valid"), 0, rows)


def _ssim(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    mean_a, mean_b = _blur(a), _blur(b)
    variance_a = _blur(a * a) - mean_a**2
    variance_b = _blur(b * b) - mean_b**2
    covariance = _blur(a * b) - mean_a * mean_b
    numerator = (2 * mean_a * mean_b + C1) * (2 * covariance + C2)
    return float((numerator / ((mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2))).mean())


def compare(expected: Image.Image, actual: Image.Image) -> Score:
    """Compare two RGB pictures of one size.

    SSIM per Wang, Bovik, Sheikh and Simoncelli 2004 with a Gaussian window, the mean of the channels.
    Raises ValueError where the sizes differ.
    """
    if expected.size != actual.size:
        raise ValueError(f"expected {expected.size} px, got {actual.size} px")
    first, second = expected.convert("RGB"), actual.convert("RGB")
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    similarity = float(np.mean([_ssim(x[..., c], y[..., c]) for c in range(3)]))
    blur = ImageFilter.GaussianBlur(1)
    softly = np.abs(np.asarray(first.filter(blur), np.int16) - np.asarray(second.filter(blur), np.int16))
    return Score(similarity, float((softly.max(axis=-1) > VISIBLE).mean()))
