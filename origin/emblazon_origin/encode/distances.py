"""Squared distances of colours, as products of two tables.

All numbers in them are whole and all sums below 2^24, and so exact in whatever order they are added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_MOST_PRODUCTS = 200_000  # of numbers of two tables


def channels_of(words: NDArray[np.uint32]) -> Floats:
    """Return the channels of colours, a row each."""
    return words.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].astype(np.float32)


def tables(rgb: Floats) -> tuple[Floats, Floats]:
    """Return of which tables the product is the squared distances.

    The left one has the channels of each colour, the sum of their squares, and 1; the right one -2 times its
    channels, 1, and the sum of their squares.
    """
    left, right = np.ones((len(rgb), 5), np.float32), np.ones((len(rgb), 5), np.float32)
    left[:, :3] = rgb
    np.multiply(rgb, -2, out=right[:, :3])
    left[:, 3] = right[:, 4] = np.einsum("ij,ij->i", rgb, rgb)
    return left, right


def distances(left: Floats, right: Floats) -> Floats:
    """Return the squared distances between the colours of two tables, of which the right one may be a row."""
    rows = _MOST_PRODUCTS // right.size  # more at once would be done by several threads
    if len(left) > rows:
        return np.concatenate([np.dot(left[at : at + rows], right.T) for at in range(0, len(left), rows)])
    found: Floats = np.dot(left, right.T)
    return found
