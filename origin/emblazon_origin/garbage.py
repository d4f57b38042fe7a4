"""When a process that draws looks for garbage: between jobs, never in the middle of one."""

from __future__ import annotations

import gc

_YOUNG, _ALL = 8, 64  # jobs from one search to the next


class GarbageBetweenJobs:
    """Switches the collector of this process off, and does its work after jobs.

    Left to itself it walks through every kept document again and again while cards are drawn: a fifth of
    their time and more.
    """

    def __init__(self) -> None:
        gc.disable()
        self._jobs = 0

    def job_done(self) -> None:
        """Look for garbage if it is time to."""
        self._jobs += 1
        if self._jobs % _ALL == 0:
            gc.collect()
        elif self._jobs % _YOUNG == 0:
            gc.collect(1)
