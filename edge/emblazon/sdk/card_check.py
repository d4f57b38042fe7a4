"""What a site passes to `Card`: first as the texts that a URL carries, then against its template.

What is wrong with what is known of the template is told, and the card goes on without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from types import GeneratorType
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from ..contract.canonical import canonical_query
from ..contract.options import AUTO_VARIANT, FALLBACK_VARIANT
from ..contract.params import ParamRules
from ..contract.problem import Problem, unknown_word
from ..contract.request import CardRequest, parse_request
from ..contract.schema import Manifest, ParamValue, TemplateSpec
from ..contract.text import clean_text
from ..contract.uri import MAX_CANONICAL_BYTES, MAX_NAME, encode_query, parse_query
from ..contract.values import format_value
from .meta import alt_text
from .telling import InvalidCard, tell

SITE_URL = "EMBLAZON_SITE_URL"


class HasUrl(Protocol):
    """A file that knows its address, such as the value of Django's ImageField."""

    @property
    def url(self) -> str:
        """Absolute, or relative to the site."""
        ...


ParamInput = ParamValue | date | list[str] | HasUrl | None


def file_urls(params: Mapping[str, ParamInput]) -> tuple[dict[str, ParamInput], frozenset[str]]:
    """Put the address in the place of each file; return the parameters and the names that had one.

    A field without a file is "not given".
    """
    found: dict[str, ParamInput] = {}
    for name, value in params.items():
        if isinstance(value, str | int | float | tuple | list | date) or value is None:
            continue
        if hasattr(type(value), "url"):
            found[name] = _url_of(value)
    return {**params, **found}, frozenset(found)


def _url_of(value: HasUrl) -> str | None:
    try:
        return str(value.url) if value else None
    except ValueError:  # Django's word for a field that has no file
        return None


def texts_of(params: Mapping[str, ParamInput]) -> dict[str, str]:
    """Return the text of each parameter that is given; raises InvalidCard."""
    texts: dict[str, str] = {}
    for name, value in params.items():
        _check_name(name)
        if value is None:
            continue
        texts[name] = _text(name, value)
    return texts


def number_text(name: str, value: object) -> str:
    """Return the shortest text of a number, and any other value as it is; raises InvalidCard."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidCard(f"{name!r} is {value}; give a finite number.")
        if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
    return format_value(value) if isinstance(value, int | float) else str(value)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name or len(name) > MAX_NAME or not _is_utf8(name):
        raise InvalidCard(f"{name!r} is no parameter's name: text of 1 to {MAX_NAME} characters.")
    if name.startswith("_"):
        raise InvalidCard(f"{name!r} is reserved; use Card's own arguments such as width= or lang=.")


def _text(name: str, value: object) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        if not all(isinstance(item, str) for item in value):
            raise InvalidCard(f"{name!r} takes a list of text.")
        return _clean(name, format_value(tuple(value)))
    if isinstance(value, str):
        return _clean(name, value)
    if isinstance(value, int | float):
        return number_text(name, value)
    # Django's lazy translations, Decimal, UUID, pathlib, Markup: whatever has a text of its own.
    if isinstance(value, bytes | bytearray | Mapping | Set | GeneratorType) or _has_no_text(value):
        raise InvalidCard(
            f"{name!r} is a {type(value).__name__}; give text, a number, a date or a list of text."
        )
    return _clean(name, str(value))


def _has_no_text(value: object) -> bool:
    return type(value).__str__ is object.__str__ and type(value).__repr__ is object.__repr__


def _clean(name: str, text: str) -> str:
    if not _is_utf8(text):
        raise InvalidCard(f"{name!r} has a lone surrogate.")
    return format_value(clean_text(text, multiline=True).replace("\0", ""))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
        request = _request(path, pairs, manifest)
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


def _request(path: str, pairs: dict[str, str], manifest: Manifest) -> CardRequest:
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
