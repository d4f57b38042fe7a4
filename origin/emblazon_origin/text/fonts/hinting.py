"""Glyph coverage from FreeType, hinted by what each font carries, as in Chromium on Linux.

Stem hints of PostScript outlines (nearly all CJK fonts), the instructions of TrueType ones, the auto-hinter
where a TrueType font has no program at all. Variable fonts of today mostly have a program that does nothing:
of them only the parts of composite glyphs move, to whole pixels. Slanted text is drawn unhinted, by HarfBuzz.
"""

from __future__ import annotations

import ctypes
import io
import math
import threading
from functools import lru_cache
from typing import NamedTuple

import freetype
from freetype.raw import FT_Outline_EmboldenXY, FT_Outline_Translate, FT_Render_Glyph

from ..cache import Cache
from .face import Face
from .font_library import FontInstance
from .font_metrics import layout_unit

MAX_FACES = 48  # FreeType faces kept; each belongs to one instance
_FLAGS = freetype.FT_LOAD_DEFAULT | freetype.FT_LOAD_NO_BITMAP
_faces: Cache[FontInstance, freetype.Face] = Cache(MAX_FACES)
_advances: Cache[tuple[FontInstance, int, float], float] = Cache(65_536)
_lock = threading.Lock()  # FreeType faces hold the glyph that was loaded last


class Coverage(NamedTuple):
    """Rows of 8-bit coverage, top down, `pitch` bytes apart; left and top are as in a GlyphMask."""

    width: int
    height: int
    pitch: int
    data: bytes
    left: int
    top: int


def is_hinted(font: FontInstance) -> bool:
    """Whether the font's glyphs are hinted."""
    return not font.synthetic_oblique and not font.is_color


def hints_advances(font: FontInstance) -> bool:
    """Whether hinting changes advances as well: PostScript hints and idle programs do not."""
    return is_hinted(font) and _has_program(font.face)


@lru_cache(maxsize=1024)
def _has_program(face: Face) -> bool:
    """Whether a TrueType font has instructions that do something, or none so that the auto-hinter acts."""
    if face.is_postscript:
        return False
    maxp = face.table("maxp")
    instructions = int.from_bytes(maxp[26:28], "big") if len(maxp) >= 28 else 0
    return bool(instructions or face.table("fpgm") or not face.table("prep"))


def hinted_advance(font: FontInstance, glyph: int, size: float) -> float | None:
    """Return a glyph's advance at `size` device px per em, whole px; None where FreeType cannot tell."""
    key = (font, glyph, size)
    found = _advances.get(key)
    if found is None:
        with _lock:
            try:
                face = _face(font)
                face.set_char_size(int(layout_unit(size) * 64))
                face.load_glyph(glyph, _FLAGS)
            except freetype.FT_Exception:
                return None
            found = _advances.put(key, math.floor(face.glyph.advance.x / 64 + 0.5))
    return found


def hinted_coverage(font: FontInstance, glyph: int, size: float, shift: float) -> Coverage | None:
    """Rasterise a glyph with its hints; None where FreeType cannot."""
    with _lock:
        try:
            face = _face(font)
            face.set_char_size(int(layout_unit(size) * 64))
            face.load_glyph(glyph, _FLAGS)
        except freetype.FT_Exception:
            return None
        slot = face.glyph._FT_GlyphSlot
        _change(font, slot, size, shift)
        if FT_Render_Glyph(slot, freetype.FT_RENDER_MODE_NORMAL):
            return None
        bitmap = slot.contents.bitmap
        data = ctypes.string_at(bitmap.buffer, bitmap.rows * bitmap.pitch) if bitmap.rows else b""
        left, top = slot.contents.bitmap_left, -slot.contents.bitmap_top
        return Coverage(bitmap.width, bitmap.rows, bitmap.pitch, data, left, top)


def _change(font: FontInstance, slot: object, size: float, shift: float) -> None:
    """Apply synthetic bold (to both sides) and the sub-pixel shift to the outline."""
    outline = ctypes.byref(slot.contents.outline)  # type: ignore[attr-defined]
    if font.embolden:
        strength = round(font.embolden * size * 64)
        FT_Outline_EmboldenXY(outline, strength, strength)
        FT_Outline_Translate(outline, -strength // 2, -strength // 2)
    if shift:
        FT_Outline_Translate(outline, round(shift * 64), 0)


def _face(font: FontInstance) -> freetype.Face:
    found = _faces.get(font)
    if found is not None:
        return found
    source = str(font.face.path) if font.face.path else io.BytesIO(bytes(font.face.hb_face.blob.data))
    face = freetype.Face(source, font.face.index)
    if font.variations:
        values = dict(font.variations)
        face.set_var_design_coords([values[tag] for tag in font.face.axes])
    return _faces.put(font, face)
