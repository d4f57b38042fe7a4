"""Every cache of a process, under one budget: what would otherwise be parsed, shaped, decoded or drawn again.

    _masks: ByteCache[Mask] = ByteCache("masks", 24_000_000, mask_bytes)      least recently used, by bytes
    @remembered("scripts", 16_384, bytes_each=120)                            a pure function of small values

A cache names itself and the bytes that it may hold; all of them are in one registry. `share_out` scales them
to the budget of the process, `sweep` drops what nobody has asked for lately, `held` says what each holds.
Values are shared between renders and threads: nobody may write to a cached picture.
"""

from __future__ import annotations

import functools
import threading
import time
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import LRUCache

T = TypeVar("T")

ENTRY_BYTES = 200  # that Python's own objects take for an entry, roughly
UNUSED_SWEEPS = 12  # after which an entry that nobody asked for goes


class _Entry(Generic[T]):
    __slots__ = ("expires", "size", "sweep", "value")

    def __init__(self, value: T, size: int, sweep: int, expires: float) -> None:
        self.value, self.size, self.sweep, self.expires = value, size, sweep, expires


class _CountedLRU(LRUCache[Hashable, _Entry[T]]):
    """cachetools' LRU, which also counts what had to make room."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes, getsizeof=lambda entry: entry.size)
        self.evictions = 0

    def popitem(self) -> tuple[Hashable, _Entry[T]]:
        self.evictions += 1
        return super().popitem()


class ByteCache(Generic[T]):
    """A thread-safe LRU bounded by the bytes of its values.

    `largest` is the share of the bound that one value may take, `life` the seconds that one is kept.
    """

    def __init__(
        self,
        name: str,
        max_bytes: int,
        size_of: Callable[[T], int],
        *,
        largest: float = 1.0,
        life: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.wanted_bytes = max_bytes  # before the budget of the process scaled it
        self.max_bytes = _registry.scaled(max_bytes)
        self._size_of = size_of
        self._largest = largest
        self._life = life
        self._clock = clock
        self._entries: _CountedLRU[T] = _CountedLRU(self.max_bytes)
        self._lock = threading.Lock()
        _registry.caches.add(self)  # type: ignore[arg-type]  # of any value

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """What the values take now."""
        return int(self._entries.currsize)

    @property
    def evictions(self) -> int:
        """How many values had to make room for others."""
        return self._entries.evictions

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value for `key`, made on a miss; two threads may make the same one, and one is kept."""
        found = self.peek(key)
        return self.put(key, make()) if found is None else found

    def peek(self, key: Hashable) -> T | None:
        """Return the value for `key`, None where there is none."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if self._life is not None and entry.expires <= self._clock():
                self._forget(key)
                return None
            entry.sweep = _registry.sweeps
            return entry.value

    def put(self, key: Hashable, value: T) -> T:
        """Keep a value, unless it is too large; return it."""
        size = self._size_of(value) + ENTRY_BYTES
        with self._lock:
            self._forget(key)
            if size <= self.max_bytes * self._largest:
                expires = 0.0 if self._life is None else self._clock() + self._life
                self._entries[key] = _Entry(value, size, _registry.sweeps, expires)
        return value

    def drop(self, key: Hashable) -> bool:
        """Forget one value; returns whether it was there."""
        with self._lock:
            return self._forget(key)

    def drop_where(self, is_old: Callable[[T], bool]) -> int:
        """Forget the values that are old; returns how many."""
        with self._lock:
            old = [key for key, entry in self._entries.items() if is_old(entry.value)]
            for key in old:
                self._forget(key)
            return len(old)

    def values(self) -> list[T]:
        """Return what is kept."""
        with self._lock:
            return [entry.value for entry in self._entries.values()]

    def resize(self, max_bytes: int) -> None:
        """Set a new bound and evict down to it."""
        with self._lock:
            self.max_bytes = max_bytes
            before, self._entries = self._entries, _CountedLRU(max_bytes)
            self._entries.evictions = before.evictions
            kept = [before.popitem() for _ in range(len(before))]  # least recently used first
            for key, entry in kept:
                if entry.size <= max_bytes:
                    self._entries[key] = entry
                else:
                    self._entries.evictions += 1

    def sweep(self, before: int) -> None:
        """Forget what nobody has asked for since sweep number `before`, and what has expired."""
        with self._lock:
            now = self._clock() if self._life is not None else 0.0
            for key, entry in list(self._entries.items()):
                if entry.sweep < before or (self._life is not None and entry.expires <= now):
                    self._forget(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            evictions = self._entries.evictions
            self._entries.clear()
            self._entries.evictions = evictions

    def _forget(self, key: Hashable) -> bool:
        return self._entries.pop(key, None) is not None


@dataclass(frozen=True, slots=True)
class Held:
    """What the caches of one name hold."""

    bytes: int = 0
    entries: int = 0
    evictions: int = 0
    max_bytes: int = 0

    def __add__(self, other: Held) -> Held:
        return Held(
            self.bytes + other.bytes,
            self.entries + other.entries,
            self.evictions + other.evictions,
            self.max_bytes + other.max_bytes,
        )


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A memoised function: its entries are small and alike, its bound does not move."""

    name: str
    function: functools._lru_cache_wrapper[object]
    bytes_each: int

    @property
    def held(self) -> Held:
        info = self.function.cache_info()
        most = info.maxsize or 0
        return Held(info.currsize * self.bytes_each, info.currsize, 0, most * self.bytes_each)


class _Registry:
    """The caches of this process. One that goes with its owner, such as a font library, leaves by itself."""

    def __init__(self) -> None:
        self.caches: weakref.WeakSet[ByteCache[object]] = weakref.WeakSet()
        self.functions: list[_Remembered] = []
        self.sweeps = 0
        self.scale = 1.0

    def scaled(self, max_bytes: int) -> int:
        return int(max_bytes * self.scale)


_registry = _Registry()


def remembered(
    name: str, entries: int, *, bytes_each: int
) -> Callable[[Callable[..., T]], functools._lru_cache_wrapper[T]]:
    """Memoise a pure function of small values, least recently used first, as a cache of the registry."""

    def decorate(function: Callable[..., T]) -> functools._lru_cache_wrapper[T]:
        kept = functools.lru_cache(entries)(function)
        _registry.functions.append(_Remembered(name, kept, bytes_each))
        return kept

    return decorate


def share_out(budget: int) -> None:
    """Scale every cache of this process, also those to come, to a budget in bytes.

    They keep the proportions that they were made with; memoised functions have their fixed share.
    """
    everything = list(_registry.caches)
    wanted = sum(cache.wanted_bytes for cache in everything)
    fixed = sum(function.held.max_bytes for function in _registry.functions)
    if wanted:
        _registry.scale = max(0, budget - fixed) / wanted
    for cache in everything:
        cache.resize(_registry.scaled(cache.wanted_bytes))


def held() -> dict[str, Held]:
    """Return what the caches of this process hold, by name."""
    totals: dict[str, Held] = {}
    for cache in list(_registry.caches):
        found = Held(cache.bytes, len(cache), cache.evictions, cache.max_bytes)
        totals[cache.name] = totals.get(cache.name, Held()) + found
    for function in _registry.functions:
        totals[function.name] = totals.get(function.name, Held()) + function.held
    return totals


def sweep() -> None:
    """Drop what has expired, and what nobody has asked for in the last `UNUSED_SWEEPS` sweeps."""
    _registry.sweeps += 1
    for cache in list(_registry.caches):
        cache.sweep(_registry.sweeps - UNUSED_SWEEPS)
