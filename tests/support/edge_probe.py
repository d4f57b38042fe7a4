"""Talk to the probe that stands in a Worker's place (`tests/edge/worker/probe.py`)."""

from __future__ import annotations

from typing import Any

from workerd import Workerd


def ask(host: Workerd, path: str) -> dict[str, Any]:
    """Return the probe's answer; a traceback in it fails the test."""
    answer: dict[str, Any] = host.client.get(path).json()
    assert "failed" not in answer, answer["failed"]
    return answer


def serve(host: Workerd, title: str, faults: str = "") -> dict[str, Any]:
    """Let the probe serve a card under faults."""
    return ask(host, f"/serve/og/article.png?title={title}&{faults}")
