"""Box alignment: keywords to offsets (CSS Box Alignment 3).

With `align-content` of block containers the content moves as one in the room that is left (Align 3 §5.3).
"""

from __future__ import annotations

from typing import Literal, cast

from ..style.values.computed import Alignment, ComputedStyle
from .boxes.fragment import ContentLayout, Fragment, Placed
from .layout_unit import snap

Edge = Literal["start", "center", "end"]

_SHARES = {"center": 0.5, "space-around": 0.5, "space-evenly": 0.5, "end": 1.0, "flex-end": 1.0}


def settled(value: Alignment, free: float, *, safely: bool = False) -> Alignment:
    """Return a value without `safe` or `unsafe`: start where a safe subject would overflow (§4.4).

    `safely` is how the box aligns where the value says neither.
    """
    mode, _, plain = value.rpartition("safe ")
    safe = (mode == "" and value != plain) or (safely and mode == "" and plain in _POSITIONS)
    if safe and free < 0:
        return "start"
    return cast(Alignment, plain)


_POSITIONS = frozenset(("center", "start", "end", "flex-start", "flex-end", "self-start", "self-end"))


def item_alignment(own: Alignment, container: Alignment) -> Alignment:
    """Return the used `*-self` value: `auto` takes the container's `*-items`, `normal` is stretch."""
    value = container if own == "auto" else own
    return "stretch" if value in ("normal", "auto") else value


def distribute(value: Alignment, free: float, count: int, flipped: bool, rtl: bool) -> tuple[float, float]:
    """Return the offset of the first of `count` subjects from the start, and the extra room between them.

    `flipped` says that the axis' start is the physical right or bottom; `rtl` that the writing direction's
    start is. Distributed values fall back to safe start or centre where nothing is left to distribute.
    """
    value = settled(value, free)
    if free < 0 and value in ("space-around", "space-evenly"):
        return (free if flipped != rtl else 0.0), 0.0  # the fallback is safe centring: start
    if value == "space-between":
        return (0.0, free / (count - 1)) if count > 1 and free > 0 else (0.0, 0.0)
    if value in ("space-around", "space-evenly"):
        if free <= 0:
            return 0.0, 0.0
        if value == "space-around":
            return free / count / 2, free / count
        return free / (count + 1), free / (count + 1)
    if value == "center":
        return free / 2, 0.0
    if value == "flex-end" or value == "last baseline":
        return free, 0.0
    if value in ("start", "self-start"):
        return (free if flipped != rtl else 0.0), 0.0
    if value in ("end", "self-end"):
        return (0.0 if flipped != rtl else free), 0.0
    if value == "left":
        return (free if flipped else 0.0), 0.0
    if value == "right":
        return (0.0 if flipped else free), 0.0
    return 0.0, 0.0


def start_share(value: Alignment, rtl: bool, own_rtl: bool) -> float:
    """Return which share of the free room lies left of a box aligned on the inline axis."""
    if value == "center":
        return 0.5
    if value in ("left", "right"):
        return 0.0 if value == "left" else 1.0
    if value in ("self-start", "self-end"):
        rtl = own_rtl
    return 1.0 if value.endswith("end") != rtl else 0.0


def reverse_alignment(
    value: Alignment, flipped: bool, container: ComputedStyle, item: ComputedStyle, row: bool
) -> Edge:
    """Return the edge of a flex line, in flow-relative terms, to which an item's cross axis aligns."""
    if value == "center":
        return "center"
    if value in ("flex-end", "last baseline"):
        return "end"
    if value in ("start", "end", "self-start", "self-end", "left", "right"):
        rtl = not row and (item if value.startswith("self") else container).direction == "rtl"
        toward_end = value.endswith("end") or ((value == "right") != rtl and value in ("left", "right"))
        return "end" if toward_end != (flipped != rtl) else "start"
    return "start"


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
