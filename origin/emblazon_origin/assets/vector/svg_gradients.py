"""Gradients that are not mixed in sRGB, by stops in between.

Newer colours CSS mixes in Oklab (CSS Color 4 §12.1); `color-interpolation: linearRGB` asks for linear light.
"""

from __future__ import annotations

from lxml import etree

from ...style.color.css_color import CURRENT_COLOR, as_space, parse_space_color, to_color
from ...style.color.spaces import SpaceColor, mix
from ...style.values.tokens import Cursor, InvalidValue, UnsupportedValue, lift, resolve, tokenize
from ...style.values.units import Context, Viewport
from .svg_geometry import parse_transform
from .svg_words import MADE_COLOR, Inheritance, declared, forget, numbers, put

_SVG = "{http://www.w3.org/2000/svg}"
_TRANSFORMED = {
    "linearGradient": "gradientTransform",
    "radialGradient": "gradientTransform",
    "pattern": "patternTransform",
}
_BETWEEN = 32  # stops between two that are apart
_MOST = 100  # stops of one gradient
_CONTEXT = Context(Viewport(300, 150))
_BLACK = SpaceColor("srgb", (0.0, 0.0, 0.0), 1.0, True)


def mix_gradients(root: etree._Element) -> None:
    """Give gradients with a newer colour, in place, the stops that sRGB needs to look as if it were Oklab."""
    inheritance = Inheritance()
    _drop_flat(root)
    for gradient in root.iter(f"{_SVG}linearGradient", f"{_SVG}radialGradient"):
        stops = list(gradient.iterchildren(f"{_SVG}stop"))
        if not 1 < len(stops) < _MOST:
            continue
        newer = any(MADE_COLOR.match(declared(stop, "stop-color")) for stop in stops)
        linear = inheritance.of(gradient, "color-interpolation").lower() == "linearrgb"
        if newer or linear:
            space = "oklab" if newer else "srgb-linear"
            _fill_in(stops, [_color(stop, inheritance) for stop in stops], space)


def _drop_flat(root: etree._Element) -> None:
    """Take away gradients and patterns without an extent: what refers to one has its fallback."""
    for name, attribute in _TRANSFORMED.items():
        for server in list(root.iter(f"{_SVG}{name}")):
            transform = parse_transform(server.get(attribute, ""))
            if transform is not None and transform.xx * transform.yy == transform.xy * transform.yx:
                parent = server.getparent()
                if parent is not None:
                    parent.remove(server)


def _fill_in(stops: list[etree._Element], colors: list[SpaceColor], space: str) -> None:
    places = [0.0]
    for stop in stops:
        places.append(max(places[-1], _share(stop.get("offset", "0"))))
        stop.set("offset", f"{places[-1]:.9g}")
    pairs = zip(stops[1:], places[1:], places[2:], colors, colors[1:], strict=False)
    for stop, start, end, before, after in pairs:
        for step in range(1, _BETWEEN if start < end else 1):
            share = step / _BETWEEN
            between = etree.Element(f"{_SVG}stop", {"offset": f"{start + share * (end - start):.9g}"})
            _paint(between, _between(before, after, share, space))
            stop.addprevious(between)
    for stop, color in zip(stops, colors, strict=True):
        _paint(stop, color)


def _between(before: SpaceColor, after: SpaceColor, share: float, space: str) -> SpaceColor:
    """Mix two colours; SVG does not premultiply them (SVG 2 §14.2.4)."""
    one, two = (color.alpha or 0.0 for color in (before, after))
    mixed = mix(before._replace(alpha=1.0), after._replace(alpha=1.0), share, space, "shorter")
    return mixed._replace(alpha=one + share * (two - one))


def _paint(stop: etree._Element, color: SpaceColor) -> None:
    red, green, blue, alpha = to_color(color)
    forget(stop, "stop-color", "stop-opacity")
    put(stop, "stop-color", f"rgb({round(255 * red)},{round(255 * green)},{round(255 * blue)})")
    put(stop, "stop-opacity", f"{alpha:.4g}")


def _color(stop: etree._Element, inheritance: Inheritance) -> SpaceColor:
    """Return a stop's colour with its opacity."""
    color = _parsed(declared(stop, "stop-color") or "black")
    if color is None:
        color = _parsed(inheritance.of(stop, "color")) or _BLACK
    opacity = declared(stop, "stop-opacity")
    return color._replace(alpha=(color.alpha or 0.0) * (_share(opacity) if opacity else 1.0))


def _parsed(text: str) -> SpaceColor | None:
    """Return a colour; None for `currentcolor`, black for what is none."""
    try:
        value = parse_space_color(Cursor(tokenize(text)))
    except (InvalidValue, UnsupportedValue):
        return _BLACK
    if value is CURRENT_COLOR:
        return None
    return resolve(lift(as_space, value), _CONTEXT)


def _share(text: str) -> float:
    value = (numbers(text) or [0.0])[0]
    return min(max(value / 100 if text.strip().endswith("%") else value, 0.0), 1.0)
