"""Pictures of few colours: flat areas keep theirs, the steps of smooth edges are rounded to fewer.

A card of flat areas has hundreds of colours, nearly all of them steps between two others along the edges of
letters. With a palette of those that fill areas and of a few steps between them it is a fifth as large, and
no difference can be seen. What it takes is seen from how many pixels have which colour, without looking at
the picture again. All numbers are whole, so that every machine chooses alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ..ground import OnGround

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Words = NDArray[np.uint32]

_MOST_COLORS = 8192  # beyond, it is a photo or a gradient
_RUNS, _SAMPLE_COLORS = 9, 512  # a run for so many pixels; so many colours in the sample: it is one
_SAMPLE, _BAND = 4, 32  # of every so manieth row every so manieth pixel; rows, a multiple of that
_SIZE = 256  # of the palette, at the most
_FREQUENT = 0.92  # of all pixels have the most frequent colours, or it is a photo
_SHADES = 64  # that are chosen for being far from others, at the most
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
_OPAQUE = 0xFF000000  # the byte of which Pillow says nothing
_SLOT_BITS = 16
_SPREAD = 2654435761  # 2^32 over the golden ratio: spreads colours over the slots


def few_shades(image: Image.Image, on: OnGround | None = None) -> Image.Image | None:
    """Return an "RGB" picture as "P" in as few colours as will do, or None where many are needed.

    `on` is what the picture lies on.
    """
    if on is not None and _lies_on_photo(on):
        return None
    found = _Colors.of(image)
    if found is None:
        return None
    chosen = _palette(found)
    if chosen is None:
        return None
    palette, nearest = chosen
    indices = np.repeat(nearest.astype(np.uint8)[found.numbers], found.lengths)
    reduced = Image.frombuffer("P", image.size, indices, "raw", "P", 0, 1)
    reduced.putpalette(palette.tobytes())
    return reduced


@dataclass(frozen=True, slots=True)
class _Colors:
    """A picture's colours, the most frequent one first, and its pixels as runs of one colour."""

    rgb: Floats  # whole numbers, whose squares are exact too
    counts: NDArray[np.float64]
    numbers: Ints  # the colour of each run
    lengths: Ints

    @classmethod
    def of(cls, image: Image.Image) -> _Colors | None:
        """Count the colours; None where there are too many for a palette."""
        pixels: Words = np.frombuffer(image.tobytes("raw", "RGBX"), "<u4")
        starts = np.concatenate(([0], np.flatnonzero(pixels[1:] != pixels[:-1]) + 1))
        values = pixels[starts] | np.uint32(_OPAQUE)
        if _RUNS * len(starts) > pixels.size:
            rows = pixels.reshape(image.height, image.width)
            if _least_colors(rows) > _SAMPLE_COLORS:
                return None  # a photo, without counting all of it
        lengths = np.diff(starts, append=pixels.size)
        colors, numbers = _numbered(values)
        if len(colors) > _MOST_COLORS:
            return None
        counts: NDArray[np.float64] = np.bincount(numbers, lengths)  # type: ignore[assignment]  # with weights
        order = np.lexsort((colors, -counts))
        if counts[order[: _SIZE - _SHADES]].sum() < _FREQUENT * pixels.size:
            return None
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        colors = colors[order]
        rgb = np.stack((colors & 255, colors >> 8 & 255, colors >> 16 & 255), 1).astype(np.float32)
        return cls(rgb, counts[order], places[numbers], lengths)


def _slots(values: Words) -> Words:
    slots: Words = values * np.uint32(_SPREAD) >> np.uint32(32 - _SLOT_BITS)
    return slots


def _least_colors(pixels: Words) -> int:
    """Return how many different values rows have at the least, by a sample of them."""
    held = np.zeros(1 << _SLOT_BITS, np.bool_)
    held[_slots(pixels[::_SAMPLE, ::_SAMPLE])] = True
    return int(np.count_nonzero(held))


def _lies_on_photo(on: OnGround) -> bool:
    """Whether the rows that were not drawn over make a photo of a picture, whatever is in the others."""
    fresh = on.fresh_bands(_BAND)
    if fresh is None or all(fresh):
        return False
    bands = on.ground.found("runs and colors", lambda: _runs_and_colors(on.ground.image))
    still = [band for band, is_fresh in zip(bands, fresh, strict=True) if not is_fresh]
    runs, colors = sum(runs for runs, _ in still), max(colors for _, colors in still)
    return _RUNS * runs > on.ground.image.width * on.ground.image.height and colors > _SAMPLE_COLORS


def _runs_and_colors(image: Image.Image) -> list[tuple[int, int]]:
    """Return for each band how many runs begin in its rows, and its colours, each at the least."""
    pixels: Words = np.frombuffer(image.tobytes("raw", "RGBX"), "<u4").reshape(image.height, image.width)
    begins = (pixels[:, 1:] != pixels[:, :-1]).sum(1)
    return [
        (int(begins[top : top + _BAND].sum()), _least_colors(pixels[top : top + _BAND]))
        for top in range(0, image.height, _BAND)
    ]


def _numbered(values: Words) -> tuple[Words, Ints]:
    """Return the different values, and the number of each value: without sorting, as they are many."""
    slots = _slots(values)
    held = np.zeros(1 << _SLOT_BITS, np.uint32)  # no colour is 0
    held[slots] = values
    used = np.flatnonzero(held != 0)
    numbers = np.empty(1 << _SLOT_BITS, np.int64)
    numbers[used] = np.arange(len(used))
    found = numbers[slots]
    others = np.flatnonzero(held[slots] != values)  # whose slot another colour holds
    more, places = np.unique(values[others], return_inverse=True)
    found[others] = len(used) + places
    return np.concatenate((held[used], more)), found


def _palette(found: _Colors) -> tuple[NDArray[np.uint8], Ints] | None:
    """Return the colours that stay, and which of them stands for each one; None where those are too many."""
    pixels = found.counts.sum()
    areas = max(1, int((found.counts > _AREA * pixels).sum()))
    first = _far_apart(found, areas, pixels)
    if first is None or len(first) * len(found.counts) > _MOST_PAIRS:
        return None
    means = found.rgb[first]
    nearest = _nearest(found.rgb, means)
    for _ in range(_ROUNDS):
        means = _means(found, means, nearest, areas)
        nearest = _nearest(found.rgb, means)
    gaps = ((found.rgb - means[nearest]) ** 2).sum(1)
    changed, soft = found.counts[gaps > 0].sum(), found.counts[(gaps > 0) & (gaps <= _SLIGHT)].sum()
    if soft > min(_SOFT * pixels, _MOST_SOFT * changed + _FEW * pixels):
        first = _with_frequent(found, first, (1 - _CHANGED) * pixels)
        if len(first) > _SIZE or len(first) * len(found.counts) > _MOST_PAIRS:
            return None
        means = found.rgb[first]
        nearest = _nearest(found.rgb, means)
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
    squares = (found.rgb * found.rgb).sum(1)
    chosen = list(range(areas))
    gaps = _distances(found.rgb, squares, found.rgb[:areas]).min(1)
    limit, most = 3 * _RMS * _RMS * pixels, _COLOR * pixels
    while True:
        weights = gaps * found.counts
        worst = int(weights.argmax())
        lenience = _LENIENCE if len(chosen) == _PACKED else 1
        if weights[worst] <= lenience * most and weights.sum() <= lenience * limit:
            worst = int(gaps.argmax())
            if gaps[worst] <= lenience * _STEP:
                return chosen
        if len(chosen) >= _SHADES:
            return None
        chosen.append(worst)
        gaps = np.minimum(gaps, _distances(found.rgb, squares, found.rgb[worst]))


def _means(found: _Colors, means: Floats, nearest: Ints, areas: int) -> Floats:
    """Return the rounded mean of what each colour stands for; that of most of these pixels stays as it is."""
    size = len(means)
    totals = np.bincount(nearest, found.counts, size)
    sums = [np.bincount(nearest, found.counts * channel, size) for channel in found.rgb.T]
    moved = np.floor(np.stack(sums, 1) / np.maximum(totals, 1)[:, None] + 0.5)
    moved[:areas] = means[:areas]
    # The first colour of each is its most frequent one.
    owners, tops = np.unique(nearest, return_index=True)
    firm = 2 * found.counts[tops] > totals[owners]
    moved[owners[firm]] = found.rgb[tops[firm]]
    kept = np.where((totals > 0)[:, None], moved, means)
    return np.asarray(kept)


def _nearest(rgb: Floats, means: Floats) -> Ints:
    nearest: Ints = _distances(rgb, None, means).argmin(1)
    return nearest


def _distances(rgb: Floats, squares: Floats | None, means: Floats) -> Floats:
    """Return the squared distances of colours to one other or to several; `squares` are the colours' own."""
    distances: Floats = np.multiply.outer(rgb[:, 0], -2 * means[..., 0])  # without the threads of a product
    for channel in (1, 2):
        distances += np.multiply.outer(rgb[:, channel], -2 * means[..., channel])
    distances += (means * means).sum(-1)
    if squares is not None:
        distances += squares[:, None] if means.ndim > 1 else squares
    return distances
