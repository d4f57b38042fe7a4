"""A URL or a POSTed card in, a checked `CardRequest` out. Nothing here does I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from ..dataclass import dataclass, field, replace
from .options import (
    AUTO_VARIANT,
    FALLBACK_VARIANT,
    RESERVED,
    SIGNATURE_PARAMS,
    Options,
    check_reserved,
    parse_expiry,
    parse_options,
)
from .params import FORGIVING, Finding, ParamRules, fit_params
from .problem import BadParameter, MethodNotAllowed, NotFound, first_repeated, unknown_word
from .route import TEMPLATE_NAME, ApiRoute, Extension, OgRoute, ShortRoute, is_format, match_route, negotiate
from .schema import BASE_LOOK, CardFormat, Manifest, ParamValue, TemplateSpec
from .uri import MAX_URL_BYTES, Query, check_url_size, decode, encode, encode_query, read_query
from .values import format_value

METHODS = ("GET", "HEAD")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_MAX_JSON_DEPTH = 8


@dataclass(frozen=True, slots=True)
class CardRequest:
    """One card, checked against its template's schema. Two equal requests are the same picture.

    `params` holds what was given and differs from the default, sorted by name. Sides are CSS pixels.
    """

    template: TemplateSpec
    params: dict[str, ParamValue]
    format: CardFormat
    width: int
    height: int
    dpr: float = 1.0
    quality: int | None = None
    max_bytes: int | None = None
    variant: str = ""
    lang: str = ""
    negotiated: bool = False  # `format` came from Accept: the answer varies by it
    tags: tuple[str, ...] = ()  # `_tag`: what the caller may purge it by; not part of the picture
    pinned: str = ""  # `_tv`: the template version that the URL carries, or its beginning
    exp: int | None = None  # seconds since 1970
    kid: str = ""
    sig: str = ""
    findings: tuple[Finding, ...] = field(default=(), compare=False)  # what is not drawn as it was given

    @property
    def immutable(self) -> bool:
        """Whether the URL carries the version of the template that will draw it."""
        return bool(self.pinned) and self.template.version.startswith(self.pinned)


@dataclass(frozen=True, slots=True)
class ShortRequest:
    """A `/c/{id}` URL; what it stands for is in KV under its id."""

    id: str
    extension: Extension
    exp: int | None = None
    findings: tuple[Finding, ...] = field(default=(), compare=False)


def parse_request(
    method: str,
    path: str,
    raw_query: str,
    manifest: Manifest,
    *,
    accept: str = "",
    longest: int = MAX_URL_BYTES,
    rules: ParamRules = FORGIVING,
) -> CardRequest:
    """Read an `/og/…` or `/api/og/…` URL of at most `longest` bytes.

    `path` and `raw_query` are as on the wire: percent-encoded, without `?`. Raises a Problem: UriTooLong,
    MethodNotAllowed, NotFound (no such route or template), BadRequest, BadParameter (malformed, duplicate, an
    impossible reserved value, and what `rules` forbid).
    """
    check_url_size(path, raw_query, longest=longest)
    route = match_route(path)
    if not isinstance(route, OgRoute | ApiRoute):
        raise NotFound("No card has this address; it is /og/{template}.{png|jpg|webp|avif|auto|auto-safe}.")
    check_method(method)
    query = read_query(raw_query, rules.ignored)
    findings = _ignored(query)
    if isinstance(route, OgRoute):
        spec = _template(route.template, manifest)
        given: dict[str, object] = dict(query.pairs)
        extension: Extension = route.extension
    else:
        decode(route.key, plus=False, where="The key")
        name, given = _api_params(query.pairs, findings, strict=rules.strict)
        spec = _template(name, manifest, param="template")
        extension = route.extension or spec.default_format
    return _fitted(spec, given, extension, accept, findings, strict=rules.strict)


def parse_short(method: str, path: str, raw_query: str, *, rules: ParamRules = FORGIVING) -> ShortRequest:
    """Read a `/c/{id}.{ext}` URL, which takes no parameters but those of a signature."""
    check_url_size(path, raw_query)
    route = match_route(path)
    if not isinstance(route, ShortRoute):
        raise NotFound("No card has this address; it is /c/{id}.{png|jpg|webp|avif|auto|auto-safe}.")
    check_method(method)
    query = read_query(raw_query, rules.ignored)
    findings = _ignored(query)
    for name in query.pairs:
        if name not in SIGNATURE_PARAMS:
            _unknown(f"A short URL takes no parameter {name!r}.", name, {}, findings, strict=rules.strict)
    return ShortRequest(route.id, route.extension, parse_expiry(query.pairs), tuple(findings))


def expand_short(
    short: ShortRequest,
    payload: Mapping[str, object],
    manifest: Manifest,
    *,
    accept: str = "",
    rules: ParamRules = FORGIVING,
) -> CardRequest:
    """The card that a short URL stands for, from the payload that `canonical.card_payload` made."""
    request = build_request(payload, manifest, extension=short.extension, accept=accept, rules=rules)
    return replace(request, exp=short.exp, findings=(*short.findings, *request.findings))


def build_request(
    payload: Mapping[str, object],
    manifest: Manifest,
    *,
    extension: Extension = "png",
    accept: str = "",
    also: Sequence[str] = (),
    rules: ParamRules = FORGIVING,
) -> CardRequest:
    """Check a card given as JSON: `{"template": …, "params": {…}, "options": {"_w": 800, …}}`.

    Options may be written with or without their underscore. `also` names members that the caller has taken
    out of it, for the message about an unknown one. Raises NotFound, BadRequest, BadParameter.
    """
    for name in payload:
        if name not in ("template", "params", "options"):
            detail, extra = unknown_word("Member", name, ["template", "params", "options", *also])
            raise BadParameter(detail, param=name, kind="unknown-parameter", extra=extra)
    template, params, options = payload.get("template"), payload.get("params"), payload.get("options")
    if not isinstance(template, str):
        raise BadParameter("The card names no template.", param="template", kind="missing-parameter")
    findings: list[Finding] = []
    given = _without_reserved(_object(params, "params"), "under 'options'", findings, strict=rules.strict)
    for name, value in _object(options, "options").items():
        given[name if name.startswith("_") else f"_{name}"] = "" if value is None else str(value)
    spec = _template(template, manifest, param="template")
    return _fitted(spec, given, extension, accept, findings, strict=rules.strict)


def fallback_request(spec: TemplateSpec, req: CardRequest) -> CardRequest:
    """The template's own fallback look, in the format and size of `req`."""
    return CardRequest(
        template=spec,
        params={},
        format=req.format,
        width=req.width,
        height=req.height,
        dpr=req.dpr,
        variant=FALLBACK_VARIANT,
        lang=req.lang,
        negotiated=req.negotiated,
    )


def parse_data(text: str, *, param: str = "data") -> dict[str, object]:
    """Read a JSON object of parameters strictly; numbers stay as they were written.

    Raises BadParameter for bad JSON, duplicate names, NaN, or nesting deeper than a card can use.
    """
    bare = _JSON_STRING.sub("", text)
    if bare.count("[") + bare.count("{") > 64 and _depth(bare) > _MAX_JSON_DEPTH:
        raise BadParameter("The JSON is nested too deeply.", param=param)

    def no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) != len(pairs):
            twice = first_repeated(name for name, _ in pairs) or ""
            raise BadParameter(
                f"Parameter {twice!r} is given twice.", param=twice, kind="duplicate-parameter"
            )
        return members

    def not_json(word: str) -> object:
        raise BadParameter(f"{word} is not JSON.", param=param)

    try:
        data = json.loads(
            text, object_pairs_hook=no_duplicates, parse_int=str, parse_float=str, parse_constant=not_json
        )
    except (ValueError, RecursionError) as error:
        raise BadParameter(f"The JSON cannot be read: {error}.", param=param) from None
    return dict(_object(data, param))


def _depth(bare: str) -> int:
    deepest = depth = 0
    for character in bare:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def check_method(method: str) -> None:
    """Cards answer to GET and HEAD alone; raises MethodNotAllowed."""
    if method not in METHODS:
        raise MethodNotAllowed(f"A card is read with GET or HEAD, not {method[:20]}.", allow=METHODS)


def _object(value: object, name: str) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadParameter(f"{name!r} must be a JSON object.", param=name)
    return value


def _template(name: str, manifest: Manifest, *, param: str = "") -> TemplateSpec:
    spec = manifest.templates.get(name) if TEMPLATE_NAME.fullmatch(name) else None
    if spec is None:
        detail, extra = unknown_word("Template", name, sorted(manifest.templates))
        raise NotFound(detail, param=param, kind="unknown-template", extra=extra)
    return spec


def _api_params(
    query: Mapping[str, str], findings: list[Finding], *, strict: bool
) -> tuple[str, dict[str, object]]:
    """Split the query of `/api/og/{key}` into the template's name and the card's parameters."""
    for name in query:
        if name not in ("template", "data") and not name.startswith("_"):
            detail, extra = unknown_word("Parameter", name, ["template", "data", *RESERVED])
            _unknown(detail, name, extra, findings, strict=strict)
    if not query.get("template"):
        raise BadParameter("Parameter 'template' is missing.", param="template", kind="missing-parameter")
    data = parse_data(query["data"]) if query.get("data") else {}
    given = _without_reserved(data, "beside 'data', not in it", findings, strict=strict)
    return query["template"], given | {name: query[name] for name in query if name.startswith("_")}


def _without_reserved(
    params: Mapping[str, object], place: str, findings: list[Finding], *, strict: bool
) -> dict[str, object]:
    """The parameters of a JSON object, without the names that are not a template's to have."""
    for name in params:
        if name.startswith("_"):
            _unknown(f"{name!r} belongs {place}.", name, {}, findings, strict=strict)
    return {name: value for name, value in params.items() if not name.startswith("_")}


def _unknown(
    detail: str, name: str, extra: dict[str, object], findings: list[Finding], *, strict: bool
) -> None:
    """Refuse a name that means nothing here, or note that it is dropped."""
    if strict:
        raise BadParameter(detail, param=name[:64], kind="unknown-parameter", extra=extra)
    findings.append(Finding("unknown-parameter", name[:64], detail))


def _ignored(query: Query) -> list[Finding]:
    """One finding for each name that others appended."""
    names = dict.fromkeys(name for name, _ in query.appended)
    return [
        Finding("ignored-parameter", name[:64], f"{name[:64]!r} is on the ignore list and changes no card.")
        for name in names
    ]


def _fitted(
    spec: TemplateSpec,
    given: Mapping[str, object],
    extension: Extension,
    accept: str,
    findings: list[Finding],
    *,
    strict: bool,
) -> CardRequest:
    reserved = {name: str(value) for name, value in given.items() if name.startswith("_")}
    for name in [name for name in reserved if name not in RESERVED]:
        try:
            check_reserved(name)
        except BadParameter as problem:
            _unknown(problem.detail, name, problem.extra, findings, strict=strict)
        del reserved[name]
    options = parse_options(reserved, spec)
    plain = {name: value for name, value in given.items() if not name.startswith("_")}
    fitted = fit_params(spec, plain, strict=strict, complete=options.variant != FALLBACK_VARIANT)
    if fitted.nothing_left:
        options = replace(options, variant=FALLBACK_VARIANT)
    elif options.variant == AUTO_VARIANT:
        options = replace(options, variant=choose_variant(spec, options.page or page_of(fitted.params)))
    findings += fitted.findings
    request = _card(spec, fitted.params, options, reserved, extension, accept)
    return replace(request, findings=tuple(findings)) if findings else request


def _card(
    spec: TemplateSpec,
    params: dict[str, ParamValue],
    options: Options,
    reserved: Mapping[str, str],
    extension: Extension,
    accept: str,
) -> CardRequest:
    fixed = is_format(extension)
    return CardRequest(
        template=spec,
        params=params,
        format=fixed or negotiate(accept, spec.default_format),
        width=options.width,
        height=options.height,
        dpr=options.dpr,
        quality=options.quality,
        max_bytes=options.max_bytes,
        variant=options.variant,
        lang=options.lang,
        negotiated=fixed is None,
        tags=options.tags,
        pinned=options.pinned,
        exp=parse_expiry(reserved),
        kid=reserved.get("_kid", ""),
        sig=reserved.get("_sig", ""),
    )


def choose_variant(spec: TemplateSpec, page: str) -> str:
    """Return the variant of a page's card; "" is the template's own look.

    A/B tests are dealt alike by the SDK, the edge and the origin:

        text  = "emblazon-variant-v1\\n" + template + "\\n" + experiment + "\\n" + page, each percent-encoded
        point = the first 8 bytes of SHA-256(text), a big-endian number, times the sum of weights, over 2^64

    The look is the first, by name, whose weights added up exceed the point. So a page keeps its card, its
    neighbour may have another, and a new name of the experiment deals them anew. `base` is the template's own
    look. `tests/vectors/variants.json` holds vectors, `tests/vectors/reference.mjs` the same in JavaScript.
    """
    weights = spec.experiment.weights or dict.fromkeys((BASE_LOOK, *spec.variants), 1)
    parts = (spec.name, spec.experiment.name, page)
    text = "\n".join(("emblazon-variant-v1", *map(encode, parts)))
    point = int.from_bytes(sha256(text.encode()).digest()[:8], "big") * sum(weights.values()) >> 64
    for name in sorted(weights):
        if point < weights[name]:
            return "" if name == BASE_LOOK else name
        point -= weights[name]
    raise AssertionError("the point lies below the sum of the weights")


def page_of(params: Mapping[str, ParamValue]) -> str:
    """Return what stands for a page that nobody named: what its card says."""
    return encode_query({name: format_value(value) for name, value in params.items()})
