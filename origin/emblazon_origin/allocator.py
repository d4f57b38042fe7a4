"""The C allocator's settings for a process that draws: pixel buffers come and go by the dozen per card."""

from __future__ import annotations

import contextlib
import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_LARGEST_FROM_HEAP = 32 << 20  # bytes; as much as glibc allows
_KEPT = 128 << 20  # free bytes at the top of the heap that are not given back at once


def keep_freed_memory() -> None:
    """Let glibc use freed buffers again instead of giving them back after each use; elsewhere do nothing.

    Asking the system for fresh zeroed pages costs a third of a card's time. `trim_heap` in the regular sweep
    still gives back what stays free.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST_FROM_HEAP)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEPT)
