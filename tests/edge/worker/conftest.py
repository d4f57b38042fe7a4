"""The probe on each runtime, in front of an origin that misbehaves on demand; one for all modules here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from misbehaving_origin import MisbehavingOrigin
from workerd import ROOT, PyodideHost, Workerd, worker_variables


@pytest.fixture(scope="package")
def module_origin() -> Iterator[MisbehavingOrigin]:
    origin = MisbehavingOrigin()
    yield origin
    origin.close()


@pytest.fixture(scope="package", params=[Workerd, PyodideHost], ids=["workerd", "pyodide"])
def host(
    request: pytest.FixtureRequest, module_origin: MisbehavingOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workerd]:
    variables = worker_variables(module_origin.url) | {"EMBLAZON_SIGNING": "off"}
    host: Workerd = request.param(tmp_path_factory.mktemp("probe"), variables)
    shutil.copy(Path(__file__).with_name("probe.py"), host.folder / "edge" / "worker.py")
    shutil.copy(ROOT / "tests" / "support" / "adapter_conformance.py", host.folder / "edge")
    try:
        host.start()
        yield host
    finally:
        host.stop()


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """A title of which nobody has a card yet."""
    return f"t{abs(hash(request.node.nodeid))}"


@pytest.fixture
def origin(module_origin: MisbehavingOrigin) -> MisbehavingOrigin:
    module_origin.reset()
    return module_origin
