"""What most drawings of one document lie on: a picture of all that stays, and what is known of it.

A drawing tells which rows it drew over. An encoder that works in bands of rows, each by itself, takes the
other bands from what it found out about the ground when it saw that first. Its files are those of a drawing
without a ground, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar, cast

from PIL import Image

T = TypeVar("T")
_MOST = 0.85  # of all bands may be drawn over, or it is quicker to look at all of them


@dataclass(eq=False, slots=True)
class Ground:
    """A picture that nobody writes to, and what was found out about it, by what it is."""

    image: Image.Image
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
    """Where a drawing differs from its ground: nowhere outside of these rows, each a first and an end."""

    ground: Ground
    rows: tuple[tuple[int, int], ...]

    def fresh_bands(self, rows: int) -> list[bool] | None:
        """Return for each band of so many rows whether it was drawn over; None where nearly all were."""
        height = self.ground.image.height
        fresh = [False] * (-(-height // rows))
        for top, bottom in self.rows:
            first, end = max(0, top) // rows, -(-min(height, bottom) // rows)
            fresh[first:end] = [True] * (end - first)
        return fresh if sum(fresh) <= _MOST * len(fresh) else None


def stretches(bands: Iterable[bool]) -> list[tuple[bool, int, int]]:
    """Return neighbours of one kind together: the kind, the first one, and the end."""
    found, at = [], 0
    for kind, group in groupby(bands):
        count = len(list(group))
        found.append((kind, at, at + count))
        at += count
    return found
