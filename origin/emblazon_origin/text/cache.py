"""The text stage's cache: least recently used, bounded, safe to share between threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """At most `size` entries, or as many bytes where `weigh` tells an entry's weight."""

    def __init__(self, size: int, weigh: Callable[[V], int] | None = None) -> None:
        self._entries: LRUCache[K, V] = LRUCache(size, getsizeof=weigh)
        self._lock = threading.Lock()
        self._weigh = weigh

    def get(self, key: K) -> V | None:
        """Return what is kept under a key."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep a value, unless it alone would push out most others; return it."""
        if self._weigh is None or self._weigh(value) <= self._entries.maxsize // 4:
            with self._lock:
                self._entries[key] = value
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)
