"""The pool of killable render processes: a bounded queue in front, a supervisor behind.

A job's path: admission → queue → an idle process → answer. What can go wrong, and what happens:

    process died          one retry in another process, then WorkerLost
    deadline passed       the process is killed; RenderTimeout; no retry
    memory limit passed   the process ends; OutOfMemory; no retry
    nobody waits          a queued job is dropped; a running one is finished (its card is kept)
    queue is full         Overloaded at once

Each of the first three counts against the input in the breaker. A lost process is replaced at once
by forking the zygote; a lost zygote is started anew while the processes it made go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Literal

from emblazon_origin.errors import EmblazonError, Overloaded, RenderTimeout
from emblazon_origin.workers import errors, frames
from emblazon_origin.workers.admission import Admission, AdmissionPolicy
from emblazon_origin.workers.breaker import InputBreaker
from emblazon_origin.workers.child import resident_bytes
from emblazon_origin.workers.job import Job, JobResult
from emblazon_origin.workers.process import Worker, WorkerLimits, Zygote
from emblazon_origin.workers.renderer import RendererSpec

log = logging.getLogger(__name__)

EndReason = Literal["crash", "deadline", "memory", "recycled", "reload", "shutdown"]
_FORK_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """Sizes and limits; times in seconds, memory in bytes."""

    workers: int = 2
    render_timeout: float = 8.0
    warm_timeout: float = 60.0
    recycle_after: int = 2_000  # renders
    recycle_rss: int = 700 << 20
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    admission: AdmissionPolicy = field(default_factory=AdmissionPolicy)
    background: bool = True  # whether small encodings are computed


@dataclass(slots=True)
class PoolEvents:
    """What the pool tells to whoever counts; every hook is optional."""

    worker_ended: Callable[[EndReason], None] = lambda _reason: None
    queue_waited: Callable[[float], None] = lambda _seconds: None
    shed: Callable[[], None] = lambda: None
    retried: Callable[[], None] = lambda: None


@dataclass(eq=False, slots=True)
class _Ticket:
    job: Job
    key: str
    answer: asyncio.Future[JobResult]
    enqueued: float
    on_start: Callable[[], None]
    retried: bool = False


class Pool:
    """Render processes behind a bounded queue."""

    def __init__(
        self,
        spec: RendererSpec,
        config: PoolConfig,
        events: PoolEvents | None = None,
        breaker: InputBreaker | None = None,
    ) -> None:
        self._spec = spec
        self._config = config
        self.events = events or PoolEvents()
        self.breaker = breaker or InputBreaker()
        self.admission = Admission(config.admission, config.workers)
        self._zygote: Zygote | None = None
        self._workers: set[Worker] = set()
        self._idle: deque[Worker] = deque()
        self._background: Worker | None = None
        self._background_lock = asyncio.Lock()
        self._queue: deque[_Ticket] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._replace_lock = asyncio.Lock()
        self._manifest = b""
        self.failure: str | None = None  # why there is no capacity, for readiness

    # -- state ---------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many processes there should be."""
        return self._config.workers

    @property
    def busy(self) -> int:
        """How many processes render now."""
        return sum(worker.busy for worker in self._workers)

    @property
    def alive(self) -> int:
        """How many processes there are."""
        return len(self._workers)

    @property
    def queued(self) -> int:
        """How many jobs wait."""
        return len(self._queue)

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The processes, for metrics and tests."""
        return (*self._workers, *((self._background,) if self._background else ()))

    @property
    def quarantined(self) -> int:
        """How many inputs are refused now."""
        return self.breaker.open_count(asyncio.get_running_loop().time())

    def cache_bytes(self) -> dict[str, int]:
        """Bytes that the caches of all processes hold, by cache, as of the last sweep."""
        totals: dict[str, int] = {}
        for worker in self._workers:
            for name, size in worker.caches.items():
                totals[name] = totals.get(name, 0) + size
        return totals

    @property
    def zygote_pid(self) -> int | None:
        """Process id of the warm process."""
        return self._zygote.pid if self._zygote else None

    @property
    def ready(self) -> bool:
        """Whether at least one warm process can take a job."""
        return bool(self._manifest and self._workers) and not self._closing

    @property
    def manifest(self) -> bytes:
        """The manifest of the templates that the processes have loaded, as JSON; empty before the start."""
        return self._manifest

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Warm up and fork the processes. Raises PoolFailed."""
        try:
            self._zygote = await self._start_zygote()
            self._manifest = self._zygote.manifest
            for _ in range(self._config.workers):
                self._adopt(await self._zygote.fork())
        except (errors.PoolFailed, frames.ChannelClosed, OSError) as error:
            self.failure = str(error)
            raise errors.PoolFailed(str(error)) from error
        self.failure = None

    async def reload(self) -> None:
        """Replace every process by one with fresh templates and fonts; no capacity is lost meanwhile.

        Raises PoolFailed and keeps the old processes when the new ones cannot start.
        """
        async with self._replace_lock:
            await self._switch(await self._start_zygote())

    async def _switch(self, fresh: Zygote) -> None:
        """Go over to another zygote and retire what the old one forked."""
        old, self._zygote = self._zygote, fresh
        self._manifest = fresh.manifest
        if old:
            await old.close()
        retired, self._workers = self._workers, set()
        self._idle.clear()
        if self._background:
            retired.add(self._background)
            self._background = None
        for _ in range(self._config.workers):
            self._adopt(await fresh.fork())
        for worker in retired:
            if not worker.busy:
                self._end(worker, "reload")

    async def close(self) -> None:
        """End every process and fail what still waits."""
        self._closing = True
        for ticket in self._queue:
            _fail(ticket, Overloaded("shutting down"))
        self._queue.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in [*self._workers, *filter(None, [self._background])]:
            worker.kill()
            self._end(worker, "shutdown")
        if self._zygote:
            await self._zygote.close()
            self._zygote = None

    # -- rendering -----------------------------------------------------------------------------

    async def render(self, job: Job, key: str, *, on_start: Callable[[], None] = lambda: None) -> JobResult:
        """Render a job. `on_start` is called when a process takes it.

        Cancelling drops the job while it is queued; once started it is finished and forgotten.
        Raises Overloaded, Quarantined, RenderTimeout, WorkerLost, OutOfMemory, RenderFailed and
        whatever the renderer raises on purpose.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._closing:
            raise Overloaded("shutting down")
        if wait := self.breaker.refusal(key, now):
            raise errors.Quarantined(wait)
        if not self.admission.admit(len(self._queue), now, idle=bool(self._idle)):
            self.events.shed()
            raise Overloaded("queue full", retry_after=self.admission.retry_after(len(self._queue)))
        ticket = _Ticket(job, key, loop.create_future(), now, on_start)
        self._queue.append(ticket)
        self._pump()
        try:
            return await ticket.answer
        except asyncio.CancelledError:
            if ticket in self._queue:
                self._queue.remove(ticket)
            raise

    async def render_background(self, job: Job) -> JobResult | None:
        """Render at the lowest priority, one at a time; None when the service is too busy for it."""
        if not self._config.background or self._closing or self._queue or self._zygote is None:
            return None
        async with self._background_lock:
            if self._queue or self._closing or self._zygote is None:
                return None
            try:
                if self._background is None:
                    self._background = await self._zygote.fork(background=True)
                worker = self._background
                worker.busy = True
                async with asyncio.timeout(self._config.render_timeout * 2):
                    answer, data = await self._exchange(worker, job)
            except (frames.ChannelClosed, TimeoutError):
                self._drop_background("crash")
                return None
            except asyncio.CancelledError:
                self._drop_background("shutdown")
                raise
            worker.busy = False
            if answer.get("fatal") or worker.jobs >= self._config.recycle_after:
                self._drop_background("recycled")
            return JobResult.from_header(answer["result"], data) if answer["ok"] else None

    def _drop_background(self, reason: EndReason) -> None:
        if self._background:
            self._background.kill()
            self._end(self._background, reason)
            self._background = None

    def _pump(self) -> None:
        """Hand queued jobs to idle processes."""
        while self._queue and self._idle:
            worker = self._idle.popleft()
            if worker.channel.at_eof():
                self._end(worker, "crash")
                self._spawn(self._replace())
                continue
            ticket = self._queue.popleft()
            if ticket.answer.done():
                self._idle.appendleft(worker)
                continue
            worker.busy = True
            self._spawn(self._run(worker, ticket))

    async def _run(self, worker: Worker, ticket: _Ticket) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        if not ticket.retried:
            self.events.queue_waited(began - ticket.enqueued)
        ticket.on_start()
        try:
            async with asyncio.timeout(self._config.render_timeout):
                answer, data = await self._exchange(worker, ticket.job)
        except TimeoutError:
            self._lose(worker, ticket, "deadline")
            timeout = self._config.render_timeout
            _fail(
                ticket,
                RenderTimeout(f"not drawn within {timeout:g} s", public="The card took too long to draw."),
            )
            return
        except frames.ChannelClosed:
            self._lose(worker, ticket, "crash")
            self._retry(ticket)
            return
        except asyncio.CancelledError:
            _fail(ticket, Overloaded("shutting down"))
            raise
        self.admission.observe(loop.time() - began)
        if answer.get("fatal"):
            self._lose(worker, ticket, "memory")
        else:
            self.breaker.succeeded(ticket.key)
            self._return(worker)
        if answer["ok"]:
            _succeed(ticket, JobResult.from_header(answer["result"], data))
        else:
            _fail(ticket, errors.from_answer(answer))

    async def _exchange(self, worker: Worker, job: Job) -> tuple[frames.Header, bytes]:
        await worker.channel.send({"op": "render", "job": job.to_header()})
        answer, data = await worker.channel.receive()
        worker.jobs += 1
        worker.rss = int(answer.get("rss", 0))
        return answer, data

    def _retry(self, ticket: _Ticket) -> None:
        if ticket.answer.done():
            return
        now = asyncio.get_running_loop().time()
        if ticket.retried or self.breaker.refusal(ticket.key, now):
            _fail(ticket, errors.WorkerLost("render processes died under this card"))
            return
        ticket.retried = True
        self.events.retried()
        self._queue.appendleft(ticket)
        self._pump()

    # -- processes -----------------------------------------------------------------------------

    def _adopt(self, worker: Worker) -> None:
        self._workers.add(worker)
        self._idle.append(worker)
        if worker.pidfd is not None:
            asyncio.get_running_loop().add_reader(worker.pidfd, self._exited, worker)
        self._pump()

    def _exited(self, worker: Worker) -> None:
        """Notice at once that a process died idle; a busy one's job notices by itself."""
        if worker.pidfd is not None:
            asyncio.get_running_loop().remove_reader(worker.pidfd)
        if worker in self._idle:
            self._end(worker, "crash")
            self._spawn(self._replace())

    def _return(self, worker: Worker) -> None:
        worker.busy = False
        if worker not in self._workers:
            self._end(worker, "reload")
            return
        if worker.jobs >= self._config.recycle_after or worker.rss > self._config.recycle_rss:
            self._end(worker, "recycled")
            self._spawn(self._replace())
            return
        self._idle.append(worker)
        self._pump()

    def _lose(self, worker: Worker, ticket: _Ticket, reason: EndReason) -> None:
        now = asyncio.get_running_loop().time()
        self.breaker.failed(ticket.key, now)
        log.warning(
            "render process ended",
            extra={"reason": reason, "pid": worker.pid, "template": ticket.job.template},
        )
        current = worker in self._workers
        worker.kill()
        self._end(worker, reason)
        if current:
            self._spawn(self._replace())

    def _end(self, worker: Worker, reason: EndReason) -> None:
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.pidfd is not None:
            asyncio.get_running_loop().remove_reader(worker.pidfd)
        worker.release()
        self.events.worker_ended(reason)

    async def _replace(self) -> None:
        """Fork until there are as many processes as there should be."""
        async with self._replace_lock:
            await self._fork_missing()

    async def _fork_missing(self) -> None:
        delay = 0.05
        while len(self._workers) < self._config.workers and not self._closing:
            try:
                zygote = self._zygote
                if zygote is None or not zygote.alive:
                    zygote = await self._restart_zygote()
                worker = await zygote.fork()
            except (frames.ChannelClosed, errors.PoolFailed, OSError) as error:
                self.failure = f"render processes cannot start: {error}"
                log.error("cannot fork a render process", extra={"error": str(error)})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
                continue
            self.failure = None
            self._adopt(worker)

    async def _restart_zygote(self) -> Zygote:
        """Start it anew; the processes of the lost one stay, unless templates have changed meanwhile."""
        if self._zygote is not None:
            await self._zygote.close()
            self._zygote = None
        fresh = await self._start_zygote()
        if fresh.manifest == self._manifest:
            self._zygote = fresh
        else:
            await self._switch(fresh)
        return fresh

    async def _start_zygote(self) -> Zygote:
        config = self._config
        zygote = await Zygote.start(self._spec, config.limits, config.warm_timeout)
        log.info("renderer warm", extra=zygote.info)
        if zygote.info["threads"] > 1:
            log.warning("renderer has threads at fork time", extra={"threads": zygote.info["threads"]})
        return zygote

    async def supervise(self) -> None:
        """Look after the processes once: replace what died idle, end what grew too large."""
        if not self._manifest:  # not started yet
            return
        for worker in list(self._workers):
            worker.rss = resident_bytes(worker.pid) or worker.rss
            if worker.rss > 2 * self._config.recycle_rss:
                worker.kill()  # its job's reader sees the end of file and counts a crash
        for worker in list(self._idle):
            if worker.channel.at_eof():
                self._end(worker, "crash")
        if len(self._workers) < self._config.workers:
            await self._replace()
        elif self._zygote is not None and not self._zygote.alive:
            async with self._replace_lock:
                await self._restart_zygote()

    async def sweep(self) -> None:
        """Ask every idle process to drop what it has not used for long."""
        for worker in [worker for worker in self._idle if not worker.busy]:
            if worker not in self._idle:
                continue
            self._idle.remove(worker)
            worker.busy = True
            try:
                async with asyncio.timeout(self._config.render_timeout):
                    await worker.channel.send({"op": "sweep"})
                    answer, _ = await worker.channel.receive()
            except (TimeoutError, frames.ChannelClosed):
                worker.kill()
                self._end(worker, "crash")
                self._spawn(self._replace())
                continue
            worker.caches = answer.get("caches", {})
            worker.rss = int(answer.get("rss", 0))
            self._return(worker)

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _succeed(ticket: _Ticket, result: JobResult) -> None:
    if not ticket.answer.done():
        ticket.answer.set_result(result)


def _fail(ticket: _Ticket, error: EmblazonError) -> None:
    if not ticket.answer.done():
        ticket.answer.set_exception(error)
