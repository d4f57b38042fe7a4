"""The origin under test as a process, and what the system knows of it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

TOKEN = "metrics-token-of-the-bench"  # noqa: S105  # of a server on the loopback, for the time of a run


class Service:
    """`python -m emblazon_origin.server` on a free loopback port."""

    def __init__(self, **settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        environment = {
            "EMBLAZON_ORIGIN_PORT": str(self.port),
            "EMBLAZON_LOG_LEVEL": "ERROR",
            "EMBLAZON_METRICS_TOKEN": TOKEN,
            **settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emblazon_origin.server"], env=os.environ | environment
        )
        end = time.monotonic() + 60
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the origin did not start; its error is above")
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return bool(self.read("/readyz"))
        except OSError:
            return False

    def read(self, path: str) -> str:
        """GET a small text."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  # our own loopback address
            return str(answer.read().decode())

    def metric(self, line: str) -> float:
        """Return the value of a metric; `line` is its name with labels."""
        found = re.search(rf"^{re.escape(line)} (\S+)$", self.read("/metrics"), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def children(self) -> list[int]:
        """Return the ids of every process below the service."""
        return _below(self.process.pid)

    def render_pids(self) -> list[int]:
        """Return the ids of the render processes: the leaves of the tree."""
        return [pid for pid in self.children() if not _below(pid)]

    def memory(self) -> float:
        """Return proportional memory of the service and everything below it, in MB."""
        return sum(_kilobytes(pid, "Pss") for pid in [self.process.pid, *self.children()]) / 1024

    def resident(self) -> list[float]:
        """Return resident memory of each render process, shared pages counted in every one, in MB."""
        return [_kilobytes(pid, "Rss") / 1024 for pid in self.render_pids()]

    def files(self) -> int:
        """Return the number of open files of the service."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self) -> None:
        """Drain and end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in tasks.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_below(child)]
    return found


def _kilobytes(pid: int, kind: str) -> int:
    """Return a process's memory; of "Pss", shared pages are divided among those who share them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(rf"^{kind}:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0
