"""Which cards are asked for most, without a KV write for each request.

Every isolate counts in memory and writes its list to KV at most once in `FLUSH_EVERY`, and only when it has
something new to say; who needs the lists of all adds them up. The counters are pruned now and then to the
larger half, and a card that comes back begins with what the smallest one kept had: no popular card is missed
(after Metwally et al., "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005).
"""

from __future__ import annotations

import json
from collections import Counter

from ..exchange import Exchange
from ..messages import BytesBody
from .tiers import Store

COUNTERS = 2000  # after pruning; twice as many before
FLUSH_EVERY = 3600.0
KEPT_FOR = 86_400
PREFIX = "hot/"


class HotCards:
    """The counters of one isolate."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._counts: dict[str, int] = {}
        self._floor = 0
        self._asked = 0  # requests in all
        self._written = self._gathered = 0  # … at the last list, at the last look at all lists
        self._used: dict[str, None] = {}
        self._next_flush = 0.0
        self._name = ""

    def note(self, target: str) -> None:
        """Count one request of a canonical path and query."""
        if self._wanted == 0:
            return
        self._asked += 1
        counts = self._counts
        counts[target] = counts.get(target, self._floor) + 1
        if len(counts) > 2 * COUNTERS:
            kept = Counter(counts).most_common(COUNTERS)
            self._counts = dict(kept)
            self._floor = kept[-1][1]

    def note_used(self, key: str) -> None:
        """Remember that a card which was drawn ahead was asked for."""
        if key not in self._used and len(self._used) < COUNTERS:
            self._used[key] = None
            self._asked += 1  # a list is due

    def top(self) -> list[tuple[str, int]]:
        """The most popular targets and their counts."""
        return Counter(self._counts).most_common(self._wanted)

    @property
    def has_news(self) -> bool:
        """Whether anything was asked for since the lists were last gathered."""
        return self._asked > self._gathered

    def flush_is_due(self, now: float) -> bool:
        """Tell whether it is time to write; the first time comes `FLUSH_EVERY` after the first request."""
        if self._next_flush == 0.0:
            self._next_flush = now + FLUSH_EVERY
        return self._asked > self._written and now >= self._next_flush

    async def flush(self, x: Exchange, store: Store) -> None:
        """Write this isolate's list, halve its counters so that old fame fades."""
        top = self.top()
        self._written = self._asked
        if not top and not self._used:
            return
        self._next_flush = x.now + FLUSH_EVERY
        self._name = self._name or x.ports.random.token()
        self._counts = {target: count // 2 for target, count in self._counts.items() if count > 1}
        self._floor //= 2
        body = BytesBody(json.dumps({"top": top, "used": list(self._used)}).encode())
        await store.kv_put(x, f"{PREFIX}{self._name}", body, ttl=KEPT_FOR)

    async def gather(self, x: Exchange, store: Store) -> list[str]:
        """Add up the lists of all isolates and what this one counts; return the most popular targets."""
        self._gathered = self._asked
        totals: Counter[str] = Counter(self._counts)
        for data in await self._lists(x, store):
            totals.update(_counts(data))
        return [target for target, _ in totals.most_common(self._wanted)]

    async def used(self, x: Exchange, store: Store) -> set[str]:
        """Return the keys of the cards drawn ahead that were asked for, of all isolates of the last day."""
        found = set(self._used)
        for data in await self._lists(x, store):
            found.update(_used(data))
        return found

    async def _lists(self, x: Exchange, store: Store) -> list[bytes]:
        try:
            keys = await x.ports.clock.within(x.ports.kv.list(PREFIX), 10.0)
        except Exception as error:
            x.ports.log.log("warning", "hot cards not listed", detail=str(error)[:200])
            return []
        entries = [await store.kv_get(x, key.name) for key in keys[:MOST_LISTS]]
        return [await entry.body.read() for entry in entries if entry is not None]


MOST_LISTS = 200  # read in one run: the platform bounds the operations of an invocation


def _counts(data: bytes) -> dict[str, int]:
    try:
        return {str(target): int(count) for target, count in json.loads(data)["top"]}
    except (ValueError, TypeError, KeyError):
        return {}


def _used(data: bytes) -> list[str]:
    try:
        return [str(key) for key in json.loads(data)["used"]]
    except (ValueError, TypeError, KeyError):
        return []
