"""Serve an edge application with bounds for its clients."""

from __future__ import annotations

from aiohttp import web

from ..server.connection import BoundedServer
from ..server.connection_limit import connection_limit
from .http_origin import max_connections

MAX_LINE = 16 * 1024  # a request line beyond the 8 KiB of a card gets its 414, not a reset
HEADER_TIMEOUT = 10.0  # seconds for the head of a request
WRITE_TIMEOUT = 30.0  # seconds that an answer may lie unread
KEEPALIVE_TIMEOUT = 75.0
SHUTDOWN = 5.0  # seconds that requests under way get at shutdown


class EdgeRunner(web.AppRunner):
    """An AppRunner whose connections have deadlines and a limit."""

    def __init__(self, app: web.Application, *, header_timeout: float = HEADER_TIMEOUT) -> None:
        super().__init__(app, access_log=None, shutdown_timeout=SHUTDOWN)
        self._header_timeout = header_timeout
        self.limit = connection_limit(max_connections())

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        return BoundedServer(
            plain.request_handler,
            request_factory=plain.request_factory,
            header_timeout=self._header_timeout,
            write_timeout=WRITE_TIMEOUT,
            limit=self.limit,
            on_closed=lambda reason: None,
            keepalive_timeout=KEEPALIVE_TIMEOUT,
            lingering_time=1.0,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
            access_log=None,
        )


def edge_runner(app: web.Application) -> EdgeRunner:
    """Return a runner for an edge or pass-through application."""
    return EdgeRunner(app)
