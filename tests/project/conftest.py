"""The wheel, built once for the tests of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from installed_wheel import quiet

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist as an index would get it."""
    folder = tmp_path_factory.mktemp("dist")
    quiet(BIN / "python", "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel and its extra; returns its `emblazon`."""
    folder = tmp_path_factory.mktemp("environment")
    quiet(BIN / "uv", "venv", "-q", "--python", sys.executable, folder / "venv", cwd=folder)
    quiet(BIN / "uv", "pip", "install", "-q", "--python", folder / "venv", f"{wheel}[origin]", cwd=folder)
    return folder / "venv" / "bin" / "emblazon"
