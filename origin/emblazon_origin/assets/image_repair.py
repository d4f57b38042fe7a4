"""Damaged picture files, mended as far as that needs no guessing, and what of them was decoded."""

from __future__ import annotations

import struct
import zlib

from PIL import Image, ImageChops

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of PNG's colour types
_LAST_BLOCK = 16  # rows of a JPEG that its last blocks make; without the end mark they may be held back


def repaired(kind: str, data: bytes) -> bytes:
    """Return a file that decoders take further: the checks of a PNG made right, ends put where they lack."""
    if kind == "PNG":
        return _with_right_checks(data)
    if kind == "JPEG":
        return data + b"\xff\xd9"
    return data


def png_fault(data: bytes) -> str:
    """Return what is wrong with the chunks of a PNG file, "" for nothing; decoders do not look at all."""
    at = 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            break
        end = at + 8 + length
        if zlib.crc32(data[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            return f"the check of its {name.decode('ascii', 'replace')} part is wrong"
        if name == b"IEND":
            return ""
        at = end + 4
    return "it ends too early"


def _with_right_checks(data: bytes) -> bytes:
    before: list[bytes] = []
    after: list[bytes] = []
    pixels, at = b"", 8
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if name == b"IEND" or not (name.isalpha() and name.isascii()):
            break
        if name == b"IDAT":
            pixels += body
        else:
            (after if pixels else before).append(_chunk(name, body))
        at += 12 + length
    return b"".join(
        [data[:8], *before, _chunk(b"IDAT", _with_right_sum(pixels)), *after, _chunk(b"IEND", b"")]
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(name + body))


def _with_right_sum(stream: bytes) -> bytes:
    """Return a zlib stream with the check that its data have, where they are complete."""
    inflate, total = zlib.decompressobj(-zlib.MAX_WBITS), 1
    rest = stream[2:]
    try:
        while rest and not inflate.eof:
            total = zlib.adler32(inflate.decompress(rest, 1 << 16), total)
            rest = inflate.unconsumed_tail
    except zlib.error:
        return stream
    if not inflate.eof:
        return stream
    return stream[: len(stream) - len(inflate.unused_data)] + struct.pack(">I", total)


def decoded_part(kind: str, data: bytes, image: Image.Image) -> Image.Image | None:
    """Return a picture with the rows transparent that its damaged file had no data for; None for all."""
    rows = image.height
    if kind == "GIF" and _is_interlaced_gif(data):
        return _with_rows_above(image)
    if kind == "PNG":
        rows = _png_rows(data, image.height)
    elif kind in ("JPEG", "GIF", "BMP"):
        rows = _rows_before_blank(image)
        if kind == "JPEG" and image.height - rows <= _LAST_BLOCK:
            rows = image.height
    if rows >= image.height:
        return image
    if rows == 0 and kind == "PNG":  # other formats do not tell black rows from none
        return None
    faded = image.convert("RGBA")
    faded.paste((0, 0, 0, 0), (0, rows, image.width, image.height))
    return faded.convert("RGBa")


def _png_rows(data: bytes, height: int) -> int:
    """Return how many rows the data of a PNG file holds; all where it is interlaced."""
    width, total, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if interlaced or colour not in _CHANNELS:
        return height
    stride = 1 + (width * depth * _CHANNELS[colour] + 7) // 8
    inflate, size, at = zlib.decompressobj(-zlib.MAX_WBITS), 0, 8  # without the check at the end, as browsers
    skipped = 2  # bytes of the stream's head
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"IDAT":
            try:
                rest = data[at + 8 + skipped : at + 8 + length]
                skipped = 0
                while rest and size < stride * total:
                    size += len(inflate.decompress(rest, 1 << 16))
                    rest = inflate.unconsumed_tail
            except zlib.error:
                break
        at += 12 + length
    return int(min(height, size // stride * height // max(1, total)))


def _is_interlaced_gif(data: bytes) -> bool:
    """True where the first frame's rows come in four passes, and fill the screen."""
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while at + 10 <= len(data) and data[at] == 0x21:  # an extension: its blocks end with an empty one
        at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    if at + 10 > len(data) or data[at] != 0x2C:
        return False
    _, top, _, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
    return bool(flags & 0x40) and top == 0 and height == struct.unpack_from("<H", data, 8)[0]


def _with_rows_above(image: Image.Image) -> Image.Image:
    """Return an interlaced picture whose missing rows repeat the row above, as browsers show early passes."""
    filled = image.convert("RGBA")
    passes = ((0, 8), (4, 8), (2, 4), (1, 2))  # GIF89a, appendix E
    order = [row for start, step in passes for row in range(start, filled.height, step)]
    rows = [filled.crop((0, row, filled.width, row + 1)) for row in range(filled.height)]
    blank = rows[order[-1]].tobytes()
    count = len(order)
    if rows[order[-1]].getcolors(1) is not None:
        while count and rows[order[count - 1]].tobytes() == blank:
            count -= 1
    decoded = set(order[:count])
    for row in range(1, filled.height):
        if row not in decoded:
            rows[row] = rows[row - 1]
            filled.paste(rows[row], (0, row))
    return filled.convert("RGBa")


def _rows_before_blank(image: Image.Image) -> int:
    """Return where the last rows begin that are all of one colour, the last pixel's."""
    plain = image.convert("RGB")
    last = plain.getpixel((plain.width - 1, plain.height - 1))
    box = ImageChops.difference(plain, Image.new("RGB", plain.size, last)).getbbox()
    return box[3] if box is not None else 0
