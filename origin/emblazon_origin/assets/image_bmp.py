"""Bitmaps as Windows has them: BMP files of the layouts that Pillow does not read, icons and cursors."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint32]
    Bytes = NDArray[np.uint8]

_RLE8, _RLE4, _FIELDS, _FIELDS_WITH_ALPHA = 1, 2, 3, 6


class _Header(NamedTuple):
    """BITMAPINFOHEADER and what came after it in later versions; `upwards` rows begin at the bottom."""

    width: int
    height: int
    upwards: bool
    bits: int
    coding: int
    size: int
    pixels_at: int
    colors: int


def unusual_bmp(data: bytes) -> tuple[Image.Image, str] | None:
    """Decode a BMP file of run lengths, bit fields or two bits a pixel, and say what was wrong with it ("").

    None where it is of another kind. Raises IndexError or struct.error where it makes no sense.
    """
    header = _header(data)
    if header is None:
        return None
    if header.coding in (_RLE8, _RLE4) and header.bits == (8 if header.coding == _RLE8 else 4):
        return _by_runs(data, header)
    if header.coding in (_FIELDS, _FIELDS_WITH_ALPHA) and header.bits in (16, 32):
        return _bit_fields(data, header)
    if header.coding == 0 and header.bits == 2:
        packed, whole = _rows(data, header)
        indices: Bytes = packed[..., None] >> np.array([6, 4, 2, 0], np.uint8) & np.uint8(3)
        image = _by_palette(indices.reshape(header.height, -1)[:, : header.width], data, header)
        return _without_missing(image, header, whole)
    return None


def _without_missing(image: Image.Image, header: _Header, whole: int) -> tuple[Image.Image, str]:
    """Make rows transparent that a file has no data for, and say so."""
    missing = header.height - whole
    if not missing:
        return image, ""
    top = 0 if header.upwards else whole
    image.paste((0, 0, 0, 0), (0, top, header.width, top + missing))
    return image, "it ends too early"


def _header(data: bytes) -> _Header | None:
    size = struct.unpack_from("<I", data, 14)[0]
    if size < 40:
        return None
    width, height, _, bits, coding = struct.unpack_from("<iiHHI", data, 18)
    colors = struct.unpack_from("<I", data, 46)[0]
    pixels_at = struct.unpack_from("<I", data, 10)[0]
    return _Header(width, abs(height), height > 0, bits, coding, size, pixels_at, colors)


def _rows(data: bytes, header: _Header) -> tuple[Bytes, int]:
    """Return the bytes of all rows from the top, zeros for what is missing, and how many rows are whole."""
    stride = (header.width * header.bits + 31) // 32 * 4
    body = data[header.pixels_at : header.pixels_at + stride * header.height]
    rows = np.frombuffer(body.ljust(stride * header.height, b"\0"), np.uint8).reshape(header.height, stride)
    return rows[::-1] if header.upwards else rows, len(body) // stride


def _bit_fields(data: bytes, header: _Header) -> tuple[Image.Image, str]:
    """Spread the bits of each channel's field to eight."""
    masks = [*struct.unpack_from("<III", data, 54), 0]
    if header.size >= 56 or header.coding == _FIELDS_WITH_ALPHA:
        masks[3] = struct.unpack_from("<I", data, 66)[0]
    rows, whole = _rows(data, header)
    packed = np.ascontiguousarray(rows).view("<u2" if header.bits == 16 else "<u4")
    words = packed[:, : header.width].astype(np.uint32)
    red, green, blue, alpha = (_channel(words, mask) for mask in masks)
    if not alpha.any():
        alpha = np.full_like(red, 255)
    image = Image.fromarray(np.stack([red, green, blue, alpha], axis=-1))
    return _without_missing(image, header, whole)


def _channel(words: Words, mask: int) -> Bytes:
    if not mask:
        return np.zeros(words.shape, np.uint8)
    low = (mask & -mask).bit_length() - 1
    low += max(0, (mask >> low).bit_length() - 16)  # more bits than that make no difference
    most = mask >> low
    table = np.rint(np.arange(most + 1) * (255 / most)).astype(np.uint8)
    spread: Bytes = table[(words & np.uint32(mask)) >> np.uint32(low)]
    return spread


def _by_palette(indices: Bytes, data: bytes, header: _Header) -> Image.Image:
    """Look colours up; black where the palette ends before."""
    begin = 14 + header.size
    count = min(header.colors or 1 << header.bits, 1 << header.bits, max(0, header.pixels_at - begin) // 4)
    known = np.frombuffer(data[begin : begin + 4 * count], np.uint8)
    known = known[: len(known) // 4 * 4].reshape(-1, 4)
    table = np.zeros((256, 4), np.uint8)
    table[:, 3] = 255
    table[: len(known), :3] = known[:, 2::-1]
    return Image.fromarray(table[indices])


def _by_runs(data: bytes, header: _Header) -> tuple[Image.Image, str]:
    """Unfold runs: what they skip is black, what is missing behind a sudden end is transparent."""
    width, height = header.width, header.height
    pixels, known = bytearray(width * height), bytearray(width * height)
    end = _unfold(data, header, pixels, known)
    image = _by_palette(np.frombuffer(bytes(pixels), np.uint8).reshape(height, width), data, header)
    colors = np.array(image)
    colors[np.frombuffer(bytes(known), np.uint8).reshape(height, width) == 0, :3] = 0
    if end is not None:
        colors.reshape(-1, 4)[end:] = 0
    image = Image.fromarray(colors[::-1] if header.upwards else colors)
    return image, "" if end is None else "its runs end too early"


def _unfold(data: bytes, header: _Header, pixels: bytearray, known: bytearray) -> int | None:
    """Write runs into rows as they are stored; return where they end too early, None where they do not."""
    width, height, four = header.width, header.height, header.coding == _RLE4
    x, y, at = 0, 0, header.pixels_at
    while at + 1 < len(data) and y < height:
        count, value = data[at], data[at + 1]
        at += 2
        if count:
            run = bytes((value >> 4, value & 15)) if four else bytes((value,))
            run = (run * count)[: min(count, width - x)]
        elif value == 0:
            x, y = 0, y + 1
            continue
        elif value == 1:
            return None
        elif value == 2:
            if at + 1 >= len(data):
                break
            x, y, at = min(width, x + data[at]), y + data[at + 1], at + 2
            continue
        else:
            length = (value + 1) // 2 if four else value
            run = data[at : at + length]
            if four:
                run = bytes(nibble for byte in run for nibble in (byte >> 4, byte & 15))
            run, at = run[: min(value, width - x)], at + length + length % 2
        begin = y * width + x
        pixels[begin : begin + len(run)] = run
        known[begin : begin + len(run)] = b"\1" * len(run)
        x += len(run)
    return None if y >= height else y * width + x


# --- icons and cursors ---------------------------------------------------------------------------------


def icon_pictures(data: bytes) -> Iterator[bytes]:
    """Yield the pictures of an icon or a cursor, the best first: PNG files, and icons of one bitmap each."""
    found: list[tuple[int, int, int, bytes]] = []
    for index in range(struct.unpack_from("<H", data, 4)[0]):
        if len(data) < 22 + 16 * index:
            break
        length, at = struct.unpack_from("<II", data, 6 + 16 * index + 8)
        picture = data[at : at + length]
        if picture.startswith(b"\x89PNG") and len(picture) > 24:
            width, height = struct.unpack_from(">II", picture, 16)
            found.append((width * height, 32, -index, picture))
        elif len(picture) >= 40:
            width, height, _, bits = struct.unpack_from("<iiHH", picture, 4)
            found.append(
                (width * abs(height) // 2, bits, -index, _single(picture, width, abs(height) // 2, bits))
            )
    for *_, picture in sorted(found, reverse=True):
        yield picture


def _single(bitmap: bytes, width: int, height: int, bits: int) -> bytes:
    """Return an icon of one bitmap, whose directory tells what the bitmap does."""
    if bits == 32 and struct.unpack_from("<I", bitmap, 16)[0] == 0:
        bitmap = _with_alpha(bitmap, width, height)
    entry = struct.pack("<BBBBHHII", width & 255, height & 255, 0, 0, 1, bits, len(bitmap), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + bitmap


def _with_alpha(bitmap: bytes, width: int, height: int) -> bytes:
    """Make pixels visible, as the mask says, of a bitmap that has no alpha but zeros: it was never set."""
    begin = struct.unpack_from("<I", bitmap)[0]
    end = begin + 4 * width * height
    if width <= 0 or height <= 0 or len(bitmap) < end:
        return bitmap
    pixels = np.frombuffer(bitmap[begin:end], np.uint8).reshape(height, width, 4).copy()
    if pixels[..., 3].any():
        return bitmap
    stride = (width + 31) // 32 * 4
    mask = np.frombuffer(bitmap[end : end + stride * height].ljust(stride * height, b"\0"), np.uint8)
    hidden = np.unpackbits(mask.reshape(height, stride), axis=1)[:, :width]
    pixels[..., 3] = np.where(hidden, 0, 255)
    return bitmap[:begin] + pixels.tobytes() + bitmap[end:]
