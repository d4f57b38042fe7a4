"""The light and dark sides of `inset`, `outset`, `groove` and `ridge`, as Chromium chooses them."""

from __future__ import annotations

from ..style.values import Color

_LEAST_CONTRAST = 1.75


def shade(color: Color, style: str, top_or_left: bool) -> Color:
    """Return the colour of one side: darkened in the shadow, itself or lightened in the light."""
    dark = _darken(color)
    if top_or_left == (style == "inset"):
        return dark
    if color.r * 255 >= 150 or color.g * 255 >= 92:
        return color
    return _lighten(color) if _contrast(color, dark) < _LEAST_CONTRAST else color


def _darken(color: Color) -> Color:
    r, g, b, a = color
    if (r, g, b) == (1, 1, 1):
        return Color(171 / 255, 171 / 255, 171 / 255, a)
    top = max(r, g, b)
    factor = max(0.0, (top - 0.33) / top) if top > 0 else 0.0
    return Color(r * factor, g * factor, b * factor, a)


def _lighten(color: Color) -> Color:
    r, g, b, a = color
    top = max(r, g, b)
    if top <= 0:
        return Color(84 / 255, 84 / 255, 84 / 255, a)
    factor = min(1.0, top + 0.33) / top
    return Color(r * factor, g * factor, b * factor, a)


def _luminance(color: Color) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def _contrast(first: Color, second: Color) -> float:
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
