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
from PIL import Image

from ..ground import OnGround
from .color_runs import RUN_PIXELS, SAMPLE_COLORS, Runs, counted, least_colors, runs_of, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .color_runs import Ints, Words

    Floats = NDArray[np.float32]
    Totals = NDArray[np.float64]

_MOST_COLORS = 8192  # beyond, it is a photo or a gradient
_SAMPLE, _BAND = 4, 32  # of every so manieth row every so manieth pixel; rows, a multiple of that
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
_PACKED, _LENIENCE = 16, 1.5  # so many colours take half the room, which is worth being less strict
_ROUNDS = 2
_MOST_PAIRS = 200_000  # of colours and what stands for them: more take longer than writing all colours
_MOST_PRODUCTS = 200_000  # of numbers of two tables


def few_shades(image: Image.Image, on: OnGround | None = None) -> Image.Image | None:
    """Return an "RGB" picture as "P" in as few colours as will do, or None where many are needed.

    `on` is what the picture lies on.
    """
    if on is not None and _lies_on_photo(on):
        return None
    runs = runs_of(image, on)
    found = _Colors.of(runs, image.width * image.height) if runs is not None else None
    chosen = _palette(found) if found is not None else None
    if runs is None or found is None or chosen is None:
        return None
    palette, nearest = chosen
    entries = np.zeros(len(runs.colors), np.uint8)
    entries[found.order] = nearest
    reduced = Image.frombuffer("P", image.size, runs.painted(entries), "raw", "P", 0, 1)
    reduced.putpalette(palette.tobytes())
    return reduced


@dataclass(frozen=True, slots=True)
class _Colors:
    """A picture's colours, the most frequent one first.

    Squared distances are products of two tables. All numbers in them are whole and all sums below 2^24, and
    so exact in whatever order they are added up.
    """

    order: Ints  # where they are among those of the runs
    counts: Totals
    left: Floats  # of each one its channels, the sum of their squares, and 1
    right: Floats  # of each one -2 times its channels, 1, and the sum of their squares
    sums: Totals  # of each channel, over all pixels of a colour

    @classmethod
    def of(cls, runs: Runs, pixels: int) -> _Colors | None:
        """Count the colours; None where there are too many for a palette."""
        present = np.count_nonzero(runs.counts)
        if present > _MOST_COLORS:
            return None
        # Of two that are alike often the lower colour comes first.
        keys = runs.counts.astype(np.int64) << 24 | ~runs.colors & 0xFFFFFF
        order = np.argsort(keys)[::-1][:present]
        counts = runs.counts[order]
        if counts[:_COUNTED].sum() < _FREQUENT * pixels:
            return None
        rgb = runs.colors[order].astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].astype(np.float32)
        left, right = _tables(rgb)
        return cls(order, counts, left, right, counts * rgb.T)

    @property
    def rgb(self) -> Floats:
        """The channels."""
        return self.left[:, :3]

    def distances(self, others: Floats) -> Floats:
        """Return the squared distances to one row of a right table, or to several."""
        rows = _MOST_PRODUCTS // others.size  # more at once would be done by several threads
        if len(self.left) > rows:
            parts = range(0, len(self.left), rows)
            return np.concatenate([np.dot(self.left[at : at + rows], others.T) for at in parts])
        found: Floats = np.dot(self.left, others.T)
        return found


def _tables(rgb: Floats) -> tuple[Floats, Floats]:
    """Return of which tables the product is the squared distances."""
    left, right = np.ones((len(rgb), 5), np.float32), np.ones((len(rgb), 5), np.float32)
    left[:, :3] = rgb
    np.multiply(rgb, -2, out=right[:, :3])
    left[:, 3] = right[:, 4] = np.einsum("ij,ij->i", rgb, rgb)
    return left, right


def _lies_on_photo(on: OnGround) -> bool:
    """Whether the rows that were not drawn over need too many colours for a palette by themselves."""
    fresh = on.fresh_bands(_BAND)
    if fresh is None or all(fresh):
        return False
    bands = on.ground.found("bands", lambda: _bands(on.ground.image))
    still = [band for band, is_fresh in zip(bands, fresh, strict=True) if not is_fresh]
    pixels = on.ground.image.width * on.ground.image.height
    runs, colors = sum(band.runs for band in still), max(band.colors for band in still)
    rare = sum(band.rare for band in still)
    if RUN_PIXELS * runs > pixels and colors > SAMPLE_COLORS:
        return True
    return rare > (1 - _FREQUENT) * pixels + 1


class _Band(NamedTuple):
    """Some rows: what they have at the least."""

    runs: int
    colors: int
    rare: int  # pixels that are not of its most frequent colours


def _bands(image: Image.Image) -> list[_Band]:
    """Return the bands of a picture."""
    words, size = words_of(image), image.width * _BAND
    return [_band(words[at : at + size], image.width) for at in range(0, len(words), size)]


def _band(words: Words, width: int) -> _Band:
    colors, counts, runs = counted(words)
    rare = 0
    if len(colors) > _COUNTED:
        rare = int(np.partition(counts, len(counts) - _COUNTED)[:-_COUNTED].sum())
    rows = words.reshape(-1, width)
    return _Band(runs, least_colors(rows[::_SAMPLE, ::_SAMPLE]), rare)


def _palette(found: _Colors) -> tuple[NDArray[np.uint8], Ints] | None:
    """Return the colours that stay, and which of them stands for each one; None where those are too many."""
    pixels = found.counts.sum()
    areas = max(1, int((found.counts > _AREA * pixels).sum()))
    first = _far_apart(found, areas, pixels)
    if first is None or len(first) * len(found.counts) > _MOST_PAIRS:
        return None
    means = found.rgb[first]
    nearest, gaps = _nearest(found, means)
    for _ in range(_ROUNDS):
        means = _means(found, means, nearest, areas)
        nearest, gaps = _nearest(found, means)
    changed, soft = found.counts[gaps > 0].sum(), found.counts[(gaps > 0) & (gaps <= _SLIGHT)].sum()
    if soft > min(_SOFT * pixels, _MOST_SOFT * changed + _FEW * pixels):
        first = _with_frequent(found, first, (1 - _CHANGED) * pixels)
        if len(first) > _SIZE or len(first) * len(found.counts) > _MOST_PAIRS:
            return None
        means = found.rgb[first]
        nearest, _ = _nearest(found, means)
    return means.astype(np.uint8), nearest


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
    gaps = found.distances(found.right[:areas]).min(1)
    weights = np.empty_like(found.counts)
    limit, most = 3 * _RMS * _RMS * pixels, _COLOR * pixels
    while True:
        np.multiply(gaps, found.counts, out=weights)
        worst = int(weights.argmax())
        lenience = _LENIENCE if len(chosen) == _PACKED else 1
        if weights[worst] <= lenience * most and weights.sum() <= lenience * limit:
            worst = int(gaps.argmax())
            if gaps[worst] <= lenience * _STEP:
                return chosen
        if len(chosen) >= _SHADES:
            return None
        chosen.append(worst)
        np.minimum(gaps, found.distances(found.right[worst]), out=gaps)


def _means(found: _Colors, means: Floats, nearest: Ints, areas: int) -> Floats:
    """Return the rounded mean of what each colour stands for; that of most of these pixels stays as it is."""
    size = len(means)
    totals = np.bincount(nearest, found.counts, size)
    moved = np.empty((size, 3))
    for channel in range(3):
        moved[:, channel] = np.bincount(nearest, found.sums[channel], size)
    moved /= np.maximum(totals, 1)[:, None]
    moved += 0.5
    np.floor(moved, out=moved)
    moved[:areas] = means[:areas]
    # The first colour of each is its most frequent one.
    tops = np.zeros(size, np.int64)
    tops[nearest[::-1]] = np.arange(len(nearest) - 1, -1, -1)
    firm = 2 * found.counts[tops] > totals
    moved[firm] = found.rgb[tops[firm]]
    unused = totals == 0
    moved[unused] = means[unused]
    return moved.astype(np.float32)


def _nearest(found: _Colors, means: Floats) -> tuple[Ints, Floats]:
    """Return for each colour which mean is the nearest, and its squared distance."""
    distances = found.distances(_tables(means)[1])
    nearest: Ints = distances.argmin(1)
    return nearest, distances[np.arange(len(nearest)), nearest]
