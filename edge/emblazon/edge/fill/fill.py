"""Step 7, fill: on a miss ask the origin, check the answer, keep it, hand it on.

What a picture costs in KV depends on what the origin says of it (`ask.Nature`). One that cannot change is
written once, in its small encoding: a quick first answer goes to the data centre's cache alone, and the small
one is waited for in the background (`_settle`). One that can change is refreshed by its entity tag, and an
unchanged one (304) writes nothing.

Identical fills share one flight. Epochs are captured with the card before the origin is asked and compared
before anything is kept, so that a purge in between is not undone (docs/caching.md row 10).
"""

from __future__ import annotations

import json
from collections import OrderedDict

from ...contract import wire
from ...contract.problem import CardRefused, Problem
from ...contract.schema import formats_of
from ...dataclass import dataclass, replace
from ..admin.control import Control
from ..config import EdgeConfig
from ..exchange import Exchange
from ..http.cache_control import Life, life_of
from ..keying import KeyedCard, same_epochs
from ..messages import Body, Headers, Inspection, OriginResponse, get_header
from ..ports import OriginError
from ..store.circuit import Breaker
from ..store.epochs import front_tag
from ..store.freshness import MAX_FRESH, Stored
from ..store.record import Record, encode_digest
from ..store.tiers import Store
from .ask import BadAnswer, check_answer, nature_of, origin_headers, sniff

MAX_PROBLEM = 64 * 1024
REMEMBERED_FAILURES = 10_000
REMEMBERED_FILLS = 1000  # longer than any request looks for its card
MAX_ETAG = 100  # characters; a longer one is cut and never matches
FOREIGN_VERSION_LIFE = 60.0  # seconds for a card that another template version drew (a rolling deployment)
PATIENCE = 20.0  # seconds that background work lets the origin take for the small encoding


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
class Unchanged:
    """The origin confirms the copy that the caller has (304); `record` says for how long."""

    record: Record
    stored: bool = False  # always: the caller has the bytes
    server_timing: str = ""
    status: int = 304


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


class Filler:
    """Asks one origin; knows its health and the cards that failed lately."""

    def __init__(self, config: EdgeConfig, store: Store, control: Control) -> None:
        self._config = config
        self._store = store
        self._control = control
        self._filling = 0
        self._failures: OrderedDict[str, tuple[float, Failed]] = OrderedDict()
        self._stored: OrderedDict[str, int] = OrderedDict()
        self.stored = 0  # cards that this isolate has put into its data centre's cache
        self.breaker = Breaker(
            threshold=config.breaker_failures,
            open_seconds=config.breaker_open,
            longest=config.breaker_longest,
            probe_seconds=config.origin_timeout + 5,
        )

    def has_stored(self, card: KeyedCard, since: int) -> bool:
        """Tell whether this isolate has put a card into the cache since so many had been put there."""
        return self._stored.get(card.key, 0) > since

    async def fill(
        self,
        x: Exchange,
        card: KeyedCard,
        *,
        deadline: float | None = None,
        known: Record | None = None,
        final: bool = False,
        ahead: bool = False,
        before: str = "",
    ) -> tuple[Filled | Unchanged | Failed, bool]:
        """Fill one card, together with everyone else who wants it; tell whether the flight was shared.

        `known` is the record of a copy in the caller's hands, which the origin may confirm. With `final` the
        origin is given time for its small encoding: for the background. `ahead`: nobody has asked for it.
        `before` is the digest of the card that this one replaces.
        Raises CardRefused where the origin says the input is wrong.
        """
        seconds = self._config.origin_timeout if deadline is None else deadline
        asking = _Asking(
            card,
            seconds,
            known if known and known.origin_etag else None,
            PATIENCE if final else 0.0,
            ahead,
            before or (known.digest if known else ""),
        )
        held_back = self._held_back(x, card)
        if held_back is not None:
            return held_back, False

        async def lead() -> Filled | Unchanged | Failed:
            return await self._fill(x, asking)

        try:
            return await x.ports.flight.do(asking.name, lead, wait=asking.deadline + 0.5)
        except TimeoutError:
            return Failed("origin-timeout"), True

    def _held_back(self, x: Exchange, card: KeyedCard) -> Failed | None:
        until, failure = self._failures.get(card.key, (0.0, None))
        if failure is not None and x.now < until <= x.now + self._config.retry_after_failure:
            return replace(failure, asked=False)
        return None

    async def _fill(self, x: Exchange, asking: _Asking) -> Filled | Unchanged | Failed:
        if self._filling >= self._config.max_fills:
            x.ports.metrics.count("edge_fills_refused")
            return Failed("overload", asked=False)
        if not self.breaker.allows(x.now):
            return Failed("breaker-open", asked=False)
        self._filling += 1
        try:
            return await self._ask(x, asking)
        except OriginError as error:
            self._count_failure(x, error, asking.deadline)
            return self._failed(x, asking.card, Failed(f"origin-{error.reason}"), str(error), asking.deadline)
        except BadAnswer as error:
            return self._failed(
                x, asking.card, Failed(error.reason, error.status), str(error), asking.deadline
            )
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

    async def _ask(self, x: Exchange, asking: _Asking) -> Filled | Unchanged:
        asked_at, card = x.now, asking.card
        headers = origin_headers(x, self._config, key=card.origin_key, deadline=asking.deadline)
        headers += asking.headers
        answer = await _answer(x, asking, headers)
        self._note_answer(x, answer)
        if answer.status in (400, 422):
            raise await _refusal(answer)
        took = x.now - asked_at
        if answer.status == 304 and asking.known is not None:
            self._failures.pop(card.key, None)
            return self._confirmed(x, card, asking.known, answer, took)
        inspection = await check_answer(answer, card.request.format, self._config.max_answer)
        x.ports.metrics.observe("edge_origin_seconds", took)
        x.timing.add("origin", took)
        self._failures.pop(card.key, None)
        return await self._keep(x, asking, answer, inspection, took)

    def _confirmed(
        self, x: Exchange, card: KeyedCard, known: Record, answer: OriginResponse, took: float
    ) -> Unchanged:
        x.timing.add("origin", took)
        life, nature = _life(card, answer, x.now), nature_of(answer.headers)
        record = replace(
            known,
            times=times_of(life, now=x.now, took=took),
            unchanging=nature.unchanging and not nature.quick,
            quick=nature.quick,
            unadmitted=known.unadmitted,
            ahead=False,
            in_blob=False,
            url_epoch=card.purged.hard,
            soft_epoch=card.purged.soft,
        )
        return Unchanged(record, server_timing=get_header(answer.headers, "server-timing") or "")

    def _note_answer(self, x: Exchange, answer: OriginResponse) -> None:
        """A gateway that reaches nobody means a dead origin; who answers "busy" or "too slow" is alive."""
        media_type = get_header(answer.headers, "content-type") or ""
        if answer.status == 502 and not media_type.startswith("application/problem+json"):
            self.breaker.failure(x.now, jitter=x.ports.random.uniform())
        else:
            self.breaker.success()

    async def _keep(
        self, x: Exchange, asking: _Asking, answer: OriginResponse, inspection: Inspection, took: float
    ) -> Filled:
        card, nature = asking.card, nature_of(answer.headers)
        life = _life(card, answer, x.now)
        record = make_record(card, inspection, life, now=x.now, took=took)
        record = replace(
            record,
            unchanging=nature.unchanging and not nature.quick,
            quick=nature.quick,
            unadmitted=self._config.kv_admit == "second" and not asking.patience,
            ahead=asking.ahead,
            origin_etag=(get_header(answer.headers, "etag") or "")[:MAX_ETAG],
        )
        detail, stored = "", False
        version = get_header(answer.headers, wire.TEMPLATE_VERSION)
        if version is not None and version != card.request.template.version:
            detail = "other-template-version"
            record = _short_lived(replace(record, version=version, unchanging=False))
            x.ports.background.wait_until(self._renew_manifest(x))
        if not self._unpurged(card):
            detail, record = "purged-meanwhile", _short_lived(record, seconds=0.0)
        elif life.storable and life.longest > 0 and not (detail and asking.in_the_background):
            stored = await self._store.put_cache(x, card.key, record, answer.body)
            if stored:
                self._note_stored(card.key)
            if not detail:
                self._keep_for_all(x, asking, record, answer.body)
        return Filled(
            record=record,
            body=answer.body,
            stored=stored,
            server_timing=get_header(answer.headers, "server-timing") or "",
            detail=detail,
            private=not life.storable,
        )

    def _note_stored(self, key: str) -> None:
        self.stored += 1
        self._stored[key] = self.stored
        self._stored.move_to_end(key)
        if len(self._stored) > REMEMBERED_FILLS:
            self._stored.popitem(last=False)

    def _keep_for_all(self, x: Exchange, asking: _Asking, record: Record, body: Body) -> None:
        """After the response: put a card into KV, a quick one in the encoding that is on its way."""
        if record.unadmitted:
            return
        if not record.quick:
            keep = self._keep_again if record.digest == asking.before else self.keep_in_kv
            x.ports.background.wait_until(keep(x, asking.card, record, body))
        elif not asking.patience:
            x.ports.background.wait_until(self.settle(x, asking.card, record, body, asking.before))

    async def settle(self, x: Exchange, card: KeyedCard, quick: Record, body: Body, before: str = "") -> None:
        """Replace a quick encoding, everywhere, by the small one that the origin has begun. Never raises."""
        try:
            outcome, _ = await self.fill(x, card, known=quick, final=True, before=before)
        except Problem as problem:
            x.ports.log.log("warning", "no small encoding", detail=problem.detail[:200], request_id=x.id)
            return
        if isinstance(outcome, Unchanged) and not outcome.record.quick:
            await self._store.put_cache(x, card.key, outcome.record, body)
            await self.keep_in_kv(x, card, outcome.record, body)

    async def keep_in_kv(self, x: Exchange, card: KeyedCard, record: Record, body: Body) -> None:
        """Write a card to KV, where that is wanted and nothing was purged meanwhile."""
        if self._config.kv_admit != "never" and self._unpurged(card):
            await self._store.put_kv(x, card.key, replace(record, unadmitted=False), body)

    async def _keep_again(self, x: Exchange, card: KeyedCard, record: Record, body: Body) -> None:
        """Write a card to KV that this data centre had before, unless it is there: a read costs a tenth."""
        found = await self._store.from_kv(x, card.key)
        if found is None or (found.record.digest, found.record.soft_epoch) != (
            record.digest,
            record.soft_epoch,
        ):
            await self.keep_in_kv(x, card, record, body)

    def _unpurged(self, card: KeyedCard) -> bool:
        return same_epochs(card, self._control.epochs)

    async def _renew_manifest(self, x: Exchange) -> None:
        await self._control.ask_again(x)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question to the origin."""

    card: KeyedCard
    seconds: float
    known: Record | None = None
    patience: float = 0.0  # seconds on top, for the small encoding
    ahead: bool = False
    before: str = ""  # the digest of the card that this one replaces

    @property
    def name(self) -> str:
        """Flights of equal names may share an outcome."""
        known = self.known.digest if self.known else ""
        return f"{self.card.key}:{known}:{self.patience:g}" if known or self.patience else self.card.key

    @property
    def deadline(self) -> float:
        return self.seconds + self.patience

    @property
    def in_the_background(self) -> bool:
        """Whether nobody waits, since a copy is served meanwhile: another template version's is no better."""
        return self.known is not None and self.patience > 0

    @property
    def is_refresh(self) -> bool:
        """Whether the picture may have changed since the copy that the caller has; only the origin knows."""
        known = self.known
        return known is not None and not (self.patience and (known.quick or known.unchanging))

    @property
    def headers(self) -> Headers:
        """Fields beside those of every request to the origin."""
        condition = (("If-None-Match", self.known.origin_etag),) if self.known else ()
        wait = (("Prefer", f"wait={self.patience:g}"),) if self.patience else ()  # RFC 7240 §4.3
        return (*condition, *wait)


async def _answer(x: Exchange, asking: _Asking, headers: Headers) -> OriginResponse:
    """Ask the origin; where there is a regional tier and no copy to refresh, by way of it."""
    card, tier = asking.card, x.ports.regional
    if tier is None or asking.is_refresh:
        return await x.ports.origin.fetch(card.target, headers, deadline=asking.deadline)
    version = card.request.template.version[: wire.VERSION_DIGITS]
    key = f"{version}.{card.shared_key}" + (".final" if asking.patience else "")
    tags = [front_tag(name) for name in card.scope.names()]
    return await tier.fetch_shared(card.target, headers, deadline=asking.deadline, key=key, tags=tags)


def make_record(card: KeyedCard, inspection: Inspection, life: Life, *, now: float, took: float) -> Record:
    """Describe a checked answer for storage."""
    return Record(
        times=times_of(life, now=now, took=took),
        format=sniff(inspection.head) or formats_of(card.request.format)[0],  # as checked
        length=inspection.length,
        digest=encode_digest(inspection.sha256),
        template=card.request.template.name,
        version=card.request.template.version,
        url_epoch=card.purged.hard,
        soft_epoch=card.purged.soft,
        modified=now,
    )


def times_of(life: Life, *, now: float, took: float) -> Stored:
    """Return the times of an answer that came at `now`."""
    return Stored(
        at=now,
        fresh=min(life.fresh, MAX_FRESH),
        stale_while_revalidate=min(life.stale_while_revalidate, MAX_FRESH),
        stale_if_error=min(life.stale_if_error, MAX_FRESH),
        age=life.age,
        fill_seconds=took,
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


async def _refusal(answer: OriginResponse) -> CardRefused:
    """Pass on what the origin's problem JSON says, and nothing else of its answer."""
    detail, param = "The origin refused the card.", ""
    if (answer.body.length or 0) <= MAX_PROBLEM:
        try:
            members = json.loads(await answer.body.read())
            detail, param = str(members.get("detail", detail))[:1000], str(members.get("param", ""))[:64]
        except (ValueError, AttributeError):
            pass
    return CardRefused(detail, param=param)
