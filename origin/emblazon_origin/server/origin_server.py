"""The whole origin as one object: configuration in, answers out.

    async with OriginServer(config) as origin:
        answer = await origin.answer(HttpRequest("GET", "/render/article.png?title=Hi"))

`app.py` carries its answers over HTTP; the CPython edge host calls it in the same process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from emblazon.contract.manifest import manifest_from_json
from emblazon.contract.schema import Manifest
from emblazon_origin import caching
from emblazon_origin.errors import EmblazonError
from emblazon_origin.observability.alerts import Alerts, set_up_tracking
from emblazon_origin.observability.metrics import OriginMetrics, Sample
from emblazon_origin.observability.tracing import Tracing
from emblazon_origin.processes import resident_bytes
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.memory import CardCache, Shares
from emblazon_origin.server.messages import HttpRequest, HttpResponse
from emblazon_origin.server.middleware import Middleware
from emblazon_origin.server.routes import Routes
from emblazon_origin.server.service import CardService
from emblazon_origin.server.watch import TreeWatch
from emblazon_origin.storage import storage_of
from emblazon_origin.workers.admission import AdmissionPolicy
from emblazon_origin.workers.job import RendererSpec
from emblazon_origin.workers.pool import Pool, PoolConfig, PoolEvents
from emblazon_origin.workers.pool_errors import PoolFailed
from emblazon_origin.workers.process import ProcessLimits
from emblazon_origin.workers.supervisor import EndReason

if TYPE_CHECKING:
    from emblazon_origin.server.fleet import Fleet

log = logging.getLogger(__name__)

_START_RETRY = 3.0  # seconds between attempts to start render processes
_SUPERVISE_EVERY = 0.5
_WATCH_EVERY = 0.5
_RELOAD_RETRY = 2.0  # seconds between attempts to load what could not be loaded


class OriginServer:
    """Composition root of the origin: pool, caches, fleet, routes, and the tasks that look after them."""

    def __init__(
        self, config: OriginConfig, spec: RendererSpec, watched: tuple[Path, ...] = (), *, edge_bytes: int = 0
    ) -> None:
        """Put the parts together; `edge_bytes` of the memory budget are an edge's in the same process."""
        self.config = config
        self.metrics = OriginMetrics()
        self.alerts = Alerts(config.alert_webhook, config.alert_interval, self.metrics)
        shares = Shares.of(config.memory_budget, config.worker_count + config.small_encoding)
        self.cards = CardCache(shares.rendered - edge_bytes)
        options = spec.options | {"cache_bytes": shares.per_worker}
        self.pool = Pool(RendererSpec(spec.factory, options), _pool_config(config), self._pool_events())
        self.fleet = self._fleet()
        self.service = CardService(config, self.pool, self.cards, self.metrics, self.fleet)
        self.storage = storage_of(config)
        set_up_tracking(config.sentry_dsn)
        self.tracing = Tracing.to(config.otel_endpoint)
        routes = Routes(config, self.service, self.storage, self, self.metrics)
        self._middleware = Middleware(routes, self.metrics, self.alerts, self.tracing)
        self._manifest = (b"", Manifest(""))
        self._drain_until: float | None = None
        self._watch = TreeWatch(watched)
        self._tasks: set[asyncio.Task[None]] = set()
        self._reload_lock = asyncio.Lock()
        self._reload_at = math.inf  # when to try again
        self._reload_failure = ""
        self.metrics.watch(self._samples)

    # -- life ----------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Start, and wait until the processes are warm or known to be unable to."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Drain and stop."""
        await self.stop()

    async def start(self, *, wait: bool = True) -> None:
        """Start the render processes; without `wait` in the background: live at once, ready later.

        On failure the origin lives but is not ready, and keeps trying.
        """
        if not wait or not await self._try_start():
            self._keep(self._start_later(0.0 if not wait else _START_RETRY))
        self._keep(self._every(_SUPERVISE_EVERY, self.pool.supervise))
        self._keep(self._every(_SUPERVISE_EVERY, self.pool.expire))
        self._keep(self._every(self.config.sweep_interval, self._sweep))
        if self.config.dev:
            self._keep(self._every(_WATCH_EVERY, self._reload_if_changed))

    async def stop(self) -> None:
        """Finish what was admitted, at most `grace` seconds, and end every process."""
        self.draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._drain_until):
                await self.service.drain()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pool.close()
        if self.fleet is not None:
            await self.fleet.close()
        await self.storage.close()
        await self.alerts.close()
        self.tracing.close()

    @property
    def draining(self) -> bool:
        """Whether the origin is on its way out; readiness fails, what arrives is still answered."""
        return self._drain_until is not None

    @draining.setter
    def draining(self, draining: bool) -> None:
        """Start the time that is left for what was admitted."""
        if draining and self._drain_until is None:
            grace = self.config.drain_delay + self.config.grace
            self._drain_until = asyncio.get_running_loop().time() + grace

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request; never raises, except when cancelled."""
        return await self._middleware.answer(request)

    async def reload(self) -> bool:
        """Load templates and fonts anew; on failure everything stays as it was."""
        async with self._reload_lock:
            try:
                await self.pool.reload()
            except (EmblazonError, OSError, ValueError) as error:
                self.metrics.reloads.labels("failed").inc()
                if str(error) != self._reload_failure:  # said once
                    log.error("reload failed; the old templates stay", extra={"error": str(error)})
                self._reload_failure = str(error)
                return False
            self._reload_failure = ""
            self.metrics.reloads.labels("done").inc()
            log.info("reloaded", extra={"templates": sorted(self.manifest.templates)})
            return True

    @property
    def manifest(self) -> Manifest:
        """Templates and versions that the render processes have loaded; empty before they have."""
        raw, manifest = self._manifest
        if raw is not self.pool.manifest:
            raw = self.pool.manifest
            manifest = manifest_from_json(raw)
            self._manifest = (raw, manifest)
        return manifest

    @property
    def not_ready(self) -> str:
        """Why no traffic should come, or an empty text."""
        if self.draining:
            return "draining"
        if self.pool.ready:
            return ""
        return self.pool.supervisor.failure or "render processes are starting"

    @property
    def processes(self) -> int:
        """How many render processes there are."""
        return self.pool.alive

    # -- tasks ---------------------------------------------------------------------------------

    async def _try_start(self) -> bool:
        try:
            await self.pool.start()
        except PoolFailed as error:
            log.error("not ready", extra={"error": str(error)})
            self.alerts.raise_alert("not-ready", "critical", str(error))
            return False
        log.info("ready", extra={"templates": sorted(self.manifest.templates), "workers": self.pool.alive})
        return True

    async def _start_later(self, pause: float) -> None:
        await asyncio.sleep(pause)
        pause = _START_RETRY
        while not await self._try_start():
            await asyncio.sleep(pause)
            pause = min(2 * pause, 10 * _START_RETRY)

    async def _sweep(self) -> None:
        caching.sweep()
        self.cards.sweep()
        await self.pool.sweep()

    async def _reload_if_changed(self) -> None:
        """Reload what was saved; where that fails, try again without another save: the fault may pass."""
        now = asyncio.get_running_loop().time
        if await self._watch.settled() or now() >= self._reload_at:
            done = await self.reload()
            self._reload_at = math.inf if done else now() + _RELOAD_RETRY

    async def _every(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception:
                log.exception("a periodic task failed")

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- parts ---------------------------------------------------------------------------------

    def _fleet(self) -> Fleet | None:
        config = self.config
        if not config.redis_url:
            return None
        from emblazon_origin.server.fleet import Fleet  # late: Redis' client is slow to load

        return Fleet.connect(
            config.redis_url,
            timeout=config.redis_timeout,
            life=config.redis_life,
            lock_life=6 * config.render_timeout,
            failed=lambda operation: self.metrics.redis_errors.labels(operation).inc(),
        )

    def _pool_events(self) -> PoolEvents:
        metrics = self.metrics

        def ended(reason: EndReason) -> None:
            metrics.worker_ends.labels(reason).inc()
            if reason in ("crash", "memory", "deadline"):
                self.alerts.raise_alert(f"worker-{reason}", "warning", f"a render process ended: {reason}")

        return PoolEvents(
            worker_ended=ended,
            queue_waited=metrics.queue_wait_seconds.observe,
            shed=metrics.shed.inc,
            retried=metrics.retries.inc,
        )

    def _samples(self) -> Iterator[Sample]:
        pool = self.pool
        yield "ready", "1 while the origin takes traffic.", {}, float(not self.not_ready)
        yield "queue_depth", "Renders that wait for a process.", {}, pool.queued
        yield (
            "saturation",
            "Busy share of the render processes, plus the queue: above 1 there is a queue.",
            {},
            ((pool.busy - pool.waiting - pool.long + pool.queued) / pool.size),
        )
        busy = pool.busy - pool.waiting - pool.long
        yield "workers", "Render processes by state.", {"state": "busy"}, busy
        yield "workers", "Render processes by state.", {"state": "long"}, pool.long
        yield "workers", "Render processes by state.", {"state": "waiting"}, pool.waiting
        yield "workers", "Render processes by state.", {"state": "idle"}, pool.alive - pool.busy
        yield "quarantined_inputs", "Inputs that are not tried for a while.", {}, pool.quarantined
        own, processes = caching.held(), pool.cache_bytes()
        for name in sorted(own.keys() | processes.keys()):
            found = own.get(name, caching.Held())
            label = {"cache": name}
            yield "cache_bytes", "Bytes held, by cache.", label, found.bytes + processes.get(name, 0)
            if found.max_bytes:
                yield "cache_entries", "Entries held by the service, by cache.", label, found.entries
                yield (
                    "cache_evictions",
                    "Entries that the service pushed out.",
                    label,
                    found.evictions,
                )
        yield (
            "resident_bytes",
            "Resident memory by kind of process.",
            {"process": "service"},
            resident_bytes(),
        )
        workers = sum(resident_bytes(worker.pid) for worker in pool.workers)
        yield "resident_bytes", "Resident memory by kind of process.", {"process": "workers"}, workers
        if warm := pool.supervisor.zygote_pid:
            size = resident_bytes(warm)
            yield "resident_bytes", "Resident memory by kind of process.", {"process": "warm"}, size
        if self.fleet is not None:
            yield "redis_up", "1 while Redis answers.", {}, float(self.fleet.up)


def _pool_config(config: OriginConfig) -> PoolConfig:
    return PoolConfig(
        workers=config.worker_count,
        render_timeout=config.render_timeout,
        recycle_after=config.recycle_after,
        recycle_rss=config.recycle_memory,
        limits=ProcessLimits(memory=config.worker_memory),
        admission=AdmissionPolicy(max_queue=config.queue, burst_wait=config.queue_wait),
        background=config.small_encoding,
    )
