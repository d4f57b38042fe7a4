"""The documents that are kept: by their skeletons and by everything else that decides what becomes of them.

A document is kept when its skeleton is seen for the second time, so that cards which come once cost nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable

from cachetools import LRUCache

from ..caching import ByteCache
from .prepared_card import PreparedCard

MAX_BYTES = 96_000_000
MAX_SIGHTINGS = 4096

_cards: ByteCache[PreparedCard] = ByteCache("prepared", MAX_BYTES, lambda card: card.bytes)
_sightings: LRUCache[int, bool] = LRUCache(MAX_SIGHTINGS)
_lock = threading.Lock()


def find(key: Hashable) -> PreparedCard | None:
    """Return the kept document."""
    return _cards.peek(key)


def seen_before(key: Hashable) -> bool:
    """Whether this is not the first sighting; noted for the next time."""
    with _lock:
        before = hash(key) in _sightings
        _sightings[hash(key)] = True
    return before


def keep(key: Hashable, card: PreparedCard) -> None:
    """Keep a document for the requests to come."""
    _cards.put(key, card)


def drop(key: Hashable) -> None:
    """Forget a document."""
    _cards.drop(key)
