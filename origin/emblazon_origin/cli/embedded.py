"""`emblazon serve`: the edge handler on CPython, with the origin in the same process or elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import uvloop
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from emblazon.contract.signing import LOCAL_TOKEN, Keyring
from emblazon.contract.wire import SECURITY
from emblazon.edge.config import EdgeConfig, is_development

from ..home import Home, find_home
from ..host import (
    ANALYTICS_FILE,
    HOST,
    EdgeHost,
    HttpOrigin,
    InProcessOrigin,
    PrometheusMetrics,
    TrustedProxies,
    check_operator,
    create_edge_app,
    create_passthrough_app,
    edge_runner,
)
from ..host.edge_app import problems
from ..observability.logs import set_up_logging
from ..project import read_project
from ..server.app import carry, default_renderer, guarded_server, reload_on_sighup
from ..server.config import OriginConfig, is_loopback, secret_files
from ..server.connection import ConnectionLimit
from ..server.messages import HttpRequest
from ..server.origin_server import OriginServer
from ..studio import StudioContext, add_studio
from .exit_codes import FAILED, CommandError
from .gallery import gallery_at
from .project.secrets_file import KEYS, SET_ASIDE, kept_signing_keys, own_signing_keys, wants_own_key
from .purge import DEFAULT_URL, URL

IN_PROCESS = "http://origin.invalid"  # the edge wants an address; nothing dials it
GALLERY_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"


def edge_environment(host: str, origin_url: str = "") -> dict[str, str]:
    """Return the edge's settings: the environment's, in development over what suits this machine alone.

    Without `origin_url` the origin is in this process. The purge token that everybody knows works on the
    loopback only. Raises edge.config.ConfigError.
    """
    given = {name: value for name, value in os.environ.items() if name.startswith("EMBLAZON_")}
    given = secret_files(os.environ) | given
    local: dict[str, str] = {}
    if is_development(given):
        look = "1" if origin_url else "0"  # seconds; an origin in this process costs no waiting
        local = {
            "EMBLAZON_CONTROL_TTL": look,  # an edited template shows on the next reload
            "EMBLAZON_MANIFEST_TTL": look,
            "EMBLAZON_RETRY_AFTER_FAILURE": "1",  # a card that was late while processes started comes soon
            "EMBLAZON_FALLBACK_MAX_AGE": "1",
            "EMBLAZON_KV_TIMEOUT": "1",  # a laptop under load is no data centre
        }
        if is_loopback(host):
            local["EMBLAZON_PURGE_TOKEN"] = LOCAL_TOKEN
    return {"EMBLAZON_ORIGIN_URL": origin_url or IN_PROCESS} | local | given


def state_file(home: Home) -> str:
    """Return the file of the edge's KV, or `:memory:` where nothing can be written, which is said."""
    state, fault = home.writable_state()
    if state is not None:
        return str(state / "kv.sqlite3")
    print(
        f"Nothing can be written to {fault}; cards and purges are kept in memory until this process ends. "
        "EMBLAZON_STATE_DIR names another folder.",
        file=sys.stderr,
        flush=True,
    )
    return ":memory:"


def _origin_app(
    home: Home, config: EdgeConfig, settings: OriginConfig, kv_path: str, proxies: TrustedProxies
) -> tuple[web.Application, OriginServer]:
    """Return the edge's application with the origin in the same process, under one roof.

    The origin's own routes are for whoever runs this: outside development they want the operator's token.
    """
    token = settings.token or secrets.token_urlsafe(32)
    config = replace(config, origin_token=token)
    edge_bytes = settings.memory_budget // 8
    origin = OriginServer(
        settings.model_copy(update={"token": token}),
        default_renderer(settings),
        watched=home.watched,
        edge_bytes=edge_bytes,
    )
    app = create_edge_app(
        config,
        origin=InProcessOrigin(origin.answer),
        kv_path=kv_path,
        proxies=proxies,
        cache_bytes=edge_bytes,
        metrics=PrometheusMetrics(origin.metrics.registry),  # one /metrics for both
    )

    async def life(_: web.Application) -> AsyncIterator[None]:
        async with origin:
            yield

    async def ready(request: web.Request) -> web.StreamResponse:
        return await _ask(origin, request.method, "/readyz")

    async def inside(request: web.Request) -> web.StreamResponse:
        check_operator(config, request, scrape=True)
        return await _ask(origin, request.method, request.path)

    app.middlewares.append(_gallery_at_root(home, origin, config))
    analytics = None if kv_path == ":memory:" else Path(kv_path).with_name(ANALYTICS_FILE)
    add_studio(app, StudioContext(home, settings, config, studio_keys(home), analytics))
    app.middlewares.append(_explain_cards(origin, config))
    app.cleanup_ctx.insert(0, life)  # the edge's cron work asks the origin as soon as it starts
    app.router.add_get("/readyz", ready)
    for route in ("/metrics", "/openapi.json"):
        app.router.add_get(route, inside)
    return app, origin


def origin_with_studio(
    settings: OriginConfig, environment: Mapping[str, str]
) -> tuple[web.Application, OriginServer]:
    """Return the origin alone as an application, with the studio beside its routes, for `emblazon dev`.

    `environment` says who may use the studio, as an edge is told. Raises edge.config.ConfigError, HomeError.
    """
    home = find_home()
    config = EdgeConfig.from_env({"EMBLAZON_ORIGIN_URL": IN_PROCESS, **environment})
    origin = OriginServer(settings, default_renderer(settings), watched=home.watched)
    app = web.Application(middlewares=[problems])

    async def life(_: web.Application) -> AsyncIterator[None]:
        async with origin:
            yield

    app.cleanup_ctx.append(life)
    add_studio(app, StudioContext(home, settings, config, studio_keys(home)))
    app.router.add_route("*", "/{path:.*}", partial(carry, origin))
    return app, origin


def studio_keys(home: Home) -> Keyring | None:
    """Return the project's own keys, with which the studio signs in development, where the edge does not."""
    text = SET_ASIDE.get(KEYS) or kept_signing_keys(home.state)
    return Keyring.parse(text) if text else None


async def _ask(origin: OriginServer, method: str, target: str) -> web.Response:
    """Ask the origin in this process with its own token."""
    token = {"authorization": f"Bearer {origin.config.token}"}
    answer = await origin.answer(HttpRequest(method, target, token))
    return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


def _gallery_at_root(home: Home, origin: OriginServer, config: EdgeConfig) -> Middleware:
    """Answer `/` with every template and its previews, whose URLs are signed where there are keys."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = config.development or "authorization" in request.headers
        if request.path != "/" or request.method not in ("GET", "HEAD") or not asked:
            return await handler(request)
        check_operator(config, request)
        from ..text.fonts.font_library import FontLibrary  # late: render processes load fonts

        drawn = {name: spec.version for name, spec in origin.manifest.templates.items()}
        digest, brand = FontLibrary(home.fonts).digest, read_project(home).brand
        page, status = gallery_at(home.templates, digest, drawn, config.keyring, brand)
        headers = {"Cache-Control": "no-store", **dict(SECURITY), "Content-Security-Policy": GALLERY_POLICY}
        return web.Response(text=page, status=status, content_type="text/html", headers=headers)

    return middleware


def _explain_cards(origin: OriginServer, config: EdgeConfig) -> Middleware:
    """Answer `?_explain=1` on a card's URL with what its render has to say, past every cache."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        pairs = query.split("&")
        if not path.startswith("/og/") or "_explain=1" not in pairs:
            return await handler(request)
        check_operator(config, request)
        kept = "&".join(pair for pair in pairs if not pair.startswith(("_sig=", "_kid=", "_exp=")))
        return await _ask(origin, "GET", f"/render/{path.removeprefix('/og/')}?{kept}")

    return middleware


def build(host: str, origin_url: str = "") -> tuple[web.Application, OriginServer | None]:
    """Return the application that the environment asks for, and the origin in it, if there is one.

    Raises edge.config.ConfigError, server.config.SettingsError.
    """
    home = find_home()
    proxies = TrustedProxies.from_env(os.environ)
    kv_path = state_file(home)
    _ensure_signing(home)
    config = EdgeConfig.from_env(edge_environment(host, origin_url))
    quiet = {
        "EMBLAZON_LOG_FORMAT": "text",
        "EMBLAZON_LOG_LEVEL": "error",
        "EMBLAZON_QUEUE_WAIT": "5",  # a gallery page asks for all its cards at once
    }
    shown = {"EMBLAZON_LOG_FORMAT": "text"} if sys.stdout.isatty() else {}
    settings = OriginConfig.from_env(defaults=quiet if config.development else shown)
    set_up_logging(settings.log_format, settings.log_level)
    if origin_url:
        app = create_edge_app(config, origin=HttpOrigin(origin_url), kv_path=kv_path, proxies=proxies)
        return app, None
    settings.check_nested(config.origin_timeout)
    return _origin_app(home, config, settings, kv_path, proxies)


def _ensure_signing(home: Home) -> None:
    """Without a word on signing, sign with a key that this machine keeps for itself."""
    if wants_own_key(os.environ):
        os.environ[KEYS], made = own_signing_keys(home.state)
        if made:
            print(f"There was no signing key: made one, kept in {home.state}. Your own: {KEYS}=kid:secret")


def _greeting(host: EdgeHost | None, address: str, origin: OriginServer | None) -> str:
    """Return what to open, or to ask for, first."""
    config = host.edge.config if host is not None else None
    if config is not None and config.development:
        return f"Emblazon is ready: {address}/\nThe studio: {address}/studio/"
    if config is None or config.keyring is None:
        return f"Emblazon is ready: {address}/"
    name = _own_template(origin)
    path, query = f"/og/{name}.png", "title=Hello"
    edge = "" if address == (os.environ.get(URL) or DEFAULT_URL) else f" --base-url {address}"
    return (
        f"Emblazon is ready: {address}/\n"
        f"A signed card: {address}{path}?{config.keyring.sign(path, query)}\n"
        f"More of them: emblazon url {name} -p title=Hello{edge}\n"
        "For work on templates: emblazon serve --dev"
    )


def _own_template(origin: OriginServer | None) -> str:
    """Return a template of the project that a title is enough for, else the built-in article."""
    known = origin.manifest.templates if origin is not None else {}
    for name in sorted(path.parent.name for path in find_home().own_templates.glob("*/card.toml")):
        spec = known.get(name)
        if spec is not None and {param for param, own in spec.params.items() if own.required} == {"title"}:
            return name
    return "article"


def run_serve(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    if options.passthrough:
        return uvloop.run(serve_app(create_passthrough_app(options.passthrough), options.host, options.port))
    app, origin = build(options.host, options.origin or "")
    return uvloop.run(serve_app(app, options.host, options.port, origin))


class _HostRunner(web.AppRunner):
    """Runs the edge with the origin in its process, behind the origin's deadlines against slow clients."""

    def __init__(self, app: web.Application, origin: OriginServer) -> None:
        super().__init__(app, shutdown_timeout=origin.config.grace)
        self._origin = origin
        self.limit = ConnectionLimit(0)

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        server = guarded_server(plain.request_handler, self._origin, request_factory=plain.request_factory)
        self.limit = server.limit
        return server


async def serve_app(app: web.Application, host: str, port: int, origin: OriginServer | None = None) -> int:
    """Serve until SIGTERM or SIGINT; raises CommandError where the port is taken or nothing can be drawn."""
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
        await web.TCPSite(runner, host, port, backlog=runner.limit.backlog, reuse_address=True).start()
        print(_greeting(app.get(HOST), f"http://{host}:{port}", origin), flush=True)
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
