"""OpenTelemetry traces: one span per request, one child per render stage; nothing when not configured.

The edge's `traceparent` is continued. Attributes are few, and redacted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from emblazon_origin.observability.logs import redact_text
from emblazon_origin.server.config import SettingsError


class Span(Protocol):
    """What the service says about a request."""

    def finish(self, status: int, tier: str, template: str, stages: Mapping[str, float]) -> None:
        """Record the outcome; `stages` are milliseconds, in order."""
        ...


class NoSpan:
    """Records nothing."""

    def finish(self, status: int, tier: str, template: str, stages: Mapping[str, float]) -> None:
        """Do nothing."""


class Tracing:
    """Makes spans, or does nothing."""

    def __init__(self, tracer: Any = None) -> None:
        self._tracer = tracer
        self._provider: Any = None

    @classmethod
    def to(cls, endpoint: str, exporter: Any = None) -> Tracing:
        """Send traces to an OTLP endpoint, else nowhere. Raises SettingsError without the extra."""
        if not endpoint and exporter is None:
            return cls()
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise SettingsError(
                "OTEL_EXPORTER_OTLP_ENDPOINT is set, OpenTelemetry is missing: pip install 'emblazon[otel]'"
            ) from None
        provider = TracerProvider(resource=Resource.create({"service.name": "emblazon-origin"}))
        provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        tracing = cls(provider.get_tracer("emblazon_origin"))
        tracing._provider = provider
        return tracing

    @contextmanager
    def request(self, route: str, target: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """Trace one request."""
        if self._tracer is None:
            yield NoSpan()
            return
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        parent = TraceContextTextMapPropagator().extract(dict(headers))
        with self._tracer.start_as_current_span(route, context=parent, kind=SpanKind.SERVER) as span:
            span.set_attribute("url.path", redact_text(target)[:2048])
            yield _Span(self._tracer, span)

    def close(self) -> None:
        """Send what is left."""
        if self._provider is not None:
            self._provider.shutdown()


class _Span:
    def __init__(self, tracer: Any, span: Any) -> None:
        self._tracer = tracer
        self._span = span

    def finish(self, status: int, tier: str, template: str, stages: Mapping[str, float]) -> None:
        self._span.set_attribute("http.response.status_code", status)
        self._span.set_attribute("emblazon.tier", tier)
        self._span.set_attribute("emblazon.template", template)
        start = time.time_ns() - int(sum(stages.values()) * 1e6)
        for name, milliseconds in stages.items():
            end = start + int(milliseconds * 1e6)
            self._tracer.start_span(name, start_time=start).end(end)
            start = end
