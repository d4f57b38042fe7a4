"""From fragments to the absolute `Box` tree that paint reads."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ...report import Report
from ...style.values.writing_modes import is_vertical
from ...text.lines.ellipsis import report_layout
from ..flow_space import FlowSpace
from ..layout_work import LayoutExhausted, LayoutWork
from ..motion_place import containing_node, motion_style, motion_work
from ..placement import sticky_corner
from .box import Box, LinesTurn, Rect
from .box_findings import report_columns, report_cut, report_picture, report_table
from .fragment import Fragment, Placed
from .nodes import Node


class _Waiting(NamedTuple):
    """An absolutely positioned box whose parent has no box yet, and what it is placed from."""

    placed: Placed
    x: float
    y: float
    space: FlowSpace


@dataclass(slots=True, eq=False)
class _Builder:
    report: Report
    viewport: Rect
    canvas: FlowSpace | None  # where a flow's places are those on the canvas
    work: LayoutWork
    boxes: dict[Node, Box] = field(default_factory=dict)
    order: dict[Box, int] = field(default_factory=dict)
    columns: bool = False  # met so far
    cut: set[Node] = field(default_factory=set)  # between columns
    absolutes: deque[_Waiting] = field(default_factory=deque)
    # Met before the box that holds them in the document: fixed boxes in absolute ones.
    early: dict[Node, list[_Waiting]] = field(default_factory=dict)

    def convert(self, placed: Placed, origin_x: float, origin_y: float, space: FlowSpace) -> Box:
        """Return the box of a fragment and its in-flow descendants; its origin is in a space."""
        fragment, x, y = placed
        node, x, y = fragment.node, origin_x + x, origin_y + y
        on_canvas, kept = space is self.canvas and not self.columns, fragment.box
        if kept is not None and on_canvas and kept.border_box[:2] == (x, y):
            self._tell_of_texts(fragment)
            self.order[kept], self.boxes[node] = node.order, kept
            return kept
        is_plain = on_canvas and _makes_plain_box(node)
        box = Box(
            node.style.on_canvas, Rect(x, y, fragment.width, fragment.height), fragment.border,
            fragment.padding, node.element, [], fragment.lines, {}, node.replaced,
            node.is_atomic or node.is_float,
        )  # fmt: skip
        if not is_plain:
            box, space, x, y = self._finished(box, fragment, space, x, y)
        self.order[box], self.boxes[node] = node.order, box
        if self.early or node.whole is not None:
            self._take_early(node, box)
        stays = is_plain and not fragment.pending
        for child in fragment.children if is_plain or space.flow != "vertical-lr" else _mirrored(fragment):
            inside = child.fragment
            if inside.is_left_out:
                stays = False
            elif inside.node.is_out_of_flow:
                self.absolutes.append(_Waiting(child, x, y, space))
                stays = False
            else:
                box.children.append(self.convert(child, x, y, space))
                stays = stays and inside.box is not None
        if fragment.inline is not None:
            layout, items = fragment.inline
            report_layout(self.report, layout, node.style, items)
        for item, atomic in fragment.atomics:
            if atomic.node in self.boxes:
                box.atomics[item] = self.boxes[atomic.node]
        fragment.box = box if stays else None
        return box

    def _tell_of_texts(self, fragment: Fragment) -> None:
        """Report what the texts in a fragment have to say whose box is there already."""
        for child in fragment.children:
            self._tell_of_texts(child.fragment)
        if fragment.inline is not None:
            layout, items = fragment.inline
            report_layout(self.report, layout, fragment.node.style, items)

    def _finished(
        self, box: Box, fragment: Fragment, space: FlowSpace, x: float, y: float
    ) -> tuple[Box, FlowSpace, float, float]:
        """Return the box of a node that is more than a plain one, and where what it holds lies.

        What there is to report of it is told.
        """
        node, rect, border, padding = fragment.node, box.border_box, box.border, box.padding
        if space is not self.canvas:
            rect = space.to_canvas(rect)
            border, padding = space.sides_to_canvas(border), space.sides_to_canvas(padding)
        if node.style.position == "sticky":
            rect = rect._replace(**self._stick(node, rect))
            x, y, _, _ = space.from_canvas(rect)
        turn = _lines_turn(x, y, fragment, space) if fragment.lines else None
        box = replace(box, border_box=rect, border=border, padding=padding, lines_turn=turn)
        if box.style.offset_path is not None:
            box = self._on_path(box, node)
        if node.kind == "columns" and node not in self.boxes:
            report_columns(self.report, node)
            self.columns = True
        elif node.table is not None:
            report_table(self.report, node)
        elif node.replaced:
            report_picture(self.report, node, box.content_box.width)
        if self.columns:
            self._report_part(node)
        if node.kind == "turned":
            space, x, y = FlowSpace(node.style.writing_mode, box.content_box), 0.0, 0.0
        return box, space, x, y

    def _take_early(self, node: Node, box: Box) -> None:
        """Let boxes hang on this one that were met before it."""
        self.absolutes.extend(self.early.pop(node, ()))
        if node.whole is not None:
            self.boxes[node.whole] = box
            self.absolutes.extend(self.early.pop(node.whole, ()))

    def _on_path(self, box: Box, node: Node) -> Box:
        """Return a box that knows where its motion path lies, as long as measuring that is affordable."""
        path = box.style.offset_path
        try:
            if path is not None:
                self.work.take(motion_work(path))
                around = containing_node(node)
                host = self.boxes.get(around) if around is not None else None
                return replace(box, style=motion_style(box, path, host, self.viewport))
        except LayoutExhausted:
            self.report.add(
                "error", "limit", "layout takes more work than the limit: later motion paths are not drawn"
            )
        return box

    def _report_part(self, node: Node) -> None:
        """Say what of a box in columns is otherwise than a browser has it."""
        if node in self.boxes and node not in self.cut:
            self.cut.add(node)
            report_cut(self.report, node)

    def _stick(self, node: Node, rect: Rect) -> dict[str, float]:
        """Return the corner of a sticky box in its nearest scrollport, which is never scrolled."""
        parent = self.boxes.get(node.parent) if node.parent is not None else None
        if parent is None:
            return {}
        port, ancestor = self.viewport, node.parent
        while ancestor is not None and ancestor.parent is not None and ancestor in self.boxes:
            if ancestor.style.overflow_x not in ("visible", "clip") and not ancestor.is_viewport_scroller:
                port = self.boxes[ancestor].padding_box
                break
            ancestor = ancestor.parent
        x, y = sticky_corner(node.style.on_canvas, rect, parent.content_box, port)
        return {"x": x, "y": y}

    def attach_absolutes(self) -> None:
        """Hang every absolute box where the document has it: paint order and groups follow the document."""
        while self.absolutes:
            waiting = self.absolutes.popleft()
            parent = waiting.placed.fragment.node.parent
            if waiting.placed.fragment.is_left_out:
                continue
            if parent is None:
                self.convert(*waiting)
            elif parent in self.boxes:
                self._insert(self.boxes[parent], self.convert(*waiting))
            else:
                self.early.setdefault(parent, []).append(waiting)

    def _insert(self, host: Box, box: Box) -> None:
        own = self.order[box]
        index = bisect_right(host.children, own, key=lambda child: self.order.get(child, 0))
        host.children.insert(index, box)


def _makes_plain_box(node: Node) -> bool:
    """Whether nothing is to be done for a box but to place it, and nothing to be said of it."""
    if node.makes_plain_box is None:
        node.makes_plain_box = (
            node.style.position != "sticky"
            and node.style.on_canvas.offset_path is None
            and node.kind not in ("columns", "turned")
            and node.whole is None
            and node.table is None
            and not node.replaced
        )
    return node.makes_plain_box


def _lines_turn(x: float, y: float, fragment: Fragment, space: FlowSpace) -> LinesTurn | None:
    if not is_vertical(space.flow):
        return None
    node, rect = fragment.node, Rect(x, y, fragment.width, fragment.height)
    own = Box(node.style, rect, fragment.border, fragment.padding, node.element)
    return LinesTurn(own, space.flow, space.area)


def _mirrored(fragment: Fragment) -> list[Placed]:
    """Return the children with those on lines put where lines have their upper side: away from the start."""
    lines = {atomic.item: line for line in fragment.lines for atomic in line.atomics}
    on = {inside: lines[item] for item, inside in fragment.atomics if item in lines}
    top = fragment.border.top + fragment.padding.top
    return [
        child
        if (line := on.get(child.fragment)) is None
        else child._replace(y=2 * (top + line.y) + line.height - child.y - child.fragment.height)
        for child in fragment.children
    ]


def to_boxes(root: Placed, outside: list[Placed], report: Report, space: FlowSpace, work: LayoutWork) -> Box:
    """Return the root's box; `outside` are boxes placed in the viewport, relative to the root's corner.

    `space` is the viewport in the root's flow. What the final text has to say goes to the report: earlier
    layouts of the same text were only measuring.
    """
    builder = _Builder(report, space.area, None if is_vertical(space.flow) else space, work)
    box = builder.convert(root, 0.0, 0.0, space)
    builder.absolutes.extendleft(_Waiting(placed, root.x, root.y, space) for placed in reversed(outside))
    builder.attach_absolutes()
    return box
