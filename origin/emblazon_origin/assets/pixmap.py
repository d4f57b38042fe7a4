"""A picture as painting takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from PIL import Image

Rendering = Literal["auto", "pixelated", "crisp-edges", "smooth"]  # CSS `image-rendering`


class Cut(NamedTuple):
    """A part of a picture of some size, in device px: where it begins in it, and its whole pixels."""

    width: float
    height: float
    left: float
    top: float
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Pixmap:
    """A picture to draw: colour not premultiplied ("RGB") and alpha ("L", None where opaque)."""

    rgb: Image.Image
    alpha: Image.Image | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgb.size

    @property
    def bytes(self) -> int:
        """Memory taken (Pillow stores RGB in four bytes)."""
        w, h = self.rgb.size
        return w * h * (5 if self.alpha else 4)

    def crop(self, box: tuple[int, int, int, int]) -> Pixmap:
        """Return a part."""
        return Pixmap(self.rgb.crop(box), self.alpha.crop(box) if self.alpha else None)

    @staticmethod
    def from_image(image: Image.Image) -> Pixmap:
        """Take a picture apart; it may be of any mode."""
        if image.mode == "RGBa":
            image = image.convert("RGBA")
        if image.mode == "RGBA":
            alpha = image.getchannel("A")
            return Pixmap(image.convert("RGB"), None if alpha.getextrema()[0] == 255 else alpha)
        return Pixmap(image if image.mode == "RGB" else image.convert("RGB"))

    def premultiplied(self) -> Image.Image:
        """Return it as "RGB" where opaque, else as premultiplied "RGBa"."""
        if self.alpha is None:
            return self.rgb
        image = self.rgb.convert("RGBA")
        image.putalpha(self.alpha)
        return image.convert("RGBa")
