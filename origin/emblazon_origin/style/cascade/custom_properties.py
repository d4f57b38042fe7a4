"""Custom properties of one element: cascade, inheritance, registration by @property."""

from __future__ import annotations

from collections.abc import Mapping

from ..syntax.declarations import Custom, Wide
from ..syntax.sheet_model import PropertyRule
from ..syntax.variables import resolve_custom
from .registered import fits


def custom_properties(
    declared: Mapping[str, Custom | Wide],
    inherited: Mapping[str, Custom | None],
    registered: Mapping[str, PropertyRule],
) -> Mapping[str, Custom | None]:
    """Return every custom property's computed value; the parent's own mapping where nothing changes."""
    if not declared and not registered:
        return inherited
    start = dict(inherited)
    for name, rule in registered.items():
        if not rule.inherits or name not in start:
            start[name] = rule.initial
    own: dict[str, Custom] = {}
    for name, value in declared.items():
        if isinstance(value, Custom):
            own[name] = value
        elif value.keyword == "initial" or (value.keyword == "unset" and _resets(name, registered)):
            rule_ = registered.get(name)
            start[name] = rule_.initial if rule_ is not None else None
        elif name in inherited:
            start[name] = inherited[name]
    resolved = resolve_custom(own, start)
    for name in own.keys() & registered.keys():
        rule, value_ = registered[name], resolved[name]
        if value_ is None or not fits(rule.syntax, value_):
            resolved[name] = inherited.get(name, rule.initial) if rule.inherits else rule.initial
    # The very mapping of the parent where nothing changed, so that what is derived from it is shared.
    return inherited if _same(resolved, inherited) else resolved


def _same(a: Mapping[str, Custom | None], b: Mapping[str, Custom | None]) -> bool:
    if a.keys() != b.keys():
        return False
    for name, value in a.items():
        other = b[name]
        if value is not other and (value is None or other is None or value.text != other.text):
            return False
    return True


def _resets(name: str, registered: Mapping[str, PropertyRule]) -> bool:
    rule = registered.get(name)
    return rule is not None and not rule.inherits
