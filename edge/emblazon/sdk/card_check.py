"""A card against what is known of its template: what is wrong is told, and the card goes on without it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ..contract.canonical import canonical_query
from ..contract.options import AUTO_VARIANT, FALLBACK_VARIANT
from ..contract.params import ParamRules
from ..contract.problem import Problem, unknown_word
from ..contract.request import CardRequest, parse_request
from ..contract.schema import Manifest, TemplateSpec
from ..contract.uri import MAX_CANONICAL_BYTES, encode_query, parse_query
from ..contract.values import format_value
from .alt import alt_text
from .invalid_card import InvalidCard
from .telling import tell

SITE_URL = "EMBLAZON_SITE_URL"


@dataclass(frozen=True, slots=True)
class CheckedCard:
    """What a template's schema makes of a card's parameters. Sides are CSS pixels."""

    pairs: dict[str, str]
    width: int
    height: int
    alt: str


def check_card(
    path: str, pairs: dict[str, str], manifest: Manifest, *, strict: bool, is_certain: bool
) -> CheckedCard:
    """Check a card and tell what is not as its template wants it; raises InvalidCard.

    Where the manifest `is_certain`, the pairs come back in canonical form without what cannot be drawn. One
    that was learnt may be behind the edge: then only text that is too long is cut.
    """
    pairs = _known_variant(path, pairs, manifest, strict)
    try:
        request = _read(path, pairs, manifest)
    except Problem as problem:
        raise InvalidCard(problem.detail) from None
    for finding in request.findings:
        if finding.code != "ignored-parameter":
            tell(finding.detail, strict=strict, is_content=finding.code == "cut")
    if is_certain:
        pinned = {"_tv": request.pinned} if request.pinned else {}
        kept = {**parse_query(canonical_query(request)), **pinned}
    else:
        cut = {finding.param for finding in request.findings if finding.code == "cut"}
        kept = _chosen(pairs, request) | {
            name: format_value(request.params[name]) for name in cut if name in request.params
        }
    return CheckedCard(kept, request.width, request.height, alt_text(request.template, request.params))


def _chosen(pairs: dict[str, str], request: CardRequest) -> dict[str, str]:
    """Write the look that an experiment has chosen in place of `auto`."""
    if pairs.get("_v") != AUTO_VARIANT:
        return pairs
    plain = {name: text for name, text in pairs.items() if name not in ("_v", "_page")}
    return plain | ({"_v": request.variant} if request.variant else {})


def _known_variant(path: str, pairs: dict[str, str], manifest: Manifest, strict: bool) -> dict[str, str]:
    """Leave a variant out that the template does not have: it would cost the picture."""
    spec = next(iter(manifest.templates.values()))
    variant = pairs.get("_v", "")
    if variant in ("", FALLBACK_VARIANT, AUTO_VARIANT, *spec.variants):
        return pairs
    tell(unknown_word("Variant", variant, list(spec.variants))[0], strict=strict)
    return {name: text for name, text in pairs.items() if name != "_v"}


def _read(path: str, pairs: dict[str, str], manifest: Manifest) -> CardRequest:
    return parse_request(
        "GET", path, encode_query(pairs), manifest, longest=4 * MAX_CANONICAL_BYTES, rules=ParamRules()
    )


def joined_urls(
    pairs: dict[str, str], spec: TemplateSpec | None, files: frozenset[str], site: str
) -> dict[str, str]:
    """Join relative addresses with the site's: those of files, and of parameters that take a URL.

    Raises InvalidCard where there is one and the site is not known.
    """
    joined = dict(pairs)
    for name, text in pairs.items():
        is_address = name in files or (
            spec is not None and name in spec.params and spec.params[name].type == "url"
        )
        if not is_address or not text or urlsplit(text).scheme:
            continue
        if not site:
            raise InvalidCard(f"{name}={text!r} is a relative URL; pass site_url=… or set {SITE_URL}.")
        joined[name] = urljoin(f"{site.rstrip('/')}/", text)
    return joined
