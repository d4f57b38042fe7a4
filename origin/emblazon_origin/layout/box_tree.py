"""From fragments to the absolute `Box` tree that paint reads."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from .boxes import Box, Rect
from .fragment import Placed
from .nodes import Node


@dataclass(slots=True, eq=False)
class _Builder:
    boxes: dict[Node, Box] = field(default_factory=dict)
    order: dict[Box, int] = field(default_factory=dict)
    absolutes: deque[tuple[Placed, float, float, Node | None]] = field(default_factory=deque)

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
                self.absolutes.append((child, x, y, node))
            else:
                box.children.append(self.convert(child, x, y))
        for item, atomic in fragment.atomics:
            item.box = self.boxes[atomic.node]
        return box

    def attach_absolutes(self, canvas: Box) -> None:
        """Hang every absolute box where the document has it, so that paint order and groups come out right.

        Where a box between it and its containing block clips, it must escape: it hangs on the latter.
        """
        while self.absolutes:
            placed, x, y, containing = self.absolutes.popleft()
            node = placed.fragment.node
            box = self.convert(placed, x, y)
            host = self._host(node, containing) or canvas
            self._insert(host, box)

    def _host(self, node: Node, containing: Node | None) -> Box | None:
        ancestor = node.parent
        while ancestor is not None and ancestor is not containing:
            style = ancestor.style
            if style.overflow_x != "visible" or style.overflow_y != "visible":
                return self.boxes.get(containing) if containing is not None else None
            ancestor = ancestor.parent
        parent = node.parent
        return self.boxes.get(parent) if parent is not None else None

    def _insert(self, host: Box, box: Box) -> None:
        own = self.order[box]
        index = len(host.children)
        while index and self.order.get(host.children[index - 1], 0) > own:
            index -= 1
        host.children.insert(index, box)


def to_boxes(canvas: Box, root: Placed, outside: list[Placed]) -> None:
    """Fill the canvas with the root's box; `outside` are boxes in the viewport, relative to the root."""
    builder = _Builder()
    canvas.children.append(builder.convert(root, 0.0, 0.0))
    for placed in outside:
        builder.absolutes.append((placed, root.x, root.y, None))
    builder.attach_absolutes(canvas)
