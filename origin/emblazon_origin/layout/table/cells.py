"""A table's grid: which cell lies in which rows and columns (CSS Tables 3 §3, HTML §4.9.12)."""

from __future__ import annotations

from ..boxes.nodes import Cell, Node, TableGrid

MAX_SPAN = 1000
MAX_COLUMNS = 1000


def build_grid(table: Node) -> TableGrid:
    """Place the cells of a table whose children are row groups with rows with cells."""
    grid = TableGrid()
    for group in _in_order([group for group in table.children if not group.is_out_of_flow]):
        open_until: dict[int, int] = {}  # column → row before which a cell from above still takes it
        rows = [row for row in group.children if not row.is_out_of_flow]
        first = len(grid.rows)
        for index, row in enumerate(rows):
            number = first + index
            grid.rows.append(row)
            grid.groups.append(group)
            column = 0
            for cell in (child for child in row.children if not child.is_out_of_flow):
                while open_until.get(column, 0) > number:
                    column += 1
                spans = span(cell, "rowspan"), span(cell, "colspan") or 1
                tall = min(spans[0] or len(rows), len(rows) - index)
                wide = max(1, min(spans[1], MAX_COLUMNS - column))
                if column >= MAX_COLUMNS:
                    break
                grid.cells.append(Cell(cell, number, column, tall, wide))
                for at in range(column, column + wide):
                    open_until[at] = number + tall
                column += wide
                grid.columns = max(grid.columns, column)
    return grid


def _in_order(groups: list[Node]) -> list[Node]:
    """Return the groups as they are shown: the first header first, the first footer last (§17.2)."""
    for kind, at in (("table-header-group", 0), ("table-footer-group", len(groups) - 1)):
        found = next((group for group in groups if group.style.display == kind), None)
        if found is not None:
            groups.remove(found)
            groups.insert(at, found)
    return groups


def span(cell: Node, name: str) -> int:
    """Return the number that an attribute says, 0 included."""
    text = cell.element.attributes.get(name, "1").strip() if cell.element is not None else "1"
    return min(int(text), MAX_SPAN) if text.isascii() and text.isdigit() else 1
