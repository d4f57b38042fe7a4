"""Widths of a table's columns (CSS Tables 3 §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...style.values.value_types import Length
from ..boxes.nodes import Cell, ColumnStyles, Node, TableGrid
from ..context import LayoutContext
from ..contributions import border_box_contribution
from ..layout_unit import snap
from ..sizing import extra_of, to_border_box


@dataclass(slots=True)
class Column:
    """What the cells of a column ask for, px; `percent` is of the table, `fixed` tells of a length."""

    low: float = 0.0
    high: float = 0.0
    percent: float = 0.0
    fixed: bool = False


def measure_columns(ctx: LayoutContext, table: Node, grid: TableGrid) -> list[Column]:
    """Return the columns as their cells make them, narrow cells first."""
    columns = [Column() for _ in range(grid.columns)]
    spacing = spacing_of(table)[0]
    is_fixed = fixed_layout(table)
    declared = [_declared_width(styles) for styles in grid.declared]
    for cell in sorted(grid.cells, key=lambda cell: cell.columns):
        if is_fixed and cell.row > 0:
            continue
        own = columns[cell.column : cell.column + cell.columns]
        if is_fixed and any(declared[cell.column : cell.column + cell.columns]):
            continue
        low, high, percent, fixed = _cell(ctx, cell, is_fixed)
        if cell.columns == 1:
            column = own[0]
            column.low, column.high = max(column.low, low), max(column.high, high)
            column.percent, column.fixed = max(column.percent, percent), column.fixed or fixed
        else:
            _spread(own, low, high, percent, spacing * (cell.columns - 1))
    for column, width, styles in zip(columns, declared, grid.declared, strict=False):
        least = _least_width(styles)
        if width is not None and width.is_absolute:
            wanted = max(width.px, least)
            column.low, column.fixed = wanted if is_fixed else column.low, True
            column.high = max(column.high, wanted)
        elif width is not None:
            column.percent = max(column.percent, width.pct)
        column.low = column.low if is_fixed else max(column.low, least)
    for column in columns:
        column.high = max(column.low, column.high)
    return columns


def _declared_width(styles: ColumnStyles) -> Length | None:
    """Return the width of a `<col>`, or of a `<colgroup>` without any."""
    style = styles.column or styles.group
    return _plain(style.width) if style is not None else None


def _least_width(styles: ColumnStyles) -> float:
    """Return the `min-width` of a `<col>`."""
    value = styles.column.min_width if styles.column is not None else None
    return value.px if isinstance(value, Length) and value.is_absolute else 0.0


def _plain(width: object) -> Length | None:
    """Return a length or a percentage; one that is both is automatic in tables."""
    if isinstance(width, Length) and width.func is None and not (width.px and width.pct):
        return width
    return None


def fixed_layout(table: Node) -> bool:
    """Whether only the first row decides (`table-layout: fixed` needs a width)."""
    return table.style.table_layout == "fixed" and table.style.width not in ("auto", "max-content")


def spacing_of(table: Node) -> tuple[float, float]:
    """Return the gaps between columns and between rows."""
    if table.style.border_collapse == "collapse":
        return 0.0, 0.0
    x, y = table.style.border_spacing
    return x.px, y.px


def _cell(ctx: LayoutContext, cell: Cell, is_fixed: bool) -> tuple[float, float, float, bool]:
    style = cell.node.style
    width = _plain(style.width)
    percent = width.pct if width is not None else 0.0
    wanted = None
    if width is not None and not percent:
        wanted = to_border_box(style, width.px, extra_of(style, 0.0).width)
        if isinstance(style.max_width, Length) and style.max_width.is_absolute:
            wanted = min(wanted, to_border_box(style, style.max_width.px, extra_of(style, 0.0).width))
    if is_fixed:
        size = wanted or 0.0
        return size, size, percent, size > 0
    measured = cell.node
    if isinstance(style.width, Length):
        measured = ctx.results.variant(cell.node, "automatic width", _automatic_width)
        ctx.results.of(measured).content_sizes = ctx.content_sizes(cell.node)
    low, high = border_box_contribution(ctx, measured)
    if wanted is not None:
        # A length is what the column wants to be; its content is what it must be.
        return low, max(low, wanted), 0.0, True
    return low, high, percent, False


def _automatic_width(cell: Node) -> Node:
    return cell.restyled(cell.style.replace(width="auto"))


def _spread(columns: Sequence[Column], low: float, high: float, percent: float, gaps: float) -> None:
    """Share what a spanning cell asks for beyond its columns among them."""
    if percent:
        rest = percent - sum(column.percent for column in columns)
        free = [column for column in columns if not column.percent]
        for column in free if rest > 0 else ():
            column.percent = rest / len(free)
    for name, wanted in (("low", low), ("high", high)):
        missing = wanted - gaps - sum(getattr(column, name) for column in columns)
        if missing <= 0:
            continue
        takers = [column for column in columns if not column.fixed and not column.percent] or list(columns)
        weight = sum(column.high for column in takers)
        for column in takers:
            share = column.high / weight if weight else 1 / len(takers)
            setattr(column, name, getattr(column, name) + missing * share)


def total_sizes(table: Node, columns: Sequence[Column]) -> tuple[float, float]:
    """Return the min-content and max-content width of all columns with their gaps."""
    gaps = spacing_of(table)[0] * (len(columns) + 1) if columns else 0.0
    low, high = sum(column.low for column in columns), sum(column.high for column in columns)
    percent = sum(min(column.percent, 1.0) for column in columns)
    for column in columns:
        if column.percent:
            high = max(high, column.high / min(column.percent, 1.0))
    rest = sum(column.high for column in columns if not column.percent)
    if 0 < percent < 1 and rest:
        high = max(high, rest / (1 - percent))
    return low + gaps, high + gaps


def distribute(columns: Sequence[Column], room: float, is_fixed: bool) -> list[float]:
    """Return the columns' widths in `room` px (gaps excluded): CSS Tables 3 §4.5, by growing guesses."""
    least = [column.low for column in columns]
    percent = [max(c.low, c.percent * room) if c.percent else c.low for c in columns]
    specified = [c.high if c.fixed and not c.percent else p for c, p in zip(columns, percent, strict=True)]
    most = [c.high if not c.percent else p for c, p in zip(columns, percent, strict=True)]
    guesses = [least, percent, specified, most]
    if room <= sum(least):
        return _snapped(least, None)
    for lower, upper in pairwise(guesses):
        if room <= sum(upper):
            span = sum(upper) - sum(lower)
            share = (room - sum(lower)) / span if span else 0.0
            return _snapped([a + (b - a) * share for a, b in zip(lower, upper, strict=True)], room)
    extra = room - sum(most)
    autos = [i for i, c in enumerate(columns) if not c.fixed and not c.percent]
    fixed = [i for i, c in enumerate(columns) if c.fixed and not c.percent]
    takers = autos or fixed or list(range(len(columns)))
    weights = [columns[i].high if takers is not autos or not is_fixed else 1.0 for i in takers]
    if not autos and not fixed:
        weights = [columns[i].percent for i in takers]
    total = sum(weights)
    for i, weight in zip(takers, weights, strict=True):
        most[i] += extra * (weight / total if total else 1 / len(takers))
    return _snapped(most, room)


def _snapped(widths: Sequence[float], room: float | None) -> list[float]:
    """Put the widths on the grid of 1/64 px; the last column takes what is left."""
    cut = [snap(width) for width in widths]
    if cut and room is not None:
        cut[-1] += room - sum(cut)
    return cut
