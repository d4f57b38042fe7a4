"""One memory budget, shared out to the caches of the service and of its render processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from emblazon_origin.caching import ByteCache
from emblazon_origin.processes import trim_heap
from emblazon_origin.server.headers import FinishedCard


@dataclass(frozen=True, slots=True)
class Shares:
    """Bytes per cache. The rest of the budget is head room for renders themselves."""

    rendered: int  # finished cards, in the service (and in the edge's cache beside it)
    per_worker: int  # glyphs, masks, decoded images, in each render process

    @classmethod
    def of(cls, budget: int, processes: int) -> Shares:
        """Give a quarter to finished cards, half to the render processes, and keep a quarter free.

        `processes` counts the one for small encodings too.
        """
        return cls(rendered=budget // 4, per_worker=budget // 2 // max(1, processes))


class CardCache:
    """The finished cards of the service."""

    def __init__(self, budget: int, clock: Callable[[], float] = time.time) -> None:
        self._cards: ByteCache[FinishedCard] = ByteCache("cards", budget, lambda card: card.size)
        self._clock = clock

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return self._cards.bytes

    @property
    def evictions(self) -> int:
        """Cards pushed out so far."""
        return self._cards.evictions

    def __len__(self) -> int:
        return len(self._cards)

    def get(self, key: str, max_age: float, degraded_max_age: float) -> FinishedCard | None:
        """Return a card that may still be given out.

        A card depends on its key alone and never goes stale, unless it shows remote files (`max_age`)
        or lacks some (`degraded_max_age`).
        """
        card = self._cards.peek(key)
        if card is None or is_outdated(card, self._clock(), max_age, degraded_max_age):
            return None
        return card

    def put(self, key: str, card: FinishedCard) -> None:
        """Keep a card, unless it is larger than the whole cache."""
        self._cards.put(key, card)

    def sweep(self, older_than: float = 86_400.0) -> int:
        """Drop cards rendered long ago and return how many; then give free memory back."""
        limit = self._clock() - older_than
        dropped = self._cards.drop_where(lambda card: card.rendered_at < limit)
        trim_heap()
        return dropped

    def clear(self) -> None:
        """Drop everything."""
        self._cards.clear()


def is_outdated(card: FinishedCard, now: float, max_age: float, degraded_max_age: float) -> bool:
    """Return whether a kept card must be drawn again."""
    age = now - card.rendered_at
    return (card.degraded and age >= degraded_max_age) or (card.remote and age >= max_age)
