"""A mosaic as PNG (W3C PNG, third edition): indexed colour, rows repeated by the deflate window."""

from __future__ import annotations

import struct
import zlib

from .mosaic import CELL, Mosaic

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(picture: Mosaic) -> bytes:
    """Return a complete PNG file."""
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 3, 0, 0, 0)
    palette = b"".join(bytes(colour) for colour in picture.palette)
    data = zlib.compress(b"".join(_lines(picture)), 3)
    return _SIGNATURE + b"".join(
        _chunk(kind, body)
        for kind, body in ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", data), (b"IEND", b""))
    )


def _lines(picture: Mosaic) -> list[bytes]:
    """Scan lines with filter type 0, cut to the picture's size."""
    lines: list[bytes] = []
    expanded = {index: bytes([index]) * CELL for index in range(len(picture.palette))}
    for number, row in enumerate(picture.rows):
        line = b"\0" + b"".join([expanded[cell] for cell in row])[: picture.width]
        lines += [line] * min(CELL, picture.height - number * CELL)
    return lines


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
