"""`python -m bench.cost`: dollars of a month, by item and policy, on the real handler with counting adapters.

Months of 0.1, 1, 10 and 100 million requests, and a blog of 300 pages on the free plans. `--json` prints
`warm_usd_per_million` (10 million requests a month, everything included), `blog_usd`, and the items.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import replace

from .bill import PRICES, bill, fits_free
from .month import Month, Plan, simulate

MILLIONS = (0.1, 1, 10, 100)
POLICIES: dict[str, tuple[tuple[str, str], ...]] = {
    "always": (),
    "second": (("EMBLAZON_KV_ADMIT", "second"),),
    "never": (("EMBLAZON_KV_ADMIT", "never"),),
    "always, regional": (("EMBLAZON_REGIONAL_TIER", "1"),),
    "never, regional": (("EMBLAZON_KV_ADMIT", "never"), ("EMBLAZON_REGIONAL_TIER", "1")),
}
BLOG = Plan(requests=90_000, cards=300, centres=30, remote=0.1, changes=4, releases=4, purges=60)
WARM = Plan(requests=10_000_000, cards=20_000)


def plan_of(millions: float, policy: str, sample: int) -> Plan:
    """A site that has more pages the more it is asked."""
    return Plan(
        requests=int(millions * 1e6),
        cards=int(2000 * max(1.0, millions)),
        settings=POLICIES[policy],
        sample=sample,
    )


def line(name: str, month: Month) -> str:
    """One row of the table."""
    costs = bill(month.counts)
    per_million = costs.usd / (month.counts["requests"] / 1e6)
    items = ", ".join(f"{item} {usd:.2f}" for item, usd in costs.items.items())
    hits = f"{month.hits:6.1%} hits, {month.origin:9.0f} to the origin"
    return f"{name:26} ${costs.usd:9.2f}  ${per_million:8.3f} a million  {hits}  {items}"


async def run(options: argparse.Namespace) -> dict[str, object]:
    """Simulate, print, and return the figures."""
    blog = await simulate(replace(BLOG, sample=options.sample))
    exceeded = fits_free(list(blog.days), blog.kv_gigabytes)
    warm = await simulate(replace(WARM, sample=options.sample))
    if not options.json:
        print(f"Prices of {PRICES['dated']}.")
        for millions in MILLIONS:
            for policy in POLICIES:
                month = await simulate(plan_of(millions, policy, options.sample))
                print(line(f"{millions:g} M, KV {policy}", month))
        print(line("blog", blog), *(exceeded or ["fits the free plans: $0"]), sep="\n     ")
    costs = bill(warm.counts)
    return {
        "warm_usd_per_million": round(costs.usd / 10, 4),
        "blog_usd": PRICES["plan"]["usd"] if exceeded else 0.0,
        "items": costs.items,
        "counts": {name: round(count) for name, count in sorted(warm.counts.items())},
        "blog_busiest_day": {
            name: round(max(day.get(name, 0.0) for day in blog.days)) for name in sorted(blog.counts)
        },
    }


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the two figures and the items as JSON")
    parser.add_argument("--sample", type=int, default=60_000, help="requests of a month that are simulated")
    options = parser.parse_args()
    figures = asyncio.run(run(options))
    print(
        json.dumps(figures, indent=1)
        if options.json
        else f"warm: ${figures['warm_usd_per_million']} a million"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
