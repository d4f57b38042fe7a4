"""`align-content` of block containers: the content moves as one in the room that is left (Align 3 §5.3)."""

from __future__ import annotations

from ...style.values.computed import ComputedStyle
from ..alignment import settled
from ..boxes.fragment import ContentLayout, Fragment, Placed
from ..layout_unit import snap

_SHARES = {"center": 0.5, "space-around": 0.5, "space-evenly": 0.5, "end": 1.0, "flex-end": 1.0}


def content_shift(style: ComputedStyle, room: float) -> float:
    """Return how far down content goes that leaves `room` px, negative where it overflows."""
    value = settled(style.align_content, room, safely=True)
    if room < 0 and value.startswith("space-"):
        return 0.0
    return snap(room * _SHARES.get(value, 0.0))


def shift_content(content: ContentLayout | Fragment, down: float) -> None:
    """Move everything in a block container down; what waits for its containing block keeps its insets."""
    if not down:
        return
    content.children = [Placed(child, x, y + down) for child, x, y in content.children]
    content.lines = [line.moved(down) for line in content.lines]
    content.pending = [pending.moved(0.0, down) for pending in content.pending]
    if content.first_baseline is not None:
        content.first_baseline += down
    if content.last_baseline is not None:
        content.last_baseline += down
