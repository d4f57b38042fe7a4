"""Step 7, fill: on a miss ask the origin, check the answer, keep it, hand it on.

Identical fills share one flight. Epochs are captured with the card before the origin is asked and compared
before anything is kept, so that a purge in between is not undone (docs/caching.md row 10).
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, replace

from ...contract.problem import Problem
from ..admin.control import Control
from ..config import EdgeConfig
from ..exchange import Exchange
from ..http.cache_control import Life, life_of
from ..keyed_card import KeyedCard, same_epochs
from ..ports import Body, Inspection, OriginError, OriginResponse, get_header
from ..store.circuit import Breaker
from ..store.freshness import MAX_FRESH, Stored
from ..store.record import Record, encode_digest
from ..store.tiers import Store
from .ask import VERSION_HEADER, BadAnswer, check_answer, origin_headers

MAX_PROBLEM = 64 * 1024
REMEMBERED_FAILURES = 10_000
FOREIGN_VERSION_LIFE = 60.0  # seconds for a card that another template version drew (a rolling deployment)


@dataclass(frozen=True, slots=True)
class Filled:
    """A card fresh from the origin."""

    record: Record
    body: Body
    stored: bool  # in this data centre's cache
    server_timing: str = ""
    status: int = 200
    detail: str = ""
    private: bool = False  # the origin forbids keeping it


@dataclass(frozen=True, slots=True)
class Failed:
    """The origin gave no card; `reason` is a token for Cache-Status."""

    reason: str
    status: int | None = None
    asked: bool = True  # False: the breaker, the fill limit or a recent failure kept us from asking

    @property
    def origin_lives(self) -> bool:
        """The origin did answer, so that it can be asked for something else."""
        return self.status is not None

    @property
    def too_slow(self) -> bool:
        """More time might have brought the card."""
        return self.reason in ("origin-timeout", "origin-504")


class OriginRefusal(Problem):
    """The origin says that the card itself is wrong (400, 422): bad input stays 4xx."""

    kind = "card-error"
    title = "The card cannot be drawn as given"


class Filler:
    """Asks one origin; knows its health and the cards that failed lately."""

    def __init__(self, config: EdgeConfig, store: Store, control: Control) -> None:
        self._config = config
        self._store = store
        self._control = control
        self._filling = 0
        self._failures: OrderedDict[str, tuple[float, Failed]] = OrderedDict()
        self.breaker = Breaker(
            threshold=config.breaker_failures,
            open_seconds=config.breaker_open,
            longest=config.breaker_longest,
            probe_seconds=config.origin_timeout + 5,
        )

    async def fill(
        self, x: Exchange, card: KeyedCard, *, deadline: float | None = None
    ) -> tuple[Filled | Failed, bool]:
        """Fill one card, together with everyone else who wants it; tell whether the flight was shared.

        Raises OriginRefusal where the origin says the input is wrong.
        """
        seconds = self._config.origin_timeout if deadline is None else deadline
        held_back = self._held_back(x, card)
        if held_back is not None:
            return held_back, False

        async def lead() -> Filled | Failed:
            return await self._fill(x, card, seconds)

        try:
            return await x.ports.flight.do(card.key, lead, wait=seconds + 0.5)
        except TimeoutError:
            return Failed("origin-timeout"), True

    def _held_back(self, x: Exchange, card: KeyedCard) -> Failed | None:
        until, failure = self._failures.get(card.key, (0.0, None))
        if failure is not None and x.now < until <= x.now + self._config.retry_after_failure:
            return replace(failure, asked=False)
        return None

    async def _fill(self, x: Exchange, card: KeyedCard, deadline: float) -> Filled | Failed:
        if self._filling >= self._config.max_fills:
            x.ports.metrics.count("edge_fills_refused")
            return Failed("overload", asked=False)
        if not self.breaker.allows(x.now):
            return Failed("breaker-open", asked=False)
        self._filling += 1
        try:
            return await self._ask(x, card, deadline)
        except OriginError as error:
            self._count_failure(x, error, deadline)
            return self._failed(x, card, Failed(f"origin-{error.reason}"), str(error), deadline)
        except BadAnswer as error:
            return self._failed(x, card, Failed(error.reason, error.status), str(error), deadline)
        finally:
            self._filling -= 1

    def _count_failure(self, x: Exchange, error: OriginError, deadline: float) -> None:
        hurried = error.reason == "timeout" and deadline < self._config.origin_timeout
        if error.reason not in ("truncated", "too-large") and not hurried:
            self.breaker.failure(x.now, jitter=x.ports.random.uniform())

    def _failed(self, x: Exchange, card: KeyedCard, failure: Failed, detail: str, deadline: float) -> Failed:
        x.ports.metrics.count("edge_fill_failures", reason=failure.reason)
        x.ports.log.log(
            "warning",
            "fill failed",
            reason=failure.reason,
            detail=detail[:200],
            target=card.target,
            request_id=x.id,
        )
        if failure.too_slow and deadline < self._config.origin_timeout:
            return failure  # it was hurried: with its full time it may be drawn
        self._failures[card.key] = (x.now + self._config.retry_after_failure, failure)
        self._failures.move_to_end(card.key)
        while len(self._failures) > REMEMBERED_FAILURES:
            self._failures.popitem(last=False)
        return failure

    async def _ask(self, x: Exchange, card: KeyedCard, deadline: float) -> Filled:
        asked_at = x.now
        headers = origin_headers(x, self._config, key=card.origin_key, deadline=deadline)
        answer = await x.ports.origin.fetch(card.target, headers, deadline=deadline)
        self._note_answer(x, answer)
        if answer.status in (400, 422):
            raise await _refusal(answer)
        inspection = await check_answer(answer, card.request.format, self._config.max_answer)
        x.ports.metrics.observe("edge_origin_seconds", x.now - asked_at)
        x.timing.add("origin", x.now - asked_at)
        self._failures.pop(card.key, None)
        return await self._keep(x, card, answer, inspection, x.now - asked_at)

    def _note_answer(self, x: Exchange, answer: OriginResponse) -> None:
        """A gateway that reaches nobody means a dead origin; who answers "busy" or "too slow" is alive."""
        media_type = get_header(answer.headers, "content-type") or ""
        if answer.status == 502 and not media_type.startswith("application/problem+json"):
            self.breaker.failure(x.now, jitter=x.ports.random.uniform())
        else:
            self.breaker.success()

    async def _keep(
        self, x: Exchange, card: KeyedCard, answer: OriginResponse, inspection: Inspection, took: float
    ) -> Filled:
        life = _life(card, answer, x.now)
        record = make_record(card, inspection, life, now=x.now, took=took)
        detail, stored = "", False
        version = get_header(answer.headers, VERSION_HEADER)
        if version is not None and version != card.request.template.version:
            detail = "other-template-version"
            record = _short_lived(replace(record, version=version))
            x.ports.background.wait_until(self._renew_manifest(x))
        if not self._unpurged(card):
            detail, record = "purged-meanwhile", _short_lived(record, seconds=0.0)
        elif life.storable and life.longest > 0:
            stored = await self._store.put_cache(x, card.key, record, answer.body)
            x.ports.background.wait_until(self._keep_in_kv(x, card, record, answer.body))
        return Filled(
            record=record,
            body=answer.body,
            stored=stored,
            server_timing=get_header(answer.headers, "server-timing") or "",
            detail=detail,
            private=not life.storable,
        )

    def _unpurged(self, card: KeyedCard) -> bool:
        manifest = self._control.manifest
        return manifest is not None and same_epochs(card, manifest, self._control.epochs)

    async def _keep_in_kv(self, x: Exchange, card: KeyedCard, record: Record, body: Body) -> None:
        if self._unpurged(card):
            await self._store.put_kv(x, card.key, record, body)

    async def _renew_manifest(self, x: Exchange) -> None:
        await self._control.ask_again(x)


def make_record(card: KeyedCard, inspection: Inspection, life: Life, *, now: float, took: float) -> Record:
    """Describe a checked answer for storage."""
    return Record(
        times=Stored(
            at=now,
            fresh=min(life.fresh, MAX_FRESH),
            stale_while_revalidate=min(life.stale_while_revalidate, MAX_FRESH),
            stale_if_error=min(life.stale_if_error, MAX_FRESH),
            age=life.age,
            fill_seconds=took,
        ),
        format=card.request.format,
        length=inspection.length,
        digest=encode_digest(inspection.sha256),
        template=card.request.template.name,
        version=card.request.template.version,
        url_epoch=card.url_epoch,
        soft_epoch=card.soft_epoch,
        modified=now,
    )


def _life(card: KeyedCard, answer: OriginResponse, now: float) -> Life:
    cache = card.request.template.cache
    default = Life(cache.max_age, cache.stale_while_revalidate, cache.stale_if_error)
    return life_of(answer.headers, now, default=default)


def _short_lived(record: Record, *, seconds: float = FOREIGN_VERSION_LIFE) -> Record:
    times = replace(
        record.times,
        fresh=min(record.times.fresh, seconds),
        stale_while_revalidate=0.0,
        stale_if_error=0.0,
    )
    return replace(record, times=times)


async def _refusal(answer: OriginResponse) -> OriginRefusal:
    """Pass on what the origin's problem JSON says, and nothing else of its answer."""
    detail, param = "The origin refused the card.", ""
    if (answer.body.length or 0) <= MAX_PROBLEM:
        try:
            members = json.loads(await answer.body.read())
            detail, param = str(members.get("detail", detail))[:1000], str(members.get("param", ""))[:64]
        except (ValueError, AttributeError):
            pass
    return OriginRefusal(detail, param=param)
