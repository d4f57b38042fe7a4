"""Routes of the origin: which request gets which answer.

GET|HEAD /render/{template}.{ext}     a card (docs/urls.md; reserved names begin with `_`)
GET|HEAD /fallback/{template}.{ext}   the template's look without data
GET      /manifest.json               templates, schemas, versions, cache lives
GET      /openapi.json /metrics       for the operator, with a token (in development without)
GET      /healthz /readyz             for the platform; the only routes without a token
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emblazon.contract.bearer import has_bearer
from emblazon.contract.deadline import HEADER as DEADLINE_HEADER
from emblazon.contract.deadline import answer_within, read_deadline
from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.problem import (
    BadParameter,
    BadRequest,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    Unauthorized,
)
from emblazon.contract.request import CardRequest, parse_request
from emblazon.contract.schema import EXTENSION_OF
from emblazon.contract.uri import MAX_CANONICAL_BYTES
from emblazon_origin.errors import DeadlinePassed, Overloaded
from emblazon_origin.observability.metrics import CONTENT_TYPE as METRICS_TYPE
from emblazon_origin.server import headers
from emblazon_origin.server.answer import (
    Answer,
    Ask,
    json_answer,
)
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.openapi import openapi_document
from emblazon_origin.server.service import Served

if TYPE_CHECKING:
    from emblazon_origin.server.origin import Origin

# The edge's key for the card. It counts purges, so that a purged card is drawn anew here too.
_KEY = re.compile(r"[A-Za-z0-9._:,=\-]{0,256}")
_CARD_PATH = re.compile(r"/(render|fallback|store)(/.*)")
_READ, _WRITE = ("GET", "HEAD"), ("POST",)
PROBES = ("/healthz", "/readyz")
OPERATOR = ("/metrics", "/openapi.json")


@dataclass(slots=True)
class Seen:
    """What the access log and the metrics say of a request, filled in while it is answered."""

    route: str = "other"
    template: str = ""
    tier: str = "none"
    stages: dict[str, float] = field(default_factory=dict)  # milliseconds


class Routes:
    """Answers requests, or raises what is wrong with them."""

    def __init__(self, config: OriginConfig, origin: Origin) -> None:
        self._config = config
        self._origin = origin
        self._plain: dict[str, Callable[[Ask], Awaitable[Answer]]] = {
            "/manifest.json": self._manifest,
            "/openapi.json": self._openapi,
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
        }

    async def dispatch(self, ask: Ask, seen: Seen) -> Answer:
        """Find the route and answer. Raises Problem and EmblazonError."""
        if plain := self._plain.get(ask.path):
            seen.route = ask.path.strip("/").partition(".")[0]
            if ask.path in OPERATOR:
                self._check_operator(ask)
            elif ask.path not in PROBES:
                self._check_token(ask)
            _check_method(ask, _READ)
            return await plain(ask)
        card = _CARD_PATH.fullmatch(ask.path)
        if card is None:
            raise NotFound("The origin has /render/{template}.{png|jpg|webp|avif} and /manifest.json.")
        route, name = card.groups()
        seen.route = route
        if route == "store" and self._config.storage == "none":
            raise NotFound("No storage is configured; set EMBLAZON_STORAGE to folder or s3.")
        self._check_token(ask)
        _check_method(ask, _WRITE if route == "store" else _READ)
        patience = read_deadline(ask.headers.get(DEADLINE_HEADER.lower(), ""))
        due = asyncio.get_running_loop().time() + answer_within(patience) if patience else math.inf
        try:
            async with asyncio.timeout_at(due if patience else None):
                return await self._card(ask, route, name, seen, due)
        except TimeoutError:
            raise DeadlinePassed(f"no card within {patience:g} s less the way back") from None

    def _check_token(self, ask: Ask) -> None:
        """Admit the edge. Raises Unauthorized."""
        token = self._config.token
        if token and not has_bearer(ask.headers.get("authorization", ""), token):
            raise Unauthorized("This origin answers only to the edge that holds its token.")

    def _check_operator(self, ask: Ask) -> None:
        """Admit whoever runs this origin: anybody in development, else who has a token."""
        config = self._config
        if config.dev:
            return
        if not config.token and not config.metrics_token:
            raise Forbidden(
                f"{ask.path} is switched off; set EMBLAZON_METRICS_TOKEN to use it.", kind="not-configured"
            )
        if not has_bearer(ask.headers.get("authorization", ""), config.token, config.metrics_token):
            raise Unauthorized(f"{ask.path} is for whoever holds a token of this origin.")

    # -- cards ---------------------------------------------------------------------------------

    async def _card(self, ask: Ask, route: str, name: str, seen: Seen, due: float) -> Answer:
        began = time.perf_counter()
        service, manifest = self._origin.service, self._origin.manifest
        if not manifest.templates:
            raise Overloaded(self._origin.not_ready or "no templates")
        may_explain = self._config.dev or bool(self._config.token)  # which this request has sent
        query, explain = _take_explain(ask.query)
        if explain and not may_explain:
            raise BadParameter(
                "'_explain' needs EMBLAZON_DEV=1 or a token.", param="_explain", kind="unknown-parameter"
            )
        if route == "fallback":
            query = "&".join(filter(None, [query, f"_v={FALLBACK_VARIANT}"]))
        accept = ask.headers.get("accept", "")
        request = parse_request(
            "GET", f"/og{name}", query, manifest, accept=accept, longest=MAX_CANONICAL_BYTES
        )
        seen.template = request.template.name
        if explain:
            return json_answer(_with_findings((await service.explain(request)).explain or {}, request))
        if route == "store":
            return await self._store(request)
        key = ask.headers.get("x-emblazon-key", "")
        if not _KEY.fullmatch(key):
            raise BadRequest("X-Emblazon-Key has at most 256 letters, digits and ._:,=- in it.")
        refresh = "no-cache" in ask.headers.get("cache-control", "").lower()
        served = await service.card(
            request,
            manifest,
            edge_key=key,
            refresh=refresh,
            due=due,
            wait=headers.patience(ask.headers.get("prefer", "")),
        )
        seen.tier, seen.stages = served.tier, served.stages
        return self._card_answer(ask, request, served, time.perf_counter() - began)

    async def _store(self, request: CardRequest) -> Answer:
        """Draw a card and upload it under a name that is its content's."""
        storage, result = self._origin.storage, await self._origin.service.final(request)
        digest = hashlib.sha256(result.data).hexdigest()
        key = f"{request.template.name}/{digest[:32]}.{EXTENSION_OF[result.content_type]}"
        await storage.upload(key, result.data, result.content_type)
        return json_answer({"key": key, "url": storage.get_url(key), "type": result.content_type}, 201)

    def _card_answer(self, ask: Ask, request: CardRequest, served: Served, seconds: float) -> Answer:
        card, config = served.card, self._config
        client, cdn = headers.lives(
            card,
            request.template.cache,
            quick_max_age=config.quick_max_age,
            degraded_max_age=config.degraded_max_age,
        )
        immutable = request.immutable and card.template_version == request.template.version
        fields = headers.card_headers(card, request.template, client, cdn, immutable=immutable)
        fields.append(("Server-Timing", headers.server_timing(served.tier, served.stages, seconds)))
        if request.negotiated:
            fields.append(("Vary", "Accept"))
        if card.degraded:
            fields.append(("X-Emblazon-Degraded", "1"))
        if headers.matches(ask.headers.get("if-none-match", ""), card.etag):
            return Answer(304, fields)
        return Answer(200, fields, card.data)

    # -- the others ----------------------------------------------------------------------------

    async def _manifest(self, ask: Ask) -> Answer:
        if not self._origin.manifest.templates:
            raise Overloaded(self._origin.not_ready or "no templates")
        body = manifest_to_json(self._origin.manifest)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        fields = [("Content-Type", "application/json"), ("Cache-Control", "no-cache"), ("ETag", etag)]
        if headers.matches(ask.headers.get("if-none-match", ""), etag):
            return Answer(304, fields)
        return Answer(200, fields, body)

    async def _openapi(self, _: Ask) -> Answer:
        return json_answer(
            openapi_document(
                self._origin.manifest,
                secured=bool(self._config.token),
                development=self._config.dev,
                storage=self._config.storage != "none",
            )
        )

    async def _healthz(self, _: Ask) -> Answer:
        return json_answer({"status": "live"})

    async def _readyz(self, _: Ask) -> Answer:
        reason = self._origin.not_ready
        if not reason:
            return json_answer({"status": "ready", "workers": self._origin.pool.alive})
        answer = json_answer({"status": "not ready", "reason": reason}, 503)
        answer.headers.append(("Retry-After", "1"))
        return answer

    async def _metrics(self, _: Ask) -> Answer:
        body = self._origin.metrics.expose()
        return Answer(200, [("Content-Type", METRICS_TYPE), ("Cache-Control", "no-store")], body)


def _check_method(ask: Ask, allowed: tuple[str, ...]) -> None:
    if ask.method not in allowed:
        raise MethodNotAllowed(f"{ask.method[:20]} is not allowed here.", allow=allowed)


def _with_findings(explained: dict[str, Any], request: CardRequest) -> dict[str, Any]:
    """Put what was changed about the request before what its render has to say."""
    changed = [
        {"severity": "warning", "code": finding.code, "message": finding.detail, "where": finding.param}
        for finding in request.findings
    ]
    return {**explained, "diagnostics": [*changed, *explained.get("diagnostics", [])]}


def _take_explain(query: str) -> tuple[str, bool]:
    """Take `_explain=1` out of a query."""
    pairs = [pair for pair in query.split("&") if pair]
    kept = [pair for pair in pairs if pair != "_explain=1"]
    return "&".join(kept), len(kept) != len(pairs)
