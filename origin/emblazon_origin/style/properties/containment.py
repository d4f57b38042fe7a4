"""Containment and `will-change`, as far as they change a still picture (CSS Containment 2, Will Change 1)."""

from __future__ import annotations

from ..syntax.registry import logical, longhand, shorthand
from ..values.tokens import Cursor, InvalidValue, one_of
from .common import pair, positive_px

_KINDS = ("size", "inline-size", "layout", "style", "paint")
_TOGETHER = {
    "strict": frozenset(("size", "layout", "paint", "style")),
    "content": frozenset(("layout", "paint", "style")),
}


def _contain(cursor: Cursor) -> frozenset[str]:
    """Read `contain` as the kinds of containment it asks for."""
    if cursor.keyword("none"):
        return frozenset()
    if (name := cursor.keyword(*_TOGETHER)) is not None:
        return _TOGETHER[name]
    found: list[str] = []
    while (name := cursor.keyword(*_KINDS)) is not None:
        found.append(name)
    if not found or len(set(found)) < len(found) or {"size", "inline-size"} <= set(found):
        raise InvalidValue("expected none, strict, content or kinds of containment")
    return frozenset(found)


def _intrinsic(cursor: Cursor) -> object:
    """Read `[auto]? [none | <length>]`; nothing was laid out before, so `auto` remembers nothing."""
    cursor.keyword("auto")
    return None if cursor.keyword("none") else positive_px(cursor)


def _will_change(cursor: Cursor) -> frozenset[str]:
    """Read the names; `auto` is none."""
    if cursor.keyword("auto"):
        return frozenset()
    names: list[str] = []
    while (name := cursor.ident()) is not None:
        cursor.next()
        names.append(name)
        if not cursor.literal(","):
            break
    if not names:
        raise InvalidValue("expected the names of properties")
    return frozenset(names)


longhand("contain", frozenset(), _contain, status="partly", note="counters are not scoped by style")
longhand("content-visibility", "visible", one_of(("visible", "auto", "hidden")))
for _axis in ("width", "height"):
    longhand(f"contain-intrinsic-{_axis}", None, _intrinsic)
_SIZES = ("contain_intrinsic_width", "contain_intrinsic_height")
shorthand("contain-intrinsic-size", _SIZES, pair(*_SIZES, _intrinsic))
logical("contain-intrinsic-inline-size", _SIZES[0])
logical("contain-intrinsic-block-size", _SIZES[1])
longhand("will-change", frozenset(), _will_change, note="as containing block and stacking context")
