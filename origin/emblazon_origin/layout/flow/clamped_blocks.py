"""`line-clamp` on a block whose lines are in child blocks (CSS Overflow 4 §5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...text.line_model import BreakItem, TextItem
from ..boxes.nodes import Absolute, Atomic, Node
from ..context import LayoutContext
from ..frame import Constraints, Frame


def clamped_children(ctx: LayoutContext, frame: Frame) -> Iterator[Node]:
    """Yield the children up to the last line that is shown; the block with that line is clamped itself."""
    left = frame.node.style.line_clamp
    for child in frame.node.children:
        if left is None or child.is_out_of_flow or child.is_root_context:
            yield child
            continue
        if left <= 0:
            return
        lines = len(ctx.layout(child, Constraints(frame.inner_width, frame.height_basis)).lines)
        last = lines > left or (lines == left and _has_text_after(child))
        yield _cut(ctx, child, left, lines == left) if last and child.kind == "inline" else child
        left -= lines


def _has_text_after(child: Node) -> bool:
    siblings = child.parent.children if child.parent is not None else []
    after = siblings[siblings.index(child) + 1 :] if child in siblings else []
    return any(not node.is_out_of_flow and not node.is_root_context for node in after)


def _cut(ctx: LayoutContext, node: Node, lines: int, forced: bool) -> Node:
    """Return the node cut after `lines`; `forced` where its own text would just fit, but more follows."""
    cut = ctx.results.variant(node, ("cut", lines, forced), partial(_clamped, lines=lines, forced=forced))
    for entry in cut.content:
        if isinstance(entry, Absolute | Atomic):
            entry.node.parent = cut
    return cut


def _clamped(node: Node, *, lines: int, forced: bool) -> Node:
    cut = node.restyled(node.style.replace(line_clamp=lines))
    cut.content = [*node.content, *_more(node)] if forced else list(node.content)
    return cut


def _more(node: Node) -> list[BreakItem | TextItem]:
    """Return content for one line more, so that the clamp has something to cut."""
    return [BreakItem(node.style), TextItem("\u2026", node.style)]
