"""The pool: a bounded queue in front of killable render processes.

A job's path: admission → queue → an idle process → answer. What can go wrong, and what happens:

    process died          one retry in another process, then WorkerLost
    deadline passed       the process is killed; RenderTimeout; no retry
    memory limit passed   the process ends; OutOfMemory; no retry
    nobody waits          a queued job is dropped; a running one is finished (its card is kept)
    it computes for long  it goes on at a low priority and another process stands in for it
    queue is full         Overloaded at once
    a flood comes         whoever has just queued makes room for the next: Overloaded

Each of the first three counts against the input in the breaker. Processes are `supervisor.py`'s business.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from emblazon_origin.errors import EmblazonError, Overloaded, RenderTimeout
from emblazon_origin.workers import frames, pool_errors
from emblazon_origin.workers.admission import Admission, AdmissionPolicy, Quarantine, Ticket, TicketQueue
from emblazon_origin.workers.background_renderer import BackgroundRenderer
from emblazon_origin.workers.job import Job, JobResult, RendererSpec
from emblazon_origin.workers.long_render import LongRender
from emblazon_origin.workers.process import ProcessLimits, ProtocolError, RenderProcess, ask, sweep
from emblazon_origin.workers.supervisor import EndReason, Supervisor

log = logging.getLogger(__name__)

HURRY = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """Sizes and limits; times in seconds, memory in bytes."""

    workers: int = 2
    render_timeout: float = 8.0  # of a canvas without area; see `timeout_of`
    warm_timeout: float = 60.0
    recycle_after: int = 2_000  # renders
    recycle_rss: int = 512 << 20
    limits: ProcessLimits = field(default_factory=ProcessLimits)
    admission: AdmissionPolicy = field(default_factory=AdmissionPolicy)
    background: bool = True  # whether small encodings are computed

    def timeout_of(self, job: Job) -> float:
        """Return the seconds that a job may take: a quarter more for every megapixel."""
        return self.render_timeout * (1 + job.width * job.height * job.dpr**2 / 4e6)


@dataclass(slots=True)
class PoolEvents:
    """What the pool tells to whoever counts; every hook is optional."""

    worker_ended: Callable[[EndReason], None] = lambda _reason: None
    queue_waited: Callable[[float], None] = lambda _seconds: None
    shed: Callable[[], None] = lambda: None
    retried: Callable[[], None] = lambda: None


class Pool:
    """Render processes behind a bounded queue."""

    def __init__(
        self,
        spec: RendererSpec,
        config: PoolConfig,
        events: PoolEvents | None = None,
        breaker: Quarantine | None = None,
    ) -> None:
        self._config = config
        self.events = events or PoolEvents()
        self.breaker = breaker or Quarantine()
        self.admission = Admission(config.admission, config.workers)
        self.supervisor = Supervisor(
            spec,
            config.workers,
            config.limits,
            warm_timeout=config.warm_timeout,
            recycle_after=config.recycle_after,
            recycle_rss=config.recycle_rss,
            on_idle=self._pump,
            on_end=lambda reason: self.events.worker_ended(reason),
        )
        self._background = BackgroundRenderer(self.supervisor, lambda: bool(self._queue) or self._closing)
        self._queue = TicketQueue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    # -- state ---------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many processes there should be that compute."""
        return self._config.workers

    @property
    def busy(self) -> int:
        """How many processes have a job."""
        return sum(worker.busy for worker in self.supervisor.workers)

    @property
    def waiting(self) -> int:
        """How many of those wait for remote images."""
        return sum(worker.waiting for worker in self.supervisor.workers)

    @property
    def long(self) -> int:
        """How many of those compute for long, at a low priority."""
        return sum(worker.long and not worker.waiting for worker in self.supervisor.workers)

    @property
    def alive(self) -> int:
        """How many processes there are."""
        return len(self.supervisor.workers)

    @property
    def queued(self) -> int:
        """How many jobs wait."""
        return len(self._queue)

    @property
    def quarantined(self) -> int:
        """How many inputs are refused now."""
        return self.breaker.open_count(asyncio.get_running_loop().time())

    @property
    def workers(self) -> tuple[RenderProcess, ...]:
        """The processes, for metrics and tests."""
        background = self._background.worker
        return (*self.supervisor.workers, *((background,) if background else ()))

    @property
    def manifest(self) -> bytes:
        """The manifest of the templates that the processes have loaded, as JSON; empty before the start."""
        return self.supervisor.manifest

    @property
    def ready(self) -> bool:
        """Whether at least one warm process can take a job."""
        return bool(self.supervisor.manifest and self.supervisor.workers) and not self._closing

    def cache_bytes(self) -> dict[str, int]:
        """Bytes that the caches of all processes hold, by cache, as of the last sweep."""
        totals: dict[str, int] = {}
        for worker in self.workers:
            for name, size in worker.caches.items():
                totals[name] = totals.get(name, 0) + size
        return totals

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Warm up and fork the processes. Raises PoolFailed."""
        await self.supervisor.start()

    async def reload(self) -> None:
        """Load templates and fonts anew without a gap. Raises PoolFailed and keeps the old ones."""
        await self.supervisor.reload()
        await self._background.reload()

    async def supervise(self) -> None:
        """Look after the processes once."""
        await self.supervisor.supervise()

    async def expire(self) -> None:
        """Refuse whoever has waited longer than a render may take: there is no process to come."""
        now = asyncio.get_running_loop().time()
        for ticket in [t for t in self._queue if now - t.enqueued > self._config.timeout_of(t.job)]:
            self._queue.discard(ticket)
            _fail(ticket, self._overloaded())

    async def close(self) -> None:
        """End every process and fail what still waits."""
        self._closing = True
        for ticket in list(self._queue):
            self._queue.discard(ticket)
            _fail(ticket, Overloaded("shutting down"))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._background.end("shutdown")
        await self.supervisor.close()

    # -- rendering -----------------------------------------------------------------------------

    async def render(
        self, job: Job, key: str, *, due: float = math.inf, on_start: Callable[[], None] = lambda: None
    ) -> JobResult:
        """Render a job. `on_start` is called when a process takes it.

        `due` is when the answer is wanted, on the loop's clock: remote images get a share of what is left. A
        render that has begun goes on after it, for the next who asks.
        Cancelling drops the job while it is queued; once started it is finished and forgotten.
        Raises Overloaded, Quarantined, RenderTimeout, WorkerLost, OutOfMemory, RenderFailed and
        whatever the renderer raises on purpose.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._closing:
            raise Overloaded("shutting down")
        if wait := self.breaker.refusal(key, now):
            raise pool_errors.Quarantined(wait)
        if not self.admission.admit(len(self._queue), now, idle=bool(self.supervisor.idle)):
            self._queue.keep_all()
            raise self._overloaded()
        ticket = Ticket(job, key, loop.create_future(), now, on_start, due=due)
        self._queue.add(ticket)
        self._pump()
        if self.admission.flooded(now):
            self._shorten_queue(now)
        try:
            return await ticket.answer
        except asyncio.CancelledError:
            self._queue.discard(ticket)
            raise

    def _shorten_queue(self, now: float) -> None:
        """Refuse those in whose place others have come."""
        places, limit = self.admission.flood_places, self._config.admission.max_queue
        for ticket in self._queue.shorten(now, places, limit):
            self.admission.refused(now)
            _fail(ticket, self._overloaded())

    def _overloaded(self) -> Overloaded:
        self.events.shed()
        return Overloaded("queue full", retry_after=self.admission.retry_after(len(self._queue)))

    def _pump(self) -> None:
        """Hand queued jobs to idle processes."""
        while self._queue and (worker := self.supervisor.take()):
            now = asyncio.get_running_loop().time()
            ticket = self._queue.take(now, flood=self.admission.flooded(now))
            worker = self.supervisor.prefer(worker, ticket.job.template)
            self._spawn(self._run(worker, ticket))

    async def _run(self, worker: RenderProcess, ticket: Ticket) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        if not ticket.retried:
            self.events.queue_waited(began - ticket.enqueued)
        ticket.on_start()
        self.breaker.began(ticket.key, began)
        timeout = self._config.timeout_of(ticket.job)
        watch = LongRender(worker.pid, lambda: self.supervisor.set_aside(worker))
        try:
            async with asyncio.timeout(timeout):
                reply = await ask(
                    worker,
                    self._timed(ticket, began),
                    self._cpu(ticket.job),
                    lambda waits: self.supervisor.waits(worker, waits),
                )
        except TimeoutError:
            self._killed(worker, ticket, "deadline")
            slow = RenderTimeout(
                f"not drawn within {timeout:.3g} s", public="The card took too long to draw."
            )
            _fail(ticket, slow)
            return
        except frames.ChannelClosed:
            self._killed(worker, ticket, "crash")
            self._retry(ticket)
            return
        except ProtocolError as error:
            self._killed(worker, ticket, "crash")
            _fail(ticket, pool_errors.RenderFailed(str(error)))
            return
        except asyncio.CancelledError:
            _fail(ticket, Overloaded("shutting down"))
            raise
        finally:
            watch.end()
        self.admission.observe(loop.time() - began - reply.waited)
        if reply.fatal:
            self._killed(worker, ticket, "memory")
        else:
            self.breaker.succeeded(ticket.key)
            self.supervisor.give_back(worker)
        if isinstance(reply.outcome, JobResult):
            _succeed(ticket, reply.outcome)
        else:
            _fail(ticket, reply.outcome)

    def _timed(self, ticket: Ticket, now: float) -> Job:
        """Return the job with the seconds that it has.

        Somebody in a hurry has a copy to show instead: the card gets its full time.
        """
        left, most = ticket.due - now, self._config.timeout_of(ticket.job)
        return replace(ticket.job, seconds=most if left < HURRY else min(left, most))

    def _cpu(self, job: Job) -> int:
        """Return the seconds of computing after which the kernel ends a job."""
        return math.ceil(self._config.timeout_of(job)) + 1

    def _killed(self, worker: RenderProcess, ticket: Ticket, reason: EndReason) -> None:
        self.breaker.failed(ticket.key, asyncio.get_running_loop().time())
        facts = {"reason": reason, "pid": worker.pid, "template": ticket.job.template}
        log.warning("render process ended", extra=facts)
        self.supervisor.lose(worker, reason)

    def _retry(self, ticket: Ticket) -> None:
        if ticket.answer.done():
            return
        now = asyncio.get_running_loop().time()
        if ticket.retried or self.breaker.refusal(ticket.key, now):
            _fail(ticket, pool_errors.WorkerLost("render processes died under this card"))
            return
        ticket.retried = True
        self.events.retried()
        self._queue.add(ticket)
        self._pump()

    # -- in the background ---------------------------------------------------------------------

    async def render_background(self, job: Job) -> JobResult | None:
        """Render at the lowest priority, one at a time; None when the service is too busy for it."""
        if not self._config.background:
            return None
        return await self._background.render(job, 2 * self._config.timeout_of(job), 2 * self._cpu(job))

    async def sweep(self) -> None:
        """Ask every idle process to drop what it has not used for long."""
        for _ in range(len(self.supervisor.idle)):
            worker = self.supervisor.take()
            if worker is None:
                break
            if await sweep(worker, self._config.render_timeout):
                self.supervisor.give_back(worker)
            else:
                self.supervisor.lose(worker, "crash")
        await self._background.sweep(self._config.render_timeout)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _succeed(ticket: Ticket, result: JobResult) -> None:
    if not ticket.answer.done():
        ticket.answer.set_result(result)


def _fail(ticket: Ticket, error: EmblazonError) -> None:
    if not ticket.answer.done():
        ticket.answer.set_exception(error)
