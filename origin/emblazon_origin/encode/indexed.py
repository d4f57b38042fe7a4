"""A picture in a palette of its own: an entry a pixel, in a byte or in half of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

PACKED = 16  # so many colours take half the room


class Indexed(NamedTuple):
    """A picture whose pixels are entries of a palette.

    With up to sixteen colours a byte of a row is two pixels, the first one in the upper half.
    """

    width: int
    palette: Bytes  # three channels for each entry
    rows: Bytes

    @classmethod
    def of(cls, size: tuple[int, int], palette: Bytes, pixels: Bytes) -> Indexed:
        """Return a picture, of pixels whose rows end with whole pairs."""
        width, height = size
        rows = pixels.reshape(height, -1)
        return cls(width, palette, rows if len(palette) <= PACKED else rows[:, :width])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, len(self.rows)

    @property
    def is_packed(self) -> bool:
        """Whether two pixels share a byte."""
        return len(self.palette) <= PACKED

    def image(self) -> Image.Image:
        """Return the picture as "P"."""
        image = Image.frombytes("P", self.size, self.rows.tobytes(), "raw", "P;4" if self.is_packed else "P")
        image.putpalette(self.palette.tobytes())
        return image

    def png_rows(self) -> memoryview:
        """Return the rows, each after a filter type byte of 0 (none)."""
        height, length = self.rows.shape
        rows = np.empty((height, 1 + length), np.uint8)
        rows[:, 0], rows[:, 1:] = 0, self.rows
        return rows.ravel().data
