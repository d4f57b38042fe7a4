"""Where upright glyphs of vertical text hang from, as Chromium has it.

The origins that a web font has of its own (VORG) do not reach it: it takes the top of a glyph's ink, on whole
device px, and the bearing above from vmtx. Installed fonts, such as it falls back on, hang from their
origins, and fonts without vmtx from their ascent, where HarfBuzz may have the ink in the middle: these
advance by ascent and descent together, each on whole device px.
"""

from __future__ import annotations

import math
import struct

from ...caching import remembered
from .font_instance import FontInstance

_LONG_METRICS = 34  # in vhea: how many glyphs have an advance of their own


@remembered("font features", 256, bytes_each=200)
def _bearings(font: FontInstance) -> tuple[bytes, int]:
    """Return vmtx, and how many of its entries have four bytes; nothing where the font has none."""
    face = font.hb_font.face
    head, metrics = face.reference_table("vhea").data, face.reference_table("vmtx").data
    if len(head) < _LONG_METRICS + 2 or font.is_color:
        return b"", 0
    return metrics, struct.unpack_from(">H", head, _LONG_METRICS)[0]


def origin_shift(font: FontInstance, glyph: int, size: float) -> float:
    """Return how much lower than HarfBuzz puts it a glyph hangs, at a size in device px."""
    metrics, long = _bearings(font)
    at = 4 * glyph + 2 if glyph < long else 4 * long + 2 * (glyph - long)
    extents = font.hb_font.get_glyph_extents(glyph)
    if at + 2 > len(metrics) or extents is None:
        return 0.0
    k = size / font.units_per_em
    top = math.ceil(extents.y_bearing * k) + struct.unpack_from(">h", metrics, at)[0] * k
    origin = font.hb_font.get_glyph_v_origin(glyph)
    return top - origin[1] * k if origin is not None else 0.0


@remembered("font features", 256, bytes_each=200)
def has_vertical_metrics(font: FontInstance) -> bool:
    """Whether a font says how far upright glyphs advance."""
    return bool(font.hb_font.face.reference_table("vmtx").data)


def origin_height(font: FontInstance, glyph: int, size: float) -> float:
    """Return how high above the baseline HarfBuzz has the point that an upright glyph hangs from, px."""
    origin = font.hb_font.get_glyph_v_origin(glyph)
    return origin[1] * size * font.adjust.size / font.units_per_em if origin is not None else 0.0
