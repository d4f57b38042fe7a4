"""aiohttp in front of the origin: sockets, deadlines against slow clients, signals, draining."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import uvloop
from aiohttp import web

from emblazon_origin.server.config import OriginConfig, SettingsError
from emblazon_origin.server.connection import BoundedServer, connection_limit
from emblazon_origin.server.messages import HttpRequest
from emblazon_origin.server.origin_server import OriginServer
from emblazon_origin.workers.job import RendererSpec
from emblazon_origin.workers.supervisor import MAX_ASIDE

log = logging.getLogger(__name__)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
DESCRIPTORS_PER_PROCESS = 3  # of a render process: its socket twice, its pidfd
REDIS_CONNECTIONS = 64
_MAX_HEAD = 32 * 1024  # a request line longer than the 16 KiB that a card may use gets a 414, not a reset


def default_renderer(config: OriginConfig | None = None) -> RendererSpec:
    """Return the renderer of the project that this process runs in."""
    config = config or OriginConfig.from_env()
    return RendererSpec(
        "emblazon_origin.workers.card_renderer:build",
        {"fetch": config.fetch_settings, "images": config.image_settings},
    )


async def carry(origin: OriginServer, request: web.BaseRequest) -> web.StreamResponse:
    """Carry one request to the origin and its answer back."""
    fields: dict[str, str] = {}
    for name, value in request.headers.items():  # a field in several lines is one list (RFC 9110 §5.3)
        key = name.lower()
        fields[key] = f"{fields[key]}, {value}" if key in fields else value
    answer = await origin.answer(HttpRequest(request.method, _origin_form(request.raw_path), fields))
    response = web.Response(status=answer.status, body=answer.body, headers=answer.headers)
    if origin.draining:
        response.force_close()
    return response


def _origin_form(target: str) -> str:
    """Take scheme and authority off a target in absolute form (RFC 9112 §3.2.2)."""
    absolute = _ABSOLUTE.match(target)
    return "/" + target[absolute.end() :].removeprefix("/") if absolute else target


def guarded_server(handler: Handler, origin: OriginServer, **options: Any) -> BoundedServer:
    """Return the connections' side of a server, with the origin's bounds for its clients."""
    config = origin.config
    processes = config.worker_count * (1 + MAX_ASIDE)
    limit = connection_limit(
        DESCRIPTORS_PER_PROCESS * processes + (REDIS_CONNECTIONS if config.redis_url else 0),
        config.max_connections,
    )
    return BoundedServer(
        handler,
        header_timeout=config.header_timeout,
        write_timeout=config.write_timeout,
        limit=limit,
        on_closed=lambda reason: origin.metrics.closed_connections.labels(reason).inc(),
        keepalive_timeout=config.keepalive_timeout,
        handler_cancellation=True,
        lingering_time=1.0,
        max_line_size=_MAX_HEAD,
        max_field_size=_MAX_HEAD,
        access_log=None,
        **options,
    )


def reload_on_sighup(origin: OriginServer) -> None:
    """Make SIGHUP load templates and fonts anew, in the running event loop."""
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[bool]] = set()  # a task that nobody holds may be collected

    def reload() -> None:
        task = loop.create_task(origin.reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)


async def serve(config: OriginConfig, origin: OriginServer, *, stop: asyncio.Event | None = None) -> None:
    """Serve until SIGTERM or SIGINT, or `stop`; then drain. SIGHUP reloads templates and fonts."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    reload_on_sighup(origin)
    server = guarded_server(partial(carry, origin), origin)
    runner = web.ServerRunner(server, shutdown_timeout=config.grace)
    await origin.start(wait=False)
    await runner.setup()
    site = web.TCPSite(runner, config.host, config.port, backlog=server.limit.backlog, reuse_address=True)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        await origin.stop()
        raise SettingsError(
            f"cannot listen on {config.host}, port {config.port}: {error.strerror or error}; "
            "change EMBLAZON_ORIGIN_HOST or EMBLAZON_ORIGIN_PORT"
        ) from error
    log.info("listening", extra={"url": f"http://{config.host}:{bound_port(runner)}"})
    await stop.wait()
    log.info("draining", extra={"grace": config.grace})
    origin.draining = True  # readiness fails first, while the port is still open
    await asyncio.sleep(config.drain_delay)
    await runner.cleanup()
    await origin.stop()
    log.info("stopped")


def bound_port(runner: web.BaseRunner) -> int:
    """Return the port that a runner listens on, which the system chose if it was asked for port 0."""
    for address in runner.addresses:
        if isinstance(address, tuple):
            return int(address[1])
    return 0


def run(config: OriginConfig, origin: OriginServer) -> None:
    """Run the server to its end."""
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(config, origin))
