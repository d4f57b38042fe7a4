"""The display list of boxes that lie where they lay in an earlier drawing: lines of text alone are made anew.

Once two drawings in a row have the same boxes in the same places, the display list is kept as a plan: items,
and slots for the lines of each box.
"""

from __future__ import annotations

from dataclasses import replace

from ..layout.boxes.box import Box
from .context import PaintContext
from .display_list import Group, Item
from .kept_display import DisplayPlan, KeptDisplay, LinePlace, LineSlot
from .text.line_items import turned_line_items
from .text.raised_inlines import has_raised
from .traits import traits_of

Items = list[Item | Group]


def boxes_with_lines(root: Box, before: Box | None) -> list[Box] | None:
    """Return the boxes that have lines, in tree order; None where boxes lie otherwise than before."""
    found: list[Box] = []
    return found if before is not None and _lies_as(root, before, found) else None


def _lies_as(box: Box, before: Box, found: list[Box]) -> bool:
    if (
        box.style is not before.style
        or box.border_box != before.border_box
        or box.border != before.border
        or box.padding != before.padding
        or box.replaced != before.replaced
        or len(box.children) != len(before.children)
        or bool(box.lines) != bool(before.lines)
        or traits_of(box.style).follows_lines
    ):
        return False
    if box.lines:
        found.append(box)
    for child, other in zip(box.children, before.children, strict=True):
        if not _lies_as(child, other, found):
            return False
    return True


def planned_items(plan: DisplayPlan, root: Box, context: PaintContext) -> Items | None:
    """Return the display list with the lines of boxes as they are now; None where a plan does not do."""
    boxes = boxes_with_lines(root, plan.root)
    if context.kept is None or boxes is None or not _stand_alone(boxes):
        return None
    plan.root = root
    context.kept.use(plan.uses)
    items: Items = []
    for part in plan.parts:
        items += _lines(boxes[part.number], part.place, context) if isinstance(part, LineSlot) else part
    return items


def _lines(box: Box, place: LinePlace, context: PaintContext) -> Items:
    matrix, clip, shift, viewport = place
    if shift != context.shift or viewport != context.viewport:
        context = replace(context, shift=shift, viewport=viewport)
    return [item for line in box.lines for item in turned_line_items(box, line, matrix, clip, context)]


def _stand_alone(boxes: list[Box]) -> bool:
    """Whether lines hold no boxes that have items of their own, or are painted on levels."""
    return not any(line.atomics or (line.boxes and has_raised(line)) for box in boxes for line in box.lines)


def plan_of(items: Items, root: Box, boxes: list[Box], kept: KeptDisplay) -> DisplayPlan | None:
    """Return a plan of a display list; None where lines are parts of groups, or show nothing."""
    if kept.lines is None or not _stand_alone(boxes):
        return None
    numbers = {id(box): number for number, box in enumerate(boxes)}
    slots: dict[int, LineSlot] = {}
    for box, place, drawn in kept.lines:
        slots |= dict.fromkeys(map(id, drawn), LineSlot(numbers[id(box)], place))
    parts: list[Items | LineSlot] = []
    placed = 0
    for item in items:
        slot, last = slots.get(id(item)), parts[-1] if parts else None
        placed += slot is not None
        if slot is None and isinstance(last, list):
            last.append(item)
        elif slot is None or slot != last:
            parts.append([item] if slot is None else slot)
    found = [part.number for part in parts if isinstance(part, LineSlot)]
    if placed < len(slots) or sorted(found) != list(range(len(boxes))):
        return None
    return DisplayPlan(root, parts, kept.used())
