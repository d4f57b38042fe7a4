"""Damaged picture files, mended as far as that needs no guessing, and what of them was decoded."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image, ImageChops

from ..errors import AssetError
from .image_headers import png_chunks, read_jpeg

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of PNG's colour types
_LARGEST_ICON = 1 << 20  # bytes
_STEP = 1 << 12  # bytes that are inflated at once: what comes before an error counts


def repaired(kind: str, data: bytes) -> bytes:
    """Return a file that decoders take further: checks made right, what is not whole cut off, ends put."""
    match kind:
        case "PNG":
            return _with_right_checks(data)
        case "JPEG":
            return data[: read_jpeg(data).end] + b"\xff\xd9"
        case "GIF":
            return _with_last_block(data)
        case "ICO":
            return _with_all_bytes(data)
        case _:
            return data


def png_fault(data: bytes) -> str:
    """Return what is wrong with the chunks of a PNG file, "" for nothing; decoders do not look at all.

    Raises AssetError for a second header before the pixels, with which browsers draw nothing.
    """
    at, begun = 8, False
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            break
        end = at + 8 + length
        if not _is_sound(data, at, length):
            return f"the check of its {name.decode('ascii', 'replace')} part is wrong"
        begun = begun or name == b"IDAT"
        if name == b"IHDR" and at > 8 and not begun:
            raise AssetError("the PNG image is damaged: it has two headers")
        if name == b"IEND":
            return ""
        at = end + 4
    return "it ends too early"


def _is_sound(data: bytes, at: int, length: int) -> bool:
    """Whether a chunk of a PNG file is whole and its check is right."""
    end = at + 8 + length
    return zlib.crc32(data[at + 4 : end]).to_bytes(4, "big") == data[end : end + 4]


def _with_right_checks(data: bytes) -> bytes:
    before: list[bytes] = []
    after: list[bytes] = []
    pixels, colours, at = b"", 256, 8
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if (name == b"IEND" and pixels) or not (name.isalpha() and name.isascii()):
            break
        if name[:1].islower() and not _is_sound(
            data, at, length
        ):  # as browsers, none rather than a wrong one
            at += 12 + length
            continue
        if name == b"IDAT":
            pixels += body
        elif name != b"IEND":
            if name == b"PLTE":
                colours = len(body) // 3
            if name != b"tRNS" or len(body) <= colours:  # as browsers, none rather than a wrong one
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


def _with_last_block(data: bytes) -> bytes:
    """Return a GIF file whose last block is as long as it says: decoders take whole ones alone."""
    at = _first_frame(data)
    if at is None:
        return data
    flags = data[at + 9]
    at += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    while at < len(data) and data[at]:
        if at + data[at] >= len(data):
            return data[:at] + bytes((len(data) - at - 1,)) + data[at + 1 :] + b"\0;"
        at += 1 + data[at]
    return data


def _with_all_bytes(data: bytes) -> bytes:
    """Return an icon file with zeros, which are transparent, for what its BMP pictures lack at the end."""
    count = struct.unpack_from("<H", data, 4)[0]
    ends = [0]
    for at in range(6, min(6 + 16 * count, len(data) - 15), 16):
        length, begin = struct.unpack_from("<II", data, at + 8)
        if data[begin : begin + 4] != b"\x89PNG":
            ends.append(begin + length)
    return data + bytes(max(0, min(max(ends), _LARGEST_ICON) - len(data)))


# --- PNG ---------------------------------------------------------------------------------------------


def with_whole_palette(data: bytes) -> bytes:
    """Return a PNG file whose palette has a colour for every index: as browsers, the last one again.

    A list of transparent colours that comes before the palette does not count. Raises AssetError where the
    pixels come before any palette.
    """
    if data[25:26] != b"\3":
        return data
    depth, out, changed, known = data[24], [data[:8]], False, False
    for name, start, end in png_chunks(data):
        body = data[start:end]
        if name == b"IDAT":
            if not known:
                raise AssetError("the PNG image is damaged: it has no palette")
            return b"".join((*out, data[start - 8 :])) if changed else data
        if name == b"tRNS" and not known:
            changed = True
            continue
        if name == b"PLTE":
            colors, most = body[: len(body) // 3 * 3], 3 << min(depth, 8)
            known = bool(colors)
            if 0 < len(colors) < most or len(colors) != len(body):
                body, changed = colors + colors[-3:] * ((most - len(colors)) // 3), True
                out.append(_chunk(name, body))
                continue
        out.append(data[start - 8 : end + 4])
    return data


class PngPass(NamedTuple):
    """One pass of an interlaced PNG as a file of its own: where its pixels lie, and what they stand for."""

    file: bytes
    left: int
    top: int
    steps: tuple[int, int]
    block: tuple[int, int]


# Of Adam7 (PNG 3 §8): the first pixel, the steps between pixels, what each stands for until later ones come.
_PASSES = (
    ((0, 0), (8, 8), (8, 8)), ((4, 0), (8, 8), (4, 8)), ((0, 4), (4, 8), (4, 4)), ((2, 0), (4, 4), (2, 4)),
    ((0, 2), (2, 4), (2, 2)), ((1, 0), (2, 2), (1, 2)), ((0, 1), (1, 2), (1, 1)),
)  # fmt: skip


def png_passes(data: bytes) -> Iterator[PngPass]:
    """Yield the passes of an interlaced PNG file as far as there are whole rows; nothing of another one."""
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if not interlaced or colour not in _CHANNELS:
        return
    others = b"".join(
        _chunk(name, data[start:end])
        for name, start, end in png_chunks(data)
        if name in (b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP")
    )
    shapes = [
        (
            (width - left + across - 1) // across,
            (height - top + down - 1) // down,
            ((left, top), (across, down), block),
        )
        for (left, top), (across, down), block in _PASSES
    ]
    strides = [1 + (columns * depth * _CHANNELS[colour] + 7) // 8 for columns, _, _ in shapes]
    most = sum(stride * max(0, rows) for stride, (_, rows, _) in zip(strides, shapes, strict=True))
    body, at = _at_most(_inflated(data), most), 0
    for stride, (columns, rows, ((left, top), steps, block)) in zip(strides, shapes, strict=True):
        if columns <= 0 or rows <= 0:
            continue
        part = body[at : at + stride * rows]
        have = _whole_rows(iter((part,)), stride, rows)
        if have:
            header = struct.pack(">IIBBBBB", columns, have, depth, colour, 0, 0, 0)
            pixels = zlib.compress(part[: have * stride], 0)
            file = (
                data[:8] + _chunk(b"IHDR", header) + others + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
            )
            yield PngPass(file, left, top, steps, block)
        if have < rows:
            return
        at += stride * rows


def _at_most(pieces: Iterator[bytes], size: int) -> bytes:
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) >= size:
            break
    return bytes(found[:size])


def part_decoded(kind: str, data: bytes, image: Image.Image) -> Image.Image | None:
    """Return which pixels a damaged file had data for, as a mask of the decoded picture; None for all.

    Raises AssetError where it had none.
    """
    top, bottom = 0, image.height
    match kind:
        case "PNG":
            bottom = png_rows(data, image.height)
        case "JPEG":
            bottom = _jpeg_rows(data, image)
        case "GIF" if not is_interlaced_gif(data):
            bottom = _rows_before_blank(image)
            bottom -= bottom < image.height  # the last of them is not whole
        case "BMP":
            top, bottom = _bmp_rows(data, image.height)
    if (top, bottom) == (0, image.height):
        return None
    if bottom <= top:
        raise AssetError(f"the {kind} image is damaged, nothing of it decodes")
    mask = Image.new("L", image.size)
    mask.paste(255, (0, top, image.width, bottom))
    return mask


def png_rows(data: bytes, height: int) -> int:
    """Return how many rows the data of a PNG file holds; all where it is interlaced."""
    width, total, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if interlaced or colour not in _CHANNELS:
        return height
    stride = 1 + (width * depth * _CHANNELS[colour] + 7) // 8
    rows = _whole_rows(_inflated(data), stride, total)
    return int(min(height, rows * height // max(1, total)))


def _inflated(data: bytes) -> Iterator[bytes]:
    """Yield what the IDAT chunks of a PNG file hold, up to where they are damaged."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # without the check at the end, as browsers
    skipped = 2  # bytes of the stream's head
    for name, start, end in png_chunks(data):
        if name == b"IDAT":
            rest = data[start + skipped : end]
            skipped = 0
            try:
                while rest and not inflate.eof:
                    yield inflate.decompress(rest, _STEP)
                    rest = inflate.unconsumed_tail
            except zlib.error:
                return


def _whole_rows(pieces: Iterator[bytes], stride: int, most: int) -> int:
    """Return how many rows of so many bytes there are, each beginning with one of the five filters."""
    size = rows = 0
    for piece in pieces:
        begin = rows * stride - size  # where in this piece the next row begins
        while begin < len(piece) and rows < most:
            if begin >= 0 and piece[begin] > 4:
                return rows
            begin += stride
            rows += 1
        size += len(piece)
        if rows >= most and size >= most * stride:
            return most
    return min(rows, size // stride)


def _jpeg_rows(data: bytes, image: Image.Image) -> int:
    """Return how many rows of a JPEG picture were decoded: blocks without data are grey."""
    if image.getbbox() is None:
        return 0
    if not _is_blank(image, image.height - 1):
        return image.height
    rows = _rows_before_blank(image)
    header = read_jpeg(data)
    block = max(1, header.block_rows * image.height // max(1, max(header.size[1], image.height)))
    for _ in range(2):  # the colours of the blocks above bleed into the first one without data
        begun = max(0, rows - 1) // block * block
        if _is_blank(image, min(begun + block // 2, image.height - 1)):
            rows = begun
    if header.progressive and len(header.scans) == 1:  # coarse blocks are smoothed into those two below
        rows = max(0, rows - 2 * block)
    return rows


def _is_blank(image: Image.Image, row: int) -> bool:
    """Whether a row ends with the grey of a block without data."""
    pixel = image.getpixel((image.width - 1, row))
    return all(level in (127, 128) for level in (pixel if isinstance(pixel, tuple) else (pixel,)))


def _bmp_rows(data: bytes, height: int) -> tuple[int, int]:
    """Return the rows, from and up to, that a BMP file has pixels for."""
    if struct.unpack_from("<I", data, 14)[0] == 12:
        width, total, _, bits = struct.unpack_from("<HHHH", data, 18)
        coded = 0
    else:
        width, total, _, bits, coded = struct.unpack_from("<iiHHI", data, 18)
    if coded in (1, 2):  # run lengths
        return 0, height
    stride = (width * bits + 31) // 32 * 4
    rows = min(height, max(0, len(data) - struct.unpack_from("<I", data, 10)[0]) // max(1, stride))
    return (height - rows, height) if total > 0 else (0, rows)


def _first_frame(data: bytes) -> int | None:
    """Return where the first frame of a GIF file begins."""
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while at + 10 <= len(data) and data[at] == 0x21:  # an extension: its blocks end with an empty one
        at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return at if at + 10 <= len(data) and data[at] == 0x2C else None


def with_screen(data: bytes) -> bytes:
    """Return a GIF file whose screen, where it has no size, is as large as its first frame."""
    if len(data) < 10 or 0 not in struct.unpack_from("<HH", data, 6):
        return data
    at = _first_frame(data) if len(data) > 13 else None
    return data if at is None else data[:6] + data[at + 5 : at + 9] + data[10:]


def is_interlaced_gif(data: bytes) -> bool:
    """True where the first frame's rows come in four passes, and fill the screen."""
    at = _first_frame(data)
    if at is None:
        return False
    _, top, _, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
    return bool(flags & 0x40) and top == 0 and height == struct.unpack_from("<H", data, 8)[0]


def with_rows_above(image: Image.Image) -> Image.Image:
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
        count -= 0 < count < len(order)  # the last of them is not whole
    decoded = set(order[:count])
    first_pass = len(range(0, filled.height, 8))
    end = filled.height if count >= first_pass else 8 * count
    for row in range(filled.height):
        if row not in decoded:
            rows[row] = rows[row - 1] if row < end else Image.new("RGBA", (filled.width, 1))
            filled.paste(rows[row], (0, row))
    return filled.convert("RGBa")


def _rows_before_blank(image: Image.Image) -> int:
    """Return where the last rows begin that are all of one colour, the last pixel's."""
    plain = image.convert("RGB")
    last = plain.getpixel((plain.width - 1, plain.height - 1))
    box = ImageChops.difference(plain, Image.new("RGB", plain.size, last)).getbbox()
    return box[3] if box is not None else 0
