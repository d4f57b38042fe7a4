"""The Worker entry: binds the runtime to the edge, nothing else.

The current runtime has the SDK and takes the class; the pinned local one has none and takes the functions.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from emblazon.cloudflare.host import Worker
from emblazon.cloudflare.js import handler_of

then = None  # the runtime awaits this module at each request, and an attribute that is missing costs most

try:
    from workers import WorkerEntrypoint
except ImportError:
    worker = Worker(cron_path="/__scheduled")

    def on_fetch(request: Any, env: Any, ctx: Any) -> Awaitable[Any]:
        """Answer the first request, and put what answers the others in this function's place."""
        globals()["on_fetch"] = handler_of(worker.answer)
        return worker.answer(request, env, ctx)

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
