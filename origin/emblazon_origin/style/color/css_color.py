"""Colours of CSS Color 4 and 5: every syntax, color-mix(), relative colours, light-dark().

`parse_color` gives a `Color` (or `Deferred`), clipped to sRGB as Chromium does when it draws;
`parse_space_color` gives what is mixed before it is drawn, by `to_wide_color`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from ..values import value_types as v
from ..values.calculation import is_math, parse_term
from ..values.terms import Term, finite
from ..values.tokens import (
    Cursor,
    Deferred,
    InvalidValue,
    Specified,
    Token,
    lift,
    split_commas,
    unexpected,
)
from ..values.units import Context
from .names import NAMED, SYSTEM
from .spaces import HUE_INDEX, SpaceColor, convert, mix

AnyColor: TypeAlias = SpaceColor | v.Color


class CurrentColor(v.Color):
    """The colour of the element it was computed on: inherited, it is that of the inheriting element."""

    def on(self, color: v.Color) -> CurrentColor:
        """Return what it is on an element of another colour."""
        return CurrentColor(*color)


class DependentColor(CurrentColor):
    """A colour that may be made of `currentcolor`; `source` is how, and what else it is made of."""

    source: tuple[Deferred[AnyColor], Context]

    def on(self, color: v.Color) -> DependentColor:
        """Return the colour made anew of another element's."""
        value, context = self.source
        return _dependent(value, replace(context, color=color))


def _dependent(value: Deferred[AnyColor], context: Context) -> DependentColor:
    color = DependentColor(*to_color(value.fn(context)))
    color.source = value, context
    return color


CURRENT_COLOR = Deferred(lambda c: CurrentColor(*c.color))
HUE_METHODS = ("shorter", "longer", "increasing", "decreasing")


def to_color(color: SpaceColor | v.Color) -> v.Color:
    """Return the sRGB colour, clipped."""
    r, g, b, alpha = to_wide_color(color)
    return v.Color(_unit(r), _unit(g), _unit(b), alpha)


def to_wide_color(color: SpaceColor | v.Color) -> v.Color:
    """Return the colour in sRGB's terms, whose channels leave 0..1 where the colour is outside of sRGB."""
    if isinstance(color, v.Color):
        return color
    r, g, b = convert(color.solid(), color.space, "srgb")
    alpha = min(max(color.alpha or 0.0, 0.0), 1.0)
    if color.legacy:  # legacy syntaxes are 8 bits a channel, and clipped
        r, g, b = (_unit(round(x * 255) / 255) for x in (r, g, b))
    return v.Color(r, g, b, alpha)


def _unit(x: float) -> float:
    return 0.0 if not x > 0 else min(x, 1.0)


def recolored(value: object, color: v.Color) -> object:
    """Return an inherited value with `currentcolor` as another element's colour."""
    if isinstance(value, CurrentColor):
        return value.on(color)
    if isinstance(value, v.Shadow) and isinstance(value.color, CurrentColor):
        return value._replace(color=value.color.on(color))
    if isinstance(value, tuple) and value and isinstance(value[0], v.Shadow):
        return tuple(recolored(item, color) for item in value)
    return value


def as_space(color: SpaceColor | v.Color) -> SpaceColor:
    """Return a plain colour as one in the sRGB space."""
    if isinstance(color, SpaceColor):
        return color
    return SpaceColor("srgb", (color.r, color.g, color.b), color.a, True)


def parse_color(cursor: Cursor) -> Specified[v.Color]:
    """Read a <color> as `Color` or `Deferred`."""
    value = parse_space_color(cursor)
    if value is CURRENT_COLOR:
        return CURRENT_COLOR
    if isinstance(value, Deferred):
        return Deferred(lambda c: _dependent(value, c))
    return to_color(value)


def parse_space_color(cursor: Cursor) -> Specified[AnyColor]:
    """Read a <color> as `SpaceColor`, `Color` or `Deferred` of one."""
    token = cursor.next()
    if token.type == "ident":
        return _keyword(token)
    if token.type == "hash":
        return _hex(token.value)
    if token.type == "function" and token.lower_name in FUNCTIONS:
        return FUNCTIONS[token.lower_name](token)
    unexpected(token)


def _keyword(token: Token) -> Specified[AnyColor]:
    name = token.lower_value
    if name == "currentcolor":
        return CURRENT_COLOR
    if name == "transparent":
        return v.TRANSPARENT
    if name in NAMED:
        return NAMED[name]
    if name in SYSTEM:
        light, dark = SYSTEM[name]
        return Deferred(lambda c: dark if c.scheme == "dark" else light)
    raise InvalidValue(f"'{token.value}' is not a colour")


def _hex(digits: str) -> v.Color:
    if len(digits) not in (3, 4, 6, 8) or any(d not in "0123456789abcdefABCDEF" for d in digits):
        raise InvalidValue(f"'#{digits}' is not a colour: it takes 3, 4, 6 or 8 hexadecimal digits")
    if len(digits) <= 4:
        digits = "".join(d * 2 for d in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    return v.Color(*channels)


# --- functions ----------------------------------------------------------------------------------


class ColorChannel(NamedTuple):
    """One channel of a colour function: what 100% is, its name in relative colours, its clamps."""

    name: str
    full: float
    hue: bool = False
    low: float = -math.inf
    high: float = math.inf


_SPACES: dict[str, tuple[ColorChannel, ColorChannel, ColorChannel]] = {
    "rgb": (ColorChannel("r", 255), ColorChannel("g", 255), ColorChannel("b", 255)),
    "hsl": (ColorChannel("h", 360, True), ColorChannel("s", 100, low=0), ColorChannel("l", 100)),
    "hwb": (ColorChannel("h", 360, True), ColorChannel("w", 100), ColorChannel("b", 100)),
    "lab": (ColorChannel("l", 100, low=0, high=100), ColorChannel("a", 125), ColorChannel("b", 125)),
    "lch": (
        ColorChannel("l", 100, low=0, high=100),
        ColorChannel("c", 150, low=0),
        ColorChannel("h", 360, True),
    ),
    "oklab": (ColorChannel("l", 1, low=0, high=1), ColorChannel("a", 0.4), ColorChannel("b", 0.4)),
    "oklch": (
        ColorChannel("l", 1, low=0, high=1),
        ColorChannel("c", 0.4, low=0),
        ColorChannel("h", 360, True),
    ),
}
_RGB_SPACES = ("srgb", "srgb-linear", "display-p3", "display-p3-linear", "a98-rgb", "prophoto-rgb", "rec2020")
_XYZ_SPACES = ("xyz", "xyz-d50", "xyz-d65")


def _function(space: str) -> Callable[[Token], Specified[AnyColor]]:
    def parse(token: Token) -> Specified[AnyColor]:
        cursor = Cursor(token.arguments)
        if cursor.keyword("from"):
            origin = parse_space_color(cursor)
            rest = cursor.tokens[cursor.i :]
            return lift(lambda o: _relative(Cursor(rest), space, _SPACES[space], as_space(o)), origin)
        if any(t.type == "literal" and t.value == "," for t in cursor.tokens):
            if space not in ("rgb", "hsl"):
                raise InvalidValue(f"{token.name}() takes its channels without commas")
            return _legacy(token, space)
        return _modern(cursor, space, _SPACES[space], {})

    return parse


def _modern(
    cursor: Cursor, space: str, channels: tuple[ColorChannel, ...], variables: dict[str, float]
) -> Specified[SpaceColor]:
    parts = [_channel(cursor, channel, variables) for channel in channels]
    alpha: Specified[float | None] = variables.get("alpha", 1.0)
    if cursor.literal("/"):
        alpha = _alpha(cursor, variables)
    cursor.end()
    legacy = space in ("rgb", "hsl", "hwb") and not variables
    a, b, c = parts
    return lift(lambda *p: _build(space, p, legacy), a, b, c, alpha)


def _build(space: str, parts: tuple[float | None, ...], legacy: bool) -> SpaceColor:
    a, b, c, alpha = parts
    legacy = legacy and None not in parts  # what is missing belongs to newer colours (CSS Color 4 §4.4)
    if space != "rgb":
        return SpaceColor(space, (a, b, c), alpha, legacy)
    r, g, b_ = (None if x is None else x / 255 for x in (a, b, c))
    return SpaceColor("srgb", (r, g, b_), alpha, legacy)


def _legacy(token: Token, space: str) -> Specified[SpaceColor]:
    parts = [Cursor(p) for p in split_commas(token.arguments)]
    if len(parts) not in (3, 4):
        raise InvalidValue(f"{token.name}() takes 3 or 4 arguments")
    percents = {p.tokens[0].type == "percentage" for p in parts[:3] if not is_math(p.tokens[0])}
    if space == "rgb" and len(percents) > 1:
        raise InvalidValue("rgb() with commas takes all numbers or all percentages")
    if space == "hsl" and any(p.tokens[0].type == "number" for p in parts[1:3]):
        raise InvalidValue("hsl() with commas takes percentages")
    if any(p.ident() == "none" for p in parts):
        raise InvalidValue("'none' is not allowed with commas")
    a, b, c = (_channel(p, channel, {}) for p, channel in zip(parts[:3], _SPACES[space], strict=True))
    alpha = _alpha(parts[3], {}) if len(parts) == 4 else 1.0
    for part in parts:
        part.end()
    return lift(lambda *p: _build(space, p, True), a, b, c, alpha)


def _channel(cursor: Cursor, channel: ColorChannel, variables: dict[str, float]) -> Specified[float | None]:
    token = cursor.next()
    if token.type == "ident":
        if token.lower_value == "none":
            return None
        if token.lower_value in variables:
            return variables[token.lower_value]
    term = parse_term(token, variables=variables)
    allowed = ("number", "angle") if channel.hue else ("number", "percent")
    if term.type not in allowed:
        raise InvalidValue(f"expected a number or {allowed[1]} for {channel.name}, got a {term.type}")
    scale = channel.full if term.type == "percent" else 1.0
    return _value(term, lambda x: min(max(finite(x * scale), channel.low), channel.high))


def _alpha(cursor: Cursor, variables: dict[str, float]) -> Specified[float | None]:
    token = cursor.next()
    if token.type == "ident":
        if token.lower_value == "none":
            return None
        if token.lower_value in variables:
            return variables[token.lower_value]
    term = parse_term(token, variables=variables)
    if term.type not in ("number", "percent"):
        raise InvalidValue("alpha is a number or a percentage")
    return _value(term, lambda x: min(max(finite(x), 0.0), 1.0))


def _value(term: Term, finish: Callable[[float], float]) -> Specified[float]:
    if term.relative:
        return Deferred(lambda c: finish(term.fn(c, 1.0)))
    return finish(term.fn(None, 1.0))


def _relative(
    cursor: Cursor, space: str, channels: tuple[ColorChannel, ...], origin: SpaceColor
) -> SpaceColor:
    """CSS Color 5 §4: channels of the origin colour are the variables."""
    target = "srgb" if space == "rgb" else space
    parts = convert(origin.solid(), origin.space, target)
    scale = 255.0 if space == "rgb" else 1.0
    variables = {ch.name: part * scale for ch, part in zip(channels, parts, strict=True)}
    variables["alpha"] = 1.0 if origin.alpha is None else origin.alpha
    value = _modern(cursor, space, channels, variables)
    if isinstance(value, Deferred):
        raise InvalidValue("relative units are not allowed in relative colours")
    return value


def _color(token: Token) -> Specified[AnyColor]:
    cursor = Cursor(token.arguments)
    origin = parse_space_color(cursor) if cursor.keyword("from") else None
    space = cursor.ident()
    if space not in _RGB_SPACES and space not in _XYZ_SPACES:
        raise InvalidValue(f"unknown colour space '{space}'")
    cursor.next()
    names = ("x", "y", "z") if space in _XYZ_SPACES else ("r", "g", "b")
    channels = tuple(ColorChannel(n, 1) for n in names)
    if origin is None:
        return _modern(cursor, space, channels, {})
    rest = cursor.tokens[cursor.i :]
    return lift(lambda o: _relative(Cursor(rest), space, channels, as_space(o)), origin)


def interpolation_space(cursor: Cursor) -> tuple[str, str] | None:
    """Read `in <space> [<hue method> hue]`, where it is next."""
    if not cursor.keyword("in"):
        return None
    space = cursor.ident()
    known = (*_RGB_SPACES, *_XYZ_SPACES, "lab", "oklab", "hsl", "hwb", "lch", "oklch")
    if space not in known:
        raise InvalidValue(f"unknown colour space '{space}'")
    cursor.next()
    method = "shorter"
    if space in HUE_INDEX and (name := cursor.keyword(*HUE_METHODS)):
        method = name
        if not cursor.keyword("hue"):
            raise InvalidValue("expected 'hue'")
    return space, method


def _color_mix(token: Token) -> Specified[AnyColor]:
    parts = [Cursor(p) for p in split_commas(token.arguments)]
    space = ("oklab", "shorter")
    if parts[0].ident() == "in":
        space = interpolation_space(parts[0]) or space
        parts[0].end()
        parts = parts[1:]
    if len(parts) != 2:
        raise InvalidValue("color-mix() takes two colours")
    first, p1 = _mix_item(parts[0])
    second, p2 = _mix_item(parts[1])
    if p1 is None:
        p1 = 0.5 if p2 is None else 1 - p2
    p2 = 1 - p1 if p2 is None else p2
    total = p1 + p2
    share, fade = (p2 / total if total else 0.5), min(total, 1.0)
    return lift(lambda a, b: mix(as_space(a), as_space(b), share, *space, fade), first, second)


def _mix_item(cursor: Cursor) -> tuple[Specified[AnyColor], float | None]:
    share = _mix_share(cursor)
    color = parse_space_color(cursor)
    if share is None:
        share = _mix_share(cursor)
    cursor.end()
    return color, share


def _mix_share(cursor: Cursor) -> float | None:
    token = cursor.peek()
    if token is None or not (token.type == "percentage" or is_math(token)):
        return None
    term = parse_term(cursor.next())
    if term.type != "percent" or term.relative:
        raise InvalidValue("expected a percentage")
    value = finite(term.fn(None, 1.0))
    if not 0 <= value <= 1:
        raise InvalidValue("a percentage of color-mix() is between 0% and 100%")
    return value


def _contrast_color(token: Token) -> Specified[AnyColor]:
    """CSS Color 5 §7: black or white, whichever contrasts more (WCAG 2.1)."""
    cursor = Cursor(token.arguments)
    color = parse_space_color(cursor)
    cursor.end()

    def pick(value: AnyColor) -> v.Color:
        r, g, b = convert(as_space(to_color(value)).solid(), "srgb", "srgb-linear")
        luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
        return v.BLACK if (luminance + 0.05) ** 2 >= 1.05 * 0.05 else v.Color(1, 1, 1)

    return lift(pick, color)


def _alpha_function(token: Token) -> Specified[AnyColor]:
    """CSS Color 5 §4.2: `alpha(from <color> / <alpha>)`."""
    cursor = Cursor(token.arguments)
    if not cursor.keyword("from"):
        raise InvalidValue("alpha() takes 'from' and a colour")
    origin = parse_space_color(cursor)
    rest = cursor.tokens[cursor.i :]

    def build(value: AnyColor) -> SpaceColor:
        color = as_space(value)
        inner = Cursor(rest)
        alpha: Specified[float | None] = color.alpha
        if inner.literal("/"):
            alpha = _alpha(inner, {"alpha": 1.0 if color.alpha is None else color.alpha})
        inner.end()
        if isinstance(alpha, Deferred):
            raise InvalidValue("relative units are not allowed in relative colours")
        return color._replace(alpha=alpha)

    return lift(build, origin)


def _light_dark(token: Token) -> Deferred[AnyColor]:
    parts = [Cursor(p) for p in split_commas(token.arguments)]
    if len(parts) != 2:
        raise InvalidValue("light-dark() takes two colours")
    light, dark = parse_space_color(parts[0]), parse_space_color(parts[1])
    for part in parts:
        part.end()

    def pick(c: Context) -> AnyColor:
        value = dark if c.scheme == "dark" else light
        return value.fn(c) if isinstance(value, Deferred) else value

    return Deferred(pick)


FUNCTIONS: dict[str, Callable[[Token], Specified[AnyColor]]] = {
    **{name: _function(name) for name in _SPACES},
    "rgba": _function("rgb"),
    "hsla": _function("hsl"),
    "color": _color,
    "color-mix": _color_mix,
    "light-dark": _light_dark,
    "contrast-color": _contrast_color,
    "alpha": _alpha_function,
}


def is_color_start(token: Token | None) -> bool:
    """True where a <color> may begin at this token."""
    if token is None:
        return False
    if token.type == "hash":
        return True
    if token.type == "function":
        return token.lower_name in FUNCTIONS
    if token.type == "ident":
        name = token.lower_value
        return name in NAMED or name in SYSTEM or name in ("currentcolor", "transparent")
    return False
