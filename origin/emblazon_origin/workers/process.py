"""Handles of the zygote and of one render process, as the service sees them.

A question to a render process has one answer. The process may have been taken over by its input: an answer
that makes no sense is an error, and nothing in it is trusted further than its type.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emblazon_origin.errors import EmblazonError
from emblazon_origin.workers import frames, pool_errors
from emblazon_origin.workers.job import Job, JobResult, RendererSpec
from emblazon_origin.workers.pool_errors import PoolFailed

# One thread each: parallelism comes from processes, and a fork keeps only the forking thread.
_THREADS = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}  # fmt: skip
MOST_NICE, NICER = 19, 15  # for renders that compute for long
FORK_SECONDS = 5.0  # a warm process that takes longer for a fork hangs
_ANSWER_BUFFER = 1 << 20  # bytes; the system may allow less. A card fits, so that its process need not wait
# Render processes handle hostile input: they get no secret that they could lose.
_SECRET_WORDS = ("TOKEN", "SECRET", "KEY", "DSN", "PASSWORD", "REDIS_URL", "WEBHOOK", "CREDENTIAL", "HEADERS")
_USER_IN_URL = re.compile(r"//[^/\s]*@")  # proxies, databases

_SENSELESS = (AttributeError, KeyError, TypeError, ValueError)  # what reading such an answer raises


def worker_environment(environ: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment for render processes: no secrets, one thread per library."""
    source = os.environ if environ is None else environ
    kept = {
        name: value
        for name, value in source.items()
        if not any(word in name.upper() for word in _SECRET_WORDS) and not _USER_IN_URL.search(value)
    }
    return kept | _THREADS


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What one render process may use."""

    memory: int = 1 << 30  # bytes that it may grow by


@dataclass(eq=False, slots=True)
class RenderProcess:
    """One render process."""

    pid: int
    channel: frames.Channel
    pidfd: int | None
    jobs: int = 0
    rss: int = 0
    busy: bool = False
    waiting: bool = False  # for a remote image: it does not compute
    long: bool = False  # its render computes for long, at a low priority
    background: bool = False
    caches: dict[str, int] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)  # whose documents it has

    def kill(self) -> None:
        """End it now; safe against reused process ids where the system has pidfds."""
        with contextlib.suppress(OSError):
            if self.pidfd is not None:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)

    @property
    def aside(self) -> bool:
        """Whether another process stands in for it."""
        return self.waiting or self.long

    def set_aside(self) -> None:
        """Let it compute only where nobody else would; it cannot have its priority back."""
        self.long = True
        with contextlib.suppress(OSError, AttributeError):
            usual = os.getpriority(os.PRIO_PROCESS, self.pid)
            os.setpriority(os.PRIO_PROCESS, self.pid, min(MOST_NICE, usual + NICER))

    def release(self) -> None:
        """Close the handle. A healthy process exits by itself when its socket closes."""
        self.channel.close()
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None
        with contextlib.suppress(ChildProcessError):  # ours only when its zygote died before it
            os.waitpid(self.pid, os.WNOHANG)


class Zygote:
    """The warm process that others are forked from."""

    def __init__(
        self, process: asyncio.subprocess.Process, control: socket.socket, channel: frames.Channel
    ) -> None:
        self._process = process
        self._control = control
        self._channel = channel
        self._lock = asyncio.Lock()
        self.info: dict[str, Any] = {}
        self.manifest = b""

    @classmethod
    async def start(cls, spec: RendererSpec, limits: ProcessLimits, seconds: float) -> Zygote:
        """Start it and wait until it is warm. Raises PoolFailed with what the renderer complained about."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "emblazon_origin.workers.zygote", str(theirs.fileno()),
                pass_fds=(theirs.fileno(),), env=worker_environment(), stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        zygote = cls(process, ours.dup(), await frames.Channel.open(ours))
        try:
            async with asyncio.timeout(seconds):
                await zygote._warm_up(spec, limits)
        except TimeoutError:
            await zygote.close()
            raise PoolFailed(f"the renderer was not ready within {seconds:.0f} s") from None
        except BaseException:
            await zygote.close()
            raise
        return zygote

    async def _warm_up(self, spec: RendererSpec, limits: ProcessLimits) -> None:
        start = {"factory": spec.factory, "options": spec.options, "memory_limit": limits.memory}
        try:
            self._channel.send(start)
            self.info, self.manifest = await self._channel.receive()
        except frames.ChannelClosed as error:
            raise PoolFailed("the renderer ended while it started; its error is above in the log") from error
        if self.info["op"] == "failed":
            raise PoolFailed(self.info["message"])

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def fork(self, *, background: bool = False) -> RenderProcess:
        """Fork a render process. Raises ChannelClosed when the zygote is gone or hangs; then it is killed."""
        ours, theirs = socket.socketpair()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ANSWER_BUFFER)
        try:
            with theirs:
                async with self._lock, asyncio.timeout(FORK_SECONDS):
                    try:
                        socket.send_fds(self._control, [bytes([19 if background else 0])], [theirs.fileno()])
                    except OSError as error:
                        raise frames.ChannelClosed(str(error)) from error
                    answer, _ = await self._channel.receive()
        except TimeoutError:
            ours.close()
            self._kill()
            raise frames.ChannelClosed(f"the warm process did not fork within {FORK_SECONDS:g} s") from None
        except BaseException:
            ours.close()
            raise
        pid = int(answer["pid"])
        pidfd = None
        with contextlib.suppress(OSError, AttributeError):
            pidfd = os.pidfd_open(pid)
        return RenderProcess(pid, await frames.Channel.open(ours), pidfd, background=background)

    async def close(self) -> None:
        """End it; the processes forked from it live on until their own sockets close."""
        self._control.close()
        self._channel.close()
        self._kill()
        await self._process.wait()

    def _kill(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


class ProtocolError(Exception):
    """The answer is not one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `fatal`: the process ends; `waited`: the seconds that it waited for remote files."""

    outcome: JobResult | EmblazonError
    fatal: bool
    waited: float


async def ask(
    worker: RenderProcess, job: Job, cpu: int, waits: Callable[[bool], None] = lambda _waits: None
) -> Reply:
    """Let a process draw a job, in at most `cpu` seconds of computing.

    Raises ChannelClosed and ProtocolError.

    `waits` hears when the process begins and ends to wait for remote files.
    """
    loop = asyncio.get_running_loop()
    worker.channel.send({"op": "render", "job": job.to_header(), "cpu": cpu})
    waited = 0.0
    try:
        while True:
            answer, data = await worker.channel.receive()
            if "waits" not in answer:
                break
            waited += -loop.time() if answer["waits"] else loop.time()
            waits(bool(answer["waits"]))
        worker.jobs += 1
        worker.rss = int(answer.get("rss", 0))
        outcome = (
            JobResult.from_header(answer["result"], data) if answer["ok"] else pool_errors.from_answer(answer)
        )
        return Reply(outcome, bool(answer.get("fatal")), max(0.0, waited))
    except _SENSELESS as error:
        raise ProtocolError(f"a render process broke the protocol: {error!r}") from error


async def sweep(worker: RenderProcess, seconds: float) -> bool:
    """Let a process drop what it has not used for long; returns whether it answered in time."""
    try:
        async with asyncio.timeout(seconds):
            worker.channel.send({"op": "sweep"})
            answer, _data = await worker.channel.receive()
        worker.caches = {str(name): int(size) for name, size in answer["caches"].items()}
        worker.rss = int(answer["rss"])
    except (TimeoutError, frames.ChannelClosed, *_SENSELESS):
        return False
    return True
