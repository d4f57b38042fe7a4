"""Purge epochs: counters that make stored cards unreachable (hard) or stale (soft).

| name | concerns | how |
|---|---|---|
| `all`, `template:article`, `tag:news` | every card of a kind | the hard ones are part of the cache key |
| `url:article:<content>` | one card, in every size and format | compared with the entry |
| `card:article:<key>` | one picture alone | the same |
| `label:sale` | cards whose URL carries `_tag=sale` | the same |
| `before:article`, `before:*` | what was stored before that moment | compared with when an entry was stored |

Values only grow: milliseconds of the clock, or one more than the largest known. Two documents merge name by
name, the larger value wins: a purge is never undone. The names that are compared are dropped when no tier
can hold a card of before them any more; beyond `MAX_COMPARED` of them the oldest are folded into `before:`,
which purges more and never less, and changes nobody's key.

They get into KV and stay there, although its writers cannot lock and its readers lag behind. One document,
`epochs`, holds all of them; who purges reads it, merges and writes it back. Two who do so at once may
overwrite each other, so each isolate also keeps a journal, `purge/<isolate>`: what it has raised and not
yet seen in the document for `SETTLED` seconds. What was lost is put back by whoever knows more than the
document: an isolate at its next look, or cron from the journals. A purge costs one read and two writes, and
its journal is deleted when it is settled; nothing is read again and again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache

from ...contract.uri import encode
from ...dataclass import dataclass, field
from ..exchange import Exchange
from ..messages import BytesBody
from ..ports import PortError
from .tiers import Store

MAX_COMPARED = 12_000
COMPARED = ("url:", "card:", "label:")
_BEFORE = "before:"
EVERY_TEMPLATE = "*"

EPOCHS_KEY = "epochs"
JOURNAL = "purge/"
JOURNAL_TTL = 86_400
SETTLED = 180.0  # seconds after which no late writer can overwrite a purge any more
HEALING = 9000.0  # seconds after a purge in which cron looks for one that was lost: two runs and some
MOST_JOURNALS = 300  # in one run of cron: the platform bounds the operations of an invocation


@dataclass(frozen=True, slots=True)
class Scope:
    """What the epochs have to know of one card."""

    template: str
    tags: tuple[str, ...]  # of the template
    content: str  # the card's identity without size and format
    key: str  # the picture's, without epochs
    labels: tuple[str, ...] = ()  # of the request: `_tag`

    def names(self) -> list[str]:
        """Every name that a purge of this card may go by."""
        labels = [f"label:{label}" for label in self.labels]
        return [*scopes(self.template, self.tags), *self.own(), *labels]

    def own(self) -> tuple[str, str]:
        """The names that concern this card alone."""
        return url_scope(self.template, self.content), card_scope(self.template, self.key)


@dataclass(frozen=True, slots=True)
class Purged:
    """The purges that concern one card, apart from those in its key."""

    hard: int = 0  # an entry stored under less is gone
    soft: int = 0  # … is stale
    hard_before: int = 0  # so is one stored before this moment
    soft_before: int = 0


@dataclass(frozen=True, slots=True)
class Epochs:
    """All epochs that are known; immutable."""

    hard: Mapping[str, int] = field(default_factory=dict)
    soft: Mapping[str, int] = field(default_factory=dict)

    def newest(self) -> int:
        """The largest value of all."""
        return max(max(self.hard.values(), default=0), max(self.soft.values(), default=0))

    def next_value(self, now: float) -> int:
        """The value of a purge at `now`."""
        return max(self.newest() + 1, int(now * 1000))

    @classmethod
    def of(cls, names: Iterable[str], value: int, *, soft: bool) -> Epochs:
        """One purge alone."""
        change = dict.fromkeys(names, value)
        return cls(soft=change) if soft else cls(hard=change)

    def merged(self, other: Epochs) -> Epochs:
        """Return the union of both; the larger value of a name wins."""
        hard, soft = _larger(self.hard, other.hard), _larger(self.soft, other.soft)
        return self if hard is self.hard and soft is self.soft else Epochs(hard, soft)

    def covers(self, other: Epochs) -> bool:
        """Tell whether nothing in `other` is news."""
        return self.merged(other) is self

    def pruned(self, now: float, life: float) -> Epochs:
        """Drop what no card is older than, being kept for `life` seconds at most; fold what is too much."""
        oldest = int((now - life) * 1000)
        return Epochs(_pruned(self.hard, oldest), _pruned(self.soft, oldest))

    def in_key(self, template: str, tags: Iterable[str]) -> dict[str, int]:
        """Return the hard epochs that belong into the cache key of a card of `template`."""
        return {name: self.hard[name] for name in scopes(template, tags) if name in self.hard}

    def of_card(self, scope: Scope) -> Purged:
        """Return the purges of a card that its key does not carry."""
        if not self.hard and not self.soft:
            return _NEVER
        compared = (*scope.own(), *(f"label:{label}" for label in scope.labels))
        befores = (_BEFORE + EVERY_TEMPLATE, _BEFORE + scope.template)
        return Purged(
            hard=max(self.hard.get(name, 0) for name in compared),
            soft=max(self.soft.get(name, 0) for name in scope.names()),
            hard_before=max(self.hard.get(name, 0) for name in befores),
            soft_before=max(self.soft.get(name, 0) for name in befores),
        )

    def to_json(self) -> str:
        return json.dumps({"hard": dict(self.hard), "soft": dict(self.soft)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Epochs:
        """Read `to_json`; raises ValueError."""
        data = json.loads(text)
        if not isinstance(data, dict):
            raise ValueError("epochs are not an object")
        return cls(_counters(data.get("hard")), _counters(data.get("soft")))


_NEVER = Purged()


def scopes(template: str, tags: Iterable[str]) -> list[str]:
    """Return the names that concern every card of a template."""
    return ["all", f"template:{template}", *(f"tag:{tag}" for tag in tags)]


def url_scope(template: str, content: str) -> str:
    """Return the name that concerns one card in every size and format."""
    return f"url:{template}:{content[:32]}"


def card_scope(template: str, key: str) -> str:
    """Return the name that concerns one picture alone."""
    return f"card:{template}:{key[:32]}"


@lru_cache(maxsize=4096)
def front_tag(name: str) -> str:
    """Return the Cache-Tag of an epoch name, under our own prefix: a zone may hold other things too."""
    return "emblazon" if name == "all" else f"emblazon:{':'.join(map(encode, name.split(':')))}"


def _counters(data: object) -> dict[str, int]:
    if not isinstance(data, dict):
        raise ValueError("epochs are not counters")
    return {str(name): int(value) for name, value in data.items()}


def _larger(one: Mapping[str, int], two: Mapping[str, int]) -> Mapping[str, int]:
    """Return the union; `one` itself where `two` adds nothing to it."""
    news = {name: value for name, value in two.items() if value > one.get(name, 0)}
    return {**one, **news} if news else one


def _pruned(counters: Mapping[str, int], oldest: int) -> dict[str, int]:
    kept = {
        name: value
        for name, value in counters.items()
        if value >= oldest or not name.startswith((*COMPARED, _BEFORE))
    }
    compared = [name for name in kept if name.startswith(COMPARED)] if len(kept) > MAX_COMPARED else []
    compared.sort(key=lambda name: (kept[name], name))
    for name in compared[: max(0, len(compared) - MAX_COMPARED)]:
        value = kept.pop(name)
        kind, template, *_ = name.split(":")
        folded = _BEFORE + (EVERY_TEMPLATE if kind == "label" else template)
        kept[folded] = max(kept.get(folded, 0), value)
    return kept


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
        self._read_at = -1e18

    async def read(self, x: Exchange) -> Epochs | None:
        """Return what KV has; None where it has nothing, or cannot be asked now."""
        entry = await self._store.kv_get(x, EPOCHS_KEY)
        return None if entry is None else self._parsed(x, await entry.body.read())

    async def raise_to(self, x: Exchange, change: Epochs, known: Epochs) -> Epochs:
        """Write a purge to KV; returns all epochs that are known now.

        Raises PortError or TimeoutError where KV does not take it. The journal is written first: from then on
        the purge is not lost, only late.
        """
        self._own = self._unsettled(x.now).merged(change)
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
        return self._parsed(x, await entry.body.read()) if entry is not None else Epochs()

    def _unsettled(self, now: float) -> Epochs:
        """What this isolate has raised, without what the document had when it was safe there."""
        own, read = self._own, self._read
        latest = int((min(now, self._read_at) - SETTLED) * 1000)
        return Epochs(
            {name: value for name, value in own.hard.items() if value > min(latest, read.hard.get(name, 0))},
            {name: value for name, value in own.soft.items() if value > min(latest, read.soft.get(name, 0))},
        )

    async def _write(self, x: Exchange, epochs: Epochs) -> bool:
        return await self._store.kv_put(x, EPOCHS_KEY, _document(epochs))

    def _parsed(self, x: Exchange, text: bytes) -> Epochs:
        """Parse the document, which is mostly the same as the last time and may be long."""
        self._read_at = x.now
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
