"""Work on pictures in a process of its own, which ends when its time or memory does; only the picture is
lost.

The process is forked for the one picture, so that it begins warm, and hands pixels back in shared memory.
Its answer is not trusted further than its type: the picture may have taken it over.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PIL import Image

from ..errors import AssetError
from ..processes import end_with_parent

T = TypeVar("T")
MODES = {"RGB": 3, "RGBa": 4}
Answer = tuple[dict[str, Any], Image.Image | None]  # facts as JSON, and pixels
AVAILABLE = sys.platform == "linux"  # forks of threaded processes are not safe everywhere
_NICER = 10
_MOST_FACTS = 32_000_000  # bytes
_MEMORY = 400 << 20  # that it may grow by


def isolated(work: Callable[[], Answer], cpu: float, wall: float) -> Answer:
    """Return what `work` returns, done in another process within seconds of computing and of waiting.

    Raises AssetError: what the work raised, or that its time or memory was up.
    """
    with tempfile.TemporaryFile() if not hasattr(os, "memfd_create") else _memory() as shared:
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            _run(work, shared.fileno(), write, cpu)
        os.close(write)
        try:
            facts = _receive(read, wall)
        finally:
            os.close(read)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            status = _ended(pid)
        if facts is None:
            raise AssetError(_reason(status))
        return _answer(facts, shared.fileno())


def _ended(pid: int) -> int:
    """Wait for a process; return its status, 0 where a handler of signals has waited for it already."""
    try:
        return os.waitpid(pid, 0)[1]
    except ChildProcessError:
        return 0


def children_seconds() -> float:
    """Return the seconds that processes of this one's have computed, those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory() -> Any:
    return os.fdopen(os.memfd_create("picture"), "w+b")


def _run(work: Callable[[], Answer], shared: int, out: int, cpu: float) -> None:
    """Do the work in the new process; never returns."""
    code = 1
    try:
        _confine(cpu)
        facts: dict[str, Any]
        try:
            facts, image = work()
            if image is not None:
                facts = {**facts, "mode": image.mode, "size": image.size}
                _write(shared, image.tobytes())
            facts = {"ok": True, **facts}
        except AssetError as error:
            facts = {"ok": False, "error": str(error)[:1000]}
        _write(out, json.dumps(facts).encode())
        code = 0
    finally:
        os._exit(code)


def _confine(cpu: float) -> None:
    end_with_parent()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, cpu)  # ends the process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as file:
        limit = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE") + _MEMORY
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
    with contextlib.suppress(OSError):
        os.nice(_NICER)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _receive(descriptor: int, wall: float) -> bytes | None:
    """Return all that the process says before it ends; None where it says nothing in time."""
    end = time.monotonic() + wall
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    parts: list[bytes] = []
    size = 0
    while size <= _MOST_FACTS:
        if not poll.poll(max(0.0, end - time.monotonic()) * 1000):
            return None
        part = os.read(descriptor, 1 << 20)
        if not part:
            return b"".join(parts) or None
        parts.append(part)
        size += len(part)
    return None


def _reason(status: int) -> str:
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended in (signal.SIGPROF, signal.SIGKILL):
        return "the image takes too long to decode or to draw"
    return "the image takes too much memory to decode, or ends the decoder"


def _answer(said: bytes, shared: int) -> Answer:
    """Read the answer back, checking all that is used of it. Raises AssetError."""
    try:
        facts = json.loads(said)
        if not facts["ok"]:
            raise AssetError(str(facts["error"]))
        if "mode" not in facts:
            return facts, None
        width, height = (int(side) for side in facts["size"])
        length = width * height * MODES[facts["mode"]]
        if min(width, height) <= 0 or os.fstat(shared).st_size != length:
            raise ValueError("pixels are missing")
        with mmap.mmap(shared, length, access=mmap.ACCESS_READ) as pixels, memoryview(pixels) as view:
            return facts, Image.frombytes(facts["mode"], (width, height), view)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise AssetError("the image's decoder answered nonsense") from error
