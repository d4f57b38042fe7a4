"""The Worker on each runtime, in front of an origin that misbehaves on demand; one for the whole session."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from misbehaving_origin import MisbehavingOrigin
from workerd import PyodideHost, Workerd, worker_variables

_numbers = itertools.count()


@pytest.fixture(scope="session")
def session_origin() -> Iterator[MisbehavingOrigin]:
    origin = MisbehavingOrigin()
    yield origin
    origin.close()


@pytest.fixture(scope="session", params=["workerd", "pyodide"])
def session_worker(
    request: pytest.FixtureRequest,
    session_origin: MisbehavingOrigin,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Workerd]:
    kind = {"workerd": Workerd, "pyodide": PyodideHost}[request.param]
    worker = kind(tmp_path_factory.mktemp(request.param), worker_variables(session_origin.url))
    try:
        worker.start()
        yield worker
    finally:
        worker.stop()


@pytest.fixture
def origin(session_origin: MisbehavingOrigin) -> Iterator[MisbehavingOrigin]:
    session_origin.reset()
    yield session_origin
    session_origin.reset()


@pytest.fixture
def worker(
    session_worker: Workerd, origin: MisbehavingOrigin, request: pytest.FixtureRequest
) -> Iterator[Workerd]:
    before = session_worker.log.stat().st_size
    failed = request.session.testsfailed
    yield session_worker
    if request.session.testsfailed > failed:
        print(session_worker.log.read_bytes()[before:].decode(errors="replace"))


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """A title of which nobody has a card yet."""
    return f"t{next(_numbers)}-{abs(hash(request.node.nodeid))}"
