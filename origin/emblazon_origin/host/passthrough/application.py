"""The pass-through cache as an aiohttp application: `emblazon serve --passthrough URL`."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from ..asyncio_ports import AsyncioBackground, JsonLog, SystemClock
from ..edge_app import to_aiohttp, to_request
from ..origin_ports import HttpOrigin
from . import Passthrough
from .responses import ResponseStore

MAX_BODY = 10 * 1024 * 1024
DRAIN = 5.0


def create_passthrough_app(origin_url: str, *, cache_bytes: int = 64 * 1024**2) -> web.Application:
    """Return an application that caches for any HTTP origin."""
    app = web.Application(client_max_size=MAX_BODY)
    background = AsyncioBackground()
    caches: list[Passthrough] = []

    async def life(_: web.Application) -> AsyncIterator[None]:
        origin = HttpOrigin(origin_url, as_it_comes=True)
        store = ResponseStore(cache_bytes)
        caches.append(Passthrough(origin, SystemClock(), background, JsonLog(), store))
        yield
        await background.drain(DRAIN)
        await origin.close()

    async def handle(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp(await caches[0].handle(await to_request(request, MAX_BODY)))

    app.cleanup_ctx.append(life)
    app.router.add_route("*", "/{path:.*}", handle)
    return app
