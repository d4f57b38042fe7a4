"""Every test here runs in virtual time: waiting costs nothing, hanging things time out at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from edge_world import VirtualTimeLoop, World


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], VirtualTimeLoop]]:
    return {"virtual-time": VirtualTimeLoop}


@pytest.fixture
def world() -> World:
    return World()
