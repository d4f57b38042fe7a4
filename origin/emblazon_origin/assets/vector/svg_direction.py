"""Right-to-left text in SVG: the rasteriser orders its letters, but takes every line to begin on the left."""

from __future__ import annotations

from lxml import etree

_TEXT = "{http://www.w3.org/2000/svg}text"
_EMBEDDED = "\u202b"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LISTS = ("x", "y", "dx", "dy", "rotate")
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
