"""The light and dark sides of `inset`, `outset`, `groove` and `ridge`, as Chromium chooses them."""

from __future__ import annotations

from ...style.values.value_types import Color

_STEP = 0.33  # how much of full brightness separates a shade from the colour
_BLACKISH = 32 / 255  # greys below are lightened twice, since they cannot be darkened
_WHITISH = 235 / 255  # greys above are not lightened


def shade(color: Color, style: str, top_or_left: bool) -> Color:
    """Return the colour of one side of an `inset` or `outset` border."""
    light = _luminance(color)
    in_shadow = top_or_left == (style == "inset")
    if light < _luminance(Color(_BLACKISH, _BLACKISH, _BLACKISH)):
        return _lighten(color) if in_shadow else _lighten(_lighten(color))
    if in_shadow:
        return _darken(color)
    return color if light > _luminance(Color(_WHITISH, _WHITISH, _WHITISH)) else _lighten(color)


def _darken(color: Color) -> Color:
    top = max(color[:3])
    return _scale(color, max(0.0, top - _STEP) / top if top > 0 else 0.0)


def _lighten(color: Color) -> Color:
    top = max(color[:3])
    if top <= 0:
        return _scale(Color(1, 1, 1, color.a), _STEP)
    return _scale(color, min(1.0, top + _STEP) / top)


def _scale(color: Color, factor: float) -> Color:
    """Multiply the channels and cut them to bytes, downwards."""
    r, g, b = (min(255, int(channel * factor * 255.999)) / 255 for channel in color[:3])
    return Color(r, g, b, color.a)


def _luminance(color: Color) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
