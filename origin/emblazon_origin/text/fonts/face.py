"""One face of a font file: its tables, names, axes, coverage and the descriptors that CSS matches on.

`open_file` reads TTF, OTF, TTC, WOFF and WOFF2; a damaged file is an `AssetError` that names it.
"""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import uharfbuzz as hb

from ...assets.fetch_decode import decode
from ...errors import AssetError
from .overlaps import GlyphOverlaps

_WOFF2_HEADER, _SLACK = 48, 1 << 20  # bytes
MAX_FONT_BYTES = 64 << 20  # unpacked; what a WOFF file promises beyond that is not tried
_SFNT = {b"\x00\x01\x00\x00", b"OTTO", b"true", b"typ1"}
_WIDTHS = {1: 50.0, 2: 62.5, 3: 75.0, 4: 87.5, 5: 100.0, 6: 112.5, 7: 125.0, 8: 150.0, 9: 200.0}  # OS/2
_NAME_FAMILY, _NAME_STYLE, _NAME_FULL, _NAME_POSTSCRIPT, _NAME_TYPO_FAMILY = 1, 2, 4, 6, 16


@dataclass(frozen=True, slots=True)
class VariationAxis:
    """A variation axis, in design units."""

    tag: str
    minimum: float
    default: float
    maximum: float

    def clamp(self, value: float) -> float:
        """Return `value` inside the axis."""
        return min(max(value, self.minimum), self.maximum)


@dataclass(eq=False)
class Face:
    """A face ready for HarfBuzz. Descriptor ranges are those of the file, or of the `@font-face` rule."""

    hb_face: hb.Face
    source: str  # file name or URL, for reports
    index: int = 0
    digest: str = ""  # SHA-256 of the file's bytes, where they were read
    path: Path | None = None
    size: int = 0  # bytes
    axes: dict[str, VariationAxis] = field(default_factory=dict)

    @cached_property
    def coverage(self) -> hb.Set:
        """The characters that the face has a glyph for."""
        return self.hb_face.unicodes

    @cached_property
    def units_per_em(self) -> int:
        """Design units per em."""
        return int(self.hb_face.upem)

    @cached_property
    def is_color(self) -> bool:
        """Whether any glyph is drawn in its own colours."""
        face = self.hb_face
        return bool(face.has_color_paint or face.has_color_layers or face.has_color_png)

    @cached_property
    def overlaps(self) -> GlyphOverlaps:
        """Whether contours of each glyph lie over each other, at the default of each axis."""
        return GlyphOverlaps(hb.Font(self.hb_face))

    @cached_property
    def family(self) -> str:
        """The typographic family name, else the family name."""
        return self._name(_NAME_TYPO_FAMILY) or self._name(_NAME_FAMILY) or Path(self.source).stem

    @cached_property
    def full_names(self) -> frozenset[str]:
        """Full and PostScript names, lower-case, as `local()` compares them."""
        names = (
            self._name(_NAME_FULL),
            self._name(_NAME_POSTSCRIPT),
            f"{self.family} {self._name(_NAME_STYLE)}",
        )
        return frozenset(name.lower() for name in names if name)

    @cached_property
    def weight(self) -> tuple[float, float]:
        """Weights that the face can draw."""
        if axis := self.axes.get("wght"):
            return axis.minimum, axis.maximum
        os2 = self.table("OS/2")
        weight = float(struct.unpack_from(">H", os2, 4)[0]) if len(os2) >= 6 else 400.0
        weight = min(max(weight, 1.0), 1000.0)
        return weight, weight

    @cached_property
    def stretch(self) -> tuple[float, float]:
        """Widths in percent that the face can draw."""
        if axis := self.axes.get("wdth"):
            return axis.minimum, axis.maximum
        os2 = self.table("OS/2")
        width = _WIDTHS.get(struct.unpack_from(">H", os2, 6)[0], 100.0) if len(os2) >= 8 else 100.0
        return width, width

    @cached_property
    def style(self) -> str:
        """`normal`, `italic` or `oblique`."""
        os2, head = self.table("OS/2"), self.table("head")
        selection = struct.unpack_from(">H", os2, 62)[0] if len(os2) >= 64 else 0
        mac_style = struct.unpack_from(">H", head, 44)[0] if len(head) >= 46 else 0
        if selection & 0x001 or mac_style & 0x02:
            return "italic"
        return "oblique" if selection & 0x200 else "normal"

    def table(self, tag: str) -> bytes:
        """Return a table's bytes, empty where it is absent."""
        data = self.hb_face.reference_table(tag).data
        return bytes(data) if data is not None else b""

    def _name(self, name_id: int) -> str:
        for language in ("en", ""):
            if name := self.hb_face.get_name(name_id, language or None):
                return str(name).strip()
        return ""


def open_file(path: Path) -> list[Face]:
    """Return every face of a font file, mapped into memory; `AssetError` names a file that cannot serve."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
        if head[:4] in (b"wOFF", b"wOF2"):
            return open_bytes(path.read_bytes(), str(path))
        _check_directory(head, size, path)
        blob = hb.Blob.from_file_path(str(path))
    except OSError as error:
        raise AssetError(f"font file {path}: {error.strerror or error}") from error
    except hb.HarfBuzzError as error:
        raise AssetError(f"font file {path}: cannot be mapped") from error
    return _faces(blob, str(path), size, path=path)


def open_bytes(data: bytes, source: str, digest: str = "") -> list[Face]:
    """Return every face in a font file's bytes; WOFF and WOFF2 are unpacked."""
    digest = digest or hashlib.sha256(data).hexdigest()
    data = sfnt_bytes(data, source)
    try:
        _check_directory(data[:4096], len(data), source)
    except struct.error as error:
        raise AssetError(f"font file {source}: table directory is cut off") from error
    return _faces(hb.Blob(data), source, len(data), digest=digest)


def sfnt_bytes(data: bytes, source: str) -> bytes:
    """Return a font file's bytes without WOFF's compression. Raises AssetError."""
    return _unpack_woff(data, source) if data[:4] in (b"wOFF", b"wOF2") else data


def unpacked_size(data: bytes) -> int:
    """Return how large a font file says it is, without WOFF's compression."""
    return int.from_bytes(data[16:20], "big") if data[:4] in (b"wOFF", b"wOF2") else len(data)


def _unpack_woff(data: bytes, source: str) -> bytes:
    from fontTools.ttLib import TTFont

    if unpacked_size(data) > MAX_FONT_BYTES:
        raise AssetError(f"font file {source}: unpacks to more than {MAX_FONT_BYTES >> 20} MB")
    if data[:4] == b"wOF2":
        _check_stream(data, source)
    try:
        font = TTFont(io.BytesIO(data), recalcBBoxes=False, recalcTimestamp=False)
        font.flavor = None
        out = io.BytesIO()
        font.save(out, reorderTables=None)
    except Exception as error:  # fontTools raises whatever the damaged table makes it trip over
        raise AssetError(f"font file {source}: cannot unpack WOFF: {error}") from error
    return out.getvalue()


def _check_stream(data: bytes, source: str) -> None:
    """Refuse a WOFF2 file that unfolds to far more than it says (WOFF2 §4)."""
    from fontTools.ttLib.woff2 import WOFF2DirectoryEntry

    file = io.BytesIO(data)
    file.seek(_WOFF2_HEADER)
    try:
        for _ in range(int.from_bytes(data[12:14], "big")):
            WOFF2DirectoryEntry().fromFile(file)
        stream = file.read(int.from_bytes(data[20:24], "big"))
        decode([stream], "br", 2 * unpacked_size(data) + _SLACK)
    except AssetError as error:
        raise AssetError(f"font file {source}: {error}") from error
    except Exception as error:  # as above
        raise AssetError(f"font file {source}: cannot unpack WOFF: {error}") from error


_OUTLINES = frozenset(("glyf", "CFF ", "CFF2", "CBDT", "EBDT", "sbix", "SVG "))


def _check_directory(head: bytes, size: int, source: object) -> None:
    """Refuse files whose table directory is absent or points past their end."""
    if head[:4] == b"ttcf":
        return  # each face is checked by its glyph count
    if head[:4] not in _SFNT:
        raise AssetError(f"font file {source}: not a TTF, OTF, TTC, WOFF or WOFF2 font")
    (count,) = struct.unpack_from(">H", head, 4)
    for i in range(min(count, (len(head) - 12) // 16)):
        tag, _, offset, length = struct.unpack_from(">4sIII", head, 12 + 16 * i)
        if offset + length > size:
            name = tag.decode("latin-1")
            raise AssetError(f"font file {source}: damaged or cut off (table {name!r} lies past its end)")


def _faces(
    blob: hb.Blob, source: str, size: int, *, digest: str = "", path: Path | None = None
) -> list[Face]:
    first = hb.Face(blob, 0)
    faces = []
    for index in range(max(1, first.count)):
        hb_face = first if index == 0 else hb.Face(blob, index)
        tags = set(hb_face.table_tags)
        if not {"cmap", "head", "hhea", "hmtx", "maxp"} <= tags or not hb_face.glyph_count:
            raise AssetError(f"font file {source}: damaged (face {index} lacks required tables)")
        if tags.isdisjoint(_OUTLINES):
            raise AssetError(f"font file {source}: damaged (face {index} has no glyphs to draw)")
        axes = {
            a.tag: VariationAxis(a.tag, a.min_value, a.default_value, a.max_value) for a in hb_face.axis_infos
        }
        faces.append(Face(hb_face, source, index, digest, path, size, axes))
    return faces
