"""Anchor positioning: where anchors lie, and what boxes take from them (CSS Anchor Positioning 1 §2, §3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..style.values.anchors import (
    ACROSS,
    ANSWERS,
    AREA_ALL,
    AREA_CENTER,
    DOWN,
    EITHER,
    INSETS,
    SIZES,
    AnchorQuery,
    NoAnchor,
    is_anchored,
)
from ..style.values.computed import ComputedStyle
from ..style.values.value_types import ZERO, Length
from .boxes.box import Rect
from .boxes.fragment import Placed
from .layout_work import ANCHOR, LayoutExhausted, LayoutWork

ANCHORED = (*INSETS, *SIZES, "justify_self", "align_self")  # what depends on anchors
_OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}

Anchors = dict[str, Rect]


class Resolved(NamedTuple):
    """A style without questions, the containing block, and the middles about which the box is centred."""

    style: ComputedStyle
    area: Rect
    middle_x: float | None = None
    middle_y: float | None = None


def asks_for_anchors(style: ComputedStyle) -> bool:
    """Whether where a box lies depends on others."""
    fields = style.fields
    return bool(style.position_area) or any(is_anchored(fields.get(key)) for key in (*INSETS, *SIZES))


@dataclass(slots=True, eq=False)
class AnchorField:
    """The boxes among which anchors are looked for, from their parent's corner; more of them may come."""

    boxes: Sequence[Placed]
    lies_elsewhere: dict[str, str] = field(default_factory=dict)  # anchors, and why not where they are found
    _seen: int = 0
    _found: Anchors = field(default_factory=dict)

    def anchors(self, work: LayoutWork) -> Anchors:
        """Return the border boxes of the anchors, the last one of each name; each box is looked at once.

        Where no work is left, later ones are not found: nothing is laid out by them any more either.
        """
        stack = [(box, box.x, box.y, "") for box in reversed(self.boxes[self._seen :])]
        self._seen = len(self.boxes)
        while stack:
            try:
                work.take(ANCHOR)
            except LayoutExhausted:
                break
            box, x, y, why = stack.pop()
            node = box.fragment.node
            why = "columns" if node.kind == "columns" else "transform" if node.style.transform else why
            for name in node.style.anchor_name:
                self._found[name] = Rect(x, y, box.fragment.width, box.fragment.height)
                if why:
                    self.lies_elsewhere[name] = why
            stack += [(child, x + child.x, y + child.y, why) for child in reversed(box.fragment.children)]
        return self._found


def resolved(style: ComputedStyle, area: Rect, anchors: Anchors, rtl: bool) -> Resolved:
    """Return how a box lies by its anchors."""
    default = anchors.get(style.position_anchor) if style.position_anchor else None
    changes: dict[str, object] = {}
    middle_x = middle_y = None
    if style.position_area and default is not None:
        across, down = _tracks(style.position_area, rtl)
        middle_x = default.x + default.width / 2 if across == AREA_ALL else None
        middle_y = default.y + default.height / 2 if down == AREA_ALL else None
        area = _area(area, default, across, down)
        changes = _in_area(style, across, down)
    for key in (*INSETS, *SIZES):
        value = style.fields.get(key)
        if isinstance(value, Length) and is_anchored(value):
            changes[key] = _answered(value, key, area, anchors, default, rtl)
    return Resolved(style.replace(**changes), area, middle_x, middle_y)


def _tracks(words: tuple[str, ...], rtl: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    across: tuple[int, int] | None = None
    down: tuple[int, int] | None = None
    for word in words:
        if word in ACROSS:
            across = ACROSS[word]
            if rtl and ("inline" in word or "x-" in word):
                across = 2 - across[1], 2 - across[0]
        elif word in DOWN:
            down = DOWN[word]
    plain = [EITHER[word] for word in words if word in EITHER]
    if across is None and down is None:  # the block axis first; a lone word is of both
        down, across = plain[0], plain[-1]
        across = (2 - across[1], 2 - across[0]) if rtl else across
    for tracks in plain:
        across, down = (tracks if across is None else across), (tracks if down is None else down)
    return across or AREA_ALL, down or AREA_ALL


def _area(area: Rect, anchor: Rect, across: tuple[int, int], down: tuple[int, int]) -> Rect:
    xs = (
        min(area.x, anchor.x), anchor.x, anchor.x + anchor.width,
        max(area.x + area.width, anchor.x + anchor.width),
    )  # fmt: skip
    ys = (
        min(area.y, anchor.y), anchor.y, anchor.y + anchor.height,
        max(area.y + area.height, anchor.y + anchor.height),
    )  # fmt: skip
    left, right, top, bottom = xs[across[0]], xs[across[1] + 1], ys[down[0]], ys[down[1] + 1]
    return Rect(left, top, right - left, bottom - top)


def _in_area(style: ComputedStyle, across: tuple[int, int], down: tuple[int, int]) -> dict[str, object]:
    """Insets are 0 where they are auto, and boxes lie towards the anchor where nothing is said (§3.1)."""
    changes: dict[str, object] = {key: ZERO for key in INSETS if getattr(style, key) == "auto"}
    if style.justify_self in ("auto", "normal"):
        changes["justify_self"] = _toward(across, "left", "right")
    if style.align_self in ("auto", "normal"):
        changes["align_self"] = _toward(down, "start", "end")
    return changes


def _toward(tracks: tuple[int, int], first: str, last: str) -> str:
    if tracks in (AREA_CENTER, AREA_ALL):
        return "center"
    return last if tracks[0] == 0 else first


def _answered(
    value: Length, key: str, area: Rect, anchors: Anchors, default: Rect | None, rtl: bool
) -> Length | str:
    """Return a length without questions; what there is no anchor for is as if nothing were said."""
    side = key.rpartition("_")[2]
    vertical = side in ("top", "bottom", "height")

    def answer(query: AnchorQuery) -> float | None:
        anchor = anchors.get(query.name) if query.name is not None else default
        if anchor is None:
            return None
        if query.of_size:
            down = query.what in ("height", "block", "self-block") or (not query.what and vertical)
            return anchor.height if down else anchor.width
        if side not in _OPPOSITE:
            return None
        edge = _edge(anchor, query, side, vertical, rtl)
        if edge is None:
            return None
        start, extent = (area.y, area.height) if vertical else (area.x, area.width)
        return edge - start if side in ("left", "top") else start + extent - edge

    outer, ANSWERS.answer = ANSWERS.answer, answer
    try:
        return Length(value.resolve(area.height if vertical else area.width))
    except NoAnchor:
        return "none" if key.startswith("max") else "auto"
    finally:
        ANSWERS.answer = outer


def _edge(anchor: Rect, query: AnchorQuery, side: str, vertical: bool, rtl: bool) -> float | None:
    """Return where an edge of the anchor is, on the axis of an inset."""
    start, size = (anchor.y, anchor.height) if vertical else (anchor.x, anchor.width)
    what = {"inside": side, "outside": _OPPOSITE[side]}.get(query.what, query.what)
    flipped = rtl and not vertical
    if what == "share":
        share = query.share or 0.0
        return start + size * (1 - share if flipped else share)
    if what == "center":
        return start + size / 2
    if what in ("start", "self-start", "end", "self-end"):
        return start + size * ((what.endswith("end")) != flipped)
    if what not in (("top", "bottom") if vertical else ("left", "right")):
        return None
    return start + size * (what in ("right", "bottom"))
