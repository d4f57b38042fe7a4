"""A URL or a POSTed card in, a checked `CardRequest` out. Nothing here does I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .negotiate import negotiate
from .options import FALLBACK_VARIANT, RESERVED, SIGNATURE_PARAMS, Options, parse_expiry, parse_options
from .problem import BadParameter, MethodNotAllowed, NotFound, unknown_word
from .route import TEMPLATE_NAME, ApiRoute, Extension, OgRoute, ShortRoute, is_format, match_route
from .schema import Format, Manifest, ParamValue, TemplateSpec
from .uri import MAX_URL_BYTES, check_url_size, decode, parse_query
from .values import absent_value, check_value

METHODS = ("GET", "HEAD")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MAX_JSON_DEPTH = 8
_INVISIBLE = re.compile("[\\s\u00ad\u061c\u200b-\u200f\u2028\u2029\u2060\ufe00-\ufe0f]*")


@dataclass(frozen=True, slots=True)
class CardRequest:
    """One card, checked against its template's schema. Two equal requests are the same picture.

    `params` holds what was given and differs from the default, sorted by name. Sides are CSS pixels.
    """

    template: TemplateSpec
    params: dict[str, ParamValue]
    format: Format
    width: int
    height: int
    dpr: float = 1.0
    quality: int | None = None
    max_bytes: int | None = None
    variant: str = ""
    lang: str = ""
    negotiated: bool = False  # `format` came from Accept: the answer varies by it
    pinned: str = ""  # `_tv`: the template version that the URL carries, or its beginning
    exp: int | None = None  # seconds since 1970
    kid: str = ""
    sig: str = ""

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


def parse_request(
    method: str,
    path: str,
    raw_query: str,
    manifest: Manifest,
    *,
    accept: str = "",
    longest: int = MAX_URL_BYTES,
) -> CardRequest:
    """Read an `/og/…` or `/api/og/…` URL of at most `longest` bytes.

    `path` and `raw_query` are as on the wire: percent-encoded, without `?`. Raises a Problem: UriTooLong,
    MethodNotAllowed, NotFound (no such route or template), BadRequest, BadParameter.
    """
    check_url_size(path, raw_query, longest=longest)
    route = match_route(path)
    if not isinstance(route, OgRoute | ApiRoute):
        raise NotFound("No card has this address; it is /og/{template}.{png|jpg|webp|avif|auto}.")
    check_method(method)
    if isinstance(route, OgRoute):
        spec = _template(route.template, manifest)
        given: dict[str, object] = dict(parse_query(raw_query))
        extension: Extension = route.extension
    else:
        decode(route.key, plus=False, where="The key")
        name, given = _api_params(parse_query(raw_query))
        spec = _template(name, manifest, param="template")
        extension = route.extension or spec.default_format
    return _checked(spec, given, extension, accept)


def parse_short(method: str, path: str, raw_query: str) -> ShortRequest:
    """Read a `/c/{id}.{ext}` URL, which takes no parameters but those of a signature."""
    check_url_size(path, raw_query)
    route = match_route(path)
    if not isinstance(route, ShortRoute):
        raise NotFound("No card has this address; it is /c/{id}.{png|jpg|webp|avif|auto}.")
    check_method(method)
    query = parse_query(raw_query)
    for name in query:
        if name not in SIGNATURE_PARAMS:
            raise BadParameter(
                f"A short URL takes no parameter {name!r}.", param=name, kind="unknown-parameter"
            )
    return ShortRequest(route.id, route.extension, parse_expiry(query))


def expand_short(
    short: ShortRequest, payload: Mapping[str, object], manifest: Manifest, *, accept: str = ""
) -> CardRequest:
    """The card that a short URL stands for, from the payload that `canonical.card_payload` made."""
    return build_request(payload, manifest, extension=short.extension, accept=accept)


def build_request(
    payload: Mapping[str, object],
    manifest: Manifest,
    *,
    extension: Extension = "png",
    accept: str = "",
    also: Sequence[str] = (),
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
    given: dict[str, object] = dict(_object(params, "params"))
    for name in given:
        if name.startswith("_"):
            raise BadParameter(f"{name!r} belongs under 'options'.", param=name, kind="unknown-parameter")
    for name, value in _object(options, "options").items():
        given[name if name.startswith("_") else f"_{name}"] = "" if value is None else str(value)
    return _checked(_template(template, manifest, param="template"), given, extension, accept)


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
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
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


def _api_params(query: dict[str, str]) -> tuple[str, dict[str, object]]:
    """Split the query of `/api/og/{key}` into the template's name and the card's parameters."""
    for name in query:
        if name not in ("template", "data") and not name.startswith("_"):
            detail, extra = unknown_word("Parameter", name, ["template", "data", *RESERVED])
            raise BadParameter(detail, param=name, kind="unknown-parameter", extra=extra)
    if not query.get("template"):
        raise BadParameter("Parameter 'template' is missing.", param="template", kind="missing-parameter")
    given = parse_data(query["data"]) if query.get("data") else {}
    for name in given:
        if name.startswith("_"):
            raise BadParameter(
                f"{name!r} belongs beside 'data', not in it.", param=name, kind="unknown-parameter"
            )
    reserved = {name: value for name, value in query.items() if name.startswith("_")}
    return query["template"], given | reserved


def _checked(
    spec: TemplateSpec, given: Mapping[str, object], extension: Extension, accept: str
) -> CardRequest:
    reserved = {name: str(value) for name, value in given.items() if name.startswith("_")}
    options = parse_options(reserved, spec)
    plain = {name: value for name, value in given.items() if not name.startswith("_")}
    params = check_params(spec, plain, complete=options.variant != FALLBACK_VARIANT)
    return _card(spec, params, options, reserved, extension, accept)


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
        pinned=options.pinned,
        exp=parse_expiry(reserved),
        kid=reserved.get("_kid", ""),
        sig=reserved.get("_sig", ""),
    )


def check_params(
    spec: TemplateSpec, given: Mapping[str, object], *, complete: bool = True
) -> dict[str, ParamValue]:
    """Check a template's own parameters; what equals its default is left out, the rest sorted by name.

    Where not `complete`, required parameters may be missing. Raises BadParameter.
    """
    params: dict[str, ParamValue] = {}
    for name in sorted(given):
        param = spec.params.get(name)
        if param is None:
            detail, extra = unknown_word("Parameter", name, [*spec.params])
            raise BadParameter(detail, param=name[:64], kind="unknown-parameter", extra=extra)
        value = check_value(param, given[name])
        absent = absent_value(param)
        if value is not None and value != absent:
            params[name] = value
    for name, param in spec.params.items():
        if complete and param.required and _shows_nothing(params.get(name)):
            raise BadParameter(
                f"Parameter {name!r} is required by template {spec.name!r}.",
                param=name,
                kind="missing-parameter",
            )
    return params


def _shows_nothing(value: ParamValue | None) -> bool:
    """Whether a value is absent, or text of blanks, joiners and marks of direction alone."""
    return value in (None, ()) or (isinstance(value, str) and _INVISIBLE.fullmatch(value) is not None)
