"""From fragments to the absolute `Box` tree that paint reads."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field

from ...report import Report
from ...text.lines.ellipsis import report_layout
from ..placement import sticky_corner
from .box import Box, Rect
from .box_findings import report_columns, report_table
from .fragment import Placed
from .nodes import Node


@dataclass(slots=True, eq=False)
class _Builder:
    report: Report
    viewport: Rect
    boxes: dict[Node, Box] = field(default_factory=dict)
    order: dict[Box, int] = field(default_factory=dict)
    absolutes: deque[tuple[Placed, float, float]] = field(default_factory=deque)
    # Met before the box that holds them in the document: fixed boxes in absolute ones.
    early: dict[Node, list[tuple[Placed, float, float]]] = field(default_factory=dict)

    def convert(self, placed: Placed, origin_x: float, origin_y: float) -> Box:
        """Return the box of a fragment and its in-flow descendants."""
        fragment, node = placed.fragment, placed.fragment.node
        x, y = origin_x + placed.x, origin_y + placed.y
        if node.style.position == "sticky":
            x, y = self._stick(node, Rect(x, y, fragment.width, fragment.height))
        box = Box(
            node.style,
            Rect(x, y, fragment.width, fragment.height),
            fragment.border,
            fragment.padding,
            node.element,
            lines=fragment.lines,
            replaced=node.replaced,
            is_inline_level=node.is_atomic or node.is_float,
        )
        if node.kind == "columns" and node not in self.boxes:
            report_columns(self.report, node)
        elif node.table is not None:
            report_table(self.report, node)
        self.boxes[node] = box
        self.order[box] = node.order
        self.absolutes.extend(self.early.pop(node, ()))
        for child in fragment.children:
            if child.fragment.is_left_out:
                continue
            if child.fragment.node.is_out_of_flow:
                self.absolutes.append((child, x, y))
            else:
                box.children.append(self.convert(child, x, y))
        if fragment.inline is not None:
            layout, items = fragment.inline
            report_layout(self.report, layout, node.style, items)
        for item, atomic in fragment.atomics:
            if atomic.node in self.boxes:
                box.atomics[item] = self.boxes[atomic.node]
        return box

    def _stick(self, node: Node, rect: Rect) -> tuple[float, float]:
        """Return the corner of a sticky box in its nearest scrollport, which is never scrolled."""
        parent = self.boxes.get(node.parent) if node.parent is not None else None
        if parent is None:
            return rect.x, rect.y
        port, ancestor = self.viewport, node.parent
        while ancestor is not None and ancestor.parent is not None and ancestor in self.boxes:
            if ancestor.style.overflow_x not in ("visible", "clip") and not ancestor.is_viewport_scroller:
                port = self.boxes[ancestor].padding_box
                break
            ancestor = ancestor.parent
        return sticky_corner(node.style, rect, parent.content_box, port)

    def attach_absolutes(self) -> None:
        """Hang every absolute box where the document has it: paint order and groups follow the document."""
        while self.absolutes:
            placed, x, y = self.absolutes.popleft()
            parent = placed.fragment.node.parent
            if placed.fragment.is_left_out:
                continue
            if parent is None:
                self.convert(placed, x, y)
            elif parent in self.boxes:
                self._insert(self.boxes[parent], self.convert(placed, x, y))
            else:
                self.early.setdefault(parent, []).append((placed, x, y))

    def _insert(self, host: Box, box: Box) -> None:
        own = self.order[box]
        index = bisect_right(host.children, own, key=lambda child: self.order.get(child, 0))
        host.children.insert(index, box)


def to_boxes(root: Placed, outside: list[Placed], report: Report, viewport: Rect) -> Box:
    """Return the root's box; `outside` are boxes placed in the viewport, relative to the root's corner.

    What the final text has to say goes to the report: earlier layouts of the same text were only measuring.
    """
    builder = _Builder(report, viewport)
    box = builder.convert(root, 0.0, 0.0)
    builder.absolutes.extendleft((placed, root.x, root.y) for placed in reversed(outside))
    builder.attach_absolutes()
    return box
