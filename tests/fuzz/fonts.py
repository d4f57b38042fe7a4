"""Small fonts of every container and kind, damaged by a seed, and pages that draw with them."""

from __future__ import annotations

import base64
import io
import random
from functools import cache

from fontTools import subset
from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.ttLib import TTFont

from .harness import FONTS

TEXT = "abc ABC fi 012"
KINDS = ("ttf", "woff2", "static", "colr")


@cache
def sample(kind: str) -> bytes:
    """Return a sound font of a kind: variable as TTF and WOFF2, one without axes, one with coloured layers."""
    path = next(path for path in sorted((FONTS / "vendor").rglob("*.ttf")) if "Inter" in path.name)
    font = TTFont(path)
    options = subset.Options(notdef_outline=True)
    reducer = subset.Subsetter(options)
    reducer.populate(text=TEXT)
    reducer.subset(font)
    if kind in ("static", "colr"):
        for table in ("fvar", "gvar", "avar", "HVAR", "MVAR", "STAT"):
            if table in font:
                del font[table]
    if kind == "colr":
        glyphs = font.getGlyphOrder()
        font["COLR"] = buildCOLR({glyphs[1]: [(glyphs[2], 0), (glyphs[3], 1)]})
        font["CPAL"] = buildCPAL([[(1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 0.5)]])
    font.flavor = "woff2" if kind == "woff2" else None
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def damaged(kind: str, seed: int) -> bytes:
    """Return a font with some bytes changed, or cut, or made longer."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    data = bytearray(sample(kind))
    for _ in range(chance.choice((1, 2, 8, 40))):
        at = chance.randrange(chance.choice((300, len(data))))
        data[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    if chance.random() < 0.2:
        del data[chance.randrange(len(data)) :]
    return bytes(data)


def page(data: bytes) -> str:
    """Return a page that draws text with a font, at two weights and sizes."""
    url = "data:font/ttf;base64," + base64.b64encode(data).decode()
    rule = f"@font-face{{font-family:F;src:url({url});font-weight:100 900}}"
    styles = ("400 20px", "900 200px", "italic 300 13px")
    lines = "".join(f"<p style='font:{style} F,Inter'>{TEXT}" for style in styles)
    return f"<style>{rule}</style>{lines}"
