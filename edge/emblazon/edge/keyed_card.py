"""Step 3, key: a checked request becomes the card to look up."""

from __future__ import annotations

from ..contract import wire
from ..contract.canonical import cache_key, canonical_query, canonical_url, content_key
from ..contract.options import FALLBACK_VARIANT
from ..contract.request import CardRequest, fallback_request
from ..contract.schema import Manifest, formats_of
from ..dataclass import dataclass, replace
from .http.cache_control import CLOCK_SKEW
from .store.epochs import Epochs, Purged, Scope
from .store.freshness import Fresh, Judgement, Miss, current_age, judge, reconfirmed
from .store.record import Record


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
