"""Purge epochs: counters that make stored cards unreachable (hard) or stale (soft).

| name | concerns | how |
|---|---|---|
| `all`, `template:article`, `tag:news` | every card of a kind | the hard ones are part of the cache key |
| `url:article:<content>` | one card, in every size and format | compared with the entry |
| `card:article:<key>` | one picture alone | the same |
| `label:sale` | cards whose URL carries `_tag=sale` | the same |
| `before:article`, `before:*` | what was stored before that moment | compared with when an entry was stored |

Values only grow: milliseconds of the clock, or one more than the largest known. Two documents merge name by
name, the larger value wins: a purge is never undone. The names that are compared are dropped when no tier can
hold a card of before them any more; beyond `MAX_COMPARED` of them the oldest are folded into `before:`, which
purges more and never less, and changes nobody's key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ...contract.uri import encode
from ...dataclass import dataclass, field

MAX_COMPARED = 12_000
COMPARED = ("url:", "card:", "label:")
_BEFORE = "before:"
EVERY_TEMPLATE = "*"


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
        return json.dumps(
            {"hard": dict(self.hard), "soft": dict(self.soft)}, separators=(",", ":"), sort_keys=True
        )

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
    compared = sorted((value, name) for name, value in kept.items() if name.startswith(COMPARED))
    for value, name in compared[: max(0, len(compared) - MAX_COMPARED)]:
        del kept[name]
        kind, template, *_ = name.split(":")
        folded = _BEFORE + (EVERY_TEMPLATE if kind == "label" else template)
        kept[folded] = max(kept.get(folded, 0), value)
    return kept
