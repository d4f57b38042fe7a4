"""`make audit` tells advisories, and tells when it could not look."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CLEAN = json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": []}]})
KNOWN = json.dumps(
    {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}]}
)
SKIPPED = json.dumps({"dependencies": [{"name": "a", "skip_reason": "not found"}]})
NPM_CLEAN = json.dumps({"metadata": {"dependencies": {"total": 7}}, "vulnerabilities": {}})
NPM_KNOWN = json.dumps(
    {
        "metadata": {"dependencies": {"total": 7}},
        "vulnerabilities": {"b": {"severity": "high", "range": "<3"}},
    }
)
NO_NPM = json.dumps({"error": {"code": "ENOAUDIT"}})
CASES = {
    "nothing known": (CLEAN, NPM_CLEAN, 0, "0 advisories in 7 packages"),
    "Python advisory": (KNOWN, NPM_CLEAN, 1, "a 1: PYSEC-1, fixed in 2"),
    "npm advisory": (CLEAN, NPM_KNOWN, 1, "b: high, <3"),
    "packages unknown": (SKIPPED, NPM_CLEAN, 2, "COULD NOT BE CHECKED: 1 of 1 packages"),
    "npm unreachable": (CLEAN, NO_NPM, 2, "COULD NOT BE CHECKED: endpoint"),
    "no tool at all": ("", "", 2, "COULD NOT BE CHECKED"),
    "advisory beside a failure": (KNOWN, NO_NPM, 1, "COULD NOT BE CHECKED"),
}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "deploy" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("python", "npm", "code", "told"), CASES.values(), ids=CASES)
def test_verdict(
    audit: ModuleType, capsys: pytest.CaptureFixture[str], python: str, npm: str, code: int, told: str
) -> None:
    def ask(command: Sequence[str]) -> tuple[str, str]:
        return (npm, "endpoint") if command[0] == "npm" else (python, "")

    assert audit.audit(ask) == code
    assert told in capsys.readouterr().out


def test_command_that_is_missing_is_no_clean_bill(
    audit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(command: Sequence[str]) -> tuple[str, str]:
        raise FileNotFoundError("no such tool")

    assert audit.audit(ask) == 2
    assert capsys.readouterr().out.count("COULD NOT BE CHECKED: no such tool") == 2


def test_release_is_built_once_and_attested() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    job = workflow["jobs"]["release"]
    assert job["permissions"] == {"contents": "write", "id-token": "write", "attestations": "write"}
    used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert {"actions/attest-build-provenance", "actions/attest-sbom"} <= set(used)
    commands = " ".join(step.get("run", "") for step in job["steps"])
    assert {"make audit", "make release", "make sbom"} <= set(re.findall(r"make [a-z]+", commands))


def test_every_ecosystem_is_kept_up_to_date() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"pip", "npm", "github-actions", "docker"}
    assert all((ROOT / update["directory"].lstrip("/")).is_dir() for update in updates)


def test_security_page_says_how_to_report_and_what_holds() -> None:
    page = (ROOT / "SECURITY.md").read_text()
    assert "Report" in page
    for link in re.findall(r"\]\(([^)#]+)", page):
        assert link.startswith("http") or (ROOT / link).exists(), link
