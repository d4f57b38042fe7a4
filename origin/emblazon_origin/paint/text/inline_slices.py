"""Inline boxes that are broken over several lines, put together again (CSS Fragmentation 3 §5.4, `slice`).

Images of backgrounds and borders lie in the box as it was before it was broken: all parts side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from ...layout.boxes.box import Box, Rect, Sides
from ...style.values.dom import Element
from ...text.line_model import InlineBoxFragment


class Slice(NamedTuple):
    """All parts of an inline box side by side: how far this one is from the left, the width, the edges."""

    before: float  # px
    width: float
    border: Sides
    padding: Sides

    def around(self, part: Rect) -> Rect:
        """Return the box that a part is cut from, as high as the part and in line with it."""
        return Rect(part.x - self.before, part.y, self.width, part.height)


# How wide the parts before each part are, and all together; the edges of all.
_Whole = tuple[list[float], float, Sides, Sides]


@dataclass(slots=True)
class Slices:
    """The parts of every inline box of a document, in the order of lines; collected when first asked."""

    root: Box
    _parts: dict[Element, list[InlineBoxFragment]] | None = field(default=None, repr=False)
    _bounds: dict[Element, Rect] = field(default_factory=dict, repr=False)
    _places: dict[int, int] = field(default_factory=dict, repr=False)  # of a fragment, by id, among its parts
    _wholes: dict[Element, _Whole] = field(default_factory=dict, repr=False)

    def slice_of(self, fragment: InlineBoxFragment) -> Slice | None:
        """Return where a part lies among all; None where it is the only one, or each has its own edges."""
        element = fragment.element
        if element is None or fragment.style.box_decoration_break == "clone":
            return None
        if fragment.has_left_edge and fragment.has_right_edge:
            return None
        parts = self.parts().get(element, [])
        at = self._places.get(id(fragment))
        if len(parts) < 2 or at is None:
            return None
        whole = self._wholes.get(element)
        if whole is None:
            whole = self._wholes[element] = _whole(parts)
        before, total, border, padding = whole
        return Slice(before[at], total, border, padding)

    def after(self, fragment: InlineBoxFragment) -> InlineBoxFragment | None:
        """Return the part that follows a part of an inline box."""
        parts = self.parts().get(fragment.element, []) if fragment.element is not None else []
        at = self._places.get(id(fragment), len(parts)) + 1
        return parts[at] if at < len(parts) else None

    def bounds_of(self, element: Element) -> Rect | None:
        """Return the rectangle around all parts of an inline element, in px."""
        self.parts()
        return self._bounds.get(element)

    def parts(self) -> dict[Element, list[InlineBoxFragment]]:
        """Return the parts of each inline element, found once."""
        if self._parts is None:
            self._parts = {}
            stack = [self.root]
            while stack:
                box = stack.pop()
                content = (box.lines_turn.box if box.lines_turn else box).content_box
                for fragment in (fragment for line in box.lines for fragment in line.boxes):
                    if fragment.element is not None:
                        parts = self._parts.setdefault(fragment.element, [])
                        self._places[id(fragment)] = len(parts)
                        parts.append(fragment)
                        self._include(fragment.element, content, fragment)
                stack += reversed(box.children)
        return self._parts

    def _include(self, element: Element, content: Rect, fragment: InlineBoxFragment) -> None:
        x, y = content.x + fragment.x, content.y + fragment.y
        right, bottom = x + fragment.width, y + fragment.height
        if (known := self._bounds.get(element)) is not None:
            right, bottom = max(right, known.x + known.width), max(bottom, known.y + known.height)
            x, y = min(x, known.x), min(y, known.y)
        self._bounds[element] = Rect(x, y, right - x, bottom - y)


def _whole(parts: Sequence[InlineBoxFragment]) -> _Whole:
    style = parts[0].style
    widths = [part.width for part in parts]
    before = list(accumulate(widths, initial=0.0))
    total = before[-1]
    return (
        before if style.direction == "ltr" else [total - end for end in before[1:]],
        total,
        Sides(
            style.border_top_width,
            max(part.border_right for part in parts),
            style.border_bottom_width,
            max(part.border_left for part in parts),
        ),
        Sides(
            style.padding_top.resolve(0),
            max(part.padding_right for part in parts),
            style.padding_bottom.resolve(0),
            max(part.padding_left for part in parts),
        ),
    )
