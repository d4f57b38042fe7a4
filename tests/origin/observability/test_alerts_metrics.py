"""Alerts, error tracking, traces, and that metrics, dashboard and page name the same things."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import get_current_span

from emblazon_origin.observability.alerts import Alerts, prepare, set_up_tracking
from emblazon_origin.observability.metrics import OriginMetrics
from emblazon_origin.observability.tracing import NoSpan, Tracing
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.origin_server import OriginServer
from emblazon_origin.workers.job import RendererSpec

DOCS = Path(__file__).parents[3] / "docs"


class Hook:
    """Receives alerts."""

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        self.status = 200
        self.url = ""

    async def post(self, request: web.Request) -> web.Response:
        self.alerts.append(await request.json())
        return web.Response(status=self.status)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/", made.post)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/"))
        yield made


async def test_an_alert_is_sent_once_per_interval_and_counts_what_was_held_back(hook: Hook) -> None:
    now = [0.0]
    metrics = OriginMetrics()
    alerts = Alerts(hook.url, 300, metrics, clock=lambda: now[0])
    for _ in range(5):
        alerts.raise_alert("worker-crash", "warning", "Bearer abc123")
    alerts.raise_alert("not-ready", "critical", "fonts/Inter.ttf is missing")
    now[0] = 301
    alerts.raise_alert("worker-crash", "warning", "again")
    await alerts.close()
    kinds = sorted((alert["alert"], alert["suppressed"]) for alert in hook.alerts)
    assert kinds == [("not-ready", 0), ("worker-crash", 0), ("worker-crash", 4)]
    assert "abc123" not in json.dumps(hook.alerts)
    assert metrics.registry.get_sample_value("emblazon_alerts_total", {"outcome": "sent"}) == 3
    assert metrics.registry.get_sample_value("emblazon_alerts_total", {"outcome": "suppressed"}) == 4


async def test_a_webhook_that_fails_fails_nobody(hook: Hook) -> None:
    hook.status = 500
    metrics = OriginMetrics()
    alerts = Alerts(hook.url, 0, metrics)
    alerts.raise_alert("a", "info", "x")
    await alerts.close()
    dead = Alerts("http://127.0.0.1:1/", 0, metrics)
    dead.raise_alert("a", "info", "x")
    await dead.close()
    assert metrics.registry.get_sample_value("emblazon_alerts_total", {"outcome": "failed"}) == 2


async def test_without_a_webhook_nothing_is_sent() -> None:
    metrics = OriginMetrics()
    alerts = Alerts("", 0, metrics)
    alerts.raise_alert("a", "critical", "x")
    await alerts.close()
    for outcome in ("sent", "failed", "suppressed"):
        assert not metrics.registry.get_sample_value("emblazon_alerts_total", {"outcome": outcome})


def test_sentry_gets_errors_redacted_and_nothing_below() -> None:
    sent: list[Any] = []

    class Transport(sentry_sdk.Transport):
        def capture_envelope(self, envelope: Any) -> None:
            sent.extend(item.payload.json for item in envelope.items if item.type == "event")

    assert set_up_tracking("https://public@sentry.invalid/1", transport=Transport)
    try:
        logger = logging.getLogger("emblazon_origin.test_tracking")
        logger.warning("at capacity")
        logger.error("render failed", extra={"detail": "https://x/?_sig=abcdef0123"})
        sentry_sdk.flush()
    finally:
        sentry_sdk.init()
    assert len(sent) == 1
    assert "render failed" in json.dumps(sent)
    assert "abcdef0123" not in json.dumps(sent)
    assert not set_up_tracking("")


def test_events_lose_their_secrets() -> None:
    event = prepare({"request": {"headers": {"Authorization": "Bearer x"}, "url": "/?_sig=abc"}})
    assert "abc" not in str(event)
    assert "Bearer x" not in str(event)


def test_traces_continue_the_edges_and_have_a_span_per_stage() -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing.to("", exporter)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with tracing.request("render", "/render/a.png?_sig=abc", {"traceparent": parent}) as span:
        span.finish(200, "render", "article", {"style": 2.0, "paint": 5.0})
    tracing.close()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"render", "style", "paint"}
    assert {format(span.context.trace_id, "032x") for span in spans.values()} == {parent.split("-")[1]}
    attributes = spans["render"].attributes or {}
    assert attributes["emblazon.tier"] == "render"
    assert "abc" not in str(attributes)
    assert spans["paint"].end_time - spans["paint"].start_time == 5_000_000  # type: ignore[operator]


def test_without_an_endpoint_tracing_does_nothing() -> None:
    with Tracing.to("").request("render", "/", {}) as span:
        span.finish(200, "memory", "article", {})
        assert isinstance(span, NoSpan)
        assert not get_current_span().is_recording()


def metric_names() -> set[str]:
    """Every metric of an origin, as Prometheus stores it, without the suffixes of histograms."""
    origin = OriginServer(OriginConfig(redis_url="redis://127.0.0.1:1"), RendererSpec("none:none", {}))
    return {
        family.name + ("_total" if family.type == "counter" else "")
        for family in origin.metrics.registry.collect()
        if family.name.startswith("emblazon_")
    }


async def test_the_dashboard_asks_only_for_metrics_that_exist() -> None:
    dashboard = json.loads((DOCS / "grafana-dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(queries) > 10
    known = metric_names()
    for query in queries:
        for name in re.findall(r"emblazon_\w+", query):
            assert re.sub(r"_(bucket|sum|count)$", "", name) in known, query


async def test_the_operations_page_explains_every_metric() -> None:
    page = (DOCS / "operations.md").read_text()
    explained = set(re.findall(r"^\| `(emblazon_\w+)", page, re.MULTILINE))
    assert explained == metric_names()
