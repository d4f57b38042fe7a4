"""Registered custom properties: the `syntax` of @property (CSS Properties and Values 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..color.css_color import parse_color
from ..properties.shapes import transform, transform_function
from ..syntax.declarations import Custom
from ..syntax.sheet_model import PropertyRule
from ..values import calculation as calc
from ..values.image_values import image, url_token
from ..values.tokens import Cursor, Deferred, InvalidValue, UnsupportedValue, tokenize, unexpected
from ..values.units import Context


def _ident(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type != "ident":
        unexpected(token)
    return str(token.value)


def _url(cursor: Cursor) -> str:
    token = cursor.next()
    href = url_token(token)
    if href is None:
        unexpected(token)
    return href


def _string(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type != "string":
        unexpected(token)
    return str(token.value)


def _time(cursor: Cursor) -> float:
    token = cursor.next()
    if calc.parse_term(token).type != "time":
        unexpected(token)
    return 0.0


_TYPES: dict[str, Callable[[Cursor], object]] = {
    "<length>": calc.length_px, "<number>": calc.number, "<integer>": calc.integer,
    "<percentage>": calc.percentage, "<length-percentage>": calc.length, "<color>": parse_color,
    "<angle>": calc.angle, "<resolution>": calc.resolution, "<time>": _time, "<image>": image, "<url>": _url,
    "<custom-ident>": _ident, "<string>": _string, "<transform-list>": transform,
    "<transform-function>": lambda cursor: transform_function(cursor.next()),
}  # fmt: skip


def fits(syntax: str, value: Custom) -> bool:
    """Return whether a value without var() is of the registered syntax."""
    if syntax.strip() == "*" or value.substitutes:
        return True
    return any(_fits_one(part.strip(), value) for part in syntax.split("|"))


def _fits_one(component: str, value: Custom) -> bool:
    multiplier = component[-1:] if component[-1:] in ("+", "#") else ""
    name = component.removesuffix(multiplier) if multiplier else component
    parse = _TYPES.get(name)
    cursor = Cursor(value.tokens)
    try:
        while True:
            if parse is not None:
                parse(cursor)
            elif not cursor.keyword(name.lower()):
                return False
            if cursor.done or not multiplier:
                break
            if multiplier == "#" and not cursor.literal(","):
                return False
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return False
    return True


def absolute(
    custom: Mapping[str, Custom | None],
    names: Mapping[str, object],
    registered: Mapping[str, PropertyRule],
    context: Context,
) -> Mapping[str, Custom | None]:
    """Return custom properties with the relative lengths of those declared here computed to px."""
    changed: dict[str, Custom | None] = {}
    for name in names:
        rule, value = registered.get(name), custom.get(name)
        if rule is None or value is None or "<length" not in rule.syntax:
            continue
        cursor = Cursor(value.tokens)
        try:
            px = calc.length_px(cursor)
        except InvalidValue:
            continue
        if isinstance(px, Deferred) and cursor.done:
            text = f"{px.fn(context):.6f}px"
            changed[name] = Custom(tuple(tokenize(text)), text, False)
    return {**custom, **changed} if changed else custom
