"""Counts to dollars, by the dated prices in `prices.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRICES: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text())


@dataclass(frozen=True)
class Bill:
    """What a month costs, by item."""

    items: dict[str, float]

    @property
    def usd(self) -> float:
        """All of it."""
        return sum(self.items.values())


def by_item(counts: Mapping[str, float]) -> Counter[str]:
    """Add up the counts of one item; the second word of a name says what for."""
    totals: Counter[str] = Counter()
    for name, count in counts.items():
        totals[name.partition(" ")[0]] += count  # type: ignore[assignment]  # of floats
    return totals


def bill(counts: Mapping[str, float]) -> Bill:
    """The paid plan's bill, what it includes taken off."""
    items = {"plan": float(PRICES["plan"]["usd"])}
    for name, count in by_item(counts).items():
        price = PRICES["items"][name]
        items[name] = max(0.0, count - price["included"]) * price["per_million"] / 1e6
    return Bill({name: round(usd, 4) for name, usd in items.items() if usd})


def fits_free(days: list[Mapping[str, float]], gigabytes: float) -> list[str]:
    """What of the free plan is exceeded on some day; nothing where the month is free."""
    exceeded = []
    for name, most in PRICES["free_per_day"].items():
        worst = max(by_item(day)[name] for day in days)
        if worst > most:
            exceeded.append(f"{name}: {worst:.0f} on a day, {most} are free")
    if gigabytes > PRICES["free_kv_gb"]:
        exceeded.append(f"{gigabytes:.2f} GB in KV")
    return exceeded
