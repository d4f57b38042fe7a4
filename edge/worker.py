"""The Worker entry: binds the runtime to the edge, nothing else.

The current runtime has the SDK and takes the class; the pinned local one has none and takes the functions.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from emblazon.cloudflare.host import Worker

try:
    from workers import WorkerEntrypoint
except ImportError:
    worker = Worker(cron_path="/__scheduled")

    def on_fetch(request: Any, env: Any, ctx: Any) -> Awaitable[Any]:
        """Answer one request."""
        return worker.fetch(request, env, ctx)

    # The runtime binds the arguments of each call to the signature, in Python; without one it passes them on.
    on_fetch.__signature__ = ()  # type: ignore[attr-defined]

else:
    worker = Worker()

    class Default(WorkerEntrypoint):
        """The Worker's entry point."""

        def fetch(self, request: Any) -> Awaitable[Any]:
            """Answer one request."""
            return worker.fetch(request, self.env, self.ctx)

        async def scheduled(self, controller: Any, env: Any = None, ctx: Any = None) -> None:
            """Run the cron work."""
            await worker.scheduled(self.env, self.ctx)

        async def queue(self, batch: Any, env: Any = None, ctx: Any = None) -> None:
            """Work through a batch of pre-generation jobs."""
            await worker.queue(batch, self.env, self.ctx)
