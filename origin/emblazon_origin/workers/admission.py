"""Whom to let in: a burst may queue, a flood may not.

Under sustained overload a longer queue adds latency and no throughput, so the queue may only be long enough
to keep every process busy (CoDel's "standing queue", Nichols & Jacobson 2012). A short burst is another
matter: a page with twenty new cards should get them all. So there are two regimes:

- calm: first come, first served, up to an expected wait of `burst_wait` seconds;
- flood: about one place for every two processes. The newest takes it and whoever waited there is told
  at once to come back later, so that a process never idles and nobody who is served has waited long
  (adaptive LIFO, Maurer 2015).

A flood begins with the first refusal, or as soon as a queue grows because arrivals go on: a burst does not
grow, it stops. What a burst has put into a queue before it was full is kept. A flood is over when most
arrivals find an idle process again, after a pause in which every process came to rest, or `calm_after`
seconds after the last refusal.

The queue keeps the order that follows from this. In calm the oldest is next. In a flood the newest is, and
the others are refused while that is still quick. A job that has waited longer than `REGRET`, has been tried
before, or came with a burst that filled the queue, is committed to: it is next whatever comes, and is never
refused.

A breaker per input keeps poison out: an input that ends render processes is not tried again for a while.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emblazon_origin.caching import ByteCache
from emblazon_origin.workers.job import Job, JobResult

REGRET = 0.05  # seconds


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


@dataclass(eq=False, slots=True)
class Ticket:
    """A job and whoever waits for it; `enqueued` is on the loop's clock."""

    job: Job
    key: str
    answer: asyncio.Future[JobResult]
    enqueued: float
    on_start: Callable[[], None]
    retried: bool = False
    kept: bool = False
    due: float = math.inf  # when whoever asked wants the answer, on the loop's clock

    def committed(self, now: float) -> bool:
        """Return whether it is not to be refused any more."""
        return self.retried or self.kept or now - self.enqueued > REGRET


class TicketQueue:
    """Jobs in the order of their arrival; what was tried before comes first."""

    def __init__(self) -> None:
        self._tickets: deque[Ticket] = deque()

    def __len__(self) -> int:
        return len(self._tickets)

    def __iter__(self) -> Iterator[Ticket]:
        return iter(self._tickets)

    def add(self, ticket: Ticket) -> None:
        """Put a job at its place."""
        if ticket.retried:
            self._tickets.appendleft(ticket)
        else:
            self._tickets.append(ticket)

    def discard(self, ticket: Ticket) -> None:
        """Forget a job that nobody waits for any more."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)

    def take(self, now: float, *, flood: bool) -> Ticket:
        """Remove and return the next job. Raises IndexError when there is none."""
        if flood and not self._tickets[0].committed(now):
            return self._tickets.pop()
        return self._tickets.popleft()

    def keep_all(self) -> None:
        """Commit to everybody who waits now."""
        for ticket in self._tickets:
            ticket.kept = True

    def shorten(self, now: float, places: int, limit: int) -> list[Ticket]:
        """Remove and return the oldest of those that are not committed to.

        At most `places` such are left, and none that makes the queue longer than `limit`.
        """
        fresh = [ticket for ticket in self._tickets if not ticket.committed(now)]
        committed = len(self._tickets) - len(fresh)
        left = max(0, min(places, limit - committed))
        refused = fresh[: max(0, len(fresh) - left)]
        for ticket in refused:
            self._tickets.remove(ticket)
        return refused


@dataclass(slots=True)
class _Record:
    failures: int = 0
    open_until: float = 0.0


class Quarantine:
    """Counts what killed a process (crash, deadline, memory) by cache key.

    Closed below `threshold` failures. Open: refused for `seconds`. Then one trial is let through
    (half-open); its failure opens the breaker again, its success forgets the key.
    """

    def __init__(self, threshold: int = 2, seconds: float = 60.0, size: int = 4096) -> None:
        self._threshold = threshold
        self._seconds = seconds
        self._records: ByteCache[_Record] = ByteCache("quarantine", 500 * size, lambda _: 300)

    def refusal(self, key: str, now: float) -> int:
        """Return 0 to let `key` through, else the whole seconds until it may be tried."""
        record = self._records.peek(key)
        if record is None or record.failures < self._threshold:
            return 0
        if now < record.open_until:
            return max(1, math.ceil(record.open_until - now))
        return 0

    def began(self, key: str, now: float) -> None:
        """Note that `key` is being tried: half-open, the others still wait."""
        record = self._records.peek(key)
        if record is not None and record.failures >= self._threshold:
            record.open_until = now + self._seconds

    def failed(self, key: str, now: float) -> None:
        """Count a killed process."""
        record = self._records.get(key, _Record)
        record.failures += 1
        if record.failures >= self._threshold:
            record.open_until = now + self._seconds

    def succeeded(self, key: str) -> None:
        """Forget `key`."""
        self._records.drop(key)

    def open_count(self, now: float) -> int:
        """Return how many inputs are refused now."""
        return sum(now < record.open_until for record in self._records.values())
