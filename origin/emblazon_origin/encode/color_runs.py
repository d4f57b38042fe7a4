"""A picture as runs of one colour, with its colours numbered: most of a card is flat.

Runs begin anew every few rows, so that those of rows that a drawing has from its ground are found once. The
colours that were seen on a ground keep their numbers, and what was found out about each of them.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..ground import Ground, OnGround, stretches
from .ramps import Ramps

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    Ints = NDArray[np.int64]
    Totals = NDArray[np.float64]
    Words = NDArray[np.uint32]

RUN_PIXELS, SAMPLE_COLORS = 9, 512  # runs with fewer, so many colours in the sample: it is a photo
_BAND = 8  # rows
_SAMPLE = 4  # of every so manieth row every so manieth pixel
_RUN_BYTES = 8  # that a kept run takes
_OPAQUE = 0xFF000000  # the byte of which Pillow says nothing
_SLOT_BITS, _COUNTED_BITS = 14, 16
_SPREAD = 2654435761  # 2^32 over the golden ratio: spreads colours over the slots
_NOTHING = np.empty(0, np.uint32)
_MOST_KNOWN = 8192  # colours that are known of a ground: with more, it is looked at anew


class Colors:
    """Colours by number, in the order in which they were seen.

    Each has a slot, which tells its number. Those whose slot another one holds are looked up apart.
    """

    def __init__(self) -> None:
        self.values: Words = np.empty(0, np.uint32)
        self._held: Words = np.zeros(1 << _SLOT_BITS, np.uint32)  # no colour is 0
        self._numbers: Words = np.zeros(1 << _SLOT_BITS, np.uint32)
        self._others: Words = np.empty(0, np.uint32)  # sorted
        self._other_numbers: Words = np.empty(0, np.uint32)

    def numbers_of(self, values: Words) -> Words:
        """Return the number of each value; colours that were not seen before get one."""
        slots = _slots(values, 1, _SLOT_BITS)
        numbers = self._numbers.take(slots)
        apart = np.flatnonzero(self._held.take(slots) != values)
        if len(apart):
            numbers[apart] = self._looked_up(values[apart])
        return numbers

    def _looked_up(self, values: Words) -> Words:
        """Return the numbers of colours that do not hold their slots."""
        numbers, new = np.zeros(len(values), np.uint32), np.arange(len(values))
        if len(self._others):
            places = np.minimum(np.searchsorted(self._others, values), len(self._others) - 1)
            numbers = self._other_numbers.take(places)
            new = np.flatnonzero(self._others.take(places) != values)
        if len(new):
            colors, found = _numbered(values[new])
            numbers[new] = found + len(self.values)
            self._add(colors)
        return numbers

    def _add(self, colors: Words) -> None:
        """Give colours that are not there their numbers."""
        numbers = np.arange(len(self.values), len(self.values) + len(colors), dtype=np.uint32)
        self.values = np.concatenate((self.values, colors))
        slots = _slots(colors, 1, _SLOT_BITS)
        free = self._held[slots] == 0
        self._held[slots[free]] = colors[free]
        apart = self._held[slots] != colors
        self._numbers[slots[~apart]] = numbers[~apart]
        others = np.concatenate((self._others, colors[apart]))
        order = np.argsort(others)
        self._others = others[order]
        self._other_numbers = np.concatenate((self._other_numbers, numbers[apart]))[order]


class _Stretch(NamedTuple):
    """Runs of some rows: the number of each one's colour, and its length."""

    numbers: Ints | Words
    lengths: Ints | Words


@dataclass(slots=True, eq=False)
class _Known:
    """The runs of a ground, and all colours that were seen on it."""

    colors: Colors
    ramps: Ramps
    numbers: Words
    lengths: Words
    begins: Ints  # the first run of each band, and the end

    def of_bands(self, first: int, end: int) -> _Stretch:
        """Return the runs of some bands."""
        runs = slice(self.begins[first], self.begins[end])
        return _Stretch(self.numbers[runs], self.lengths[runs])


class Runs(NamedTuple):
    """The colours of a picture, and its runs."""

    colors: Words
    counts: Totals  # how many pixels have each colour; of some that were seen before none
    ramps: Ramps  # what is known of the colours
    stretches: list[_Stretch]  # one below the other

    def painted(self, entries: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the pixels, where an entry stands for each colour."""
        values = [entries.take(part.numbers) for part in self.stretches]
        return np.repeat(np.concatenate(values), np.concatenate([part.lengths for part in self.stretches]))


def runs_of(image: Image.Image, on: OnGround | None = None) -> Runs | None:
    """Return the runs of an "RGB" picture, None of a photo; `on` is what it lies on, and is locked."""
    words = words_of(image)
    fresh = on.fresh_bands(_BAND) if on is not None else None
    known = _known(on.ground) if on is not None and fresh is not None else None
    if on is not None and fresh is not None and known is not None:
        return _runs_on(known, image, words, fresh, on.ground)
    values, lengths = _scanned(words, image.width * _BAND)
    if _is_photo(image, words, len(values)):
        return None
    colors, numbers = _numbered(values)
    whole = [_Stretch(numbers, lengths)]
    return Runs(colors, _sum_of(whole, len(colors)), Ramps(), whole)


def _runs_on(
    known: _Known, image: Image.Image, words: Words, fresh: list[bool], ground: Ground
) -> Runs | None:
    """Return the runs of a picture that lies on a known one."""
    size, parts = image.width * _BAND, stretches(fresh)
    still = [known.of_bands(first, end) for is_fresh, first, end in parts if not is_fresh]
    scanned = [_scanned(words[first * size : end * size], size) for is_fresh, first, end in parts if is_fresh]
    if _is_photo(
        image, words, sum(len(values) for values, _ in scanned) + sum(len(part.numbers) for part in still)
    ):
        return None
    numbers = known.colors.numbers_of(np.concatenate([_NOTHING, *(values for values, _ in scanned)]))
    own, at = [], 0
    for _, lengths in scanned:
        own.append(_Stretch(numbers[at : at + len(lengths)], lengths))
        at += len(lengths)
    colors = known.colors.values
    counts = _sum_of(own, len(colors))
    below = ground.latest("still colors", (known, fresh), lambda: _sum_of(still, len(colors)))
    counts[: len(below)] += below
    rest = {True: iter(own), False: iter(still)}
    return Runs(colors, counts, known.ramps, [next(rest[is_fresh]) for is_fresh, _, _ in parts])


def _is_photo(image: Image.Image, words: Words, runs: int) -> bool:
    """Whether so many runs are those of a photo, whose colours are too many to count."""
    if RUN_PIXELS * runs <= len(words):
        return False
    return least_colors(words.reshape(image.height, image.width)[::_SAMPLE, ::_SAMPLE]) > SAMPLE_COLORS


def _sum_of(parts: list[_Stretch], colors: int) -> Totals:
    """Return how many pixels have each of so many colours."""
    totals = np.zeros(colors)
    for part in parts:
        totals += np.bincount(part.numbers, part.lengths, colors)
    return totals


def _known(ground: Ground) -> _Known | None:
    """Return the runs of a ground, None where they would take more than a byte a pixel."""
    known = ground.found("runs", lambda: _few_runs(ground.image))
    if known is not None and len(known.colors.values) > _MOST_KNOWN:
        ground.forget("runs")
        known = ground.found("runs", lambda: _few_runs(ground.image))
    return known


def _few_runs(image: Image.Image) -> _Known | None:
    size = image.width * _BAND
    values, lengths = _scanned(words_of(image), size)
    colors = Colors()
    if _RUN_BYTES * len(values) > image.width * image.height:
        return None
    numbers = colors.numbers_of(values)
    if len(colors.values) > _MOST_KNOWN // 2:
        return None
    ends = np.cumsum(lengths)
    begins = np.searchsorted(ends, np.arange(0, ends[-1] + size, size), side="right")
    return _Known(colors, Ramps(), numbers, lengths.astype(np.uint32), begins)


def counted(words: Words) -> tuple[Words, Ints, int]:
    """Return the colours of some pixels, how many have each of them, and how many runs there are."""
    values, lengths = _scanned(words, len(words))
    colors, numbers = _numbered(values)
    counts: Ints = np.bincount(numbers, lengths).astype(np.int64)
    return colors, counts, len(values)


def _scanned(words: Words, size: int) -> tuple[Words, Ints]:
    """Return the value and the length of each run; a band of so many pixels begins with one."""
    begins = np.empty(len(words), np.bool_)
    np.not_equal(words[1:], words[:-1], out=begins[1:])
    begins[::size] = True
    starts = np.flatnonzero(begins)
    lengths = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1] = len(words) - starts[-1]
    return words[starts] | np.uint32(_OPAQUE), lengths


def _numbered(values: Words, before: int = 0) -> tuple[Words, Ints]:
    """Return the different values, and the number of each value: without sorting, as they are many.

    Every value has a slot. Those whose slot another one holds are looked at again, after so many times.
    """
    slots = _slots(values, 2 * before + 1, _SLOT_BITS)
    held = np.zeros(1 << _SLOT_BITS, np.uint32)  # no colour is 0
    held[slots] = values
    used = np.flatnonzero(held != 0)
    numbers = np.empty(1 << _SLOT_BITS, np.int64)
    numbers[used] = np.arange(len(used))
    found = numbers.take(slots)
    others = np.flatnonzero(held.take(slots) != values)
    if not len(others):
        return held[used], found
    more, places = _numbered(values[others], before + 1)
    found[others] = places + len(used)
    return np.concatenate((held[used], more)), found


def least_colors(values: Words) -> int:
    """Return how many different values there are at the least."""
    held = np.zeros(1 << _COUNTED_BITS, np.bool_)
    held[_slots(values, 1, _COUNTED_BITS)] = True
    return int(np.count_nonzero(held))


def _slots(values: Words, times: int, bits: int) -> Words:
    slots: Words = values * np.uint32(_SPREAD * times & 0xFFFFFFFF) >> np.uint32(32 - bits)
    return slots


# --- pixels --------------------------------------------------------------------------------------------

# Arrow's C data interface, in which Pillow hands its pixels out without copying them: of `struct ArrowArray`
# five numbers, and then pointers, first those to its buffers and to its children. The one child of a picture
# has its bytes in the second buffer.
_Struct, _Pair = ctypes.c_uint64 * 7, ctypes.c_uint64 * 2
_BUFFERS, _CHILDREN = 5, 6
_has_wide_pointers = ctypes.sizeof(ctypes.c_void_p) == ctypes.sizeof(ctypes.c_uint64)
_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)


def words_of(image: Image.Image) -> Words:
    """Return the pixels of an "RGB" picture, which has to stay, as 32 bits each."""
    try:
        capsule = image.__arrow_c_array__()[1] if _has_wide_pointers else None
    except ValueError:  # the rows do not lie in one piece of memory
        capsule = None
    if capsule is None:
        return np.frombuffer(image.tobytes("raw", "RGBX"), "<u4")
    array = _Struct.from_address(_pointer_of(capsule, b"arrow_array"))
    child = _Struct.from_address(_Pair.from_address(array[_CHILDREN])[0])
    pixels = ctypes.c_uint8 * (4 * image.width * image.height)
    return np.frombuffer(memoryview(pixels.from_address(_Pair.from_address(child[_BUFFERS])[1])), "<u4")
