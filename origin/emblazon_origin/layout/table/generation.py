"""Boxes of tables: parts that are missing are made up (CSS Tables 3 §2.2), captions get a wrapper.

A table's grid: which cell lies in which rows and columns (CSS Tables 3 §3, HTML §4.9.12).

Declared columns, `<col>` and `<colgroup>`: which they are, and their backgrounds (CSS Tables 3 §3).

Collapsed borders: which border wins on each edge of a table's grid (CSS 2 §17.6.2).
"""

from __future__ import annotations

from collections.abc import Sequence

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import TRANSPARENT, ZERO, Length
from ..boxes.box import Rect, Sides
from ..boxes.fragment import Fragment, Placed
from ..boxes.nodes import Cell, ColumnStyles, JointBorder, Node, TableGrid, anonymous_style

GROUPS = frozenset(("table-row-group", "table-header-group", "table-footer-group"))
PARTS = GROUPS | {"table-row", "table-cell", "table-caption"}
TABLES = frozenset(("table", "inline-table"))
_FULL = Length(pct=1.0)

MAX_SPAN = 1000
MAX_COLUMNS = 1000

COLUMNS = frozenset(("table-column", "table-column-group"))
_NO_SIDES = Sides(0.0, 0.0, 0.0, 0.0)

_STYLES = ("none", "inset", "groove", "outset", "ridge", "dotted", "dashed", "solid", "double")
NO_EDGE = JointBorder(0.0, "none", None)
_OPPOSITE = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}


def finish_table(table: Node, count: int) -> Node:
    """Complete a table's parts and place its cells; return the table, or the wrapper with its captions."""
    captions = [child for child in table.children if child.style.display == "table-caption"]
    columns = [child for child in table.children if child.style.display in COLUMNS]
    children = [child for child in table.children if child not in captions and child not in columns]
    table.children = _in_parts(table, children, GROUPS, "table-row-group")
    for group in table.children:
        if not group.is_out_of_flow:
            group.kind = "table-part"
            group.children = _in_parts(group, group.children, {"table-row"}, "table-row")
            for row in group.children:
                if not row.is_out_of_flow:
                    row.kind = "table-part"
                    row.children = _in_parts(row, row.children, {"table-cell"}, "table-cell")
    table.kind, table.is_root_context = "table", True
    table.table = build_grid(table)
    table.table.declared = declared_columns(columns)
    table.table.columns = max(table.table.columns, len(table.table.declared))
    for cell in table.table.cells:
        cell.node.is_root_context = True
        _drop_height_limits(cell.node)
    if table.style.border_collapse == "collapse" and table.table.cells:
        collapse_borders(table, table.table)
    return _wrapped(table, captions, count) if captions else table


def _drop_height_limits(cell: Node) -> None:
    """Cells have none in browsers (CSS 2 §10.7 leaves them undefined)."""
    if cell.style.min_height != "auto" or cell.style.max_height != "none":
        cell.style = cell.style.replace(min_height="auto", max_height="none")


def _in_parts(parent: Node, children: list[Node], wanted: frozenset[str] | set[str], name: str) -> list[Node]:
    """Wrap runs of children that are not of a wanted display type in an anonymous part."""
    found: list[Node] = []
    run: Node | None = None
    for child in children:
        if child.style.display in wanted or child.is_out_of_flow:
            found.append(child)
            child.parent = parent
            run = None
            continue
        if run is None:
            run = Node(anonymous_style(parent.style, display=name), None, order=parent.order, parent=parent)
            found.append(run)
        child.parent = run
        run.children.append(child)
    return found


def _wrapped(table: Node, captions: list[Node], count: int) -> Node:
    """Return the wrapper box with the captions above or below the table (§2.1)."""
    style = table.style
    wrapper = Node(_outer_style(style), table.element, "table-wrapper", order=table.order)
    wrapper.is_root_context = True
    fills = isinstance(style.width, Length) or style.width == "auto"
    table.style = style.replace(
        margin_top=ZERO, margin_right=ZERO, margin_bottom=ZERO, margin_left=ZERO, position="static",
        float_="none", width=_FULL if fills else style.width, opacity=1.0, transform=(), clear="none",
    )  # fmt: skip
    table.order, table.element = count, None
    above = [caption for caption in captions if caption.style.caption_side == "top"]
    below = [caption for caption in captions if caption.style.caption_side == "bottom"]
    for child in (*above, table, *below):
        child.parent = wrapper
        child.is_root_context = True
        wrapper.children.append(child)
    return wrapper


def _outer_style(style: ComputedStyle) -> ComputedStyle:
    changes: dict[str, object] = {
        "background_color": TRANSPARENT, "background_layers": (), "box_shadow": (), "outline_width": 0.0,
        "height": "auto", "min_height": "auto",
    }  # fmt: skip
    for side in ("top", "right", "bottom", "left"):
        changes |= {f"border_{side}_width": 0.0, f"border_{side}_style": "none", f"padding_{side}": ZERO}
    return style.replace(**changes)


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
    rtl = table.style.direction == "rtl"
    for cell in grid.cells:
        last_row, last_column = cell.row + cell.rows, cell.column + cell.columns
        left, right = (last_column, cell.column) if rtl else (cell.column, last_column)
        cell.node.style = _with_borders(
            cell.node.style,
            max(e.width for e in grid.horizontal[cell.row][cell.column : last_column]) / 2,
            max(grid.vertical[r][right].width for r in range(cell.row, last_row)) / 2,
            max(e.width for e in grid.horizontal[last_row][cell.column : last_column]) / 2,
            max(grid.vertical[r][left].width for r in range(cell.row, last_row)) / 2,
        )
    left, right = (-1, 0) if rtl else (0, -1)
    around = (
        max((e.width for e in grid.horizontal[0]), default=0.0) / 2,
        max((edges[right].width for edges in grid.vertical), default=0.0) / 2,
        max((e.width for e in grid.horizontal[-1]), default=0.0) / 2,
        max((edges[left].width for edges in grid.vertical), default=0.0) / 2,
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
    return _edge_of(node.style, side)


def _edge_of(style: ComputedStyle, side: str) -> JointBorder:
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
    for side, here in (("top", row == 0), ("bottom", row == len(grid.rows))):
        if here:
            declared = grid.declared[column] if column < len(grid.declared) else _UNDECLARED
            found += [_edge_of(style, side) for style in (declared.column, declared.group) if style]
            found.append(_edge(table, side))
    return _winner(found)


def _vertical(
    table: Node, grid: TableGrid, at: dict[tuple[int, int], Cell], row: int, column: int
) -> JointBorder:
    start, end = ("right", "left") if table.style.direction == "rtl" else ("left", "right")
    found = _between(at.get((row, column - 1)), at.get((row, column)), start)
    if found is None:
        return NO_EDGE
    sides = [side for side, here in ((start, column == 0), (end, column == grid.columns)) if here]
    for side in sides:
        found += [_edge(grid.rows[row], side), _edge(grid.groups[row], side)]
    found += _of_columns(grid.declared, column, start) if grid.declared else []
    found += [_edge(table, side) for side in sides]
    return _winner(found)


_UNDECLARED = ColumnStyles(None, None)


def _of_columns(declared: list[ColumnStyles], line: int, start: str) -> list[JointBorder]:
    """Return the borders of declared columns and their groups at a line; `start` is where columns begin."""
    end = _OPPOSITE[start]
    before = declared[line - 1] if 0 < line <= len(declared) else _UNDECLARED
    after = declared[line] if line < len(declared) else _UNDECLARED
    pairs = [(before.column, end), (after.column, start)]
    if before.group is not after.group:
        pairs += [(before.group, end), (after.group, start)]
    return [_edge_of(style, side) for style, side in pairs if style is not None]
