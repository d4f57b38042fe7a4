"""Step 3, key: a checked request becomes the card to look up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emblazon.contract.canonical import cache_key, canonical_query, canonical_url
from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.request import CardRequest, fallback_request
from emblazon.contract.schema import Manifest

from .store.epochs import Epochs
from .store.freshness import Judgement, Miss, judge
from .store.record import Record


@dataclass(frozen=True, slots=True)
class KeyedCard:
    """One card as the caches know it."""

    request: CardRequest
    key: str  # 64 hex digits, with the epochs that were known when it was made
    base_key: str  # the same without epochs: the name of this card in URL purges
    target: str  # what the origin is asked for, rebuilt from the checked request
    url_epoch: int
    soft_epoch: int

    @property
    def url(self) -> str:
        """Canonical unsigned path and query."""
        return canonical_url(self.request)

    @property
    def origin_key(self) -> str:
        """The key that the origin keeps its own copy under: every purge asks for a new drawing."""
        epochs = f".{self.url_epoch}.{self.soft_epoch}" if self.url_epoch or self.soft_epoch else ""
        return self.key + epochs


def card_of(request: CardRequest, manifest: Manifest, epochs: Epochs) -> KeyedCard:
    """Compute the key under the epochs as they are known now."""
    name, tags = request.template.name, request.template.tags
    base_key = cache_key(request, manifest)
    hard = epochs.in_key(name, tags)
    return KeyedCard(
        request=request,
        key=cache_key(request, manifest, hard) if hard else base_key,
        base_key=base_key,
        target=_target(request),
        url_epoch=epochs.of_url(name, base_key),
        soft_epoch=epochs.soft_of(name, tags, base_key),
    )


def fallback_of(card: KeyedCard, manifest: Manifest, epochs: Epochs) -> KeyedCard:
    """Return the card that is the template's own fallback look, in the same size and format."""
    return card_of(fallback_request(card.request.template, card.request), manifest, epochs)


def same_epochs(card: KeyedCard, manifest: Manifest, epochs: Epochs) -> bool:
    """Tell whether nothing was purged for this card since `card` was made."""
    now = card_of(card.request, manifest, epochs)
    return (now.key, now.url_epoch, now.soft_epoch) == (card.key, card.url_epoch, card.soft_epoch)


def judge_card(card: KeyedCard, record: Record, now: float) -> tuple[Judgement, Record]:
    """Step 5, judge: a stored record of this card, with the purges that came after it."""
    if record.format != card.request.format or record.url_epoch < card.url_epoch:
        return Miss(), record
    if record.soft_epoch < card.soft_epoch:
        record = replace(record, times=replace(record.times, soft_purged=True))
    return judge(record.times, now), record


def _target(request: CardRequest) -> str:
    folder = "fallback" if request.variant == FALLBACK_VARIANT else "render"
    query = canonical_query(replace(request, variant="") if folder == "fallback" else request)
    path = f"/{folder}/{request.template.name}.{request.format}"
    return f"{path}?{query}" if query else path
