"""`make deploy-check` refuses what a deploy would fail on, and says the remedy."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from emblazon_origin.host import deploy_check


@pytest.mark.parametrize(("date", "word"), [("2026-09-30", "2026-10-01"), ("2026-10-01", "")])
def test_date_that_asks_for_an_older_python_is_refused(date: str, word: str) -> None:
    found = deploy_check._date({"compatibility_date": datetime.date.fromisoformat(date)})
    assert [word in fault for fault in found] == ([True] if word else [])


def test_worker_without_its_sdk_is_refused(tmp_path: Path) -> None:
    assert "pywrangler sync" in deploy_check._sdk(tmp_path)[0]
    (tmp_path / "python_modules" / "workers").mkdir(parents=True)
    assert deploy_check._sdk(tmp_path) == []


def test_sdk_of_another_version_than_the_tested_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "worker.txt").write_text(
        "workers-runtime-sdk==1.9.5 \\\n    --hash=sha256:00\n"
    )
    modules = tmp_path / "python_modules"
    (modules / "workers").mkdir(parents=True)
    (modules / "workers_runtime_sdk-1.9.5.dist-info").mkdir()
    assert deploy_check._sdk(tmp_path) == []
    (modules / "workers_runtime_sdk-1.9.5.dist-info").rename(modules / "workers_runtime_sdk-2.0.0.dist-info")
    (fault,) = deploy_check._sdk(tmp_path)
    assert "2.0.0" in fault
    assert "1.9.5" in fault
