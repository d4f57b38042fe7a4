"""A box in another writing mode than the box around it: two nodes, one for each (CSS Writing Modes 4 §7).

The outer one is as the flow around sees it: sizes, edges, position. The inner one has the content, and is
laid out by its own lines.
"""

from __future__ import annotations

import copy

from ...style.values.computed import ComputedStyle
from .nodes import Node, anonymous_style

# What an algorithm reads of the box whose content it lays out, beside what is inherited.
_OF_CONTAINER = (
    "flex_direction", "flex_wrap", "flex_balances", "flex_line_count", "justify_content", "align_content",
    "align_items", "justify_items", "row_gap", "column_gap", "grid_template_rows", "grid_template_columns",
    "grid_template_areas", "grid_auto_rows", "grid_auto_columns", "grid_auto_flow", "column_count",
    "column_width", "column_height", "column_wrap", "column_fill", "margin_trim",
    "table_layout", "text_overflow", "line_clamp", "block_ellipsis", "text_box_trim", "text_fit",
    "unicode_bidi",
    *(
        f"{axis}_rule_{part}"
        for axis in ("column", "row")
        for part in (
            "width", "style", "color", "break", "visibility_items", "inset_cap_start", "inset_cap_end",
            "inset_junction_start", "inset_junction_end",
        )
    ),
    "rule_overlap",
)  # fmt: skip
_WITHOUT_MODE = frozenset((
    "table-row", "table-row-group", "table-header-group", "table-footer-group", "table-column",
    "table-column-group",
))  # fmt: skip
_INNER = {"table-cell": "block", "table-caption": "block", "list-item": "block"}


def is_turned(node: Node) -> bool:
    """Whether a box's lines run otherwise than those of the flow that it is in."""
    style = node.style
    return (
        style.writing_mode != style.flow
        and node.kind != "replaced"
        and style.display not in _WITHOUT_MODE
        and style.display != "inline"
    )


def turned_node(node: Node) -> Node:
    """Return the outer box of a node, which becomes the inner one."""
    outer = copy.copy(node)
    outer.kind, outer.content, outer.children, outer.marker = "turned", [], [node], None
    outer.is_root_context, outer.holds_floats = True, False
    node.parent, node.style = outer, _inner_style(node.style)
    node.element, node.is_item, node.is_root_context = None, True, True
    if node.marker is not None:
        node.marker.parent = node
    return outer


def _inner_style(style: ComputedStyle) -> ComputedStyle:
    fields = style.fields
    display = style.display.removeprefix("inline-")
    changes = {name: fields[name] for name in _OF_CONTAINER if name in fields}
    changes["display"] = _INNER.get(display, display)
    if style.text_overflow != "clip":
        changes["overflow_x"] = changes["overflow_y"] = "hidden"
    return anonymous_style(style.on_canvas, **changes)
