"""Work that no request waits for: cron (re-warm hot cards, fallback looks, heal purges) and the queue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...contract.problem import Problem
from ...contract.request import CardRequest, parse_request
from ...contract.route import ShortRoute, match_route
from ...contract.schema import FORMATS, Manifest
from ...contract.uri import MAX_CANONICAL_BYTES
from ..config import EdgeConfig
from ..exchange import Exchange
from ..fill.fallback import LOOK_LIFE, Fallbacks
from ..fill.fill import Failed, Filler
from ..keyed_card import KeyedCard, card_of, judge_card
from ..ports import BytesBody
from ..store.freshness import Fresh
from ..store.hot import HotCards
from ..store.lease import Leases
from ..store.tiers import Store
from .control import Control
from .purge import compact_journal
from .short import ShortCards

LOOKS_KEY = "looks"  # which manifest's fallback looks are in KV


@dataclass(slots=True)
class Scheduled:
    """The edge's work outside of requests."""

    config: EdgeConfig
    store: Store
    control: Control
    filler: Filler
    fallbacks: Fallbacks
    leases: Leases
    short: ShortCards
    hot: HotCards

    async def cron(self, x: Exchange) -> dict[str, int]:
        """One run of the cron trigger; returns what was done, which is logged too."""
        await self.control.ready(x)
        await self.control.ask_again(x, at_most_every=self.config.manifest_ttl / 2)
        healed = await compact_journal(x, self.store, self.control)
        prepared = await self.prepare_fallbacks(x)
        rewarmed = await self._rewarm(x)
        done = {"purges_healed": int(healed), "fallbacks": prepared, "rewarmed": rewarmed}
        x.ports.log.log("info", "scheduled", **done)
        return done

    async def prepare_fallbacks(self, x: Exchange) -> int:
        """Keep every template's fallback look in its own size, in each format."""
        manifest = self.control.manifest
        if manifest is None:
            return 0
        mark = self.control.digest
        entry = await self.store.kv_get(x, LOOKS_KEY)
        if entry is not None and entry.metadata == mark:
            return 0  # another isolate has seen to it today
        prepared = 0
        for spec in manifest.templates.values():
            for image_format in FORMATS:
                shape = CardRequest(spec, {}, image_format, spec.width, spec.height)
                card = card_of(shape, manifest, self.control.epochs)
                prepared += await self.fallbacks.prepare(x, card)
        if self.filler.breaker.failures == 0:
            await self.store.kv_put(x, LOOKS_KEY, BytesBody(b""), metadata=mark, ttl=int(LOOK_LIFE / 2))
        return prepared

    async def _rewarm(self, x: Exchange) -> int:
        """Refresh the hot cards that expire before the next run would see them."""
        manifest = self.control.manifest
        if manifest is None:
            return 0
        await self.hot.flush(x, self.store)
        rewarmed = 0
        for target in await self.hot.gather(x, self.store):
            card = await self._card(x, target, manifest)
            if (
                card is not None
                and await self._expires_soon(x, card)
                and await self.leases.acquire(x, card.key)
            ):
                rewarmed += await self._fill(x, card)
        return rewarmed

    async def _expires_soon(self, x: Exchange, card: KeyedCard) -> bool:
        found = await self.store.from_kv(x, card.key)
        if found is None:
            return True
        judgement, _ = judge_card(card, found.record, x.now)
        return not isinstance(judgement, Fresh) or judgement.ttl < self.config.rewarm_before

    async def _card(self, x: Exchange, target: str, manifest: Manifest) -> KeyedCard | None:
        parts = urlsplit(target)
        try:
            if isinstance(match_route(parts.path), ShortRoute):
                request = await self.short.expand(x, "GET", parts.path, parts.query, manifest)
            else:
                request = parse_request("GET", parts.path, parts.query, manifest, longest=MAX_CANONICAL_BYTES)
        except Problem:
            return None  # its template has changed or gone
        return card_of(request, manifest, self.control.epochs)

    async def _fill(self, x: Exchange, card: KeyedCard) -> bool:
        try:
            outcome, _ = await self.filler.fill(x, card)
        except Problem:
            return False
        return not isinstance(outcome, Failed)

    async def queue(self, x: Exchange, messages: Sequence[str]) -> list[int]:
        """Pre-generate the cards of a batch; returns the indexes of the messages to deliver again."""
        manifest = await self.control.ready(x)
        again: list[int] = []
        for index, message in enumerate(messages):
            target = _target(message)
            if target is None:
                x.ports.log.log("error", "bad queue message", detail=message[:200])
                continue
            if manifest is None:
                again.append(index)
                continue
            card = await self._card(x, target, manifest)
            if card is not None and await self._expires_soon(x, card) and not await self._fill(x, card):
                again.append(index)
        return again


def _target(message: str) -> str | None:
    """The path and query in `{"path": "/og/…"}`; None where it is something else."""
    try:
        path = json.loads(message)["path"]
    except (ValueError, KeyError, TypeError):
        return None
    return path if isinstance(path, str) and path.startswith("/") else None
