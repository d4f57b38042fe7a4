"""Emblazon as pip installs it, without the checkout: how commands are run in that environment."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

MINUTES = 10 * 60


def quiet(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**without_emblazon(), **environment},
        capture_output=True,
        text=True,
        timeout=MINUTES,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def without_emblazon() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMBLAZON_", "PYTHON"))}
    return {name: value for name, value in kept.items() if name != "VIRTUAL_ENV"}
