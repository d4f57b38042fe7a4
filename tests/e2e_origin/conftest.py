"""A real origin process, on a port of the system's choosing, with a renderer that obeys its parameters."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import httpx
import pytest

METRICS_TOKEN = "metrics-token-of-the-tests"
FAKE_FOLDER = Path(__file__).parents[1] / "origin" / "workers"


class OriginProcess:
    """`python -m emblazon_origin.server`, its log, and a client for it."""

    def __init__(self, folder: Path, descriptors: int | None = None, /, **settings: str) -> None:
        self.render_log = folder / "renders"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}
        environ |= {
            "EMBLAZON_ORIGIN_PORT": "0", "EMBLAZON_WORKERS": "2",
            "EMBLAZON_RENDERER": "fake_renderer:build",
            "PYTHONPATH": str(FAKE_FOLDER), "FAKE_LOG": str(self.render_log),
            "FAKE_FAIL": str(folder / "fail"),
            "EMBLAZON_METRICS_TOKEN": METRICS_TOKEN,
            "EMBLAZON_SMALL_ENCODING": "0",
            "EMBLAZON_FETCH_TIMEOUT": "0.2", "EMBLAZON_RENDER_TIMEOUT": "60",
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emblazon_origin.server"],
            env=environ | settings,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=(lambda: limit_descriptors(descriptors)) if descriptors else None,
        )
        self.lines: list[dict[str, Any]] = []
        self._new: SimpleQueue[dict[str, Any]] = SimpleQueue()
        threading.Thread(target=self._read_log, daemon=True).start()
        try:
            self.url: str = self.wait_for_log("listening", seconds=180)["url"]
            self.wait_for_log("ready", "not ready", seconds=180)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def _read_log(self) -> None:
        for line in self.process.stderr or ():
            record = json.loads(line) if line.startswith("{") else {"event": "raw", "text": line}
            self.lines.append(record)
            self._new.put(record)

    def wait_for_log(self, *events: str, seconds: float = 60.0) -> dict[str, Any]:
        """Return the next log record with one of these events."""
        end = time.monotonic() + seconds
        while True:
            try:
                record = self._new.get(timeout=max(0.01, end - time.monotonic()))
            except Empty:
                raise AssertionError(f"none of {events} in {self.lines}") from None
            if record["event"] in events:
                return record

    def get(self, target: str, **headers: str) -> httpx.Response:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(target, headers=fields)

    def renders(self) -> int:
        """Return how many renders have begun so far."""
        text = self.render_log.read_text() if self.render_log.exists() else ""
        return text.count("start ")

    def metrics(self) -> list[str]:
        """Return the lines of a scrape."""
        answer = self.get("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")
        assert answer.status_code == 200
        return answer.text.splitlines()

    def metric(self, line: str) -> float:
        """Return the value of a metric; `line` is its name with labels."""
        for found in self.metrics():
            if found.startswith(line + " "):
                return float(found.rpartition(" ")[2])
        return 0.0

    def children(self) -> list[int]:
        """Return the process ids below the service: the warm process and the render processes."""
        return descendants(self.process.pid)

    def stop(self, seconds: float = 60.0) -> int:
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def limit_descriptors(most: int) -> None:
    """Let this process have at most so many open files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:  # it ended meanwhile
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


StartOrigin = Callable[..., OriginProcess]


@pytest.fixture
def start_origin(tmp_path: Path) -> Iterator[StartOrigin]:
    started: list[OriginProcess] = []

    def start(descriptors: int | None = None, /, **settings: str) -> OriginProcess:
        started.append(OriginProcess(tmp_path, descriptors, **settings))
        return started[-1]

    yield start
    for origin in started:
        if origin.process.poll() is None:
            origin.stop()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OriginProcess]:
    """One origin for the tests of a module that only ask it things."""
    shared = OriginProcess(tmp_path_factory.mktemp("origin"))
    yield shared
    shared.stop()
