"""<image>: url(), image-set(), gradients; and how URLs resolve."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from . import value_types as v
from .calculation import resolution
from .gradients import GRADIENTS, gradient
from .tokens import (  # fmt: skip
    Cursor,
    Deferred,
    InvalidValue,
    Specified,
    Token,
    UnsupportedValue,
    split_commas,
    unexpected,
)
from .units import Context


def resolve_url(href: str, base: str) -> str:
    """Return `href` against a base URL or directory path; data URLs and fragments stay as they are."""
    href = href.strip()
    if not href or href.startswith(("data:", "#")) or urlsplit_scheme(href):
        return href
    if urlsplit_scheme(base):
        return urljoin(base, href)
    if href.startswith("//"):
        return "https:" + href
    if href.startswith("/") or not base:
        return href
    return base.rstrip("/") + "/" + href


def base_of(href: str) -> str:
    """Return what URLs inside the file at `href` resolve against: its URL, or its directory."""
    if urlsplit_scheme(href):
        return href
    return href.rsplit("/", 1)[0] if "/" in href else ""


def urlsplit_scheme(href: str) -> str:
    """Return the scheme of a URL, empty for a path (or for something that is no URL)."""
    try:
        scheme = urlsplit(href).scheme
    except ValueError:
        return ""
    return scheme if len(scheme) > 1 else ""


def url_token(token: Token) -> str | None:
    """Return the text of `url(...)`, or None."""
    if token.type == "url":
        return str(token.value)
    if token.type == "function" and token.lower_name in ("url", "src"):
        strings = [t for t in token.arguments if t.type == "string"]
        if len(strings) >= 1:
            return str(strings[0].value)
    return None


def image(cursor: Cursor) -> Specified[v.Image]:
    """Read an <image>; URLs resolve when the element's context gives the base."""
    token = cursor.next()
    href = url_token(token)
    if href is not None:
        return _url(href)
    if token.type == "function":
        name = token.lower_name
        if name in ("image-set", "-webkit-image-set"):
            return _image_set(token)
        if name in GRADIENTS:
            return gradient(token, name)
        if name in ("cross-fade", "-webkit-cross-fade", "element", "paint", "image", "-webkit-gradient"):
            raise UnsupportedValue(f"{token.name}() images are not drawn")
    unexpected(token)


def _url(href: str) -> Deferred[v.Image]:
    return Deferred(lambda c: v.Url(resolve_url(href, c.base)))


def _density(cursor: Cursor) -> float:
    value = resolution(cursor)
    if isinstance(value, Deferred):
        raise InvalidValue("the resolution of an image depends on no element")
    return value


def _image_set(token: Token) -> Deferred[v.Image]:
    """CSS Images 4 §3.4: the candidate nearest above the device's pixel ratio."""
    options: list[tuple[float, Specified[v.Image]]] = []
    for part in split_commas(token.arguments):
        cursor = Cursor(part)
        first = cursor.peek()
        if first is not None and first.type == "string":
            href = str(cursor.next().value)
            source: Specified[v.Image] = _url(href)
        else:
            source = image(cursor)
        density = 1.0
        known = True
        while not cursor.done:
            if (type_ := cursor.function("type")) is not None:
                known = _known_type(type_)
            else:
                density = _density(cursor)
        if known:
            options.append((density, source))
    if not options:
        raise InvalidValue("no usable image in image-set()")
    options.sort(key=lambda option: option[0])

    last = options[-1][1]

    def choose(c: Context) -> v.Image:
        source = next((s for d, s in options if d >= c.viewport.dpr), last)
        return source.fn(c) if isinstance(source, Deferred) else source

    return Deferred(choose)


KNOWN_TYPES = frozenset((
    "image/png", "image/jpeg", "image/webp", "image/avif", "image/gif", "image/svg+xml",
))  # fmt: skip


def _known_type(token: Token) -> bool:
    types = [t.value for t in token.arguments if t.type == "string"]
    return bool(types) and types[0].lower() in KNOWN_TYPES
