"""Pictures of few colours: flat areas keep theirs, the steps of smooth edges are rounded to fewer.

A card of flat areas has hundreds of colours, nearly all of them steps between two others along the edges of
letters. With a palette of those that fill areas and of a few steps between them it is a fifth as large, and
no difference can be seen. What it takes is seen from how many pixels have which colour, without looking at
the picture again. All numbers are whole, so that every machine chooses alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..ground import OnGround, Picture
from .color_runs import RUN_PAIRS, SAMPLE_COLORS, counted, pairs_of, runs_of, sampled_colors, sums_of
from .indexed import PACKED, Indexed
from .stamps import stamped

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from .color_runs import Bytes, Ints, Pairs, Totals, Words

    Floats = NDArray[np.float32]

_MOST_COLORS = 8192  # beyond, it is a photo or a gradient
_BAND = 32  # rows
_SIZE = 256  # of the palette, at the most
_FREQUENT = 0.92  # of all pixels have the most frequent colours, or it is a photo
_SHADES = 64  # that are chosen for being far from others, at the most
_COUNTED = _SIZE - _SHADES  # of these
_AREA = 0.004  # of all pixels: a colour that fills an area, and is not rounded away
_SLIGHT = 12  # squared distance: a gradient, which would have bands, has many pixels off by less; edges have
_SOFT, _MOST_SOFT, _FEW = 0.04, 0.5, 0.003  # no more of all pixels, of those that are off, of all beside that
_CHANGED = 0.01  # of all pixels may get another colour where there are gradients
_RMS = 1.3  # of a channel, over all pixels
_STEP = 3000  # squared distance of a pixel to what stands for it, at the most
_COLOR = 0.1  # squared distance of one colour to what stands for it, spread over all pixels, at the most
_LENIENCE = 1.5  # where the colours take half the room, which is worth being less strict
_FIRM = 1 / 3  # of the pixels that a colour stands for have it, or it may be another one
_MOST_PAIRS = 200_000  # of colours and what stands for them: more take longer than writing all colours
_MOST_PRODUCTS = 200_000  # of numbers of two tables


def few_shades(picture: Picture) -> Indexed | None:
    """Return an "RGB" picture in as few colours as will do; None where many are needed, and of other ones."""
    on = picture if isinstance(picture, OnGround) else None
    if not isinstance(picture, OnGround) and picture.mode != "RGB":
        return None
    if on is not None and _lies_on_photo(on):
        on.ground.is_noted = False
        return None
    colored = (stamped(on) if on is not None else None) or runs_of(picture)
    found = _Colors.of(colored.colors, colored.counts) if colored is not None else None
    chosen = _palette(found) if found is not None else None
    if colored is None or found is None or chosen is None:
        return None
    palette, nearest = chosen
    entries = np.zeros(len(colored.colors), np.uint8)
    entries[found.order] = nearest
    pixels = colored.painted(entries, halves=len(palette) <= PACKED)
    return Indexed.of(picture.size, palette, pixels)


@dataclass(frozen=True, slots=True)
class _Colors:
    """A picture's colours, the most frequent one first.

    Squared distances are products of two tables. All numbers in them are whole and all sums below 2^24, and
    so exact in whatever order they are added up.
    """

    order: Ints  # where they are among those of the picture
    counts: Totals
    left: Floats  # a column for each one: its channels, the sum of their squares, and 1
    right: Floats  # a row for each one: -2 times its channels, 1, and the sum of their squares
    sums: Totals  # a row for each channel: the sum over all pixels of a colour

    @classmethod
    def of(cls, colors: Words, counts: Totals) -> _Colors | None:
        """Order colours, some of which no pixel may have; None where there are too many for a palette."""
        present = np.count_nonzero(counts)
        if present > _MOST_COLORS:
            return None
        # Of two that are alike often the lower colour comes first.
        keys = counts.astype(np.int64) << 24 | ~colors & 0xFFFFFF
        order = np.argsort(keys)[::-1][:present]
        counts = counts[order]
        if counts[:_COUNTED].sum() < _FREQUENT * counts.sum():
            return None
        left = np.ones((5, present), np.float32)
        left[:3] = colors[order].astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].T
        np.square(left[:3]).sum(0, out=left[3])
        right = left[[0, 1, 2, 4, 3]] * np.array([[-2], [-2], [-2], [1], [1]], np.float32)
        return cls(order, counts, left, right.T, counts * left[:3])

    @property
    def rgb(self) -> Floats:
        """The channels, a row for each colour."""
        return self.left[:3].T

    def distances(self, others: Floats) -> Floats:
        """Return a row of squared distances for each row of a right table."""
        rows = _MOST_PRODUCTS // self.left.size  # more at once would be done by several threads
        if len(others) <= rows:
            return others @ self.left
        return np.concatenate([others[at : at + rows] @ self.left for at in range(0, len(others), rows)])


def _lies_on_photo(on: OnGround) -> bool:
    """Whether the rows that were not drawn over need too many colours for a palette by themselves."""
    bands = on.ground.found("bands", lambda: _bands_of_photo(on.ground.image))
    fresh = on.fresh_bands(_BAND) if bands else None
    if fresh is None:
        return False
    still = [band for band, is_fresh in zip(bands, fresh, strict=True) if not is_fresh]
    return _need_many(still, sum(band.pairs for band in bands))


class _Band(NamedTuple):
    """Some rows: what they have at the least."""

    pairs: int
    runs: int
    colors: int
    rare: float  # pixels that are not of its most frequent colours


def _bands_of_photo(image: Image.Image) -> list[_Band]:
    """Return the bands of a picture; none where even all of them do with a palette."""
    pairs = pairs_of(image)
    row = len(pairs) // image.height
    bands = [_band(pairs[at : at + row * _BAND], row) for at in range(0, len(pairs), row * _BAND)]
    return bands if _need_many(bands, len(pairs)) else []


def _need_many(bands: list[_Band], pairs: int) -> bool:
    """Whether some bands of a picture of so many pairs need too many colours for a palette."""
    runs, colors = sum(band.runs for band in bands), max((band.colors for band in bands), default=0)
    rare = sum(band.rare for band in bands)
    return (RUN_PAIRS * runs > pairs and colors > SAMPLE_COLORS) or rare > 2 * (1 - _FREQUENT) * pairs + 1


def _band(pairs: Pairs, row: int) -> _Band:
    runs, rare = counted(pairs), 0.0
    if len(runs.counts) > _COUNTED:
        rare = float(np.partition(runs.counts, len(runs.counts) - _COUNTED)[:-_COUNTED].sum())
    return _Band(len(pairs), len(runs.lengths), sampled_colors(pairs, len(pairs) // row), rare)


def _palette(found: _Colors) -> tuple[Bytes, Ints] | None:
    """Return the colours that stay, and which of them stands for each one; None where those are too many."""
    pixels = found.counts.sum()
    areas = max(1, int(np.count_nonzero(found.counts > _AREA * pixels)))
    first = _far_apart(found, areas, pixels)
    if first is None or len(first) * len(found.counts) > _MOST_PAIRS:
        return None
    nearest, gaps = _nearest(found, first)
    changed = pixels - found.counts[first].sum()
    soft = found.counts[gaps <= _SLIGHT].sum() - (pixels - changed)
    if soft <= min(_SOFT * pixels, _MOST_SOFT * changed + _FEW * pixels):
        return _means(found, first, nearest, areas), nearest
    first = _with_frequent(found, first, (1 - _CHANGED) * pixels)
    if len(first) > _SIZE or len(first) * len(found.counts) > _MOST_PAIRS:
        return None
    return found.rgb[first].astype(np.uint8), _nearest(found, first)[0]


def _with_frequent(found: _Colors, chosen: list[int], pixels: float) -> list[int]:
    """Return colours and the most frequent others, until so many pixels stay as they are."""
    kept = found.counts[chosen].sum()
    others = np.setdiff1d(np.arange(len(found.counts)), chosen)
    more = int(np.searchsorted(kept + np.cumsum(found.counts[others]), pixels)) + 1
    return [*chosen, *others[:more].tolist()]


def _far_apart(found: _Colors, areas: int, pixels: float) -> list[int] | None:
    """Return where to begin: colours of areas, then always the one with most to gain, until all are near."""
    if areas * len(found.counts) > _MOST_PAIRS:
        return None
    chosen = list(range(areas))
    gaps = found.distances(found.right[:areas]).min(0)
    weights = np.empty_like(found.counts)
    limit, most = 3 * _RMS * _RMS * pixels, _COLOR * pixels
    while True:
        np.multiply(gaps, found.counts, out=weights)
        worst = int(weights.argmax())
        lenience = _LENIENCE if len(chosen) == PACKED else 1
        if weights[worst] <= lenience * most and weights.sum() <= lenience * limit:
            worst = int(gaps.argmax())
            if gaps[worst] <= lenience * _STEP:
                return chosen
        if len(chosen) >= _SHADES:
            return None
        chosen.append(worst)
        np.minimum(gaps, found.right[worst] @ found.left, out=gaps)


def _means(found: _Colors, chosen: list[int], nearest: Ints, areas: int) -> Bytes:
    """Return the rounded mean of what each colour stands for; one that much of that has stays as it is."""
    size = len(chosen)
    totals = sums_of(nearest, found.counts, size)
    means = np.stack([sums_of(nearest, sums, size) for sums in found.sums], 1)
    means /= totals[:, None]
    means += 0.5
    # The first colour of each is its most frequent one.
    tops = np.zeros(size, np.int64)
    tops[nearest[::-1]] = np.arange(len(nearest) - 1, -1, -1)
    firm = found.counts[tops] > _FIRM * totals
    means[firm] = found.rgb[tops[firm]]
    means[:areas] = found.rgb[:areas]
    return means.astype(np.uint8)


def _nearest(found: _Colors, chosen: list[int]) -> tuple[Ints, Ints]:
    """Return for each colour which of the chosen ones is the nearest, and its squared distance."""
    distances = found.distances(found.right[chosen]).astype(np.int32)
    # The least of distances with numbers behind them is the first of the nearest ones.
    distances <<= 8
    distances |= np.arange(len(chosen), dtype=np.int32)[:, None]
    least = distances.min(0).astype(np.int64)
    return least & 0xFF, least >> 8
