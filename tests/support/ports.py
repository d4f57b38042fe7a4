"""Ports of this machine that nobody else takes while a test has a use for them."""

from __future__ import annotations

import itertools
import random
import socket

_starts = itertools.count(random.SystemRandom().randrange(20_000))
_held: list[socket.socket] = []  # until this process ends


def free_port() -> int:
    """Return a port that is this process's own, whether anybody listens on it or not.

    It stays bound, without listening: whoever connects is refused, the system gives it to no connection, and
    no other test takes it. A server binds it beside that, as all of them do that may be started anew
    (SO_REUSEADDR).
    """
    while True:
        port = 10_000 + next(_starts) % 20_000  # below the ephemeral ones
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.close()
            continue
        # Only now: before, it would have let us in beside a holder of another process.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _held.append(holder)
        return port
