"""How purge epochs get into KV and stay there, although its writers cannot lock and its readers lag behind.

One document, `epochs`, holds all of them; who purges reads it, merges and writes it back. Two who do so at
once may overwrite each other, so each isolate also keeps a journal, `purge/<isolate>`: what it has raised
and not yet seen in the document for `SETTLED` seconds. What was lost is put back by whoever knows more than
the document: an isolate at its next look, or cron from the journals. A purge costs one read and two writes,
and its journal is deleted when it is settled; nothing is read again and again.
"""

from __future__ import annotations

from contextlib import suppress

from ..exchange import Exchange
from ..messages import BytesBody
from ..ports import PortError
from .epochs import Epochs
from .tiers import Store

EPOCHS_KEY = "epochs"
JOURNAL = "purge/"
JOURNAL_TTL = 86_400
SETTLED = 180.0  # seconds after which no late writer can overwrite a purge any more
HEALING = 9000.0  # seconds after a purge in which cron looks for one that was lost: two runs and some
MOST_JOURNALS = 300  # in one run of cron: the platform bounds the operations of an invocation


class EpochLog:
    """One isolate's way to the epochs in KV."""

    def __init__(self, store: Store, life: float) -> None:
        self._store = store
        self._life = life + 2 * SETTLED  # no tier keeps a card for longer
        self._own = Epochs()  # raised here and not yet settled
        self._name = ""
        self._repaired_at = -1e18
        self._text = b""  # the document as it was last read
        self._read = Epochs()

    async def read(self, x: Exchange) -> Epochs | None:
        """Return what KV has; None where it has nothing, or cannot be asked now."""
        entry = await self._store.kv_get(x, EPOCHS_KEY)
        return None if entry is None else self._parsed(await entry.body.read())

    async def raise_to(self, x: Exchange, change: Epochs, known: Epochs) -> Epochs:
        """Write a purge to KV; returns all epochs that are known now.

        Raises PortError or TimeoutError where KV does not take it. The journal is written first: from then on
        the purge is not lost, only late.
        """
        self._own = self._own.merged(change)
        self._name = self._name or x.ports.random.token()
        kept = await self._store.kv_put(x, JOURNAL + self._name, _document(self._own), ttl=JOURNAL_TTL)
        merged = await self._merge(x, known.merged(self._own))
        if merged is None or not kept:
            raise NotTaken("KV did not take the purge")
        return merged

    async def tend(self, x: Exchange, stored: Epochs | None, known: Epochs) -> None:
        """After a look: put back what KV has lost, and forget the journal of what is settled."""
        settled = x.now - SETTLED
        base = (stored or Epochs()).pruned(x.now, self._life)
        if base.merged(_older(known, settled)).pruned(x.now, self._life) != base:
            if x.now - self._repaired_at >= SETTLED:
                self._repaired_at = x.now
                with suppress(PortError, TimeoutError):  # logged; there is another look
                    await self._merge(x, known)
        elif 0 < self._own.newest() < settled * 1000:
            self._own = Epochs()
            await self._store.kv_delete(x, JOURNAL + self._name)

    def may_have_lost(self, x: Exchange, known: Epochs) -> bool:
        """Whether a purge is so recent that another may have overwritten it."""
        newest = known.newest() / 1000
        return newest > 0 and x.now - newest < HEALING

    async def heal(self, x: Exchange, known: Epochs) -> tuple[Epochs, bool]:
        """For cron: merge the journals into the document, delete those that it has had for long.

        Returns what is known now and whether something had been lost. Raises PortError or TimeoutError.
        """
        stored = await self._stored(x)
        merged = stored.merged(known)
        keys = await x.ports.clock.within(x.ports.kv.list(JOURNAL, limit=MOST_JOURNALS), 10.0)
        for key in keys:
            line = await self._store.kv_read(x, key.name)
            journal = _epochs(await line.body.read()) if line is not None else Epochs()
            merged = merged.merged(journal)
            if stored.covers(journal) and journal.newest() < (x.now - SETTLED) * 1000:
                await self._store.kv_delete(x, key.name)
                if key.name == JOURNAL + self._name:
                    self._own = Epochs()
        lost = not stored.covers(merged)
        if lost:
            await self._write(x, merged.pruned(x.now, self._life))
        return merged, lost

    async def _merge(self, x: Exchange, known: Epochs) -> Epochs | None:
        """Add to the document, which is never overwritten unread: the purges of others are in it."""
        merged = (await self._stored(x)).merged(known).pruned(x.now, self._life)
        return merged if await self._write(x, merged) else None

    async def _stored(self, x: Exchange) -> Epochs:
        entry = await self._store.kv_read(x, EPOCHS_KEY)
        return self._parsed(await entry.body.read()) if entry is not None else Epochs()

    async def _write(self, x: Exchange, epochs: Epochs) -> bool:
        return await self._store.kv_put(x, EPOCHS_KEY, _document(epochs))

    def _parsed(self, text: bytes) -> Epochs:
        """Parse the document, which is mostly the same as the last time and may be long."""
        if text != self._text:
            self._text, self._read = text, _epochs(text)
        return self._read


class NotTaken(PortError):
    """KV refused a write."""


def _older(epochs: Epochs, moment: float) -> Epochs:
    latest = int(moment * 1000)
    return Epochs(
        {name: value for name, value in epochs.hard.items() if value <= latest},
        {name: value for name, value in epochs.soft.items() if value <= latest},
    )


def _document(epochs: Epochs) -> BytesBody:
    return BytesBody(epochs.to_json().encode())


def _epochs(data: bytes) -> Epochs:
    try:
        return Epochs.from_json(data)
    except (ValueError, TypeError, AttributeError):
        return Epochs()
