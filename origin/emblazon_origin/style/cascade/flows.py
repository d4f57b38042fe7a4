"""The writing modes that an element's children are laid out in, by how they are positioned."""

from __future__ import annotations

from typing import NamedTuple

from ..values.computed import ComputedStyle
from ..values.containing import contains_absolutes, contains_fixed
from ..values.writing_modes import Flow

_WITHOUT_FLOW = frozenset((
    "inline", "contents", "table-row", "table-row-group", "table-header-group", "table-footer-group",
    "table-column", "table-column-group",
))  # fmt: skip


class Flows(NamedTuple):
    """The writing modes of the boxes that in-flow, absolute and fixed children are laid out in."""

    inside: Flow = "horizontal-tb"
    absolute: Flow = "horizontal-tb"
    fixed: Flow = "horizontal-tb"

    def around(self, style: ComputedStyle) -> Flow:
        """Return that of the box around one with a style; inline boxes see lines alone, all alike."""
        if self is ALL_HORIZONTAL:
            return "horizontal-tb"
        if style.display == "inline" and self.inside == "vertical-lr":
            return "vertical-rl"
        if style.position == "absolute":
            return self.absolute
        return self.fixed if style.position == "fixed" else self.inside

    def within(self, style: ComputedStyle) -> Flows:
        """Return those of the boxes inside of one with a style."""
        if self is ALL_HORIZONTAL and style.writing_mode == "horizontal-tb":
            return self
        if style.display in _WITHOUT_FLOW:  # they have their parent's
            return self._replace(absolute=self.inside) if contains_absolutes(style) else self
        mode = style.writing_mode
        return Flows(
            mode,
            mode if contains_absolutes(style) else self.absolute,
            mode if contains_fixed(style) else self.fixed,
        )


ALL_HORIZONTAL = Flows()


def flows_of(mode: Flow) -> Flows:
    """Return the flows of a page in one writing mode."""
    return ALL_HORIZONTAL if mode == "horizontal-tb" else Flows(mode, mode, mode)
