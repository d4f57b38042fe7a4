"""The Worker on each runtime, in front of an origin that misbehaves on demand; one for the whole session."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from misbehaving_origin import MisbehavingOrigin
from workerd import KEYS, ORIGIN_TOKEN, PURGE_TOKEN, PyodideHost, Workerd

_numbers = itertools.count()


@pytest.fixture(scope="session")
def session_origin() -> Iterator[MisbehavingOrigin]:
    origin = MisbehavingOrigin()
    yield origin
    origin.close()


def worker_variables(origin: MisbehavingOrigin) -> dict[str, str]:
    """Settings that leave a busy machine time and keep one test's faults from the next test."""
    return {
        "EMBLAZON_ORIGIN_URL": origin.url,
        "EMBLAZON_PUBLIC_URL": "https://og.example.com",
        "EMBLAZON_SIGNING_KEYS": KEYS,
        "EMBLAZON_PURGE_TOKEN": PURGE_TOKEN,
        "EMBLAZON_ORIGIN_TOKEN": ORIGIN_TOKEN,
        "EMBLAZON_ORIGIN_TIMEOUT": "4",
        "EMBLAZON_STALE_TIMEOUT": "0.5",
        "EMBLAZON_KV_TIMEOUT": "3",
        "EMBLAZON_CACHE_TIMEOUT": "3",
        "EMBLAZON_BREAKER_FAILURES": "1000",
        "EMBLAZON_RETRY_AFTER_FAILURE": "0",
        "EMBLAZON_PURGES_PER_MINUTE": "10000",
    }


@pytest.fixture(scope="session", params=["workerd", "pyodide"])
def session_worker(
    request: pytest.FixtureRequest,
    session_origin: MisbehavingOrigin,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Workerd]:
    kind = {"workerd": Workerd, "pyodide": PyodideHost}[request.param]
    worker = kind(tmp_path_factory.mktemp(request.param), worker_variables(session_origin))
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
