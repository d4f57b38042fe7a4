"""A picture as runs of pairs of pixels, with its colours numbered: most of a card is flat.

Two neighbours in a row are looked at as one number: half as many to look at, and of sixteen colours what a
byte holds. Runs begin anew every few rows, so that those of rows that a drawing has from its ground are found
once.
"""

from __future__ import annotations

import ctypes
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from ..ground import Ground, OnGround, Picture, image_of, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int64]
    Totals = NDArray[np.float64]
    Words = NDArray[np.uint32]
    Pairs = NDArray[np.uint64]
    Values = TypeVar("Values", Words, Pairs)

RUN_PAIRS, SAMPLE_COLORS = 5, 512  # runs with fewer, so many colours in the sample: it is a photo
_SAMPLE = 4  # of every so manieth row every so manieth pixel
_RUN_BYTES = 16  # that a kept run takes
_BAND = 8  # rows
_OPAQUE = 0xFF000000FF000000  # the bytes of which Pillow says nothing
_SLOT_BITS = 16  # of the number of a slot
_SPREAD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: spreads values over the slots


class _Stretch(NamedTuple):
    """Runs of some rows: the number of each one's pair, and its length."""

    numbers: Ints
    lengths: Ints


class Runs(NamedTuple):
    """The colours of a picture, and its runs."""

    colors: Words
    counts: Totals  # how many pixels have each colour; of some of a ground's none
    pairs: Ints  # the numbers of the two colours of each pair
    numbers: Ints  # of each run's pair
    lengths: Ints  # of each run

    def painted(self, entries: Bytes, *, halves: bool) -> Bytes:
        """Return the pixels, where an entry stands for each colour: in bytes, or two of them in one."""
        both = entries.take(self.pairs)
        pairs = both[:, 0] * np.uint8(16) | both[:, 1] if halves else both.view(np.uint16)[:, 0]
        return np.repeat(pairs.take(self.numbers), self.lengths).view(np.uint8)


_NOTHING = Runs(
    np.empty(0, np.uint32),
    np.empty(0),
    np.empty((0, 2), np.int64),
    np.empty(0, np.int64),
    np.empty(0, np.int64),
)


class KnownRuns(NamedTuple):
    """The runs of a ground."""

    runs: Runs
    begins: Ints  # the first run of each band, and the end

    def of_bands(self, first: int, end: int) -> _Stretch:
        """Return the runs of some bands."""
        own = slice(self.begins[first], self.begins[end])
        return _Stretch(self.runs.numbers[own], self.runs.lengths[own])


def runs_of(picture: Picture) -> Runs | None:
    """Return the runs of an "RGB" picture, None of a photo."""
    on = picture if isinstance(picture, OnGround) else None
    image = image_of(picture)
    pairs = pairs_of(image)
    size = len(pairs) // image.height * _BAND
    fresh = on.fresh_bands(_BAND) if on is not None else None
    known = few_runs(on.ground) if on is not None else None
    if on is None or fresh is None or known is None:
        values, lengths = _scanned(pairs, size)
        return None if _is_photo(pairs, image.height, len(values)) else _runs(values, lengths)
    parts = stretches(fresh)
    still = [known.of_bands(first, end) for is_fresh, first, end in parts if not is_fresh]
    scanned = [_scanned(pairs[first * size : end * size], size) for is_fresh, first, end in parts if is_fresh]
    runs = sum(len(part.lengths) for part in still) + sum(len(lengths) for _, lengths in scanned)
    if _is_photo(pairs, image.height, runs):
        return None
    if not scanned:
        return known.runs
    size = len(known.runs.pairs)
    totals = on.ground.latest("still pairs", fresh, lambda: sums_of(*_joined(still), size))
    values, lengths = (np.concatenate(part) for part in zip(*scanned, strict=True))
    new = _runs(values, lengths, known.runs, totals)
    ends = [0, *accumulate(len(part) for _, part in scanned)]
    own = (_Stretch(new.numbers[first:end], lengths[first:end]) for first, end in pairwise(ends))
    rest = {True: own, False: iter(still)}
    ordered = _joined([next(rest[is_fresh]) for is_fresh, _, _ in parts])
    return new._replace(numbers=ordered.numbers, lengths=ordered.lengths)


def _joined(parts: list[_Stretch]) -> _Stretch:
    """Return runs that lie one below the other."""
    return _Stretch(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _runs(values: Pairs, lengths: Ints, below: Runs = _NOTHING, totals: Totals = _NOTHING.counts) -> Runs:
    """Return runs of values; the colours and pairs of a ground come first, with totals of its own pairs."""
    different, numbers = numbered(values)
    different |= np.uint64(_OPAQUE)
    colors, found = numbered(np.concatenate((below.colors, different.view(np.uint32))))
    places, own = found[: len(below.colors)], found[len(below.colors) :].reshape(-1, 2)
    pairs = np.concatenate((places.take(below.pairs), own))
    numbers += len(below.pairs)
    of_pairs = sums_of(numbers, lengths, len(pairs))
    of_pairs[: len(totals)] = totals
    counts = sums_of(pairs.ravel(), np.repeat(of_pairs, 2), len(colors))
    return Runs(colors, counts, pairs, numbers, lengths)


def sums_of(numbers: Ints, weights: Ints | Totals, size: int) -> Totals:
    """Return the sum of the weights of each number below a size."""
    return np.bincount(numbers, weights, size).astype(np.float64, copy=False)


def _is_photo(pairs: Pairs, height: int, runs: int) -> bool:
    """Whether so many runs are those of a photo, whose colours are too many to count."""
    return RUN_PAIRS * runs > len(pairs) and sampled_colors(pairs, height) > SAMPLE_COLORS


def sampled_colors(pairs: Pairs, height: int) -> int:
    """Return how many colours a sample of so many rows has at the least."""
    return _least_different(pairs.view(np.uint32).reshape(height, -1)[::_SAMPLE, ::_SAMPLE])


def few_runs(ground: Ground) -> KnownRuns | None:
    """Return the runs of a ground, None where they would take more than a byte a pixel."""
    return ground.found("runs", lambda: _few_runs(ground.image))


def _few_runs(image: Image.Image) -> KnownRuns | None:
    pairs = pairs_of(image)
    size = len(pairs) // image.height * _BAND
    values, lengths = _scanned(pairs, size)
    if _RUN_BYTES * len(values) > image.width * image.height:
        return None
    ends = np.cumsum(lengths)
    begins = np.searchsorted(ends, np.arange(0, ends[-1] + size, size), side="right")
    return KnownRuns(_runs(values, lengths), begins)


def counted(pairs: Pairs) -> Runs:
    """Return runs of pairs, without bands."""
    return _runs(*_scanned(pairs, len(pairs)))


def _scanned(pairs: Pairs, size: int) -> tuple[Pairs, Ints]:
    """Return the value and the length of each run; a band of so many pairs begins with one."""
    begins = np.empty(len(pairs), np.bool_)
    np.not_equal(pairs[1:], pairs[:-1], out=begins[1:])
    begins[::size] = True
    starts = np.flatnonzero(begins)
    lengths = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1] = len(pairs) - starts[-1]
    return pairs.take(starts), lengths


def numbered(values: Values, before: int = 0) -> tuple[Values, Ints]:
    """Return the different values, and the number of each value: without sorting, as they are many.

    Every value has a slot, which one of those with that slot holds. Values that another one stands for so are
    looked at again, after so many times.
    """
    slots = _slots(values, 2 * before + 1, _SLOT_BITS)
    places = np.arange(len(values))
    held = np.empty(1 << _SLOT_BITS, np.int64)
    held[slots] = places
    holders = held.take(slots)
    firm = np.flatnonzero(holders == places)
    held[slots.take(firm)] = np.arange(len(firm))
    found = held.take(slots)
    others = np.flatnonzero(values.take(holders) != values)
    if not len(others):
        return values.take(firm), found
    more, numbers = numbered(values[others], before + 1)
    found[others] = numbers + len(firm)
    return np.concatenate((values.take(firm), more)), found


def _least_different(values: Words) -> int:
    """Return how many different values there are at the least."""
    held = np.zeros(1 << _SLOT_BITS, np.bool_)
    held[_slots(values, 1, _SLOT_BITS)] = True
    return int(np.count_nonzero(held))


def _slots(values: Words | Pairs, times: int, bits: int) -> Ints:
    spread = values * np.uint64(_SPREAD * times & 0xFFFFFFFFFFFFFFFF)
    spread >>= np.uint64(64 - bits)
    return spread.view(np.int64)


# --- pixels --------------------------------------------------------------------------------------------

# Arrow's C data interface, in which Pillow hands its pixels out without copying them: of `struct ArrowArray`
# five numbers, and then pointers, first those to its buffers and to its children. The one child of a picture
# has its bytes in the second buffer.
_Struct, _Pair = ctypes.c_uint64 * 7, ctypes.c_uint64 * 2
_BUFFERS, _CHILDREN = 5, 6
_has_wide_pointers = ctypes.sizeof(ctypes.c_void_p) == ctypes.sizeof(ctypes.c_uint64)
_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
# An array of ctypes would be a class of its own for each size, which only the garbage collector frees.
_bytes_at = ctypes.pythonapi.PyMemoryView_FromMemory
_bytes_at.restype, _bytes_at.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int)
_READ = 0x100  # PyBUF_READ


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
    first = _Pair.from_address(child[_BUFFERS])[1]
    return np.frombuffer(_bytes_at(first, 4 * image.width * image.height, _READ), "<u4")


def pairs_of(image: Image.Image) -> Pairs:
    """Return the pixels of an "RGB" picture, which has to stay, by twos; odd rows have the last one twice."""
    words = words_of(image)
    if image.width % 2:
        rows = words.reshape(image.height, -1)
        words = np.concatenate((rows, rows[:, -1:]), axis=1).ravel()
    return words.view(np.uint64)
