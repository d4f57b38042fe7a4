"""What was known of a box is found right again, so that layout stops where a changed text keeps its size.

An algorithm is a function of styles, constraints and the answers of the boxes that it asks. Where all answers
are the same to it, it would do the same again: its result is the old one with the new fragments in place.
"""

from __future__ import annotations

from collections.abc import Sequence

from .boxes.fragment import Asked, Fragment, Measured, Placed
from .context import LayoutContext


def renewed(ctx: LayoutContext, old: Fragment | None) -> Fragment | None:
    """Return a box's fragment, now that something inside changed; None where it may be another one."""
    if old is None or old.asked is None:
        return None
    replaced = _answers(ctx, old.asked, old.drawing)
    if replaced is None:
        return None
    now = ctx.results.drawing
    if not replaced:
        old.drawing = now
        return old
    for child in (*(placed.fragment for placed in old.children), *(atomic for _, atomic in old.atomics)):
        if child not in replaced and ctx.results.of(child.node).changed >= old.drawing:
            return None
    fragment = old.copied()
    fragment.children = [
        Placed(replaced[placed.fragment], placed.x, placed.y) if placed.fragment in replaced else placed
        for placed in old.children
    ]
    fragment.atomics = [(item, replaced.get(atomic, atomic)) for item, atomic in old.atomics]
    fragment.asked = [
        Asked(question.node, question.constraints, replaced[question.answer])
        if question.answer in replaced
        else question
        for question in old.asked
    ]
    fragment.drawing = now
    return fragment


def still_measured(ctx: LayoutContext, old: Measured | None) -> Measured | None:
    """Return the sizes of a box's content if nothing that they came from is another one."""
    if old is None or old.asked is None or _answers(ctx, old.asked, old.drawing) is None:
        return None
    return old._replace(drawing=ctx.results.drawing)


def _answers(
    ctx: LayoutContext, asked: Sequence[Asked], drawing: int
) -> dict[Fragment | tuple[float, float], Fragment] | None:
    """Ask again; return the new fragments by the old ones, None where an answer is another one.

    An algorithm that got another answer might have asked something else after it: nothing further is asked.
    """
    replaced: dict[Fragment | tuple[float, float], Fragment] = {}
    for node, constraints, answer in asked:
        if ctx.results.of(node).changed < drawing:
            continue
        if constraints is None:
            if ctx.content_sizes(node) != answer:
                return None
            continue
        fragment = ctx.layout(node, constraints)
        if fragment is not answer:
            if not isinstance(answer, Fragment) or not _is_alike(fragment, answer):
                return None
            replaced[answer] = fragment
    return replaced


def _is_alike(one: Fragment, other: Fragment) -> bool:
    """Whether two fragments of a box are the same to whatever holds them."""
    return (
        one.height == other.height
        and one.width == other.width
        and one.first_baseline == other.first_baseline
        and one.last_baseline == other.last_baseline
        and one.content_height == other.content_height
        and one.margin_top == other.margin_top
        and one.margin_bottom == other.margin_bottom
        and one.first_margins == other.first_margins
        and one.collapses_through == other.collapses_through
        and one.pull == other.pull
        and len(one.lines) == len(other.lines)
        and not one.is_left_out
        and not other.is_left_out
        and one.pending == other.pending
    )
