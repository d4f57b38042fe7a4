"""Which font files the text of an SVG needs: the families that it names, and a fallback for every character.

The rasteriser of SVG shapes and orders by itself, with the files that it is given and the families that
runs name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ...assets.vector.svg_runs import NO_FONTS, SvgFace, SvgTextFonts
from ...clusters import CLUSTER
from ...report import Report
from ...style.cascade.walk import inline_block
from ...style.values.computed import ComputedStyle
from ..shaping.scripts import script_of
from .brought_fonts import MOST_BROUGHT, brought_fonts
from .document_fonts import FontAllowance
from .families import GENERICS
from .font_library import FontLibrary
from .font_set import has_characters, visible_characters

# Scripts whose letters do not join, each being a glyph of its own.
_APART = frozenset((
    "Latn", "Grek", "Cyrl", "Hani", "Hira", "Kana", "Hang", "Bopo", "Armn", "Geor", "Hebr", "Cher", "Cans",
    "Ethi", "Tfng", "Yiii", "Brai", "Copt", "Zyyy", "Zinh", "Zsym", "Zmth", "Zzzz",
))  # fmt: skip
_TEXT = "{http://www.w3.org/2000/svg}text"
_STYLE = "{http://www.w3.org/2000/svg}style"


@dataclass(frozen=True, slots=True)
class SvgFonts:
    """Finds the files in one library."""

    fonts: FontLibrary
    allowance: FontAllowance = field(default_factory=lambda: FontAllowance(MOST_BROUGHT, MOST_BROUGHT))

    def of(self, markup: str, report: Report, own_faces: tuple[SvgFace, ...] = ()) -> SvgTextFonts:
        """Return the fonts of SVG markup and of its own faces; tell what no font has."""
        root = _parsed(markup)
        text = _text_of(root)
        if not text:
            return NO_FONTS
        brought = brought_fonts(own_faces, self.allowance, report) if own_faces else ()
        catalog = self.fonts.catalog
        declared = " ".join(_font_texts(root)).lower()
        self._report_unknown(root, report, {font.family.lower() for font in brought})
        named = {family.name: family for name, family in catalog.names.items() if name in declared}
        own = (catalog.default, *named.values())
        faces = [face for family in own for face in family.faces]
        chosen = self.fonts.font_set(ComputedStyle().replace(font_family=tuple(named)))
        families: dict[str, str] = {}
        joining: set[str] = set()
        emoji, many = "", ""
        for cluster in sorted(text):
            script = script_of(cluster[0])[0]
            characters = visible_characters(cluster)
            if not characters:
                continue
            found = chosen.select(cluster, script)
            bringing = next((font for font in brought if has_characters(font.face, characters)), None)
            if bringing is not None:
                if found.missing or not all(has_characters(family.faces[0], characters) for family in own):
                    families[cluster] = bringing.family
                continue
            if found.missing:
                chosen.report_missing(cluster, script, report)
                continue
            font = found.font
            chosen.report_fallback(cluster, script, font, report)
            # Which of the families a text has is not known here: one that all have need not be named.
            apart = brought or not all(has_characters(family.faces[0], characters) for family in own)
            if font.is_color or apart:
                families[cluster] = font.face.family
                if font.is_color:
                    emoji, many = font.face.family, cluster if len(characters) > 1 else many
                elif script not in _APART:
                    joining.add(font.face.family)
            # The rasteriser takes the first file that has a character: emoji come before symbols.
            faces.insert(0 if font.is_color else len(faces), font.face)
        if many and joining:
            message = (
                f"{many!r} in SVG text: emoji of several characters are not drawn beside letters that join"
            )
            report.add("warning", "missing-glyph", message)
        files = dict.fromkeys(str(face.path) for face in faces if face.path is not None)
        held = tuple(font.file for font in brought)
        paths = (*(font.path for font in brought), *files)
        return SvgTextFonts(paths, families, frozenset(joining), emoji, held)

    def _report_unknown(self, root: etree._Element, report: Report, brought: set[str]) -> None:
        """Tell of families that SVG text names and the library has not: the page's own are not read."""
        for name in dict.fromkeys(_named_families(root)):
            known = name.lower() in GENERICS or name.lower() in brought
            if not known and self.fonts.family(name) is None:
                message = f"SVG text: no @font-face of its file brings the font family {name[:60]!r}"
                report.add("warning", "font-fallback", message, where=f"font-family: {name[:60]}")
        first = next(iter(_families(f"font-family:{root.get('font-family', '')}")), "")
        if first and first.lower() not in GENERICS and self.fonts.family(first) is None:
            message = f"SVG text: {first[:60]!r} is not installed; no @font-face of the page is drawn in SVG"
            report.add("warning", "font-fallback", message, where=f"font-family: {first[:60]}")


def _font_texts(root: etree._Element) -> Iterator[str]:
    """Yield all texts that may name font families."""
    for element in root.iter(etree.Element):
        if family := element.get("font-family"):
            yield str(family)
        style = element.text if element.tag == _STYLE else element.get("style")
        if style and "font" in style:
            yield str(style)


def _named_families(root: etree._Element) -> Iterator[str]:
    """Yield the families that the elements of an SVG name; those of the root may be the page's."""
    for element in root.iter(etree.Element):
        declared = [element.get("style", "")]
        if element is not root and (family := element.get("font-family")):
            declared.append(f"font-family:{family}")
        for text in declared:
            yield from _families(text)


def _families(declarations: str) -> tuple[str, ...]:
    """Return the families that declarations name."""
    families = inline_block(declarations)[0].normal.get("font_family") if "font" in declarations else None
    return families if isinstance(families, tuple) else ()


def _text_of(root: etree._Element) -> set[str]:
    """Return the grapheme clusters inside `<text>` elements."""
    return {cluster for text in root.iter(_TEXT) for cluster in CLUSTER.findall("".join(text.itertext()))}


def _parsed(markup: str) -> etree._Element:
    """Return the root of SVG markup; an empty one where it is none."""
    try:
        return etree.fromstring(
            markup, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except (etree.XMLSyntaxError, ValueError):
        return etree.Element("svg")
