"""The requests, purges and releases of a month.

Cards are asked for by Zipf's law over pages and by another over data centres. The handler is asked for
every request of a sample: of every n cards of neighbouring rank, all requests for the middle one; what they
cost counts n times. What a sampled card is (remote or not) goes by its place in the sample, not by its rank:
no card of every 500th is among those of every fifth. What a data centre spends by the clock (a look at the
purges each half minute, a list of hot cards each hour) does not grow with the sample and is counted at the
full rate: a look comes with the first request after the last look has aged.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from .bill import PRICES
from .world import World

DAY, DAYS = 86_400.0, 30
BY_THE_CLOCK = ("kv_reads epochs", "kv_writes hot")
OF_THE_DEPLOYMENT = ("manifest", "manifest-before", "looks", "hot")


@dataclass(frozen=True)
class Plan:
    """One month."""

    requests: int
    cards: int
    centres: int = 60
    remote: float = 0.2  # share of cards that show a file from the network
    changes: int = 2  # times in the month that those files change
    releases: int = 2  # new versions of every template
    purges: int = 1000  # of single URLs
    size: int = 60_000  # bytes of a card
    blobs: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    sample: int = 150_000  # requests that the handler is asked for, at most


@dataclass(frozen=True)
class Month:
    """What was counted."""

    counts: dict[str, float]
    days: list[dict[str, float]]
    hits: float  # share of the requests
    asked: int  # requests that were simulated
    origin: float  # requests for cards that reached the origin
    kv_gigabytes: float


PAGES, PLACES = 0.9, 0.8  # the exponents


@dataclass(frozen=True)
class Sample:
    """The cards that stand for all, most popular first, and what they are asked for."""

    cards: list[str]
    popularity: list[float]  # added up
    each: float  # cards that one of them stands for
    requests: int  # for all of them

    @classmethod
    def of(cls, plan: Plan) -> Sample:
        """Take the middle one of every n neighbours in rank."""
        every = min(plan.cards, max(1, -(-plan.requests // plan.sample)))
        ranks = [
            1 + first + (min(every, plan.cards - first) - 1) // 2 for first in range(0, plan.cards, every)
        ]
        popularity = _zipf(ranks, PAGES)
        share = popularity[-1] / _zipf(range(1, plan.cards + 1), PAGES)[-1]
        cards = [_target(place, rank, plan) for place, rank in enumerate(ranks)]
        return cls(cards, popularity, plan.cards / len(cards), round(plan.requests * share))


def _zipf(ranks: Iterable[int], exponent: float) -> list[float]:
    return list(accumulate(1 / rank**exponent for rank in ranks))


async def simulate(plan: Plan, seed: int = 1) -> Month:
    """Run a month; equal seeds give equal months."""
    dice = random.Random(seed)  # noqa: S311 - a simulation
    sample = Sample.of(plan)
    world = World(settings=dict(plan.settings), blobs=plan.blobs, sampled=plan.requests / sample.requests)
    places = _zipf(range(1, plan.centres + 1), PLACES)
    moments = sorted(dice.random() for _ in range(sample.requests))
    events = _events(plan, sample.each, dice)
    days: list[Counter[str]] = [Counter() for _ in range(DAYS)]
    others, hour = 0, 0
    began = world.clock.time
    for moment in moments:
        while events and events[0][0] <= moment:
            world.clock.time = began + events[0][0] * DAYS * DAY
            await _event(world, events.pop(0)[1], sample.cards, dice)
        world.clock.time = began + moment * DAYS * DAY
        if int(moment * DAYS * 24) > hour:
            hour = int(moment * DAYS * 24)
            await world.cron(0)
        card = sample.cards[bisect(sample.popularity, dice.random() * sample.popularity[-1])]
        centre = bisect(places, dice.random() * places[-1])
        response = await world.ask(centre, card)
        others += "; hit" not in str(response.header("cache-status"))
        days[int(moment * DAYS)].update(world.counts)
        world.counts.clear()
    return _scaled(plan, sample, days, others, world, places)


def _target(place: int, rank: int, plan: Plan) -> str:
    template = "remote" if place * plan.remote % 1 + plan.remote > 1 - 1e-9 else "plain"
    return f"/og/{template}.png?title=page-{rank}"


def _events(plan: Plan, every: float, dice: random.Random) -> list[tuple[float, str]]:
    found = [((n + 0.5) / plan.releases, "release") for n in range(plan.releases)]
    found += [((n + 0.7) / plan.changes, "change") for n in range(plan.changes)]
    found += [(dice.random(), "purge") for _ in range(round(plan.purges / every))]
    return sorted(found)


async def _event(world: World, kind: str, cards: list[str], dice: random.Random) -> None:
    if kind == "release":
        world.origin.version += 1
    elif kind == "change":
        world.origin.changes += 1
    else:
        await world.purge(0, json.dumps({"urls": [dice.choice(cards)]}).encode())


def _scaled(
    plan: Plan,
    sample: Sample,
    days: list[Counter[str]],
    others: int,
    world: World,
    places: list[float],
) -> Month:
    """Counts of the sample to counts of the month; `others`: requests that were no hits."""
    every = sample.each
    clocked = _by_the_clock(plan, places, world.config.control_ttl)
    scaled: list[dict[str, float]] = []
    for day in days:
        counts = {
            name: count * (1 if name.partition(" ")[2] in OF_THE_DEPLOYMENT else every)
            for name, count in day.items()
            if name not in BY_THE_CLOCK
        }
        counts |= {name: count / DAYS for name, count in clocked.items()}
        counts["requests"] = plan.requests / DAYS
        scaled.append(counts)
    total: dict[str, float] = defaultdict(float)
    for counts in scaled:
        for name, count in counts.items():
            total[name] += count
    share, cpu = 1 - others * every / plan.requests, PRICES["cpu_ms"]
    total["cpu_ms"] = plan.requests * (share * cpu["hit"] + (1 - share) * cpu["other"])
    stored = len([key for key in world.kv.entries if key.startswith("card/")]) * every * plan.size / 1e9
    kept_in_r2 = plan.blobs and plan.size > world.config.blob_above
    total["r2_gb_month" if kept_in_r2 else "kv_gb_month"] = stored
    origin = world.origin.asked * every
    return Month(dict(total), scaled, share, sample.requests, origin, 0.0 if kept_in_r2 else stored)


def _by_the_clock(plan: Plan, places: list[float], ttl: float) -> dict[str, float]:
    """Looks and lists of all data centres, for requests that come at random."""
    looks = lists = 0.0
    seconds = DAYS * DAY
    for number in range(plan.centres):
        share = (places[number] - (places[number - 1] if number else 0.0)) / places[-1]
        rate = plan.requests * share / seconds
        looks += seconds * rate / (1 + rate * ttl)
        lists += seconds * rate / (1 + rate * 3600)
    return {"kv_reads epochs": looks, "kv_writes hot": lists}
