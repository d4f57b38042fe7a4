"""The Worker with an Analytics Engine that keeps its points; it takes the place of `edge/worker.py` in tests.

The pinned runtime's own binding drops every point. All else is the Worker as it is: what its adapter writes
is kept in a JavaScript array, which `/__host/record` tells. `/__host/later?SECONDS` moves the clock of cron
and of the whole way; `X-Test-Verified` stands for what the platform knows of a crawler.
"""

from __future__ import annotations

from typing import Any

import js

from emblazon.cloudflare import host
from emblazon.cloudflare.js import js_object
from emblazon.cloudflare.services import WorkerClock

later = [0.0]


class MovedClock(WorkerClock):
    """As many seconds ahead as a test has said."""

    def now(self) -> float:
        return super().now() + later[0]


vars(host).update(WorkerClock=MovedClock)
worker = host.Worker(cron_path="/__scheduled")
kept: list[Any] = []  # the points, and the environment with what keeps them


async def on_fetch(request: Any, env: Any, ctx: Any) -> Any:
    """Answer one request."""
    if not kept:
        points = js.Array.new()
        recorder = js_object({"writeDataPoint": points.push.bind(points)})
        more = js_object({"EMBLAZON_ANALYTICS": recorder})
        kept.extend((points, js.Object.assign(js.Object.new(), env, more)))
    points, changed = kept
    _, path, query = str(request.url).rpartition("/__host/")
    if path and query == "record":
        return js.Response.new(js.JSON.stringify(js_object({"analytics": points})))
    if path:
        later[0] += float(query.removeprefix("later?"))
        return js.Response.new("done")
    vouched = request.headers.get("x-test-verified") or ""
    known = js.Request.new(request, js_object({"cf": {"verifiedBotCategory": vouched}}))
    return await worker.answer(known, changed, ctx)
