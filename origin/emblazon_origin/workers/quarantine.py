"""A breaker per input: an input that ends render processes is not tried again for a while."""

from __future__ import annotations

import math
from dataclasses import dataclass

from emblazon_origin.caching import ByteCache


@dataclass(slots=True)
class _Record:
    failures: int = 0
    open_until: float = 0.0


class Quarantine:
    """Counts what killed a process (crash, deadline, memory) by cache key.

    Closed below `threshold` failures. Open: refused for `seconds`. Then one trial is let through
    (half-open); its failure opens the breaker again, its success forgets the key.
    """

    def __init__(self, threshold: int = 2, seconds: float = 60.0, size: int = 4096) -> None:
        self._threshold = threshold
        self._seconds = seconds
        self._records: ByteCache[_Record] = ByteCache("quarantine", 500 * size, lambda _: 300)

    def refusal(self, key: str, now: float) -> int:
        """Return 0 to let `key` through, else the whole seconds until it may be tried."""
        record = self._records.peek(key)
        if record is None or record.failures < self._threshold:
            return 0
        if now < record.open_until:
            return max(1, math.ceil(record.open_until - now))
        return 0

    def began(self, key: str, now: float) -> None:
        """Note that `key` is being tried: half-open, the others still wait."""
        record = self._records.peek(key)
        if record is not None and record.failures >= self._threshold:
            record.open_until = now + self._seconds

    def failed(self, key: str, now: float) -> None:
        """Count a killed process."""
        record = self._records.get(key, _Record)
        record.failures += 1
        if record.failures >= self._threshold:
            record.open_until = now + self._seconds

    def succeeded(self, key: str) -> None:
        """Forget `key`."""
        self._records.drop(key)

    def open_count(self, now: float) -> int:
        """Return how many inputs are refused now."""
        return sum(now < record.open_until for record in self._records.values())
