"""The content of a multi-column container: runs that flow through its columns, and spanners between them."""

from __future__ import annotations

from collections.abc import Iterator

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import ZERO
from ..boxes.nodes import Absolute, Atomic, Node, anonymous_style


def has_columns(style: ComputedStyle) -> bool:
    """Whether a block container's content flows through columns."""
    return not style.column_count == style.column_width == style.column_height == "auto"


def is_spanner(node: Node) -> bool:
    """Whether a block lies across all columns."""
    return node.style.column_span == "all" and not node.is_float and not node.is_out_of_flow


def make_columns(node: Node) -> None:
    """Put a block container's content into runs between its spanners (§6)."""
    if node.kind == "inline":
        run = _run(node)
        run.kind, run.content, node.content = "inline", node.content, []
        run.first_line = node.first_line
        for entry in run.content:
            if isinstance(entry, Atomic | Absolute):
                entry.node.parent = run
        node.children = [run]
    else:
        parts: list[Node] = []
        for child in [part for own in node.children for part in _split(own)]:
            if is_spanner(child):
                child.is_root_context = True
                child.parent = node
                parts.append(child)
                continue
            if not parts or is_spanner(parts[-1]):
                parts.append(_run(node))
            child.parent = parts[-1]
            parts[-1].children.append(child)
        node.children = parts
    node.kind, node.is_root_context = "columns", True


def _run(node: Node) -> Node:
    run = Node(anonymous_style(node.style), None, order=node.order, parent=node)
    run.is_root_context = True
    return run


def _split(node: Node) -> Iterator[Node]:
    """Yield a block in parts, where spanners in it cut it."""
    if is_spanner(node) or node.kind != "block" or node.is_root_context:
        yield node
        return
    parts = [part for child in node.children for part in _split(child)]
    if not any(is_spanner(part) for part in parts):
        yield node
        return
    inside: list[Node] = []
    is_first = True
    for part in parts:
        if not is_spanner(part):
            inside.append(part)
            continue
        yield _part(node, inside, first=is_first, last=False)
        yield part
        inside, is_first = [], False
    yield _part(node, inside, first=False, last=True)


def _part(node: Node, children: list[Node], *, first: bool, last: bool) -> Node:
    changes: dict[str, object] = {}
    for side, is_kept in (("top", first), ("bottom", last)):
        if not is_kept:
            changes |= {
                f"margin_{side}": ZERO, f"padding_{side}": ZERO, f"border_{side}_width": 0.0,
                f"border_{side}_style": "none",
            }  # fmt: skip
    part = node.restyled(node.style.replace(**changes))
    part.children = children
    for child in children:
        child.parent = part
    return part
