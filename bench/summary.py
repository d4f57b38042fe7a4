"""From medians of cards to the table, the worst cards, and the ratios that are recorded and guarded."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .corpus import KINDS, BenchCard
from .engines import OUTPUTS, Output
from .measure import Results

RECORD = Path(__file__).with_name("record.json")
ALL = "all"
# A ratio above the recorded one by more than this is a regression: one card's noise evens out in a mean.
TOLERANCE = {ALL: 1.15}
KIND_TOLERANCE = 1.3
WORST = 8


@dataclass(frozen=True, slots=True)
class Ratio:
    """Geometric means over a kind's cards; `cpu`, `wall` and `bytes` are Emblazon's parts of the peer's."""

    kind: str
    peer: str
    output: Output
    cards: int
    ms: float  # Emblazon's CPU time
    cpu: float
    wall: float
    bytes: float

    @property
    def key(self) -> str:
        """Name in the record."""
        return f"{self.kind} {self.output} / {self.peer}"


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean, NaN of nothing."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def card_ratio(results: Results, card: str, peer: str, output: Output) -> tuple[float, float, float] | None:
    """Return Emblazon's part of a peer's CPU time, wall time and bytes; None where a card is refused.

    takumi counts in the box mode that is the quicker one for the card, and from its own tree.
    """
    engines = ("takumi", "takumi-border") if peer == "takumi" else (peer,)
    ours = results.timings.get((card, "emblazon", output))
    theirs = [t for engine in engines if (t := results.timings.get((card, engine, output))) is not None]
    if ours is None or not theirs:
        return None
    least = min(theirs, key=lambda timing: timing.cpu)
    return ours.cpu / least.cpu, ours.wall / min(t.wall for t in theirs), ours.bytes / least.bytes


def ratios(results: Results, cards: list[BenchCard]) -> list[Ratio]:
    """Return the means by kind and over all, for every output that a peer has."""
    found = []
    for peer, outputs in (("takumi", OUTPUTS), ("satori", ("png",))):
        for output in outputs:
            for kind in (*KINDS, ALL):
                chosen = [card.id for card in cards if kind in (ALL, card.kind)]
                pairs = [(c, r) for c in chosen if (r := card_ratio(results, c, peer, output)) is not None]
                if not pairs:
                    continue
                ms = geometric_mean(results.timings[card, "emblazon", output].cpu for card, _ in pairs)
                cpu, wall, size = (geometric_mean(ratio[n] for _, ratio in pairs) for n in range(3))
                found.append(Ratio(kind, peer, output, len(pairs), ms, cpu, wall, size))
    return found


def table(found: list[Ratio]) -> str:
    """Return the ratios as text, one line a kind."""
    lines = [f"{'Emblazon / peer':22}{'cards':>6}{'ms cpu':>8}{'cpu':>7}{'wall':>7}{'bytes':>7}"]
    before = None
    for ratio in found:
        name = f"{ratio.output} / {ratio.peer}"
        if name != before:
            lines += ["", name]
            before = name
        size = "" if ratio.output == "raw" else f"{ratio.bytes:7.2f}"
        lines.append(
            f"  {ratio.kind:20}{ratio.cards:6}{ratio.ms:8.1f}{ratio.cpu:7.2f}{ratio.wall:7.2f}{size}"
        )
    return "\n".join(lines)


def worst(results: Results, cards: list[BenchCard]) -> list[tuple[str, float]]:
    """Return the cards whose PNG takes longest beside takumi's, the worst first."""
    pairs = [(c.id, r[0]) for c in cards if (r := card_ratio(results, c.id, "takumi", "png")) is not None]
    return sorted(pairs, key=lambda pair: -pair[1])[:WORST]


def as_json(results: Results, cards: list[BenchCard]) -> dict[str, Any]:
    """Return everything that was measured."""
    return {
        "unseen": results.unseen,
        "rounds": results.rounds,
        "ratios": [asdict(ratio) for ratio in ratios(results, cards)],
        "cards": [
            {"card": card, "engine": engine, "output": output, **asdict(timing)}
            for (card, engine, output), timing in sorted(results.timings.items())
        ],
        "refused": [
            {"card": card, "engine": engine, "reason": reason}
            for (card, engine), reason in sorted(results.refused.items())
        ],
    }


# --- the record ----------------------------------------------------------------------------------------


def record(found: list[Ratio], *, unseen: bool) -> None:
    """Write the CPU ratios of this run as those that later runs are compared with."""
    known = read_record()
    known["unseen" if unseen else "known"] = {ratio.key: round(ratio.cpu, 3) for ratio in found}
    RECORD.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_record() -> dict[str, dict[str, float]]:
    """Return the recorded ratios by mode, then by their key."""
    known: dict[str, dict[str, float]] = json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else {}
    return known


def regressions(found: list[Ratio], known: dict[str, float]) -> list[str]:
    """Return a line for every mean that is worse than the recorded one by more than its tolerance."""
    lines = []
    for ratio in found:
        before = known.get(ratio.key)
        tolerance = TOLERANCE.get(ratio.kind, KIND_TOLERANCE)
        if before is not None and ratio.cpu > before * tolerance:
            lines.append(f"{ratio.key}: {ratio.cpu:.2f} of the peer's CPU time, {before:.2f} when recorded")
    return lines
