"""The fonts of SVG text, run by run, as HTML text of the same characters has them.

The rasteriser shapes a text with its own font, then whole with the first other one that has a missing
character; it takes that one's glyphs for the missing ones where both make equally many, and for all where
nothing is missing. So it draws digits beside an emoji as emoji, and boxes for flags and for what stands
beside a ligature. Where each run names its font, nothing is left to that.

It then lays the runs' glyphs over those of the first run, which miscounts where another font joins what
the first does not. So the font that joins characters leads, in a run that takes no room.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from lxml import etree

from ...clusters import CLUSTER
from .svg_direction import has_list

_SVG = "{http://www.w3.org/2000/svg}"
_TEXT = f"{_SVG}text"
_IN_TEXT = frozenset((_TEXT, f"{_SVG}tspan", f"{_SVG}textPath"))
# An emoji that no font of letters has, and a letter that no font of emoji has: no font has all of a text.
_EMOJI, _LETTER = "\U0001f600", "a"
_RIGHT_TO_LEFT = ("R", "AL")
_FIRST_FLAG = 0x1F1E6
_FLAGS = frozenset(map(chr, range(_FIRST_FLAG, _FIRST_FLAG + 26)))
_SELECTORS = dict.fromkeys((0xFE0E, 0xFE0F))  # the rasteriser draws boxes for them


@dataclass(frozen=True, slots=True)
class SvgTextFonts:
    """The font files that the text of an SVG needs, and the family of each cluster that must be named.

    `joining` are those of scripts whose letters join, `emoji` that of emoji, some of several characters;
    `held` is what the `files` are there by.
    """

    files: tuple[str, ...] = ()
    families: Mapping[str, str] = field(default_factory=dict)
    joining: frozenset[str] = frozenset()
    emoji: str = ""
    held: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class SvgFace:
    """A font that an SVG file brings along, under the family that its text names."""

    family: str
    href: str  # a data: URL
    weight: float | None = None
    italic: bool = False


NO_FONTS = SvgTextFonts()


def name_fonts(root: etree._Element, fonts: SvgTextFonts) -> None:
    """Put a `<tspan>` around each run of text that its own font does not draw, and take selectors away."""
    for text in list(root.iter(_TEXT)):
        clusters = CLUSTER.findall("".join(text.itertext())) if fonts.families else []
        families = {name: family for name in set(clusters) if (family := fonts.families.get(name))}
        joining = sorted(fonts.joining & set(families.values()))
        many = {name for name, family in families.items() if family == fonts.emoji and _joins(name)}
        own_places = any(has_list(element) for element in text.iter(*_IN_TEXT))
        plainer = (
            {name: _plainer(name) for name in many} if joining or own_places else {}
        )  # one font can lead
        for name, plain in plainer.items():
            if plain.isascii():
                families[name] = ""
        lead = joining[0] if joining else fonts.emoji if many else next(iter(families.values()), "")
        for element in list(text.iter(*_IN_TEXT)):
            if element.text:
                element.text = _dress(element, 0, element.text, families, plainer)
            for child in list(element):
                if child.tail:
                    child.tail = _dress(element, element.index(child) + 1, child.tail, families, plainer)
        first = next((name[0] for name in clusters if joining and families.get(name) == lead), _LETTER)
        if families and not own_places:
            for element in list(text.iter(*_IN_TEXT)):
                if element is text or element.get("x") or element.get("y") or element.tag.endswith("Path"):
                    _put_before(element, lead, first)


def _put_before(element: etree._Element, family: str, letter: str) -> None:
    """Let a run of a family that takes no room begin what is shaped together.

    The rasteriser takes the first letter's script for that of all; what runs the other way is apart anyhow.
    """
    letter = "" if unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT else letter
    style = f"font-family:'{family}';font-size:0.01px;letter-spacing:0;word-spacing:0"
    first = etree.Element(f"{_SVG}tspan", {"style": style})
    first.text, first.tail, element.text = letter + _EMOJI, element.text, None
    element.insert(0, first)


def _dress(
    parent: etree._Element, at: int, text: str, families: Mapping[str, str], plainer: Mapping[str, str]
) -> str:
    """Insert the `<tspan>`s of a text from child `at` on; return what is before the first."""
    before = ""
    last: etree._Element | None = None
    for family, piece in _runs(text, families, plainer):
        if family:
            last = etree.Element(f"{_SVG}tspan", {"style": f"font-family:'{family}'"})
            last.text = piece
            parent.insert(at, last)
            at += 1
        elif last is None:
            before += piece
        else:
            last.tail = (last.tail or "") + piece
    return before


def _runs(text: str, families: Mapping[str, str], plainer: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the runs of a text with the family that each must name, "" for none."""
    clusters = CLUSTER.findall(text) if families else [text]
    for family, run in groupby(clusters, lambda cluster: families.get(cluster, "")):
        yield family, "".join(plainer.get(cluster, cluster) for cluster in run).translate(_SELECTORS)


def _plainer(emoji: str) -> str:
    """Return an emoji of several characters as its first one, flags of countries as letters as on Windows."""
    letters = [chr(ord(character) - _FIRST_FLAG + ord("A")) for character in emoji if character in _FLAGS]
    return "".join(letters) or emoji[0]


def _joins(cluster: str) -> bool:
    return len(cluster.translate(_SELECTORS)) > 1
