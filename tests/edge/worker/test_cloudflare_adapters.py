"""The Cloudflare adapters pass the suite of every adapter, from inside a workerd and inside Pyodide 314."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapter_conformance import CACHE_CHECKS, KV_CHECKS, Check
from misbehaving_origin import Behaviour, MisbehavingOrigin
from workerd import ROOT, PyodideHost, Workerd, worker_variables

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def module_origin() -> Iterator[MisbehavingOrigin]:
    origin = MisbehavingOrigin()
    yield origin
    origin.close()


@pytest.fixture(scope="module", params=[Workerd, PyodideHost], ids=["workerd", "pyodide"])
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
def origin(module_origin: MisbehavingOrigin) -> MisbehavingOrigin:
    module_origin.reset()
    return module_origin


def ask(host: Workerd, path: str) -> dict[str, Any]:
    """Return the probe's answer; a traceback in it fails the test."""
    answer: dict[str, Any] = host.client.get(path).json()
    assert "failed" not in answer, answer["failed"]
    return answer


def portable(checks: dict[str, Check]) -> list[str]:
    """Names of the checks that do not move the clock, which no one can on workerd."""
    return [name for name, check in checks.items() if not getattr(check, "needs_clock", False)]


@pytest.mark.parametrize("check", portable(KV_CHECKS))
def test_kv(host: Workerd, check: str) -> None:
    assert ask(host, f"/kv/{check}") == {"passed": check}


@pytest.mark.parametrize("check", portable(CACHE_CHECKS))
def test_cache(host: Workerd, check: str) -> None:
    assert ask(host, f"/cache/{check}") == {"passed": check}


def test_origin_answer_is_whole_and_inspected_without_its_bytes(
    host: Workerd, origin: MisbehavingOrigin
) -> None:
    answer = ask(host, "/origin/manifest.json")
    assert (answer["status"], answer["type"]) == (200, "application/json")
    assert bytes.fromhex(answer["head"]).startswith(b"{")
    assert len(answer["sha256"]) == hashlib.sha256().digest_size * 2
    assert origin.asked[-1].headers["x-probe"] == "1"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("hang", "timeout"), ("drip", "timeout"), ("truncate", "truncated"), ("chunked-truncate", "truncated")],
)
def test_incomplete_answer_is_an_origin_error(
    host: Workerd, origin: MisbehavingOrigin, behaviour: Behaviour, reason: str
) -> None:
    origin.behaviour = behaviour
    assert ask(host, "/origin/render/article.png") == {"error": reason}


def test_refused_connection_is_an_origin_error(host: Workerd, origin: MisbehavingOrigin) -> None:
    origin.refuse()
    assert ask(host, "/origin/render/article.png")["error"] in ("refused", "network")


def test_redirects_are_not_followed(host: Workerd, origin: MisbehavingOrigin) -> None:
    origin.behaviour = "redirect"
    assert ask(host, "/origin/render/article.png")["status"] == 302


def test_budget_of_kv_operations_and_of_bytes_in_python(host: Workerd, origin: MisbehavingOrigin) -> None:
    ask(host, "/budget/og/plain.png")  # learns the manifest
    miss = ask(host, "/budget/og/article.png")
    assert "uri-miss" in miss["cache-status"]
    assert (miss["costs"]["kv.get"], miss["costs"]["kv.put"]) == (1, 1)
    hit = ask(host, "/budget/og/article.png")
    assert hit["cache-status"].startswith("emblazon; hit")
    assert hit["costs"] == {"cache.match": 1}
    elsewhere = ask(host, "/budget/og/article.png?elsewhere")
    assert "detail=kv" in elsewhere["cache-status"]
    assert elsewhere["costs"] == {"cache.match": 1, "kv.get": 1}
    assert miss["length"] == hit["length"] == elsewhere["length"] > 1000
    assert "bytes read" not in miss["costs"]


def test_clock_and_randomness(host: Workerd) -> None:
    answer = ask(host, "/platform")
    assert answer["timed_out"]
    assert answer["waited"] < 5
    assert answer["off by"] < 1
    assert all(0 < number <= 1 for number in answer["uniform"])
    assert len(set(answer["uniform"])) == 100
    assert len(set(answer["tokens"])) == 100
    assert all(len(token) == 32 and int(token, 16) >= 0 for token in answer["tokens"])
