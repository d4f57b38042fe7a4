"""Boxes of tables: parts that are missing are made up (CSS Tables 3 §2.2), captions get a wrapper."""

from __future__ import annotations

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import TRANSPARENT, ZERO, Length
from ..boxes.anonymous import anonymous_style
from ..boxes.nodes import Node
from .borders import collapse_borders
from .cells import build_grid
from .column_boxes import COLUMNS, declared_columns

GROUPS = frozenset(("table-row-group", "table-header-group", "table-footer-group"))
PARTS = GROUPS | {"table-row", "table-cell", "table-caption"}
TABLES = frozenset(("table", "inline-table"))
_FULL = Length(pct=1.0)


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
    if table.style.border_collapse == "collapse" and table.table.cells:
        collapse_borders(table, table.table)
    return _wrapped(table, captions, count) if captions else table


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
