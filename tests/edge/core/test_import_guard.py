"""Nothing of the edge asks for entropy, time or a JS object while it is imported: a Worker may not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EDGE = Path(__file__).parents[3] / "edge"

GUARD = """
import asyncio, logging, os, random, secrets, sys, time, uuid  # the standard library's own start is not ours
from pathlib import Path

def refuse(*_, **__):
    raise RuntimeError("asked while a module is imported")

for module, names in {
    os: ("urandom", "getrandom"), time: ("time", "time_ns", "monotonic", "perf_counter", "sleep"),
    random: ("random", "randint", "choice", "seed"), secrets: ("token_hex", "token_bytes"), uuid: ("uuid4",),
}.items():
    for name in names:
        setattr(module, name, refuse)
class NoObjects(type(sys)):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(f"js.{name} asked while a module is imported")

ffi = type(sys)("pyodide.ffi")
for name in ("JsException", "JsProxy"):
    setattr(ffi, name, type(name, (Exception,), {}))
for name in ("create_once_callable", "create_proxy", "to_js"):
    setattr(ffi, name, refuse)
ffi.jsnull = None
sys.modules |= {"js": NoObjects("js"), "pyodide": type(sys)("pyodide"), "pyodide.ffi": ffi}
import importlib
root = Path(sys.argv[1])
names = []
for path in sorted((root / "emblazon").rglob("*.py")):
    name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    if name.startswith(("emblazon.contract", "emblazon.edge", "emblazon.cloudflare")):
        importlib.import_module(name)
        names.append(name)
importlib.import_module("worker")
print(len(names))
"""


def test_every_module_is_imported_without_entropy_time_and_js_objects() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARD, str(EDGE)],
        cwd=EDGE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 60
