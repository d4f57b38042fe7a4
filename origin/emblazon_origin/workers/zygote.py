"""The warm process that render processes are forked from.

It imports the renderer, loads fonts and templates and draws every template once. A fork then
costs milliseconds instead of seconds and shares the warm memory, so that capacity is back at
once after a crash. Started as `python -m emblazon_origin.workers.zygote FD`; FD is one end of a
socket pair that carries:

    service → zygote   {"op": "start", factory, options, …}    once
    zygote → service   {"op": "ready", …} and the manifest, or {"op": "failed", "message"}
    service → zygote   one byte, the niceness, with a socket attached (SCM_RIGHTS): fork
    zygote → service   {"op": "forked", "pid"}

It must be single-threaded when it forks: renderers start threads only in `render`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import time
import traceback
from typing import Any

from emblazon_origin.errors import EmblazonError
from emblazon_origin.processes import resident_bytes, trim_heap
from emblazon_origin.workers import child, frames
from emblazon_origin.workers.job import Renderer, RendererSpec


def main(fd: int) -> None:
    """Serve fork requests until the service closes its end."""
    child.name_process("emblazon-warm")
    control = socket.socket(fileno=fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    start, _ = frames.receive(control)
    began = time.perf_counter()
    try:
        renderer = RendererSpec(start["factory"], start["options"]).load()
        renderer.warm()
    except EmblazonError as error:
        frames.send(control, {"op": "failed", "message": str(error)})
        return
    except Exception as error:
        traceback.print_exc()
        frames.send(control, {"op": "failed", "message": f"{type(error).__name__}: {error}"})
        return
    signal.signal(signal.SIGCHLD, _reap)  # after the warm-up, whose pictures wait for processes of their own
    gc.collect()
    trim_heap()
    gc.freeze()  # keep the collector from touching, and so copying, shared pages
    ready = {"op": "ready", "seconds": time.perf_counter() - began, "rss": resident_bytes()}
    frames.send(control, ready | {"threads": _thread_count()}, renderer.manifest())
    _serve(control, renderer, start)


def _serve(control: socket.socket, renderer: Renderer, start: dict[str, Any]) -> None:
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        except InterruptedError:
            continue
        if not message:
            return
        sock = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if not pid:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            nice = message[0]  # one byte: the niceness
            child.serve(sock, renderer, memory_limit=start["memory_limit"], nice=nice)
        sock.close()
        frames.send(control, {"op": "forked", "pid": pid})


def _reap(*_: object) -> None:
    """Collect ended render processes; who ended is seen on their sockets."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _thread_count() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


if __name__ == "__main__":
    with contextlib.suppress(frames.ChannelClosed, BrokenPipeError):  # the service is gone
        main(int(sys.argv[1]))
