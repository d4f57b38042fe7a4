"""`make deploy-check`: what a first deploy would stumble over, found before it; nothing is uploaded.

The compatibility date decides the Python of the Worker, the vendored SDK must be beside it, the bundle and
the start must stay within the platform's limits.
"""

from __future__ import annotations

import datetime
import gzip
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from .wrangler import node_binary, worker_environment

PYTHON_3_14 = datetime.date(2026, 10, 1)  # earlier dates ask for Pyodide 0.28.2, Python 3.13
BUNDLE_LIMIT = 3 * 1024 * 1024  # bytes, compressed, on the free plan; 10 MB on the paid one
START_LIMIT = 1.0  # seconds of processor time
SDK = Path("python_modules") / "workers"
LOCK = Path("requirements") / "worker.txt"  # of what is vendored, in a checkout


def faults(root: Path) -> list[str]:
    """Return what would fail, each with its remedy; prints what is measured."""
    settings = tomllib.loads((root / "wrangler.toml").read_text())
    return [*_date(settings), *_sdk(root), *_bundle(root), *_start(root)]


def _date(settings: dict[str, object]) -> list[str]:
    date = datetime.date.fromisoformat(str(settings["compatibility_date"]))
    print(f"compatibility date   {date}: Python {'3.14 (Pyodide 314)' if date >= PYTHON_3_14 else '3.13'}")
    if date >= PYTHON_3_14:
        return []
    return [f"compatibility_date {date} asks for Pyodide 0.28.2; set it to {PYTHON_3_14} or later."]


def _sdk(root: Path) -> list[str]:
    found = [place for place in (root / SDK, root / "edge" / SDK) if place.is_dir()]
    if not found:
        return [f"{SDK} is missing, and the Worker would fail at its start; run `pywrangler sync`."]
    vendored = {
        path.name.removeprefix("workers_runtime_sdk-").removesuffix(".dist-info")
        for path in found[0].parent.glob("workers_runtime_sdk-*.dist-info")
    }
    print(f"vendored SDK         {', '.join(vendored) or 'there'}")
    locked = _locked_sdk(root)
    if not locked or vendored <= {locked}:
        return []
    return [f"The vendored SDK is {', '.join(vendored)}, the Worker is tested with {locked}: {LOCK} has it."]


def _locked_sdk(root: Path) -> str:
    """The version that a checkout's lock names; "" elsewhere."""
    lock = root / LOCK
    text = lock.read_text() if lock.is_file() else ""
    return text.partition("workers-runtime-sdk==")[2].partition(" ")[0]


def _bundle(root: Path) -> list[str]:
    wrangler = root / "node_modules" / "wrangler" / "bin" / "wrangler.js"
    with tempfile.TemporaryDirectory() as folder:
        command = [node_binary(root), str(wrangler), "deploy", "--dry-run", "--outdir", folder]
        done = subprocess.run(  # noqa: S603  # a fixed command of the project's own
            command,
            cwd=root,
            env=worker_environment(root, Path(folder)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        if done.returncode:
            return [f"wrangler refuses the configuration: {(done.stderr or done.stdout).strip()[-500:]}"]
        files = [path.read_bytes() for path in Path(folder).rglob("*.py")]
    size = sum(len(gzip.compress(data)) for data in files)
    print(f"bundle               {len(files)} modules, {size / 1024:.0f} KiB of {BUNDLE_LIMIT / 1024:.0f}")
    return [f"The bundle has {size} bytes compressed, of {BUNDLE_LIMIT}."] if size > BUNDLE_LIMIT else []


def _start(root: Path) -> list[str]:
    code = (
        "import time; t = time.process_time(); import emblazon.edge.handler; print(time.process_time() - t)"
    )
    done = subprocess.run(  # noqa: S603  # a fixed command of the project's own
        [sys.executable, "-c", code],
        cwd=root / "edge",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    seconds = float(done.stdout)
    print(f"start                {seconds:.2f} s of CPU on CPython, of {START_LIMIT:g} on the platform")
    return [f"The start takes {seconds:.2f} s, of {START_LIMIT:g}."] if seconds > START_LIMIT else []


def main() -> int:
    """Check this folder; the exit code tells whether a deploy may be tried."""
    found = faults(Path.cwd())
    for fault in found:
        print(f"deploy-check: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
