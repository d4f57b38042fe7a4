"""Turn a path into a font of one glyph, so that HarfBuzz's rasteriser can draw it.

`uharfbuzz.RasterDraw` computes exact area coverage but takes outlines from fonts only. A CFF charstring
holds cubic curves with 16.16 fixed-point numbers, so a path fits without loss. Sections are of Adobe
Technical Notes 5176 (CFF) and 5177 (Type 2 charstrings).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .path import MANY, Command, Path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

_RLINETO, _RRCURVETO, _ENDCHAR, _RMOVETO = 5, 8, 14, 21
# A longer path takes several glyphs; HarfBuzz was seen to draw this many operands of one without trouble.
MAX_OPERATIONS = 60_000
_ONLY_POLYGONS = re.compile("(?:ML+Z?)+").fullmatch
# A point of a polygon: two 16.16 numbers (5177 §3.2) and an operator.
_POINT = [("x_form", "u1"), ("x", ">i4"), ("y_form", "u1"), ("y", ">i4"), ("operator", "u1")]
LIMIT = 32_000.0  # largest coordinate that 16.16 numbers hold, differences included, is kept well inside


def charstrings(path: Path) -> tuple[bytes, ...] | None:
    """Encode contours as Type 2 charstrings; None where a contour is too long or too far away for one."""
    if path.size > MANY and (polygons := _polygons(path)) is not None:
        return polygons
    done: list[bytes] = []
    parts = bytearray()
    count = 0
    x = y = 0  # in 1/65536 px, so that rounding never accumulates
    for contour in _contours(path.commands):
        size = sum(len(values) + 1 for _, values in contour)
        if size > MAX_OPERATIONS:
            return None
        if count + size > MAX_OPERATIONS:
            parts.append(_ENDCHAR)
            done.append(bytes(parts))
            parts, count, x, y = bytearray(), 0, 0, 0
        count += size
        for name, values in contour:
            if name == "Q":
                values = _raised((x / 65536, y / 65536), values)
            for i in range(0, len(values), 2):
                if not (-LIMIT < values[i] < LIMIT and -LIMIT < values[i + 1] < LIMIT):
                    return None
                to_x, to_y = round(values[i] * 65536), round(values[i + 1] * 65536)
                if abs(to_x - x) >= 1 << 31 or abs(to_y - y) >= 1 << 31:
                    return None
                parts += _number(to_x - x)
                parts += _number(to_y - y)
                x, y = to_x, to_y
            parts.append(_RMOVETO if name == "M" else _RLINETO if name == "L" else _RRCURVETO)
    parts.append(_ENDCHAR)
    done.append(bytes(parts))
    return tuple(done)


def _corners(path: Path) -> tuple[NDArray[np.float64], BoolArray] | None:
    """Return all corners of polygons, and whether one begins with each; None for other paths."""
    if polygons := path.polygons:
        begins = [np.arange(some[..., 0].size) % some.shape[1] == 0 for some in polygons]
        return np.concatenate([some.reshape(-1, 2) for some in polygons]), np.concatenate(begins)
    names = "".join([name for name, _ in path.commands])
    if not _ONLY_POLYGONS(names):
        return None
    values = np.array([values for name, values in path.commands if name != "Z"])
    return values, np.frombuffer(names.replace("Z", "").encode(), np.uint8) == ord("M")


def _polygons(path: Path) -> tuple[bytes, ...] | None:
    """Encode polygons all at once; None for other paths, and for those that may not fit."""
    corners = _corners(path)
    if corners is None:
        return None
    values, moves = corners[0] * 65536, corners[1]
    if not np.abs(values).max() < LIMIT * 65536 / 2:  # so that differences fit as well
        return None
    fixed = np.rint(values).astype(np.int64)
    starts = np.append(np.flatnonzero(moves), len(moves))
    done: list[bytes] = []
    begin = 0
    while begin < len(moves):
        end = int(starts[np.searchsorted(starts, begin + MAX_OPERATIONS // 3, "right") - 1])
        if end <= begin:
            return None
        done.append(_polygon_points(fixed[begin:end], moves[begin:end]))
        begin = end
    return tuple(done)


def _polygon_points(fixed: IntArray, moves: BoolArray) -> bytes:
    """Encode points, given in 1/65536 px, and whether a polygon begins with each."""
    steps = np.diff(fixed, axis=0, prepend=0)
    points = np.empty(len(steps), _POINT)
    points["x"], points["y"] = steps[:, 0], steps[:, 1]
    points["x_form"] = points["y_form"] = 255
    points["operator"] = np.where(moves, _RMOVETO, _RLINETO)
    return points.tobytes() + bytes((_ENDCHAR,))


def _raised(start: tuple[float, float], p: Sequence[float]) -> tuple[float, ...]:
    """Return a quadratic curve as a cubic one."""
    (x0, y0), (x1, y1, x, y) = start, p
    return (
        x0 + (x1 - x0) * 2 / 3, y0 + (y1 - y0) * 2 / 3, x + (x1 - x) * 2 / 3, y + (y1 - y) * 2 / 3, x, y
    )  # fmt: skip


def _contours(commands: Sequence[Command]) -> list[list[Command]]:
    contours: list[list[Command]] = []
    start: Command | None = None
    for command in commands:
        if command[0] == "M":
            contours.append([command])
            start = command
        elif command[0] == "Z":
            if start is not None and contours and len(contours[-1]) > 1:
                contours.append([start])  # drawing may go on from the start point
        elif contours:
            contours[-1].append(command)
    return [contour for contour in contours if len(contour) > 1]


def _number(value: int) -> bytes:
    """Encode a 16.16 number in the shortest form (5177 §3.2)."""
    if value & 0xFFFF:
        return struct.pack(">Bi", 255, value)
    whole = value >> 16
    if -107 <= whole <= 107:
        return bytes((whole + 139,))
    return struct.pack(">Bh", 28, whole)


def _index(items: Sequence[bytes]) -> bytes:
    """Encode an INDEX (5176 §5)."""
    if not items:
        return b"\0\0"
    offsets = [1]
    for item in items:
        offsets.append(offsets[-1] + len(item))
    return struct.pack(f">HB{len(offsets)}I", len(items), 4, *offsets) + b"".join(items)


def _top_dict(char_strings: int, private: int) -> bytes:
    """CharStrings (17) and an empty Private (18) by offset (5176 §9)."""
    return struct.pack(">BiBBiBiB", 29, char_strings, 17, 29, 0, 29, private, 18)


_HEADER = b"\x01\x00\x04\x04" + _index([b"P"])
_EMPTY_INDEXES = _index([]) * 2  # strings and global subroutines
_CHAR_STRINGS_AT = len(_HEADER) + len(_index([_top_dict(0, 0)])) + len(_EMPTY_INDEXES)
# head: 1000 units per em, the only field that matters here.
_HEAD = struct.pack(
    ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0
)


def font_file(glyphs: Sequence[bytes]) -> bytes:
    """Return an OpenType file whose glyph i is `glyphs[i]`."""
    chars = _index(glyphs)
    cff = (
        _HEADER
        + _index([_top_dict(_CHAR_STRINGS_AT, _CHAR_STRINGS_AT + len(chars))])
        + _EMPTY_INDEXES
        + chars
    )
    tables = ((b"CFF ", cff), (b"head", _HEAD), (b"maxp", struct.pack(">IH", 0x5000, len(glyphs))))
    offset = 12 + 16 * len(tables)
    directory = bytearray(b"OTTO" + struct.pack(">HHHH", len(tables), 32, 1, 16))
    body = bytearray()
    for tag, data in tables:
        directory += tag + struct.pack(">III", 0, offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return bytes(directory + body)
