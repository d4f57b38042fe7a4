"""Right-to-left text in SVG: the rasteriser orders it, but anchors it as if it began on the left."""

from __future__ import annotations

from lxml import etree

_TEXT = "{http://www.w3.org/2000/svg}text"
_TURNED = {"start": "end", "end": "start"}


def anchor_right_to_left(root: etree._Element) -> None:
    """Turn the anchors of right-to-left `<text>` around: `start` is its right end (SVG 2 §11.11.3.1)."""
    for text in root.iter(_TEXT):
        if _inherited(text, "direction") != "rtl":
            continue
        anchor = _TURNED.get(_inherited(text, "text-anchor") or "start")
        if anchor is not None:
            own = text.get("style", "").rstrip("; ")
            text.set("style", f"{own};text-anchor:{anchor}" if own else f"text-anchor:{anchor}")


def _inherited(element: etree._Element | None, name: str) -> str:
    """Return a property as the nearest element declares it, "" where none does."""
    while element is not None:
        pairs = (entry.partition(":") for entry in element.get("style", "").split(";"))
        declared = [value.strip() for key, _, value in pairs if key.strip() == name and value.strip()]
        if value := (declared[-1] if declared else element.get(name, "")):
            return str(value)
        element = element.getparent()
    return ""
