"""What layout hands to paint: a tree of positioned boxes, in CSS px from the canvas's top left.

Positions are before transforms. Lines and glyph runs are in `text.lines`.
"""

from __future__ import annotations

from dataclasses import field
from typing import NamedTuple

from ...read_only import read_only
from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ...style.values.writing_modes import Flow
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


class LinesTurn(NamedTuple):
    """How a box's lines lie on the canvas: in a box of their own, as its flow has it, in a space.

    `space` begins where the box of the lines is told from.
    """

    box: Box
    flow: Flow
    space: Rect

    def right_of(self, line: Line) -> float:
        """Return the x on the canvas of the top of a line's flow, where letters turn to the right."""
        if self.flow == "vertical-lr":  # lines follow to the right, but their upper side is there as well
            return self.space.x + 2 * (self.box.content_box.y + line.y) + line.height
        return self.space.x + self.space.width

    def to_canvas(self, line: Line, rect: Rect) -> Rect:
        """Return where a rectangle on a line is on the canvas."""
        x, y, width, height = rect
        if self.flow == "sideways-lr":
            bottom = self.space.y + self.space.height
            return Rect(self.space.x + y, bottom - x - width, height, width)
        return Rect(self.right_of(line) - y - height, self.space.y + x, height, width)


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
    lines_turn: LinesTurn | None = None  # where the lines do not run from left to right

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
