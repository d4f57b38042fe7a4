"""Colours of a card: which of two reads better, the nearest readable shade, the brand's ground and ink.

Colours are `#rrggbb`, with or without alpha, which is ignored. A card's scheme is `light` or `dark`: of the
variant where it has that name, else of the parameter `scheme`, else of the brand's background; `auto` and
nothing are the template's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from .brand import NO_BRAND, Brand

_DARK_VARIANTS = ("dark", "night")
_READABLE = 4.5  # WCAG 2 AA


def contrast(value: str, dark: str = "#111111", light: str = "#ffffff") -> str:
    """Of two colours, the one with more contrast (WCAG 2) on `value`; all are `#rrggbb`."""
    return max(dark, light, key=lambda color: contrast_ratio(color, value))


def contrast_ratio(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two `#rrggbb` colours, 1 to 21; alpha is ignored."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(value: str, ground: str, minimum: float = _READABLE) -> str:
    """The colour itself where its contrast (WCAG 2) on `ground` is enough, else the nearest shade."""
    target = contrast(ground, "#000000", "#ffffff")
    for step in range(21):
        shade = mix(value, target, step / 20)
        if contrast_ratio(shade, ground) >= minimum:
            return shade
    return target


def mix(color: str, other: str, share: float = 0.5) -> str:
    """A colour with a share (0 to 1) of another in it, in sRGB."""
    channels = [(int(color[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in channels)


def color_scheme(variant: str, chosen: object, brand: Brand) -> str:
    """`light`, `dark`, or "" where nobody says: the variant's, else the chosen one, else the brand's."""
    if variant in _DARK_VARIANTS:
        return "dark"
    if variant == "light" or chosen in ("light", "dark"):
        return variant or str(chosen)
    return _scheme_of(brand.background) if brand.background else ""


def _scheme_of(ground: str) -> str:
    return "dark" if contrast(ground, "#000000", "#ffffff") == "#ffffff" else "light"


def ground(card: Mapping[str, object], light: str, dark: str = "", native: str = "light") -> str:
    """The ground that a card stands on: the brand's where it fits the card's scheme, else one of two.

    `native` is the scheme where neither card nor brand asks for one.
    """
    brand = _brand(card)
    scheme = card.get("scheme") or native
    if brand.background and _scheme_of(brand.background) == scheme:
        return brand.background
    return (dark or light) if scheme == "dark" else light


def ink(card: Mapping[str, object], paper: str, dark: str = "#16181d", light: str = "#f6f6f3") -> str:
    """The colour of text on `paper`: the brand's where it is readable there, else the better of two."""
    brand = _brand(card)
    if brand.ink and contrast_ratio(brand.ink, paper) >= _READABLE:
        return brand.ink
    return contrast(paper, dark, light)


def _brand(card: Mapping[str, object]) -> Brand:
    found = card.get("brand")
    return found if isinstance(found, Brand) else NO_BRAND
