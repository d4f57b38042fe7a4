"""Whom to let in: a burst may queue, a flood may not.

Queueing theory in one paragraph: under sustained overload a longer queue adds latency and no
throughput, so the queue may only be long enough to keep every process busy (CoDel's "standing
queue", Nichols & Jacobson 2012). A short burst is another matter: a crawler that asks for twenty
new cards at once should get them all. So there are two bounds on the expected wait:

- calm: `burst_wait` seconds of queued work;
- flood, from the first refusal on: about half a render. It is over when most arrivals find an idle
  process again, or `calm_after` seconds after the last refusal.

The decision is made on arrival, so that a refusal costs microseconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdmissionPolicy:
    """Bounds of the queue; times in seconds."""

    max_queue: int = 64
    burst_wait: float = 0.08
    flood_renders: float = 0.5  # allowed expected wait in a flood, in render times
    calm_after: float = 5.0


class Admission:
    """Decides on arrival from the queue's length and the average render time."""

    def __init__(self, policy: AdmissionPolicy, workers: int) -> None:
        self._policy = policy
        self._workers = max(1, workers)
        self._service = 0.05
        self._last_refusal = -math.inf
        self._flood = False
        self._idle_share = 1.0  # moving average of arrivals that found an idle process

    @property
    def service_seconds(self) -> float:
        """Moving average of the render time."""
        return self._service

    def observe(self, seconds: float) -> None:
        """Learn from a finished render."""
        self._service += 0.1 * (seconds - self._service)

    def flooded(self, now: float) -> bool:
        """Return whether more comes in than can be drawn."""
        return self._flood and now - self._last_refusal < self._policy.calm_after

    def admit(self, queued: int, now: float, *, idle: bool) -> bool:
        """Return whether one more may come in, with `queued` waiting, or a process `idle`."""
        self._idle_share += 0.1 * (idle - self._idle_share)
        self._flood = self._flood and self._idle_share < 0.5
        if idle:
            return True
        policy = self._policy
        expected_wait = (queued + 1) * self._service / self._workers
        if self.flooded(now):
            allowed = queued < max(1, round(policy.flood_renders * self._workers))
        else:
            allowed = queued == 0 or expected_wait <= policy.burst_wait
        if queued < policy.max_queue and allowed:
            return True
        if not self.flooded(now):
            self._flood, self._idle_share = True, 0.0
        self._last_refusal = now
        return False

    def retry_after(self, queued: int) -> int:
        """Return whole seconds after which a refused client may try again."""
        return max(1, math.ceil((queued + 1) * self._service / self._workers))
