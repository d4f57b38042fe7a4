"""The canonical form of a card and its cache key: two spellings of one card are one entry."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from .problem import Problem, UriTooLong
from .request import CardRequest
from .schema import Manifest
from .uri import MAX_CANONICAL_BYTES, encode, encode_query
from .values import format_value


def canonical_query(req: CardRequest) -> str:
    """The query that `parse_request` reads back to the same picture: sorted, without what is default.

    `_sig`, `_kid`, `_exp`, `_tv`, `_tag` and `_page` are left out: they are about the URL, not about the
    picture. `_v=auto` has become the variant that it chose.
    """
    return encode_query(_params(req) | _options(req))


def canonical_path(req: CardRequest) -> str:
    """`/og/{template}.{format}`, with the negotiated format in place of `auto`."""
    return f"/og/{req.template.name}.{req.format}"


def canonical_url(req: CardRequest) -> str:
    """Canonical path and query: all that the origin is ever asked with."""
    query = canonical_query(req)
    return f"{canonical_path(req)}?{query}" if query else canonical_path(req)


def check_canonical_size(req: CardRequest, problem: type[Problem] = UriTooLong) -> None:
    """Refuse a card whose canonical URL is longer than the origin takes; raises `problem`."""
    size = len(canonical_url(req))
    if size > MAX_CANONICAL_BYTES:
        raise problem(
            f"The card comes to {size} bytes in canonical form, where a letter beyond ASCII takes 6 to 12; "
            f"at most {MAX_CANONICAL_BYTES} are drawn."
        )


def cache_key(req: CardRequest, manifest: Manifest, epochs: Mapping[str, int] | None = None) -> str:
    """SHA-256, in hex, over everything that the picture depends on.

    `epochs` are counters by name (`all`, `template:article`, `tag:news`); zero is the same as absent, and
    which of them concern the card is the caller's to choose.
    The hashed text is one `name=value` line each, percent-encoded, as `key_text` writes it.
    """
    return sha256(key_text(req, manifest, epochs or {}).encode()).hexdigest()


def key_text(req: CardRequest, manifest: Manifest, epochs: Mapping[str, int]) -> str:
    """The text under the hash; every value is percent-encoded, so that no two cards share it."""
    counted = {name: str(count) for name, count in epochs.items() if count}
    lines = {
        "renderer": encode(manifest.renderer),
        "template": encode(req.template.name),
        "version": encode(req.template.version),
        "params": encode_query(_params(req)),
        "size": f"{req.width}x{req.height}",
        "dpr": _decimal(req.dpr),
        "format": req.format,
        "quality": "" if req.quality is None else str(req.quality),
        "max": "" if req.max_bytes is None else str(req.max_bytes),
        "variant": encode(req.variant),
        "lang": encode(req.lang),
        "epochs": encode_query(counted),
    }
    return "emblazon-key-v1\n" + "".join(f"{name}={value}\n" for name, value in lines.items())


def content_key(req: CardRequest) -> str:
    """SHA-256, in hex, over what a card says: the same in every size, format and template version."""
    parts = (encode(req.template.name), encode_query(_params(req)), encode(req.variant), encode(req.lang))
    return sha256("\n".join(parts).encode()).hexdigest()


def card_payload(req: CardRequest) -> dict[str, object]:
    """The card as the JSON object that `build_request` reads back, for storage under a short URL.

    Values are their canonical texts, so that equal cards have equal payloads.
    """
    options = _options(req) | ({"_tag": ",".join(req.tags)} if req.tags else {})
    return {"template": req.template.name, "params": _params(req), "options": options}


def card_id(req: CardRequest) -> str:
    """The id of a card's short URL: equal cards have equal ids. 22 URL-safe characters, 128 bits."""
    text = json.dumps(card_payload(req), sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(sha256(text.encode()).digest()[:16]).decode().rstrip("=")


def _params(req: CardRequest) -> dict[str, str]:
    return {name: format_value(value) for name, value in req.params.items()}


def _options(req: CardRequest) -> dict[str, str]:
    options: dict[str, str] = {}
    if (req.width, req.height) != (req.template.width, req.template.height):
        options |= {"_w": str(req.width), "_h": str(req.height)}
    if req.dpr != 1:
        options["_dpr"] = _decimal(req.dpr)
    if req.quality is not None:
        options["_q"] = str(req.quality)
    if req.max_bytes is not None:
        options["_max"] = str(req.max_bytes)
    if req.variant:
        options["_v"] = req.variant
    if req.lang:
        options["_lang"] = req.lang
    return options


def _decimal(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
