"""Every cache of a process, under one budget: what would otherwise be parsed, shaped, decoded or drawn again.

    _masks: ByteCache[Mask] = ByteCache("masks", 24_000_000, mask_bytes)      least recently used, by bytes
    @remembered("scripts", 16_384, bytes_each=120)                            a pure function of small values

A cache names itself and the bytes that it may hold; all of them are in one registry. `share_out` scales them
to the budget of the process, `sweep` drops what nobody has asked for lately, `held` says what each holds.
Values are shared between renders and threads: nobody may write to a cached picture.
"""

from __future__ import annotations

import functools
import math
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from operator import attrgetter
from typing import Generic, TypeVar

from cachetools import LRUCache

T = TypeVar("T")

ENTRY_BYTES = 200  # that Python's own objects take for an entry, roughly
UNUSED_SWEEPS = 12  # after which an entry that nobody asked for goes
_QUEUE = 0.5  # of a cache's bytes wait to be asked for again before others make room for them


class _Entry(Generic[T]):
    __slots__ = ("expires", "key", "size", "sweep", "value", "was_asked_for")

    def __init__(self, key: Hashable, value: T, size: int, sweep: int, expires: float) -> None:
        self.key, self.value, self.size, self.sweep, self.expires = key, value, size, sweep, expires
        self.was_asked_for = False  # since it had its place in the order


class _Entries(Generic[T]):
    """Entries by the hashes of their keys: new ones in a queue, those asked for again in cachetools' LRU.

    What comes once, as most texts of cards do, passes through the queue alone, and drives nothing out of the
    LRU (2Q, Johnson and Shasha 1994).

    What is asked for is only marked: its place is found once something has to make room. So a hit takes one
    look into `known`, and a key, of which some are long, is hashed once.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = self.evictions = 0
        self.known: dict[int, _Entry[T]] = {}
        self._queue: OrderedDict[int, _Entry[T]] = OrderedDict()
        self._queued = 0  # bytes
        self._lru: LRUCache[int, _Entry[T]] = LRUCache(math.inf, getsizeof=attrgetter("size"))

    def put(self, number: int, entry: _Entry[T]) -> None:
        """Keep an entry that is not larger than all may be, in place of the one of the same number."""
        if number in self.known:
            self.forget(number)
        if self.bytes + entry.size > self.max_bytes:
            self.make_room(entry.size)
        self.known[number] = self._queue[number] = entry
        self._queued += entry.size
        self.bytes += entry.size

    def make_room(self, size: int) -> None:
        """Forget what was not asked for the longest until there is room for so many bytes."""
        while self.known and self.bytes + size > self.max_bytes:
            if self._queue and (self._queued + size > _QUEUE * self.max_bytes or not self._lru):
                number, entry = self._queue.popitem(last=False)
                self._queued -= entry.size
            else:
                number, entry = self._lru.popitem()
            if entry.was_asked_for:
                entry.was_asked_for = False
                self._lru[number] = entry
            else:
                del self.known[number]
                self.bytes -= entry.size
                self.evictions += 1

    def forget(self, number: int) -> bool:
        """Remove an entry; returns whether it was there."""
        entry = self.known.pop(number, None)
        if entry is None:
            return False
        if self._queue.pop(number, None) is None:
            del self._lru[number]
        else:
            self._queued -= entry.size
        self.bytes -= entry.size
        return True


class ByteCache(Generic[T]):
    """A thread-safe cache bounded by the bytes of its values: those go that were not asked for the longest.

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
        self._entries: _Entries[T] = _Entries(self.max_bytes)
        self._lock = threading.Lock()
        _registry.caches.add(self)  # type: ignore[arg-type]  # of any value

    def __len__(self) -> int:
        return len(self._entries.known)

    @property
    def bytes(self) -> int:
        """What the values take now."""
        return self._entries.bytes

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
        number = hash(key)
        entry = self._entries.known.get(number)
        if entry is None or entry.key != key:
            return None
        if self._life is not None and entry.expires <= self._clock():
            self.drop(key)
            return None
        entry.was_asked_for, entry.sweep = True, _registry.sweeps
        return entry.value

    def put(self, key: Hashable, value: T) -> T:
        """Keep a value, unless it is too large; return it. It takes the place of one with an equal hash."""
        number, size = hash(key), self._size_of(value) + ENTRY_BYTES
        with self._lock:
            if size <= self.max_bytes * self._largest:
                expires = 0.0 if self._life is None else self._clock() + self._life
                self._entries.put(number, _Entry(key, value, size, _registry.sweeps, expires))
            else:
                self._entries.forget(number)
        return value

    def drop(self, key: Hashable) -> bool:
        """Forget one value; returns whether it was there."""
        number = hash(key)
        with self._lock:
            entry = self._entries.known.get(number)
            return entry is not None and entry.key == key and self._entries.forget(number)

    def drop_where(self, is_old: Callable[[T], bool]) -> int:
        """Forget the values that are old; returns how many."""
        with self._lock:
            old = [number for number, entry in self._entries.known.items() if is_old(entry.value)]
            for number in old:
                self._entries.forget(number)
            return len(old)

    def values(self) -> list[T]:
        """Return what is kept."""
        with self._lock:
            return [entry.value for entry in self._entries.known.values()]

    def resize(self, max_bytes: int) -> None:
        """Set a new bound and evict down to it."""
        with self._lock:
            self.max_bytes = self._entries.max_bytes = max_bytes
            self._entries.make_room(0)

    def sweep(self, before: int) -> None:
        """Forget what nobody has asked for since sweep number `before`, and what has expired."""
        with self._lock:
            now = self._clock() if self._life is not None else 0.0
            for number, entry in list(self._entries.known.items()):
                if entry.sweep < before or (self._life is not None and entry.expires <= now):
                    self._entries.forget(number)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            before, self._entries = self._entries, _Entries(self.max_bytes)
            self._entries.evictions = before.evictions


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
