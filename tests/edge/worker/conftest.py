"""The probe on each runtime, in front of an origin that misbehaves on demand; one for all modules here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from edge_fixtures import title
from misbehaving_origin import MisbehavingOrigin
from workerd import ROOT, PyodideHost, Workerd, worker_variables

__all__ = ["title"]

# What is counted here is the cost of cards: no look at manifest and epochs falls due among them.
SETTINGS = {"EMBLAZON_SIGNING": "off", "EMBLAZON_CONTROL_TTL": "3600", "EMBLAZON_MANIFEST_TTL": "86400"}


@pytest.fixture(scope="package")
def module_origin() -> Iterator[MisbehavingOrigin]:
    origin = MisbehavingOrigin()
    yield origin
    origin.close()


@pytest.fixture(scope="package", params=[Workerd, PyodideHost], ids=["workerd", "pyodide"])
def host(
    request: pytest.FixtureRequest, module_origin: MisbehavingOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workerd]:
    variables = worker_variables(module_origin.url) | SETTINGS
    host: Workerd = request.param(tmp_path_factory.mktemp("probe"), variables)
    shutil.copy(Path(__file__).with_name("probe.py"), host.folder / "edge" / "worker.py")
    shutil.copy(ROOT / "tests" / "support" / "adapter_conformance.py", host.folder / "edge")
    try:
        host.start()
        yield host
    finally:
        host.stop()


@pytest.fixture
def origin(module_origin: MisbehavingOrigin) -> MisbehavingOrigin:
    module_origin.reset()
    return module_origin
