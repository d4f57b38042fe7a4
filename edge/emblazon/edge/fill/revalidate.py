"""Step 6, serve and refresh: the work after a stale, or soon stale, card went out, and who does it.

One refresh of a card in this isolate, and a lease that keeps its neighbours from joining in. The lease lies
in the data centre's cache, where it costs nothing; KV would be neither quick nor exact enough for it. It is
advice, not a lock: two data centres may both refresh. It ends by itself, so a refresh that is cut off
leaves nothing stuck; its own isolate may take it again at once.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Coroutine

from ...contract.problem import Problem
from ...dataclass import replace
from ..config import EdgeConfig
from ..exchange import Exchange
from ..keying import KeyedCard, judge_card
from ..store.freshness import Fresh, Judgement, Miss
from ..store.record import Record
from ..store.tiers import Found, Store
from .fill import PATIENCE, Filler, Unchanged

MAX_BUSY = 1000  # beyond it, refreshes that were given up are forgotten


class Refresher:
    """Refreshes cards in the background, each at most once at a time in this isolate."""

    def __init__(self, store: Store, filler: Filler, leases: Leases) -> None:
        self._store = store
        self._filler = filler
        self._leases = leases

    def later(self, x: Exchange, card: KeyedCard, found: Found) -> bool:
        """Refresh after the response; False when a refresh of this card is under way here."""
        return self._begin(x, card, self._refresh(x, card, found))

    def admit_later(self, x: Exchange, card: KeyedCard, found: Found) -> bool:
        """Put a card into KV, which has now been asked for again; False when that is under way here."""
        return self._begin(x, card, self._admit(x, card, found.record))

    def _begin(self, x: Exchange, card: KeyedCard, work: Coroutine[object, object, None]) -> bool:
        if not self._leases.begin(x, card.key):
            work.close()
            return False
        x.ports.background.wait_until(self._guarded(x, card, work))
        return True

    async def _guarded(self, x: Exchange, card: KeyedCard, work: Awaitable[None]) -> None:
        try:
            await work
        except Problem as problem:
            x.ports.log.log("warning", "refresh refused", detail=problem.detail[:200], request_id=x.id)
        except Exception as error:
            x.ports.log.log("error", "refresh failed", detail=repr(error)[:300], request_id=x.id)
        finally:
            self._leases.end(card.key)

    async def _refresh(self, x: Exchange, card: KeyedCard, found: Found) -> None:
        outcome = await self._refreshed(x, card, found)
        x.ports.metrics.count("edge_refreshes", outcome=outcome)

    async def _refreshed(self, x: Exchange, card: KeyedCard, found: Found) -> str:
        if found.tier == "cache" and not found.record.quick:
            found, judgement = await self._newest(x, card, found)
            if isinstance(judgement, Fresh):
                return "from-kv"
        if not await self._leases.acquire(x, card.key):
            return "leased-elsewhere"
        outcome, _ = await self._filler.fill(x, card, known=found.record, final=True)
        if isinstance(outcome, Unchanged):
            await self.renew(x, card, found.record, outcome.record)
        return type(outcome).__name__.lower()

    async def renew(self, x: Exchange, card: KeyedCard, old: Record, new: Record) -> None:
        """Give the stored copy the life that the origin has confirmed; KV hears of it only where it must."""
        found = await self._store.from_cache(x, card.key)
        if found is None or found.record.digest != new.digest:
            found = await self._store.from_kv(x, card.key)
        if found is None or found.record.digest != new.digest:
            return
        if (old.quick and not new.quick) or old.soft_epoch < new.soft_epoch:
            ours, theirs = found.body.tee()
            await self._store.put_cache(x, card.key, new, ours)
            if not new.unadmitted:
                await self._filler.keep_in_kv(x, card, new, theirs)
        else:
            await self._store.put_cache(x, card.key, new, found.body)

    async def _admit(self, x: Exchange, card: KeyedCard, record: Record) -> None:
        if record.quick:
            outcome, _ = await self._filler.fill(x, card, known=record, final=True)
            if not isinstance(outcome, Unchanged) or outcome.record.quick:
                return  # the small encoding is stored by now, or the next request tries again
            record = outcome.record
        found = await self._store.from_cache(x, card.key)
        if found is None or found.record.digest != record.digest:
            return
        ours, theirs = found.body.tee()
        record = replace(record, unadmitted=False)
        await self._store.put_cache(x, card.key, record, ours)
        await self._filler.keep_in_kv(x, card, record, theirs)

    async def _newest(self, x: Exchange, card: KeyedCard, found: Found) -> tuple[Found, Judgement]:
        """The copy that another data centre has refreshed since, kept here; else `found`.

        A fresh one saves the origin a request. A stale one is the one to ask about: where it is confirmed,
        the change that we have missed is written to KV once, and not once by every data centre.
        """
        other = await self._store.from_kv(x, card.key)
        if other is None or other.record.times.at <= found.record.times.at:
            return found, Miss()
        judgement, _ = judge_card(card, other.record, x.now)
        if isinstance(judgement, Miss) or not await self._store.put_cache(
            x, card.key, other.record, other.body
        ):
            return found, Miss()
        return other, judgement


class Leases:
    """The refreshes of one isolate."""

    def __init__(self, config: EdgeConfig, store: Store) -> None:
        self._config = config
        self._store = store
        self._busy: dict[str, float] = {}
        self._owner = ""

    def begin(self, x: Exchange, key: str) -> bool:
        """Claim `key` in this isolate; False while a refresh of it is under way here."""
        if x.now < self._busy.get(key, 0.0):
            return False
        # A refresh whose request died without a word is given up when it could no longer be running.
        self._busy[key] = x.now + self._config.origin_timeout + PATIENCE + 5
        if len(self._busy) > MAX_BUSY:
            self._busy = {name: until for name, until in self._busy.items() if until > x.now}
        return True

    def end(self, key: str) -> None:
        """Release `key` in this isolate."""
        self._busy.pop(key, None)

    async def acquire(self, x: Exchange, key: str) -> bool:
        """Take the lease of `key`; False while a neighbour holds it. A broken cache grants it."""
        self._owner = self._owner or x.ports.random.token()
        held = await self._store.document(x, f"lease/{key}")
        if held is not None and _is_held(held, self._owner, x.now):
            return False
        lease = {"owner": self._owner, "until": x.now + self._config.lease}
        await self._store.put_document(x, f"lease/{key}", json.dumps(lease).encode(), self._config.lease)
        return True


def _is_held(document: bytes, owner: str, now: float) -> bool:
    try:
        lease = json.loads(document)
        return bool(lease["owner"] != owner and now < float(lease["until"]))
    except (ValueError, KeyError, TypeError):
        return False
