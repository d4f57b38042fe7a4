"""From fragments to the absolute `Box` tree that paint reads."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ..report import Report
from ..text.findings import report_layout
from .boxes import Box, Rect
from .fragment import Placed
from .nodes import Node


@dataclass(slots=True, eq=False)
class _Builder:
    report: Report
    boxes: dict[Node, Box] = field(default_factory=dict)
    order: dict[Box, int] = field(default_factory=dict)
    absolutes: deque[tuple[Placed, float, float]] = field(default_factory=deque)

    def convert(self, placed: Placed, origin_x: float, origin_y: float) -> Box:
        """Return the box of a fragment and its in-flow descendants."""
        fragment, node = placed.fragment, placed.fragment.node
        x, y = origin_x + placed.x, origin_y + placed.y
        box = Box(
            node.style,
            Rect(x, y, fragment.width, fragment.height),
            fragment.border,
            fragment.padding,
            node.element,
            lines=fragment.lines,
            replaced=node.replaced,
            is_inline_level=node.is_atomic,
        )
        self.boxes[node] = box
        self.order[box] = node.order
        for child in fragment.children:
            if child.fragment.node.is_out_of_flow:
                self.absolutes.append((child, x, y))
            else:
                box.children.append(self.convert(child, x, y))
        if fragment.inline is not None:
            layout, items = fragment.inline
            report_layout(self.report, layout, node.style, items)
        for item, atomic in fragment.atomics:
            item.box = self.boxes[atomic.node]
        return box

    def attach_absolutes(self) -> None:
        """Hang every absolute box where the document has it: paint order and groups follow the document."""
        while self.absolutes:
            placed, x, y = self.absolutes.popleft()
            parent = placed.fragment.node.parent
            box = self.convert(placed, x, y)
            if parent is not None:
                self._insert(self.boxes[parent], box)

    def _insert(self, host: Box, box: Box) -> None:
        own = self.order[box]
        index = len(host.children)
        while index and self.order.get(host.children[index - 1], 0) > own:
            index -= 1
        host.children.insert(index, box)


def to_boxes(root: Placed, outside: list[Placed], report: Report) -> Box:
    """Return the root's box; `outside` are boxes placed in the viewport, relative to the root's corner.

    What the final text has to say goes to the report: earlier layouts of the same text were only measuring.
    """
    builder = _Builder(report)
    box = builder.convert(root, 0.0, 0.0)
    builder.absolutes.extendleft((placed, root.x, root.y) for placed in reversed(outside))
    builder.attach_absolutes()
    return box
