"""Places in a flow to places on the canvas and back, for every writing mode.

A flow's x runs along its lines and its y across them, from the corner where its content begins.
"""

from __future__ import annotations

from typing import NamedTuple

from ..style.values.writing_modes import Flow
from .boxes.box import Rect, Sides


class FlowSpace(NamedTuple):
    """A flow that fills a rectangle of the canvas; CSS px."""

    flow: Flow
    area: Rect

    def to_canvas(self, rect: Rect) -> Rect:
        """Return where a rectangle of the flow is on the canvas."""
        left, top, width, height = self.area
        x, y, w, h = rect
        if self.flow == "horizontal-tb":
            return Rect(left + x, top + y, w, h)
        if self.flow == "vertical-lr":
            return Rect(left + y, top + x, h, w)
        if self.flow == "sideways-lr":
            return Rect(left + y, top + height - x - w, h, w)
        return Rect(left + width - y - h, top + x, h, w)

    def from_canvas(self, rect: Rect) -> Rect:
        """Return where a rectangle of the canvas is in the flow."""
        left, top, width, height = self.area
        x, y, w, h = rect[0] - left, rect[1] - top, rect[2], rect[3]
        if self.flow == "horizontal-tb":
            return Rect(x, y, w, h)
        if self.flow == "vertical-lr":
            return Rect(y, x, h, w)
        if self.flow == "sideways-lr":
            return Rect(height - y - h, x, h, w)
        return Rect(y, width - x - w, h, w)

    def sides_to_canvas(self, sides: Sides) -> Sides:
        """Return edges of the flow in CSS order on the canvas."""
        top, right, bottom, left = sides
        if self.flow == "horizontal-tb":
            return sides
        if self.flow == "vertical-lr":
            return Sides(left, bottom, right, top)
        if self.flow == "sideways-lr":
            return Sides(right, bottom, left, top)
        return Sides(left, top, right, bottom)

    def sides_from_canvas(self, sides: Sides) -> Sides:
        """Return edges on the canvas as the flow has them."""
        top, right, bottom, left = sides
        if self.flow == "horizontal-tb":
            return sides
        if self.flow == "vertical-lr":
            return Sides(left, bottom, right, top)
        if self.flow == "sideways-lr":
            return Sides(left, top, right, bottom)
        return Sides(right, bottom, left, top)


def lies_across(one: Flow, other: Flow) -> bool:
    """Whether the lines of two flows are at right angles."""
    return (one == "horizontal-tb") != (other == "horizontal-tb")
