"""A folder for the commands that work on a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon_origin.cli.project import secrets_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, with no setting in the environment."""
    for name in ("EMBLAZON_HOME", "EMBLAZON_SIGNING_KEYS", "EMBLAZON_PURGE_TOKEN", "EMBLAZON_PUBLIC_URL"):
        monkeypatch.setenv(name, "")  # what main() reads from files is undone after the test
        monkeypatch.delenv(name)
    secrets_file.FROM_FILES.clear()
    monkeypatch.chdir(tmp_path)
    return tmp_path
