"""What an animation leaves behind: the frame that it fills forwards with, or at which it is paused.

It lies in the cascade above the author's declarations and below the important ones (CSS Cascade 5 §6.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..syntax.declarations import Block, PendingSubstitution, Wide
from ..syntax.keyframes import Keyframes
from ..syntax.registry import LONGHANDS, Values
from ..values.budget import BUDGET, Exhausted
from ..values.computed import ComputedStyle
from ..values.writing_modes import HORIZONTAL, Lines
from .winners import Winners

_DECLARATIONS = 6  # that take a step together
_WAITING = (Wide, PendingSubstitution)
KEYS = tuple(key for key in LONGHANDS if key.startswith("animation_"))


def end_state(
    winners: Winners, keyframes: Mapping[str, Keyframes], around: ComputedStyle, read: Callable[[str], Any]
) -> Winners:
    """Return what wins once animations are over; `read` gives a key's list, of its row's type: `Any`."""
    values = {key: value for key, value in winners.values.items() if not key.startswith("animation_")}
    custom = dict(winners.custom)
    lines = _lines(values, around)
    lists = {key: read(key) for key in KEYS}
    for i, name in enumerate(lists["animation_name"]):
        block = _frame(keyframes.get(name), {key: found[i % len(found)] for key, found in lists.items()})
        if block is not None:
            try:
                BUDGET.step(1 + block.size // _DECLARATIONS)
            except Exhausted:
                break
            frame = block.values(lines)
            values.update({key: frame[key] for key in frame if key not in winners.important})
            custom.update({key: block.custom[key] for key in block.custom if key not in winners.important})
    return Winners(values, custom)


def _lines(values: Values, around: ComputedStyle) -> Lines:
    """Return how the lines of an element run, whose flow-relative properties a frame may have."""
    flow, direction = values.get("writing_mode"), values.get("direction")
    if flow is None or isinstance(flow, _WAITING):
        flow = around.writing_mode
    if direction is None or isinstance(direction, _WAITING):
        direction = around.direction
    return HORIZONTAL[direction == "rtl"] if flow == "horizontal-tb" else Lines(flow, direction == "rtl")


def _frame(keyframes: Keyframes | None, of: Values) -> Block | None:
    """Return the frame that an animation shows for good; None where it shows none, or never comes to rest."""
    if keyframes is None or not of["animation_timeline"]:
        return None
    count, delay = of["animation_iteration_count"], of["animation_delay"]
    fills, direction = of["animation_fill_mode"], of["animation_direction"]
    backwards = direction.endswith("reverse")
    if of["animation_play_state"] == "paused":
        if delay < 0 or (delay > 0 and fills not in ("backwards", "both")):
            return None
    elif fills not in ("forwards", "both") or not math.isfinite(count) or count % 1:
        return None
    elif count:
        backwards ^= direction.startswith("alternate") and count % 2 == 0
        return keyframes.start if backwards else keyframes.end
    return keyframes.end if backwards else keyframes.start
