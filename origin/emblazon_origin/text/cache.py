"""The text stage's cache: least recently used, bounded, safe to share between threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """At most `size` entries, or as many bytes where `weigh` tells an entry's weight.

    An entry heavier than `largest` (a quarter of the size, if not given) is not kept.
    """

    def __init__(
        self, size: int, weigh: Callable[[V], int] | None = None, *, largest: int | None = None
    ) -> None:
        self._entries: LRUCache[K, V] = LRUCache(size, getsizeof=weigh)
        self._lock = threading.Lock()
        self._weigh = weigh
        self._largest = size // 4 if largest is None else largest

    def get(self, key: K) -> V | None:
        """Return what is kept under a key."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep a value, unless it is too heavy; return it."""
        if self._weigh is None or self._weigh(value) <= self._largest:
            with self._lock:
                self._entries[key] = value
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)
