"""How many connections a server holds, so that descriptors are left for everything else.

A process that has none left can neither accept nor open anything: new clients get a reset, the origin, the KV
and the templates cannot be read. So there is a limit below the system's, and a newcomer takes the place of
the connection that has been idle for longest.
"""

from __future__ import annotations

import contextlib
import os
from typing import Protocol

FEWEST = 8
RESERVE = 64  # descriptors for files, databases and what starts meanwhile
_PLENTY = 65_536


class Connection(Protocol):
    """One client."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""
        ...

    def give_up(self, reason: str) -> None:
        """Disconnect the client."""


class ConnectionLimit:
    """Counts connections, in the order in which they were last heard of."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._connections: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def backlog(self) -> int:
        """How many may wait to be accepted: they come at once, before others have made room."""
        return max(FEWEST, min(1024, self.most // 2))

    def admit(self, connection: Connection) -> bool:
        """Take one more, if need be in the place of the oldest idle one; False where all are busy."""
        if len(self._connections) >= self.most:
            oldest = next((other for other in self._connections if other.is_idle), None)
            if oldest is None:
                return False
            self.left(oldest)
            oldest.give_up("evicted")
        self._connections[connection] = None
        return True

    def heard(self, connection: Connection) -> None:
        """Note that a client has sent something."""
        if connection in self._connections:
            del self._connections[connection]
            self._connections[connection] = None

    def left(self, connection: Connection) -> None:
        """Forget a connection."""
        self._connections.pop(connection, None)


def descriptors() -> int:
    """Return how many descriptors this process may have, after asking for as many as the system allows."""
    try:
        import resource
    except ImportError:  # Windows
        return _PLENTY
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _PLENTY if hard == resource.RLIM_INFINITY else min(hard, _PLENTY)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return _PLENTY if soft == resource.RLIM_INFINITY else soft


def connection_limit(reserve: int = 0, most: int = 0) -> ConnectionLimit:
    """Return the limit for a server whose process needs `reserve` descriptors for itself.

    `most`: the limit as set; 0: what the system's leaves room for, less a third for those who come at once.
    """
    free = descriptors() - _open_descriptors() - RESERVE - reserve
    return ConnectionLimit(max(FEWEST, min(most or _PLENTY, free * 2 // 3)))


def _open_descriptors() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return FEWEST
