"""Purge epochs: counters that make stored cards unreachable (hard) or stale (soft).

Names are `all`, `template:article`, `tag:news` and, for one URL, `key:article:<key>`. A hard epoch of the
first three is part of the cache key, so that a purged entry is not even found. A URL's epoch and all soft
ones are compared with what the entry was stored under. Values only grow: milliseconds of the clock, or one
more than the largest known. Two documents merge name by name, the larger value wins: a purge is never undone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

MAX_URL_EPOCHS = 1000  # beyond it the oldest become a purge of their whole template


@dataclass(frozen=True, slots=True)
class Epochs:
    """All epochs that are known; immutable."""

    hard: Mapping[str, int] = field(default_factory=dict)
    soft: Mapping[str, int] = field(default_factory=dict)

    def newest(self) -> int:
        """The largest value of all."""
        return max([0, *self.hard.values(), *self.soft.values()])

    def bumped(self, names: Iterable[str], now: float, *, soft: bool) -> Epochs:
        """Return these epochs after a purge of `names` at `now`."""
        value = max(self.newest() + 1, int(now * 1000))
        change = dict.fromkeys(names, value)
        return self.merged(Epochs(soft=change) if soft else Epochs(hard=change))

    def merged(self, other: Epochs) -> Epochs:
        """Return the union of both; the larger value of a name wins."""
        return _bounded(Epochs(_larger(self.hard, other.hard), _larger(self.soft, other.soft)))

    def in_key(self, template: str, tags: Iterable[str]) -> dict[str, int]:
        """Return the hard epochs that belong into the cache key of a card of `template`."""
        return {name: self.hard[name] for name in scopes(template, tags) if name in self.hard}

    def of_url(self, template: str, key: str) -> int:
        """Return the hard epoch of one URL; an entry stored under a smaller one is purged."""
        return self.hard.get(url_scope(template, key), 0)

    def soft_of(self, template: str, tags: Iterable[str], key: str) -> int:
        """Return the soft epoch of a card; an entry stored under a smaller one is stale."""
        names = [*scopes(template, tags), url_scope(template, key)]
        return max(self.soft.get(name, 0) for name in names)

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


def scopes(template: str, tags: Iterable[str]) -> list[str]:
    """Return the names that concern every card of a template."""
    return ["all", f"template:{template}", *(f"tag:{tag}" for tag in tags)]


def url_scope(template: str, key: str) -> str:
    """Return the name that concerns one card alone."""
    return f"key:{template}:{key[:32]}"


@lru_cache(maxsize=4096)
def front_tag(name: str) -> str:
    """Return the Cache-Tag of an epoch name, under our own prefix: a zone may hold other things too."""
    return "emblazon" if name == "all" else f"emblazon:{quote(name, safe=':')}"


def _counters(data: object) -> dict[str, int]:
    if not isinstance(data, dict):
        raise ValueError("epochs are not counters")
    return {str(name): int(value) for name, value in data.items()}


def _larger(one: Mapping[str, int], two: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), two.get(name, 0)) for name in {*one, *two}}


def _bounded(epochs: Epochs) -> Epochs:
    """Fold the oldest URL epochs into their template's, which purges more and never less."""
    return Epochs(_fold(epochs.hard), _fold(epochs.soft))


def _fold(counters: Mapping[str, int]) -> dict[str, int]:
    urls = sorted((value, name) for name, value in counters.items() if name.startswith("key:"))
    folded = dict(counters)
    for value, name in urls[: max(0, len(urls) - MAX_URL_EPOCHS)]:
        del folded[name]
        template = f"template:{name.split(':')[1]}"
        folded[template] = max(folded.get(template, 0), value)
    return folded
