"""The requirement locks cover what pyproject.toml asks for, with hashes, and name no registry."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\s\[<>=!~;]", text)[0].lower().replace("_", "-") for text in requirements}


def _locked(name: str) -> dict[str, int]:
    """Return locked package → number of hashes."""
    text = (ROOT / "requirements" / name).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.M)
    return {block.split("==")[0].lower(): block.count("--hash=sha256:") for block in blocks if "==" in block}


EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
RUN = _names([*EXTRAS["origin"], *GROUPS["build"]])
WORKER = _names(GROUPS["worker"])
OF_DEV = [text for text in GROUPS["dev"] if isinstance(text, str)]  # the others are groups that it includes
DEV = RUN | _names([text for extra in EXTRAS.values() for text in extra]) | _names(OF_DEV) | WORKER


@pytest.mark.parametrize(("lock", "wanted"), [("run.txt", RUN), ("dev.txt", DEV), ("worker.txt", WORKER)])
def test_lock_covers_the_project(lock: str, wanted: set[str]) -> None:
    missing = wanted - set(_locked(lock))
    assert not missing, f"run `make lock`: {sorted(missing)}"


def test_worker_is_vendored_with_its_sdk_alone_in_the_version_that_is_tested() -> None:
    assert PROJECT["project"].get("dependencies", []) == [], "pywrangler would vendor them"
    assert _locked("worker.txt").keys() == {"workers-runtime-sdk"}
    (pinned,) = GROUPS["worker"]
    for lock in ("worker.txt", "dev.txt"):
        assert f"{pinned} " in (ROOT / "requirements" / lock).read_text()


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt", "worker.txt"])
def test_every_locked_package_has_hashes(lock: str) -> None:
    assert all(count > 0 for count in _locked(lock).values())


@pytest.mark.parametrize(
    "file", ["requirements/run.txt", "requirements/dev.txt", "requirements/worker.txt", "package-lock.json"]
)
def test_lock_names_no_registry(file: str) -> None:
    lines = (ROOT / file).read_text().splitlines()
    named = [line for line in lines if re.search(r'--(extra-)?index-url|"resolved"|^\S+ @ http', line)]
    assert not named


@pytest.mark.e2e  # it asks the package index
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_every_locked_package_has_a_wheel_for_each_python(version: str, lock: str, tmp_path: Path) -> None:
    """With its locked hash, so that nothing is compiled where this Python is not at hand to try."""
    command = [Path(sys.executable).with_name("uv"), "pip", "install", "--dry-run", "--only-binary", ":all:"]
    command += ["--python-version", version, "--target", tmp_path, "-r", ROOT / "requirements" / lock]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    section = text[text.index("[project.optional-dependencies]") : text.index("[tool.hatch")]
    bare = [
        line for line in section.splitlines() if re.match(r'\s+"[^"]+",?\s*$', line) and "sentry" not in line
    ]
    assert not bare
