"""Numbers beyond what the rasteriser computes with: its shapes end in a panic, or as nothing."""

from __future__ import annotations

import re

from lxml import etree

_MOST = 10_000_000.0
_LARGE = re.compile(rb"(?<![#\d.])(?:\d{8}|[\d.]{1,20}[eE]\+?\d)")
_NUMBER = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_PLACES = (
    "x", "y", "width", "height", "r", "rx", "ry", "cx", "cy", "x1", "y1", "x2", "y2", "d", "points",
    "stroke-width", "stroke-dasharray", "stroke-dashoffset",
)  # fmt: skip


def bound_numbers(root: etree._Element, data: bytes, notes: list[str]) -> None:
    """Bring the numbers of outlines, in place, to what can be drawn; `data` is the file they are from."""
    if not _LARGE.search(data):
        return
    changed = False
    for element in root.iter(etree.Element):
        for name in _PLACES:
            text = element.get(name)
            if text and text != (bounded := _NUMBER.sub(_bounded, text)):
                element.set(name, bounded)
                changed = True
    if changed:
        notes.append(f"numbers beyond {_MOST:,.0f} are drawn as this one")


def _bounded(match: re.Match[str]) -> str:
    value = float(match[0])
    return match[0] if abs(value) <= _MOST else f"{'-' if value < 0 else ' '}{_MOST:.0f}"
