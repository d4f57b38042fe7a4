"""A baseline JPEG taken apart into bands of rows, each of which is coded by itself between restart markers.

Restart markers (ITU-T T.81, B.1.1.3 and E.1.4) end each band at a whole byte and let the next one begin anew,
so that bands of two files with the same settings can stand in one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

JPEG_BAND = 16  # rows: one row of blocks where chroma is halved, two where it is whole
_SCAN, _LENGTH = 0xDA, 2  # start of scan; bytes of a marker, and of a segment's length
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_MARKERS = [bytes((0xFF, 0xD0 + number)) for number in range(8)]
_END = b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class JpegBands:
    """What stands before the scan, and the scan's bands."""

    head: bytes
    bands: list[bytes]

    def with_bands(self, others: list[bytes | None]) -> bytes:
        """Return the file with other bands where they are given."""
        parts = [self.head]
        for number, (own, other) in enumerate(zip(self.bands, others, strict=True)):
            parts.append(_MARKERS[(number - 1) % 8] if number else b"")
            parts.append(own if other is None else other)
        return b"".join((*parts, _END))


def jpeg_bands(data: bytes) -> JpegBands:
    """Take a file with one scan apart."""
    at = _LENGTH
    while True:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        at += _LENGTH + length
        if marker == _SCAN:
            return JpegBands(data[:at], _RESTART.split(data[at : -len(_END)]))
