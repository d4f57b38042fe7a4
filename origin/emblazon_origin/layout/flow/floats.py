"""Floats of one block formatting context: where they lie and what room they leave (CSS 2 §9.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ...text.lines.line_breaking import Bands
from ..frame import Frame
from .float_shape import FloatShape

_EPSILON = 1 / 128


class FloatBox(NamedTuple):
    """The margin box of a float, from the corner of the formatting context's border box; px."""

    side: Literal["left", "right"]
    left: float
    top: float
    right: float
    bottom: float
    shape: FloatShape | None = None  # that lines follow


@dataclass(slots=True)
class FloatContext:
    """The floats placed so far."""

    boxes: list[FloatBox] = field(default_factory=list)
    shapes: int = 0  # of them

    def room(self, top: float, bottom: float, left: float, right: float) -> tuple[float, float]:
        """Return what floats leave of `left` to `right` between two heights."""
        for box in self.boxes:
            if box.bottom > top + _EPSILON and (box.top < bottom - _EPSILON or box.top <= top):
                if box.side == "left":
                    left = max(left, box.right)
                else:
                    right = min(right, box.left)
        return left, right

    def line_room(
        self, top: float, bottom: float, left: float, right: float
    ) -> tuple[float, float, float | None]:
        """Return what floats and their shapes leave of a line, and the next height where that may be more."""
        edges = left, right
        below: list[float] = []
        for box in self.boxes:
            if box.bottom <= top + _EPSILON or not (box.top < bottom - _EPSILON or box.top <= top):
                continue
            taken: tuple[float, float] | None = (0.0, box.right - box.left)
            if box.shape is not None:
                taken = box.shape.extent(top - box.top, bottom - box.top)
                below.append(top + box.shape.step)
            if taken is None:
                continue
            if box.side == "left":
                left = max(left, box.left + taken[1])
            else:
                right = min(right, box.left + taken[0])
        if (left, right) == edges:
            return left, right, None
        ends = self.next_edge(top)
        return left, right, min(below + ([] if ends is None else [ends]), default=None)

    def next_edge(self, y: float) -> float | None:
        """Return the next height below `y` at which a float ends."""
        return min((box.bottom for box in self.boxes if box.bottom > y + _EPSILON), default=None)

    def bottom_of(self, sides: str) -> float:
        """Return where the floats of `left`, `right` or `both` end; minus infinity without any."""
        ends = (box.bottom for box in self.boxes if sides in ("both", box.side))
        return max(ends, default=float("-inf"))

    def fit(
        self, width: float, height: float, top: float, left: float, right: float
    ) -> tuple[float, tuple[float, float]]:
        """Return the first height from `top` on with room for a box, and that room."""
        while True:
            free = self.room(top, top + height, left, right)
            below = self.next_edge(top)
            if free[1] - free[0] >= width - _EPSILON or below is None or free == (left, right):
                return top, free
            top = below

    def add(
        self,
        side: Literal["left", "right"],
        width: float,
        height: float,
        top: float,
        left: float,
        right: float,
        shape: FloatShape | None = None,
    ) -> FloatBox:
        """Place a float of a margin box size no higher than `top` and the floats before it (§9.5.1)."""
        top = max([top, *(box.top for box in self.boxes)])
        top, free = self.fit(width, height, top, left, right)
        x = free[0] if side == "left" else free[1] - width
        box = FloatBox(side, x, top, x + width, top + height, shape)
        if width > 0 or height > 0:
            self.boxes.append(box)
        return box


class FloatScope(NamedTuple):
    """A formatting context's floats as seen from a box in it, whose border box corner is at x, y."""

    context: FloatContext
    x: float = 0.0
    y: float = 0.0

    def moved(self, x: float, y: float) -> FloatScope:
        """Return the scope of a box at x, y in this one."""
        return FloatScope(self.context, self.x + x, self.y + y)

    @property
    def reaches_down(self) -> bool:
        """Whether a float ends below the top of the box."""
        return self.context.next_edge(self.y) is not None

    def bottom_of(self, sides: str) -> float:
        """See `FloatContext.bottom_of`."""
        return self.context.bottom_of(sides)

    def bands(self, frame: Frame) -> Bands:
        """Return the room for lines in a box's content, as the text stage asks for it."""
        left, top = self.x + frame.left, self.y + frame.top
        right = left + frame.inner_width

        def band(y: float, height: float) -> tuple[float, float, float | None]:
            start, end, below = self.context.line_room(top + y, top + y + height, left, right)
            return start - left, max(0.0, end - start), None if below is None else below - top

        return band
