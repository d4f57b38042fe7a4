"""A site's brand: the values that all of its cards share, from `[brand]` in `emblazon.toml`.

Every template sees them as `card.brand`; a parameter whose `card.toml` says `brand = "accent"` takes its
default from there. They are part of every template's version, so that a new brand has new cache keys.
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

from ..errors import TemplateError

MAX_PICTURE_BYTES = 1 << 20  # of each picture, which travels inside the card's HTML
_PICTURES = ("logo", "logo_dark", "image")
_COLORS = ("accent", "background", "ink")
_CORNERS = ("round", "soft", "sharp")
_TYPES = {
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".webp": "image/webp", ".avif": "image/avif",
}  # fmt: skip


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
