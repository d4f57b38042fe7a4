"""How alike two pictures are: structural similarity (Wang et al. 2004), over blocks."""

from __future__ import annotations

import numpy as np
from PIL import Image

_BLOCK = 8
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def likeness(first: Image.Image, second: Image.Image) -> float:
    """Return the mean SSIM of the channels over blocks of 8×8 pixels; 1 is the same picture.

    What is left over at the right and bottom edges is not looked at.
    """
    width, height = first.width // _BLOCK * _BLOCK, first.height // _BLOCK * _BLOCK
    if not width or not height:
        return 1.0 if first.convert("RGB").tobytes() == second.convert("RGB").tobytes() else 0.0
    area = (0, 0, width, height)
    shape = (height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK, 3)
    a, b = (
        np.asarray(picture.convert("RGB").crop(area), np.float32).reshape(shape)
        for picture in (first, second)
    )
    axes = (1, 3)
    mean_a, mean_b = a.mean(axes), b.mean(axes)
    variance_a, variance_b = (a * a).mean(axes) - mean_a**2, (b * b).mean(axes) - mean_b**2
    covariance = (a * b).mean(axes) - mean_a * mean_b
    above = (2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)
    return float((above / ((mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2))).mean())
