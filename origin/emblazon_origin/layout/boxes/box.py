"""What layout hands to paint: a tree of positioned boxes, in CSS px from the canvas's top left.

Positions are before transforms. Lines and glyph runs are in `text.lines`.
"""

from __future__ import annotations

from dataclasses import field
from typing import NamedTuple

from ...read_only import read_only
from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ...text.line_model import AtomicItem, Line


class Rect(NamedTuple):
    """x, y, width, height in CSS px."""

    x: float
    y: float
    width: float
    height: float


class Sides(NamedTuple):
    """Used px of padding or border, in CSS order."""

    top: float
    right: float
    bottom: float
    left: float


@read_only
class Box:
    """One laid-out box. A block container with inline content has `lines`, every other box `children`.

    Atomic inlines (inline-block, inline-flex, images in text) are in `children` too, already placed, and in
    `atomics` by the item of the line that holds them, so that paint order follows CSS 2 appendix E.
    """

    style: ComputedStyle
    border_box: Rect
    border: Sides
    padding: Sides
    element: Element | None = None  # None: anonymous
    children: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    atomics: dict[AtomicItem, Box] = field(default_factory=dict)
    replaced: str | None = None  # key of a decoded image (assets), for <img>, inline <svg>, content: url()
    is_inline_level: bool = False

    @property
    def padding_box(self) -> Rect:
        """The area inside the borders."""
        x, y, w, h = self.border_box
        b = self.border
        return Rect(x + b.left, y + b.top, max(0.0, w - b.left - b.right), max(0.0, h - b.top - b.bottom))

    @property
    def content_box(self) -> Rect:
        """The area inside the padding."""
        x, y, w, h = self.padding_box
        p = self.padding
        return Rect(x + p.left, y + p.top, max(0.0, w - p.left - p.right), max(0.0, h - p.top - p.bottom))
