"""A picture as runs of one colour, with its colours numbered: most of a card is flat.

Runs begin anew every few rows, so that those of rows that a drawing has from its ground are found once.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..ground import OnGround, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    Ints = NDArray[np.int64]
    Totals = NDArray[np.float64]
    Words = NDArray[np.uint32]

RUN_PIXELS, SAMPLE_COLORS = 9, 512  # runs with fewer, so many colours in the sample: it is a photo
_SAMPLE = 4  # of every so manieth row every so manieth pixel
_RUN_BYTES = 16  # that a kept run takes
_BAND = 8  # rows
_OPAQUE = 0xFF000000  # the byte of which Pillow says nothing
_SLOT_BITS, _COUNTED_BITS = 14, 16
_SPREAD = 2654435761  # 2^32 over the golden ratio: spreads colours over the slots


class _Stretch(NamedTuple):
    """Runs of some rows: the number of each one's colour, and its length."""

    numbers: Ints
    lengths: Ints
    is_still: bool = False


class Runs(NamedTuple):
    """The colours of a picture, and its runs."""

    colors: Words
    counts: Totals  # how many pixels have each colour; of some of a ground's none
    stretches: list[_Stretch]  # one below the other
    places: Ints  # where the colours of the ground are among all

    def painted(self, entries: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the pixels, where an entry stands for each colour."""
        still = entries.take(self.places)
        values = [(still if own.is_still else entries).take(own.numbers) for own in self.stretches]
        return np.repeat(np.concatenate(values), np.concatenate([own.lengths for own in self.stretches]))


class _Known(NamedTuple):
    """The runs of a ground."""

    colors: Words
    numbers: Ints
    lengths: Ints
    begins: Ints  # the first run of each band, and the end

    def of_bands(self, first: int, end: int) -> _Stretch:
        """Return the runs of some bands."""
        runs = slice(self.begins[first], self.begins[end])
        return _Stretch(self.numbers[runs], self.lengths[runs], is_still=True)


def runs_of(image: Image.Image, on: OnGround | None = None) -> Runs | None:
    """Return the runs of an "RGB" picture, None of a photo; `on` is what it lies on."""
    words, size = words_of(image), image.width * _BAND
    fresh = on.fresh_bands(_BAND) if on is not None else None
    known = on.ground.found("runs", lambda: _few_runs(on.ground.image)) if on is not None else None
    if on is None or fresh is None or known is None:
        values, lengths = _scanned(words, size)
        if _is_photo(image, words, len(values)):
            return None
        colors, numbers = _numbered(values)
        whole = [_Stretch(numbers, lengths)]
        return Runs(colors, _sum_of(whole, len(colors)), whole, np.empty(0, np.int64))
    parts = stretches(fresh)
    still = [known.of_bands(first, end) for is_fresh, first, end in parts if not is_fresh]
    scanned = [_scanned(words[first * size : end * size], size) for is_fresh, first, end in parts if is_fresh]
    lengths_of_all = [part.lengths for part in still] + [lengths for _, lengths in scanned]
    if _is_photo(image, words, sum(map(len, lengths_of_all))):
        return None
    colors, found = _numbered(np.concatenate((known.colors, *(values for values, _ in scanned))))
    places, at = found[: len(known.colors)], len(known.colors)
    own = []
    for _, lengths in scanned:
        own.append(_Stretch(found[at : at + len(lengths)], lengths))
        at += len(lengths)
    counts = _sum_of(own, len(colors))
    counts[places] += on.ground.latest("still colors", fresh, lambda: _sum_of(still, len(known.colors)))
    rest = {True: iter(own), False: iter(still)}
    return Runs(colors, counts, [next(rest[is_fresh]) for is_fresh, _, _ in parts], places)


def _is_photo(image: Image.Image, words: Words, runs: int) -> bool:
    """Whether so many runs are those of a photo, whose colours are too many to count."""
    if RUN_PIXELS * runs <= len(words):
        return False
    return least_colors(words.reshape(image.height, image.width)[::_SAMPLE, ::_SAMPLE]) > SAMPLE_COLORS


def _sum_of(parts: list[_Stretch], colors: int) -> Totals:
    """Return how many pixels have each of so many colours."""
    totals = np.zeros(colors)
    for numbers, lengths, _ in parts:
        totals += np.bincount(numbers, lengths, colors)
    return totals


def _few_runs(image: Image.Image) -> _Known | None:
    """Return the runs of a picture, None where they would take more than a byte a pixel."""
    size = image.width * _BAND
    values, lengths = _scanned(words_of(image), size)
    if _RUN_BYTES * len(values) > image.width * image.height:
        return None
    colors, numbers = _numbered(values)
    ends = np.cumsum(lengths)
    begins = np.searchsorted(ends, np.arange(0, ends[-1] + size, size), side="right")
    return _Known(colors, numbers, lengths, begins)


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
