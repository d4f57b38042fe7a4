"""A mosaic as lossless WebP (RFC 9649 §3): literal pixels, runs, and copies of the line above."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from .bits import LsbBits
from .mosaic import CELL, Mosaic

_LONGEST = 4096  # pixels of one copy
# §3.7.2.1.1: order in which the code lengths of the code lengths are stored.
_ORDER = (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
_GREENS = 256 + 24  # literals and length prefixes; there is no colour cache
_DISTANCES = 40
_ABOVE, _LEFT = 1, 2  # distance codes of the pixel above and of the one to the left (§3.6.3)

Codes = dict[int, tuple[int, int]]  # symbol → code with its bits reversed, length


def encode_webp(picture: Mosaic) -> bytes:
    """Return a complete WebP file."""
    steps = list(_steps(picture))
    data = _image(picture, steps)
    data += b"\0" * (len(data) % 2)
    size = len(data) - (len(data) % 2)
    return b"RIFF" + struct.pack("<I", size + 12) + b"WEBPVP8L" + struct.pack("<I", size) + data


def _steps(picture: Mosaic) -> Iterable[tuple[int, int, int]]:
    """(palette index, 1, 0) for a literal; (-1, length, distance code) for a copy."""
    for number, row in enumerate(picture.rows):
        yield from _first_line(picture, row)
        below = min(CELL, picture.height - number * CELL) - 1
        yield from _copies(below * picture.width, _ABOVE)


def _first_line(picture: Mosaic, row: bytes) -> Iterable[tuple[int, int, int]]:
    column = 0
    while column < len(row):
        end = column
        while end < len(row) and row[end] == row[column]:
            end += 1
        pixels = min(end * CELL, picture.width) - column * CELL
        yield row[column], 1, 0
        yield from _copies(pixels - 1, _LEFT)
        column = end


def _copies(pixels: int, distance: int) -> Iterable[tuple[int, int, int]]:
    while pixels > 0:
        length = min(pixels, _LONGEST)
        yield -1, length, distance
        pixels -= length


def _image(picture: Mosaic, steps: list[tuple[int, int, int]]) -> bytes:
    bits = LsbBits()
    bits.put(0x2F, 8)
    bits.put(picture.width - 1, 14)
    bits.put(picture.height - 1, 14)
    bits.put(0, 1 + 3)  # no alpha, version 0
    bits.put(0, 1)  # no transform
    bits.put(0, 1)  # no colour cache
    bits.put(0, 1)  # one group of codes for the whole image
    palette = picture.palette
    prefixes = {256 + _prefix(length)[0] for index, length, _ in steps if index < 0}
    greens = _write_code(bits, {colour[1] for colour in palette} | prefixes, _GREENS)
    reds = _write_code(bits, {colour[0] for colour in palette}, 256)
    blues = _write_code(bits, {colour[2] for colour in palette}, 256)
    _write_code(bits, {255}, 256)
    distances = _write_code(bits, {_prefix(_ABOVE)[0], _prefix(_LEFT)[0]}, _DISTANCES)
    for index, length, distance in steps:
        if index >= 0:
            red, green, blue = palette[index]
            for codes, value in ((greens, green), (reds, red), (blues, blue)):
                bits.put(*codes[value])
            continue
        symbol, extra, count = _prefix(length)
        bits.put(*greens[256 + symbol])
        bits.put(extra, count)
        symbol, extra, count = _prefix(distance)
        bits.put(*distances[symbol])
        bits.put(extra, count)
    return bits.finish()


def _prefix(value: int) -> tuple[int, int, int]:
    """Return prefix symbol, extra bits and their count for a length or distance code ≥ 1 (§3.6.2)."""
    if value <= 4:
        return value - 1, 0, 0
    value -= 1
    count = value.bit_length() - 2
    return 2 * (count + 1) + (value >> count & 1), value & ((1 << count) - 1), count


def _write_code(bits: LsbBits, symbols: set[int], alphabet: int) -> Codes:
    """Write a complete prefix code for the symbols, all of about the same length (§3.7.2.1)."""
    ordered = sorted(symbols)
    if len(ordered) == 1 and ordered[0] < 256:
        bits.put(1, 1)  # simple code
        bits.put(0, 1)  # of one symbol
        bits.put(1, 1)  # written with eight bits
        bits.put(ordered[0], 8)
        return {ordered[0]: (0, 0)}
    lengths = _lengths(len(ordered))
    _write_lengths(bits, dict(zip(ordered, lengths, strict=True)), alphabet)
    return _canonical(ordered, lengths)


def _lengths(count: int) -> list[int]:
    """Lengths of a complete code: the first symbols get one bit less where there is room."""
    longest = max(1, (count - 1).bit_length())
    shorter = (1 << longest) - count
    return [longest - 1] * shorter + [longest] * (count - shorter) if longest > 1 else [1] * count


def _canonical(symbols: list[int], lengths: list[int]) -> Codes:
    codes: Codes = {}
    code = before = 0
    for length, symbol in sorted(zip(lengths, symbols, strict=True)):
        code <<= length - before
        codes[symbol] = (int(f"{code:0{length}b}"[::-1], 2), length)
        code, before = code + 1, length
    return codes


def _write_lengths(bits: LsbBits, lengths: dict[int, int], alphabet: int) -> None:
    """Write each symbol's length, zeros as runs, under a code of fixed four-bit codes (§3.7.2.1.2)."""
    bits.put(0, 1)  # normal code
    bits.put(len(_ORDER) - 4, 4)
    used = {0: 2, 17: 2, 18: 2} | dict.fromkeys(range(1, 16), 0)
    present = sorted(set(lengths.values()))
    if len(present) == 1:
        used[present[0]] = 2
    else:
        used.update({present[0]: 3, present[1]: 3})
    for symbol in _ORDER:
        bits.put(used.get(symbol, 0), 3)
    kept = [symbol for symbol, length in used.items() if length]
    codes = _canonical(kept, [used[symbol] for symbol in kept])
    bits.put(0, 1)  # lengths for the whole alphabet
    position = 0
    for symbol in [*sorted(lengths), alphabet]:
        _write_zeros(bits, codes, symbol - position)
        if symbol < alphabet:
            bits.put(*codes[lengths[symbol]])
        position = symbol + 1


def _write_zeros(bits: LsbBits, codes: Codes, count: int) -> None:
    while count > 0:
        if count >= 11:
            run = min(count, 138)
            bits.put(*codes[18])
            bits.put(run - 11, 7)
        elif count >= 3:
            run = count
            bits.put(*codes[17])
            bits.put(run - 3, 3)
        else:
            run = 1
            bits.put(*codes[0])
        count -= run
