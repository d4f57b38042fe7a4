"""Flex, grid and box alignment."""

from __future__ import annotations

from collections.abc import Callable

from ..syntax.registry import alias, longhand, shorthand
from ..values import track_list as g
from ..values import value_types as v
from ..values.calculation import integer
from ..values.tokens import Cursor, InvalidValue, one_of, unexpected
from .common import any_order, mapped, pair, positive_length, positive_number, size

_CONTENT_POSITION = ("center", "start", "end", "flex-start", "flex-end")
_DISTRIBUTION = ("space-between", "space-around", "space-evenly", "stretch")
_POSITIONS = frozenset((*_CONTENT_POSITION, "self-start", "self-end", "left", "right"))
_SELF_POSITION = (*_CONTENT_POSITION, "self-start", "self-end")


def alignment(*keywords: str, baseline: bool = True) -> Callable[[Cursor], str]:
    """Return the parser of an alignment property: its keywords, `safe`/`unsafe`, baselines."""

    def read(cursor: Cursor) -> str:
        mode = cursor.keyword("safe", "unsafe")
        if mode is None and baseline and (which := cursor.keyword("first", "last", "baseline")) is not None:
            if which != "baseline" and not cursor.keyword("baseline"):
                raise InvalidValue("expected 'baseline'")
            return "last baseline" if which == "last" else "baseline"
        name = cursor.keyword(*keywords)
        if name is None or (mode is not None and name not in _POSITIONS):
            unexpected(cursor.peek())
        return name if mode is None else f"{mode} {name}"

    return read


_align_content = alignment("normal", *_DISTRIBUTION, *_CONTENT_POSITION)
_justify_content = alignment("normal", *_DISTRIBUTION, *_CONTENT_POSITION, "left", "right", baseline=False)
_align_items = alignment("normal", "stretch", *_SELF_POSITION)
_align_self = alignment("auto", "normal", "stretch", *_SELF_POSITION)
_justify_self = alignment("auto", "normal", "stretch", *_SELF_POSITION, "left", "right")
_justify_items_base = alignment("normal", "stretch", *_SELF_POSITION, "left", "right")


def _justify_items(cursor: Cursor) -> str:
    if cursor.keyword("legacy"):
        return cursor.keyword("left", "right", "center") or "normal"
    name = _justify_items_base(cursor)
    if name in ("left", "right", "center"):
        cursor.keyword("legacy")
    return name


def _place(
    first: str, second: str, align: Callable[[Cursor], str], justify: Callable[[Cursor], str]
) -> Callable[[Cursor], dict[str, object]]:
    def read(cursor: Cursor) -> dict[str, object]:
        start = cursor.i
        one = align(cursor)
        if cursor.done:
            cursor.i = start
        try:
            return {first: one, second: justify(cursor)}
        except InvalidValue:
            if cursor.i == start and "baseline" in one:
                cursor.i = len(cursor.tokens)
                return {first: one, second: "start"}
            raise

    return read


def _flex(cursor: Cursor) -> dict[str, object]:
    if cursor.keyword("none"):
        return {"flex_grow": 0.0, "flex_shrink": 0.0, "flex_basis": "auto"}
    grow: object = None
    shrink: object = None
    basis: object = None
    while not cursor.done:
        token = cursor.peek()
        # A unitless zero after two factors is the basis.
        if grow is None and (factor := cursor.attempt(positive_number)) is not None:
            grow = factor
            if (second := cursor.attempt(positive_number)) is not None:
                shrink = second
        elif basis is None:
            basis = _flex_basis(cursor)
        else:
            unexpected(token)
    return {
        "flex_grow": 1.0 if grow is None else grow,
        "flex_shrink": 1.0 if shrink is None else shrink,
        "flex_basis": _ZERO_PERCENT if basis is None else basis,
    }


# `0%` stays a percentage: it is `content` where the container's size is indefinite.
_ZERO_PERCENT = v.Length(func=lambda _: 0.0)
_flex_basis = mapped(size("auto"), {"content": "content", "-webkit-fill-available": "content"})
_DIRECTION = ("row", "row-reverse", "column", "column-reverse")


def _wrap(cursor: Cursor) -> tuple[str, bool]:
    """Read `flex-wrap`: whether lines wrap, and whether they are balanced."""
    if cursor.keyword("nowrap"):
        return "nowrap", False
    balance = cursor.keyword("balance") is not None
    wrap = cursor.keyword("wrap", "wrap-reverse")
    balance = balance or (wrap is not None and cursor.keyword("balance") is not None)
    if wrap is None and not balance:
        unexpected(cursor.peek())
    return wrap or "wrap", balance


def _auto_flow(cursor: Cursor) -> str:
    words = [cursor.keyword("row", "column", "dense")]
    if not cursor.done:
        words.append(cursor.keyword("row", "column", "dense"))
    axes = [w for w in words if w in ("row", "column")]
    if None in words or len(axes) > 1 or words.count("dense") > 1:
        raise InvalidValue("expected row, column and dense")
    axis = axes[0] if axes else "row"
    return f"{axis} dense" if "dense" in words else str(axis)


longhand("flex-direction", "row", one_of(_DIRECTION))
longhand("flex-wrap", ("nowrap", False), _wrap)
longhand("flex-line-count", 1, lambda cursor: integer(cursor, 1))
longhand("flex-grow", 0.0, positive_number)
longhand("flex-shrink", 1.0, positive_number)
longhand("flex-basis", "auto", _flex_basis)
longhand("order", 0, integer)
shorthand("flex", ("flex_grow", "flex_shrink", "flex_basis"), _flex)
shorthand(
    "flex-flow",
    ("flex_direction", "flex_wrap"),
    lambda c: any_order(
        c,
        {"flex_direction": one_of(_DIRECTION), "flex_wrap": _wrap},
        {"flex_direction": "row", "flex_wrap": ("nowrap", False)},
    ),
)
longhand("align-content", "normal", _align_content)
longhand("align-items", "normal", _align_items)
longhand("align-self", "auto", _align_self)
longhand("justify-content", "normal", _justify_content)
longhand("justify-items", "normal", _justify_items)
longhand("justify-self", "auto", _justify_self)
for _what, _align, _justify in (
    ("content", _align_content, _justify_content),
    ("items", _align_items, _justify_items),
    ("self", _align_self, _justify_self),
):
    _keys = (f"align_{_what}", f"justify_{_what}")
    shorthand(f"place-{_what}", _keys, _place(*_keys, _align, _justify))
_gap = mapped(positive_length, {"normal": v.NORMAL_GAP})
longhand("row-gap", v.NORMAL_GAP, _gap)
longhand("column-gap", v.NORMAL_GAP, _gap)
shorthand("gap", ("row_gap", "column_gap"), pair("row_gap", "column_gap", _gap))
for _name in ("row-gap", "column-gap", "gap"):
    alias(f"grid-{_name}", _name)

longhand("grid-template-rows", v.TrackList(), g.track_list, status="partly", note="no masonry")
longhand("grid-template-columns", v.TrackList(), g.track_list, status="partly", note="no masonry")
longhand("grid-template-areas", (), g.areas)
longhand("grid-auto-rows", (), g.auto_tracks)
longhand("grid-auto-columns", (), g.auto_tracks)
longhand("grid-auto-flow", "row", _auto_flow)
_LINES = ("grid_row_start", "grid_column_start", "grid_row_end", "grid_column_end")
for _key in _LINES:
    longhand(_key.replace("_", "-"), v.GridLine(), g.grid_line)
shorthand("grid-row", (_LINES[0], _LINES[2]), lambda c: g.grid_lines(c, (_LINES[0], _LINES[2])))
shorthand("grid-column", (_LINES[1], _LINES[3]), lambda c: g.grid_lines(c, (_LINES[1], _LINES[3])))
shorthand("grid-area", _LINES, lambda c: g.grid_lines(c, _LINES))
shorthand("grid-template", g.GRID_KEYS[:3], g.grid_template)
shorthand("grid", g.GRID_KEYS, g.grid)
for _name in (
    "flex", "flex-basis", "flex-direction", "flex-flow", "flex-grow", "flex-shrink", "flex-wrap", "order",
    "align-content", "align-items", "align-self", "justify-content",
):  # fmt: skip
    alias(f"-webkit-{_name}", _name)
