"""`python -m bench.edge`: requests per second and processor time of the edge beside JavaScript.

Both run under the pinned `wrangler dev`; rounds are interleaved, so that a busy machine disturbs both
alike. `cache`: the card is in the data centre's cache. `kv`: that is switched off (EMBLAZON_CACHE_API=off),
and each hit comes from KV. Processor time is that of the worker's own workerd, Miniflare's cache and KV
included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .traffic import Client, start_origin
from .workers import RunningWorker

TIERS = ("cache", "kv")
PATH = "/og/article.png?title=The+quiet+return+of+the+hand-drawn+map"


@dataclass
class Tally:
    """Rounds of one worker on one tier."""

    rates: list[float]  # requests per second
    cpu: list[float]  # milliseconds per request


def start(tier: str, folder: Path, origin: str) -> tuple[RunningWorker, RunningWorker]:
    """Start the edge and its counterpart for one tier."""
    variables = {
        "EMBLAZON_ORIGIN_URL": origin,
        "EMBLAZON_SIGNING": "off",
        "EMBLAZON_CACHE_API": "on" if tier == "cache" else "off",
        "EMBLAZON_LOG_LEVEL": "error",
        "EMBLAZON_CACHE_TIMEOUT": "3",  # a busy machine is no broken tier
        "EMBLAZON_KV_TIMEOUT": "3",
    }
    pair = tuple(
        RunningWorker(f"{name}-{tier}", folder / f"{name}-{tier}", name == "javascript", variables)
        for name in ("python", "javascript")
    )
    for worker in pair:
        worker.start()
    return pair  # type: ignore[return-value]  # two of them


async def measure(tier: str, folder: Path, rounds: int, seconds: float) -> tuple[Tally, Tally]:
    """Run interleaved rounds; the first is a warm-up and does not count."""
    server, origin = await start_origin()
    pair = await asyncio.to_thread(start, tier, folder, origin)
    tallies = (Tally([], []), Tally([], []))
    try:
        answers = [await until_hit(Client(worker.url, PATH)) for worker in pair]
        differ = (set(answers[0]) ^ set(answers[1])) - {"cf-cache-status"}  # the cache itself adds that one
        if differ:
            raise RuntimeError(f"not the same answer: {differ}")
        for number in range(rounds + 1):
            for worker, tally in zip(pair, tallies, strict=True):
                before = worker.cpu_seconds()
                run = await Client(worker.url, PATH).run(seconds)
                used = worker.cpu_seconds() - before
                if number:
                    tally.rates.append(run.requests / run.seconds)
                    tally.cpu.append(1000 * used / run.requests)
    finally:
        for worker in pair:
            worker.stop()
        server.close()
    return tallies


async def until_hit(client: Client) -> dict[str, str]:
    """Ask until the card is where it shall be measured; returns the header fields of that answer."""
    for _ in range(200):
        fields = await client.ask()
        if "hit" in fields["cache-status"]:
            return fields
        await asyncio.sleep(0.05)
    raise RuntimeError("the card is never a hit")


def report(tier: str, python: Tally, javascript: Tally) -> dict[str, float]:
    """Print a line for each worker; return the ratios."""
    for name, tally in (("Python", python), ("JavaScript", javascript)):
        print(
            f"{tier:6} {name:11} {median(tally.rates):7.0f} requests/s  {median(tally.cpu):6.3f} ms CPU each",
            file=sys.stderr,
        )
    rates = [p / j for p, j in zip(python.rates, javascript.rates, strict=True)]
    cpu = [p / j for p, j in zip(python.cpu, javascript.cpu, strict=True)]
    return {f"{tier}_hit_rps_ratio": round(median(rates), 3), f"{tier}_hit_cpu_ratio": round(median(cpu), 3)}


def main() -> int:
    """Measure and print; the exit code tells whether the targets hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.edge", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the ratios as JSON")
    parser.add_argument("--rounds", type=int, default=7, help="rounds for each worker and tier")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a round")
    parser.add_argument("--tier", choices=TIERS, help="one tier alone")
    options = parser.parse_args()
    ratios: dict[str, float] = {}
    for tier in [options.tier] if options.tier else TIERS:
        with tempfile.TemporaryDirectory() as folder:
            tallies = asyncio.run(measure(tier, Path(folder), options.rounds, options.seconds))
        ratios |= report(tier, *tallies)
    if options.json:
        print(json.dumps(ratios, indent=1))
    else:
        print("\n".join(f"{name} {value}" for name, value in ratios.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
