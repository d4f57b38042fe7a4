"""What a picture's file says of itself before a pixel is decoded: its format, its size, what decoding
costs.

Decoders trust other fields than those that a reader sees first: an AVIF file says its size in `ispe`, and
dav1d decodes what the AV1 sequence header says; a JPEG file of one small frame may hold a thousand scans
of it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

Size = tuple[int, int]
_ICO, _CUR = b"\0\0\1\0", b"\0\0\2\0"  # an icon, and a cursor, which is an icon with a place to point at
_DIB_HEADERS = frozenset(
    (12, 16, 40, 52, 56, 64, 108, 124)
)  # sizes of the header that a BMP file goes on with
_PROLOG = 64_000  # bytes of an SVG file before its root element: licences, metadata, entities
# Possessive quantifiers keep this linear on any input.
_BEFORE_ROOT = re.compile(
    rb"(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->|"
    rb"<!DOCTYPE\s++[^\[>]*+(?:\[[^\]]*+\]\s*+)?+>)*+",
    re.I,
)
_SVG_ROOT = re.compile(rb"<(?:[\w.-]++:)?svg[\s/>]|<!DOCTYPE\s++(?:[\w.-]++:)?svg\b")
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})


def sniff(data: bytes) -> str | None:
    """Return the format that the first bytes tell: a Pillow name, "SVG", or None."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[4:8] == b"ftyp" and (b"avif" in data[8:40] or b"avis" in data[8:40]):
        return "AVIF"
    if data.startswith(_ICO) or (data.startswith(_CUR) and data[4:6] != b"\0\0"):
        return "ICO"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _DIB_HEADERS:
        return "BMP"
    return "SVG" if _is_svg(data) else None


def _is_svg(data: bytes) -> bool:
    """Whether the first element of a file is `<svg>`, whatever its prefix and its encoding."""
    head = data[:_PROLOG].removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    before = _BEFORE_ROOT.match(head)
    return before is not None and _SVG_ROOT.match(head, before.end()) is not None


# What is taken for a picture and is none, by its first bytes.
_OTHERS = (
    ("a JPEG XL picture", (b"\xff\x0a", b"\0\0\0\x0cJXL ")),
    ("a JPEG 2000 picture", (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")),
    ("a TIFF picture", (b"II*\0", b"MM\0*")),
    ("a Photoshop document", (b"8BPS",)),
    ("a PDF document", (b"%PDF",)),
    ("compressed with gzip", (b"\x1f\x8b",)),
    ("a ZIP archive", (b"PK\3\4",)),
    ("a video", (b"\x1aE\xdf\xa3",)),
    ("JSON text", (b"{", b"[")),
    ("XML, not SVG", (b"<?xml",)),
)
_WEB_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")


def told_by(data: bytes) -> str:
    """Return what the first bytes of a file say that it is, for whoever meant a picture."""
    if not data:
        return "empty"
    if data[4:8] == b"ftyp":
        return "a HEIC picture" if data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim") else "a video"
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.lower().startswith(_WEB_PAGES):
        return "a web page"
    return next((name for name, starts in _OTHERS if head.startswith(starts)), "")


def declared_sizes(kind: str, data: bytes) -> list[Size]:
    """Return every size that a decoder of this format may believe; none where the header is broken."""
    try:
        return list(_READERS[kind](data)) if kind in _READERS else []
    except (struct.error, IndexError):
        return []


def _png(data: bytes) -> Iterator[Size]:
    yield struct.unpack_from(">II", data, 16)


def _gif(data: bytes) -> Iterator[Size]:
    yield struct.unpack_from("<HH", data, 6)


def _webp(data: bytes) -> Iterator[Size]:
    if data[12:16] == b"VP8X":
        yield int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    for at in (12, 30):  # the picture itself, plain or behind the extended header
        if data[at : at + 4] == b"VP8L":
            bits = int.from_bytes(data[at + 9 : at + 13], "little")
            yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif data[at : at + 4] == b"VP8 ":
            width, height = struct.unpack_from("<HH", data, at + 14)
            yield width & 0x3FFF, height & 0x3FFF


def _bmp(data: bytes) -> Iterator[Size]:
    if struct.unpack_from("<I", data, 14)[0] == 12:
        yield struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
        yield width, abs(height)


def _ico(data: bytes) -> Iterator[Size]:
    """Sizes of the pictures inside: the directory's are one byte each and need not be true."""
    for index in range(struct.unpack_from("<H", data, 4)[0]):
        length, at = struct.unpack_from("<II", data, 6 + 16 * index + 8)
        picture = data[at : at + min(length, 64)]
        if picture.startswith(b"\x89PNG"):
            yield struct.unpack_from(">II", picture, 16)
        else:
            width, height = struct.unpack_from("<ii", picture, 4)
            yield width, abs(height) // 2


# --- JPEG: ISO 10918-1 B.2 -----------------------------------------------------------------------------


class JpegHeader(NamedTuple):
    """The frame of a JPEG file, where its scans begin, and where the last part that is whole ends."""

    size: Size
    progressive: bool
    scans: tuple[int, ...]
    block_rows: int  # rows of pixels that are decoded together (A.2)
    end: int


def read_jpeg(data: bytes) -> JpegHeader:
    """Walk the markers of a JPEG file."""
    size, progressive, scans, at = (0, 0), False, [], 2
    rows, end = 8, len(data)
    while at + 4 <= len(data):
        at = data.find(b"\xff", at)
        if at < 0:
            break
        if at + 4 > len(data):
            end = at
            break
        marker = data[at + 1]
        if marker in (0x00, 0xFF) or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            break
        if marker in _SOF and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            size, progressive = max(size, (width, height)), progressive or marker == 0xC2
            sampled = [data[i] & 15 for i in range(at + 11, min(at + 11 + 3 * data[at + 9], len(data)), 3)]
            rows = 8 * max(sampled) if len(sampled) > 1 else 8
        elif marker == 0xDA:
            scans.append(at)
        after = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if after > len(data):
            end = at
        at = after
    return JpegHeader(size, progressive, tuple(scans), rows, end)


def _jpeg(data: bytes) -> Iterator[Size]:
    yield read_jpeg(data).size


# --- AVIF: ISO 14496-12 boxes with AV1 inside ----------------------------------------------------------

_CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0}
_MAX_BOXES = 2_000
_FIRST_OBUS = (b"\x12", b"\x0a", b"\x08")  # a temporal delimiter, a sequence header with and without its size


def _avif(data: bytes) -> Iterator[Size]:
    """Sizes of `ispe`, of the sequence headers in `av1C`, and of those in the items' data."""
    for kind, start, end in _boxes(data):
        if kind == b"ispe":
            yield struct.unpack_from(">II", data, start + 4)
        elif kind == b"av1C":
            yield from _sequences(data[start + 4 : end])
        elif kind == b"iloc":
            for at, length in _extents(data[start:end]):
                yield from _sequences(data[at : at + length])
        elif kind == b"mdat":  # an extent may lie anywhere, but a picture alone in its box begins it
            yield from _sequences(data[start:end])


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start, end) of the contents of every box, those inside of containers included."""
    stack, seen = [(0, len(data))], 0
    while stack:
        at, end = stack.pop()
        while at + 8 <= end and seen < _MAX_BOXES:
            seen += 1
            size, kind = struct.unpack_from(">I4s", data, at)
            head = 8
            if size == 1 and at + 16 <= end:
                size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
            stop = end if size == 0 else min(end, at + size)
            yield kind, at + head, stop
            if kind in _CONTAINERS:
                stack.append((at + head + _CONTAINERS[kind], stop))
            if size < head and size != 0:
                break
            at = stop


def _extents(box: bytes) -> list[tuple[int, int]]:
    """Return (offset, length) of every extent of an `iloc` box (ISO 14496-12 §8.11.3)."""
    version, sizes, base_index = box[0], box[4], box[5]
    widths = (sizes >> 4, sizes & 15, base_index >> 4, base_index & 15 if version in (1, 2) else 0)
    offset_size, length_size, base_size, index_size = widths
    at = 6

    def read(size: int) -> int:
        nonlocal at
        value, at = int.from_bytes(box[at : at + size], "big"), at + size
        if at > len(box):
            raise IndexError
        return value

    found: list[tuple[int, int]] = []
    for _ in range(min(read(4 if version == 2 else 2), 1_000)):
        read(4 if version == 2 else 2)
        read(2 if version in (1, 2) else 0)
        read(2)
        base = read(base_size)
        for _ in range(min(read(2), 1_000)):
            read(index_size)
            offset = base + read(offset_size)
            found.append((offset, read(length_size) or len(box)))
    return found


def _sequences(data: bytes) -> Iterator[Size]:
    """Yield the largest frame of each sequence header among OBUs (AV1 §5.3)."""
    at = 0
    if data[:1] not in _FIRST_OBUS:  # it may be anything
        return
    while at < len(data):
        header = data[at]
        if header & 0x80 or not header & 2:  # the forbidden bit; without a size nothing can follow
            if not header & 0x80 and header >> 3 & 15 == 1:
                yield _sequence(data[at + 1 + (header >> 2 & 1) :])
            return
        at += 1 + (header >> 2 & 1)
        length = shift = 0
        while at < len(data) and shift < 56:
            byte = data[at]
            length, at, shift = length | (byte & 0x7F) << shift, at + 1, shift + 7
            if not byte & 0x80:
                break
        if header >> 3 & 15 == 1:
            yield _sequence(data[at : at + length])
        at += length


def _sequence(data: bytes) -> Size:
    """Read max_frame_width and max_frame_height of a sequence header (AV1 §5.5.1)."""
    bits = _Bits(data)
    bits.read(3)  # seq_profile
    bits.read(1)  # still_picture
    if bits.read(1):  # reduced_still_picture_header
        bits.read(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.read(4) + 1, bits.read(4) + 1
    return bits.read(width_bits) + 1, bits.read(height_bits) + 1


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = decoder_model = 0
    if bits.read(1):  # timing_info_present_flag
        bits.read(32)
        bits.read(32)
        if bits.read(1):  # equal_picture_interval
            bits.uvlc()
        decoder_model = bits.read(1)
        if decoder_model:
            delay_bits = bits.read(5) + 1
            bits.read(32)
            bits.read(10)
    display_delay = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)  # operating_point_idc
        if bits.read(5) > 7:  # seq_level_idx
            bits.read(1)
        if decoder_model and bits.read(1):
            bits.read(2 * delay_bits + 1)
        if display_delay and bits.read(1):
            bits.read(4)


class _Bits:
    """Reads bits, the highest first. Raises IndexError at the end."""

    def __init__(self, data: bytes) -> None:
        self._data = int.from_bytes(data[:64], "big")
        self._left = 8 * len(data[:64])

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise IndexError
        return self._data >> self._left & ((1 << count) - 1)

    def uvlc(self) -> int:
        """Read a variable length code (AV1 §4.10.3)."""
        zeros = 0
        while not self.read(1):
            zeros += 1
        return self.read(min(zeros, 32)) if zeros else 0


_MAX_BLOCKS = 100_000
_AS_SRGB = frozenset((1, 2, 6, 11, 14, 15))  # transfer functions


# --- what else a file says of its pixels ---------------------------------------------------------------


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, start, end) of the contents of every chunk of a PNG file, whole or not."""
    at = 8
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, at + 8, min(len(data), at + 8 + length)
        at += 12 + length


def png_chunk(data: bytes, wanted: bytes) -> bytes | None:
    """Return the contents of a chunk that comes before the pixels."""
    for name, start, end in png_chunks(data):
        if name == wanted:
            return data[start:end]
        if name == b"IDAT":
            break
    return None


def coded_colors(kind: str, data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer function by the numbers of ITU-T H.273, where a file has them."""
    if kind == "PNG":
        named = png_chunk(data, b"cICP")
        return (named[0], named[1]) if named is not None and len(named) == 4 and not named[2] else None
    if kind == "AVIF":
        return _avif_colors(data)
    return None


def _avif_colors(data: bytes) -> tuple[int, int] | None:
    """Read `nclx` (ISO 14496-12 §12.1.5): a profile wins; what is open, or video's, is sRGB's."""
    found = None
    for kind, start, end in _boxes(data):
        if kind == b"colr" and data[start : start + 4] in (b"prof", b"rICC"):
            return None
        if kind == b"colr" and data[start : start + 4] == b"nclx" and end - start >= 8 and found is None:
            primaries, transfer = struct.unpack_from(">HH", data, start + 4)
            found = (1 if primaries == 2 else primaries, 13 if transfer in _AS_SRGB else transfer)
    return found


def moves(kind: str, data: bytes) -> bool:
    """Whether a file holds more than one frame to be shown after each other."""
    match kind:
        case "PNG":
            frames = png_chunk(data, b"acTL")
            return frames is not None and int.from_bytes(frames[:4], "big") > 1
        case "WEBP":
            return data[12:16] == b"VP8X" and bool(data[20:21] and data[20] & 2)
        case "AVIF":
            return data[8:12] == b"avis"
        case "GIF":
            return _gif_frames(data) > 1
        case _:
            return False


def _gif_frames(data: bytes) -> int:
    """Return how many frames a GIF file has, two at most; those behind too many blocks are not looked for."""
    frames, blocks, at = 0, 0, 13 + (3 << ((data[10] & 7) + 1) if data[10:11] and data[10] & 0x80 else 0)
    while at < len(data) and frames < 2 and blocks < _MAX_BLOCKS:
        if data[at] == 0x21:
            at += 2
        elif data[at] == 0x2C and at + 10 < len(data):
            frames += 1
            at += 11 + (3 << ((data[at + 9] & 7) + 1) if data[at + 9] & 0x80 else 0)
        else:
            break
        while at < len(data) and data[at] and blocks < _MAX_BLOCKS:
            at, blocks = at + 1 + data[at], blocks + 1
        at += 1
    return frames


_READERS = {
    "PNG": _png, "GIF": _gif, "WEBP": _webp, "JPEG": _jpeg, "AVIF": _avif, "ICO": _ico, "BMP": _bmp,
}  # fmt: skip
