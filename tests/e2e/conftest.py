"""The Worker on each runtime, in front of an origin that misbehaves on demand; one for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from edge_fixtures import origin, session_origin, title
from misbehaving_origin import MisbehavingOrigin
from workerd import PyodideHost, Workerd, worker_variables

__all__ = ["origin", "session_origin", "title"]


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
def worker(
    session_worker: Workerd, origin: MisbehavingOrigin, request: pytest.FixtureRequest
) -> Iterator[Workerd]:
    if not session_worker.answers():  # its runtime has crashed: workerd does, and wrangler leaves it at that
        session_worker.restart()
    before = session_worker.log.stat().st_size
    failed = request.session.testsfailed
    yield session_worker
    if request.session.testsfailed > failed:
        print(session_worker.log.read_bytes()[before:].decode(errors="replace"))
