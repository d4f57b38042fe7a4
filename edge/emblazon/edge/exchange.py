"""One request on its way through the edge: what came in, the ports it may use, and what was measured."""

from __future__ import annotations

from ..contract import wire
from ..dataclass import dataclass, field
from .http.cache_status import ServerTiming
from .messages import Request
from .ports import Ports
from .unfurls import write_point


@dataclass(slots=True)
class Exchange:
    """A request, its ports and its measurements."""

    request: Request
    ports: Ports
    id: str
    started: float
    timing: ServerTiming = field(default_factory=ServerTiming)
    is_card: bool = False  # a card was asked for
    template: str = ""
    variant: str = ""
    outcome: str = ""  # hit, stale, stale-if-error, miss, fallback, problem
    tier: str = ""  # where the answer came from, or why it is a fallback

    @classmethod
    def begin(cls, request: Request, ports: Ports) -> Exchange:
        """Take over the caller's request id where it is a sound one, else make one."""
        given = request.headers.get("x-request-id", "")
        request_id = given if wire.REQUEST_ID_FORM.fullmatch(given) else ports.random.token()
        return cls(request, ports, request_id, ports.clock.now())

    def became(self, outcome: str, tier: str) -> None:
        """Note how the request ended."""
        self.outcome, self.tier = outcome, tier

    def report(self, status: int, length: int) -> None:
        """Count the request, and write its data point where an analytics dataset is bound."""
        took = self.now - self.started
        outcome, metrics = self.outcome or "other", self.ports.metrics
        metrics.count("edge_requests", outcome=outcome, tier=self.tier, template=self.template)
        metrics.observe("edge_request_seconds", took, outcome=outcome)
        if self.ports.analytics is not None and self.is_card:
            write_point(
                self.ports.analytics,
                template=self.template,
                variant=self.variant,
                outcome=outcome,
                tier=self.tier,
                status=status,
                user_agent=self.request.headers.get("user-agent", ""),
                country=self.request.headers.get("cf-ipcountry", ""),
                verified=self.request.verified_bot,
                milliseconds=took * 1000,
                size=length,
            )

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.ports.clock.now()

    @property
    def path(self) -> str:
        """The raw path."""
        return self.request.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The raw query, without its question mark."""
        return self.request.target.partition("?")[2]
