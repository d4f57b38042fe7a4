"""Whom to let in: a burst may queue, a flood may not.

Under sustained overload a longer queue adds latency and no throughput, so the queue may only be long
enough to keep every process busy (CoDel's "standing queue", Nichols & Jacobson 2012). A short burst is
another matter: a page with twenty new cards should get them all. So there are two regimes:

- calm: first come, first served, up to an expected wait of `burst_wait` seconds;
- flood: about one place for every two processes. The newest takes it and whoever waited there is told
  at once to come back later, so that a process never idles and nobody who is served has waited long
  (adaptive LIFO, Maurer 2015).

A flood begins with the first refusal, or as soon as a queue grows because arrivals go on: a burst does
not grow, it stops. What a burst has put into a queue before it was full is kept. A flood is over when
most arrivals find an idle process again, after a pause in which every process came to rest, or `calm_after`
seconds after the last refusal. `queue.py` keeps the order that follows from this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdmissionPolicy:
    """Bounds of the queue; times in seconds."""

    max_queue: int = 64
    burst_wait: float = 0.25
    flood_queue: float = 0.5  # places in a flood, per process
    calm_after: float = 5.0


# A flood shows in arrivals that go on after the first moments of a queue.
_BURST_SHARE = 1 / 8  # of `burst_wait`: what arrives within is one burst
_EVIDENCE = 6  # arrivals after that
_FLOOD_RATE = 1.75  # times what the processes can draw
_SHORT_WAIT = 0.04  # no flood while nobody waits longer
_PAUSE, _PAUSE_RENDERS = 0.25, 4  # seconds, and renders' time, without an arrival: no flood has such gaps
_FIRST_GUESS = 0.02  # of the render time; a page's worth of cards may come right after the start


class Admission:
    """Decides on arrival from the queue's length and the average render time."""

    def __init__(self, policy: AdmissionPolicy, workers: int) -> None:
        self._policy = policy
        self._workers = max(1, workers)
        self._service = _FIRST_GUESS  # moving average of the render time
        self._last_arrival = -math.inf
        self._last_refusal = -math.inf
        self._flood = False
        self._idle_share = 1.0  # moving average of arrivals that found an idle process
        self._queue_began = 0.0
        self._arrivals = 0  # since then, without the first burst

    @property
    def flood_places(self) -> int:
        """How many may wait in a flood."""
        return max(1, round(self._policy.flood_queue * self._workers))

    def observe(self, seconds: float) -> None:
        """Learn from a finished render."""
        self._service += 0.1 * (seconds - self._service)

    def flooded(self, now: float) -> bool:
        """Return whether more comes in than can be drawn."""
        return self._flood and now - self._last_refusal < self._policy.calm_after

    def admit(self, queued: int, now: float, *, idle: bool) -> bool:
        """Return whether one more may come in, with `queued` waiting, or a process `idle`.

        In a flood everybody may, in the place of somebody else: `flood_places` is the length to keep.
        """
        if idle and now - self._last_arrival > max(_PAUSE, _PAUSE_RENDERS * self._service / self._workers):
            self._flood, self._idle_share = False, 1.0
        self._last_arrival = now
        self._idle_share += 0.1 * (idle - self._idle_share)
        self._flood = self._flood and self._idle_share < 0.5
        if idle:
            return True
        if not self.flooded(now) and self._is_flood(queued, now):
            self.refused(now)
        if self.flooded(now):
            return True
        wait = self._expected_wait(queued)
        if queued < self._policy.max_queue and (queued == 0 or wait <= self._policy.burst_wait):
            return True
        self.refused(now)
        return False

    def refused(self, now: float) -> None:
        """Note that somebody was turned away: there is a flood."""
        if not self.flooded(now):
            self._flood, self._idle_share = True, 0.0
        self._last_refusal = now

    def retry_after(self, queued: int) -> int:
        """Return whole seconds after which a refused client may try again."""
        return max(1, math.ceil(self._expected_wait(queued)))

    def _expected_wait(self, queued: int) -> float:
        return (queued + 1) * self._service / self._workers

    def _is_flood(self, queued: int, now: float) -> bool:
        """Return whether this arrival shows that a flood has begun."""
        if not queued:
            self._queue_began, self._arrivals = now, 0
        since = now - self._queue_began - self._policy.burst_wait * _BURST_SHARE
        self._arrivals += since > 0
        drawn = max(0.0, since) * self._workers / self._service
        growing = self._arrivals >= _EVIDENCE and self._arrivals > _FLOOD_RATE * drawn
        return growing and self._expected_wait(queued) > _SHORT_WAIT
