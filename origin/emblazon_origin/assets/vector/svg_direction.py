"""Where lines of SVG text begin: the rasteriser takes every one to begin on the left, and to end in a letter.

It orders the letters of right-to-left text itself, but does not turn its anchors around. Of spaced letters
it leaves out the last space, which browsers count to the width.
"""

from __future__ import annotations

import re

from lxml import etree

from .svg_geometry import view_box

_TEXT = "{http://www.w3.org/2000/svg}text"
_EMBEDDED = "\u202b"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LISTS = ("x", "y", "dx", "dy", "rotate")
_AFTER = {"middle": 0.5, "end": 1.0}  # of the space after a line, what moves it
_LENGTH = re.compile(r"\s*+([+-]?(?:\d++(?:\.\d*+)?|\.\d++))(px|em|%)?\s*+")
_TURNED = {"start": "end", "end": "start"}


def anchor_right_to_left(root: etree._Element) -> None:
    """Turn the anchors of right-to-left `<text>` around: `start` is its right end (SVG 2 §11.11.3.1).

    Where its chunks begin, a character says so to whoever orders words and numbers (UAX #9 §2.1).
    """
    for text in root.iter(_TEXT):
        if _inherited(text, "direction") != "rtl":
            continue
        anchor = _TURNED.get(_inherited(text, "text-anchor") or "start")
        if anchor is not None:
            own = text.get("style", "").rstrip("; ")
            text.set("style", f"{own};text-anchor:{anchor}" if own else f"text-anchor:{anchor}")
        if not any(has_list(element) for element in text.iter(etree.Element)):
            for element in list(text.iter(etree.Element)):
                if element is text or element.get("x") or element.get("y"):
                    own = element.text or ""
                    element.text = _EMBEDDED + (own if _keeps_spaces(element) else own.lstrip())


def place_spaced_lines(root: etree._Element) -> None:
    """Move lines of spaced letters that are centred, or end at their place, by the space after them."""
    width = 0.0
    for text in root.iter(_TEXT):
        for element in text.iter(etree.Element):
            begins = element is text or element.get("x") is not None
            share = _AFTER.get(_inherited(element, "text-anchor")) if begins else None
            if share is None or _inherited(element, "direction") == "rtl":
                continue
            space = _spacing(element)
            if space:
                width = width or _width(root)
                places = [_place(value, width) for value in (element.get("x") or "0").split()]
                if None not in places:
                    element.set(
                        "x", " ".join(f"{place - space * share:g}" for place in places if place is not None)
                    )


def _spacing(element: etree._Element) -> float:
    """Return the space after each letter, in user units; 0 where it is none that can be told."""
    found = _LENGTH.fullmatch(_inherited(element, "letter-spacing"))
    if found is None:
        return 0.0
    if found[2] == "em":
        size = _LENGTH.fullmatch(_inherited(element, "font-size") or "16")
        return float(found[1]) * float(size[1]) if size is not None and size[2] != "em" else 0.0
    return float(found[1])


def _place(value: str, width: float) -> float | None:
    found = _LENGTH.fullmatch(value.strip(","))
    if found is None or found[2] == "em":
        return None
    return float(found[1]) * (width / 100 if found[2] == "%" else 1.0)


def _width(root: etree._Element) -> float:
    left, _, right, _ = view_box(root)
    return right - left


def _keeps_spaces(element: etree._Element) -> bool:
    return _inherited(element, _SPACE) == "preserve" or _inherited(element, "white-space").startswith("pre")


def has_list(element: etree._Element) -> bool:
    """Whether characters have places of their own, which one more character would shift."""
    return any(len(element.get(name, "").replace(",", " ").split()) > 1 for name in _LISTS)


def _inherited(element: etree._Element | None, name: str) -> str:
    """Return a property as the nearest element declares it, "" where none does."""
    while element is not None:
        pairs = (entry.partition(":") for entry in element.get("style", "").split(";"))
        declared = [value.strip() for key, _, value in pairs if key.strip() == name and value.strip()]
        if value := (declared[-1] if declared else element.get(name, "")):
            return str(value)
        element = element.getparent()
    return ""
