"""Steps 1 to 3: parse, verify, key. What is wrong with a request is known here, before any tier is asked."""

from __future__ import annotations

from collections import OrderedDict

from ..contract.canonical import check_canonical_size
from ..contract.options import SIGNATURE_PARAMS, parse_options
from ..contract.problem import Gone
from ..contract.request import CardRequest, parse_request
from ..contract.route import ApiRoute, Extension, OgRoute, Route, ShortRoute, is_format
from ..contract.schema import Manifest, TemplateSpec
from ..contract.signing import LEEWAY
from ..contract.uri import IgnoreList, read_query
from ..dataclass import dataclass
from .admin.control import Control
from .admin.short import ShortCards
from .config import EdgeConfig
from .exchange import Exchange
from .keyed_card import KeyedCard, card_of
from .store.epochs import Epochs

REMEMBERED = 2000
APPENDED = ("ignored-parameter", "unknown-parameter")  # anyone can add these: they push no hot card out
LONGEST_REMEMBERED = 2048  # characters of a target


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
