"""How opaque pictures are, as layout asks of files and gradients that lines flow around."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from ...assets.images import ImageStore, NaturalSize
from ...style.values import value_types as v
from .gradient import gradient_pixmap


@dataclass(frozen=True, slots=True)
class FloatPictures:
    """The images of a document as layout sees them."""

    store: ImageStore

    def intrinsic(self, key: str) -> NaturalSize | None:
        """Return the natural size, or None for an image that could not be had."""
        return self.store.intrinsic(key)

    def coverage(self, picture: v.Image, width: int, height: int) -> Image.Image | None:
        """Return how opaque a picture is at a size in px, as "L"; None for one that could not be had."""
        if width <= 0 or height <= 0:
            return None
        if isinstance(picture, v.Url):
            found = self.store.pixmap(picture.href, width, height)
        else:
            found = gradient_pixmap(picture, width, height, 1.0)
        if found is None or found.alpha is not None:
            return None if found is None else found.alpha
        return Image.new("L", found.size, 255)
