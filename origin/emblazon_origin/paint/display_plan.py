"""The display list of boxes that are those of an earlier drawing: lines, and boxes that moved, are made anew.

Once two drawings in a row have the same boxes, the display list is kept as a plan: its items, and slots for
those that follow from one box. A box may lie elsewhere, or have another size, where that decides nothing but
its own items: not where it clips, turns or has effects.
"""

from __future__ import annotations

from dataclasses import replace

from ..layout.boxes.box import Box
from .boxes.box_geometry import geometry_of
from .boxes.box_items import ROWS
from .context import PaintContext
from .display_list import Group, Item
from .kept_display import DisplayPlan, KeptDisplay, KeptEntry, PlanPart, Slot
from .text.line_items import turned_line_items
from .text.raised_inlines import has_raised
from .traits import traits_of

Items = list[Item | Group]


def boxes_and_moved(root: Box, before: Box | None) -> tuple[list[Box], set[int]] | None:
    """Return all boxes in tree order, and the numbers of those that moved; None where a plan may not do."""
    boxes: list[Box] = []
    moved: set[int] = set()
    if before is None or not _stands_as(root, before, boxes, moved):
        return None
    return (boxes, moved) if _stand_alone(boxes) else None


def _stands_as(box: Box, before: Box, boxes: list[Box], moved: set[int]) -> bool:
    style = box.style
    if (
        style is not before.style
        or box.border != before.border
        or box.replaced != before.replaced
        or len(box.children) != len(before.children)
        or bool(box.lines) != bool(before.lines)
        or traits_of(style).follows_lines
    ):
        return False
    if box.border_box != before.border_box or box.padding != before.padding:
        if not traits_of(style).moves_alone:
            return False
        moved.add(len(boxes))
    boxes.append(box)
    for child, other in zip(box.children, before.children, strict=True):
        if not _stands_as(child, other, boxes, moved):
            return False
    return True


def planned_items(plan: DisplayPlan, root: Box, context: PaintContext) -> Items | None:
    """Return the display list of boxes as they are now; None where a plan does not do."""
    kept, stands = context.kept, boxes_and_moved(root, plan.root)
    if kept is None or stands is None:
        return None
    boxes, moved = stands
    moved |= plan.rows
    if not plan.pinned.isdisjoint(moved):
        return None
    kept.use(plan.uses)
    items: Items = []
    for slot, drawn, uses in plan.parts:
        if slot is not None and (slot.make is None or slot.number in moved):
            items += _made(slot, boxes[slot.number], context)
        else:
            kept.use(uses)
            items += drawn
    return items


def _made(slot: Slot, box: Box, context: PaintContext) -> Items:
    matrix, clip, shift, viewport = slot.place
    if shift != context.shift or viewport != context.viewport:
        context = replace(context, shift=shift, viewport=viewport)
    if slot.make is not None:
        return slot.make(box, geometry_of(box, context), matrix, clip, context)
    return [item for line in box.lines for item in turned_line_items(box, line, matrix, clip, context)]


def _stand_alone(boxes: list[Box]) -> bool:
    """Whether lines hold no boxes that have items of their own, or are painted on levels."""
    return not any(line.atomics or (line.boxes and has_raised(line)) for box in boxes for line in box.lines)


def plan_of(items: Items, boxes: list[Box], kept: KeptDisplay) -> DisplayPlan | None:
    """Return a plan of a display list; None where lines are parts of groups, or show nothing."""
    if kept.drawn is None:
        return None
    numbers = {id(box): number for number, box in enumerate(boxes)}
    slots: dict[int, Slot] = {}
    for box, place, make, drawn in kept.drawn:
        slots |= dict.fromkeys(map(id, drawn), Slot(numbers[id(box)], place, make))
    if len(slots) < sum(len(drawn) for *_, drawn in kept.drawn):
        return None  # boxes in one place share items
    parts: list[PlanPart] = []
    for item in items:
        slot = slots.pop(id(item), None)
        if parts and slot == parts[-1].slot:
            parts[-1].items.append(item)
        else:
            parts.append(PlanPart(slot, [item], []))
    with_lines = [number for number, box in enumerate(boxes) if box.lines]
    found = sorted(part.slot.number for part in parts if part.slot is not None and part.slot.make is None)
    if found != with_lines or any(slot.make is None for slot in slots.values()):
        return None
    pinned = {slot.number for slot in slots.values()}
    users = {id(item): part.uses for part in parts if part.slot is not None for item in part.items}
    uses: list[KeptEntry] = []
    for entry in kept.used():
        first = entry.value[0] if isinstance(entry.value, list) and entry.value else None
        users.get(id(first), uses).append(entry)
    rows = {number for number, box in enumerate(boxes) if box.style.display in ROWS}
    return DisplayPlan(boxes[0], parts, pinned, rows, uses)
