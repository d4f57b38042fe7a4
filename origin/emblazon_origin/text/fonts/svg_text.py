"""Which font files the text of an SVG needs: the families that it names, and a fallback for every character.

The rasteriser of SVG shapes, orders and falls back by itself among the files that it is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ...clusters import CLUSTER
from ...report import Report
from ...style.values.computed import ComputedStyle
from ..shaping.scripts import script_of
from .emoji import visible_characters
from .font_library import FontLibrary

_FAMILIES = re.compile(r"font(?:-family)?\s*[:=]\s*(\"[^\"]*\"|'[^']*'|[^;>]*)", re.IGNORECASE)
_TEXT = "{http://www.w3.org/2000/svg}text"


@dataclass(frozen=True, slots=True)
class SvgFonts:
    """Finds the files in one library."""

    fonts: FontLibrary

    def files(self, markup: str, report: Report) -> tuple[str, ...]:
        """Return the paths of font files for SVG markup; tell what no font has and which faces draw."""
        text = _text_of(markup)
        if not text:
            return ()
        catalog = self.fonts.catalog
        declared = " ".join(_FAMILIES.findall(markup)).lower()
        named = {family.name: family for name, family in catalog.names.items() if name in declared}
        faces = [face for family in (catalog.default, *named.values()) for face in family.faces]
        chosen = self.fonts.font_set(ComputedStyle().replace(font_family=tuple(named)))
        for cluster in sorted(text):
            script = script_of(cluster[0])[0]
            if not visible_characters(cluster):
                continue
            found = chosen.select(cluster, script)
            if found.missing:
                chosen.report_missing(cluster, script, report)
                continue
            report.faces.setdefault(found.font.name, set()).update(cluster)
            if found.font.is_color and len(visible_characters(cluster)) > 1:
                message = f"'{cluster}' in SVG text: emoji of several characters are not drawn among others"
                report.add("warning", "missing-glyph", message)
            chosen.report_fallback(cluster, script, found.font, report)
            # The rasteriser takes the first file that has a character: emoji come before symbols.
            faces.insert(0 if found.font.is_color else len(faces), found.font.face)
        return tuple(dict.fromkeys(str(face.path) for face in faces if face.path is not None))


def _text_of(markup: str) -> set[str]:
    """Return the grapheme clusters inside `<text>` elements."""
    try:
        root = etree.fromstring(
            markup, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except (etree.XMLSyntaxError, ValueError):
        return set()
    return {cluster for text in root.iter(_TEXT) for cluster in CLUSTER.findall("".join(text.itertext()))}
