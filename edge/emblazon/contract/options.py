"""The reserved parameters: everything about a card that is not the template's own.

| name | value | default |
|---|---|---|
| `_w`, `_h` | CSS pixels, 64…4096; one alone keeps the template's proportions | the template's |
| `_dpr` | device pixels per CSS pixel, 1…3, two decimals | 1 |
| `_q` | quality, 1…100 | the encoder's |
| `_max` | byte budget, 1000…5000000 | none |
| `_v` | a variant of the template, or `auto` | none |
| `_page` | what `_v=auto` chooses by, at most 300 characters | what the card says |
| `_lang` | BCP 47 language tag; a locale such as `pt_BR` is read as one | none |
| `_tag` | names to purge it by, at most 16, with commas between them | none |
| `_tv` | first 8 or more digits of the template version: the answer is immutable while it matches | none |
| `_exp` | expiry, seconds since 1970 | never |
| `_kid`, `_sig` | key id and signature | unsigned |
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..dataclass import dataclass
from .problem import BadParameter, unknown_word
from .schema import TemplateSpec

MIN_SIDE, MAX_SIDE = 64, 4096
MAX_DPR = 3.0
MAX_PIXELS = 16_000_000  # width · height · dpr²
MIN_BUDGET, MAX_BUDGET = 1_000, 5_000_000
AUTO_VARIANT = "auto"  # chosen by the page: `choose_variant`
FALLBACK_VARIANT = "fallback"  # the template's look when its data cannot be drawn; every template has it

RESERVED = ("_w", "_h", "_dpr", "_q", "_max", "_v", "_page", "_lang", "_tag", "_tv", "_exp", "_kid", "_sig")
SIGNATURE_PARAMS = ("_exp", "_kid", "_sig")

_DIGITS = re.compile(r"[0-9]{1,12}")
_DECIMAL = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2}0*)?")
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,3}|[IiXx](?=-))(?:-[A-Za-z0-9]{1,8}){0,6}")
_LOCALE_PART = re.compile(r"(?:\.[A-Za-z0-9-]{1,20})?(?:@[A-Za-z0-9]{1,20})?$")
_VERSION = re.compile(r"[0-9a-f]{8,64}")
_TAG = re.compile(r"[A-Za-z0-9._-]{1,64}")
MAX_TAGS = 16
MAX_PAGE = 300  # characters


@dataclass(frozen=True, slots=True)
class Options:
    """The reserved parameters of one card. Sides are CSS pixels; `max_bytes` bounds the encoded image."""

    width: int
    height: int
    dpr: float = 1.0
    quality: int | None = None
    max_bytes: int | None = None
    variant: str = ""  # AUTO_VARIANT until it is chosen
    page: str = ""
    lang: str = ""
    tags: tuple[str, ...] = ()  # what the card may be purged by, sorted
    pinned: str = ""  # template version that the URL carries, or its beginning


def check_reserved(name: str) -> None:
    """Refuse a reserved name that means nothing; raises BadParameter."""
    if name not in RESERVED:
        detail, extra = unknown_word("Reserved parameter", name, list(RESERVED))
        raise BadParameter(detail, param=name, kind="unknown-parameter", extra=extra)


def parse_options(given: Mapping[str, str], spec: TemplateSpec) -> Options:
    """Check the reserved parameters (names as in the URL) of a card of `spec`; raises BadParameter."""
    for name in given:
        check_reserved(name)
    width, height = _size(given, spec)
    dpr = _dpr(given.get("_dpr", ""))
    if width * height * dpr * dpr > MAX_PIXELS:
        raise BadParameter(
            f"The card would have more than {MAX_PIXELS:,} pixels; lower _w, _h or _dpr.", param="_w"
        )
    return Options(
        width=width,
        height=height,
        dpr=dpr,
        quality=_whole(given, "_q", 1, 100),
        max_bytes=_whole(given, "_max", MIN_BUDGET, MAX_BUDGET),
        variant=_variant(given.get("_v", ""), spec),
        page=_page(given.get("_page", "")),
        lang=language(given.get("_lang", "")),
        tags=parse_tags(given.get("_tag", "")),
        pinned=_pinned(given.get("_tv", "")),
    )


def _whole(given: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not _DIGITS.fullmatch(text) or not low <= int(text) <= high:
        raise BadParameter(f"Parameter {name!r} takes a whole number from {low} to {high}.", param=name)
    return int(text)


def parse_expiry(given: Mapping[str, str]) -> int | None:
    """The value of `_exp` in seconds since 1970, None where absent; raises BadParameter."""
    return _whole(given, "_exp", 0, 999_999_999_999)


def _size(given: Mapping[str, str], spec: TemplateSpec) -> tuple[int, int]:
    width = _whole(given, "_w", MIN_SIDE, MAX_SIDE)
    height = _whole(given, "_h", MIN_SIDE, MAX_SIDE)
    if width is None and height is None:
        return spec.width, spec.height
    if height is None and width is not None:
        height = _clamp_side(round(width * spec.height / spec.width))
    elif width is None and height is not None:
        width = _clamp_side(round(height * spec.width / spec.height))
    return width or spec.width, height or spec.height


def _clamp_side(pixels: int) -> int:
    return min(max(pixels, MIN_SIDE), MAX_SIDE)


def _dpr(text: str) -> float:
    if not text:
        return 1.0
    if not _DECIMAL.fullmatch(text) or not 1 <= float(text) <= MAX_DPR:
        raise BadParameter(
            "Parameter '_dpr' takes a number from 1 to 3 with at most two decimals.", param="_dpr"
        )
    return float(text)


def _variant(text: str, spec: TemplateSpec) -> str:
    if text in ("", FALLBACK_VARIANT, AUTO_VARIANT) or text in spec.variants:
        return text
    detail, extra = unknown_word("Variant", text, list(spec.variants))
    raise BadParameter(detail, param="_v", extra=extra)


def _page(text: str) -> str:
    if len(text) > MAX_PAGE:
        raise BadParameter(f"Parameter '_page' takes at most {MAX_PAGE} characters.", param="_page")
    return text


def language(text: str) -> str:
    """Read a language tag, or a locale such as `pt_BR` or `zh_CN.UTF-8` as one; raises BadParameter.

    RFC 5646 §2.1.1 letter case: language lower, script title, region upper, all lower after a singleton.
    """
    tag = _LOCALE_PART.sub("", text).replace("_", "-")
    if not tag and not text:
        return ""
    if not _LANGUAGE.fullmatch(tag):
        raise BadParameter("Parameter '_lang' takes a language tag such as ar, ja or zh-Hant.", param="_lang")
    first, *rest = tag.lower().split("-")
    cased: list[str] = []
    for part in rest:
        extended = any(len(before) == 1 for before in (first, *cased))
        if not extended and len(part) in (2, 4):
            part = part.upper() if len(part) == 2 else part.title()
        cased.append(part)
    return "-".join([first, *cased])


def parse_tags(text: str) -> tuple[str, ...]:
    """Read `_tag`, names with commas between them; raises BadParameter."""
    tags = sorted({tag for tag in text.split(",") if tag})
    if len(tags) > MAX_TAGS or not all(map(_TAG.fullmatch, tags)):
        raise BadParameter(
            f"Parameter '_tag' takes at most {MAX_TAGS} names of up to 64 letters, digits, '.', '_' and '-', "
            "with commas between them.",
            param="_tag",
        )
    return tuple(tags)


def _pinned(text: str) -> str:
    if text and not _VERSION.fullmatch(text):
        raise BadParameter("Parameter '_tv' takes 8 to 64 digits of a template version.", param="_tv")
    return text
