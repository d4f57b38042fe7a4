"""Rules in the gaps between columns and rows (CSS Gap Decorations 1), as Chromium knows them."""

from __future__ import annotations

from collections.abc import Callable

from ..color.css_color import parse_color
from ..syntax.registry import alias, longhand, shorthand
from ..values import value_types as v
from ..values.calculation import length
from ..values.gap_lists import gap_list, gap_lists
from ..values.tokens import Cursor, one_of
from .border import line_style, line_width
from .common import Parse, any_order, keyword_or

_AXES = ("column", "row")
_ENDS = ("start", "end")
_PLACES = ("cap", "junction")
_INITIAL: dict[str, object] = {"width": 3.0, "style": "none", "color": None}
_inset = keyword_or(length, "overlap-join")


def _rule(cursor: Cursor) -> dict[str, object]:
    """Read `<line-width> || <line-style> || <color>`."""
    return any_order(cursor, {"width": line_width, "style": line_style, "color": parse_color}, _INITIAL)


def _rules(cursor: Cursor, *axes: str) -> dict[str, object]:
    found = gap_lists(cursor, _rule)
    return {f"{axis}_rule_{part}": value for axis in axes for part, value in found.items()}


def _keys(axes: tuple[str, ...], *parts: str) -> tuple[str, ...]:
    return tuple(f"{axis}_rule_{part}" for axis in axes for part in parts)


def _two(starts: tuple[str, ...], ends: tuple[str, ...]) -> Callable[[Cursor], dict[str, object]]:
    """Return the reader of a start and, where it is another one, an end."""

    def read(cursor: Cursor) -> dict[str, object]:
        start: object = _inset(cursor)
        end: object = start if cursor.done else _inset(cursor)
        return dict.fromkeys(starts, start) | dict.fromkeys(ends, end)

    return read


def _all(keys: tuple[str, ...], parse: Parse) -> Callable[[Cursor], dict[str, object]]:
    """Return the reader of one value for several properties."""
    return lambda cursor: dict.fromkeys(keys, parse(cursor))


_READERS: dict[str, tuple[object, Parse]] = {
    "width": (v.GapList((3.0,)), lambda c: gap_list(c, line_width)),
    "style": (v.NO_RULES, lambda c: gap_list(c, line_style)),
    "color": (v.GapList((None,)), lambda c: gap_list(c, parse_color)),
    "break": ("normal", one_of(("none", "normal", "intersection"))),
    "visibility-items": ("normal", one_of(("normal", "all", "around", "between"))),
}


def _insets(prefix: str, axes: tuple[str, ...]) -> None:
    """Add the shorthands of the insets of one axis or of both."""
    sides: dict[str, tuple[str, ...]] = {"start": (), "end": ()}
    for place in _PLACES:
        own = {end: _keys(axes, f"inset_{place}_{end}") for end in _ENDS}
        shorthand(
            f"{prefix}-inset-{place}", own["start"] + own["end"], _two(own["start"], own["end"])
        )  # fmt: skip
        for end, keys in own.items():
            sides[end] += keys
            if len(axes) > 1:
                shorthand(f"{prefix}-inset-{place}-{end}", keys, _all(keys, _inset))
    for end, keys in sides.items():
        shorthand(f"{prefix}-inset-{end}", keys, _all(keys, _inset))
    shorthand(f"{prefix}-inset", sides["start"] + sides["end"], _two(sides["start"], sides["end"]))


def _rule_of(*axes: str) -> Callable[[Cursor], dict[str, object]]:
    return lambda cursor: _rules(cursor, *axes)


for _axis in _AXES:
    for _part, (_initial, _read) in _READERS.items():
        longhand(f"{_axis}-rule-{_part}", _initial, _read)
    for _place in _PLACES:
        for _end in _ENDS:
            longhand(f"{_axis}-rule-inset-{_place}-{_end}", v.ZERO, _inset)
    shorthand(f"{_axis}-rule", _keys((_axis,), "width", "style", "color"), _rule_of(_axis))
    _insets(f"{_axis}-rule", (_axis,))
for _part, (_, _read) in _READERS.items():
    _both = _keys(_AXES, _part.replace("-", "_"))
    shorthand(f"rule-{_part}", _both, _all(_both, _read))
shorthand("rule", _keys(_AXES, "width", "style", "color"), _rule_of(*_AXES))
_insets("rule", _AXES)
longhand("rule-overlap", "row-over-column", one_of(("row-over-column", "column-over-row")))
for _name in ("column-rule", "column-rule-width", "column-rule-style", "column-rule-color"):
    alias(f"-webkit-{_name}", _name)
