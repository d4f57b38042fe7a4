"""What every host of the edge is tried with: an origin that misbehaves on demand, and unused names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from misbehaving_origin import MisbehavingOrigin

_numbers = itertools.count()


@pytest.fixture(scope="session")
def session_origin() -> Iterator[MisbehavingOrigin]:
    origin = MisbehavingOrigin()
    yield origin
    origin.close()


@pytest.fixture
def origin(session_origin: MisbehavingOrigin) -> Iterator[MisbehavingOrigin]:
    session_origin.reset()
    yield session_origin
    session_origin.reset()


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """A title of which nobody has a card yet."""
    return f"t{next(_numbers)}-{abs(hash(request.node.nodeid))}"
