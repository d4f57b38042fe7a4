"""Fuzz for a while: python -m fuzz [--minutes M] [--seed N]. What is found goes to tests/fuzz/found/."""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path

from .grammar import Grammar
from .harness import fault_of

FOUND = Path(__file__).parent / "found"


def main() -> int:
    """Draw pages until the time is up; return how many were at fault, at most one."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    faults = fuzz(options.seed, seconds=options.minutes * 60)
    return 1 if faults else 0


def fuzz(seed: int, *, seconds: float = math.inf, pages: float = math.inf) -> list[str]:
    """Draw pages from a seed on, for a time or so many; return what was wrong with each that was at fault."""
    faults: list[str] = []
    end, number = time.monotonic() + seconds, 0
    while number < pages and time.monotonic() < end:
        page = Grammar(seed * 1_000_000 + number).document()
        if fault := fault_of(page):
            FOUND.mkdir(exist_ok=True)
            path = FOUND / f"{seed}-{number}.html"
            path.write_text(page, "utf-8", "surrogatepass")
            faults.append(f"{path}: {fault}")
            print(faults[-1], flush=True)
        number += 1
    print(f"{number} pages from seed {seed}, {len(faults)} at fault", file=sys.stderr)
    return faults


if __name__ == "__main__":
    sys.exit(main())
