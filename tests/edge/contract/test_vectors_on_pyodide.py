"""The vectors hold on the Python of the current Workers runtime too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from vectors.check_vectors import check

ROOT = Path(__file__).parents[3]
RUNNER = """
import { loadPyodide } from "pyodide";
const python = await loadPyodide();
python.FS.mkdirTree("/repo");
python.FS.mount(python.FS.filesystems.NODEFS, { root: process.cwd() }, "/repo");
python.runPython(`
import sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/repo/edge", "/repo/tests"]
from vectors.check_vectors import check
print(check())
`);
"""


def test_every_vector_holds() -> None:
    assert check() >= 130


@pytest.mark.e2e
def test_every_vector_holds_on_pyodide() -> None:
    done = subprocess.run(
        ["node", "--input-type=module", "-e", RUNNER], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-1:] == [str(check())]
