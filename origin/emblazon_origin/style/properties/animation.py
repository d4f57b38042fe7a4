"""Animations, of which a still picture shows the end: what decides whether and how they end."""

from __future__ import annotations

from collections.abc import Mapping

from ..syntax.registry import alias, longhand, shorthand
from ..values.backgrounds import MAX_LAYERS, layered
from ..values.calculation import number, parse_term
from ..values.tokens import Cursor, InvalidValue, Specified, comma_list, lift_tuple, one_of, unexpected
from .common import any_order

_NOTE = "drawn as the end state: a still picture has no animation"
_EASINGS = ("ease", "linear", "ease-in", "ease-out", "ease-in-out", "step-start", "step-end")


def _name(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type not in ("ident", "string"):
        unexpected(token)
    return "" if token.type == "ident" and token.lower_value == "none" else str(token.value)


def _count(cursor: Cursor) -> Specified[float]:
    return float("inf") if cursor.keyword("infinite") else number(cursor, 0)


def _time(cursor: Cursor) -> float:
    token = cursor.next()
    term = parse_term(token)
    if term.type != "time":
        unexpected(token)
    return 0.0 if term.relative else term.fn(None, 1.0)


def _easing(cursor: Cursor) -> str:
    if cursor.keyword(*_EASINGS) is None and cursor.function("cubic-bezier", "steps", "linear") is None:
        unexpected(cursor.peek())
    return ""


def _is_timed(cursor: Cursor) -> bool:
    """Read whether time moves it: nothing scrolls, so that other timelines stand still."""
    return cursor.keyword("auto") is not None or cursor.next() is None


_fill = one_of(("none", "forwards", "backwards", "both"))
_direction = one_of(("normal", "reverse", "alternate", "alternate-reverse"))
_state = one_of(("running", "paused"))


def _one(cursor: Cursor) -> Mapping[str, object]:
    """Read one animation; a name may be any word that is none of the others."""
    initials = {"delay": 0.0, "count": 1.0, "direction": "normal", "fill": "none", "state": "running",
                "name": ""}  # fmt: skip
    return any_order(
        cursor,
        {"duration": _time, "delay": _time, "easing": _easing, "count": _count, "direction": _direction,
         "fill": _fill, "state": _state, "name": _name},
        initials,
    )  # fmt: skip


_PARTS = {
    "name": ("animation_name", "", _name),
    "delay": ("animation_delay", 0.0, _time),
    "direction": ("animation_direction", "normal", _direction),
    "fill": ("animation_fill_mode", "none", _fill),
    "count": ("animation_iteration_count", 1.0, _count),
    "state": ("animation_play_state", "running", _state),
    "timed": ("animation_timeline", True, _is_timed),
}


def _animation(cursor: Cursor) -> Mapping[str, object]:
    found = comma_list(cursor, _one)
    if len(found) > MAX_LAYERS:
        raise InvalidValue(f"more than {MAX_LAYERS} animations")
    return {key: lift_tuple([one.get(part, True) for one in found]) for part, (key, *_) in _PARTS.items()}


for _key, _initial, _parse in _PARTS.values():
    longhand(_key.replace("_", "-"), (_initial,), layered(_parse), status="partly", note=_NOTE)
    if _key != "animation_timeline":
        alias(f"-webkit-{_key.replace('_', '-')}", _key.replace("_", "-"))
shorthand("animation", tuple(key for key, *_ in _PARTS.values()), _animation, status="partly", note=_NOTE)
alias("-webkit-animation", "animation")
