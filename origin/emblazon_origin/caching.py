"""Byte-bounded LRUs for what would otherwise be decoded or drawn again: images, masks, gradients, shadows.

Values are shared between renders and threads: nobody may write to a cached picture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

T = TypeVar("T")


class ByteCache(Generic[T]):
    """A thread-safe LRU bounded by the bytes of its values."""

    def __init__(self, name: str, max_bytes: int, size_of: Callable[[T], int]) -> None:
        self.name = name
        self._entries: LRUCache[Hashable, T] = LRUCache(
            max_bytes, getsizeof=lambda value: size_of(value) + 200
        )
        self._lock = threading.Lock()
        _CACHES.append(self)  # type: ignore[arg-type]  # a registry of caches of every type

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value for `key`, made on a miss; two threads may make the same one, and one is kept."""
        with self._lock:
            found = self._entries.get(key)
        if found is not None:
            return found
        value = make()
        self.put(key, value)
        return value

    def peek(self, key: Hashable) -> T | None:
        """Return the value for `key`, None where there is none."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value, unless it is larger than the bound."""
        with self._lock:
            if self._entries.getsizeof(value) <= self._entries.maxsize:
                self._entries[key] = value

    def drop(self, key: Hashable) -> None:
        """Forget one value."""
        with self._lock:
            self._entries.pop(key, None)

    @property
    def bytes(self) -> int:
        """Bytes held now."""
        return int(self._entries.currsize)

    @property
    def max_bytes(self) -> int:
        """The bound."""
        return int(self._entries.maxsize)

    def resize(self, max_bytes: int) -> None:
        """Set a new bound and evict down to it."""
        with self._lock:
            kept = list(self._entries.items())
            self._entries = LRUCache(max_bytes, getsizeof=self._entries.getsizeof)
            for key, value in kept:
                if self._entries.getsizeof(value) <= max_bytes:
                    self._entries[key] = value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


_CACHES: list[ByteCache[object]] = []


def caches() -> tuple[ByteCache[object], ...]:
    """Return every cache of this process, for budgets and metrics."""
    return tuple(_CACHES)


def clear_caches() -> None:
    """Forget everything in every cache."""
    for cache in _CACHES:
        cache.clear()
