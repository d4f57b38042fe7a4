"""WebP without loss for pictures in a palette, quickly (RFC 9649).

Of up to sixteen colours two pixels go into a byte (color indexing, 4.4). A stretch of bytes that is as the
row above it, or as the byte before it, is one token; what is left are literals. libwebp in its quickest
setting takes three times as long for files that are twice as large. All numbers are whole, so that every
machine writes the same bytes.
"""

from __future__ import annotations

import struct
from functools import cache
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .indexed import Indexed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_FEWEST = 5  # with fewer, more than two pixels would
_LONGEST = 4096  # pixels that a copy may have
_LITERALS, _LENGTHS = 256, 24  # of the first alphabet (5.2)
_DEEPEST, _DEEPEST_OF_LENGTHS = 15, 7  # bits of a code
_LENGTH_ORDER = (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)  # 5.2.3
_ABOVE, _BEFORE = 0, 1  # the prefix codes of distance codes 1 and 2 (5.2.2)
_SIGNATURE, _INDEXING = 0x2F, 3
_REVERSED = [int(f"{value:08b}"[::-1], 2) for value in range(256)]


class _Bits:
    """Bits, the first one the lowest."""

    def __init__(self) -> None:
        self.value, self.length = 0, 0

    def put(self, value: int, length: int) -> None:
        """Append a number."""
        self.value |= value << self.length
        self.length += length


class _Tokens(NamedTuple):
    """What is written: symbols of the first alphabet, bits behind them, and of copies where from."""

    symbols: Ints
    extra: Ints
    extra_bits: Ints
    is_copy: NDArray[np.bool_]
    is_before: NDArray[np.bool_]


def encode_indexed_webp(picture: Indexed) -> bytes:
    """Encode a picture in a palette."""
    width, height = picture.size
    tokens = _tokens(picture.rows.ravel(), picture.rows.shape[1], halves=picture.is_packed)
    bits = _Bits()
    bits.put(_SIGNATURE, 8)
    bits.put(width - 1, 14)
    bits.put(height - 1, 14)
    bits.put(0, 1 + 3)  # without alpha; version
    bits.put(1, 1)  # a transform
    bits.put(_INDEXING, 2)
    _put_colors(bits, picture.palette.tolist())
    bits.put(0, 1 + 1 + 1)  # no other transform, no color cache, one group of prefix codes
    counts = np.bincount(tokens.symbols, minlength=_LITERALS + _LENGTHS)
    lengths = _code_lengths(counts.tolist(), _DEEPEST)
    if any(lengths):
        _put_code(bits, lengths)
    else:
        _put_symbols(bits, int(tokens.symbols[0]))
    for _ in "red", "blue", "alpha":
        _put_symbols(bits, 0)
    _put_symbols(bits, _ABOVE, _BEFORE)
    data = _packed(bits, tokens, np.array(_codes(lengths)), np.array(lengths))
    padded = data + b"\0" * (len(data) % 2)
    return struct.pack("<4sI4s4sI", b"RIFF", 12 + len(padded), b"WEBP", b"VP8L", len(data)) + padded


def _tokens(values: NDArray[np.uint8], width: int, *, halves: bool) -> _Tokens:
    """Part bytes into copies from above, copies of what is before, and literals; `halves`: of two pixels."""
    above = np.zeros(len(values), np.bool_)
    np.equal(values[width:], values[:-width], out=above[width:])
    before = np.zeros(len(values), np.bool_)
    np.equal(values[1:], values[:-1], out=before[1:])
    kinds = np.where(above, np.uint8(2), before.view(np.uint8))  # 0: a literal
    begins = np.ones(len(values), np.bool_)
    np.not_equal(kinds[1:], kinds[:-1], out=begins[1:])
    begins |= kinds == 0
    begins[::_LONGEST] = True  # no copy is too long
    starts = np.flatnonzero(begins)
    lengths = np.diff(starts, append=len(values))
    kind = kinds[starts]
    is_copy = kind > 0
    literals = values[starts].astype(np.int64)
    if halves:
        literals = (literals & 15) << 4 | literals >> 4  # in WebP the first pixel is the lower half
    prefix, extra, extra_bits = (table[lengths] for table in _prefix_tables())
    symbols = np.where(is_copy, _LITERALS + prefix, literals)
    return _Tokens(symbols, extra, extra_bits, is_copy, kind == 1)


@cache
def _prefix_tables() -> tuple[Ints, Ints, Ints]:
    """Return the prefix code of each length, and the bits after it (5.2.2)."""
    rows = []
    for value in range(_LONGEST + 1):
        less = max(0, value - 1)
        if less < 4:
            rows.append((less, 0, 0))
            continue
        high = less.bit_length() - 1
        rows.append((2 * high + (less >> high - 1 & 1), less & (1 << high - 1) - 1, high - 1))
    table = np.array(rows, np.int64)
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()


def _packed(bits: _Bits, tokens: _Tokens, codes: Ints, lengths: Ints) -> bytes:
    """Return the stream: what is there already, then the tokens."""
    sizes = lengths[tokens.symbols]
    values = codes[tokens.symbols] | tokens.extra << sizes  # a literal is one byte long, and has none
    sizes = sizes + tokens.extra_bits
    values |= tokens.is_before.astype(np.int64) << sizes
    sizes += tokens.is_copy
    ends = np.cumsum(sizes) + bits.length
    starts = ends - sizes
    count = int(ends[-1]) // 32 + 2
    shifted = values << (starts & 31)  # 15 + 10 + 1 bits, and up to 31
    words = starts >> 5
    # No two tokens share a bit, so that sums are unions, and exact in 64 bits of floating point.
    stream = np.bincount(words, shifted & 0xFFFFFFFF, count) + np.bincount(words + 1, shifted >> 32, count)
    head = bits.value.to_bytes(4 * count, "little")
    whole = stream.astype(np.uint32) | np.frombuffer(head, "<u4")
    return bytes(whole.astype("<u4").tobytes()[: (int(ends[-1]) + 7) // 8])


# --- prefix codes (5.2.3) ---

_Tree = tuple[int, int, list[int]]  # how often its symbols occur, the lowest one, all of them


def _code_lengths(counts: list[int], deepest: int) -> list[int]:
    """Return the bits of each symbol's code (Huffman 1952); none for what does not occur, or alone."""
    while True:
        lengths = [0] * len(counts)
        heap: list[_Tree] = [(count, symbol, [symbol]) for symbol, count in enumerate(counts) if count]
        heapify(heap)
        while len(heap) > 1:
            first, _, some = heappop(heap)
            second, number, others = heappop(heap)
            for symbol in some + others:
                lengths[symbol] += 1
            heappush(heap, (first + second, number, some + others))
        if max(lengths) <= deepest:
            return lengths
        counts = [(count + 1) // 2 for count in counts]


def _codes(lengths: list[int]) -> list[int]:
    """Return the canonical codes, the first bit the lowest."""
    codes = [0] * len(lengths)
    code = 0
    for length in range(1, max(lengths, default=0) + 1):
        code <<= 1
        for symbol, own in enumerate(lengths):
            if own == length:
                codes[symbol] = int(f"{code:0{length}b}"[::-1], 2)
                code += 1
    return codes


def _put_symbols(bits: _Bits, *symbols: int) -> None:
    """Write a code of one symbol, which takes no bits, or of two, which take one each."""
    bits.put(1, 1)
    bits.put(len(symbols) - 1, 1)
    bits.put(1, 1)
    for symbol in symbols:
        bits.put(symbol, 8)


def _put_code(bits: _Bits, lengths: list[int]) -> None:
    """Write the lengths of a code, with runs of zeros, coded themselves."""
    items = _shortened(lengths)
    counts = [0] * len(_LENGTH_ORDER)
    for symbol, _, _ in items:
        counts[symbol] += 1
    own = _code_lengths(counts, _DEEPEST_OF_LENGTHS)
    codes = _codes(own)
    bits.put(0, 1)
    bits.put(len(_LENGTH_ORDER) - 4, 4)
    for symbol in _LENGTH_ORDER:
        bits.put(own[symbol], 3)
    bits.put(0, 1)  # lengths of all symbols follow
    for symbol, extra, size in items:
        bits.put(codes[symbol], own[symbol])
        bits.put(extra, size)


def _shortened(lengths: list[int]) -> list[tuple[int, int, int]]:
    """Return code lengths with runs of zeros in one: symbol, extra bits, how many those are."""
    items: list[tuple[int, int, int]] = []
    at = 0
    while at < len(lengths):
        end = at
        while end < len(lengths) and not lengths[end] and end - at < 138:
            end += 1
        zeros = end - at
        if zeros >= 11:
            items.append((18, zeros - 11, 7))
        elif zeros >= 3:
            items.append((17, zeros - 3, 3))
        else:
            end = at + 1
            items.append((lengths[at], 0, 0))
        at = end
    return items


def _put_colors(bits: _Bits, colors: list[list[int]]) -> None:
    """Write the color table: differences to the color before, eight bits each (4.4)."""
    colors = colors + [colors[-1]] * (_FEWEST - len(colors))
    bits.put(len(colors) - 1, 8)
    bits.put(0, 1)  # no color cache
    for lengths_follow in (True, False, False):  # green has symbols for copies, which are not used
        bits.put(0, 1)
        bits.put(12 - 4, 4)
        for symbol in _LENGTH_ORDER[:12]:
            bits.put(int(symbol == 8), 3)
        bits.put(int(lengths_follow), 1)
        if lengths_follow:
            bits.put(3, 3)  # eight bits follow
            bits.put(_LITERALS - 2, 8)
    _put_symbols(bits, 0, 255)
    _put_symbols(bits, 0)
    before = [0, 0, 0]
    for number, color in enumerate(colors):
        for channel in (1, 0, 2):
            bits.put(_REVERSED[(color[channel] - before[channel]) & 255], 8)
        bits.put(int(number == 0), 1)  # alpha, 255 and then as before
        before = color
