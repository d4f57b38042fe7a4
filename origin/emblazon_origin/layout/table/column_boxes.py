"""Declared columns, `<col>` and `<colgroup>`: which they are, and their backgrounds (CSS Tables 3 §3)."""

from __future__ import annotations

from collections.abc import Sequence

from ...style.values.computed import ComputedStyle
from ..boxes.anonymous import anonymous_style
from ..boxes.box import Rect, Sides
from ..boxes.fragment import Fragment, Placed
from ..boxes.nodes import Cell, ColumnStyles, Node, TableGrid
from .cells import MAX_COLUMNS, span

COLUMNS = frozenset(("table-column", "table-column-group"))
_NO_SIDES = Sides(0.0, 0.0, 0.0, 0.0)


def declared_columns(boxes: Sequence[Node]) -> list[ColumnStyles]:
    """Return the styles of a table's first columns, for its boxes of columns and of their groups."""
    found: list[ColumnStyles] = []
    for box in boxes:
        if box.style.display == "table-column":
            found += [ColumnStyles(None, box.style)] * (span(box, "span") or 1)
        elif not box.children:
            found += [ColumnStyles(box.style, None)] * (span(box, "span") or 1)
        for column in box.children:
            found += [ColumnStyles(box.style, column.style)] * (span(column, "span") or 1)
        if len(found) >= MAX_COLUMNS:
            break
    return found[:MAX_COLUMNS]


def column_backgrounds(table: Node, grid: TableGrid, places: dict[Cell, Rect], area: Rect) -> list[Placed]:
    """Return what is painted below the rows: groups of columns, then columns, in their cells.

    `places` are the cells' border boxes, `area` is that of all columns; in the table's coordinates.
    """
    painted: list[Placed] = []
    for is_group in (True, False):
        first = 0
        while first < len(grid.declared):
            style = grid.declared[first][0 if is_group else 1]
            last = first
            while is_group and last + 1 < len(grid.declared) and grid.declared[last + 1].group is style:
                last += 1
            if style is not None and _is_seen(style):
                cells = [places[cell] for cell in grid.cells if first <= cell.column <= last]
                painted += _background(table, style, cells, area)
            first = last + 1
    return painted


def _is_seen(style: ComputedStyle) -> bool:
    return style.background_color.a > 0 or any(layer.image is not None for layer in style.background_layers)


def _background(table: Node, style: ComputedStyle, cells: Sequence[Rect], area: Rect) -> list[Placed]:
    if not cells:
        return []
    left, right = min(cell.x for cell in cells), max(cell.x + cell.width for cell in cells)
    own = anonymous_style(
        table.style,
        display="table-column",
        background_color=style.background_color,
        background_layers=style.background_layers,
    )
    inside = [
        Placed(
            _box(table, anonymous_style(table.style, display="table-cell"), cell),
            cell.x - left,
            cell.y - area.y,
        )
        for cell in cells
    ]
    fragment = _box(table, own, Rect(left, area.y, right - left, area.height), inside)
    return [Placed(fragment, left, area.y)]


def _box(table: Node, style: ComputedStyle, rect: Rect, children: Sequence[Placed] = ()) -> Fragment:
    node = Node(style, None, order=table.order, parent=table)
    return Fragment(node, rect.width, rect.height, _NO_SIDES, _NO_SIDES, list(children), [], None, None, [])
