"""The jobs that wait for a process, and in which order they leave: see `admission.py` for why.

In calm the oldest is next. In a flood the newest is, and the others are refused while that is still
quick. A job that has waited longer than `REGRET`, has been tried before, or came with a burst that filled
the queue, is committed to: it is next whatever comes, and is never refused.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emblazon_origin.workers.job import Job, JobResult

REGRET = 0.05  # seconds


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
