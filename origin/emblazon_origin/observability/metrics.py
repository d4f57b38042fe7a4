"""Prometheus metrics. `docs/operations.md` explains each one; a test keeps dashboard, page and code the same.

Labels are bounded: templates are those of the manifest (anything else is "other"), the rest are enums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES = (8e3, 16e3, 32e3, 64e3, 128e3, 256e3, 512e3, 1e6, 2e6, 5e6)

Sample = tuple[str, str, dict[str, str], float]  # name, help, labels, value


class OriginMetrics:
    """Every counter of the origin, on a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = self._counter(
            "requests", "Answers by route, template, tier and status class.",
            ("route", "template", "tier", "outcome"),
        )  # fmt: skip
        self.request_seconds = self._histogram("request_seconds", "Time to answer.", ("route", "tier"))
        self.in_flight = Gauge(
            "emblazon_requests_in_flight", "Requests being answered.", registry=self.registry
        )
        self.stage_seconds = self._histogram("stage_seconds", "Time of each render stage.", ("stage",))
        self.render_seconds = self._histogram(
            "render_seconds", "Time of a whole render.", ("template", "effort")
        )
        self.card_bytes = Histogram(
            "emblazon_card_bytes",
            "Size of rendered cards.",
            ("format", "effort"),
            buckets=_SIZES,
            registry=self.registry,
        )
        self.queue_wait_seconds = self._histogram("queue_wait_seconds", "Wait for a render process.", ())
        self.shed = self._counter("shed", "Renders refused because the queue was full.", ())
        self.retries = self._counter("render_retries", "Renders tried again after their process died.", ())
        self.worker_ends = self._counter(
            "worker_ends", "Render processes that ended, by reason.", ("reason",)
        )
        self.errors = self._counter("errors", "Errors by class and severity.", ("error", "severity"))
        self.degraded = self._counter("degraded", "Cards drawn without an image or a font.", ("template",))
        self.fetches = self._counter("fetches", "Remote images asked for, by outcome.", ("outcome",))
        self.small = self._counter("small_encodings", "Background encodings by outcome.", ("outcome",))
        self.saved = self._counter("small_encoding_saved_bytes", "Bytes saved by background encodings.", ())
        self.redis_errors = self._counter("redis_errors", "Failed Redis calls by operation.", ("operation",))
        self.fleet = self._counter("fleet", "Looks into the shared tier: hit, miss, waited.", ("outcome",))
        self.reloads = self._counter("reloads", "Template reloads by outcome.", ("outcome",))
        self.alerts = self._counter("alerts", "Alerts by outcome: sent, suppressed, failed.", ("outcome",))
        self.closed_connections = self._counter(
            "closed_connections", "Connections closed before their time, by reason.", ("reason",)
        )

    def _counter(self, name: str, help_text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"emblazon_{name}", help_text, labels, registry=self.registry)

    def _histogram(self, name: str, help_text: str, labels: tuple[str, ...]) -> Histogram:
        return Histogram(f"emblazon_{name}", help_text, labels, buckets=_SECONDS, registry=self.registry)

    def watch(self, samples: Callable[[], Iterable[Sample]]) -> None:
        """Ask for gauges whenever metrics are read."""
        self.registry.register(_Watched(samples))

    def expose(self) -> bytes:
        """Return the text that Prometheus reads."""
        return generate_latest(self.registry)


class _Watched(Collector):
    def __init__(self, samples: Callable[[], Iterable[Sample]]) -> None:
        self._samples = samples

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for name, help_text, labels, value in self._samples():
            family = families.get(name)
            if family is None:
                family = families[name] = GaugeMetricFamily(
                    f"emblazon_{name}", help_text, labels=list(labels)
                )
            family.add_metric(list(labels.values()), value)
        return families.values()
