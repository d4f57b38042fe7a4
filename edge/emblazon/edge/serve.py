"""Steps 4 to 8: look up, judge, serve, fill, and never fail."""

from __future__ import annotations

from collections.abc import Awaitable

from ..contract.problem import Problem
from ..dataclass import dataclass, replace
from ..typed import assert_never
from .admin.control import Control
from .config import EdgeConfig
from .exchange import Exchange
from .fill.fallback import Fallbacks
from .fill.fill import Failed, Filled, Filler, Unchanged
from .fill.revalidate import Refresher
from .http.cache_status import CacheStatus
from .keying import KeyedCard, card_of, judge_card
from .respond import Picture
from .store.freshness import Fresh, Judgement, Miss, Stale, UsableOnError, refresh_early
from .store.tiers import Found, Store


@dataclass(slots=True)
class CardServer:
    """Finds, fetches or makes up the picture for a card."""

    config: EdgeConfig
    store: Store
    control: Control
    filler: Filler
    refresher: Refresher
    fallbacks: Fallbacks

    async def picture(self, x: Exchange, card: KeyedCard) -> Picture:
        """Return a picture, whatever happens."""
        stored = self.filler.stored
        found, judgement = await self._look_up(x, card)
        if not isinstance(judgement, Fresh | Stale) and self.filler.has_stored(card, stored):
            found, judgement = await self._look_up(x, card)  # another request has filled it meanwhile
        match judgement:
            case Fresh(ttl=ttl):
                return self._hit(x, card, _present(found), ttl)
            case Stale(ttl=ttl):
                return self._stale(x, card, _present(found), ttl)
            case UsableOnError(ttl=ttl):
                return await self._usable_on_error(x, card, _present(found), ttl)
            case Miss():
                return await self._miss(x, card)
            case _:
                assert_never(judgement)

    async def _look_up(self, x: Exchange, card: KeyedCard) -> tuple[Found | None, Judgement]:
        """Steps 4 and 5: the first tier that has a card to serve, and what may be done with it."""
        best: Found | None = None
        verdict: Judgement = Miss()
        for look in (self.store.from_cache, self.store.from_kv):
            found = await look(x, card.key)
            if found is None:
                continue
            judgement, record = judge_card(card, found.record, x.now)
            if isinstance(judgement, Fresh | Stale):
                return replace(self._promote(x, card, found), record=record), judgement
            newer = best is None or record.times.at > best.record.times.at
            if isinstance(judgement, UsableOnError) and newer:
                best, verdict = replace(found, record=record), judgement
        return best, verdict

    def _promote(self, x: Exchange, card: KeyedCard, found: Found) -> Found:
        """Copy a KV hit into this data centre's cache, after the response."""
        if found.tier == "cache":
            return found
        ours, theirs = found.body.tee()
        x.ports.background.wait_until(quietly(self.store.put_cache(x, card.key, found.record, theirs)))
        return replace(found, body=ours)

    def _hit(self, x: Exchange, card: KeyedCard, found: Found, ttl: float) -> Picture:
        """Step 6: fresh bytes, and now and then a refresh ahead of the expiry."""
        x.became("hit", found.tier)
        record = found.record
        if not record.unchanging and refresh_early(record.times, x.now, x.ports.random.uniform()):
            self.refresher.later(x, card, found)
        elif record.unadmitted and found.tier == "cache":
            self.refresher.admit_later(x, card, found)
        detail = "" if found.tier == "cache" else found.tier
        status = CacheStatus(hit=True, ttl=ttl, detail=detail)
        return Picture(found.record, found.body, status, copy=found)

    def _stale(self, x: Exchange, card: KeyedCard, found: Found, ttl: float) -> Picture:
        """Step 6: stale bytes now, the refresh after the response."""
        x.became("stale", found.tier)
        self.refresher.later(x, card, found)
        status = CacheStatus(hit=True, ttl=ttl, detail="stale-while-revalidate")
        return Picture(found.record, found.body, status)

    async def _usable_on_error(self, x: Exchange, card: KeyedCard, found: Found, ttl: float) -> Picture:
        """Step 7 with a stale copy in hand: ask the origin, but not for long."""
        try:
            outcome, shared = await self.filler.fill(
                x, card, deadline=self.config.stale_timeout, known=found.record
            )
        except Problem:
            outcome, shared = Failed("origin-refused-card", 400), False
        if isinstance(outcome, Filled):
            return _filled(x, outcome, shared, fwd="stale")
        if isinstance(outcome, Unchanged):
            return self._confirmed(x, card, found, outcome)
        x.became("stale-if-error", found.tier)
        if outcome.too_slow:
            self.refresher.later(x, card, found)  # it may only be slow: give it its full time
        return Picture(found.record, found.body, _on_error(outcome, ttl, "stale-if-error"))

    def _confirmed(self, x: Exchange, card: KeyedCard, found: Found, outcome: Unchanged) -> Picture:
        """The origin says that the expired copy is still right."""
        x.became("miss", "origin")
        x.timing.extend(outcome.server_timing)
        x.ports.background.wait_until(self.refresher.renew(x, card, found.record, outcome.record))
        status = CacheStatus(fwd="stale", fwd_status=304)
        return Picture(outcome.record, found.body, status)

    async def _miss(self, x: Exchange, card: KeyedCard) -> Picture:
        """Step 7, and step 8 where it fails."""
        outcome, shared = await self.filler.fill(x, card)
        if isinstance(outcome, Filled):
            if not shared and not _is_own_shape(card):
                x.ports.background.wait_until(quietly(self.fallbacks.prepare(x, card)))
            return _filled(x, outcome, shared, fwd="uri-miss")
        if isinstance(outcome, Unchanged):
            raise AssertionError("nothing was in hand that could be confirmed")
        earlier = await self._earlier(x, card, outcome)
        if earlier is not None:
            return earlier
        x.became("fallback", outcome.reason)
        return await self.fallbacks.picture(x, card, outcome)

    async def _earlier(self, x: Exchange, card: KeyedCard, failure: Failed) -> Picture | None:
        """The same card as the template's version before this one drew it: the deployment may be at fault."""
        before = await self.control.before(x)
        name = card.request.template.name
        if before is None or name not in before.templates:
            return None
        old = card_of(replace(card.request, template=before.templates[name]), before, self.control.epochs)
        if old.key == card.key:
            return None
        found, judgement = await self._look_up(x, old)
        if found is None or isinstance(judgement, Miss):
            return None
        x.became("stale-if-error", found.tier)
        record = self.fallbacks.short_lived(x, found.record)
        return Picture(record, found.body, _on_error(failure, None, "earlier-template-version"))


def _present(found: Found | None) -> Found:
    if found is None:
        raise AssertionError("a judgement other than Miss needs a stored card")
    return found


def _filled(x: Exchange, outcome: Filled, shared: bool, *, fwd: str) -> Picture:
    x.became("miss", "origin")
    x.timing.extend(outcome.server_timing)
    status = CacheStatus(
        fwd=fwd, fwd_status=outcome.status, stored=outcome.stored, collapsed=shared, detail=outcome.detail
    )
    return Picture(outcome.record, outcome.body, status, no_store=outcome.private)


def _on_error(failure: Failed, ttl: float | None, detail: str) -> CacheStatus:
    """RFC 9211 §2.1: a hit was not forwarded."""
    return CacheStatus(
        hit=not failure.asked,
        fwd="stale" if failure.asked else "",
        fwd_status=failure.status if failure.asked else None,
        ttl=ttl,
        detail=detail,
    )


def _is_own_shape(card: KeyedCard) -> bool:
    """The template's own size, whose fallback looks are prepared with the manifest."""
    request = card.request
    return (request.width, request.height, request.dpr) == (
        request.template.width,
        request.template.height,
        1,
    )


async def quietly(work: Awaitable[object]) -> None:
    """Drop the outcome of background work."""
    await work
