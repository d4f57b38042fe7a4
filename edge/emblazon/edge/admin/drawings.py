"""Cards that no request waits for: read from their canonical URL, looked for, and drawn."""

from __future__ import annotations

from urllib.parse import urlsplit

from ...contract.problem import Problem
from ...contract.request import CardRequest, parse_request
from ...contract.route import ShortRoute, match_route
from ...contract.schema import Manifest
from ...contract.uri import MAX_CANONICAL_BYTES
from ...dataclass import dataclass, replace
from ..config import EdgeConfig
from ..exchange import Exchange
from ..fill.fill import Failed, Filler
from ..keying import KeyedCard, card_of, judge_card
from ..store.freshness import Fresh, Stale
from ..store.tiers import Store
from .control import Control
from .short import ShortCards, Unread


@dataclass(slots=True)
class Drawings:
    """What cron, the queue and a release do with one card."""

    config: EdgeConfig
    store: Store
    control: Control
    filler: Filler
    short: ShortCards

    async def card(self, x: Exchange, target: str, manifest: Manifest) -> KeyedCard | None:
        """Return the card that a path and query name, whose signature nobody asks for; None for none."""
        parts = urlsplit(target)
        try:
            if isinstance(match_route(parts.path), ShortRoute):
                request = await self.short.expand(x, "GET", parts.path, parts.query, manifest)
            else:
                request = parse_request(
                    "GET",
                    parts.path,
                    parts.query,
                    manifest,
                    longest=MAX_CANONICAL_BYTES,
                    rules=self.config.rules,
                )
        except (Problem, Unread):
            return None  # its template has changed or gone, or nobody knows now what it is
        return card_of(request, manifest, self.control.epochs)

    def neighbours(self, card: KeyedCard, manifest: Manifest) -> list[KeyedCard]:
        """Return the card in the other sizes and formats that its template declares under `[warm]`."""
        request, warm = card.request, card.request.template.warm
        shapes = [replace(request, width=width, height=height, dpr=1.0) for width, height in warm.sizes]
        shapes += [replace(request, format=name, negotiated=False) for name in warm.formats]
        return [card_of(shape, manifest, self.control.epochs) for shape in shapes if _differs(shape, request)]

    async def left(self, x: Exchange, card: KeyedCard) -> float | None:
        """Seconds for which a card can be served without waiting; None where KV has none."""
        found = await self.store.from_kv(x, card.key)
        if found is None:
            return None
        judgement, record = judge_card(card, found.record, x.now)
        if not isinstance(judgement, Fresh | Stale):
            return 0.0
        if record.unchanging:
            return found.record.times.at + self.store.kept_for(found.record) - x.now
        return judgement.ttl + record.times.stale_while_revalidate

    async def is_there(self, x: Exchange, card: KeyedCard) -> bool:
        """Tell whether a card needs no drawing."""
        return (await self.left(x, card) or 0.0) > 0

    async def fill(self, x: Exchange, card: KeyedCard, *, ahead: bool = False) -> bool:
        """Have the origin draw a card; `ahead` of anybody's asking. Tells whether it did."""
        try:
            outcome, _ = await self.filler.fill(x, card, final=True, ahead=ahead)
        except Problem:
            return False
        return not isinstance(outcome, Failed)


def _differs(shape: CardRequest, request: CardRequest) -> bool:
    return (shape.width, shape.height, shape.dpr, shape.format) != (
        request.width,
        request.height,
        request.dpr,
        request.format,
    )
