"""Step 8, never fail: a real card although the origin gave none.

The template's own fallback look, where this edge has ever got one: from the caches, or from an origin that
lives but could not draw this one card. In the size and format asked for, else in the template's own size,
which every client scales. Else the picture of last resort, made here.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from ...contract.problem import Problem
from ...contract.request import CardRequest
from ...dataclass import replace
from ..admin.control import Control
from ..config import EdgeConfig
from ..exchange import Exchange
from ..http.cache_status import CacheStatus
from ..keying import KeyedCard, card_of, fallback_of, judge_card
from ..messages import BytesBody
from ..respond import Picture
from ..store.freshness import Miss, Stored
from ..store.record import Record, encode_digest
from ..store.tiers import MIN_TTL, Found, Store
from .fill import Failed, Filled, Filler

KEPT_PICTURES = 32  # built-in pictures in memory, a few kilobytes each
KEPT_SHAPES = 1000
LOOK_LIFE = 86_400.0  # seconds after which one that could not be fetched is tried again


class Fallbacks:
    """Fallback cards of one deployment."""

    def __init__(self, config: EdgeConfig, store: Store, control: Control, filler: Filler) -> None:
        self._config = config
        self._store = store
        self._control = control
        self._filler = filler
        self._pictures: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._ready_until: OrderedDict[str, float] = OrderedDict()  # key of a look → when to see to it again

    async def picture(self, x: Exchange, card: KeyedCard, failure: Failed) -> Picture:
        """Return the best fallback for a card that could not be had."""
        found = await self._of_template(x, card, failure)
        if found is None:
            return self.builtin(x, card.request, failure.reason, failure.status)
        status = _status(failure.reason, failure.status, "template-fallback")
        return Picture(self.short_lived(x, found.record), found.body, status, fallback=failure.reason)

    def builtin(self, x: Exchange, shape: CardRequest, reason: str, fwd_status: int | None = None) -> Picture:
        """Return the built-in picture in the shape of a card; no I/O."""
        width, height = round(shape.width * shape.dpr), round(shape.height * shape.dpr)
        data = self._draw(width, height)
        record = Record(
            times=Stored(at=x.now, fresh=0.0),
            format="png",
            length=len(data),
            digest=encode_digest(hashlib.sha256(data).digest()),
            template=shape.template.name,
            version="",
        )
        status = _status(reason, fwd_status, "builtin-fallback")
        return Picture(self.short_lived(x, record), BytesBody(data), status, fallback=reason)

    async def prepare(self, x: Exchange, card: KeyedCard) -> bool:
        """Get a card's fallback look from a living origin while there is one; for the background.

        True when it was fetched; once it is in KV it is left alone until half of its life there is over.
        """
        manifest = self._control.manifest
        if manifest is None:
            return False
        fallback = fallback_of(card, manifest, self._control.epochs)
        if x.now < self._ready_until.get(fallback.key, 0.0):
            return False
        self._remember(fallback.key, x.now + LOOK_LIFE)  # nobody else need try it now
        try:
            found = await self._store.from_kv(x, fallback.key)
            if found is not None and x.now < (until := self._half_life(found.record)):
                self._remember(fallback.key, until)
                return False
            outcome, _ = await self._filler.fill(x, fallback, final=True)
        except Problem as problem:
            name = card.request.template.name
            x.ports.log.log("warning", "no fallback look", template=name, detail=problem.detail[:200])
            return False
        if isinstance(outcome, Filled):
            self._remember(fallback.key, self._half_life(outcome.record))
            return True
        self._ready_until.pop(fallback.key, None)
        return False

    def ready_for(self, x: Exchange) -> float:
        """Seconds for which the looks that were prepared need no other look."""
        left = min(self._ready_until.values(), default=x.now) - x.now
        return min(max(left, LOOK_LIFE / 2), self._config.storage_life)

    def _half_life(self, record: Record) -> float:
        return record.times.at + max(MIN_TTL, self._store.kept_for(record) / 2)

    def _remember(self, key: str, until: float) -> None:
        self._ready_until[key] = until
        while len(self._ready_until) > KEPT_SHAPES:
            self._ready_until.popitem(last=False)

    async def _of_template(self, x: Exchange, card: KeyedCard, failure: Failed) -> Found | None:
        manifest = self._control.manifest
        if manifest is None:
            return None
        fallback = fallback_of(card, manifest, self._control.epochs)
        found = await self._kept(x, fallback)
        if found is None and failure.origin_lives:
            found = await self._drawn_now(x, fallback)
        own = _in_own_size(card.request)
        if found is None and own != card.request:
            found = await self._kept(
                x, fallback_of(card_of(own, manifest, self._control.epochs), manifest, self._control.epochs)
            )
        return found

    async def _kept(self, x: Exchange, fallback: KeyedCard) -> Found | None:
        for look_up in (self._store.from_cache, self._store.from_kv):
            found = await look_up(x, fallback.key)
            if found is not None and not isinstance(judge_card(fallback, found.record, x.now)[0], Miss):
                return found
        return None

    async def _drawn_now(self, x: Exchange, fallback: KeyedCard) -> Found | None:
        try:
            outcome, _ = await self._filler.fill(x, fallback, deadline=self._config.stale_timeout)
        except Problem:
            return None
        return Found(outcome.record, outcome.body, "cache") if isinstance(outcome, Filled) else None

    def _draw(self, width: int, height: int) -> bytes:
        shape = (width, height)
        if shape not in self._pictures:
            from .last_resort import draw  # late: a healthy isolate never needs it

            self._pictures[shape] = draw(width, height, self._config.fallback_color)
            while len(self._pictures) > KEPT_PICTURES:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(shape)
        return self._pictures[shape]

    def short_lived(self, x: Exchange, record: Record) -> Record:
        """Return the record of a picture that is shown in place of another: it lives shortly."""
        times = Stored(at=x.now, fresh=float(self._config.fallback_max_age))
        return replace(record, times=times, modified=x.now)


def _in_own_size(request: CardRequest) -> CardRequest:
    """The same card in its template's own size."""
    spec = request.template
    return replace(request, width=spec.width, height=spec.height, dpr=1.0, quality=None, max_bytes=None)


def _status(reason: str, fwd_status: int | None, detail: str) -> CacheStatus:
    asked = reason not in ("breaker-open", "overload", "no-manifest", "kv-unread", "edge-error")
    return CacheStatus(fwd="uri-miss" if asked else "", fwd_status=fwd_status, detail=detail)
