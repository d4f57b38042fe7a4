"""The studio's routes on the local server.

GET  /studio/                              the page; /studio leads there
GET  /studio/assets/{file}                 its style sheets and modules
GET  /studio/api/catalogue                 templates, platforms, and what is wrong with them
GET  /studio/api/draw/{template}.{ext}     a picture; facts about it in X-Studio-Card
GET  /studio/api/explain/{template}.{ext}  boxes, texts, faces and findings
GET  /studio/api/snippets/{template}.{ext} what to copy
POST /studio/api/pictures                  keeps a dropped picture for drawings; its address
GET  /studio/api/events                    what was saved, as server-sent events
GET  /studio/audit?url=…                   what platforms show of a page, and why not more
GET  /studio/stats                         leads to the page of unfurls
GET  /studio/api/stats?days=N              unfurls by day and kind; .csv of it: /studio/stats.csv?days=N

A card is asked for with the query of its public URL. Everything is for whoever runs the server: anybody in
development, else the bearer of its token; without one it is not there.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from emblazon.contract.problem import BadParameter, NotFound
from emblazon.contract.request import CardRequest
from emblazon.contract.route import EXTENSIONS, Extension
from emblazon.contract.signing import Keyring
from emblazon.contract.wire import SECURITY
from emblazon.edge.config import EdgeConfig

from ..errors import EmblazonError
from ..home import Home
from ..host import check_operator
from ..host.sqlite_analytics import UnfurlCount, counts_in, to_csv
from ..limits import MAX_IMAGE_BYTES
from ..server.config import OriginConfig
from .live_renderer import DroppedPictures, LiveRenderer
from .save_watch import SaveWatch
from .snippets import snippets
from .template_fault import fault_of

if TYPE_CHECKING:
    from .workshop import Workshop

ASSETS = Path(__file__).with_name("assets")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
AUDIT_POLICY = (  # a page without scripts, its style and its pictures within it
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FACTS = "X-Studio-Card"
MOST_DAYS = 90  # that unfurls are kept
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class StudioContext:
    """What the studio is told by whoever serves it.

    `keys` sign where the edge itself does not; `analytics` is the file of its unfurls, if it keeps one.
    """

    home: Home
    settings: OriginConfig
    config: EdgeConfig
    keys: Keyring | None = None
    analytics: Path | None = None


def add_studio(app: web.Application, context: StudioContext, say: Callable[[str], None] = print) -> None:
    """Add the routes; files are watched, and told of with `say`, from the first page on."""
    studio = _Studio(context, say)
    app.cleanup_ctx.append(studio.life)
    app.on_shutdown.append(studio.end_streams)
    for path, handler in (
        ("/studio", studio.lead_to_page),
        ("/studio/", studio.page),
        ("/studio/assets/{file}", studio.asset),
        ("/studio/api/catalogue", studio.catalogue),
        ("/studio/api/draw/{name}.{extension}", studio.draw),
        ("/studio/api/explain/{name}.{extension}", studio.explain),
        ("/studio/api/snippets/{name}.{extension}", studio.snippets),
        ("/studio/api/events", studio.events),
        ("/studio/audit", studio.audit),
        ("/studio/stats", studio.lead_to_stats),
        ("/studio/stats.csv", studio.stats_csv),
        ("/studio/api/stats", studio.stats),
    ):
        app.router.add_get(path, studio.guarded(handler))
    app.router.add_post("/studio/api/pictures", studio.guarded(studio.keep_picture))


class _Studio:
    """One server's studio: its pictures, its renderer, its watch."""

    def __init__(self, context: StudioContext, say: Callable[[str], None]) -> None:
        self._context = context
        self._pictures = DroppedPictures()
        self._renderer = LiveRenderer(context.home, context.settings, self._pictures)
        self._watch = SaveWatch(context.home, self._renderer, say)

    async def life(self, _: web.Application) -> AsyncIterator[None]:
        """End the renderer with the application."""
        yield
        self._renderer.close()

    async def end_streams(self, _: web.Application) -> None:
        """End what would keep the server from stopping."""
        await self._watch.close()

    def guarded(self, handler: Handler) -> Handler:
        """Admit whoever runs the server; put the headers of every answer."""
        config = self._context.config

        async def admit(request: web.Request) -> web.StreamResponse:
            if not config.development and "authorization" not in request.headers:
                raise NotFound("Nothing is here; the studio wants EMBLAZON_DEV=1 or the operator's token.")
            check_operator(config, request)
            return await handler(request)

        return admit

    # -- the page ------------------------------------------------------------------------------

    async def lead_to_page(self, _: web.Request) -> web.StreamResponse:
        raise web.HTTPPermanentRedirect("/studio/")

    async def lead_to_stats(self, _: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/studio/#/stats")

    async def page(self, _: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def asset(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["file"])

    async def audit(self, request: web.Request) -> web.StreamResponse:
        """Fetch a page for whoever sits here; other sites may not have pages fetched."""
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise web.HTTPForbidden(text="Ask from the studio itself.")
        url = request.query.get("url", "").strip()
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise BadParameter(f"url={url[:200]}: must be an address that begins with http:// or https://")
        report = await asyncio.to_thread(_audited, url)
        return web.Response(
            text=report, content_type="text/html", headers=_headers({"Content-Security-Policy": AUDIT_POLICY})
        )

    # -- cards ---------------------------------------------------------------------------------

    async def catalogue(self, _: web.Request) -> web.StreamResponse:
        home, config = self._context.home, self._context.config
        self._watch.begin()
        try:
            found = await self._renderer.run(lambda workshop: _catalogue(workshop, home))
        except (EmblazonError, OSError) as error:
            return _json({"fault": fault_of(error, home.root).data()}, status=500)
        return _json(found | {"signs": bool(config.keyring or self._context.keys)})

    async def draw(self, request: web.Request) -> web.StreamResponse:
        name, extension, query = _asked(request)
        try:
            drawn = await self._renderer.run(
                lambda workshop: workshop.draw(workshop.read(name, extension, query)),
                urgent=request.headers.get("Sec-Fetch-Dest") != "image",  # an <img>: an example
            )
        except EmblazonError as error:
            return self._fault(error)
        facts = {"Content-Type": drawn.content_type, FACTS: json.dumps(drawn.facts)}
        if drawn.is_pinned:  # the examples of a gallery that is opened again
            facts["Cache-Control"] = "private, max-age=3600"
        return web.Response(body=drawn.data, headers=_headers(facts))

    async def explain(self, request: web.Request) -> web.StreamResponse:
        name, extension, query = _asked(request)
        try:
            return _json(
                await self._renderer.run(
                    lambda workshop: workshop.explain(workshop.read(name, extension, query))
                )
            )
        except EmblazonError as error:
            return self._fault(error)

    async def snippets(self, request: web.Request) -> web.StreamResponse:
        name, extension, query = _asked(request)
        card: CardRequest = await self._renderer.run(lambda workshop: workshop.read(name, extension, query))
        config = self._context.config
        base_url = config.public_url or f"{request.scheme}://{request.host}"
        keys = config.keyring or self._context.keys
        if keys is not None and not _is_own_name(request, config):
            keys = None  # a page of another name that leads here could collect signatures
        return _json({"snippets": [snippet.data() for snippet in snippets(card, extension, base_url, keys)]})

    async def keep_picture(self, request: web.Request) -> web.StreamResponse:
        if not request.content_type.startswith("image/"):  # which no form of another site can send
            raise BadParameter("A picture is sent as it is, with its image/… type.", param="body")
        data = bytearray()
        async for piece in request.content.iter_chunked(64 * 1024):
            data += piece
            if len(data) > MAX_IMAGE_BYTES:
                break
        try:
            return _json({"address": self._pictures.keep(bytes(data))}, status=201)
        except EmblazonError as error:
            return self._fault(error)

    def _fault(self, error: EmblazonError) -> web.Response:
        return _json({"fault": fault_of(error, self._context.home.root).data()}, status=422)

    # -- unfurls -------------------------------------------------------------------------------

    async def _counts(self, request: web.Request) -> list[UnfurlCount]:
        days, path = _days(request), self._context.analytics
        if path is None:
            return []
        try:
            return await asyncio.to_thread(counts_in, path, days)
        except sqlite3.Error as error:
            raise NotFound(f"{path.name} cannot be read: {error}.") from None

    async def stats(self, request: web.Request) -> web.StreamResponse:
        counts = await self._counts(request)
        kept = self._context.analytics is not None
        return _json(
            {
                "kept": kept,
                "today": time.strftime("%Y-%m-%d", time.gmtime()),
                "counts": [*map(asdict, counts)],
            }
        )

    async def stats_csv(self, request: web.Request) -> web.StreamResponse:
        name = f'attachment; filename="unfurls-{_days(request)}-days.csv"'
        fields = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": name}
        return web.Response(text=to_csv(await self._counts(request)), headers=_headers(fields))

    # -- saved files ---------------------------------------------------------------------------

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=_headers({"Content-Type": "text/event-stream"}))
        self._watch.begin()
        await response.prepare(request)
        async for message in self._watch.events():
            await response.write(message.encode())
        return response


def _days(request: web.Request) -> int:
    text = request.query.get("days", "30")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= MOST_DAYS):
        raise BadParameter(f"days takes a whole number from 1 to {MOST_DAYS}.", param="days")
    return int(text)


def _catalogue(workshop: Workshop, home: Home) -> dict[str, object]:
    from .workshop import catalogue  # late, as the workshop itself

    return catalogue(workshop, home)


def _asked(request: web.Request) -> tuple[str, Extension, str]:
    """Return template, extension and raw query of a request for a card."""
    extension = EXTENSIONS.get(request.match_info["extension"])
    if extension is None:
        raise NotFound(f"A card ends in one of {', '.join(EXTENSIONS)}.")
    return request.match_info["name"], extension, request.raw_path.partition("?")[2].partition("#")[0]


def _is_own_name(request: web.Request, config: EdgeConfig) -> bool:
    """Tell whether a request names this server: an address, localhost, or the public host."""
    host = request.url.host or ""
    if host == "localhost" or host.endswith(".localhost") or host == urlsplit(config.public_url).hostname:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _file(name: str) -> web.Response:
    path = ASSETS / name
    kind = _TYPES.get(path.suffix)
    if kind is None or path.parent != ASSETS or not path.is_file():
        raise NotFound(f"The studio has no file {name[:80]!r}.")
    return web.Response(body=path.read_bytes(), headers=_headers({"Content-Type": f"{kind}; charset=utf-8"}))


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(
        body=json.dumps(value, ensure_ascii=False).encode(),
        status=status,
        headers=_headers({"Content-Type": "application/json"}),
    )


def _audited(url: str) -> str:
    from ..audit.audit import (
        audit,  # late: most who draw cards audit nothing
        html_report,
    )
    from ..audit.visit import Visitor

    with Visitor() as visitor:
        return html_report(list(audit([url] if url else [], visitor)), asks=True)


def _headers(own: dict[str, str]) -> dict[str, str]:
    fields = {"Cache-Control": "no-store", **dict(SECURITY), "Content-Security-Policy": POLICY}
    return fields | {"Cross-Origin-Resource-Policy": "same-origin"} | own
