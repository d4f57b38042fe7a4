"""One request on its way through the edge: what came in, the ports it may use, and what was measured."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from emblazon.edge.cache_status import ServerTiming
from emblazon.edge.ports import Ports, Request

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Exchange:
    """A request, its ports and its measurements."""

    request: Request
    ports: Ports
    id: str
    started: float
    timing: ServerTiming = field(default_factory=ServerTiming)

    @classmethod
    def begin(cls, request: Request, ports: Ports) -> Exchange:
        """Take over the caller's request id where it is a sound one, else make one."""
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else ports.random.token()
        return cls(request, ports, request_id, ports.clock.now())

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
