"""PNG (RFC 2083 / PNG 3): written by hand around isal's and libdeflate's deflate.

Unfiltered rows compress best on flat graphics. isal is the fastest by far; the small form takes libdeflate's
hardest setting, or zlib-ng's. Rows of all colours are deflated in bands, each by itself, so that those that
a drawing has from its ground are deflated once.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, NamedTuple

import deflate
from isal import isal_zlib
from PIL import Image

from ..ground import OnGround, Picture, image_of, stretches
from .effort import effort_of

if TYPE_CHECKING:
    from .indexed import Indexed

_BAND = 32  # rows
_MEMORY = 3  # isal's level: more makes nothing smaller
_HEAD = 16  # bytes
_ZLIB, _LAST = (
    b"\x78\x01",
    b"\x03\x00",
)  # the header of a stream (RFC 1950), a last block without bytes (RFC 1951)
_ADLER = 65521
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPES = {"L": 0, "RGB": 2, "P": 3, "RGBA": 6}
_CHANNELS = {"L": 1, "RGB": 3, "P": 1, "RGBA": 4}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", isal_zlib.crc32(data, isal_zlib.crc32(kind)))
    )


def encode_png(picture: Picture, *, level: int = 1) -> bytes:
    """Encode "RGB", "RGBA", "L" or "P" quickly; `level` is isal's, 0 to 3."""
    image = image_of(picture)
    if image.mode != "P":
        return _file(image, 8, _in_bands(picture, level))
    depth = _depth(image)
    return _file(image, depth, _deflated(memoryview(_rows(image, depth)), level))


def encode_shades(picture: Indexed) -> bytes:
    """Encode a picture in a palette quickly."""
    colors = [_chunk(b"PLTE", picture.palette.tobytes())]
    return _of_chunks(
        picture.size, 4 if picture.is_packed else 8, "P", colors, _deflated(picture.png_rows(), 1)
    )


def _deflated(rows: memoryview, level: int) -> bytes:
    stream = isal_zlib.compressobj(level, isal_zlib.DEFLATED, isal_zlib.MAX_WBITS, _MEMORY)
    return begin_stream(stream, rows) + stream.flush()


def begin_stream(stream: isal_zlib.Compress, rows: memoryview) -> bytes:
    """Deflate rows that look at nothing before them.

    isal enters the third byte of a long first piece in its table under a number that it makes of the address
    of the stream, so that one file of some thousands was another one in each process. A short piece takes
    another way.
    """
    head = stream.compress(rows[:_HEAD]) + stream.flush(isal_zlib.Z_SYNC_FLUSH)
    return head + stream.compress(rows[_HEAD:])


class _Band(NamedTuple):
    """Rows as deflate blocks that end at a whole byte and look at nothing before them."""

    blocks: bytes
    sum: int  # Adler-32
    length: int  # before


def _in_bands(picture: Picture, level: int) -> bytes:
    """Return the rows as a zlib stream."""
    image = image_of(picture)
    count = -(-image.height // _BAND)
    fresh = picture.fresh_bands(_BAND) if isinstance(picture, OnGround) else None
    if fresh is None or not isinstance(picture, OnGround):
        bands = _bands(image, level, 0, count)
    else:
        below = picture.ground
        known = below.found(("png", level), lambda: _bands(below.image, level, 0, count))
        bands = []
        for is_fresh, first, end in stretches(fresh):
            bands += _bands(image, level, first, end) if is_fresh else known[first:end]
    total = 1
    for band in bands:
        total = _joined_sums(total, band.sum, band.length)
    return b"".join((_ZLIB, *(band.blocks for band in bands), _LAST, struct.pack(">I", total)))


def _bands(image: Image.Image, level: int, first: int, end: int) -> list[_Band]:
    """Deflate some bands of a picture."""
    top, bottom = first * _BAND, min(end * _BAND, image.height)
    if bottom - top < image.height:
        image = image.crop((0, top, image.width, bottom))
    rows = memoryview(_rows(image, 8))
    size = len(rows) // image.height * _BAND
    stream = isal_zlib.compressobj(level, isal_zlib.DEFLATED, -isal_zlib.MAX_WBITS, _MEMORY)
    bands = []
    for at in range(0, len(rows), size):
        piece = rows[at : at + size]
        blocks = begin_stream(stream, piece) + stream.flush(isal_zlib.Z_FULL_FLUSH)
        bands.append(_Band(blocks, isal_zlib.adler32(piece), len(piece)))
    return bands


def _joined_sums(first: int, second: int, length: int) -> int:
    """Return the Adler-32 of what has the first one and then of `length` bytes that have the second one."""
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = (first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)
    return high % _ADLER << 16 | low % _ADLER


def encode_indexed(image: Image.Image, level: int) -> bytes:
    """Encode "P" small; `level` is libdeflate's, 1 to 12."""
    depth = _depth(image)
    return _file(image, depth, bytes(deflate.zlib_compress(_rows(image, depth), level)))


def _depth(image: Image.Image) -> int:
    """Return the bits of a sample: four where 16 colours are enough."""
    return 4 if image.mode == "P" and len(image.getpalette() or ()) <= 3 * 16 else 8


def _file(image: Image.Image, depth: int, data: bytes) -> bytes:
    colors = _palette_chunks(image) if image.mode == "P" else []
    return _of_chunks(image.size, depth, image.mode, colors, data)


def _of_chunks(size: tuple[int, int], depth: int, mode: str, colors: list[bytes], data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, _COLOR_TYPES[mode], 0, 0, 0)
    before = (_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"sRGB", b"\0"))
    return b"".join((*before, *colors, _chunk(b"IDAT", data), _chunk(b"IEND", b"")))


def _rows(image: Image.Image, depth: int) -> bytes:
    """Return the pixel rows, each after a filter type byte of 0 (none)."""
    stride = (image.width * _CHANNELS[image.mode] * depth + 7) // 8
    # Pillow pads each row with a zero byte, which is the next row's filter type.
    padded = image.tobytes("raw", image.mode if depth == 8 else "P;4", stride + 1, 1)
    return b"".join((b"\0", memoryview(padded)[:-1]))


def _palette_chunks(image: Image.Image) -> list[bytes]:
    mode, palette = (image.palette.mode, image.palette.tobytes()) if image.palette else ("RGB", b"")
    if mode == "RGBA":
        colors = b"".join(palette[i : i + 3] for i in range(0, len(palette), 4))
        return [_chunk(b"PLTE", colors), _chunk(b"tRNS", palette[3::4])]
    return [_chunk(b"PLTE", palette)]


def shrink_png(image: Image.Image) -> bytes:
    """Encode without loss, as small as the effort for so many pixels allows."""
    out = io.BytesIO()
    level = effort_of(image).deflate
    image.save(out, "PNG", optimize=level == 9, compress_level=level)
    return _with_srgb(out.getvalue())


def _with_srgb(png: bytes) -> bytes:
    """Put an sRGB chunk after the header."""
    end_of_header = 8 + 25
    return png[:end_of_header] + _chunk(b"sRGB", b"\0") + png[end_of_header:]
