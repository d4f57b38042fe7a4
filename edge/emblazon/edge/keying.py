"""Steps 1 to 3: parse, verify, key; and the card as the caches know it.

What is wrong with a request is known here, before any tier is asked.
"""

from __future__ import annotations

from collections import OrderedDict

from ..contract import wire
from ..contract.canonical import cache_key, canonical_query, canonical_url, check_canonical_size, content_key
from ..contract.options import FALLBACK_VARIANT, SIGNATURE_PARAMS, parse_options
from ..contract.problem import Gone
from ..contract.request import CardRequest, fallback_request, parse_request
from ..contract.route import ApiRoute, Extension, OgRoute, Route, ShortRoute, is_format
from ..contract.schema import Manifest, TemplateSpec, formats_of
from ..contract.signing import LEEWAY
from ..contract.uri import IgnoreList, read_query
from ..dataclass import dataclass, replace
from .admin.control import Control
from .admin.short import ShortCards
from .config import EdgeConfig
from .exchange import Exchange
from .http.cache_control import CLOCK_SKEW
from .store.epochs import Epochs, Purged, Scope
from .store.freshness import Fresh, Judgement, Miss, current_age, judge, reconfirmed
from .store.record import Record

REMEMBERED = 2000
APPENDED = ("ignored-parameter", "unknown-parameter")  # anyone can add these: they push no hot card out
LONGEST_REMEMBERED = 2048  # characters of a target


@dataclass(frozen=True, slots=True)
class KeyedCard:
    """One card as the caches know it."""

    request: CardRequest
    key: str  # 64 hex digits, with the epochs that were known when it was made
    scope: Scope  # what purges call it
    target: str  # what the origin is asked for, rebuilt from the checked request
    purged: Purged
    renderer: str  # of the manifest that it was made by

    @property
    def url(self) -> str:
        """Canonical unsigned path and query."""
        return canonical_url(self.request)

    @property
    def origin_key(self) -> str:
        """The key that the origin keeps its own copy under: every purge asks for a new drawing."""
        hard, soft = self.purged.hard, self.purged.soft
        return f"{self.key}.{hard}.{soft}" if hard or soft else self.key

    @property
    def shared_key(self) -> str:
        """The key in caches that compare no times: purges known by their time alone change it too."""
        before = max(self.purged.hard_before, self.purged.soft_before)
        return f"{self.origin_key}.b{before}" if before else self.origin_key


def card_of(request: CardRequest, manifest: Manifest, epochs: Epochs) -> KeyedCard:
    """Compute the key under the epochs as they are known now."""
    name, tags = request.template.name, request.template.tags
    plain_key = cache_key(request, manifest)
    hard = epochs.in_key(name, tags)
    scope = Scope(name, tags, content_key(request), plain_key, request.tags)
    return KeyedCard(
        request=request,
        key=cache_key(request, manifest, hard) if hard else plain_key,
        scope=scope,
        target=_target(request),
        purged=epochs.of_card(scope),
        renderer=manifest.renderer,
    )


def fallback_of(card: KeyedCard, manifest: Manifest, epochs: Epochs) -> KeyedCard:
    """Return the card that is the template's own fallback look, in the same size and format."""
    return card_of(fallback_request(card.request.template, card.request), manifest, epochs)


def same_epochs(card: KeyedCard, epochs: Epochs) -> bool:
    """Tell whether nothing was purged for this card since `card` was made."""
    now = card_of(card.request, Manifest(card.renderer), epochs)
    return (now.key, now.purged.hard, now.purged.soft) == (card.key, card.purged.hard, card.purged.soft)


def judge_card(card: KeyedCard, record: Record, now: float) -> tuple[Judgement, Record]:
    """Step 5, judge: a stored record of this card, with the purges that came after it."""
    purged = card.purged
    if record.format not in formats_of(card.request.format) or _misses(
        record, record.url_epoch, purged.hard, purged.hard_before
    ):
        return Miss(), record
    if _misses(record, record.soft_epoch, purged.soft, purged.soft_before):
        record = replace(record, times=replace(record.times, soft_purged=True))
    elif record.unchanging:
        record = replace(record, times=reconfirmed(record.times, now))
        age = current_age(record.times, now)
        return Fresh(max(0.0, record.times.fresh - age), age), record
    return judge(record.times, now), record


def _misses(record: Record, knew: int, purged: int, before: int) -> bool:
    """Whether a purge came after this entry was stored, or may have: clocks differ."""
    return knew < purged or (knew < before and (record.times.at - CLOCK_SKEW) * 1000 <= before)


def _target(request: CardRequest) -> str:
    folder = wire.FALLBACK_LOOK if request.variant == FALLBACK_VARIANT else wire.RENDER
    query = canonical_query(replace(request, variant="") if folder == wire.FALLBACK_LOOK else request)
    path = f"/{folder}/{request.template.name}.{request.format}"
    return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class _Known:
    """A request that was verified and keyed before, and under what."""

    card: KeyedCard
    manifest: Manifest
    epochs: Epochs


class Keyer:
    """Turns requests into cards; remembers the keys of recent ones, for hot cards are asked for again."""

    def __init__(self, config: EdgeConfig, control: Control, short: ShortCards) -> None:
        self._config = config
        self._control = control
        self._short = short
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()

    async def card(self, x: Exchange, route: Route) -> KeyedCard | None:
        """Return the card that a request asks for; None while there is no manifest.

        Raises Forbidden, Gone, NotFound, BadRequest, BadParameter.
        """
        name = (x.request.target, _accept(x, route))
        card = self._recall(name)
        if card is not None:
            await self._control.ready(x)  # to have it look again when it is time
            card = self._recall(name)
        if card is None:
            self._verify(x, route)
            card = await self._key(x, route)
            if card is None:
                return None
            if not any(finding.code in APPENDED for finding in card.request.findings):
                self._remember(name, card)
        if card.request.exp is not None and x.now > card.request.exp + LEEWAY:
            raise Gone("The URL has expired.")
        return card

    def _recall(self, name: tuple[str, str]) -> KeyedCard | None:
        """The very same target was verified before; its key holds until manifest or epochs change."""
        known = self._known.get(name)
        if known is None:
            return None
        if known.manifest is not self._control.manifest or known.epochs is not self._control.epochs:
            del self._known[name]
            return None
        self._known.move_to_end(name)
        return known.card

    def _remember(self, name: tuple[str, str], card: KeyedCard) -> None:
        manifest = self._control.manifest
        if manifest is None or len(name[0]) + len(name[1]) > LONGEST_REMEMBERED:
            return
        self._known[name] = _Known(card, manifest, self._control.epochs)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _verify(self, x: Exchange, route: Route) -> None:
        """Step 2: signature and expiry, before any I/O."""
        ignored = self._config.rules.ignored
        pairs = read_query(x.query, ignored).pairs
        # A short URL needs no signature: its id is a 128-bit hash that only a bearer could register.
        exempt = isinstance(route, ShortRoute) and not any(name in pairs for name in SIGNATURE_PARAMS)
        if self._config.keyring is not None and not exempt:
            self._config.keyring.verify(x.path, x.query, x.now, ignored=ignored)

    async def _key(self, x: Exchange, route: Route) -> KeyedCard | None:
        """Steps 1 and 3: parse against the template's schema, and key."""
        manifest = await self._control.ready(x)
        if manifest is None:
            return None

        async def read(known: Manifest) -> CardRequest:
            return await self._parse(x, route, known)

        request, manifest = await self._control.read_with(x, manifest, read)
        check_canonical_size(request)
        return card_of(request, manifest, self._control.epochs)

    async def _parse(self, x: Exchange, route: Route, manifest: Manifest) -> CardRequest:
        accept = x.request.headers.get("accept", "")
        if isinstance(route, ShortRoute):
            return await self._short.expand(x, "GET", x.path, x.query, manifest, accept)
        return parse_request("GET", x.path, x.query, manifest, accept=accept, rules=self._config.rules)


def shape_of(x: Exchange, route: Route, ignored: IgnoreList) -> CardRequest:
    """Return size and format that a URL asks for, where its template's schema is not to be had.

    Raises BadRequest, BadParameter.
    """
    extension: Extension | None = route.extension
    pairs = read_query(x.query, ignored).pairs
    sizes = {name: value for name, value in pairs.items() if name in ("_w", "_h", "_dpr")}
    name = route.template[:64] if isinstance(route, OgRoute) else "card"
    spec = TemplateSpec(name=name, version="", params={})
    options = parse_options(sizes, spec)
    return CardRequest(
        template=spec,
        params={},
        format=(is_format(extension) if extension else None) or "png",
        width=options.width,
        height=options.height,
        dpr=options.dpr,
    )


def _accept(x: Exchange, route: Route) -> str:
    """What else than the target decides about the card: Accept, where the format is negotiated."""
    negotiates = route.extension == "auto" if not isinstance(route, ApiRoute) else True
    return x.request.headers.get("accept", "") if negotiates else ""
