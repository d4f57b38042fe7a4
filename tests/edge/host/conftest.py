"""The scenarios of `tests/e2e` against the CPython host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cpython_host import CPythonHost
from edge_fixtures import origin, session_origin, title
from misbehaving_origin import MisbehavingOrigin
from workerd import KEYS, ORIGIN_TOKEN, PURGE_TOKEN

__all__ = ["origin", "session_origin", "title"]


@pytest.fixture(scope="session")
def session_worker(
    session_origin: MisbehavingOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CPythonHost]:
    variables = {
        "EMBLAZON_ORIGIN_URL": session_origin.url,
        "EMBLAZON_PUBLIC_URL": "https://og.example.com",
        "EMBLAZON_SIGNING_KEYS": KEYS,
        "EMBLAZON_PURGE_TOKEN": PURGE_TOKEN,
        "EMBLAZON_ORIGIN_TOKEN": ORIGIN_TOKEN,
        # The machine of the tests may be busy: what is given up too soon looks like a fault.
        "EMBLAZON_ORIGIN_TIMEOUT": "4",
        "EMBLAZON_STALE_TIMEOUT": "2",
        "EMBLAZON_KV_TIMEOUT": "5",
        "EMBLAZON_CACHE_TIMEOUT": "5",
        "EMBLAZON_BREAKER_FAILURES": "1000",  # the breaker has tests of its own
        "EMBLAZON_RETRY_AFTER_FAILURE": "0",
        "EMBLAZON_PURGES_PER_MINUTE": "10000",
    }
    host = CPythonHost(tmp_path_factory.mktemp("edge-host"), variables)
    host.start()
    yield host
    host.stop()


@pytest.fixture
def worker(session_worker: CPythonHost, origin: MisbehavingOrigin) -> CPythonHost:
    return session_worker
