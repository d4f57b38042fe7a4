"""Around every request: its id, its trace, errors into answers, one access line, the counters."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time

from emblazon.contract import wire
from emblazon.contract.problem import Problem
from emblazon_origin.errors import EmblazonError, Overloaded
from emblazon_origin.observability.alerts import Alerts
from emblazon_origin.observability.logs import redact_text, request_id
from emblazon_origin.observability.metrics import OriginMetrics
from emblazon_origin.observability.tracing import Tracing
from emblazon_origin.server.messages import (
    HttpRequest,
    HttpResponse,
    error_response,
    problem_response,
)
from emblazon_origin.server.routes import OPERATOR, PROBES, AccessRecord, Routes

log = logging.getLogger(__name__)
access = logging.getLogger("emblazon.access")

_CANCELLED = 499  # the client went away; never sent


class Middleware:
    """Answers every request with something; the one place where errors become answers."""

    def __init__(self, routes: Routes, metrics: OriginMetrics, alerts: Alerts, tracing: Tracing) -> None:
        self._routes = routes
        self._metrics = metrics
        self._alerts = alerts
        self._tracing = tracing

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request. Raises nothing but CancelledError."""
        given = request.headers.get("x-request-id", "")
        identifier = given if wire.REQUEST_ID_FORM.fullmatch(given) else secrets.token_hex(16)
        token = request_id.set(identifier)
        seen = AccessRecord()
        began = time.perf_counter()
        self._metrics.in_flight.inc()
        try:
            with self._tracing.request(_operation(request.path), request.target, request.headers) as span:
                answer = await self._guarded(request, seen)
                span.finish(answer.status, seen.tier, seen.template, seen.stages)
            self._record(request, seen, answer.status, began, len(answer.body))
        except asyncio.CancelledError:
            self._record(request, seen, _CANCELLED, began, 0)
            raise
        finally:
            self._metrics.in_flight.dec()
            request_id.reset(token)
        if answer.status != 304:
            answer.headers.append(("Content-Length", str(len(answer.body))))
        answer.headers.extend([(wire.REQUEST_ID, identifier), *wire.SECURITY])
        return answer

    async def _guarded(self, request: HttpRequest, seen: AccessRecord) -> HttpResponse:
        """Turn errors into answers."""
        try:
            return await self._routes.dispatch(request, seen)
        except Problem as problem:
            return problem_response(problem)
        except EmblazonError as error:
            self._report(error)
            return error_response(error)
        except Exception as error:
            log.exception("unexpected error")
            self._metrics.errors.labels(type(error).__name__, "critical").inc()
            self._alerts.raise_alert("unexpected-error", "critical", type(error).__name__)
            return error_response(EmblazonError(str(error), public="The card could not be drawn."))

    def _report(self, error: EmblazonError) -> None:
        """Log, count and alert: a defect is an error, lack of capacity a warning, a bad card information."""
        severity = "error" if error.report else "warning" if error.status >= 500 else "info"
        name = type(error).__name__.lstrip("_")
        self._metrics.errors.labels(name, severity).inc()
        # A flood's refusals have their access line and counter; more lines would take its time from cards.
        flood = isinstance(error, Overloaded)
        level = logging.DEBUG if flood else logging.getLevelNamesMapping()[severity.upper()]
        log.log(level, "render failed", extra={"error": name, "detail": str(error)})
        if error.report:
            self._alerts.raise_alert(f"error-{name}", "error", str(error))

    def _record(
        self, request: HttpRequest, seen: AccessRecord, status: int, began: float, length: int
    ) -> None:
        seconds = time.perf_counter() - began
        outcome = "cancelled" if status == _CANCELLED else f"{status // 100}xx"
        self._metrics.requests.labels(seen.route, seen.template or "other", seen.tier, outcome).inc()
        self._metrics.request_seconds.labels(seen.route, seen.tier).observe(seconds)
        level = logging.DEBUG if request.path in PROBES + OPERATOR else logging.INFO
        if not access.isEnabledFor(level):
            return
        access.log(
            level,
            "request",
            extra={
                "method": request.method[:20],
                "target": redact_text(request.target)[
                    :2048
                ],  # cut last: half a secret is no longer told for one
                "status": status,
                "tier": seen.tier,
                "template": seen.template,
                "ms": round(seconds * 1000, 2),
                "bytes": length,
            },
        )


def _operation(path: str) -> str:
    """Return the first segment of a path, short enough for the name of a span."""
    return path.strip("/").partition("/")[0][:20] or "root"
