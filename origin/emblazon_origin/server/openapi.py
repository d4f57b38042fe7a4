"""`/openapi.json`: the origin's routes for machines, made from the manifest, so that it is true."""

from __future__ import annotations

from typing import Any

from emblazon.contract import options
from emblazon.contract.schema import CONTENT_TYPES, Manifest, ParamSpec, TemplateSpec

Document = dict[str, Any]

_PROBLEM: Document = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "param": {"type": "string"},
    },
}
# An empty value means "not given". A required text has a character that is drawn (contract/text.py).
_TEXT = r"^[^\u0000\r\n]*$"
_DRAWN = (
    r"[^\u0000-\u0020\u007f-\u00a0\u034f\u180e\u202a-\u202e\u2061-\u206f\u3164"
    r"\ufdd0-\ufdef\ufeff\uffa0\ufff9-\uffff]"
)
_REQUIRED_TEXT = rf"^[^\u0000\r\n]*{_DRAWN}[^\u0000\r\n]*$"
_URL = r"^(https?://[A-Za-z0-9][A-Za-z0-9.-]*(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)?$"
_COLOR = r"^(#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}))?$"  # names are taken too
_LANGUAGE = r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4})?$"
_STATUSES = {
    "400": "A parameter is wrong.", "401": "The bearer token is wrong.", "404": "No such template.",
    "405": "The method is not allowed.", "414": "The URL is too long.", "500": "The card could not be drawn.",
    "503": "At capacity, not ready, or this input has failed repeatedly.", "504": "The render took too long.",
}  # fmt: skip


def openapi_document(
    manifest: Manifest, *, secured: bool, development: bool = False, storage: bool = False
) -> Document:
    """Return the OpenAPI 3.1 document of an origin with these templates.

    `secured`: cards want the token of the edge. `development`: metrics and this document want none.
    """
    paths: Document = {}
    for spec in manifest.templates.values():
        for extension, content_type in CONTENT_TYPES.items():
            for route in ("render", "fallback"):
                paths[f"/{route}/{spec.name}.{extension}"] = _card_path(spec, route, content_type)
            if storage:
                paths[f"/store/{spec.name}.{extension}"] = _store_path(spec)
    for path, content_type, description in (
        ("/manifest.json", "application/json", "Templates, schemas, versions and cache lives."),
        ("/openapi.json", "application/json", "This document."),
        ("/healthz", "application/json", "The process lives."),
        ("/readyz", "application/json", "Traffic is welcome; 503 names what is missing."),
        ("/metrics", "text/plain", "Prometheus metrics."),
    ):
        paths[path] = _plain_path(path, content_type, description)
    document: Document = {
        "openapi": "3.1.0",
        "info": {"title": "Emblazon origin", "version": manifest.renderer or "0"},
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}},
    }
    if secured or not development:
        document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    if secured:
        document["security"] = [{"bearer": []}]
        for path in ("/healthz", "/readyz"):
            paths[path]["get"]["security"] = []
    for path in ("/metrics", "/openapi.json"):
        paths[path]["get"]["security"] = [] if development else [{"bearer": []}]
        paths[path]["get"]["responses"]["403"] = {"description": "Switched off.", **_problem_content()}
    return document


def _card_path(spec: TemplateSpec, route: str, content_type: str) -> Document:
    own = [_param(param) for param in spec.params.values()] if route == "render" else []
    operation = {
        "summary": spec.description or f"{spec.name} card",
        "parameters": [*own, *_reserved(spec, route), *_headers()],
        "responses": {
            "200": {
                "description": "The card.",
                "content": {content_type: {"schema": {"type": "string", "format": "binary"}}},
                "headers": {
                    name: {"required": True, "schema": {"type": "string"}}
                    for name in ("ETag", "Cache-Control", "CDN-Cache-Control", "Repr-Digest", "Cache-Tag")
                },
            },
            "304": {"description": "The client has this card."},
            **_problems(),
        },
    }
    return {"get": operation}


def _store_path(spec: TemplateSpec) -> Document:
    own = [_param(param) for param in spec.params.values()]
    stored: Document = {
        "type": "object",
        "required": ["key", "url", "type"],
        "properties": {name: {"type": "string"} for name in ("key", "url", "type")},
    }
    responses = _problems() | {
        "201": {"description": "Stored.", "content": {"application/json": {"schema": stored}}},
        "502": {"description": "The storage refused.", **_problem_content()},
    }
    parameters = [*own, *_reserved(spec, "render")]
    return {
        "post": {"summary": f"Store a {spec.name} card", "parameters": parameters, "responses": responses}
    }


def _problem_content() -> Document:
    return {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _problems() -> Document:
    return {status: {"description": text, **_problem_content()} for status, text in _STATUSES.items()}


def _plain_path(path: str, content_type: str, description: str) -> Document:
    responses: Document = {"200": {"description": description, "content": {content_type: {}}}}
    if path == "/readyz":
        responses["503"] = {"description": "Not ready.", "content": {content_type: {}}}
    else:
        responses |= _problems()
    return {"get": {"summary": description, "responses": responses}}


def _query(name: str, schema: Document, description: str, *, required: bool = False) -> Document:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


def _param(param: ParamSpec) -> Document:
    """Return one template parameter; the server is stricter where JSON Schema has no words for it."""
    schema: Document
    match param.type:
        case "number" | "integer":
            schema = {"type": param.type}
            schema |= {k: v for k, v in {"minimum": param.min, "maximum": param.max}.items() if v is not None}
        case "boolean":
            schema = {"type": "boolean"}
        case "choice":
            schema = {"type": "string", "enum": list(param.choices)}
        case "date":
            schema = {"type": "string", "format": "date"}
        case "url":
            schema = {"type": "string", "pattern": _URL, "maxLength": param.max_length}
        case "color":
            schema = {"type": "string", "pattern": _COLOR}
        case _:
            schema = {
                "type": "string",
                "pattern": _TEXT,
                "maxLength": param.max_length,
                "minLength": int(param.required),
            }
    return _query(param.name, schema, param.description, required=param.required)


def _reserved(spec: TemplateSpec, route: str) -> list[Document]:
    side = {"type": "integer", "minimum": options.MIN_SIDE, "maximum": options.MAX_SIDE}
    budget = {"type": "integer", "minimum": options.MIN_BUDGET, "maximum": options.MAX_BUDGET}
    found = [
        _query("_w", side, "Width in CSS pixels."),
        _query("_h", side, "Height in CSS pixels."),
        _query(
            "_dpr",
            {"type": "number", "minimum": 1, "maximum": options.MAX_DPR, "multipleOf": 0.01},
            "Device pixels.",
        ),
        _query("_q", {"type": "integer", "minimum": 1, "maximum": 100}, "Quality."),
        _query("_max", budget, "Byte budget."),
        _query("_lang", {"type": "string", "pattern": _LANGUAGE}, "Language tag."),
    ]
    if route == "render":
        variants = [options.FALLBACK_VARIANT, *spec.variants]
        found.append(_query("_v", {"type": "string", "enum": variants}, "Variant."))
    return found


def _headers() -> list[Document]:
    names = {"If-None-Match": "Entity tags.", "X-Emblazon-Key": "The edge's key; part of ours."}
    pattern = {"X-Emblazon-Key": {"type": "string", "pattern": "^[A-Za-z0-9._:,=-]{0,256}$"}}
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": text,
            "schema": pattern.get(name, {"type": "string"}),
        }
        for name, text in names.items()
    ]
