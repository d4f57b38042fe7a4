"""Known advisories of the locked packages, Python and npm: `make audit`.

Exit code 0: everything was checked and nothing is known. 1: there are advisories. 2: something could not be
checked, which is said, because silence would look like safety.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NPM = ["npm", "audit", "--json"]
SECONDS = 300


@dataclass(frozen=True)
class Verdict:
    """What is known of one ecosystem's packages."""

    ecosystem: str
    checked: int = 0
    advisories: list[str] = field(default_factory=list)
    unchecked: str = ""  # why not all of it

    def __str__(self) -> str:
        lines = [f"{self.ecosystem}: {len(self.advisories)} advisories in {self.checked} packages"]
        lines += [f"  {advisory}" for advisory in self.advisories]
        if self.unchecked:
            lines.append(f"  COULD NOT BE CHECKED: {self.unchecked}")
        return "\n".join(lines)


Run = Callable[[Sequence[str]], tuple[str, str]]


def run(command: Sequence[str]) -> tuple[str, str]:
    """Run a command of the project; returns what it wrote. Raises OSError, TimeoutExpired."""
    done = subprocess.run(  # noqa: S603 - fixed commands
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    return done.stdout, done.stderr


def pip_audit(locks: Sequence[str]) -> list[str]:
    """Return the command for the hashed requirement locks."""
    tool = str(Path(sys.executable).with_name("pip-audit"))
    command = [tool, "--format", "json", "--progress-spinner", "off"]
    command += ["--disable-pip", "--require-hashes"]
    return command + [part for lock in locks for part in ("--requirement", lock)]


def python_verdict(output: str, errors: str) -> Verdict:
    """Read pip-audit's JSON."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Verdict("Python", unchecked=_why(errors) or "pip-audit gave no report")
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    advisories = [
        f"{package['name']} {package['version']}: {known['id']}, fixed in {_fixes(known)}"
        for package in packages
        for known in package.get("vulns", [])
    ]
    reason = f"{len(skipped)} of {len(packages)} packages are unknown to the advisory service"
    return Verdict("Python", len(packages) - len(skipped), advisories, reason if skipped else "")


def _fixes(known: dict[str, list[str]]) -> str:
    return ", ".join(known["fix_versions"]) or "none"


def npm_verdict(output: str, errors: str) -> Verdict:
    """Read `npm audit`'s JSON."""
    try:
        report = json.loads(output)
        total = int(report["metadata"]["dependencies"]["total"])
        found = report["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Verdict("npm", unchecked=_why(errors) or "npm audit gave no report")
    advisories = [f"{name}: {known['severity']}, {known['range']}" for name, known in sorted(found.items())]
    return Verdict("npm", total, advisories)


def audit(ask: Run = run) -> int:
    """Ask both, say what they know, and return the exit code."""
    verdicts = []
    for read, command in (
        (python_verdict, pip_audit(["requirements/dev.txt"])),
        (npm_verdict, NPM),
    ):
        try:
            output, errors = ask(command)
        except (OSError, subprocess.TimeoutExpired) as error:
            output, errors = "", str(error)
        verdicts.append(read(output, errors))
    for verdict in verdicts:
        print(verdict)
    if any(verdict.advisories for verdict in verdicts):
        return 1
    return 2 if any(verdict.unchecked for verdict in verdicts) else 0


def _why(text: str) -> str:
    """Return the first line that says anything."""
    return next((line.strip()[:300] for line in text.splitlines() if line.strip()), "")


if __name__ == "__main__":
    sys.exit(audit())
