"""A circuit breaker: after some failures in a row, stop asking for a while; then let one request probe.

closed ──failures in a row──▶ open ──time passes──▶ half-open ──probe succeeds──▶ closed
                                ▲───────────────────probe fails (twice as long)──┘
"""

from __future__ import annotations

from ...dataclass import dataclass
from ...typed import Literal

State = Literal["closed", "open", "half-open"]


@dataclass(slots=True)
class Breaker:
    """The state of one breaker; plain data, shared by the requests of an isolate."""

    threshold: int = 3
    open_seconds: float = 5.0
    longest: float = 60.0
    probe_seconds: float = 15.0  # a probe that has not reported by then is lost
    failures: int = 0
    opened: int = 0  # times in a row without a success
    open_until: float = 0.0
    probe_until: float = 0.0

    def state(self, now: float) -> State:
        """Return the state at `now`."""
        if self.opened == 0:
            return "closed"
        return "open" if now < self.open_until else "half-open"

    def allows(self, now: float) -> bool:
        """Tell whether a request may go out; in half-open state the first caller becomes the probe."""
        state = self.state(now)
        if state == "closed":
            return True
        if state == "open" or now < self.probe_until:
            return False
        self.probe_until = now + self.probe_seconds
        return True

    def success(self) -> None:
        """Note an answer: closes the breaker."""
        self.failures = self.opened = 0
        self.open_until = self.probe_until = 0.0

    def failure(self, now: float, *, jitter: float = 1.0) -> None:
        """Note a failure; `jitter` in (0, 1] spreads the probes of many isolates."""
        self.failures += 1
        if self.opened or self.failures >= self.threshold:
            if now < self.open_until:
                return  # a straggler of before
            pause = min(self.open_seconds * 2**self.opened, self.longest)
            self.opened = min(self.opened + 1, 16)
            self.open_until = now + pause * (0.5 + 0.5 * jitter)
            self.probe_until = 0.0
