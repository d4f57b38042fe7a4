"""Work that no request waits for: cron (re-warm hot cards, fallback looks, heal purges) and the queue.

Cron does nothing without need: what it has to know it knows from the requests that this isolate has served,
so that an idle deployment costs no KV operation. Only after `BLIND` seconds without news does it look into
KV.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from ...contract.request import CardRequest
from ...contract.schema import FORMATS, Manifest
from ...dataclass import dataclass, field
from ..config import EdgeConfig
from ..exchange import Exchange
from ..fill.fallback import Fallbacks
from ..fill.fill import Filler
from ..fill.revalidate import Leases
from ..keying import KeyedCard, card_of
from ..messages import BytesBody
from ..ports import PortError
from ..store.hot import HotCards
from ..store.tiers import MIN_TTL, Store
from .ahead import Ahead
from .control import Control, Pending
from .drawings import Drawings

LOOKS_KEY = "looks"  # which manifest's fallback looks are in KV
MOST_SAFE = 2000
RELEASE_BATCH = 250  # cards drawn in one invocation: the platform bounds its operations
RELEASE_PAUSE = 60.0  # seconds after which a batch that was cut off is taken up again
LOOKS_LIFE = 43_200.0  # seconds for which that is believed at least


@dataclass(slots=True)
class Scheduled:
    """The edge's work outside of requests."""

    config: EdgeConfig
    store: Store
    control: Control
    filler: Filler
    fallbacks: Fallbacks
    leases: Leases
    drawings: Drawings
    ahead: Ahead
    hot: HotCards

    _looks: tuple[str, float] = ("", 0.0)  # the manifest whose looks are ready, and until when that holds
    _release: tuple[Manifest, list[str]] | None = None  # a pending manifest, the cards that it lacks
    _release_busy_until: float = 0.0
    _leading: str = ""
    _name: str = ""
    _safe_until: dict[str, float] = field(default_factory=dict)  # hot cards that need no look before that

    async def cron(self, x: Exchange) -> dict[str, int]:
        """One run of the cron trigger; returns what was done, which is logged too."""
        if self.control.manifest is None:
            await self.control.ready(x)
        await self.control.ask_again(x, at_most_every=self.config.manifest_ttl / 2)
        healed = await self._heal(x)
        prepared = await self.prepare_fallbacks(x)
        ahead = await self.ahead.run(x)
        rewarmed = await self._rewarm(x)
        done = {"purges_healed": int(healed), "fallbacks": prepared, "rewarmed": rewarmed, "ahead": ahead}
        x.ports.log.log("info", "scheduled", **done)
        return done

    async def _heal(self, x: Exchange) -> bool:
        """Put back purges that overwrote each other, while one is recent enough for that."""
        if not self.control.log.may_have_lost(x, self.control.epochs):
            return False
        try:
            known, lost = await self.control.log.heal(x, self.control.epochs)
        except (PortError, TimeoutError) as error:
            x.ports.log.log("warning", "purge journal not read", detail=str(error)[:200])
            return False
        self.control.learn(known)
        if lost:
            await self.control.publish(x)
        return lost

    async def prepare_fallbacks(self, x: Exchange) -> int:
        """Keep every template's fallback look in its own size, in each format."""
        manifest = self.control.manifest
        if manifest is None:
            return 0
        mark = self.control.digest
        if self._looks[0] == mark and x.now < self._looks[1]:
            return 0
        if await self._looks_are_ready(x, mark):
            self._looks = (mark, x.now + LOOKS_LIFE)
            return 0  # another isolate has seen to it
        prepared = 0
        for spec in manifest.templates.values():
            for image_format in FORMATS:
                shape = CardRequest(spec, {}, image_format, spec.width, spec.height)
                card = card_of(shape, manifest, self.control.epochs)
                prepared += await self.fallbacks.prepare(x, card)
        if self.filler.breaker.failures == 0:
            self._looks = (mark, x.now + LOOKS_LIFE)
            life = int(self.fallbacks.ready_for(x))
            await self.store.put_document(x, LOOKS_KEY, mark.encode(), LOOKS_LIFE)
            await self.store.kv_put(x, LOOKS_KEY, BytesBody(b""), metadata=_mark(mark), ttl=life)
        return prepared

    async def _looks_are_ready(self, x: Exchange, mark: str) -> bool:
        """Ask the data centre's cache, then KV, whether the looks of a manifest are in KV."""
        if await self.store.document(x, LOOKS_KEY) == mark.encode():
            return True
        entry = await self.store.kv_get(x, LOOKS_KEY)
        if entry is None or entry.metadata != _mark(mark):
            return False
        await self.store.put_document(x, LOOKS_KEY, mark.encode(), LOOKS_LIFE)
        return True

    async def _rewarm(self, x: Exchange) -> int:
        """Refresh the hot cards that nobody could be served with before the run after the next."""
        manifest = self.control.manifest
        if manifest is None or not self.hot.has_news:
            return 0
        rewarmed = 0
        for target in (await self.hot.gather(x, self.store))[: self.config.hot_cards]:
            card = await self.drawings.card(x, target, manifest)
            if card is not None and x.now >= self._safe_until.get(card.key, 0.0):
                rewarmed += await self._rewarm_card(x, card)
        if self.hot.flush_is_due(x.now):
            await self.hot.flush(x, self.store)
        return rewarmed

    async def _rewarm_card(self, x: Exchange, card: KeyedCard) -> bool:
        left = await self.drawings.left(x, card)
        if left is None:
            return False
        if left >= self.config.rewarm_before:
            self._safe_until[card.key] = x.now + left - self.config.rewarm_before
            while len(self._safe_until) > MOST_SAFE:
                del self._safe_until[next(iter(self._safe_until))]
            return False
        return await self.leases.acquire(x, card.key) and await self.drawings.fill(x, card)

    async def release(self, x: Exchange) -> None:
        """Draw the top cards of a new template version, then switch it on; some at each call.

        One isolate of the world does so, where KV's word has come round; the others wait for it.
        """
        pending = self.control.pending
        if pending is None or x.now < self._release_busy_until or not await self._leads(x, pending):
            return
        self._release_busy_until = x.now + RELEASE_PAUSE
        if self._release is None or self._release[0] is not pending.manifest:
            self._release = (pending.manifest, await self.hot.gather(x, self.store))
        targets = self._release[1]
        drawn: list[KeyedCard] = []
        for _ in range(min(len(targets), RELEASE_BATCH)):
            if self.filler.breaker.failures:
                break  # the origin is in trouble: go on later, or switch without
            card = await self._changed_card(x, targets.pop(0), pending)
            if card is not None and await self.drawings.fill(x, card, ahead=True):
                drawn.append(card)
        await self.ahead.note(x, drawn)
        x.ports.metrics.count("edge_pregenerated", len(drawn))
        if not targets and self.control.pending is pending:
            self.control.release(x)
            x.ports.log.log("info", "released", cards=len(drawn))
        self._release_busy_until = 0.0

    async def _leads(self, x: Exchange, pending: Pending) -> bool:
        """Claim the release for this isolate."""
        key = f"release/{hashlib.sha256(pending.text.encode()).hexdigest()[:32]}"
        self._name = self._name or x.ports.random.token()
        if self._leading == key:
            return True
        entry = await self.store.kv_get(x, key)
        if entry is not None:
            return False
        self._leading = key
        life = max(MIN_TTL, int(self.config.pregenerate_within))
        await self.store.kv_put(x, key, BytesBody(self._name.encode()), ttl=life)
        return True

    async def _changed_card(self, x: Exchange, target: str, pending: Pending) -> KeyedCard | None:
        """The card that a target will be; None for none, or where it stays as it is."""
        card = await self.drawings.card(x, target, pending.manifest)
        current = self.control.manifest
        if card is None or current is None:
            return None
        spec = card.request.template
        before = current.templates.get(spec.name)
        same = before is not None and before.version == spec.version
        return None if same and current.renderer == pending.manifest.renderer else card

    async def queue(self, x: Exchange, messages: Sequence[str]) -> list[int]:
        """Pre-generate the cards of a batch; returns the indexes of the messages to deliver again."""
        manifest = await self.control.ready(x)
        again: list[int] = []
        for index, message in enumerate(messages):
            target, ahead = _target(message)
            if target is None:
                x.ports.log.log("error", "bad queue message", detail=message[:200])
                continue
            if manifest is None:
                again.append(index)
                continue
            card = await self.drawings.card(x, target, manifest)
            if card is None:
                continue
            shapes = [card] if ahead else [card, *self.drawings.neighbours(card, manifest)]
            drawn = [await self._draw(x, shape, ahead=ahead) for shape in shapes]
            if not all(drawn):
                again.append(index)
        return again

    async def _draw(self, x: Exchange, card: KeyedCard, *, ahead: bool) -> bool:
        return await self.drawings.is_there(x, card) or await self.drawings.fill(x, card, ahead=ahead)


def _mark(digest: str) -> str:
    """KV metadata that names a manifest; an object, which every host hands back as the same text."""
    return f'{{"manifest":"{digest}"}}'


def _target(message: str) -> tuple[str | None, bool]:
    """The path and query in `{"path": "/og/…"}`, None for something else; and whether `ahead` has sent it."""
    try:
        members = json.loads(message)
        path, ahead = members["path"], members.get("ahead") is True
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, False
    return (path if isinstance(path, str) and path.startswith("/") else None), ahead
