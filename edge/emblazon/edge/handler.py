"""One request's way through the edge, as DESIGN.md §1 numbers it. Start reading here."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import assert_never

from emblazon.contract.options import parse_options
from emblazon.contract.problem import Gone, MethodNotAllowed, NotFound, Problem
from emblazon.contract.request import CardRequest, parse_request
from emblazon.contract.route import ApiRoute, OgRoute, Route, ShortRoute, is_format, match_route
from emblazon.contract.schema import Manifest, TemplateSpec
from emblazon.contract.signing import LEEWAY
from emblazon.contract.uri import check_url_size, parse_query
from emblazon.edge.cache_status import CacheStatus
from emblazon.edge.card import Card, card_of, judge_card
from emblazon.edge.config import EdgeConfig
from emblazon.edge.control import Control
from emblazon.edge.exchange import Exchange
from emblazon.edge.fallback import Fallbacks, stand_in
from emblazon.edge.fill import Failed, Filled, Filler
from emblazon.edge.freshness import Fresh, Judgement, Miss, Stale, UsableOnError, refresh_early
from emblazon.edge.hot import HotCards
from emblazon.edge.lease import Leases
from emblazon.edge.ports import Ports, Request, Response
from emblazon.edge.publish import Publisher
from emblazon.edge.purge import Purger
from emblazon.edge.respond import (
    CARD_METHODS,
    Picture,
    card_response,
    json_response,
    preflight_response,
    problem_response,
)
from emblazon.edge.revalidate import Refresher
from emblazon.edge.scheduled import Scheduled
from emblazon.edge.short import ShortCards
from emblazon.edge.store import Found, Store

NO_REQUEST = Request("GET", "/", {})  # for work that no request asked for
UNSIGNED_ROUTES = (ShortRoute,)  # the id is a 128-bit hash that only a bearer could register


class Edge:
    """The edge of one deployment; lives as long as its isolate or process and keeps plain data only."""

    def __init__(self, config: EdgeConfig) -> None:
        self.config = config
        self.store = Store(config)
        self.leases = Leases(config, self.store)
        self.control = Control(config, self.store)
        self.filler = Filler(config, self.store, self.control)
        self.refresher = Refresher(self.store, self.filler, self.leases)
        self.fallbacks = Fallbacks(config, self.store, self.control, self.filler)
        self.short = ShortCards(self.store)
        self.purger = Purger(config, self.store, self.control, self.short)
        self.publisher = Publisher(config, self.control, self.short)
        self.hot = HotCards(config.hot_cards)
        self.scheduled = Scheduled(
            config=config,
            store=self.store,
            control=self.control,
            filler=self.filler,
            fallbacks=self.fallbacks,
            leases=self.leases,
            short=self.short,
            hot=self.hot,
        )
        self._manifests = 0  # manifests of the origin whose fallback looks were prepared

    async def handle(self, request: Request, ports: Ports) -> Response:
        """Answer one request; never raises."""
        x = Exchange.begin(request, ports)
        response = await self._answer(x)
        x.report(response.status, int(response.header("content-length") or 0))
        return response

    async def _answer(self, x: Exchange) -> Response:
        try:
            return await self._route(x)
        except Problem as problem:
            x.became("problem", problem.kind)
            return problem_response(x, problem)
        except Exception as error:  # a bug: the card must go out all the same
            return await self._after_bug(x, error)

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

    async def _route(self, x: Exchange) -> Response:
        check_url_size(x.path, x.query)
        match x.path:
            case "/healthz":
                _only(x, "GET", "HEAD")
                return json_response(x, 200, self.health(x))
            case "/purge":
                _only(x, "POST")
                return await self.purger.handle(x)
            case "/api/cards":
                _only(x, "POST")
                return await self.publisher.handle(x)
        route = match_route(x.path)
        if route is None:
            raise NotFound(
                f"{x.path[:100]!r} is no card; cards are at /og/{{template}}.{{png|jpg|webp|avif|auto}}, "
                "/api/og/{key} and /c/{id}.{ext}."
            )
        if x.request.method == "OPTIONS":
            return preflight_response(CARD_METHODS)
        _only(x, *CARD_METHODS)
        return await self._serve(x, route)

    async def _serve(self, x: Exchange, route: Route) -> Response:
        self._verify(x, route)  # 2
        card = await self._key(x, route)  # 1 and 3
        if card is None:
            return await self._without_manifest(x, route)
        found, judgement = await self._look_up(x, card)  # 4 and 5
        picture = await self._choose(x, card, found, judgement)  # 6, 7 and 8
        self._afterwards(x, card)
        return await card_response(x, card, picture)

    def _verify(self, x: Exchange, route: Route) -> None:
        """Step 2: signature and expiry, before any I/O. Raises Forbidden or Gone."""
        pairs = parse_query(x.query)
        exempt = isinstance(route, UNSIGNED_ROUTES) and not any(
            name in pairs for name in ("_sig", "_kid", "_exp")
        )
        if self.config.keyring is not None and not exempt:
            self.config.keyring.verify(x.path, x.query, x.now)

    async def _key(self, x: Exchange, route: Route) -> Card | None:
        """Steps 1 and 3: parse against the template's schema and key it; None while there is no manifest."""
        manifest = await self.control.ready(x)
        if manifest is None:
            return None
        try:
            request = await self._parse(x, route, manifest)
        except NotFound:
            # A template that is newer than our manifest? Ask once in a while.
            if not await self.control.ask_again(x) or self.control.manifest is None:
                raise
            manifest = self.control.manifest
            request = await self._parse(x, route, manifest)
        if request.exp is not None and x.now > request.exp + LEEWAY:
            raise Gone("The URL has expired.")
        x.template = request.template.name
        return card_of(request, manifest, self.control.epochs)

    async def _parse(self, x: Exchange, route: Route, manifest: Manifest) -> CardRequest:
        accept = x.request.headers.get("accept", "")
        if isinstance(route, ShortRoute):
            return await self.short.expand(x, "GET", x.path, x.query, manifest, accept)
        return parse_request("GET", x.path, x.query, manifest, accept=accept)

    async def _look_up(self, x: Exchange, card: Card) -> tuple[Found | None, Judgement]:
        """Steps 4 and 5: the first tier that has a card to serve, and what may be done with it."""
        best: Found | None = None
        verdict: Judgement = Miss()
        for look in (self.store.from_cache, self.store.from_kv):
            found = await look(x, card.key)
            if found is None:
                continue
            judgement, record = judge_card(card, found.record, x.now)
            found = Found(record, found.body, found.tier)
            if isinstance(judgement, Fresh | Stale):
                return self._promote(x, card, found), judgement
            if isinstance(judgement, UsableOnError) and best is None:
                best, verdict = found, judgement
        return best, verdict

    def _afterwards(self, x: Exchange, card: Card) -> None:
        """What the response does not wait for: hot-card counts, fallback looks of a new manifest."""
        self.hot.note(x, card.url)
        if self.hot.flush_is_due(x.now):
            x.ports.background.wait_until(self.hot.flush(x, self.store))
        if self._manifests != self.control.renewed:
            self._manifests = self.control.renewed
            x.ports.background.wait_until(quietly(self.scheduled.prepare_fallbacks(x)))

    def _promote(self, x: Exchange, card: Card, found: Found) -> Found:
        """Copy a KV hit into this data centre's cache, after the response."""
        if found.tier == "cache":
            return found
        ours, theirs = found.body.tee()

        async def promote() -> None:
            await self.store.put_cache(x, card.key, found.record, theirs)

        x.ports.background.wait_until(promote())
        return Found(found.record, ours, found.tier)

    async def _choose(self, x: Exchange, card: Card, found: Found | None, judgement: Judgement) -> Picture:
        """Steps 6 to 8: what to send for what was found."""
        match judgement:
            case Fresh(ttl=ttl):
                return self._hit(x, card, found, ttl)
            case Stale(ttl=ttl):
                return self._stale(x, card, found, ttl)
            case UsableOnError(ttl=ttl):
                return await self._usable_on_error(x, card, found, ttl)
            case Miss():
                return await self._miss(x, card)
            case _:
                assert_never(judgement)

    def _hit(self, x: Exchange, card: Card, found: Found | None, ttl: float) -> Picture:
        found = _present(found)
        x.became("hit", found.tier)
        if refresh_early(found.record.times, x.now, x.ports.random.uniform()):
            self.refresher.later(x, card, found)
        return Picture(found.record, found.body, CacheStatus(hit=True, ttl=ttl, detail=_tier_detail(found)))

    def _stale(self, x: Exchange, card: Card, found: Found | None, ttl: float) -> Picture:
        found = _present(found)
        x.became("stale", found.tier)
        self.refresher.later(x, card, found)
        return Picture(
            found.record, found.body, CacheStatus(hit=True, ttl=ttl, detail="stale-while-revalidate")
        )

    async def _usable_on_error(self, x: Exchange, card: Card, found: Found | None, ttl: float) -> Picture:
        found = _present(found)
        try:
            outcome, shared = await self.filler.fill(x, card, deadline=self.config.stale_timeout)
        except Problem:
            outcome, shared = Failed("origin-refused-card", 400), False
        if isinstance(outcome, Filled):
            return _filled(x, outcome, shared, fwd="stale")
        x.became("stale-if-error", found.tier)
        if outcome.reason == "origin-timeout":
            self.refresher.later(x, card, found)  # it may only be slow: give it its full time
        status = CacheStatus(
            hit=not outcome.asked,  # RFC 9211 §2.1: a hit was not forwarded
            fwd="stale" if outcome.asked else "",
            fwd_status=outcome.status if outcome.asked else None,
            ttl=ttl,
            detail="stale-if-error",
        )
        return Picture(found.record, found.body, status)

    async def _miss(self, x: Exchange, card: Card) -> Picture:
        outcome, shared = await self.filler.fill(x, card)
        if isinstance(outcome, Filled):
            if not shared and _is_own_shape(card):
                x.ports.background.wait_until(quietly(self.fallbacks.prepare(x, card)))
            return _filled(x, outcome, shared, fwd="uri-miss")
        x.became("fallback", outcome.reason)
        return await self.fallbacks.picture(x, card, outcome)

    async def _without_manifest(self, x: Exchange, route: Route) -> Response:
        """A well-formed, signed URL before any manifest could be had: the built-in card."""
        x.became("fallback", "no-manifest")
        shape = _shape(x, route)
        return await card_response(x, None, self.fallbacks.builtin(x, shape, "no-manifest"))

    async def _after_bug(self, x: Exchange, error: Exception) -> Response:
        x.ports.metrics.count("edge_bugs", kind=type(error).__name__)
        x.ports.log.log("error", "edge error", path=x.path, detail=repr(error)[:500], request_id=x.id)
        x.became("fallback", "edge-error")
        route = match_route(x.path)
        if route is None or x.request.method not in ("GET", "HEAD"):
            return problem_response(x, InternalError("Something went wrong at the edge; the log knows more."))
        try:
            picture = self.fallbacks.builtin(x, _shape(x, route), "edge-error")
        except Problem as problem:
            return problem_response(x, problem)
        return await card_response(x, None, picture)

    def health(self, x: Exchange) -> dict[str, object]:
        """State of this isolate; no I/O."""
        manifest = self.control.manifest
        return {
            "status": "ok",
            "manifest": manifest is not None,
            "templates": sorted(manifest.templates) if manifest else [],
            "origin": self.filler.breaker.state(x.now),
        }


async def quietly(work: Awaitable[object]) -> None:
    """Drop the outcome of background work."""
    await work


class InternalError(Problem):
    """A bug."""

    status = 500
    kind = "internal"
    title = "Internal error"


def _only(x: Exchange, *methods: str) -> None:
    if x.request.method not in methods:
        raise MethodNotAllowed(f"{x.request.method[:20]} is not allowed here.", allow=methods)


def _present(found: Found | None) -> Found:
    if found is None:
        raise AssertionError("a judgement other than Miss needs a stored card")
    return found


def _filled(x: Exchange, outcome: Filled, shared: bool, *, fwd: str) -> Picture:
    x.became("miss", "origin")
    x.timing.extend(outcome.server_timing)
    status = CacheStatus(
        fwd=fwd, fwd_status=outcome.status, stored=outcome.stored, collapsed=shared, detail=outcome.detail
    )
    return Picture(outcome.record, outcome.body, status, no_store=outcome.private)


def _tier_detail(found: Found) -> str:
    return "" if found.tier == "cache" else found.tier


def _is_own_shape(card: Card) -> bool:
    """Not the template's own size, whose fallback looks are prepared with the manifest."""
    request = card.request
    return (request.width, request.height, request.dpr) != (
        request.template.width,
        request.template.height,
        1,
    )


def _shape(x: Exchange, route: Route) -> CardRequest:
    """The size and format that a URL asks for, without its template's schema."""
    if isinstance(route, OgRoute):
        name, extension = route.template[:64], is_format(route.extension) or "png"
    elif isinstance(route, ApiRoute):
        name, extension = "card", (is_format(route.extension) if route.extension else None) or "png"
    else:
        name, extension = "card", is_format(route.extension) or "png"
    spec = TemplateSpec(name="card", version="", params={})
    sizes = {key: value for key, value in parse_query(x.query).items() if key in ("_w", "_h", "_dpr")}
    options = parse_options(sizes, spec)
    shape = stand_in(name, extension, options.width, options.height)
    return CardRequest(
        template=shape.template,
        params={},
        format=extension,
        width=options.width,
        height=options.height,
        dpr=options.dpr,
    )
