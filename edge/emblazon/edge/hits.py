"""What a raw URL led to: a hit on it in as few steps as there can be.

The first request for a URL goes the whole way (`handler`): parse, verify, canonicalise, hash, judge, write
the header fields. When it ends in a plain hit, this isolate remembers the card, the record of its copy and
the fields that will not change; the next request has only to find the same copy and to fill in age and
time. Anything out of the ordinary (a condition, a range, a copy that is no longer fresh, an epoch or a
manifest that is new, a look that is due) takes the whole way again.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping

from ..dataclass import dataclass
from .admin.control import Control
from .http.cache_control import format_date
from .http.cache_status import CACHE_NAME
from .keying import KeyedCard
from .messages import Headers, Request, Response
from .respond import Picture
from .store.freshness import MAX_FRESH
from .store.record import Record, parse_record

REMEMBERED = 2000
LONGEST = 2048  # characters of a URL
QUIET = 28  # times the seconds of a fill: nearer to its end, chance may have a copy refreshed early
# What a request may carry that the short way does not obey.
UNUSUAL = (
    "if-none-match",
    "if-modified-since",
    "if-match",
    "if-unmodified-since",
    "range",
    "x-request-id",
)
_OF_THE_MOMENT = frozenset(("age", "date", "cache-status", "server-timing", "x-request-id"))


@dataclass(slots=True)
class Known:
    """One URL, the copy it leads to, and the answer but for what is of the moment."""

    card: KeyedCard
    url: str  # canonical, for the counts of hot cards
    record: str  # as it is stored beside the copy
    manifest: object
    epochs: object
    born: float  # when the copy's age was 0
    fresh: float  # seconds
    unchanging: bool
    until: float  # the whole way from then on
    head: str  # the fields that do not change, as JSON members
    detail: str  # of Cache-Status
    tier: str
    length: int


class Hits:
    """The URLs that an isolate has answered with a plain hit."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._known: OrderedDict[str, Known] = OrderedDict()

    def find(self, url: str, now: float) -> Known | None:
        """Return what a URL led to, where that still holds and nothing else is due."""
        known = self._known.get(url)
        if known is None:
            return None
        control = self._control
        if (
            now >= known.until
            or known.manifest is not control.manifest
            or known.epochs is not control.epochs
            or control.is_due(now)
        ):
            return None
        return known

    def remember(self, request: Request, card: KeyedCard, picture: Picture, answer: Response) -> None:
        """Keep the answer to a plain hit."""
        url, copy = request.base_url + request.target, picture.copy
        record = parse_record(copy.text) if copy else None
        if copy is None or record is None or not self._is_plain(request, card, picture, record, answer):
            return
        times = record.times
        self._known[url] = Known(
            card=card,
            url=card.url,
            record=copy.text,
            manifest=self._control.manifest,
            epochs=self._control.epochs,
            born=times.at - times.age,
            fresh=times.fresh,
            unchanging=record.unchanging,
            until=_until(card, record),
            head=_members(answer.headers),
            detail="" if copy.tier == "cache" else f"; detail={copy.tier}",
            tier=copy.tier,
            length=record.length,
        )
        self._known.move_to_end(url)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _is_plain(
        self, request: Request, card: KeyedCard, picture: Picture, record: Record, answer: Response
    ) -> bool:
        config = self._control.config
        return (
            not (record.unadmitted or record.in_blob or card.request.negotiated)
            and picture.copy is not None
            and picture.copy.tier == ("cache" if config.cache_api else "kv")
            and config.control_ttl > 0
            and (request.method, answer.status) == ("GET", 200)
            and not any(name in request.headers for name in UNUSUAL)
            and len(request.base_url) + len(request.target) <= LONGEST
        )


def answer(known: Known, now: float, request_id: str, timing: str) -> str:
    """Return status and header fields as the JSON object that `Response` takes."""
    age = max(0.0, now - known.born)
    if known.unchanging and known.fresh:
        age %= known.fresh
    elif known.unchanging:
        age = 0.0
    return (
        f'{{"headers":{{{known.head},"Age":"{int(age)}","Date":"{format_date(int(now - age))}",'
        f'"Cache-Status":"{CACHE_NAME}; hit; ttl={int((known.fresh - age) // 1)}{known.detail}",'
        f'"Server-Timing":"{timing}","X-Request-Id":"{request_id}"}}}}'
    )


def _until(card: KeyedCard, record: Record) -> float:
    """When this copy, or this URL, is no longer good for a plain hit."""
    times = record.times
    until = times.at + MAX_FRESH
    if not record.unchanging:
        until = times.at - times.age + times.fresh - QUIET * times.fill_seconds
    if card.request.exp is not None:  # its lives end with it
        longest = times.fresh + max(times.stale_while_revalidate, times.stale_if_error)
        until = min(until, card.request.exp - longest)
    return until


def _members(headers: Headers) -> str:
    fields: Mapping[str, str] = {name: value for name, value in headers if name.lower() not in _OF_THE_MOMENT}
    return json.dumps(fields, separators=(",", ":"))[1:-1]
