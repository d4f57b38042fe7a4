"""The documents that are kept: by their skeletons and by everything else that decides what becomes of them.

A document is kept when its skeleton is seen for the second time, so that cards which come once cost nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from ..caching import ByteCache
from .prepared_card import PreparedCard

MAX_BYTES = 140_000_000  # some sixty templates; a process has its share of it
MAX_SIGHTINGS = 4096

_cards: ByteCache[PreparedCard] = ByteCache("prepared", MAX_BYTES, lambda card: card.bytes)
_sightings: ByteCache[bool] = ByteCache("sightings", 200 * MAX_SIGHTINGS, lambda _: 0)


@contextmanager
def borrowed(key: Hashable) -> Iterator[PreparedCard | None]:
    """Give the kept document to one thread; None where there is none, another has it, or a file changed.

    Whatever goes wrong with it, it is not kept any longer.
    """
    card = _cards.peek(key)
    if card is None or not card.lock.acquire(blocking=False):
        yield None
        return
    try:
        if not card.laid_out.resources.are_unchanged:
            _cards.drop(key)
            yield None
        else:
            yield card
    except BaseException:
        _cards.drop(key)
        raise
    finally:
        card.lock.release()


def is_wanted(key: Hashable) -> bool:
    """Whether a document is to be kept: it is not yet, and was seen before (which is noted)."""
    before = _sightings.peek(hash(key))
    _sightings.put(hash(key), True)
    return before is not None and _cards.peek(key) is None


def keep(key: Hashable, card: PreparedCard | None) -> None:
    """Keep a document for the requests to come, if it can be."""
    if card is not None:
        _cards.put(key, card)
