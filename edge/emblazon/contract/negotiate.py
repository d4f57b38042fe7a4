"""Which image format an Accept header asks for (RFC 9110 §12.5.1)."""

from __future__ import annotations

import re

from .schema import CONTENT_TYPES, Format

# Best first: the smallest file that the client says it can show.
_PREFERENCE: tuple[Format, ...] = ("avif", "webp", "png", "jpg")
_MEDIA_RANGE = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(;.*)?", re.DOTALL
)
_QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)
_MAX_LENGTH = 1024


def negotiate(accept: str, default: Format = "png") -> Format:
    """Return the format for an Accept header; `default` where it states no preference among images.

    AVIF and WebP are given only to clients that name them: a crawler's `*/*` or `image/*` promises nothing.
    Where every format is refused, `default` is sent all the same (RFC 9110 §12.5.1 allows it): a card beats
    a 406.
    """
    named, wildcard = _qualities(accept[:_MAX_LENGTH])
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
