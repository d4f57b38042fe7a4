"""The boxes of one column: those of the run, cut where it is broken (CSS Fragmentation 3 §5)."""

from __future__ import annotations

from dataclasses import dataclass

from ...style.values.value_types import TRANSPARENT
from ..boxes.fragment import Fragment, OutOfFlowBox, Placed
from ..boxes.nodes import Node
from ..layout_work import CUT, LayoutWork
from .breaking import Run, Stretch, is_monolithic, static_y

_EPSILON = 1 / 128


@dataclass(slots=True)
class Slicer:
    """Cuts a run into a column of a height; heights are those in the run."""

    whole: Run
    column: Stretch
    height: float
    is_last: bool
    work: LayoutWork

    @property
    def bottom(self) -> float:
        """Where the column ends, which boxes that go on reach."""
        return self.column.start + self.height

    def run(self, fragment: Fragment) -> Fragment:
        """Return the column's part of a run."""
        part = self._cut(fragment, 0.0, self.column.start, self.bottom)
        part.height = self.height
        part.pending = []
        return part

    def has(self, y: float) -> bool:
        """Whether a height is in this column."""
        start, end = self.column
        if start <= 0.0:  # what is above the run is in the first one
            start = float("-inf")
        return start - _EPSILON <= y < end - _EPSILON or (self.is_last and y >= start - _EPSILON)

    def waiting(self, pending: OutOfFlowBox) -> bool:
        """Whether an absolutely positioned box would have been in this column."""
        start, end = self.column
        return start - _EPSILON <= pending.static.y <= end + _EPSILON

    def _part(self, placed: Placed, y: float, held: set[Fragment]) -> Placed | None:
        """Return a child's part of the column, y relative to the run; None where it has none."""
        fragment = placed.fragment
        top, bottom, far = y, y + fragment.height, y + self.whole.reach(fragment)
        if fragment in held:
            return placed
        if is_monolithic(fragment) or far - top <= _EPSILON:
            return placed if self.has(top) else None
        start, end = self.column
        if far <= start + _EPSILON or (top >= end - _EPSILON and not self.is_last):
            return None
        if top >= start - _EPSILON and far <= end + _EPSILON:
            return placed
        first = max(top, start)
        last = bottom if bottom <= end + _EPSILON else self.bottom
        return Placed(self._cut(fragment, top, first, last), placed.x, placed.y + first - top)

    def _cut(self, fragment: Fragment, top: float, first: float, last: float) -> Fragment:
        """Return a box from `first` to `last`, that begins at `top`."""
        self.work.take(CUT * len(fragment.children))
        part = fragment.copied()
        part.height = max(0.0, last - first)
        if first > top + _EPSILON:
            part.border, part.padding = part.border._replace(top=0.0), part.padding._replace(top=0.0)
            part.inline = None  # it has been told of
        is_over = fragment.height > _EPSILON and first >= top + fragment.height - _EPSILON
        if is_over:  # what runs over its end goes on without it
            part.node = _bare(fragment.node)
        if is_over or last < top + fragment.height - _EPSILON:
            part.border, part.padding = part.border._replace(bottom=0.0), part.padding._replace(bottom=0.0)
        content = top + fragment.border.top + fragment.padding.top
        shift = content - first - part.border.top - part.padding.top
        lines = [line for line in fragment.lines if self.has(content + line.y)]
        part.lines = [line.moved(shift) for line in lines]
        on_lines = {atomic.item for line in lines for atomic in line.atomics}
        part.atomics = [(item, inside) for item, inside in fragment.atomics if item in on_lines]
        elsewhere = {inside for item, inside in fragment.atomics if item not in on_lines}
        held = {inside for _, inside in part.atomics}
        part.children = []
        for child in fragment.children:
            own = None if child.fragment in elsewhere else self._part(child, top + static_y(child), held)
            if own is not None:
                part.children.append(own._replace(y=own.y + top - first))
        return part


def _bare(node: Node) -> Node:
    """Return a box that shows nothing of itself."""
    bare = node.restyled(
        node.style.replace(
            background_color=TRANSPARENT, background_layers=(), box_shadow=(), outline_style="none",
            border_image_source=None,
        )
    )  # fmt: skip
    bare.element = None
    return bare
