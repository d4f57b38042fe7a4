"""Notices that a render computes for long, so that it can be set aside and others need not wait behind it.

Counted is the processor time of its process, not the clock: on a busy machine every render lasts long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from emblazon_origin.workers.child import cpu_seconds

LONG = 0.25  # seconds of computing; ordinary cards take a tenth
_SOONEST = 0.02  # seconds until the next look


class LongRender:
    """Watches one render; calls `found` once when it has computed for `LONG`."""

    def __init__(self, pid: int, found: Callable[[], None]) -> None:
        self._pid = pid
        self._found = found
        self._loop = asyncio.get_running_loop()
        self._began = self._computed()
        self._timer = self._loop.call_later(LONG, self._look)

    def end(self) -> None:
        """Stop watching."""
        self._timer.cancel()

    def _look(self) -> None:
        left = LONG - (self._computed() - self._began)
        if left <= 0:
            self._found()
        else:
            self._timer = self._loop.call_later(max(_SOONEST, left), self._look)

    def _computed(self) -> float:
        seconds = cpu_seconds(self._pid)
        return self._loop.time() if seconds is None else seconds
