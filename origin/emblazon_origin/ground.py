"""What most drawings of one document lie on: a picture of all that stays, and what is known of it.

A drawing tells which rows it drew over, and what. An encoder that works in bands of rows, each by itself,
takes the other bands from what it found out about the ground when it saw that first; one that counts colours
does without the pixels of the drawing. Files are those of the same picture without a ground, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple, TypeVar, cast

from PIL import Image

from .caching import remembered

T = TypeVar("T")
Color8 = tuple[int, int, int]
Area = tuple[int, int, int, int]  # pixels: left, top, right, bottom
_RAMP = Image.frombytes("L", (256, 1), bytes(range(256)))
_MOST = 0.85  # of all bands may be drawn over, or it is quicker to look at all of them


class Stamp(NamedTuple):
    """A colour that is laid over an area."""

    area: Area
    cover: Image.Image | None  # how much of the colour: "L", of the area's size; None: all of it
    color: Color8


@remembered("shades", 256, bytes_each=1_000)
def shades_between(below: Color8, color: Color8) -> bytes:
    """Return what a colour becomes under another one, by coverage: red, green and blue of each."""
    mixed = Image.new("RGB", _RAMP.size, below)
    mixed.paste(Image.new("RGB", _RAMP.size, color), None, _RAMP)
    return mixed.tobytes()


@dataclass(eq=False, slots=True)
class Ground:
    """A picture that nobody writes to, and what was found out about it, by what it is."""

    image: Image.Image
    is_noted: bool = True  # whether what is drawn on it is noted in place of being drawn at once
    _found: dict[Hashable, object] = field(default_factory=dict)

    def found(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what `find` returns, which is called once; of two threads one finds it in vain."""
        if key not in self._found:
            self._found[key] = find()
        return cast("T", self._found[key])

    def latest(self, key: Hashable, version: object, find: Callable[[], T]) -> T:
        """Return what `find` returns; it is called anew for each version that is not the last one's."""
        last = self._found.get(key)
        if last is None or cast("tuple[object, T]", last)[0] != version:
            last = self._found[key] = version, find()
        return cast("tuple[object, T]", last)[1]


@dataclass(frozen=True, slots=True)
class OnGround:
    """An "RGB" picture that lies on a ground, and differs from it nowhere outside of some rows.

    `drawn` is all that lies on it, in order; areas are where something else than stamps may have been drawn.
    """

    ground: Ground
    rows: tuple[tuple[int, int], ...]  # each a first and an end
    drawn: tuple[Stamp | Area, ...]
    paint: Callable[[], Image.Image]  # makes the pixels, once

    @property
    def image(self) -> Image.Image:
        """The picture by itself."""
        return self.paint()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.ground.image.size

    def fresh_bands(self, rows: int) -> list[bool] | None:
        """Return for each band of so many rows whether it was drawn over; None where nearly all were."""
        height = self.ground.image.height
        fresh = [False] * (-(-height // rows))
        for top, bottom in self.rows:
            first, end = max(0, top) // rows, -(-min(height, bottom) // rows)
            fresh[first:end] = [True] * (end - first)
        return fresh if sum(fresh) <= _MOST * len(fresh) else None


Picture = Image.Image | OnGround


def image_of(picture: Picture) -> Image.Image:
    """Return a picture by itself."""
    return picture.image if isinstance(picture, OnGround) else picture


def stretches(bands: Iterable[bool]) -> list[tuple[bool, int, int]]:
    """Return neighbours of one kind together: the kind, the first one, and the end."""
    found, at = [], 0
    for kind, group in groupby(bands):
        count = len(list(group))
        found.append((kind, at, at + count))
        at += count
    return found
