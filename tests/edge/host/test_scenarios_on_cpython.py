"""What holds on workerd holds on CPython: the same scenarios on the same misbehaving origin."""

from __future__ import annotations

import io

import pytest
from cpython_host import CPythonHost
from misbehaving_origin import MisbehavingOrigin
from PIL import Image

from e2e import test_edge_under_load
from e2e.edge_scenarios import SCENARIOS

globals().update(SCENARIOS)
test_dead_origin_costs_neither_a_card_nor_the_speed_of_warmed_ones = pytest.mark.e2e(
    test_edge_under_load.test_dead_origin_costs_neither_a_card_nor_the_speed_of_warmed_ones
)


def test_kv_serves_after_a_restart_with_the_origin_stopped(
    worker: CPythonHost, origin: MisbehavingOrigin, title: str
) -> None:
    first = worker.card(title)
    worker.restart()  # waits for the background writes
    origin.refuse()
    second = worker.card(title)
    assert "detail=kv" in second.headers["cache-status"]
    assert second.content == first.content
    assert Image.open(io.BytesIO(second.content)).size == (1200, 630)
