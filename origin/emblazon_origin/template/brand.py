"""A site's brand: the values that all of its cards share, from `[brand]` in `emblazon.toml`.

Every template sees them as `card.brand`; a parameter whose `card.toml` says `brand = "accent"` takes its
default from there. They are part of every template's version, so that a new brand has new cache keys.

From them come a card's ground and ink, and which of two colours reads better on another. Colours are
`#rrggbb`, with or without alpha, which is ignored. A card's scheme is `light` or `dark`: of the variant
where it has that name, else of the parameter `scheme`, else of the brand's background; `auto` and nothing
are the template's own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from emblazon.contract.problem import Problem, unknown_word
from emblazon.contract.schema import ParamSpec
from emblazon.contract.values import check_value

from ..caching import remembered
from ..errors import TemplateError

MAX_PICTURE_BYTES = 1 << 20  # of each picture, which travels inside the card's HTML
_PICTURES = ("logo", "logo_dark", "image")
_COLORS = ("accent", "background", "ink")
_CORNERS = ("round", "soft", "sharp")
_TYPES = {
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".webp": "image/webp", ".avif": "image/avif",
}  # fmt: skip

_DARK_VARIANTS = ("dark", "night")
_READABLE = 4.5  # WCAG 2 AA


@dataclass(frozen=True, slots=True)
class Brand:
    """What is the site's own; a text is empty where it is not given."""

    name: str = ""
    logo: str = ""  # data: URL, for light grounds
    logo_dark: str = ""  # data: URL, for dark grounds; the logo where none is given
    image: str = ""  # data: URL of the picture for cards without one
    accent: str = ""  # colours as #rrggbb or #rrggbbaa
    background: str = ""
    ink: str = ""
    font: str = ""  # family of body text
    heading_font: str = ""  # family of titles; `font` where none is given
    corners: str = ""  # round, soft or sharp

    @property
    def digest(self) -> str:
        """A text that changes with any value; empty for no brand."""
        values = {name: value for name, value in asdict(self).items() if value}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest() if values else ""


NAMES = tuple(field.name for field in fields(Brand))
BRAND_TEXTS = tuple(name for name in NAMES if name not in _PICTURES)  # what a parameter can take as default
NO_BRAND = Brand()


def read_brand(table: Mapping[str, object], root: Path, file: Path) -> Brand:
    """Return the brand of a `[brand]` table; pictures are files under `root`.

    Raises `TemplateError` that names the key in `file`, and what would be right.
    """
    values: dict[str, str] = {}
    for key, value in table.items():
        if key not in NAMES:
            raise _wrong(file, key, unknown_word("Key", key, list(NAMES))[0])
        if not isinstance(value, str):
            raise _wrong(file, key, "expected a text")
        values[key] = _value(key, value.strip(), root, file)
    values.setdefault("logo_dark", values.get("logo", ""))
    values.setdefault("heading_font", values.get("font", ""))
    return Brand(**values)


def _value(key: str, text: str, root: Path, file: Path) -> str:
    if key in _PICTURES and text:
        return _picture(key, text, root, file)
    if key in _COLORS and text:
        try:
            return str(check_value(ParamSpec(key, "color"), text))
        except Problem as problem:
            raise _wrong(file, key, problem.detail) from None
    if key == "corners" and text not in ("", *_CORNERS):
        raise _wrong(file, key, f"{text!r} is none of {', '.join(_CORNERS)}")
    return text


def _picture(key: str, text: str, root: Path, file: Path) -> str:
    path = (root / text).resolve()
    kind = _TYPES.get(path.suffix.lower())
    if kind is None:
        raise _wrong(file, key, f"{text!r} is no picture; its ending is one of {' '.join(_TYPES)}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _wrong(file, key, f"{path}: {error.strerror}") from None
    if len(data) > MAX_PICTURE_BYTES:
        raise _wrong(file, key, f"{path} has {len(data)} bytes; at most {MAX_PICTURE_BYTES} are possible")
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _wrong(file: Path, key: str, what: str) -> TemplateError:
    return TemplateError(f"{file}: brand.{key}: {what}")


def contrast(value: str, dark: str = "#111111", light: str = "#ffffff") -> str:
    """Of two colours, the one with more contrast (WCAG 2) on `value`; all are `#rrggbb`."""
    return max(dark, light, key=lambda color: contrast_ratio(color, value))


def contrast_ratio(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two `#rrggbb` colours, 1 to 21; alpha is ignored."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@remembered("luminances", 1024, bytes_each=200)
def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@remembered("readable shades", 1024, bytes_each=400)
def readable(value: str, ground: str, minimum: float = _READABLE) -> str:
    """The colour itself where its contrast (WCAG 2) on `ground` is enough, else the nearest shade."""
    target = contrast(ground, "#000000", "#ffffff")
    for step in range(21):
        shade = mix(value, target, step / 20)
        if contrast_ratio(shade, ground) >= minimum:
            return shade
    return target


@remembered("mixed colours", 1024, bytes_each=400)
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
