"""Fonts that an SVG file brings along, as files that the rasteriser of SVG finds by the family's name.

It takes a font's name for its family, where CSS goes by what `@font-face` calls it: each is renamed.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from ...assets.resources import parse_data_url
from ...assets.vector.svg_runs import SvgFace
from ...caching import ByteCache
from ...errors import AssetError
from ...report import Report
from .document_fonts import FontAllowance
from .face import Face, open_bytes, sfnt_bytes, unpacked_size

_FAMILY, _SUBFAMILY, _FULL, _POSTSCRIPT = 1, 2, 4, 6
_REGULAR, _BOLD, _ITALIC = 1 << 6, 1 << 5, 1
MOST_BROUGHT = 2_000_000  # bytes that those of one card unpack to
_LEAST = 500_000  # that each counts for: it holds a descriptor


@dataclass(frozen=True, slots=True)
class BroughtFont:
    """A font under the family that the picture calls it; its file is there as long as `file` is."""

    family: str
    face: Face
    file: IO[bytes]
    size: int

    @property
    def path(self) -> str:
        """Where other libraries of this process, and processes forked off, find the file."""
        name = self.file.name
        return (
            name if isinstance(name, str) and os.path.isabs(name) else f"/proc/self/fd/{self.file.fileno()}"
        )


_brought: ByteCache[BroughtFont] = ByteCache("fonts of SVG files", 16_000_000, lambda font: font.size)


def brought_fonts(
    faces: Iterable[SvgFace], allowance: FontAllowance, report: Report
) -> tuple[BroughtFont, ...]:
    """Return the fonts that can be had; tell of those that cannot."""
    found: list[BroughtFont] = []
    for face in faces:
        try:
            data = parse_data_url(face.href).data
            key = (hashlib.sha256(data).digest(), face.family, face.weight, face.italic)
            font = _brought.peek(key)
            if font is None:
                allowance.take(unpacked_size(data))
                font = _brought.put(key, _named(data, face))
            found.append(font)
        except AssetError as error:
            message = f"@font-face {face.family[:60]!r} of an SVG file: {error.public}"
            report.add("warning", "font-load-failed", message)
    return tuple(found)


def _named(data: bytes, face: SvgFace) -> BroughtFont:
    """Give a font the name, weight and slant that its `@font-face` says it has. Raises AssetError."""
    from fontTools.ttLib import TTFont, newTable

    plain = sfnt_bytes(data, face.family[:60])
    opened = open_bytes(plain, face.family[:60])[0]
    try:
        font = TTFont(io.BytesIO(plain), fontNumber=0, lazy=True)
        font["name"] = table = newTable("name")
        table.names = []
        style = "Italic" if face.italic else "Regular"
        for number, text in (
            (_FAMILY, face.family),
            (_SUBFAMILY, style),
            (_FULL, face.family),
            (_POSTSCRIPT, "Own"),
        ):
            table.setName(text, number, 3, 1, 0x409)
        if face.weight is not None:
            font["OS/2"].usWeightClass = round(face.weight)
        slanted = _ITALIC if face.italic else _REGULAR
        font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~(_REGULAR | _BOLD | _ITALIC) | slanted
        out = io.BytesIO()
        font.save(out, reorderTables=None)
    except AssetError:
        raise
    except Exception as error:  # fontTools raises whatever the damaged table makes it trip over
        raise AssetError(f"it cannot be named: {error}") from error
    return BroughtFont(face.family, opened, _file(out.getvalue()), max(_LEAST, len(out.getvalue())))


def _file(data: bytes) -> IO[bytes]:
    """Return a file that is in memory, where the system has such, and gone with its last user."""
    if hasattr(os, "memfd_create"):
        file: IO[bytes] = os.fdopen(os.memfd_create("font"), "w+b")
    else:
        file = tempfile.NamedTemporaryFile(suffix=".ttf")  # noqa: SIM115 - it is kept
    file.write(data)
    file.flush()
    return file
