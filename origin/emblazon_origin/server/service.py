"""The origin without its web server: a request in, an answer out.

`emblazon serve` calls it from the edge in the same process; `app.py` puts aiohttp in front of it.

    card request → memory → single flight → Redis → render process → memory, Redis
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import math
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from emblazon.contract.canonical import cache_key, card_id
from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.request import CardRequest
from emblazon.contract.schema import Manifest
from emblazon_origin.errors import EmblazonError
from emblazon_origin.observability.metrics import OriginMetrics
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.headers import FinishedCard
from emblazon_origin.server.memory import CardCache, is_outdated
from emblazon_origin.server.single_flight import Flight, FlightTable
from emblazon_origin.storage import Incomplete
from emblazon_origin.workers.job import Effort, Job, JobResult
from emblazon_origin.workers.pool import Pool

if TYPE_CHECKING:
    from emblazon_origin.server.fleet import Fleet

log = logging.getLogger(__name__)

_SHRINK = "small encoding"  # the name of such a task
Tier = Literal["memory", "redis", "joined", "render"]


@dataclass(frozen=True, slots=True)
class Served:
    """A card and the tier that it came from."""

    card: FinishedCard
    tier: Tier

    @property
    def stages(self) -> dict[str, float]:
        """Milliseconds by stage, where the card was drawn for this very request."""
        return self.card.timings if self.tier == "render" else {}


class CardService:
    """Finds or renders cards; owns the caches, not the processes."""

    def __init__(
        self,
        config: OriginConfig,
        pool: Pool,
        cards: CardCache,
        metrics: OriginMetrics,
        fleet: Fleet | None = None,
    ) -> None:
        self._config = config
        self._pool = pool
        self._cards = cards
        self._metrics = metrics
        self._fleet = fleet
        self._flights: FlightTable[Served] = FlightTable()
        self._chores: set[asyncio.Task[None]] = set()
        self._shrinking: dict[str, asyncio.Task[None]] = {}

    @property
    def flights(self) -> int:
        """Fills under way."""
        return len(self._flights)

    async def card(
        self,
        request: CardRequest,
        manifest: Manifest,
        *,
        edge_key: str = "",
        refresh: bool = False,
        due: float = math.inf,
        wait: float = 0.0,
    ) -> Served:
        """Return the card of a request.

        `edge_key` is the key of the edge, which counts purges; it becomes part of ours, so that a purged
        card is drawn anew. `refresh` does so in any case. `due` is when the answer is wanted, on the loop's
        clock. `wait` is how many seconds the small encoding of a quick card may take. Raises EmblazonError.
        """
        key = hashlib.sha256(f"{cache_key(request, manifest)}\n{edge_key}".encode()).hexdigest()
        served = await self._card(key, request, due, refresh=refresh)
        if not (wait and served.card.quick):
            return served
        if task := self._shrinking.get(key):
            await asyncio.wait({task}, timeout=wait)
        return replace(served, card=self._kept(key, request) or served.card)

    async def _card(self, key: str, request: CardRequest, due: float, *, refresh: bool) -> Served:
        if not refresh and (card := self._kept(key, request)):
            if card.quick:
                self._shrink_later(key, request, card)
            return Served(card, "memory")
        served, joined = await self._flights.do(
            key + ("!" if refresh else ""),
            lambda flight: self._fill(key, request, flight, due, refresh=refresh),
        )
        return Served(served.card, "joined") if joined else served

    async def explain(self, request: CardRequest) -> JobResult:
        """Render once more, for the report; nothing is kept."""
        return await self._pool.render(
            replace(_job(request), explain=True), f"explain:{request.template.name}"
        )

    async def final(self, request: CardRequest) -> JobResult:
        """Draw with all effort, for a picture that stays where it is put; nothing is kept here.

        Raises EmblazonError, Incomplete where an image or a font is missing.
        """
        began = time.perf_counter()
        result = await self._pool.render(_job(request, "small"), f"final:{card_id(request)}")
        self._count(request, result, "small", time.perf_counter() - began)
        if result.degraded:
            reasons = [finding["message"] for finding in result.diagnostics if finding["severity"] != "info"]
            raise Incomplete(
                f"not stored, because something is missing: {'; '.join(reasons[:3])}",
                public="An image or a font of the card cannot be loaded, so it is not stored.",
            )
        return result

    def _kept(self, key: str, request: CardRequest) -> FinishedCard | None:
        return self._cards.get(key, request.template.cache.max_age, self._config.degraded_max_age)

    async def _fill(
        self, key: str, request: CardRequest, flight: Flight[Served], due: float, *, refresh: bool
    ) -> Served:
        lock = ""
        if self._fleet is not None:
            if not refresh and (card := await self._from_fleet(self._fleet, key, request)):
                return self._keep(key, card, "redis")
            lock = await self._fleet.lock(key)
            if lock == "taken":
                self._metrics.fleet.labels("waited").inc()
                card = await self._fleet.wait_for(key, self._config.render_timeout)
                if card and not self._outdated(card, request):
                    return self._keep(key, card, "redis")
                lock = ""
        try:
            card = await self._render(key, request, flight, due)
        except BaseException:
            if self._fleet is not None and lock:
                self._chore(self._fleet.release(key, lock))
            raise
        if card.template_version != request.template.version:  # reloaded meanwhile: not what the key says
            if self._fleet is not None and lock:
                self._chore(self._fleet.release(key, lock))
            return Served(card, "render")
        if self._fleet is not None and lock:
            life = self._config.degraded_max_age if card.degraded else None
            self._chore(self._fleet.store(key, card, lock, life or None))
        if card.quick:
            self._shrink_later(key, request, card)
        return self._keep(key, card, "render")

    async def _from_fleet(self, fleet: Fleet, key: str, request: CardRequest) -> FinishedCard | None:
        card = await fleet.get(key)
        fresh = card is not None and not self._outdated(card, request)
        self._metrics.fleet.labels("hit" if fresh else "miss").inc()
        return card if fresh else None

    def _outdated(self, card: FinishedCard, request: CardRequest) -> bool:
        return is_outdated(card, time.time(), request.template.cache.max_age, self._config.degraded_max_age)

    def _keep(self, key: str, card: FinishedCard, tier: Tier) -> Served:
        self._cards.put(key, card)
        return Served(card, tier)

    async def _render(
        self, key: str, request: CardRequest, flight: Flight[Served], due: float
    ) -> FinishedCard:
        began = time.perf_counter()
        result = await self._pool.render(_job(request), key, due=due, on_start=flight.pin)
        self._count(request, result, "quick", time.perf_counter() - began)
        quick = self._config.small_encoding and not result.degraded
        version = result.version or request.template.version
        return FinishedCard.from_result(result, version, time.time(), quick=quick)

    # -- the smaller encoding ------------------------------------------------------------------

    def _shrink_later(self, key: str, request: CardRequest, card: FinishedCard) -> None:
        if key not in self._shrinking and len(self._shrinking) < self._config.queue:
            task = self._shrinking[key] = self._chore(self._shrink(key, request, card))
            task.set_name(_SHRINK)

    async def _shrink(self, key: str, request: CardRequest, quick: FinishedCard) -> None:
        """Replace a quick encoding by a smaller one, or find that there is none."""
        try:
            began = time.perf_counter()
            result = await self._pool.render_background(_job(request, "small"))
            if result is None:
                self._metrics.small.labels("skipped").inc()
                return
            self._count(request, result, "small", time.perf_counter() - began)
            if result.version and result.version != quick.template_version:  # reloaded meanwhile
                return
            card = replace(quick, quick=False)
            if not result.degraded and len(result.data) < len(quick.data):
                card = FinishedCard.from_result(
                    result, quick.template_version, quick.rendered_at, quick=False
                )
                self._metrics.saved.inc(len(quick.data) - len(result.data))
            self._metrics.small.labels("smaller" if card.sha256 != quick.sha256 else "no gain").inc()
            self._cards.put(key, card)
            if self._fleet is not None:
                await self._fleet.replace(key, card)
        finally:
            self._shrinking.pop(key, None)

    # -- chores --------------------------------------------------------------------------------

    def _chore(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something that no client waits for; errors are logged."""
        task = asyncio.create_task(self._guarded(work))
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EmblazonError as error:
            log.warning("background work failed", extra={"error": str(error)})
        except Exception:
            log.exception("background work failed")

    async def drain(self) -> None:
        """Finish fills and what they tell the fleet; drop the encodings that nobody waits for."""
        await self._flights.drain()
        for task in self._chores:
            if task.get_name() == _SHRINK:
                task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._chores, return_exceptions=True)

    def _count(self, request: CardRequest, result: JobResult, effort: Effort, seconds: float) -> None:
        template = request.template.name
        metrics = self._metrics
        metrics.render_seconds.labels(template, effort).observe(seconds)
        metrics.card_bytes.labels(request.format, effort).observe(len(result.data))
        if result.degraded:
            metrics.degraded.labels(template).inc()
        for outcome, count in result.fetches.items():
            metrics.fetches.labels(outcome).inc(count)
        for stage, milliseconds in result.timings.items():
            metrics.stage_seconds.labels(stage).observe(milliseconds / 1000)


def _job(request: CardRequest, effort: Effort = "quick") -> Job:
    """Return what a render process needs of a request."""
    return Job(
        kind="fallback" if request.variant == FALLBACK_VARIANT else "card",
        template=request.template.name,
        params=request.params,
        width=request.width,
        height=request.height,
        format=request.format,
        dpr=request.dpr,
        quality=request.quality,
        max_bytes=request.max_bytes,
        lang=request.lang,
        variant=request.variant,
        effort=effort,
    )
