"""Which card route a path is, and which format its extension asks for.

Anything but these exact shapes is no card route at all. `auto` is what the Accept header prefers (RFC 9110
§12.5.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..dataclass import dataclass
from ..typed import Literal
from .schema import CONTENT_TYPES, CardFormat, Format, TemplateSpec, safe_format

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
_NEEDLESS_ESCAPE = re.compile(r"%(2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])")
_KEY_EXTENSION = re.compile(rf"[^/]+\.({'|'.join(EXTENSIONS)})")

# Best first: the smallest file that the client says it can show.
_PREFERENCE: tuple[Format, ...] = ("avif", "webp", "png", "jpg")
_MEDIA_RANGE = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(;.*)?", re.DOTALL
)
_QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)
_MAX_ACCEPT = 1024


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
    if "%" in path:  # RFC 3986 §6.2.2.2: escapes of what needs none
        path = _NEEDLESS_ESCAPE.sub(lambda match: chr(int(match[1], 16)), path)
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


def negotiate(accept: str, default: Format = "png") -> Format:
    """Return the format for an Accept header; `default` where it states no preference among images.

    AVIF and WebP are given only to clients that name them: a crawler's `*/*` or `image/*` promises nothing.
    Where every format is refused, `default` is sent all the same (RFC 9110 §12.5.1 allows it): a card beats
    a 406.
    """
    named, wildcard = _qualities(accept[:_MAX_ACCEPT])
    offers: list[tuple[float, int, Format]] = []
    for rank, fmt in enumerate(_PREFERENCE):
        quality = named.get(CONTENT_TYPES[fmt])
        if quality is None:
            # A wildcard stands for the default, and for the other format that everything can show.
            safe = fmt in ("png", "jpg")
            quality = wildcard * (1.0 if fmt == default else 0.5) if safe or fmt == default else 0.0
        if quality > 0:
            offers.append((quality, -rank, fmt))
    return max(offers)[2] if offers else default


def _qualities(accept: str) -> tuple[dict[str, float], float]:
    """Quality of each media type named, and of the most specific wildcard that covers images."""
    named: dict[str, float] = {}
    wildcards: dict[str, float] = {}
    for part in accept.split(","):
        match = _MEDIA_RANGE.fullmatch(part)
        if match is None:
            continue
        media = f"{match[1]}/{match[2]}".lower()
        quality = _quality(match[3])
        if media in ("image/*", "*/*"):
            wildcards[media] = max(quality, wildcards.get(media, 0.0))
        else:
            media = "image/jpeg" if media == "image/jpg" else media
            named[media] = max(quality, named.get(media, 0.0))
    if not named and not wildcards:
        return named, 1.0
    return named, wildcards.get("image/*", wildcards.get("*/*", 0.0))


def _quality(parameters: str | None) -> float:
    """The q of a media range: 1 where absent, 0 where it is not a weight."""
    if not parameters or not re.search(r";\s*q\s*=", parameters, re.IGNORECASE):
        return 1.0
    match = _QUALITY.search(parameters)
    return float(match[1]) if match else 0.0
