"""The SDK on the Python of the current Workers runtime, which is newer than the one here: the same tags."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from emblazon_origin.host.wrangler import node_binary

ROOT = Path(__file__).parents[3]
SCRIPT = r"""
import { createRequire } from "node:module";
const require = createRequire(process.argv[1] + "/package.json");
const { loadPyodide } = require("pyodide");
const pyodide = await loadPyodide();
pyodide.FS.mkdirTree("/edge");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: process.argv[1] + "/edge" }, "/edge");
pyodide.runPython("import sys; sys.dont_write_bytecode = True; sys.path.insert(0, '/edge')");
console.log(pyodide.runPython(process.argv[2]));
"""
PYTHON = """
import json, sys, warnings
from datetime import date
from emblazon import Card
from emblazon.contract.manifest import manifest_from_json
with warnings.catch_warnings():
    warnings.simplefilter("error")
    key = "k1:an-example-of-a-signing-key"
    manifest = manifest_from_json(MANIFEST)
    card = Card("article", base_url="https://og.example.com", key=key, manifest=manifest, strict=True,
                title="Прилив “и” <отлив>", author="Inês", date=date(2026, 11, 27))
    faults = []
    for wrong in ({"titel": "x"}, {"title": "x", "date": "soon"}):
        try:
            Card("article", base_url="https://og.example.com", manifest=manifest, strict=True, **wrong).url()
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")
out = json.dumps({"version": sys.version_info[:2], "tags": card.meta_tags(), "dict": card.dict,
                  "jsonld": card.jsonld_image, "faults": faults}, sort_keys=True)
"""


@pytest.mark.e2e
def test_tags_and_complaints_are_those_of_cpython(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "emblazon_origin.cli", "manifest"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    code = f"MANIFEST = {done.stdout.encode()!r}\n{PYTHON}"
    here = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(out)"], capture_output=True, text=True, check=True, timeout=60
    )
    there = subprocess.run(
        [node_binary(ROOT), "--input-type=module", "-e", SCRIPT, str(ROOT), f"{code}\nout"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert there.returncode == 0, there.stderr
    expected, found = json.loads(here.stdout), json.loads(there.stdout)
    assert found.pop("version") >= [3, 13]
    expected.pop("version")
    assert found == expected
    assert len(expected["faults"]) == 2
    assert "'title'" in expected["faults"][0]
