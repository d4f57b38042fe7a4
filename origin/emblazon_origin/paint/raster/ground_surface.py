"""A surface that begins as a known picture, and whose pixels are made only where somebody asks for them.

What changes from card to card is text, nearly all of it in one colour. It is noted as stamps, with which an
encoder may do (`OnGround`); whoever reads or writes pixels gets them with all stamps laid over the picture.
"""

from __future__ import annotations

from PIL import Image

from ...ground import Area, Color8, Ground, Stamp
from .geometry import IntRect
from .surface import Surface, scale_mask

_MOST_DRAWN = 96
_MOST_PIXELS = 2  # of coverage, for each pixel of the canvas


class GroundSurface(Surface):
    """The canvas, opaque: a picture of its size and what lies on it."""

    __slots__ = ("_ground", "_pixels", "_room", "_waiting", "drawn", "is_written")

    def __init__(self, ground: Ground) -> None:
        """Begin as a ground."""
        self.box = IntRect(0, 0, *ground.image.size)
        self.alpha = None
        self.drawn: list[Stamp | Area] = []  # in order
        self.is_written = False  # whether pixels were asked for, which may be others since then
        self._ground = ground
        self._pixels: Surface | None = None
        self._room = _MOST_PIXELS * self.box.width * self.box.height
        self._waiting: list[Stamp] = []  # that are not yet among the pixels

    @property
    def rgb(self) -> Image.Image:
        """The pixels."""
        self.is_written = True
        return self.image()

    @rgb.setter
    def rgb(self, image: Image.Image) -> None:
        self.is_written = True
        self._pixels, self._waiting = Surface(self.box, image), []

    def image(self) -> Image.Image:
        """Return the pixels, with all stamps."""
        if self._pixels is None:
            self._pixels = Surface(self.box, self._ground.image)
        for (left, top, right, bottom), cover, color in self._waiting:
            self._pixels.lay(color, IntRect(left, top, right, bottom), cover, 255)
        self._waiting.clear()
        return self._pixels.rgb

    def lay(self, source: Image.Image | Color8, box: IntRect, cover: Image.Image | None, alpha: int) -> None:
        """Note a colour, as long as notes take less than pixels; lay a picture over the pixels."""
        self._room -= box.width * box.height
        if not isinstance(source, tuple) or self._room < 0 or len(self.drawn) >= _MOST_DRAWN:
            super().lay(source, box, cover, alpha)
            return
        if alpha < 255:
            cover = Image.new("L", box.size, alpha) if cover is None else scale_mask(cover, alpha)
        stamp = Stamp((*box,), cover, source)
        self.drawn.append(stamp)
        self._waiting.append(stamp)

    def lay_strip(self, color: Color8, box: IntRect, cover: Image.Image) -> None:
        """Note a colour."""
        self.lay(color, box, cover, 255)
