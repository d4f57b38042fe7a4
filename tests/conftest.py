"""Options and habits that the whole suite shares."""

from __future__ import annotations

import gc
import re

import pytest
from hypothesis import HealthCheck, settings
from sweeps import EXAMPLES, FEW_EXAMPLES


def pytest_configure(config: pytest.Config) -> None:
    """Try properties with the same examples in each run, and with fewer where the slow tests are left out.

    `--hypothesis-seed=N` tries others. Examples are judged by what they give: how long one takes says how
    busy the machine is.
    """
    fast = "not slow" in config.getoption("markexpr")
    settings.register_profile(
        "emblazon",
        max_examples=FEW_EXAMPLES if fast else EXAMPLES,
        deadline=None,
        derandomize=config.getoption("hypothesis_seed") is None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("emblazon")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--refresh-scores`."""
    parser.addoption(
        "--refresh-scores",
        action="store_true",
        help="record the closeness to Chromium of this run instead of checking it",
    )


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking at six thousand tests again and again."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With `--dist loadscope`, keep the tests of one Worker or folder in one process: they share servers."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class FolderScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            folder = nodeid.split("/")[1]
            worker = re.search(r"\[(workerd|pyodide)\b", nodeid) if folder == "e2e" else None
            return folder + (worker[0] if worker else "")

    return FolderScheduling(config, log) if config.getvalue("dist") == "loadscope" else None
