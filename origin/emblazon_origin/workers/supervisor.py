"""The render processes: forked, replaced, recycled, reloaded. Who works on what is `pool.py`'s business.

There are `count` processes that compute. One that waits for a remote image does not, and one whose render
computes for long does so at a low priority: for each of those another may be forked, up to `MAX_ASIDE` times
`count`, so that neither a slow image host nor a costly card takes the capacity away from everybody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from emblazon_origin.processes import resident_bytes
from emblazon_origin.workers import frames, pool_errors
from emblazon_origin.workers.job import RendererSpec
from emblazon_origin.workers.process import ProcessLimits, RenderProcess, Zygote

log = logging.getLogger(__name__)

EndReason = Literal["crash", "deadline", "memory", "recycled", "surplus", "reload", "shutdown"]
MAX_ASIDE = 4


class Supervisor:
    """Keeps as many processes as there should be."""

    def __init__(
        self,
        spec: RendererSpec,
        count: int,
        limits: ProcessLimits,
        *,
        warm_timeout: float,
        recycle_after: int,
        recycle_rss: int,
        on_idle: Callable[[], None],
        on_end: Callable[[EndReason], None],
    ) -> None:
        self.count = count
        self.workers: set[RenderProcess] = set()
        self.manifest = b""
        self.failure: str | None = None  # why there is no capacity, for readiness
        self.spec = spec
        self._limits = limits
        self._warm_timeout = warm_timeout
        self._recycle_after = recycle_after
        self._recycle_rss = recycle_rss
        self._on_idle = on_idle
        self._on_end = on_end
        self._idle: deque[RenderProcess] = deque()
        self._zygote: Zygote | None = None
        self._lock = asyncio.Lock()  # one change of the processes at a time
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def zygote_pid(self) -> int | None:
        """Process id of the warm process."""
        return self._zygote.pid if self._zygote else None

    @property
    def idle(self) -> tuple[RenderProcess, ...]:
        """Processes without a job."""
        return tuple(self._idle)

    @property
    def wanted(self) -> int:
        """How many processes there should be now."""
        aside = sum(worker.aside for worker in self.workers)
        return self.count + min(aside, MAX_ASIDE * self.count)

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Warm up and fork, unless a reload has done so already. Raises PoolFailed."""
        async with self._lock:
            if self.manifest:
                return
            try:
                await self._switch(await self._warm())
            except (pool_errors.PoolFailed, frames.ChannelClosed, OSError) as error:
                self.failure = str(error)
                raise pool_errors.PoolFailed(str(error)) from error

    async def reload(self) -> None:
        """Replace everybody by processes with fresh templates and fonts; no capacity is lost meanwhile.

        Raises PoolFailed and keeps the old ones when the new ones cannot start.
        """
        async with self._lock:
            try:
                await self._switch(await self._warm())
            except frames.ChannelClosed as error:
                raise pool_errors.PoolFailed(str(error)) from error

    async def close(self) -> None:
        """End everybody."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in list(self.workers):
            worker.kill()
            self.end(worker, "shutdown")
        if self._zygote:
            await self._zygote.close()
            self._zygote = None

    # -- work ----------------------------------------------------------------------------------

    def take(self) -> RenderProcess | None:
        """Hand out an idle process, or None."""
        while self._idle:
            worker = self._idle.popleft()
            if worker.channel.at_eof():
                self.lose(worker, "crash")
                continue
            worker.busy = True
            return worker
        return None

    def prefer(self, worker: RenderProcess, template: str) -> RenderProcess:
        """Return the idle process that knows a template instead of one handed out that does not."""
        if template not in worker.templates:
            for other in self._idle:
                if template in other.templates and not other.channel.at_eof():
                    self._idle.remove(other)
                    self._idle.appendleft(worker)
                    worker.busy, other.busy = False, True
                    worker = other
                    break
        worker.templates.add(template)
        return worker

    def give_back(self, worker: RenderProcess) -> None:
        """Take a process back after its job."""
        worker.busy = worker.waiting = False
        if worker not in self.workers:
            self.end(worker, "reload")
        elif worker.long or self.outgrown(worker):
            worker.long = False
            self.lose(worker, "recycled")
        elif len(self.workers) > self.wanted:
            self.end(worker, "surplus")
        else:
            self._idle.append(worker)
            self._on_idle()

    def outgrown(self, worker: RenderProcess) -> bool:
        """Return whether it has drawn enough, or grown too large."""
        return worker.jobs >= self._recycle_after or worker.rss > self._recycle_rss

    def lose(self, worker: RenderProcess, reason: EndReason) -> None:
        """End a process and fork another in its place."""
        current = worker in self.workers
        worker.kill()
        self.end(worker, reason)
        if current:
            self.refill()

    def end(self, worker: RenderProcess, reason: EndReason) -> None:
        """Let a process go."""
        self.workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.pidfd is not None:
            asyncio.get_running_loop().remove_reader(worker.pidfd)
        worker.release()
        self._on_end(reason)

    def waits(self, worker: RenderProcess, waiting: bool) -> None:
        """Note that a process waits for the network, or works again."""
        worker.waiting = waiting
        if waiting:
            self.refill()

    def set_aside(self, worker: RenderProcess) -> None:
        """Let others go before a process whose render computes for long."""
        worker.set_aside()
        self.refill()

    def refill(self) -> None:
        """Fork in the background until there are as many as wanted."""
        if not self._closing:
            self._spawn(self._refill())

    async def fork_background(self) -> RenderProcess | None:
        """Fork a process of the lowest priority, beside the others."""
        try:
            return await self._zygote.fork(background=True) if self._zygote else None
        except frames.ChannelClosed:
            return None

    # -- looking after -------------------------------------------------------------------------

    async def supervise(self) -> None:
        """End what grew too large, replace what died, restart a lost warm process."""
        if not self.manifest:  # not started yet
            return
        for worker in list(self.workers):
            worker.rss = resident_bytes(worker.pid) or worker.rss
            if worker.rss > self._recycle_rss + self._limits.memory:
                worker.kill()  # its job's reader sees the end of file and counts a crash
        for worker in list(self._idle):
            if worker.channel.at_eof():
                self.end(worker, "crash")
        await self._refill()
        if self._zygote is not None and not self._zygote.alive:
            async with self._lock:
                await self._rewarm()

    def _adopt(self, worker: RenderProcess) -> None:
        self.workers.add(worker)
        self._idle.append(worker)
        if worker.pidfd is not None:
            asyncio.get_running_loop().add_reader(worker.pidfd, self._exited, worker)
        self._on_idle()

    def _exited(self, worker: RenderProcess) -> None:
        """Notice at once that a process died idle; a busy one's job notices by itself."""
        if worker.pidfd is not None:
            asyncio.get_running_loop().remove_reader(worker.pidfd)
        if worker in self._idle:
            self.lose(worker, "crash")

    async def _refill(self) -> None:
        async with self._lock:
            pause = 0.05
            while len(self.workers) < self.wanted and not self._closing:
                try:
                    zygote = self._zygote
                    if zygote is None or not zygote.alive:
                        zygote = await self._rewarm()
                    self._adopt(await zygote.fork())
                    self.failure = None
                except (frames.ChannelClosed, pool_errors.PoolFailed, OSError) as error:
                    self.failure = f"render processes cannot start: {error}"
                    log.error("cannot fork a render process", extra={"error": str(error)})
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 5.0)

    async def _rewarm(self) -> Zygote:
        """Start a lost warm process anew; what it forked stays, unless templates have changed meanwhile."""
        if self._zygote is not None:
            await self._zygote.close()
            self._zygote = None
        fresh = await self._warm()
        if fresh.manifest == self.manifest:
            self._zygote = fresh
        else:
            await self._switch(fresh)
        return fresh

    async def _switch(self, fresh: Zygote) -> None:
        """Go over to another warm process and retire what the old one forked.

        Raises ChannelClosed when it cannot fork; then everything is as before.
        """
        processes: list[RenderProcess] = []
        try:
            while len(processes) < self.count:
                processes.append(await fresh.fork())
        except BaseException:
            for worker in processes:
                worker.kill()
                worker.release()
            await fresh.close()
            raise
        old, self._zygote = self._zygote, fresh
        self.manifest, self.failure = fresh.manifest, None
        retired, self.workers = self.workers, set()
        self._idle.clear()
        for worker in processes:
            self._adopt(worker)
        for worker in retired:
            if not worker.busy:
                self.end(worker, "reload")
        if old:
            await old.close()

    async def _warm(self) -> Zygote:
        zygote = await Zygote.start(self.spec, self._limits, self._warm_timeout)
        log.info("renderer warm", extra=zygote.info)
        if zygote.info["threads"] > 1:
            log.warning("renderer has threads at fork time", extra={"threads": zygote.info["threads"]})
        return zygote

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
