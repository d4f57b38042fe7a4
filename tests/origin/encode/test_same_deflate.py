"""The bytes of a stream do not depend on where in memory it lies, as isal's own do for some inputs.

isal looks a first piece's third position up under a number that it makes of its stream's address. What is
found there later is taken where it matches: here it does, for one address.
"""

from __future__ import annotations

import zlib
from random import Random

from isal import isal_zlib

from emblazon_origin.encode.png import begin_stream

_SLOTS = 8192  # of isal's table
_WINDOW = 32768
_POLYNOMIAL = 0x82F63B78  # CRC-32C, by which isal spreads four bytes over its slots


def _crc(value: int) -> int:
    for _ in range(32):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


def _sensitive_to(address: int) -> bytes:
    """Return bytes in which a copy is found by the number that isal makes of an address.

    Two blocks come again one behind the other, so that nobody looks at the four bytes across their border
    until those come a third time, a window and two bytes after the slot of the address was filled.
    """
    slot, random = _crc(address >> 16 & 0xFFFFFFFF) % _SLOTS, Random(1)  # noqa: S311
    border = next(v for v in iter(lambda: random.getrandbits(32), None) if _crc(v) % _SLOTS == slot)
    first = random.randbytes(38) + border.to_bytes(4, "little")[:2]
    second = border.to_bytes(4, "little")[2:] + random.randbytes(38)
    data = bytearray(35_000)
    data[31_000:31_040], data[31_100:31_140] = first, second
    data[_WINDOW - 36 : _WINDOW + 44] = first + second
    data[34_097:34_130] = random.randbytes(3) + first[-2:] + second[:28]
    return bytes(data)


def _deflated(stream: isal_zlib.Compress, data: bytes) -> bytes:
    return begin_stream(stream, memoryview(data)) + stream.flush()


def test_a_stream_gives_the_same_bytes_at_any_address() -> None:
    first = isal_zlib.compressobj(1)
    between = bytearray(1 << 18)
    others = [isal_zlib.compressobj(1) for _ in range(4)]
    data = _sensitive_to(id(first))
    assert {_deflated(stream, data) for stream in others} == {_deflated(first, data)}
    assert zlib.decompress(_deflated(isal_zlib.compressobj(1), data)) == data
    assert len(between)


def test_a_stream_of_a_few_bytes_is_whole() -> None:
    for length in (0, 1, 15, 16, 17, 40):
        data = bytes(range(length))
        assert zlib.decompress(_deflated(isal_zlib.compressobj(1), data)) == data
