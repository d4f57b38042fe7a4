"""PNG (RFC 2083 / PNG 3): written by hand around isal's and libdeflate's deflate.

Unfiltered rows compress best on flat graphics. isal is the fastest by far; the small form takes libdeflate's
hardest setting, or zlib-ng's.
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
    depth = _depth(image)
    # In one call: isal's streams start from memory as they find it, and their bytes vary from run to run.
    return _file(image, depth, isal_zlib.compress(_rows(image, depth), level))


def encode_indexed(image: Image.Image, level: int) -> bytes:
    """Encode "P" small; `level` is libdeflate's, 1 to 12."""
    depth = _depth(image)
    return _file(image, depth, bytes(deflate.zlib_compress(_rows(image, depth), level)))


def _depth(image: Image.Image) -> int:
    """Return the bits of a sample: four where 16 colours are enough."""
    return 4 if image.mode == "P" and len(image.getpalette() or ()) <= 3 * 16 else 8


def _file(image: Image.Image, depth: int, data: bytes) -> bytes:
    width, height = image.size
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOR_TYPES[image.mode], 0, 0, 0)
    chunks = [_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"sRGB", b"\0")]
    if image.mode == "P":
        chunks += _palette_chunks(image)
    chunks.append(_chunk(b"IDAT", data))
    chunks.append(_chunk(b"IEND", b""))
    return b"".join(chunks)


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
