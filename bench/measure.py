"""Draws every card in every round with every engine in turn, and keeps each card's samples."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from .corpus import BenchCard
from .engines import OUTPUTS, Emblazon, Output, Peers, Refused, Sample

# What is drawn in a round, in an order that changes: satori has no JPEG and no WebP of its own. How takumi
# sizes boxes hardly matters to its encoders.
COLUMNS: tuple[tuple[str, Output], ...] = (
    *(("emblazon", output) for output in OUTPUTS),
    *(("takumi", output) for output in OUTPUTS),
    ("takumi-border", "raw"),
    ("takumi-border", "png"),
    ("satori", "png"),
)


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians of one card, engine and output."""

    cpu: float
    wall: float
    parse: float
    bytes: int


@dataclass(slots=True)
class Results:
    """Medians by (card, engine, output); a refused card has its reason instead."""

    unseen: bool
    rounds: int
    timings: dict[tuple[str, str, Output], Timing] = field(default_factory=dict)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)


def measure(
    cards: Iterable[BenchCard], emblazon: Emblazon, peers: Peers, *, warm: int, rounds: int, unseen: bool
) -> Results:
    """Draw; every round has new text, and with `unseen` a document of its own."""
    results = Results(unseen, rounds)
    samples: dict[tuple[str, str, Output], list[Sample]] = {}
    chosen = list(cards)
    random = Random(7)  # noqa: S311
    for number in range(warm + rounds):
        print(f"\rround {number + 1} of {warm + rounds}", end="", file=sys.stderr, flush=True)
        for card in chosen:
            columns = [column for column in COLUMNS if (card.id, column[0]) not in results.refused]
            random.shuffle(columns)
            for place, (engine, output) in enumerate(columns):
                # Text of its own for every drawing: nobody answers from a cache of what was just drawn.
                html = card.html(number * len(COLUMNS) + place, unseen=unseen)
                try:
                    sample = (
                        emblazon.draw(card, output, html)
                        if engine == "emblazon"
                        else peers.draw(engine, output, html)
                    )
                except Refused as refusal:
                    results.refused[card.id, engine] = str(refusal)
                    continue
                if number >= warm:
                    samples.setdefault((card.id, engine, output), []).append(sample)
    print("\r", end="", file=sys.stderr)
    for key, drawn in samples.items():
        results.timings[key] = Timing(
            statistics.median(sample.cpu for sample in drawn),
            statistics.median(sample.wall for sample in drawn),
            statistics.median(sample.parse for sample in drawn),
            round(statistics.median(sample.bytes for sample in drawn)),
        )
    return results
