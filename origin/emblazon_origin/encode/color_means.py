"""Palettes for the small form: k-means over a picture's colours, each weighing as many pixels as have it.

The colours of a flat card are its areas and the steps along the edges of its letters; eight or twelve means
of them, well chosen, are seen as the same picture. In whole numbers, so that every machine chooses alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_MOST_COLORS = 8192  # beyond, it is a photo or a gradient
_ROUNDS = 8


class ColorMeans:
    """The colours of an "RGB" picture, and where they are."""

    def __init__(self, image: Image.Image) -> None:
        rgb = np.asarray(image).astype(np.int64)
        keys, places, self._counts = np.unique(
            rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2], return_inverse=True, return_counts=True
        )
        self._places = places.reshape(rgb.shape[:2])
        self._colors: Ints = np.stack((keys >> 16, keys >> 8 & 255, keys & 255), 1)

    @classmethod
    def of(cls, image: Image.Image) -> ColorMeans | None:
        """Count a picture's colours; None where there are too many, or it is not "RGB"."""
        few = image.mode == "RGB" and image.getcolors(_MOST_COLORS) is not None
        return cls(image) if few else None

    def picture(self, size: int) -> Image.Image:
        """Return the picture as "P" with at most so many colours, 256 at the most."""
        if size < len(self._colors):
            means, nearest = _means(self._colors, self._counts, size)
        else:
            means, nearest = self._colors, np.arange(len(self._colors))
        reduced = Image.fromarray(nearest.astype(np.uint8)[self._places], "P")
        reduced.putpalette(means.astype(np.uint8).tobytes())
        return reduced


def _means(colors: Ints, counts: Ints, size: int) -> tuple[Ints, Ints]:
    """Return so many colours, and for each of the picture's which one stands for it (Lloyd's algorithm)."""
    means = colors[_far_apart(colors, counts, size)]
    nearest = _nearest(colors, means)
    for _ in range(_ROUNDS):
        for index in range(len(means)):
            own = np.flatnonzero(nearest == index)
            if len(own):
                means[index] = _mean(colors[own], counts[own])
        before, nearest = nearest, _nearest(colors, means)
        if np.array_equal(before, nearest):
            break
    return means, nearest


def _mean(colors: Ints, counts: Ints) -> Ints:
    """Return the rounded mean; a colour that most of the pixels have stays as it is, as areas must."""
    total, top = int(counts.sum()), int(counts.argmax())
    if 2 * int(counts[top]) > total:
        top_color: Ints = colors[top]
        return top_color
    mean: Ints = (2 * (colors * counts[:, None]).sum(0) + total) // (2 * total)
    return mean


def _far_apart(colors: Ints, counts: Ints, size: int) -> list[int]:
    """Return where to begin: the most frequent colour, then always the one with most to gain."""
    chosen = [int(counts.argmax())]
    gaps = _squares(colors, colors[chosen[0]])
    while len(chosen) < size:
        chosen.append(int((gaps * counts).argmax()))
        gaps = np.minimum(gaps, _squares(colors, colors[chosen[-1]]))
    return chosen


def _nearest(colors: Ints, means: Ints) -> Ints:
    nearest: Ints = np.stack([_squares(colors, mean) for mean in means]).argmin(0)
    return nearest


def _squares(colors: Ints, color: Ints) -> Ints:
    squares: Ints = ((colors - color) ** 2).sum(1)
    return squares
