"""The process for small encodings: lowest priority, one job at a time, beside the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from emblazon_origin.workers import frames
from emblazon_origin.workers.job import Job, JobResult
from emblazon_origin.workers.process import ProtocolError, RenderProcess, Reply, ask, sweep
from emblazon_origin.workers.supervisor import EndReason, Supervisor


class BackgroundRenderer:
    """Forks the process when it is first needed, and again when it has ended."""

    def __init__(self, supervisor: Supervisor, busy: Callable[[], bool]) -> None:
        self.worker: RenderProcess | None = None
        self._busy = busy
        self._supervisor = supervisor
        self._lock = asyncio.Lock()

    async def render(self, job: Job, seconds: float, cpu: int) -> JobResult | None:
        """Render; None where others wait, there is no process or it fails, which is nobody's loss."""
        async with self._lock:
            if self._busy():
                return None
            if self.worker is None:
                self.worker = await self._supervisor.fork_background()
            if self.worker is None:
                return None
            reply = await self._ask(self.worker, job, seconds, cpu)
            if reply is None:
                return None
            if reply.fatal or self._supervisor.outgrown(self.worker):
                self.end("recycled")
            return reply.outcome if isinstance(reply.outcome, JobResult) else None

    async def _ask(self, worker: RenderProcess, job: Job, seconds: float, cpu: int) -> Reply | None:
        try:
            async with asyncio.timeout(seconds):
                return await ask(worker, job, cpu)
        except (frames.ChannelClosed, TimeoutError, ProtocolError):
            self.end("crash")
            return None
        except asyncio.CancelledError:
            self.end("shutdown")
            raise

    async def reload(self) -> None:
        """End it after its job; the next one has the new templates."""
        async with self._lock:
            self.end("reload")

    async def sweep(self, seconds: float) -> None:
        """Let it drop what it has not used for long."""
        async with self._lock:
            if self.worker and not await sweep(self.worker, seconds):
                self.end("crash")

    def end(self, reason: EndReason) -> None:
        """End it now."""
        if self.worker:
            self.worker.kill()
            self._supervisor.end(self.worker, reason)
            self.worker = None
