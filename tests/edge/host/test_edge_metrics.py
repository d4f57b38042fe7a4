"""The edge's metrics: the code, the table and the page name the same ones."""

from __future__ import annotations

import re
from pathlib import Path

from cpython_host import CPythonHost
from workerd import PURGE_TOKEN

from emblazon_origin.host.edge_metrics import COUNTERS, MAX_TEMPLATES, TIMINGS, PrometheusMetrics

ROOT = Path(__file__).parents[3]


def test_every_metric_of_the_edge_is_in_the_table() -> None:
    used: set[str] = set()
    for path in (ROOT / "edge" / "emblazon" / "edge").rglob("*.py"):
        used |= set(re.findall(r'metrics\.(?:count|observe)\("(\w+)"', path.read_text()))
    assert used == set(COUNTERS) | set(TIMINGS)


def test_every_metric_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text()
    named = set(re.findall(r"`emblazon_(edge_\w+?)(?:_total)?`", page))
    assert named == set(COUNTERS) | set(TIMINGS)


def test_requests_are_counted_by_outcome(worker: CPythonHost, title: str) -> None:
    worker.card(title)
    worker.card(title)
    worker.client.get("/og/nope.png")
    headers = {"Authorization": f"Bearer {PURGE_TOKEN}"}
    text = worker.client.get("/metrics", headers=headers).text
    for outcome, tier, template in (("hit", "cache", "article"), ("miss", "origin", "article")):
        assert f'outcome="{outcome}",template="{template}",tier="{tier}"' in text
    assert 'outcome="problem",template="",tier="bad-signature"' in text
    assert "emblazon_edge_request_seconds_bucket" in text


def test_templates_in_labels_are_bounded() -> None:
    metrics = PrometheusMetrics()
    for number in range(MAX_TEMPLATES + 50):
        metrics.count("edge_requests", outcome="hit", tier="cache", template=f"t{number}")
    lines = [
        line
        for line in metrics.text().decode().splitlines()
        if line.startswith("emblazon_edge_requests_total")
    ]
    assert len(lines) == MAX_TEMPLATES + 1
    assert any('template="other"' in line and line.endswith(" 50.0") for line in lines)
