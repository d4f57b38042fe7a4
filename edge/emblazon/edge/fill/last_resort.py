"""The picture of last resort, without an image library: a quiet ground with the bars of a text to come.

It names nobody, for it stands on a customer's post. It is PNG under its own content type, whatever the URL's
extension: browsers and crawlers go by type and magic bytes.
"""

from __future__ import annotations

import struct
import zlib

SHADES = 32  # of the ground, from top to bottom; the bars have as many
DARKEST = 0.82  # of the colour, at the bottom
# Left, top, right, bottom as shares of the picture: two lines of a title, and one below.
BARS = ((0.08, 0.36, 0.74, 0.45), (0.08, 0.50, 0.56, 0.59), (0.08, 0.78, 0.30, 0.82))

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

Color = tuple[int, int, int]


def draw(width: int, height: int, color: Color) -> bytes:
    """Return a complete PNG file of exactly `width`×`height` pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    data = zlib.compress(b"".join(_line(y, width, height) for y in range(height)), 3)
    chunks = ((b"IHDR", header), (b"PLTE", _palette(color)), (b"IDAT", data), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _palette(color: Color) -> bytes:
    bright = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] > 140
    ink = 0 if bright else 255
    grounds = [_shade(color, 1 - (1 - DARKEST) * step / (SHADES - 1)) for step in range(SHADES)]
    bars = [tuple(round(0.84 * channel + 0.16 * ink) for channel in ground) for ground in grounds]
    return b"".join(bytes(entry) for entry in (*grounds, *bars))


def _shade(color: Color, factor: float) -> Color:
    red, green, blue = (round(channel * factor) for channel in color)
    return red, green, blue


def _line(y: int, width: int, height: int) -> bytes:
    """One scan line with filter type 0."""
    shade = y * SHADES // height
    line = bytearray([shade]) * width
    for left, top, right, bottom in BARS:
        if int(top * height) <= y < int(bottom * height):
            start, stop = int(left * width), int(right * width)
            line[start:stop] = bytes([SHADES + shade]) * (stop - start)
    return b"\0" + bytes(line)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
