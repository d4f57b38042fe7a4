"""Heights of a table's rows (CSS Tables 3 §4.4, as browsers share them out)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ...style.values.value_types import Length
from ..boxes.fragment import Fragment
from ..boxes.nodes import Cell, Node, TableGrid
from ..layout_unit import snap
from ..sizing import length_of


def alignment_of(cell: Cell) -> str:
    """Return where a cell's content lies in its height."""
    if cell.node.style.align_content not in ("normal", "baseline"):
        return "top"
    value = cell.node.style.vertical_align
    return value if value in ("top", "middle", "bottom") else "baseline"


def baseline_of(fragment: Fragment) -> float:
    """Return a cell's baseline, the bottom of its content where it has none."""
    if fragment.first_baseline is not None:
        return fragment.first_baseline
    return fragment.height - fragment.padding.bottom - fragment.border.bottom


def row_heights(
    grid: TableGrid, measured: dict[Cell, Fragment], gap: float
) -> tuple[list[float], list[float]]:
    """Return each row's height and baseline; cells over several rows stretch the last of them."""
    heights = [_row_height(row) for row in grid.rows]
    baselines = [0.0] * len(heights)
    below = [0.0] * len(heights)
    made_up = [0.0] * len(heights)  # of cells without text, which count where no other is in the row
    for cell, fragment in measured.items():
        if alignment_of(cell) == "baseline" and fragment.first_baseline is None:
            made_up[cell.row] = max(made_up[cell.row], baseline_of(fragment))
        elif alignment_of(cell) == "baseline":
            own = baseline_of(fragment)
            baselines[cell.row] = max(baselines[cell.row], own)
            if cell.rows == 1:
                below[cell.row] = max(below[cell.row], fragment.height - own)
        if cell.rows == 1:
            heights[cell.row] = max(heights[cell.row], fragment.height)
    baselines = [own or other for own, other in zip(baselines, made_up, strict=True)]
    for row, descent in enumerate(below):
        heights[row] = max(heights[row], baselines[row] + descent if descent else 0.0)
    for cell, fragment in sorted(measured.items(), key=lambda entry: entry[0].rows):
        rows = range(cell.row, cell.row + cell.rows)
        missing = fragment.height - gap * (cell.rows - 1) - sum(heights[row] for row in rows)
        if cell.rows > 1 and missing > 0:
            total = sum(heights[row] for row in rows)
            for row in rows:
                heights[row] += missing * (heights[row] / total if total else 1 / cell.rows)
    return heights, baselines


def _row_height(row: Node) -> float:
    return length_of(row.style.height, None) or 0.0


# --- what a table is higher than its rows ---------------------------------------------------------------


class _Section(NamedTuple):
    """The rows of one group."""

    group: Node
    rows: range

    def height(self, heights: Sequence[float], gap: float) -> float:
        """Return its height with the gaps between its rows."""
        return sum(heights[self.rows.start : self.rows.stop]) + gap * (len(self.rows) - 1)


def grow(grid: TableGrid, heights: list[float], wanted: float, gap: float) -> None:
    """Make rows as high as their group and their table ask, `wanted` with the gaps between rows.

    Bodies of automatic height take what there is first, headers and footers last.
    """
    sections = list(_sections(grid))
    rows = _Rows(grid)
    for section in sections:
        own = length_of(section.group.style.height, None)
        if own is not None:
            rows.grow(heights, section.rows, own, gap)
    sizes = [section.height(heights, gap) for section in sections]
    missing = wanted - sum(sizes) - gap * (len(sections) - 1)
    if missing <= 0 or not sections:
        return
    shares = [_percentage(section.group) for section in sections]
    missing -= _fill([*range(len(sizes))], shares, sizes, wanted, missing)
    bodies = [i for i, section in enumerate(sections) if section.group.style.display == "table-row-group"]
    takers = [i for i in bodies if sections[i].group.style.height == "auto"] or bodies or range(len(sizes))
    _share(sizes, list(takers), missing)
    for section, size in zip(sections, sizes, strict=True):
        rows.grow(heights, section.rows, size, gap)


def _sections(grid: TableGrid) -> Iterator[_Section]:
    start = 0
    for row in range(1, len(grid.rows) + 1):
        if row == len(grid.rows) or grid.groups[row] is not grid.groups[start]:
            yield _Section(grid.groups[start], range(start, row))
            start = row


class _Rows:
    """What the rows of a table say about their heights."""

    def __init__(self, grid: TableGrid) -> None:
        self.shares = [_percentage(row) for row in grid.rows]
        self.fixed = {i for i, row in enumerate(grid.rows) if length_of(row.style.height, None) is not None}
        for cell in grid.cells:
            if cell.rows == 1:
                self.shares[cell.row] = max(self.shares[cell.row], _percentage(cell.node))
                if length_of(cell.node.style.height, None) is not None:
                    self.fixed.add(cell.row)

    def grow(self, heights: list[float], rows: range, wanted: float, gap: float) -> None:
        """Make the rows of a group as high together as `wanted`, gaps between them included."""
        missing = wanted - sum(heights[rows.start : rows.stop]) - gap * (len(rows) - 1)
        if missing <= 0:
            return
        left = 1.0
        for i in rows:  # percentages are no more than a hundred together
            self.shares[i] = min(self.shares[i], left)
            left -= self.shares[i]
        missing -= _fill(rows, self.shares, heights, wanted, missing)
        automatic = [i for i in rows if heights[i] and i not in self.fixed and not self.shares[i]]
        _share(heights, automatic or list(rows), missing)


def _fill(of: Iterable[int], shares: Sequence[float], sizes: list[float], whole: float, room: float) -> float:
    """Make parts as high as their percentage of the whole, as far as there is room; return what it took."""
    lacks = {i: lack for i in of if (lack := shares[i] * whole - sizes[i]) > 0 and shares[i]}
    total = sum(lacks.values())
    taken = min(total, room)
    for i, lack in lacks.items():
        sizes[i] += lack * taken / total
    return taken


def _share(sizes: list[float], takers: Sequence[int], room: float) -> None:
    """Share room among parts by their sizes, in whole layout units; the last has what these leave."""
    total = sum(sizes[i] for i in takers)
    shares = [snap(room * (sizes[i] / total if total else 1 / len(takers))) for i in takers]
    shares[-1] = room - sum(shares[:-1])
    for i, share in zip(takers, shares, strict=True):
        sizes[i] += share


def _percentage(node: Node) -> float:
    """Return a height that is a percentage alone; mixed ones are automatic."""
    height = node.style.height
    return height.pct if isinstance(height, Length) and not height.px and height.func is None else 0.0
