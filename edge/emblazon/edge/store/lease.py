"""Who refreshes a key: one refresh in this isolate, and a KV lease that keeps other isolates from joining in.

A lease is advice, not a lock: KV is eventually consistent, and two isolates far apart may both refresh. It
ends by itself, so a refresh that is cut off leaves nothing stuck; its own isolate may take it again at once.
"""

from __future__ import annotations

import json

from ..config import EdgeConfig
from ..exchange import Exchange
from ..ports import BytesBody
from .tiers import MIN_TTL, Store

PATIENCE = 1.0  # seconds that a refresh waits for its lease to be written
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
        """Take the KV lease of `key`; False while another isolate holds it. A broken KV grants it."""
        self._owner = self._owner or x.ports.random.token()
        entry = await self._store.kv_get(x, f"lease/{key}")
        if entry is not None and _is_held(entry.metadata, self._owner, x.now):
            return False
        metadata = json.dumps({"owner": self._owner, "until": x.now + self._config.lease})
        ttl = max(MIN_TTL, int(self._config.lease))
        lease = f"lease/{key}"
        await self._store.kv_put_once(x, lease, BytesBody(b""), metadata=metadata, ttl=ttl, seconds=PATIENCE)
        return True


def _is_held(metadata: str, owner: str, now: float) -> bool:
    try:
        lease = json.loads(metadata)
        return bool(lease["owner"] != owner and now < float(lease["until"]))
    except (ValueError, KeyError, TypeError):
        return False
