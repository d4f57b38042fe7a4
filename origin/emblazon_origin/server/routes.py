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
from typing import Any, Protocol

from emblazon.contract import wire
from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.problem import (
    BadParameter,
    BadRequest,
    MethodNotAllowed,
    NotFound,
    SwitchedOff,
    Unauthorized,
)
from emblazon.contract.request import CardRequest, parse_request
from emblazon.contract.schema import EXTENSION_OF, Manifest
from emblazon.contract.signing import has_bearer
from emblazon.contract.uri import MAX_CANONICAL_BYTES
from emblazon.contract.wire import DEADLINE as DEADLINE_HEADER
from emblazon.contract.wire import answer_within, read_deadline
from emblazon_origin.errors import DeadlinePassed, Overloaded
from emblazon_origin.observability.metrics import CONTENT_TYPE as METRICS_TYPE
from emblazon_origin.observability.metrics import OriginMetrics
from emblazon_origin.server import headers
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.messages import (
    HttpRequest,
    HttpResponse,
    json_response,
)
from emblazon_origin.server.openapi import openapi_document
from emblazon_origin.server.service import CardService, Served
from emblazon_origin.storage import Storage

# The edge's key for the card. It counts purges, so that a purged card is drawn anew here too.
_CARD_PATH = re.compile(rf"/({wire.RENDER}|{wire.FALLBACK_LOOK}|{wire.STORE})(/.*)")
_READ, _WRITE = ("GET", "HEAD"), ("POST",)
PROBES = ("/healthz", "/readyz")
OPERATOR = ("/metrics", "/openapi.json")


@dataclass(slots=True)
class AccessRecord:
    """What the access log and the metrics say of a request, filled in while it is answered."""

    route: str = "other"
    template: str = ""
    tier: str = "none"
    stages: dict[str, float] = field(default_factory=dict)  # milliseconds


class State(Protocol):
    """What the origin as a whole is at."""

    @property
    def manifest(self) -> Manifest:
        """Templates and versions that cards are drawn with; empty before there are any."""
        ...

    @property
    def not_ready(self) -> str:
        """Why no traffic should come, or an empty text."""
        ...

    @property
    def processes(self) -> int:
        """How many render processes there are."""
        ...


class Routes:
    """Answers requests, or raises what is wrong with them."""

    def __init__(
        self,
        config: OriginConfig,
        service: CardService,
        storage: Storage,
        state: State,
        metrics: OriginMetrics,
    ) -> None:
        self._config = config
        self._service = service
        self._storage = storage
        self._state = state
        self._numbers = metrics
        self._plain: dict[str, Callable[[HttpRequest], Awaitable[HttpResponse]]] = {
            "/manifest.json": self._manifest,
            "/openapi.json": self._openapi,
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
        }

    async def dispatch(self, request: HttpRequest, seen: AccessRecord) -> HttpResponse:
        """Find the route and answer. Raises Problem and EmblazonError."""
        if plain := self._plain.get(request.path):
            seen.route = request.path.strip("/").partition(".")[0]
            if request.path in OPERATOR:
                self._check_operator(request)
            elif request.path not in PROBES:
                self._check_token(request)
            _check_method(request, _READ)
            return await plain(request)
        card = _CARD_PATH.fullmatch(request.path)
        if card is None:
            raise NotFound("The origin has /render/{template}.{png|jpg|webp|avif} and /manifest.json.")
        route, name = card.groups()
        seen.route = route
        if route == "store" and self._config.storage == "none":
            raise NotFound("No storage is configured; set EMBLAZON_STORAGE to folder, s3, gcs or azure.")
        self._check_token(request)
        _check_method(request, _WRITE if route == "store" else _READ)
        patience = read_deadline(request.headers.get(DEADLINE_HEADER.lower(), ""))
        due = asyncio.get_running_loop().time() + answer_within(patience) if patience else math.inf
        try:
            async with asyncio.timeout_at(due if patience else None):
                return await self._card(request, route, name, seen, due)
        except TimeoutError:
            raise DeadlinePassed(f"no card within {patience:g} s less the way back") from None

    def _check_token(self, request: HttpRequest) -> None:
        """Admit the edge. Raises Unauthorized."""
        token = self._config.token
        if token and not has_bearer(request.headers.get("authorization", ""), token):
            raise Unauthorized("This origin answers only to the edge that holds its token.")

    def _check_operator(self, request: HttpRequest) -> None:
        """Admit whoever runs this origin: anybody in development, else who has a token."""
        config = self._config
        if config.dev:
            return
        if not config.token and not config.metrics_token:
            raise SwitchedOff(f"{request.path} is switched off; set EMBLAZON_METRICS_TOKEN to use it.")
        if not has_bearer(request.headers.get("authorization", ""), config.token, config.metrics_token):
            raise Unauthorized(f"{request.path} is for whoever holds a token of this origin.")

    # -- cards ---------------------------------------------------------------------------------

    async def _card(
        self, request: HttpRequest, route: str, name: str, seen: AccessRecord, due: float
    ) -> HttpResponse:
        began = time.perf_counter()
        service, manifest = self._service, self._state.manifest
        if not manifest.templates:
            raise Overloaded(self._state.not_ready or "no templates")
        may_explain = self._config.dev or bool(self._config.token)  # which this card has sent
        query, explain = _take_explain(request.query)
        if explain and not may_explain:
            raise BadParameter(
                "'_explain' needs EMBLAZON_DEV=1 or a token.", param="_explain", kind="unknown-parameter"
            )
        if route == "fallback":
            query = "&".join(filter(None, [query, f"_v={FALLBACK_VARIANT}"]))
        accept = request.headers.get("accept", "")
        card = parse_request("GET", f"/og{name}", query, manifest, accept=accept, longest=MAX_CANONICAL_BYTES)
        seen.template = card.template.name
        if explain:
            return json_response(_with_findings((await service.explain(card)).explain or {}, card))
        if route == "store":
            return await self._store(card)
        key = request.headers.get("x-emblazon-key", "")
        if not wire.KEY_FORM.fullmatch(key):
            raise BadRequest("X-Emblazon-Key has at most 256 letters, digits and ._:,=- in it.")
        refresh = "no-cache" in request.headers.get("cache-control", "").lower()
        served = await service.card(
            card,
            manifest,
            edge_key=key,
            refresh=refresh,
            due=due,
            wait=headers.patience(request.headers.get("prefer", "")),
        )
        seen.tier, seen.stages = served.tier, served.stages
        return self._card_answer(request, card, served, time.perf_counter() - began)

    async def _store(self, card: CardRequest) -> HttpResponse:
        """Draw a card and upload it under a name that is its content's."""
        storage, result = self._storage, await self._service.final(card)
        digest = hashlib.sha256(result.data).hexdigest()
        key = f"{card.template.name}/{digest[:32]}.{EXTENSION_OF[result.content_type]}"
        await storage.upload(key, result.data, result.content_type)
        return json_response({"key": key, "url": storage.get_url(key), "type": result.content_type}, 201)

    def _card_answer(
        self, request: HttpRequest, card: CardRequest, served: Served, seconds: float
    ) -> HttpResponse:
        finished, config = served.card, self._config
        client, cdn = headers.lives(
            finished,
            card.template.cache,
            quick_max_age=config.quick_max_age,
            degraded_max_age=config.degraded_max_age,
        )
        immutable = card.immutable and finished.template_version == card.template.version
        fields = headers.card_headers(finished, card.template, client, cdn, immutable=immutable)
        fields.append(("Server-Timing", headers.server_timing(served.tier, served.stages, seconds)))
        fields += headers.shared_life(finished, request.query)
        if card.negotiated:
            fields.append(("Vary", "Accept"))
        if finished.degraded:
            fields.append((wire.DEGRADED, "1"))
        if headers.matches(request.headers.get("if-none-match", ""), finished.etag):
            return HttpResponse(304, fields)
        return HttpResponse(200, fields, finished.data)

    # -- the others ----------------------------------------------------------------------------

    async def _manifest(self, request: HttpRequest) -> HttpResponse:
        if not self._state.manifest.templates:
            raise Overloaded(self._state.not_ready or "no templates")
        body = manifest_to_json(self._state.manifest)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        fields = [("Content-Type", "application/json"), ("Cache-Control", "no-cache"), ("ETag", etag)]
        if headers.matches(request.headers.get("if-none-match", ""), etag):
            return HttpResponse(304, fields)
        return HttpResponse(200, fields, body)

    async def _openapi(self, _: HttpRequest) -> HttpResponse:
        return json_response(
            openapi_document(
                self._state.manifest,
                secured=bool(self._config.token),
                development=self._config.dev,
                storage=self._config.storage != "none",
            )
        )

    async def _healthz(self, _: HttpRequest) -> HttpResponse:
        return json_response({"status": "live"})

    async def _readyz(self, _: HttpRequest) -> HttpResponse:
        reason = self._state.not_ready
        if not reason:
            return json_response({"status": "ready", "workers": self._state.processes})
        answer = json_response({"status": "not ready", "reason": reason}, 503)
        answer.headers.append(("Retry-After", "1"))
        return answer

    async def _metrics(self, _: HttpRequest) -> HttpResponse:
        body = self._numbers.expose()
        return HttpResponse(200, [("Content-Type", METRICS_TYPE), ("Cache-Control", "no-store")], body)


def _check_method(request: HttpRequest, allowed: tuple[str, ...]) -> None:
    if request.method not in allowed:
        raise MethodNotAllowed(f"{request.method[:20]} is not allowed here.", allow=allowed)


def _with_findings(explained: dict[str, Any], card: CardRequest) -> dict[str, Any]:
    """Put what was changed about the card before what its render has to say."""
    changed = [
        {"severity": "warning", "code": finding.code, "message": finding.detail, "where": finding.param}
        for finding in card.findings
    ]
    return {**explained, "diagnostics": [*changed, *explained.get("diagnostics", [])]}


def _take_explain(query: str) -> tuple[str, bool]:
    """Take `_explain=1` out of a query."""
    pairs = [pair for pair in query.split("&") if pair]
    kept = [pair for pair in pairs if pair != "_explain=1"]
    return "&".join(kept), len(kept) != len(pairs)
