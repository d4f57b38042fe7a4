"""`line-clamp` on a block whose lines are in child blocks (CSS Overflow 4 §5.1)."""

from __future__ import annotations

from collections.abc import Iterator

from ...text.line_model import BreakItem, TextItem
from ..boxes.nodes import Absolute, Atomic, Node
from ..context import Frame, LayoutContext


def clamped_children(ctx: LayoutContext, frame: Frame) -> Iterator[Node]:
    """Yield the children up to the last line that is shown; the block with that line is clamped itself."""
    left = frame.node.style.line_clamp
    for child in frame.node.children:
        if left is None or child.is_out_of_flow or child.is_root_context:
            yield child
            continue
        if left <= 0:
            return
        lines = len(ctx.layout(ctx, child, frame.inner_width, frame.height_basis).lines)
        last = lines > left or (lines == left and _has_text_after(child))
        yield _clamped(child, left, forced=lines == left) if last and child.kind == "inline" else child
        left -= lines


def _has_text_after(child: Node) -> bool:
    siblings = child.parent.children if child.parent is not None else []
    after = siblings[siblings.index(child) + 1 :] if child in siblings else []
    return any(not node.is_out_of_flow and not node.is_root_context for node in after)


def _clamped(node: Node, lines: int, *, forced: bool) -> Node:
    """Return the node cut after `lines`; `forced` where its own text would just fit, but more follows."""
    copy = node.restyled(node.style.replace(line_clamp=lines))
    copy.content = list(node.content)
    if forced:
        copy.content += _more(node)
    for entry in copy.content:
        if isinstance(entry, Absolute | Atomic):
            entry.node.parent = copy
    return copy


def _more(node: Node) -> list[BreakItem | TextItem]:
    """Return content for one line more, so that the clamp has something to cut."""
    return [BreakItem(node.style), TextItem("\u2026", node.style)]
