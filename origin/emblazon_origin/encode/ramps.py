"""The palette of a card of areas and letters: its inks, and steps between those that meet.

Nearly every colour of such a card is an ink, which fills areas or strokes, or a mix of two inks along an
edge. Which inks there are, and which of them meet, hardly changes with the words; so the palette that is
made of that alone, with steps in equal distances, is the same one for most drawings of a template, and what
was found with it stays true. It is looked at whether it does for the colours that there are.

What is chosen depends on how many pixels have which colour, and on nothing else: neither on the numbers of
the colours nor on what was kept. All numbers that decide are whole, or rounded alike on every machine.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from .distances import channels_of, distances, tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]
    Totals = NDArray[np.float64]
    Words = NDArray[np.uint32]

_AREA = 0.0015  # of all pixels: such a colour fills an area, or is that of a hairline
_LEAST = 0.00008  # of all pixels have an ink, or are mixes of two inks that meet
_PEAK, _NEAR = 2, 48 * 48  # times as frequent as every other colour within this squared distance: an ink
_FREQUENT, _MOST_INKS = 64, 16  # so many colours are looked at for inks
_FAR = 150  # squared distance to the nearest ink: mixes that are nearer need no entry
_SHORT = 1e-4  # of a ramp's squared length: of two ramps that are as near the shorter one counts
_MOST_COLORS, _MOST_PAIRS = 3000, 300_000  # beyond, it is a gradient; of colours and ramps
_SIZES = (8, 12, 16, 24, 32, 64)  # of palettes; sixteen entries take half a byte a pixel
_STEP, _LEAST_GAP = 12.0, 64  # between points that may become entries; squared, between entries
_MOST_ADDED = 4  # colours beside all ramps that become entries
_KEPT_INKS, _KEPT = 12, 4  # sets of inks that are kept, and palettes for each
# Squared distances of colours to what stands for them, at the most: over all pixels; of one colour, spread
# over all pixels; of a single pixel.
_SUM, _COLOR, _WORST = 7.6, 0.15, 6000
# A gradient, which would have bands, has many pixels that are off by less than this; edges have more. No
# more are, of all pixels, of those that are off, and of all beside that.
_SLIGHT, _SOFT, _MOST_SOFT, _FEW = 12, 0.04, 0.5, 0.003


class Palette:
    """Entries, and which of them stands for each colour."""

    def __init__(self, rgb: Floats) -> None:
        self.rgb = rgb
        self.nearest = np.empty(0, np.uint8)
        self._right = tables(rgb)[1]
        self._gaps = np.empty(0, np.float32)

    def look_at(self, colors: Words) -> None:
        """Find what stands for colours, of which the first ones were looked at before."""
        before = len(self.nearest)
        if before == len(colors):
            return
        found = distances(tables(channels_of(colors[before:]))[0], self._right)
        nearest = found.argmin(1)
        self.nearest = np.concatenate((self.nearest, nearest.astype(np.uint8)))
        self._gaps = np.concatenate((self._gaps, found[np.arange(len(nearest)), nearest]))

    def does(self, counts: Totals, pixels: float) -> bool:
        """Whether it is near enough to so many pixels of each colour, without bands."""
        if np.dot(self._gaps, counts) > _SUM * pixels or _worst(self._gaps, counts, pixels) is not None:
            return False
        off = float(counts[self._gaps > 0].sum())
        slight = off - float(counts[self._gaps > _SLIGHT].sum())
        return slight <= min(_SOFT * pixels, _MOST_SOFT * off + _FEW * pixels)


def _worst(gaps: Floats, counts: Totals, pixels: float) -> NDArray[np.bool_] | None:
    """Return which colour most needs an entry of its own, or which ones that are alike in this."""
    weights = np.asarray(gaps * counts, np.float64)
    if weights.max() <= _COLOR * pixels:
        weights = np.where(counts > 0, gaps, 0)
        if weights.max() <= _WORST:
            return None
    worst: NDArray[np.bool_] = weights == weights.max()
    return worst


class _Inks:
    """Some inks, and which two of them each colour is a mix of."""

    def __init__(self, colors: Words) -> None:
        self._rgb = channels_of(colors)
        self._pairs = list(combinations(range(len(colors)), 2))
        self._ramps = np.empty(0, np.uint8)  # of each colour; behind the last one where it needs none
        self._offs = np.empty(0, np.float32)  # squared distances to them
        self._palettes: OrderedDict[Hashable, Palette] = OrderedDict()

    def look_at(self, colors: Words) -> None:
        """Find the ramps of colours, of which the first ones were looked at before."""
        before = len(self._ramps)
        if before == len(colors):
            return
        rgb = channels_of(colors[before:])
        gaps = distances(tables(rgb)[0], tables(self._rgb)[1])
        ramps, offs = np.zeros(len(rgb), np.int64), gaps.min(1)
        near = offs <= _FAR
        if self._pairs:
            begins, ends = (self._rgb[[pair[at] for pair in self._pairs]].astype(np.float64) for at in (0, 1))
            along = ends - begins
            lengths = np.einsum("ij,ij->i", along, along)
            dots = rgb.astype(np.float64) @ along.T - np.einsum("ij,ij->i", begins, along)
            parts = np.clip(dots / lengths, 0, 1)
            beside = gaps[:, [pair[0] for pair in self._pairs]] + parts * (parts * lengths - 2 * dots)
            ramps = (beside + _SHORT * lengths).argmin(1)
            offs = np.floor(np.maximum(beside[np.arange(len(ramps)), ramps], 0))
        ramps[near] = len(self._pairs)
        self._ramps = np.concatenate((self._ramps, ramps.astype(np.uint8)))
        self._offs = np.concatenate((self._offs, offs.astype(np.float32)))

    def meeting(self, counts: Totals, pixels: float) -> bytes:
        """Return which pairs have mixes."""
        weights = np.bincount(self._ramps, counts, len(self._pairs) + 1)[:-1]
        return np.flatnonzero(weights >= _LEAST * pixels).astype(np.uint8).tobytes()

    def beside(self, colors: Words, counts: Totals, pixels: float) -> tuple[int, ...] | None:
        """Return the colours beside all ramps that need entries, None where those are too many."""
        offs = self._offs
        found: tuple[int, ...] = ()
        while (worst := _worst(offs, counts, pixels)) is not None:
            if len(found) == _MOST_ADDED:
                return None
            found += (int(colors[worst].min()),)
            added = channels_of(np.array(found[-1:], np.uint32))
            offs = np.minimum(offs, distances(tables(channels_of(colors))[0], tables(added)[1][0]))
        return found if np.dot(offs, counts) <= _SUM * pixels else None

    def palette(self, meeting: bytes, size: int, added: tuple[int, ...]) -> Palette:
        """Return entries for pairs that meet and for some other colours, the same object each time."""
        key = meeting, size, added
        palette = self._palettes.get(key)
        if palette is None:
            steps = self._steps(meeting, size - len(added))
            palette = Palette(np.concatenate((*steps, channels_of(np.array(added, np.uint32)))))
            self._palettes[key] = palette
            if len(self._palettes) > _KEPT:
                self._palettes.popitem(last=False)
        self._palettes.move_to_end(key)
        return palette

    def _steps(self, meeting: bytes, size: int) -> list[Floats]:
        """Return the inks and points on ramps, always the one that is farthest from those before.

        Points near inks, of which there are many in areas, count as farther than they are.
        """
        chosen = [self._rgb]
        ramps = [self._points(*self._pairs[pair]) for pair in meeting]
        if ramps:
            weights = np.concatenate([1 + abs(2 * parts - 1) for parts, _ in ramps])
            left, right = tables(np.concatenate([points for _, points in ramps]))
            gaps = distances(left, tables(self._rgb)[1]).min(1)
            for _ in range(size - len(self._rgb)):
                weighted = gaps * weights
                farthest = int(weighted.argmax())
                if weighted[farthest] <= _LEAST_GAP:
                    break
                chosen.append(left[farthest : farthest + 1, :3])
                np.minimum(gaps, distances(left, right[farthest]), out=gaps)
        return chosen

    def _points(self, begin: int, end: int) -> tuple[Totals, Floats]:
        """Return points between two inks, in equal distances: which part of the way, and colours."""
        along = (self._rgb[end] - self._rgb[begin]).astype(np.float64)
        steps = max(2, int(sqrt(float(along @ along)) / _STEP))
        parts = np.arange(1, steps) / steps
        points: Floats = np.floor(self._rgb[begin] + along * parts[:, None] + 0.5).astype(np.float32)
        return parts, points


class Ramps:
    """What was found out about colours that are known by their numbers."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, _Inks] = OrderedDict()

    def palette(self, colors: Words, counts: Totals) -> Palette | None:
        """Return a palette for so many pixels of each colour, None where ramps between inks do not do.

        `colors` are those of the calls before, and others behind them.
        """
        pixels = float(counts.sum())
        present = np.count_nonzero(counts)
        if present > _MOST_COLORS:
            return None
        inks = _inks(colors, counts, pixels)
        if not 0 < len(inks) <= _MOST_INKS or len(inks) ** 2 // 2 * present > _MOST_PAIRS:
            return None
        own = self._kept.get(inks.tobytes())
        if own is None:
            own = self._kept[inks.tobytes()] = _Inks(inks)
            if len(self._kept) > _KEPT_INKS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(inks.tobytes())
        own.look_at(colors)
        added = own.beside(colors, counts, pixels)
        if added is None:
            return None
        meeting = own.meeting(counts, pixels)
        for size in _SIZES:
            if size >= len(inks) + len(added):
                palette = own.palette(meeting, size, added)
                palette.look_at(colors)
                if palette.does(counts, pixels):
                    return palette
        return None


def _inks(colors: Words, counts: Totals, pixels: float) -> Words:
    """Return the colours that fill areas, or stand out among those that are alike, in their order."""
    often = np.flatnonzero(counts >= _LEAST * pixels)
    if len(often) > _FREQUENT:
        # Of two that are alike often the lower colour comes first.
        keys = counts[often].astype(np.int64) << 24 | ~colors[often] & 0xFFFFFF
        often = often[np.argpartition(keys, len(keys) - _FREQUENT)[-_FREQUENT:]]
    own = counts[often]
    left, right = tables(channels_of(colors[often]))
    rivals = (distances(left, right) <= _NEAR) * own
    np.fill_diagonal(rivals, 0)
    inks: Words = np.sort(colors[often[(own >= _AREA * pixels) | (own >= _PEAK * rivals.max(1))]])
    return inks
