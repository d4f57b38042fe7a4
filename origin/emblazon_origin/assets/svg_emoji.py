"""Variation selectors in SVG text.

The rasteriser takes the first font that has the character before one, and draws a box for the selector.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"
_IN_TEXT = frozenset((f"{_SVG}text", f"{_SVG}tspan", f"{_SVG}textPath"))
_FAMILY = "Noto Color Emoji"
# A font that has all of a text draws its emoji too: no font of letters has this one. It takes no room.
_OF_NO_TEXT_FONT = "\U0001f600"
# One character and VS16, no part of a sequence; or VS15.
_CHOSEN = re.compile("(?<!\u200d)([^\u200d\ufe0e\ufe0f])\ufe0f(?![\u200d\u20e3])|\ufe0e")


def choose_emoji(root: etree._Element) -> None:
    """Give every character with VS16 to the emoji font, and take the selectors away, in place."""
    for element in [element for element in root.iter() if element.tag in _IN_TEXT]:
        if element.text and _CHOSEN.search(element.text):
            element.text = _dress(element, 0, element.text)
        for child in list(element):
            if child.tail and _CHOSEN.search(child.tail):
                child.tail = _dress(element, element.index(child) + 1, child.tail)


def _dress(parent: etree._Element, at: int, text: str) -> str:
    """Insert a `<tspan>` for each emoji of a text from child `at` on; return what is before the first."""
    before = ""
    last: etree._Element | None = None
    for piece, is_emoji in _pieces(text):
        if is_emoji:
            last = etree.Element(f"{_SVG}tspan", {"style": f"font-family:{_FAMILY}"})
            last.text = piece
            etree.SubElement(last, f"{_SVG}tspan", {"style": "font-size:0.01px"}).text = _OF_NO_TEXT_FONT
            parent.insert(at, last)
            at += 1
        elif last is None:
            before += piece
        else:
            last.tail = (last.tail or "") + piece
    return before


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text, and whether each is an emoji."""
    end = 0
    for match in _CHOSEN.finditer(text):
        yield text[end : match.start()], False
        if match.group(1):
            yield match.group(1), True
        end = match.end()
    yield text[end:], False
