"""What a process that draws is told about itself: its memory, its garbage, its stack, its parent.

Pixel buffers come and go by the dozen per card, so that the C allocator keeps them; garbage is looked for
between jobs, never in the middle of one; functions that follow nested boxes down get the room; and a child
ends with its parent, however that ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_LARGEST_FROM_HEAP = 32 << 20  # bytes; as much as glibc allows
_KEPT = 128 << 20  # free bytes at the top of the heap that are not given back at once

_YOUNG = 32  # jobs that may leave garbage from one search to the next, at most
_NEW_OBJECTS = 20_000  # more than a job or two leave, of documents that nobody knew
_LEAST_GROWTH, _MOST_GROWTH = 0.25, 1.0  # of all objects, before they are searched
_WORTH = 0.1  # of that growth is garbage, or the next search may wait twice as long
_FEW = 200_000  # objects: with fewer a quarter is soon there, and nothing to speak of

T = TypeVar("T")
_FRAMES_PER_LEVEL = 40

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before a fork, where nothing may be


def keep_freed_memory() -> None:
    """Let glibc use freed buffers again instead of giving them back after each use; elsewhere do nothing.

    Asking the system for fresh zeroed pages costs a third of a card's time. `trim_heap` in the regular sweep
    still gives back what stays free.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST_FROM_HEAP)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEPT)


def trim_heap() -> None:
    """Give free memory back to the system (glibc only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def resident_bytes(pid: int | str = "self") -> int:
    """Return the resident set of a process in bytes; 0 where /proc has no answer."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def virtual_bytes() -> int:
    """Return the address space of this process in bytes."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 4 << 30


class GarbageBetweenJobs:
    """Switches the collector of this process off, and does its work after jobs.

    Left to itself it walks through every kept document again and again while cards are drawn. A card of a
    kept document leaves no garbage that only the collector finds, nor does binding its template, a new one
    its trees; so what is new is looked through once jobs of the other kinds have left something, and
    everything only when it has grown by a quarter: by more where the last search found that nearly all of the
    growth is in use, as it is while caches fill. Then there is nothing to look for, however many jobs follow.
    """

    def __init__(self) -> None:
        gc.disable()
        self._young = 0  # jobs that may leave garbage since the last search
        self._known = len(gc.get_objects())
        self._grown = 0  # objects since all were counted, before the last search
        self._growth = _LEAST_GROWTH  # up to the next search among all
        self._new = self._left = 0  # objects since that, and what of them jobs left that may leave garbage

    def job_done(self, *, was_kept: bool = False) -> None:
        """Look for garbage if it is time to; `was_kept` says that a kept document was drawn, nothing else."""
        before, self._new = self._new, gc.get_count()[0]
        if not was_kept:
            self._young += 1
            self._left += max(0, self._new - before)
        grown = self._grown + self._new
        if grown > self._growth * max(self._known, _FEW):
            is_worth = gc.collect() > _WORTH * grown
            self._growth = _LEAST_GROWTH if is_worth else min(_MOST_GROWTH, 2 * self._growth)
            self._grown = 0
            self._known = len(gc.get_objects())
        elif self._left >= _NEW_OBJECTS or self._young >= _YOUNG:
            self._grown = grown - gc.collect(1)  # what is gone is no growth
        else:
            return
        self._young = self._new = self._left = 0


def extent_of(root: T, children: Callable[[T], Iterable[T]]) -> tuple[int, int]:
    """Return how many nodes and how many levels a tree has."""
    count, depth, level = 0, 0, [root]
    while level:
        count += len(level)
        depth += 1
        level = [child for node in level for child in children(node)]
    return count, depth


@contextmanager
def room_for(depth: int) -> Iterator[None]:
    """Raise Python's recursion limit while a tree of a depth is worked on; that itself is limited before.

    Only for that while: a template's endless macro must still end at Python's own limit, not the C stack's.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, depth * _FRAMES_PER_LEVEL + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def end_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have Linux send this process a signal when its parent's thread ends; elsewhere do nothing."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)
