"""`emblazon serve`: the edge handler on CPython, with the origin in the same process or elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import os
import signal
import socket
from collections.abc import AsyncIterator

import uvloop
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from emblazon.contract.signing import Keyring
from emblazon.edge.config import EdgeConfig

from ..home import Home, find_home
from ..host import (
    HttpOrigin,
    InProcessOrigin,
    PrometheusMetrics,
    create_edge_app,
    create_passthrough_app,
    edge_runner,
)
from ..observability.logs import set_up_logging
from ..server.answer import Ask
from ..server.app import carry, default_renderer, guarded_server, reload_on_sighup
from ..server.config import OriginConfig
from ..server.origin import Origin
from .dev import DEV_PURGE_TOKEN
from .exit_codes import FAILED, CommandError
from .gallery import gallery_at

IN_PROCESS = "http://origin.invalid"  # the edge wants an address; nothing dials it
ORIGIN_ROUTES = ("/metrics", "/readyz", "/openapi.json")  # of the origin, beside the edge's own


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def edge_environment(host: str, origin_url: str = "") -> dict[str, str]:
    """Return the edge's settings: the environment's over what suits this machine alone.

    Without `origin_url` the origin is in this process.

    Only an edge that listens on the loopback may go without keys: others must name EMBLAZON_SIGNING=off.
    """
    look = "1" if origin_url else "0"  # seconds; an origin in this process costs no waiting
    local = {
        "EMBLAZON_PURGE_TOKEN": DEV_PURGE_TOKEN,
        "EMBLAZON_SIGNING": "off",
        "EMBLAZON_CONTROL_TTL": look,  # an edited template shows on the next reload
        "EMBLAZON_MANIFEST_TTL": look,
        "EMBLAZON_KV_TIMEOUT": "1",  # a laptop under load is no data centre
    }
    given = {name: value for name, value in os.environ.items() if name.startswith("EMBLAZON_")}
    if given.get("EMBLAZON_SIGNING_KEYS"):
        local.pop("EMBLAZON_SIGNING")
    return {"EMBLAZON_ORIGIN_URL": origin_url or IN_PROCESS} | (local if _is_loopback(host) else {}) | given


def _origin_app(home: Home, config: EdgeConfig, settings: OriginConfig) -> tuple[web.Application, Origin]:
    """Return the edge's application with the origin in the same process, under one roof."""
    origin = Origin(settings, default_renderer(), watched=(home.templates, home.fonts))
    app = create_edge_app(
        config,
        origin=InProcessOrigin(origin.answer),
        kv_path=home.state / "kv.sqlite3",
        metrics=PrometheusMetrics(origin.metrics.registry),  # one /metrics for both
    )

    async def life(_: web.Application) -> AsyncIterator[None]:
        async with origin:
            yield

    async def to_origin(request: web.Request) -> web.StreamResponse:
        return await carry(origin, request)

    if settings.dev:
        app.middlewares.append(_gallery_at_root(home, origin, config.keyring))
        app.middlewares.append(_explain_cards(origin))
    app.cleanup_ctx.insert(0, life)  # the edge's cron work asks the origin as soon as it starts
    for route in ORIGIN_ROUTES:
        app.router.add_get(route, to_origin)
    return app, origin


def _gallery_at_root(home: Home, origin: Origin, keys: Keyring | None) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != "/" or request.method not in ("GET", "HEAD"):
            return await handler(request)
        from ..text.fonts.font_library import (
            FontLibrary,  # late: render processes load fonts, this one need not
        )

        drawn = {name: spec.version for name, spec in origin.manifest.templates.items()}
        page, status = gallery_at(home.templates, FontLibrary(home.fonts).digest, drawn, keys)
        return web.Response(text=page, status=status, content_type="text/html")

    return middleware


def _explain_cards(origin: Origin) -> Middleware:
    """Answer `?_explain=1` on a card's URL with what its render has to say, past every cache."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        pairs = query.split("&")
        if not path.startswith("/og/") or "_explain=1" not in pairs:
            return await handler(request)
        kept = "&".join(pair for pair in pairs if not pair.startswith(("_sig=", "_kid=", "_exp=")))
        token = {"authorization": f"Bearer {origin.config.token}"} if origin.config.token else {}
        answer = await origin.answer(Ask("GET", f"/render/{path.removeprefix('/og/')}?{kept}", token))
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    return middleware


def run_serve(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    if options.passthrough:
        return uvloop.run(_serve(create_passthrough_app(options.passthrough), options.host, options.port))
    home = find_home()
    home.state.mkdir(exist_ok=True)
    quiet = {
        "EMBLAZON_DEV": "1",
        "EMBLAZON_LOG_FORMAT": "text",
        "EMBLAZON_LOG_LEVEL": "error",
        "EMBLAZON_QUEUE_WAIT": "5",  # a gallery page asks for all its cards at once
    }
    settings = OriginConfig.from_env({**(quiet if _is_loopback(options.host) else {}), **os.environ})
    set_up_logging(settings.log_format, settings.log_level)
    config = EdgeConfig.from_env(edge_environment(options.host, options.origin or ""))
    if options.origin:
        app = create_edge_app(config, origin=HttpOrigin(options.origin), kv_path=home.state / "kv.sqlite3")
        return uvloop.run(_serve(app, options.host, options.port))
    app, origin = _origin_app(home, config, settings)
    return uvloop.run(_serve(app, options.host, options.port, origin))


class _HostRunner(web.AppRunner):
    """Runs the edge with the origin in its process, behind the origin's deadlines against slow clients."""

    def __init__(self, app: web.Application, origin: Origin) -> None:
        super().__init__(app, shutdown_timeout=origin.config.grace)
        self._origin = origin

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        return guarded_server(plain.request_handler, self._origin, request_factory=plain.request_factory)


async def _serve(app: web.Application, host: str, port: int, origin: Origin | None = None) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    if origin is not None:
        reload_on_sighup(origin)
    _check_port(host, port)
    runner = edge_runner(app) if origin is None else _HostRunner(app, origin)
    await runner.setup()
    try:
        if origin is not None and origin.not_ready:
            raise CommandError(f"The renderer did not start: {origin.not_ready}", FAILED)
        await web.TCPSite(runner, host, port, reuse_address=True).start()
        print(f"Emblazon is ready: http://{host}:{port}/", flush=True)
        await stop.wait()
        if origin is not None:
            origin.draining = True
    finally:
        await runner.cleanup()
    return 0


def _check_port(host: str, port: int) -> None:
    """Say which variable to change before any work is done, where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}); set EMBLAZON_PORT to another.",
                FAILED,
            ) from None
