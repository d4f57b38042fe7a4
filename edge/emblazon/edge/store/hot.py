"""Which cards are asked for most, without a KV write for each request.

Every isolate counts in memory (Space-Saving, Metwally et al. 2005: a fixed number of counters, no popular
card is missed) and writes its list to KV at most once in `FLUSH_EVERY`; cron adds up the lists of all.
"""

from __future__ import annotations

import json
from collections import Counter

from ..exchange import Exchange
from ..ports import BytesBody
from .tiers import Store

COUNTERS = 500
FLUSH_EVERY = 300.0
KEPT_FOR = 3600
PREFIX = "hot/"


class HotCards:
    """The counters of one isolate."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._counts: dict[str, int] = {}
        self._next_flush = 0.0
        self._name = ""

    def note(self, x: Exchange, target: str) -> None:
        """Count one request of a canonical path and query."""
        if self._wanted == 0:
            return
        if target in self._counts or len(self._counts) < COUNTERS:
            self._counts[target] = self._counts.get(target, 0) + 1
            return
        rarest = min(self._counts, key=self._counts.__getitem__)
        self._counts[target] = self._counts.pop(rarest) + 1

    def top(self) -> list[tuple[str, int]]:
        """The most popular targets and their counts."""
        return Counter(self._counts).most_common(self._wanted)

    def flush_is_due(self, now: float) -> bool:
        """Tell whether it is time to write; the first time comes `FLUSH_EVERY` after the first request."""
        if self._next_flush == 0.0:
            self._next_flush = now + FLUSH_EVERY
        return bool(self._counts) and now >= self._next_flush

    async def flush(self, x: Exchange, store: Store) -> None:
        """Write this isolate's list, halve its counters so that old fame fades."""
        top = self.top()
        if not top:
            return
        self._next_flush = x.now + FLUSH_EVERY
        self._name = self._name or x.ports.random.token()
        self._counts = {target: count // 2 for target, count in self._counts.items() if count > 1}
        body = BytesBody(json.dumps(top).encode())
        await store.kv_put(x, f"{PREFIX}{self._name}", body, ttl=KEPT_FOR)

    async def gather(self, x: Exchange, store: Store) -> list[str]:
        """Add up the lists of all isolates; return the most popular targets."""
        try:
            keys = await x.ports.clock.within(x.ports.kv.list(PREFIX), 10.0)
        except Exception as error:
            x.ports.log.log("warning", "hot cards not listed", detail=str(error)[:200])
            return []
        totals: Counter[str] = Counter()
        for key in keys:
            entry = await store.kv_get(x, key.name)
            if entry is not None:
                totals.update(_counts(await entry.body.read()))
        return [target for target, _ in totals.most_common(self._wanted)]


def _counts(data: bytes) -> dict[str, int]:
    try:
        return {str(target): int(count) for target, count in json.loads(data)}
    except (ValueError, TypeError):
        return {}
