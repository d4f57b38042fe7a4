"""The edge's numbers for Prometheus. One table; `docs/reliability.md` explains each line of it."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
MAX_TEMPLATES = 200  # beyond it, templates are counted as "other"


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One metric: its labels, and what it means."""

    labels: tuple[str, ...]
    help: str


COUNTERS: dict[str, MetricLine] = {
    "edge_requests": MetricLine(
        ("outcome", "tier", "template"),
        "Requests by how they ended (hit, stale, stale-if-error, miss, fallback, problem, other) and where "
        "the answer came from, or why it was none.",
    ),
    "edge_fill_failures": MetricLine(("reason",), "Origin requests that gave no card."),
    "edge_fills_refused": MetricLine((), "Misses that were not sent on: EMBLAZON_MAX_FILLS were under way."),
    "edge_refreshes": MetricLine(
        ("outcome",), "Background refreshes: filled, failed, from-kv, leased-elsewhere."
    ),
    "edge_manifest_errors": MetricLine((), "Attempts to refresh the manifest that failed."),
    "edge_tier_errors": MetricLine(
        ("operation", "kind"), "Failed or late calls to cache, KV and blob store."
    ),
    "edge_kv_throttled": MetricLine((), "KV writes that were asked to slow down (429)."),
    "edge_pregenerated": MetricLine((), "Cards that a new template version drew before it was switched on."),
    "edge_ahead": MetricLine(
        ("outcome",), "Cards drawn before anybody asked: warmed, then used, or wasted after seven days."
    ),
    "edge_kv_skipped": MetricLine((), "KV reads left out because KV kept failing."),
    "edge_purges": MetricLine(("soft",), "Purges taken."),
    "edge_bugs": MetricLine(("kind",), "Errors of the edge itself; the built-in card went out."),
}
TIMINGS: dict[str, MetricLine] = {
    "edge_request_seconds": MetricLine(("outcome",), "Time to answer, by outcome."),
    "edge_origin_seconds": MetricLine((), "Time that the origin took for a right answer."),
}


class PrometheusMetrics:
    """`ports.Metrics` on a registry, which may be the origin's own in the same process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._counters = {
            name: Counter(f"emblazon_{name}", line.help, line.labels, registry=self.registry)
            for name, line in COUNTERS.items()
        }
        self._timings = {
            name: Histogram(
                f"emblazon_{name}", line.help, line.labels, registry=self.registry, buckets=SECONDS
            )
            for name, line in TIMINGS.items()
        }
        self._templates: set[str] = set()

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        """Raise a counter."""
        if "template" in labels:
            labels["template"] = self._bounded(labels["template"])
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(value)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add one measured time."""
        timing = self._timings[name]
        (timing.labels(**labels) if labels else timing).observe(max(0.0, seconds))

    def text(self) -> bytes:
        """Return the exposition for a scrape."""
        return generate_latest(self.registry)

    def _bounded(self, template: str) -> str:
        if template in self._templates or len(self._templates) < MAX_TEMPLATES:
            self._templates.add(template)
            return template
        return "other"
