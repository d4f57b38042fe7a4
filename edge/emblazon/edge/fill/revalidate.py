"""Step 6, serve and refresh: the work after a stale, or soon stale, card went out."""

from __future__ import annotations

from ...contract.problem import Problem
from ..exchange import Exchange
from ..keyed_card import KeyedCard, judge_card
from ..store.freshness import Fresh
from ..store.lease import Leases
from ..store.tiers import Found, Store
from .fill import Filler


class Refresher:
    """Refreshes cards in the background, each at most once at a time in this isolate."""

    def __init__(self, store: Store, filler: Filler, leases: Leases) -> None:
        self._store = store
        self._filler = filler
        self._leases = leases

    def later(self, x: Exchange, card: KeyedCard, found: Found) -> bool:
        """Refresh after the response; False when a refresh of this card is under way here."""
        if not self._leases.begin(x, card.key):
            return False
        x.ports.background.wait_until(self._refresh(x, card, found))
        return True

    async def _refresh(self, x: Exchange, card: KeyedCard, found: Found) -> None:
        try:
            if found.tier == "cache" and await self._newer_in_kv(x, card, found):
                x.ports.metrics.count("edge_refreshes", outcome="from-kv")
                return
            if not await self._leases.acquire(x, card.key):
                x.ports.metrics.count("edge_refreshes", outcome="leased-elsewhere")
                return
            outcome, _ = await self._filler.fill(x, card)
            x.ports.metrics.count("edge_refreshes", outcome=type(outcome).__name__.lower())
        except Problem as problem:
            x.ports.log.log("warning", "refresh refused", detail=problem.detail[:200], request_id=x.id)
        except Exception as error:
            x.ports.log.log("error", "refresh failed", detail=repr(error)[:300], request_id=x.id)
        finally:
            self._leases.end(card.key)

    async def _newer_in_kv(self, x: Exchange, card: KeyedCard, found: Found) -> bool:
        """Another data centre may have refreshed already: its copy in KV saves the origin a render."""
        other = await self._store.from_kv(x, card.key)
        if other is None or other.record.times.at <= found.record.times.at:
            return False
        judgement, _ = judge_card(card, other.record, x.now)
        if not isinstance(judgement, Fresh):
            return False
        return await self._store.put_cache(x, card.key, other.record, other.body)
