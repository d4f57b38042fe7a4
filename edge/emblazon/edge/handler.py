"""The edge: one request's way through it, as docs/architecture.md numbers the steps. Start reading here.

1 parse, 2 verify, 3 key: `keying`. 4 look up: `store`. 5 judge: `freshness`, `card.judge_card`. 6 serve:
`serve`, `respond`, and `revalidate` after the response. 7 fill: `fill`, `ask`. 8 never fail: `fallback`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..contract.problem import Fault, MethodNotAllowed, NotFound, Problem
from ..contract.route import Route, match_route
from ..contract.uri import check_url_size
from .admin.control import Control
from .admin.short import ShortCards, Unread
from .config import EdgeConfig
from .exchange import Exchange
from .fill.fallback import Fallbacks
from .fill.fill import Filler
from .fill.revalidate import Leases, Refresher
from .hits import Hits
from .keying import Keyer, shape_of
from .messages import Request, Response
from .ports import Ports
from .respond import (
    CARD_METHODS,
    card_response,
    json_response,
    preflight_response,
    problem_response,
)
from .serve import CardServer, quietly
from .store.hot import HotCards
from .store.tiers import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .admin.events import Events
    from .admin.publish import Publisher
    from .admin.purge import Purger
    from .admin.scheduled import Scheduled

NO_REQUEST = Request("GET", "/", {})  # for work that no request asked for


class Edge:
    """The edge of one deployment; lives as long as its isolate or process and keeps plain data only."""

    def __init__(self, config: EdgeConfig) -> None:
        self.config = config
        self.store = Store(config)
        self.control = Control(config, self.store)
        self.leases = Leases(config, self.store)
        self.filler = Filler(config, self.store, self.control)
        self.fallbacks = Fallbacks(config, self.store, self.control, self.filler)
        self.short = ShortCards(self.store, config.rules)
        self.keyer = Keyer(config, self.control, self.short)
        self.server = CardServer(
            config=config,
            store=self.store,
            control=self.control,
            filler=self.filler,
            refresher=Refresher(self.store, self.filler, self.leases),
            fallbacks=self.fallbacks,
        )
        self.hot = HotCards(max(config.hot_cards, config.pregenerate))
        self.hits = Hits(self.control)
        self._manifests = 0  # manifests of the origin whose fallback looks were prepared

    # Few isolates are ever asked for these: the first to need one loads it, and all start faster.

    @cached_property
    def purger(self) -> Purger:
        """`POST /purge`."""
        from .admin.purge import Purger

        return Purger(self.config, self.store, self.control, self.short)

    @cached_property
    def publisher(self) -> Publisher:
        """`POST /api/cards`."""
        from .admin.publish import Publisher

        return Publisher(self.config, self.control, self.short)

    @cached_property
    def events(self) -> Events:
        """`POST /api/events`."""
        from .admin.events import Events

        return Events(self.config, self.control)

    @cached_property
    def scheduled(self) -> Scheduled:
        """Cron, the queue, and the fallback looks of a new manifest."""
        from .admin.ahead import Ahead
        from .admin.drawings import Drawings
        from .admin.scheduled import Scheduled

        config, store, control, hot = self.config, self.store, self.control, self.hot
        drawings = Drawings(config, store, control, self.filler, self.short)
        return Scheduled(
            config=config,
            store=store,
            control=control,
            filler=self.filler,
            fallbacks=self.fallbacks,
            leases=self.leases,
            drawings=drawings,
            ahead=Ahead(config, store, control, drawings, hot),
            hot=hot,
        )

    async def handle(self, request: Request, ports: Ports) -> Response:
        """Answer one request; never raises."""
        x = Exchange.begin(request, ports)
        self.store.know_host(request.base_url)
        response = await self._answer(x)
        x.report(response.status, int(response.header("content-length") or 0))
        return response

    async def on_scheduled(self, ports: Ports) -> None:
        """Run the cron trigger's work; never raises."""
        x = Exchange.begin(NO_REQUEST, ports)
        try:
            await self.scheduled.cron(x)
        except Exception as error:
            ports.log.log("error", "cron failed", detail=repr(error)[:500])

    async def on_queue(self, messages: Sequence[str], ports: Ports) -> list[int]:
        """Draw the cards of a batch; returns the indexes of the messages to deliver again. Never raises."""
        x = Exchange.begin(NO_REQUEST, ports)
        try:
            return await self.scheduled.queue(x, messages)
        except Exception as error:
            ports.log.log("error", "queue failed", detail=repr(error)[:500])
            return list(range(len(messages)))

    async def _answer(self, x: Exchange) -> Response:
        try:
            return await self._route(x)
        except Problem as problem:
            x.became("problem", problem.kind)
            return problem_response(x, problem)
        except Exception as error:  # a bug: the card must go out all the same
            return await self._after_bug(x, error)

    async def _route(self, x: Exchange) -> Response:
        check_url_size(x.path, x.query)
        match x.path:
            case "/healthz":
                _only(x, "GET", "HEAD")
                return json_response(x, 200, self.health(x))
            case "/manifest.json":
                _only(x, *CARD_METHODS)
                from .public_manifest import public_manifest  # late: few isolates are asked for it

                return public_manifest(x, await self.control.ready(x))
            case "/purge":
                _only(x, "POST")
                return await self.purger.handle(x)
            case "/api/cards":
                _only(x, "POST")
                return await self.publisher.handle(x)
            case "/api/events":
                _only(x, "POST")
                return await self.events.handle(x)
        route = match_route(x.path)
        if route is None:
            raise NotFound(
                f"{x.path[:100]!r} is no card; cards are at "
                "/og/{template}.{auto-safe|png|jpg|webp|avif|auto}, /api/og/{key} and /c/{id}.{ext}."
            )
        x.is_card = x.request.method in ("GET", "HEAD")
        if x.request.method == "OPTIONS":
            return preflight_response(CARD_METHODS)
        _only(x, *CARD_METHODS)
        return await self._serve(x, route)

    async def _serve(self, x: Exchange, route: Route) -> Response:
        try:
            card = await self.keyer.card(x, route)  # 1 to 3
        except Unread:
            return await self._built_in(x, route, "kv-unread")
        if card is None:
            return await self._built_in(x, route, "no-manifest")
        x.template, x.variant = card.request.template.name, card.request.variant
        picture = await self.server.picture(x, card)  # 4 to 8
        if picture.record.ahead:
            self.hot.note_used(card.key)
        self._afterwards(x, card.url)
        response = await card_response(x, card, picture)
        if picture.copy is not None:
            self.hits.remember(x.request, card, picture, response)
        return response

    def _afterwards(self, x: Exchange, url: str) -> None:
        """What the response does not wait for: hot-card counts, fallback looks of a new manifest."""
        self.hot.note(url)
        if self.hot.flush_is_due(x.now):
            x.ports.background.wait_until(self.hot.flush(x, self.store))
        if self._manifests != self.control.renewed:
            self._manifests = self.control.renewed
            x.ports.background.wait_until(quietly(self.scheduled.prepare_fallbacks(x)))
        if self.control.pending is not None:
            x.ports.background.wait_until(quietly(self.scheduled.release(x)))

    async def _after_bug(self, x: Exchange, error: Exception) -> Response:
        x.ports.metrics.count("edge_bugs", kind=type(error).__name__)
        x.ports.log.log("error", "edge error", path=x.path, detail=repr(error)[:500], request_id=x.id)
        x.became("fallback", "edge-error")
        route = match_route(x.path)
        if route is None or x.request.method not in ("GET", "HEAD"):
            return problem_response(x, Fault("Something went wrong at the edge; the log knows more."))
        try:
            return await self._built_in(x, route, "edge-error")
        except Problem as problem:
            return problem_response(x, problem)

    async def _built_in(self, x: Exchange, route: Route, reason: str) -> Response:
        """The built-in card for a URL of which no more is known than its shape."""
        x.became("fallback", reason)
        return await card_response(
            x, None, self.fallbacks.builtin(x, shape_of(x, route, self.config.rules.ignored), reason)
        )

    def health(self, x: Exchange) -> dict[str, object]:
        """State of this isolate; no I/O."""
        manifest = self.control.manifest
        return {
            "status": "ok",
            "manifest": manifest is not None,
            "templates": sorted(manifest.templates) if manifest else [],
            "origin": self.filler.breaker.state(x.now),
        }


def _only(x: Exchange, *methods: str) -> None:
    if x.request.method not in methods:
        raise MethodNotAllowed(f"{x.request.method[:20]} is not allowed here.", allow=methods)
