"""The composition root of the edge on CPython, and its runner, with bounds for clients.

What a proxy in front says about the client's request (scheme, host and address) is taken from trusted
proxies only. Anybody can send `X-Forwarded-Host`; whoever believes it from anybody hands out links to
another's host and counts another's rate.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from emblazon.contract.problem import CONTENT_TYPE, Problem
from emblazon.contract.wire import SECURITY
from emblazon.edge.admin.guard import MAX_BODY, check_bearer
from emblazon.edge.config import ConfigError, EdgeConfig
from emblazon.edge.handler import Edge
from emblazon.edge.messages import BytesBody, Request, Response
from emblazon.edge.ports import Clock, Log, Metrics, NoMetrics, Origin, Ports

from ..server.connection import BoundedServer, connection_limit
from .asyncio_ports import AsyncioBackground, AsyncioFlight, JsonLog, MemoryCache, SystemClock, SystemRandom
from .edge_metrics import CONTENT_TYPE as METRICS_TYPE
from .edge_metrics import PrometheusMetrics
from .origin_ports import HttpOrigin, max_connections
from .sqlite_analytics import SQLiteAnalytics
from .sqlite_kv import SQLiteKV

log = logging.getLogger(__name__)

ANALYTICS_FILE = "analytics.sqlite3"  # beside the KV
SCHEDULE = 60.0  # seconds between the runs of the cron work
DRAIN = 10.0  # seconds that background work gets at shutdown
BODY_TIMEOUT = 10.0  # seconds for the body of a request

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

VARIABLE = "EMBLAZON_TRUSTED_PROXIES"
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")

MAX_LINE = 16 * 1024  # a request line beyond the 8 KiB of a card gets its 414, not a reset
HEADER_TIMEOUT = 10.0  # seconds for the head of a request
WRITE_TIMEOUT = 30.0  # seconds that an answer may lie unread
KEEPALIVE_TIMEOUT = 75.0
SHUTDOWN = 5.0  # seconds that requests under way get at shutdown


class EdgeHost:
    """One edge with its local tiers; `answer` serves one request."""

    def __init__(
        self,
        config: EdgeConfig,
        *,
        origin: Origin,
        kv_path: Path | str,
        kv_bytes: int = 2 * 1024**3,
        cache_bytes: int = 64 * 1024**2,
        clock: Clock | None = None,
        log: Log | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.kv = SQLiteKV(kv_path, self.clock, max_bytes=kv_bytes)
        self.cache = MemoryCache(self.clock, max_bytes=cache_bytes)
        self.background = AsyncioBackground()
        in_memory = str(kv_path) == ":memory:"
        self.analytics = (
            None if in_memory else SQLiteAnalytics(Path(kv_path).with_name(ANALYTICS_FILE), self.clock)
        )
        self.edge = Edge(config)
        self._sites: dict[str, HttpOrigin] = {}
        self.ports = Ports(
            clock=self.clock,
            random=SystemRandom(),
            kv=self.kv,
            cache=self.cache,
            origin=origin,
            background=self.background,
            flight=AsyncioFlight(),
            log=log or JsonLog(),
            metrics=metrics or NoMetrics(),
            analytics=self.analytics,
            site=self._site,
        )
        if self.kv.set_aside is not None:
            self.ports.log.log("error", "KV file damaged", kept_as=str(self.kv.set_aside), now="begun anew")

    async def answer(self, request: Request) -> Response:
        """Serve one request."""
        return await self.edge.handle(request, self.ports)

    def _site(self, base_url: str) -> HttpOrigin:
        """Return what asks one of the site's hosts, for its sitemaps and pages."""
        if base_url not in self._sites:
            self._sites[base_url] = HttpOrigin(base_url)
        return self._sites[base_url]

    async def keep_warm(self, every: float = SCHEDULE) -> None:
        """Run the cron work now and then, for as long as the host lives."""
        while True:
            await self.edge.on_scheduled(self.ports)
            await asyncio.sleep(every)

    async def close(self) -> None:
        """Let background work finish, then close the store."""
        await self.background.drain(DRAIN)
        for site in self._sites.values():
            await site.close()
        self.kv.close()
        if self.analytics is not None:
            self.analytics.close()


HOST = web.AppKey("edge_host", EdgeHost)


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Networks whose X-Forwarded-* fields are believed."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> TrustedProxies:
        """Read EMBLAZON_TRUSTED_PROXIES; raises ConfigError."""
        entries = [entry.strip() for entry in env.get(VARIABLE, "").split(",")]
        try:
            return cls(tuple(ipaddress.ip_network(entry) for entry in entries if entry))
        except ValueError as error:
            raise ConfigError(
                VARIABLE, f"cannot be read: {error}", "Write addresses or networks: 127.0.0.1,10.0.0.0/8."
            ) from None

    def trusts(self, address: str) -> bool:
        """Tell whether a peer may speak for others."""
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any((mapped or peer) in network for network in self.networks)

    def seen_by_proxy(self, fields: Mapping[str, str], base_url: str, peer: str) -> tuple[str, str]:
        """Return scheme and authority, and the client's address, as the outermost trusted proxy saw them.

        `base_url` and `peer` are those of the connection; names of `fields` are in lower case.
        """
        if not self.trusts(peer):
            return base_url, peer
        scheme, _, host = base_url.partition("://")
        said = _last(fields, "x-forwarded-proto").lower()
        scheme = said if said in ("http", "https") else scheme
        named = _last(fields, "x-forwarded-host")
        host = named if _HOST.fullmatch(named) else host
        return f"{scheme}://{host}", self._client(fields, peer)

    def _client(self, fields: Mapping[str, str], peer: str) -> str:
        """Return the nearest address that is no trusted proxy: what stands left of it may be made up."""
        client = peer
        for address in reversed(fields.get("x-forwarded-for", "").split(",")):
            if not self.trusts(client):
                break
            try:
                client = str(ipaddress.ip_address(address.strip()))
            except ValueError:
                break
        return client


NO_PROXIES = TrustedProxies()


def create_edge_app(
    config: EdgeConfig,
    *,
    origin: Origin,
    kv_path: Path | str,
    kv_bytes: int = 2 * 1024**3,
    cache_bytes: int = 64 * 1024**2,
    metrics: PrometheusMetrics | None = None,
    proxies: TrustedProxies = NO_PROXIES,
) -> web.Application:
    """Return an aiohttp application that serves the edge; `app[HOST]` is its `EdgeHost`.

    Whoever passes `metrics` shows them; else they are at `/metrics`. `proxies` may speak for their clients.
    """
    app = web.Application(client_max_size=MAX_BODY + 1, middlewares=[problems])
    numbers = metrics or PrometheusMetrics()

    async def life(app: web.Application) -> AsyncIterator[None]:
        host = EdgeHost(
            config,
            origin=origin,
            kv_path=kv_path,
            kv_bytes=kv_bytes,
            cache_bytes=cache_bytes,
            metrics=numbers,
        )
        app[HOST] = host
        cron = asyncio.create_task(host.keep_warm())
        yield
        while not cron.done():  # on 3.11 wait_for may swallow a cancellation (cpython#86296)
            cron.cancel()
            await asyncio.wait({cron}, timeout=0.5)
        await host.close()

    async def handle(request: web.Request) -> web.StreamResponse:
        return await carry(app[HOST], request, proxies)

    async def show_metrics(request: web.Request) -> web.Response:
        check_operator(config, request, scrape=True)
        return web.Response(body=numbers.text(), headers={"Content-Type": METRICS_TYPE})

    app.cleanup_ctx.append(life)
    if metrics is None:
        app.router.add_get("/metrics", show_metrics)
    app.router.add_route("*", "/{path:.*}", handle)
    return app


def check_operator(config: EdgeConfig, request: web.Request, *, scrape: bool = False) -> None:
    """Admit whoever runs this edge: anybody in development, else the bearer of its token.

    `scrape` admits the metrics token too. Raises Unauthorized, Forbidden where no token is configured.
    """
    if config.development:
        return
    tokens = {"EMBLAZON_PURGE_TOKEN": config.purge_token}
    if scrape:
        tokens = {"EMBLAZON_METRICS_TOKEN": config.metrics_token} | tokens
    check_bearer(request.headers.get("authorization", ""), tokens)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what never reaches the edge with problem details too."""
    try:
        return await handler(request)
    except Problem as problem:
        headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", **dict(SECURITY)}
        return web.Response(
            status=problem.status, body=problem.to_json(), headers={**headers, **problem.headers()}
        )


async def carry(
    host: EdgeHost, request: web.Request, proxies: TrustedProxies = NO_PROXIES
) -> web.StreamResponse:
    """Carry one HTTP request to the edge and its response back."""
    return await to_aiohttp(await host.answer(await to_request(request, MAX_BODY, proxies)))


async def to_request(request: web.Request, max_body: int, proxies: TrustedProxies = NO_PROXIES) -> Request:
    """Turn a request of aiohttp into one of the edge; of the body, at most one chunk beyond `max_body`."""
    fields: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        value = octets(value)
        fields[key] = f"{fields[key]}, {value}" if key in fields else value
    body = await _body(request, max_body)
    base_url, client = proxies.seen_by_proxy(
        fields, f"{request.scheme}://{request.host}", request.remote or ""
    )
    return Request(
        method=request.method,
        target=_target(request.raw_path),
        headers=fields,
        base_url=base_url,
        body=BytesBody(body) if body else None,
        client=client,
    )


async def to_aiohttp(answer: Response) -> web.Response:
    """Turn a response of the edge into one of aiohttp."""
    data = await answer.body.read() if answer.body is not None else None
    response = web.Response(status=answer.status, body=data)
    response.headers.clear()
    for name, value in answer.headers:
        response.headers.add(
            name,
            value
            if value.isascii()
            else value.encode("latin-1", "replace").decode("utf-8", "surrogateescape"),
        )
    return response


def octets(value: str) -> str:
    """Return a field value of aiohttp, which reads UTF-8, as one character for each octet."""
    return value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("latin-1")


async def _body(request: web.Request, max_body: int) -> bytes:
    """The body, at most one byte more than the edge takes: its answer says 413."""
    if not request.can_read_body:
        return b""
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            async for piece in request.content.iter_chunked(64 * 1024):
                data += piece
                if len(data) > max_body:
                    break
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(data)


def _target(raw_path: str) -> str:
    """The path and query of a request line, also of one in absolute form (RFC 9112 §3.2.2)."""
    target = raw_path.partition("#")[0]
    if target.startswith(("http://", "https://")):
        target = "/" + target.split("/", 3)[3] if target.count("/") >= 3 else "/"
    return target


def _last(fields: Mapping[str, str], name: str) -> str:
    """Return the value that the nearest proxy added."""
    return fields.get(name, "").rpartition(",")[2].strip()


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
