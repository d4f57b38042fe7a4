"""Table layout: columns, rows, cells in their places (CSS Tables 3 §4)."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import NamedTuple

from ...style.values.value_types import Length
from ...style.values.writing_modes import physical_name
from ..absolute import place_absolutes
from ..alignment import content_shift, shift_content
from ..boxes.box import Rect, Sides
from ..boxes.fragment import ContentLayout, Fragment, OutOfFlowBox, Placed, StaticPosition
from ..boxes.nodes import Cell, JointBorder, Node, TableGrid, anonymous_style
from ..context import LayoutContext
from ..flex.items import content_height_twin
from ..flow.block import layout_block
from ..frame import Constraints, Frame
from ..placement import place, postpone
from ..sizing import length_of
from .columns import distribute, fixed_layout, measure_columns, spacing_of, total_sizes
from .generation import column_backgrounds
from .rows import alignment_of, baseline_of, grow, row_heights

_NO_SIDES = Sides(0.0, 0.0, 0.0, 0.0)


def table_content_sizes(ctx: LayoutContext, table: Node) -> tuple[float, float]:
    """Return a table's min-content and max-content width, without its own border and padding."""
    return total_sizes(table, measure_columns(ctx, table, _grid(table)))


def _grid(table: Node) -> TableGrid:
    assert table.table is not None  # noqa: S101 - box generation gave every table its grid
    return table.table


class _Tracks(NamedTuple):
    """Columns from the left, or rows: where each begins, its size, and which of them are collapsed."""

    starts: list[float]
    sizes: list[float]
    gone: frozenset[int]
    end: float  # behind the last one and its gap


def layout_table(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Lay out the grid of a table."""
    table, grid = frame.node, _grid(frame.node)
    gap_x, gap_y = spacing_of(table)
    gap_y = gap_y if grid.cells else 0.0
    columns = measure_columns(ctx, table, grid)
    room = frame.inner_width - gap_x * (len(columns) + 1)
    widths = distribute(columns, max(0.0, room), fixed_layout(table))
    lost = _collapsed_columns(grid)
    if table.style.direction == "rtl":
        widths.reverse()
        lost = frozenset(len(widths) - 1 - column for column in lost)
    across = _columns(widths, gap_x, lost)
    whole = _Tracks(across.starts, widths, frozenset(), across.end)
    measured = {
        cell: _measure(ctx, table, cell, whole if _is_lost(cell, table, grid, lost) else across, gap_x)
        for cell in grid.cells
    }
    heights, baselines = row_heights(grid, measured, gap_y)
    height = frame.inner_height if frame.inner_height is not None else frame.min_inner_height
    grow(grid, heights, height - 2 * gap_y, gap_y)
    down = _rows(heights, gap_y, _collapsed_rows(grid), grid.groups)
    content = ContentLayout(down.end)
    content.narrower = sum(widths[column] + gap_x for column in lost)
    lefts, tops = across.starts, down.starts
    if grid.declared and heights:
        content.children += _declared_backgrounds(frame, lefts, across.sizes, tops, down.sizes)
    _place_groups(ctx, frame, content, across, down, baselines, measured)
    if grid.horizontal:
        _add_edges(ctx, frame, content, grid, lefts, across.sizes, tops, down.sizes)
    for child in table.children:
        if child.is_out_of_flow:
            postpone(content, child, StaticPosition(frame.left, frame.top))
    return content


def layout_wrapper(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Lay out a table and its captions; of a height from outside the table takes what they leave (§3)."""
    content = layout_block(ctx, frame)
    if frame.inner_height is None:
        return content
    table = next(placed.fragment for placed in content.children if placed.fragment.node.kind == "table")
    height = max(0.0, frame.inner_height - content.height + table.height)
    wrapper = ctx.results.variant(frame.node, ("filled", height), partial(_filled_by_table, height=height))
    return layout_block(ctx, frame._replace(node=wrapper))


def _filled_by_table(wrapper: Node, *, height: float) -> Node:
    filled = wrapper.restyled(wrapper.style)
    filled.children = [
        child.restyled(child.style.replace(height=Length(height), box_sizing="border-box"))
        if child.kind == "table"
        else child
        for child in wrapper.children
    ]
    return filled


def _columns(widths: list[float], gap: float, gone: frozenset[int]) -> _Tracks:
    """Place columns; those that are collapsed take no room, nor do their gaps (§3.2.2)."""
    sizes = [0.0 if index in gone else width for index, width in enumerate(widths)]
    starts, at = [], gap
    for index, size in enumerate(sizes):
        starts.append(at)
        at += 0.0 if index in gone else size + gap
    return _Tracks(starts, sizes, gone, at)


def _rows(heights: list[float], gap: float, gone: frozenset[int], groups: list[Node]) -> _Tracks:
    """Place rows; the collapsed take no room, and there are gaps between those of a group that are left."""
    sizes = [0.0 if index in gone else height for index, height in enumerate(heights)]
    starts, at = [], gap
    follows = False  # something in the group
    for index, size in enumerate(sizes):
        begins = index > 0 and groups[index] is not groups[index - 1]
        if begins or (follows and index not in gone):
            at += gap
        follows = index not in gone or (follows and not begins)
        starts.append(at)
        at += size
    return _Tracks(starts, sizes, gone, at + gap if sizes else gap)


def _collapsed_rows(grid: TableGrid) -> frozenset[int]:
    return frozenset(index for index, row in enumerate(grid.rows) if row.style.visibility == "collapse")


def _collapsed_columns(grid: TableGrid) -> frozenset[int]:
    return frozenset(
        index
        for index, styles in enumerate(grid.declared)
        if any(style is not None and style.visibility == "collapse" for style in styles)
    )


def _is_lost(cell: Cell, table: Node, grid: TableGrid, lost: frozenset[int]) -> bool:
    """Whether all columns of a cell are collapsed."""
    first, last = _columns_of(cell, table, grid.columns)
    return bool(lost) and lost.issuperset(range(first, last + 1))


def _declared_backgrounds(
    frame: Frame, lefts: list[float], widths: list[float], tops: list[float], heights: list[float]
) -> list[Placed]:
    """Return the boxes of declared columns, below the rows."""
    table, grid = frame.node, _grid(frame.node)
    places: dict[Cell, Rect] = {}
    for cell in grid.cells:
        first, last = _columns_of(cell, table, grid.columns)
        end = cell.row + cell.rows - 1
        x, y = lefts[first], tops[cell.row]
        width, height = lefts[last] + widths[last] - x, tops[end] + heights[end] - y
        places[cell] = Rect(frame.left + x, frame.top + y, width, height)
    area = Rect(frame.left, frame.top + tops[0], 0.0, tops[-1] + heights[-1] - tops[0])
    return column_backgrounds(table, grid, places, area)


def _columns_of(cell: Cell, table: Node, count: int) -> tuple[int, int]:
    """Return the first and last column of a cell from the left."""
    first, last = cell.column, cell.column + cell.columns - 1
    return (count - 1 - last, count - 1 - first) if table.style.direction == "rtl" else (first, last)


def _measure(ctx: LayoutContext, table: Node, cell: Cell, columns: _Tracks, gap: float) -> Fragment:
    """Lay a cell out in its columns, as high as its content or its height makes it."""
    first, last = _columns_of(cell, table, _grid(table).columns)
    width = _extent(columns, range(first, last + 1), gap)
    node = cell.node
    fragment = ctx.layout(node, Constraints(width, None, width=width))
    if node.style.height != "auto" and node.kind != "turned":  # whose lines are as long as the cell is high
        natural = ctx.layout(content_height_twin(ctx, node), Constraints(width, None, width=width))
        if natural.height > fragment.height:
            fragment = natural.copied()
            fragment.node = node
    return fragment


# --- placing --------------------------------------------------------------------------------------------


def _place_groups(
    ctx: LayoutContext,
    frame: Frame,
    content: ContentLayout,
    columns: _Tracks,
    rows: _Tracks,
    baselines: list[float],
    measured: dict[Cell, Fragment],
) -> None:
    table, grid = frame.node, _grid(frame.node)
    tops, heights = rows.starts, rows.sizes
    left = columns.starts[0] if columns.starts else 0.0
    width = columns.starts[-1] + columns.sizes[-1] - left if columns.starts else 0.0
    by_row: dict[int, list[Cell]] = {}
    for cell in grid.cells:
        if not _is_lost(cell, table, grid, columns.gone):
            by_row.setdefault(cell.row, []).append(cell)
    row = 0
    while row < len(grid.rows):
        group, first = grid.groups[row], row
        inside = ContentLayout(0.0)
        while row < len(grid.rows) and grid.groups[row] is group:
            cells = ContentLayout(0.0)
            for cell in by_row.get(row, ()):
                height = _extent(rows, range(row, row + cell.rows), spacing_of(table)[1])
                fragment = _filled(ctx, frame, cell, measured[cell], height)
                fragment = _aligned(cell, fragment, height, baselines[row])
                at = columns.starts[_columns_of(cell, table, grid.columns)[0]]
                place(cells, fragment, at - left, 0.0, width, length_of(grid.rows[row].style.height, None))
            placed = _part(ctx, grid.rows[row], width, heights[row], cells, baselines[row])
            own = length_of(group.style.height, None)
            place(inside, placed, 0.0, tops[row] - tops[first], width, own)
            row += 1
        height = tops[row - 1] + heights[row - 1] - tops[first]
        fragment = _part(ctx, group, width, height, inside, None)
        place(content, fragment, frame.left + left, frame.top + tops[first], width, frame.inner_height)
    if baselines:
        content.first_baseline = frame.top + tops[0] + (baselines[0] or heights[0])
        content.last_baseline = frame.top + tops[-1] + (baselines[-1] or heights[-1])


def _extent(tracks: _Tracks, of: range, gap: float) -> float:
    """Return the size of neighbouring columns or rows with the gaps between them."""
    shown = sum(index not in tracks.gone for index in of)
    return sum(tracks.sizes[of.start : of.stop]) + gap * max(0, shown - 1)


def _part(
    ctx: LayoutContext,
    node: Node,
    width: float,
    height: float,
    content: ContentLayout,
    baseline: float | None,
) -> Fragment:
    """Return the box of a row or a row group: it has no border and no padding of its own."""
    pending = list(content.pending)
    pending += [
        OutOfFlowBox(child, StaticPosition(0.0, 0.0)) for child in node.children if child.is_out_of_flow
    ]
    fragment = Fragment(
        node, width, height, _NO_SIDES, _NO_SIDES, content.children, [], baseline, baseline, pending
    )
    place_absolutes(ctx, fragment, content)
    return fragment


def _filled(ctx: LayoutContext, frame: Frame, cell: Cell, fragment: Fragment, height: float) -> Fragment:
    """Lay a cell out again whose children take a share of its height, once that is known (Tables 3 §4)."""
    node = cell.node
    row = node.parent
    is_given = frame.inner_height is not None or any(
        part is not None and part.style.height != "auto" for part in (node, row)
    )
    shares = any(isinstance(c.style.height, Length) and not c.style.height.is_absolute for c in node.children)
    if not is_given or not shares:
        return fragment
    return ctx.layout(node, Constraints(fragment.width, None, width=fragment.width, height=height))


def _aligned(cell: Cell, fragment: Fragment, height: float, baseline: float) -> Fragment:
    """Return a cell at its final height, its content moved down by `vertical-align` or `align-content`."""
    style = cell.node.style
    edges = fragment.border.top + fragment.padding.top + fragment.padding.bottom + fragment.border.bottom
    room = height - edges - fragment.content_height
    align = alignment_of(cell)
    if style.align_content != "normal":
        down = content_shift(style, room)
    elif align == "baseline" and fragment.first_baseline is None:
        down = 0.0
    elif align == "baseline":
        down = min(max(0.0, baseline - baseline_of(fragment)), max(0.0, room))
    else:
        down = {"top": 0.0, "middle": room / 2, "bottom": room}[align]
    if not down and height == fragment.height:
        return fragment
    moved = fragment.copied()
    moved.height = height
    shift_content(moved, down)
    return moved


# --- collapsed borders ----------------------------------------------------------------------------------


def _add_edges(
    ctx: LayoutContext,
    frame: Frame,
    content: ContentLayout,
    grid: TableGrid,
    lefts: list[float],
    widths: list[float],
    tops: list[float],
    heights: list[float],
) -> None:
    """Draw the collapsed borders as boxes over the cells, centred on the grid's lines."""
    xs = [*lefts, lefts[-1] + widths[-1]] if lefts else []
    ys = [*tops, tops[-1] + heights[-1]] if tops else []
    rtl = frame.node.style.direction == "rtl"
    found: list[tuple[JointBorder, Rect, str]] = []
    for line in range(len(xs)):
        for first, last, edge in _runs([edges[line] for edges in grid.vertical]):
            x = xs[len(xs) - 1 - line if rtl else line] - edge.width / 2
            found.append((edge, Rect(x, ys[first], edge.width, ys[last + 1] - ys[first]), "left"))
    for line, edges in enumerate(grid.horizontal):
        for first, last, edge in _runs(edges):
            start, end = (len(xs) - 2 - last, len(xs) - 1 - first) if rtl else (first, last + 1)
            before, after = _across(grid, line, first), _across(grid, line, last + 1)
            before, after = (after, before) if rtl else (before, after)
            x, right = xs[start] - before / 2, xs[end] + after / 2
            found.append((edge, Rect(x, ys[line] - edge.width / 2, right - x, edge.width), "top"))
    for edge, rect, side in sorted(found, key=lambda entry: entry[0].width):  # the wider ones above
        _add_edge(ctx, frame, content, edge, rect, side)


def _runs(edges: list[JointBorder]) -> list[tuple[int, int, JointBorder]]:
    """Join neighbouring edges that look the same: first column, last column, edge."""
    found: list[tuple[int, int, JointBorder]] = []
    for column, edge in enumerate(edges):
        if found and found[-1][1] == column - 1 and found[-1][2] == edge:
            found[-1] = (found[-1][0], column, edge)
        elif edge.width:
            found.append((column, column, edge))
    return found


def _across(grid: TableGrid, line: int, column: int) -> float:
    """Return the width of the widest vertical border that meets a horizontal line."""
    rows = [row for row in (line - 1, line) if 0 <= row < len(grid.vertical)]
    return max((grid.vertical[row][column].width for row in rows), default=0.0)


def _collapsed_style(edge: JointBorder) -> str:
    """Return the style that a collapsed border is drawn in: `inset` and `outset` as ridges (§17.6.3)."""
    style = {"inset": "ridge", "outset": "groove"}.get(edge.style, edge.style)
    return "solid" if style in ("ridge", "groove") and edge.width < 2 else style


def _edge_box(table: Node, *, edge: JointBorder, side: str) -> Node:
    """Return a box that a collapsed border is drawn as: always in the same style, by which paint knows it."""
    flow = table.style.writing_mode
    place = physical_name(flow, f"border_{side}")
    style = anonymous_style(
        table.style.on_canvas,
        **{
            f"{place}_width": edge.width,
            f"{place}_style": _collapsed_style(edge),
            f"{place}_color": edge.color,
        },
    ).turned(flow)
    return Node(style, None, order=table.order, parent=table)


def _add_edge(
    ctx: LayoutContext,
    frame: Frame,
    content: ContentLayout,
    edge: JointBorder,
    rect: Rect,
    side: str,
) -> None:
    drawn = ctx.results.variant(frame.node, (edge, side), partial(_edge_box, edge=edge, side=side))
    border = Sides(edge.width, 0, 0, 0) if side == "top" else Sides(0, 0, 0, edge.width)
    fragment = Fragment(copy(drawn), rect.width, rect.height, border, _NO_SIDES, [], [], None, None, [])
    content.children.append(Placed(fragment, frame.left + rect.x, frame.top + rect.y))
