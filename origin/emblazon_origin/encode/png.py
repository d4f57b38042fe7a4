"""PNG (RFC 2083 / PNG 3): written by hand around isal's and libdeflate's deflate.

Unfiltered rows compress best on flat graphics. isal is the fastest on the many bytes of whole colours,
libdeflate gives a fifth less on those of a palette; the small form takes its hardest setting, or zlib-ng's.
"""

from __future__ import annotations

import io
import struct
import zlib

import deflate
from isal import isal_zlib
from PIL import Image

from .effort import effort_of

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPES = {"L": 0, "RGB": 2, "P": 3, "RGBA": 6}
_CHANNELS = {"L": 1, "RGB": 3, "P": 1, "RGBA": 4}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def encode_png(image: Image.Image, *, level: int = 1) -> bytes:
    """Encode "RGB", "RGBA", "L" or "P" quickly; `level` is isal's, 0 to 3."""
    return _file(image, 8, _deflate(image, level))


def encode_indexed(image: Image.Image, level: int) -> bytes:
    """Encode "P", four bits a pixel where 16 colours are enough; `level` is libdeflate's, 1 to 12."""
    few = len(image.getpalette() or ()) <= 3 * 16
    rows = _rows_of_four_bits(image) if few else _rows(image)
    return _file(image, 4 if few else 8, bytes(deflate.zlib_compress(rows, level)))


def _file(image: Image.Image, depth: int, data: bytes) -> bytes:
    width, height = image.size
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOR_TYPES[image.mode], 0, 0, 0)
    chunks = [_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"sRGB", b"\0")]
    if image.mode == "P":
        chunks += _palette_chunks(image)
    chunks.append(_chunk(b"IDAT", data))
    chunks.append(_chunk(b"IEND", b""))
    return b"".join(chunks)


def _rows_of_four_bits(image: Image.Image) -> bytes:
    """Return the rows of a picture of 16 colours, two pixels a byte, each after a filter type of 0."""
    packed = image.tobytes("raw", "P;4")
    stride = (image.width + 1) // 2
    return b"".join(b"\0" + packed[at : at + stride] for at in range(0, len(packed), stride))


def _rows(image: Image.Image) -> bytes:
    """Return the pixel rows, each after a filter type byte of 0 (none)."""
    stride = image.width * _CHANNELS[image.mode]
    # Pillow pads each row with a zero byte, which is the next row's filter type.
    padded = image.tobytes("raw", image.mode, stride + 1, 1)
    return b"".join((b"\0", memoryview(padded)[:-1]))


def _deflate(image: Image.Image, level: int) -> bytes:
    # In one call: isal's streams start from memory as they find it, and their bytes vary from run to run.
    return isal_zlib.compress(_rows(image), level)


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
