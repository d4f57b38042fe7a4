"""The pass-through cache as an aiohttp application: `emblazon serve --passthrough URL`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.client import responses as reasons

from aiohttp import HttpVersion11, web

from emblazon.edge.messages import Headers

from ..asyncio_ports import AsyncioBackground, JsonLog, SystemClock
from ..edge_app import to_aiohttp, to_request
from . import Passthrough
from .forwarder import Forwarder
from .proxy import Early
from .responses import ResponseStore

MAX_BODY = 10 * 1024 * 1024
DRAIN = 5.0


def create_passthrough_app(origin_url: str, *, cache_bytes: int = 64 * 1024**2) -> web.Application:
    """Return an application that caches for any HTTP origin."""
    app = web.Application(client_max_size=MAX_BODY)
    background = AsyncioBackground()
    caches: list[Passthrough] = []

    async def life(_: web.Application) -> AsyncIterator[None]:
        store = ResponseStore(cache_bytes)
        caches.append(Passthrough(Forwarder(origin_url), SystemClock(), background, JsonLog(), store))
        yield
        await background.drain(DRAIN)

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = await to_request(request, MAX_BODY)
        return await to_aiohttp(await caches[0].handle(asked, early_to(request)))

    app.cleanup_ctx.append(life)
    app.router.add_route("*", "/{path:.*}", handle)
    return app


def early_to(request: web.Request) -> Early:
    """Return what writes interim answers to a client; HTTP/1.0 knows none (RFC 9110 §15.2)."""

    def write(status: int, headers: Headers) -> None:
        if request.version >= HttpVersion11 and request.transport is not None:
            head = f"HTTP/1.1 {status} {reasons.get(status, '')}\r\n"
            fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
            request.transport.write(f"{head}{fields}\r\n".encode("latin-1"))

    return write
