"""Interpolation of colours (CSS Color 4 §12): premultiplied, hues fixed up, missing channels carried."""

from __future__ import annotations

from typing import NamedTuple

from .spaces import HUE_INDEX, Triple, convert


class SpaceColor(NamedTuple):
    """A colour in its own space; a channel (or alpha) is None where CSS says `none`."""

    space: str
    channels: tuple[float | None, float | None, float | None]
    alpha: float | None = 1.0
    legacy: bool = False

    def solid(self) -> Triple:
        """Return the channels with `none` as 0."""
        a, b, c = self.channels
        return (a or 0.0, b or 0.0, c or 0.0)


def mix(
    first: SpaceColor, second: SpaceColor, share: float, space: str, method: str, fade: float = 1.0
) -> SpaceColor:
    """Interpolate two colours (CSS Color 4 §12): premultiplied, `share` of the second."""
    a, b = _prepared(first, space), _prepared(second, space)
    channels = [
        (y if x is None else x, x if y is None else y) for x, y in zip(a.channels, b.channels, strict=True)
    ]
    alpha1 = a.alpha if a.alpha is not None else b.alpha
    alpha2 = b.alpha if b.alpha is not None else a.alpha
    one, two = (1.0 if alpha1 is None else alpha1), (1.0 if alpha2 is None else alpha2)
    alpha = one + (two - one) * share
    hue = HUE_INDEX.get(space, -1)
    mixed: list[float | None] = []
    for i, (x, y) in enumerate(channels):
        if x is None or y is None:
            mixed.append(None)
        elif i == hue:
            x, y = _fixed_hues(x, y, method)
            mixed.append((x + (y - x) * share) % 360)
        else:
            product = x * one + (y * two - x * one) * share
            mixed.append(product / alpha if alpha else x + (y - x) * share)
    result = None if alpha1 is None and alpha2 is None else alpha * fade
    return SpaceColor(space, (mixed[0], mixed[1], mixed[2]), result)


def _prepared(color: SpaceColor, space: str) -> SpaceColor:
    """Convert, carrying `none` forward and making the hue of a gray powerless."""
    if color.space == space:
        channels = color.channels
        return SpaceColor(space, channels, color.alpha)
    parts: list[float | None] = list(convert(color.solid(), color.space, space))
    for i, j in _carried(color.space, space):
        if color.channels[i] is None:
            parts[j] = None
    hue = HUE_INDEX.get(space)
    if hue is not None:
        chroma = parts[1] or 0.0
        gray = {"hsl": 1e-3, "lch": 0.015, "oklch": 4e-6}.get(space)
        whole = (parts[1] or 0) + (parts[2] or 0)
        if (gray is not None and chroma <= gray) or (space == "hwb" and whole >= 99.999):
            parts[hue] = None
    return SpaceColor(space, (parts[0], parts[1], parts[2]), color.alpha)


_KINDS = {
    "hsl": ("hue", "chroma", "light"), "hwb": ("hue", "", ""), "lab": ("light", "a", "b"),
    "oklab": ("light", "a", "b"), "lch": ("light", "chroma", "hue"), "oklch": ("light", "chroma", "hue"),
    "xyz": ("red", "green", "blue"),
}  # fmt: skip


def _carried(source: str, target: str) -> list[tuple[int, int]]:
    """Return pairs of analogous channels (CSS Color 4 §12.2)."""
    a = _KINDS.get(source, ("red", "green", "blue"))
    b = _KINDS.get(target, ("red", "green", "blue"))
    return [(i, b.index(kind)) for i, kind in enumerate(a) if kind and kind in b]


def _fixed_hues(a: float, b: float, method: str) -> tuple[float, float]:
    """CSS Color 4 §12.4."""
    a, b = a % 360, b % 360
    d = b - a
    if method == "shorter":
        if d > 180:
            a += 360
        elif d < -180:
            b += 360
    elif method == "longer":
        if 0 < d < 180:
            a += 360
        elif -180 < d <= 0:
            b += 360
    elif method == "increasing" and d < 0:
        b += 360
    elif method == "decreasing" and d > 0:
        a += 360
    return a, b
