"""What columns and tables do not do as a browser would: said of the container, once it is laid out.

And pictures that take no room, which a browser does not show either.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...report import Report
from ...style.values.computed import ComputedStyle
from .nodes import Cell, Node

_TRIM = "text-box-trim does not trim the columns of a multi-column box; put it on a block inside of them"
_NESTED = (
    "columns inside of columns are cut as they lie, not filled anew in each outer column; let them fit one"
)
_ALIGNED = "align-content of a block inside of columns: the block is aligned first and broken then"
_SPANNED = (
    "column-span inside of a block with a height: each part of the block is as high; let its content make it"
)


_SIZELESS = (
    "the picture has a ratio and no size of its own, and takes no width in a box that is as wide as its "
    "content: give it a width or a height"
)


def report_picture(report: Report, node: Node, width: float) -> None:
    """Say where a picture has a ratio alone and nothing gives it a width."""
    sizeless = node.natural_width is None and node.natural_height is None and node.natural_ratio
    if sizeless and width <= 0 and node.element is not None and node.style.width == "auto":
        tag, line = node.element.tag, node.element.line
        report.add("warning", "image-without-size", _SIZELESS, line=line, where=tag)


def report_columns(report: Report, node: Node) -> None:
    """Add what is drawn differently in a multi-column container."""
    if node.element is None:
        return
    found: dict[str, str] = {}
    if node.style.text_box_trim != "none":
        found["text-box-trim"] = _TRIM
    spans = any(child.style.column_span == "all" for child in node.children)
    seen: set[int] = set()
    for child in _inside(node):
        if child.kind == "columns":
            found["columns"] = _NESTED
        if child.style.align_content != "normal" and child.kind in ("block", "inline"):
            found["align-content"] = _ALIGNED
        if spans and child.element is not None and child.style.height != "auto":
            if id(child.element) in seen:
                found["column-span"] = _SPANNED
            seen.add(id(child.element))
    for where, message in found.items():
        report.add("warning", "css-unsupported-value", message, line=node.element.line, where=where)


def report_cut(report: Report, node: Node) -> None:
    """Say where a box that is cut between columns would be laid out or painted anew by a browser."""
    if node.element is None:
        return
    style = node.style
    if node.kind in ("flex", "grid", "table"):
        where, message = (
            "columns",
            f"a {node.kind} container is cut between columns as it lies: let it fit one",
        )
    elif style.box_decoration_break == "slice" and _has_picture(style):
        where, message = "background", "each part of a box that is cut between columns is painted by itself"
    elif style.transform:
        where, message = "transform", "each part of a box that is cut between columns is turned by itself"
    else:
        return
    report.add("warning", "css-unsupported-value", message, line=node.element.line, where=where)


def _has_picture(style: ComputedStyle) -> bool:
    return bool(style.box_shadow) or any(layer.image is not None for layer in style.background_layers)


def _inside(node: Node) -> Iterator[Node]:
    stack = list(node.children)
    while stack:
        child = stack.pop()
        yield child
        if child.kind != "columns":
            stack += child.children


_COVERED = (
    "collapsed borders lie under the background of a positioned row or cell; "
    "use border-collapse: separate, or position what is in the cell"
)
_OVERLAPPED = "collapsed borders of cells that lie over each other are drawn as those of the later cell"


def report_table(report: Report, node: Node) -> None:
    """Say where a row or cell hides collapsed borders, and where cells lie over each other."""
    if node.table is None or node.element is None or node.style.border_collapse != "collapse":
        return
    if not any(joint.width for line in node.table.horizontal + node.table.vertical for joint in line):
        return
    parts = [*node.table.rows, *(cell.node for cell in node.table.cells)]
    messages: list[str] = []
    if any(part.style.position != "static" and _is_painted(part) for part in parts):
        messages.append(_COVERED)
    if _overlaps(node.table.cells):
        messages.append(_OVERLAPPED)
    for message in messages:
        report.add(
            "warning", "css-unsupported-value", message, line=node.element.line, where="border-collapse"
        )


def _overlaps(cells: list[Cell]) -> bool:
    """Whether a cell that spans columns lies over one that spans rows."""
    if not any(cell.rows > 1 for cell in cells) or not any(cell.columns > 1 for cell in cells):
        return False
    taken: dict[int, int] = {}  # the columns of each row, as bits
    for cell in cells:
        columns = ((1 << cell.columns) - 1) << cell.column
        for row in range(cell.row, cell.row + cell.rows):
            if taken.get(row, 0) & columns:
                return True
            taken[row] = taken.get(row, 0) | columns
    return False


def _is_painted(node: Node) -> bool:
    style = node.style
    return style.background_color.a > 0 or any(layer.image is not None for layer in style.background_layers)
