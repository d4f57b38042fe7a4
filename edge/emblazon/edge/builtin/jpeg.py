"""A mosaic as baseline JPEG (ITU-T T.81): every 8×8 block has one colour, so only DC coefficients are coded.

Two codes are enough: for the DC size category, and "end of block" for 63 AC values that are all zero.
"""

from __future__ import annotations

import struct
from itertools import groupby

from .bits import MsbBits
from .mosaic import Mosaic

_QUANT = 2  # step of the DC coefficient, which is eight times the sample: no visible loss
# Table K.3: category lengths of the luminance DC code, for all three components.
_DC_LENGTHS = (0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
_DC_VALUES = tuple(range(12))
_AC_LENGTHS = (1, *([0] * 15))  # one code of one bit: end of block
_END_OF_BLOCK = (0b0, 1)


def encode_jpeg(picture: Mosaic) -> bytes:
    """Return a complete JFIF file, three components without subsampling."""
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0" + struct.pack(">HBHHBB", 0x0101, 0, 1, 1, 0, 0)),
            _segment(0xDB, bytes([0]) + bytes([_QUANT]) * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, picture.height, picture.width, 3) + _components()),
            _segment(0xC4, bytes([0x00, *_DC_LENGTHS, *_DC_VALUES])),
            _segment(0xC4, bytes([0x10, *_AC_LENGTHS, 0])),
            _segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])),
            _scan(picture),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _components() -> bytes:
    """Y, Cb, Cr with sampling 1×1 and quantisation table 0."""
    return b"".join(bytes([identity, 0x11, 0]) for identity in (1, 2, 3))


def _scan(picture: Mosaic) -> bytes:
    """§F.1.2: the difference of each block's DC value from that of the block before, then end of block."""
    codes = _dc_codes()
    levels = [_dc_levels(colour) for colour in picture.palette]
    transitions: dict[tuple[int, int], tuple[int, int]] = {}
    bits = MsbBits()
    before = -1
    same, width = _block_bits((0, 0, 0), (0, 0, 0), codes)
    for row in picture.rows:
        for cell, run in groupby(row):
            repeats = len(list(run)) - 1
            if (before, cell) not in transitions:
                origin = levels[before] if before >= 0 else (0, 0, 0)
                transitions[before, cell] = _block_bits(origin, levels[cell], codes)
            bits.put(*transitions[before, cell])
            # The code of "no difference", `repeats` times over.
            bits.put(same * (((1 << width * repeats) - 1) // ((1 << width) - 1)), width * repeats)
            before = cell
    return bits.finish(fill=1).replace(b"\xff", b"\xff\0")


def _dc_levels(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """The quantised DC values of a block of one colour (JFIF's YCbCr, T.871 §7)."""
    r, g, b = colour
    y = 0.299 * r + 0.587 * g + 0.114 * b - 128
    cb = (b - y - 128) * 0.564
    cr = (r - y - 128) * 0.713
    first, second, third = (round(8 * sample / _QUANT) for sample in (y, cb, cr))
    return first, second, third


def _block_bits(
    before: tuple[int, int, int], now: tuple[int, int, int], codes: dict[int, tuple[int, int]]
) -> tuple[int, int]:
    """Bits and their count for the three blocks of one cell."""
    value = count = 0
    for old, new in zip(before, now, strict=True):
        difference = new - old
        size = abs(difference).bit_length()
        rest = difference if difference >= 0 else difference + (1 << size) - 1
        for part, length in (codes[size], (rest, size), _END_OF_BLOCK):
            value, count = value << length | part, count + length
    return value, count


def _dc_codes() -> dict[int, tuple[int, int]]:
    """Canonical codes from the lengths (§C.2)."""
    codes: dict[int, tuple[int, int]] = {}
    code = index = 0
    for length, amount in enumerate(_DC_LENGTHS, start=1):
        for _ in range(amount):
            codes[_DC_VALUES[index]] = (code, length)
            code, index = code + 1, index + 1
        code <<= 1
    return codes
