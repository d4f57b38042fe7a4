"""`POST /purge`: forget cards by URL, template, tag, or all; hard, or soft (stale from now on).

Nothing is instant: this isolate knows at once, this data centre's cache at once for named URLs, every other
isolate when it next reads the epochs. The answer says how long that may take.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from ...contract.problem import BadRequest, Problem, Unpurgeable
from ...contract.request import CardRequest, parse_request
from ...contract.route import ShortRoute, match_route
from ...contract.schema import FORMATS, CardFormat, Manifest
from ...dataclass import dataclass, replace
from ..config import EdgeConfig
from ..exchange import Exchange
from ..keying import KeyedCard, card_of
from ..messages import Response
from ..ports import PortError
from ..respond import json_response
from ..store.epochs import Epochs, front_tag
from ..store.tiers import Store
from .control import Control
from .guard import TokenBucket, check_bearer, check_rate, read_object
from .short import ShortCards, Unread

KV_PROPAGATION = 60  # seconds until reads elsewhere see a KV write
# Pictures whose bytes one call removes: the platform bounds the operations of an invocation, to a thousand,
# on its free plan to fifty. The epochs hide the others.
MOST_DELETED = 200

MAX_NAMES = 500
MAX_NAME = 200  # characters of a template's name or a tag
MEMBERS = ("urls", "templates", "tags", "all", "soft", "exact")


class Purger:
    """Carries purge orders out in every tier there is."""

    def __init__(self, config: EdgeConfig, store: Store, control: Control, short: ShortCards) -> None:
        self._config = config
        self._store = store
        self._control = control
        self._short = short
        self._bucket = TokenBucket(config.purges_per_minute)

    async def handle(self, x: Exchange) -> Response:
        """Answer `POST /purge`."""
        check_bearer(
            x.request.headers.get("authorization", ""), {"EMBLAZON_PURGE_TOKEN": self._config.purge_token}
        )
        await check_rate(x, self._bucket, "purge")
        order = parse_order(await read_object(x))
        cards = [card for url in order.urls for card in await self._cards(x, url)]
        unknown = await self._unknown(x, order)
        own = _own_names(order, cards)
        await self._raise_epochs(x, [*order.names_without(unknown), *own], soft=order.soft)
        front = await self._purge_front(x, [*order.names, *own], everything=order.everything, soft=order.soft)
        deleted = len(cards) if order.soft else await self._delete(x, cards)
        here = (
            "done" if deleted == len(cards) else f"{deleted} of {len(cards)} cards, the others as elsewhere"
        )
        self._audit(x, order, front)
        return json_response(
            x, 202, self._receipt(order, unknown, {"this_data_centre": here, "kv": "done", **front})
        )

    async def _delete(self, x: Exchange, cards: list[KeyedCard]) -> int:
        """Remove what is stored here, until a tier takes no more; tell of how many cards."""
        for number, card in enumerate(cards[:MOST_DELETED]):
            if not await self._store.delete(x, card.key):
                return number
        return min(len(cards), MOST_DELETED)

    async def _unknown(self, x: Exchange, order: PurgeOrder) -> PurgeOrder:
        """The templates and tags that no card here can have, so that nothing need remember their purge.

        A name that this edge has not heard of may be new: the origin is asked once in a while.
        """
        unknown = order.unknown_to(await self._control.ready(x), self._control.previous)
        if unknown.names and await self._control.ask_again(x):
            unknown = order.unknown_to(self._control.manifest, self._control.previous)
        return unknown

    async def _cards(self, x: Exchange, url: str) -> list[KeyedCard]:
        """The cards that a URL may answer with: one, or one for each format where it negotiates."""
        manifest = await self._control.ready(x)
        if manifest is None:
            raise Unpurgeable(
                "The templates are not known yet, so no URL can be keyed; purge by template or all."
            )

        async def read(known: Manifest) -> CardRequest:
            return await self._request(x, url, known)

        try:
            request, manifest = await self._control.read_with(x, manifest, read)
        except Unread:
            raise Unpurgeable(
                f"KV could not be asked what {url[:200]!r} stands for, and nothing was purged. "
                "Try again, with fewer short URLs."
            ) from None
        except Problem as problem:
            raise BadRequest(f"{url[:200]!r} is no card: {problem.detail}", param="urls") from None
        except ValueError as error:  # of urlsplit
            raise BadRequest(f"{url[:200]!r} is no URL: {error}.", param="urls") from None
        formats: tuple[CardFormat, ...] = FORMATS if request.negotiated else (request.format,)
        requests = [replace(request, format=name) for name in formats]
        return [card_of(each, manifest, self._control.epochs) for each in requests]

    async def _request(self, x: Exchange, url: str, manifest: Manifest) -> CardRequest:
        parts = urlsplit(url)
        if isinstance(match_route(parts.path), ShortRoute):
            return await self._short.expand(x, "GET", parts.path, parts.query, manifest, patient=True)
        return parse_request("GET", parts.path, parts.query, manifest, rules=self._config.rules)

    async def _raise_epochs(self, x: Exchange, names: list[str], *, soft: bool) -> None:
        control = self._control
        change = Epochs.of(names, control.epochs.next_value(x.now), soft=soft)
        control.learn(change)  # from here on nothing old is stored in this isolate
        try:
            control.learn(await control.log.raise_to(x, change, control.epochs))
        except (PortError, TimeoutError):
            raise Unpurgeable(
                "KV did not take the purge, or could not be read before it; other data centres would hear of "
                "it late. Try again."
            ) from None
        finally:
            await control.publish(x)

    async def _purge_front(
        self, x: Exchange, names: list[str], *, everything: bool, soft: bool
    ) -> dict[str, str]:
        """Purge the caches in front of the Worker, where they are configured; tell how it went."""
        tags = [front_tag(name) for name in names]
        outcome: dict[str, str] = {}
        if x.ports.workers_cache is not None:
            cache = x.ports.workers_cache
            outcome["workers_cache"] = await _try(
                x,
                "workers cache",
                lambda: cache.purge(tags=() if everything else tags, everything=everything, soft=soft),
            )
        if x.ports.zone_purge is not None:
            zone = x.ports.zone_purge
            # By tag even for everything: the zone may hold more than cards.
            outcome["zone"] = await _try(x, "zone", lambda: zone.purge(tags=tags, soft=soft))
        return outcome

    def _receipt(self, order: PurgeOrder, unknown: PurgeOrder, tiers: dict[str, str]) -> dict[str, object]:
        slowest = 2 * self._config.control_ttl + KV_PROPAGATION
        nothing_had = {"templates": list(unknown.templates), "tags": list(unknown.tags)}
        return {
            **({"unknown": nothing_had} if unknown.names else {}),
            "purged": {
                "urls": list(order.urls),
                "templates": list(order.templates),
                "tags": list(order.tags),
                "all": order.everything,
            },
            "soft": order.soft,
            "tiers": tiers,
            "elsewhere_within_seconds": int(slowest),
            "note": "Caches of browsers and crawlers keep what they have until its max-age ends.",
        }

    def _audit(self, x: Exchange, order: PurgeOrder, front: dict[str, str]) -> None:
        x.ports.metrics.count("edge_purges", soft=str(order.soft).lower())
        x.ports.log.log(
            "info",
            "purge",
            client=x.request.client,
            request_id=x.id,
            urls=[url.partition("?")[0] for url in order.urls],  # signatures stay out of logs
            templates=order.templates,
            tags=order.tags,
            all=order.everything,
            soft=order.soft,
            front=front,
        )


async def _try(x: Exchange, what: str, purge: Callable[[], Awaitable[None]]) -> str:
    try:
        await x.ports.clock.within(purge(), 10.0)
    except Exception as error:  # said in the receipt
        x.ports.log.log("error", "purge failed in front", tier=what, detail=str(error)[:300], request_id=x.id)
        return f"failed: {type(error).__name__}"
    return "done"


def _own_names(order: PurgeOrder, cards: list[KeyedCard]) -> list[str]:
    """The epochs of the URLs: each card's in every size and format, unless asked otherwise."""
    return list(dict.fromkeys(card.scope.own()[order.exact] for card in cards))


@dataclass(frozen=True, slots=True)
class PurgeOrder:
    """What one call asks for."""

    urls: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    everything: bool = False
    soft: bool = False
    exact: bool = False  # of a URL that size and format alone

    @property
    def names(self) -> list[str]:
        """The epochs to raise, without those of single URLs.

        A tag may be a template's and that of single cards (`_tag`).
        """
        names = ["all"] if self.everything else []
        names += [f"template:{name}" for name in self.templates]
        return names + [f"{kind}:{tag}" for tag in self.tags for kind in ("tag", "label")]

    def unknown_to(self, *manifests: Manifest | None) -> PurgeOrder:
        """The templates and tags that no manifest names; nothing where there is no manifest."""
        known = [spec for manifest in manifests if manifest for spec in manifest.templates.values()]
        if not known:
            return PurgeOrder()
        names, tags = {spec.name for spec in known}, {tag for spec in known for tag in spec.tags}
        return PurgeOrder(
            templates=tuple(name for name in self.templates if name not in names),
            tags=tuple(tag for tag in self.tags if tag not in tags),
        )

    def names_without(self, unknown: PurgeOrder) -> list[str]:
        """The epochs to raise, without those that no card can have; any card may have any `_tag`."""
        none = {f"template:{name}" for name in unknown.templates} | {f"tag:{tag}" for tag in unknown.tags}
        return [name for name in self.names if name not in none]


def parse_order(members: dict[str, object]) -> PurgeOrder:
    """Check the body of a purge; raises BadRequest naming the member at fault."""
    for name in members:
        if name not in MEMBERS:
            raise BadRequest(f"{name[:64]!r} is not known; use {', '.join(MEMBERS)}.", param=name[:64])
    order = PurgeOrder(
        urls=_names(members, "urls"),
        templates=_names(members, "templates"),
        tags=_names(members, "tags"),
        everything=_flag(members, "all"),
        soft=_flag(members, "soft"),
        exact=_flag(members, "exact"),
    )
    if not (order.urls or order.templates or order.tags or order.everything):
        raise BadRequest("Nothing to purge: give urls, templates, tags or all.")
    return order


def _names(members: dict[str, object], name: str) -> tuple[str, ...]:
    values = members.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise BadRequest(f"{name!r} takes an array of strings.", param=name)
    if len(values) > MAX_NAMES:
        raise BadRequest(f"{name!r} takes at most {MAX_NAMES} strings at once.", param=name)
    for value in values:
        _check_name(value, name)
    return tuple(dict.fromkeys(values))


def _check_name(value: str, name: str) -> None:
    if name != "urls" and len(value) > MAX_NAME:
        raise BadRequest(f"{name!r} has one longer than {MAX_NAME} characters.", param=name)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadRequest(f"{name!r} has a lone surrogate.", param=name)


def _flag(members: dict[str, object], name: str) -> bool:
    value = members.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest(f"{name!r} takes true or false.", param=name)
    return value
