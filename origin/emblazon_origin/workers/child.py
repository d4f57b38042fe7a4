"""The render process: takes jobs from its socket until the other end closes.

It is expendable. Whatever a job does to it (loops, crashes, runs out of memory) ends this process
and nothing else; see `pool.py` for who notices and what happens then.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import select
import signal
import socket
import threading
import time
from typing import Any

from emblazon_origin.errors import CardError, EmblazonError
from emblazon_origin.processes import GarbageBetweenJobs, resident_bytes, trim_heap, virtual_bytes
from emblazon_origin.workers import frames
from emblazon_origin.workers.job import Job, Renderer, Waits

EXIT_MEMORY = 77
_CPUCLOCK_SCHED = 2  # linux/posix-timers.h: a clock of another process is its complement and this


def serve(sock: socket.socket, renderer: Renderer, *, memory_limit: int, nice: int) -> None:
    """Serve jobs from `sock`; never returns normally: leaves with `os._exit`.

    `memory_limit` is the bytes this process may grow by.
    """
    _become_expendable(sock, memory_limit, nice)
    garbage = GarbageBetweenJobs()
    while True:
        try:
            header, _ = frames.receive(sock)
        except (OSError, frames.ChannelClosed):
            os._exit(0)
        _limit_cpu(int(header.get("cpu", 60)))
        answer, body = _answer(renderer, header, lambda waits: frames.send(sock, {"waits": waits}))
        answer["rss"] = resident_bytes()
        try:
            frames.send(sock, answer, body)
        except OSError:
            os._exit(0)
        if answer.get("fatal"):
            os._exit(EXIT_MEMORY)
        garbage.job_done(was_kept=_was_kept(answer))


def _was_kept(answer: dict[str, Any]) -> bool:
    """Whether a kept document was drawn with other texts: it has a layout stage, but none of style."""
    stages = answer["result"]["timings"] if "result" in answer else ()
    return "layout" in stages and "style" not in stages


def _answer(renderer: Renderer, header: frames.Header, waits: Waits) -> tuple[dict[str, Any], bytes]:
    try:
        if header["op"] == "sweep":
            caches = renderer.sweep()
            gc.collect()
            trim_heap()
            return {"ok": True, "caches": caches}, b""
        result = renderer.render(Job.from_header(header["job"]), waits)
    except MemoryError:
        return {"ok": False, "fatal": True, "error": "memory", "message": "out of memory"}, b""
    except EmblazonError as error:
        return _describe(error), b""
    except RecursionError:
        return _describe(CardError("the card is nested too deeply")), b""
    except Exception as error:
        return {"ok": False, "error": "internal", "message": f"{type(error).__name__}: {error}"}, b""
    return {"ok": True, "result": result.to_header()}, result.data


def _describe(error: EmblazonError) -> dict[str, Any]:
    return {
        "ok": False,
        "error": type(error).__name__,
        "message": str(error),
        "public": error.public,
        "status": error.status,
    }


def _become_expendable(sock: socket.socket, memory_limit: int, nice: int) -> None:
    name_process("emblazon-small" if nice else "emblazon-render")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the service's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_limit:
        limit = virtual_bytes() + memory_limit
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        with contextlib.suppress(OSError, ValueError):  # not on macOS
            resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
    if nice:
        os.nice(nice)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")  # when the machine runs out, this process goes first, not the service
    threading.Thread(target=_exit_with_parent, args=(sock,), daemon=True).start()


def _exit_with_parent(sock: socket.socket) -> None:
    """Leave when the service is gone, even in the middle of a job."""
    poll = select.poll()
    poll.register(sock, getattr(select, "POLLRDHUP", select.POLLHUP))
    poll.poll()
    os._exit(0)


def _limit_cpu(seconds: int) -> None:
    """Let the kernel end a job that spins, even if nobody is left to kill it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def name_process(name: str) -> None:
    """Set the name that `ps -o comm` and `top` show (Linux; at most 15 characters)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)  # PR_SET_NAME


def cpu_seconds(pid: int) -> float | None:
    """Return the seconds of computing that a process has used; None where the system has no such clock."""
    try:
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    except (OSError, AttributeError):
        return None
