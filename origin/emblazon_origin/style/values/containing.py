"""Which boxes are containing blocks of absolutely positioned and of fixed boxes, by their styles."""

from __future__ import annotations

from .computed import ComputedStyle

_CONTAINING = frozenset(("layout", "paint"))
_CHANGING = frozenset((
    "transform", "translate", "rotate", "scale", "perspective", "filter", "backdrop-filter", "contain",
    "transform-style", "-webkit-transform", "-webkit-filter", "-webkit-perspective", "offset-path",
))  # fmt: skip


def contains_absolutes(style: ComputedStyle) -> bool:
    """True for boxes that are the containing block of absolutely positioned descendants."""
    return style.position != "static" or contains_fixed(style) or "position" in style.will_change


def contains_fixed(style: ComputedStyle) -> bool:
    """True for boxes that are the containing block of fixed descendants too: transforms, filters and more."""
    return bool(
        style.transform
        or style.perspective is not None
        or style.transform_style == "preserve-3d"
        or style.filter
        or style.backdrop_filter
        or not style.contain.isdisjoint(_CONTAINING)
        or not style.will_change.isdisjoint(_CHANGING)
    )
