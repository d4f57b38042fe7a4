"""Who refreshes a card: one refresh in this isolate, and a lease that keeps its neighbours from joining in.

The lease lies in the data centre's cache, where it costs nothing; KV would be neither quick nor exact enough
for it. It is advice, not a lock: two data centres may both refresh. It ends by itself, so a refresh that is
cut off leaves nothing stuck; its own isolate may take it again at once.
"""

from __future__ import annotations

import json

from ..config import EdgeConfig
from ..exchange import Exchange
from .tiers import Store

MAX_BUSY = 1000  # beyond it, refreshes that were given up are forgotten


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
        self._busy[key] = x.now + self._config.origin_timeout + 5
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
