"""What of a box looks at heights, that around it and its own: where nothing does, one layout does for all."""

from __future__ import annotations

from ..style.values.value_types import Length
from .boxes.nodes import Absolute, Atomic, Node
from .sizing import ratio_of

_SPECIAL = ("replaced", "table", "table-wrapper", "table-part", "turned")


def minds_height(node: Node) -> bool:
    """Whether anything of the box resolves against its containing block's height."""
    if node.minds_height is None:
        node.minds_height = _minds(node)
    return node.minds_height


def holds_minders(node: Node) -> bool:
    """Whether anything inside resolves against the box's own height, or against whether that is definite."""
    if node.holds_minders is None:
        node.holds_minders = _holds(node)
    return node.holds_minders


def _minds(node: Node) -> bool:
    style = node.style
    # Percentages look through anonymous boxes (engine.py).
    if node.kind in _SPECIAL or (node.element is None and not node.is_item):
        return True
    if ratio_of(node) is not None or node.is_out_of_flow or node.is_float:
        return True
    heights = style.height, style.min_height, style.max_height, style.flex_basis
    if "stretch" in heights:
        return True
    lengths = (*heights, style.top, style.bottom)
    if any(isinstance(length, Length) and not length.is_absolute for length in lengths):
        return True
    return style.quirks == "full" and is_quirky(node) and holds_minders(node)


def _holds(node: Node) -> bool:
    gap = node.style.row_gap
    if node.kind == "grid" or node.marker is not None or not gap.is_absolute:
        return True
    below = [*node.children, *(e.node for e in node.content if isinstance(e, Atomic | Absolute))]
    return any(minds_height(child) or holds_minders(child) for child in below)


def ignores_own_height(node: Node) -> bool:
    """Whether an item has text and inline boxes alone, so that its height changes nothing inside."""
    return (
        node.kind == "inline"
        and _is_plain_item(node)
        and node.style.overflow_y in ("visible", "clip")
        and node.style.align_content == "normal"
        and not any(isinstance(entry, Atomic | Absolute) for entry in node.content)
    )


def is_settled_by_width(node: Node) -> bool:
    """Whether an item that is given the height that it has by itself stays as it is inside."""
    if node.is_settled is None:
        node.is_settled = _is_plain_item(node) and (ignores_own_height(node) or not holds_minders(node))
    return node.is_settled


def _is_plain_item(node: Node) -> bool:
    return (
        node.kind in ("inline", "block", "flex")
        and node.is_item
        and node.is_root_context
        and node.marker is None
        and node.style.text_fit is None
        and not node.style.contain
    )


def is_quirky(node: Node) -> bool:
    """Whether percentages look through a box of automatic height (Quirks Mode Standard §3.5)."""
    style = node.style
    return (
        style.height == "auto"
        and style.display != "table-cell"
        and node.kind not in ("flex", "grid")
        and not node.is_out_of_flow
    )
