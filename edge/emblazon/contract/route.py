"""Which card route a path is. Anything but these exact shapes is no card route at all."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..dataclass import dataclass
from ..typed import Literal
from .schema import CardFormat, Format, TemplateSpec, safe_format

Extension = Literal["png", "jpg", "webp", "avif", "auto", "auto-safe"]

EXTENSIONS: dict[str, Extension] = {
    "png": "png",
    "jpg": "jpg",
    "jpeg": "jpg",  # another spelling of the same card
    "webp": "webp",
    "avif": "avif",
    "auto": "auto",
    "auto-safe": "auto-safe",
}
TEMPLATE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

_OG = re.compile(r"/og/([^/]+)\.([a-z-]+)")
_API = re.compile(r"/api/og/([^/]+)")
_SHORT = re.compile(r"/c/([A-Za-z0-9_-]{8,64})\.([a-z-]+)")
_KEY_EXTENSION = re.compile(r"[^/]+\.(png|jpe?g|webp|avif|auto|auto-safe)")


@dataclass(frozen=True, slots=True)
class OgRoute:
    """`/og/{template}.{ext}`; the template's name is checked against the manifest, not here."""

    template: str
    extension: Extension


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """`/api/og/{key}`: `key` is the caller's own name; an image extension on it chooses the format."""

    key: str
    extension: Extension | None


@dataclass(frozen=True, slots=True)
class ShortRoute:
    """`/c/{id}.{ext}`."""

    id: str
    extension: Extension


Route = OgRoute | ApiRoute | ShortRoute


def match_route(path: str) -> Route | None:
    """Match a raw (still percent-encoded) path; None where it is no card route."""
    if (match := _OG.fullmatch(path)) and match[2] in EXTENSIONS:
        return OgRoute(match[1], EXTENSIONS[match[2]])
    if (match := _SHORT.fullmatch(path)) and match[2] in EXTENSIONS:
        return ShortRoute(match[1], EXTENSIONS[match[2]])
    if match := _API.fullmatch(path):
        extension = _KEY_EXTENSION.fullmatch(match[1])
        return ApiRoute(match[1], EXTENSIONS[extension[1]] if extension else None)
    return None


def certain_format(
    extension: Extension, template: TemplateSpec | None, params: Mapping[str, object]
) -> Format | None:
    """The type that a URL's answer will have, None where the client or the picture decides."""
    if extension == "auto-safe":
        return safe_format(template, params) if template is not None else None
    return None if extension == "auto" else extension


def is_format(extension: Extension) -> CardFormat | None:
    """The extension as a format, None for `auto`."""
    return None if extension == "auto" else extension
