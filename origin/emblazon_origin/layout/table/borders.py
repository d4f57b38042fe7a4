"""Collapsed borders: which border wins on each edge of a table's grid (CSS 2 §17.6.2)."""

from __future__ import annotations

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import TRANSPARENT, ZERO
from ..boxes.nodes import Cell, JointBorder, Node, TableGrid

_STYLES = ("none", "inset", "groove", "outset", "ridge", "dotted", "dashed", "solid", "double")
NO_EDGE = JointBorder(0.0, "none", None)
_OPPOSITE = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}


def collapse_borders(table: Node, grid: TableGrid) -> None:
    """Resolve every edge and give table and cells half of the borders around them, to be drawn by edges."""
    at = {
        (row, column): cell
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    }
    rows, columns = len(grid.rows), grid.columns
    grid.horizontal = [[_horizontal(table, grid, at, r, c) for c in range(columns)] for r in range(rows + 1)]
    grid.vertical = [[_vertical(table, grid, at, r, c) for c in range(columns + 1)] for r in range(rows)]
    for cell in grid.cells:
        last_row, last_column = cell.row + cell.rows, cell.column + cell.columns
        cell.node.style = _with_borders(
            cell.node.style,
            max(e.width for e in grid.horizontal[cell.row][cell.column : last_column]) / 2,
            max(grid.vertical[r][last_column].width for r in range(cell.row, last_row)) / 2,
            max(e.width for e in grid.horizontal[last_row][cell.column : last_column]) / 2,
            max(grid.vertical[r][cell.column].width for r in range(cell.row, last_row)) / 2,
        )
    around = (
        max((e.width for e in grid.horizontal[0]), default=0.0) / 2,
        max((edges[-1].width for edges in grid.vertical), default=0.0) / 2,
        max((e.width for e in grid.horizontal[-1]), default=0.0) / 2,
        max((edges[0].width for edges in grid.vertical), default=0.0) / 2,
    )
    table.style = _with_borders(table.style, *around).replace(
        padding_top=ZERO, padding_right=ZERO, padding_bottom=ZERO, padding_left=ZERO
    )


def _with_borders(
    style: ComputedStyle, top: float, right: float, bottom: float, left: float
) -> ComputedStyle:
    changes: dict[str, object] = {}
    for side, width in (("top", top), ("right", right), ("bottom", bottom), ("left", left)):
        changes |= {
            f"border_{side}_width": width, f"border_{side}_style": "solid" if width else "none",
            f"border_{side}_color": TRANSPARENT,
        }  # fmt: skip
    return style.replace(**changes)


def _edge(node: Node, side: str) -> JointBorder:
    style = node.style
    return JointBorder(
        getattr(style, f"border_{side}_width"),
        getattr(style, f"border_{side}_style"),
        getattr(style, f"border_{side}_color"),
    )


def _winner(candidates: list[JointBorder]) -> JointBorder:
    """Return the border that wins; of equal ones the first (§17.6.2.1)."""
    best = NO_EDGE
    for edge in candidates:
        if edge.style == "hidden":
            return NO_EDGE
        if edge.style == "none" or edge.width <= 0:
            continue
        rank = (edge.width, _STYLES.index(edge.style) if edge.style in _STYLES else 0)
        if rank > (best.width, _STYLES.index(best.style)):
            best = edge
    return best


def _between(first: Cell | None, second: Cell | None, side: str) -> list[JointBorder] | None:
    """Return the two cells' borders at an edge, or None inside a cell; `side` is the second one's."""
    if first is not None and first is second:
        return None
    edges = [] if first is None else [_edge(first.node, _OPPOSITE[side])]
    return edges if second is None else [*edges, _edge(second.node, side)]


def _horizontal(
    table: Node, grid: TableGrid, at: dict[tuple[int, int], Cell], row: int, column: int
) -> JointBorder:
    found = _between(at.get((row - 1, column)), at.get((row, column)), "top")
    if found is None:
        return NO_EDGE
    if row > 0:
        found.append(_edge(grid.rows[row - 1], "bottom"))
    if row < len(grid.rows):
        found.append(_edge(grid.rows[row], "top"))
    above = grid.groups[row - 1] if row > 0 else None
    below = grid.groups[row] if row < len(grid.rows) else None
    if above is not below:
        found += [_edge(above, "bottom")] if above is not None else []
        found += [_edge(below, "top")] if below is not None else []
    if row == 0:
        found.append(_edge(table, "top"))
    if row == len(grid.rows):
        found.append(_edge(table, "bottom"))
    return _winner(found)


def _vertical(
    table: Node, grid: TableGrid, at: dict[tuple[int, int], Cell], row: int, column: int
) -> JointBorder:
    found = _between(at.get((row, column - 1)), at.get((row, column)), "left")
    if found is None:
        return NO_EDGE
    sides = [side for side, here in (("left", column == 0), ("right", column == grid.columns)) if here]
    for side in sides:
        found += [_edge(grid.rows[row], side), _edge(grid.groups[row], side), _edge(table, side)]
    return _winner(found)
