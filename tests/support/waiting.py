"""Waiting for what another process does: polled, with a deadline."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def wait_until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Return when `holds()` is true; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"still not so after {seconds:g} s: {holds}")
        time.sleep(0.02)


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Return when `condition()` is true, letting the event loop run; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other processes set no events
            await asyncio.sleep(0.005)


def gone(pid: int) -> bool:
    """Return whether a process has ended, though nobody may have asked for its status yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def first_line(process: subprocess.Popen[str], seconds: float = 120.0) -> str:
    """Return the first line that a process writes; fails the test after `seconds`."""
    lines: list[str] = []
    stream = process.stdout
    assert stream is not None
    reader = threading.Thread(target=lambda: lines.append(stream.readline()), daemon=True)
    reader.start()
    reader.join(seconds)
    assert lines, f"nothing was written within {seconds:g} s"
    return lines[0]


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail where the body takes longer than `seconds` would be on a quiet machine."""
    began = time.monotonic()
    yield
    spent = time.monotonic() - began
    assert spent < busy(seconds, spent), f"{spent:.2f} s"


def busy(seconds: float, spent: float) -> float:
    """Return what `seconds` of several processes may become here now; only measured where it matters."""
    return seconds if spent < seconds else 2 * seconds * slowdown()


def slowdown() -> float:
    """Return how many times its processor time work takes here now: 1 on a quiet machine."""
    wall, spent = time.perf_counter(), time.process_time()
    while time.process_time() - spent < 0.2:
        pass
    return max(1.0, (time.perf_counter() - wall) / (time.process_time() - spent))
