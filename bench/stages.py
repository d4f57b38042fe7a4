"""Where the time of a card goes: milliseconds of CPU by stage, new text each time, medians by kind.

python -m bench.stages [TEXT]     cards whose kind/name has this text
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict

from emblazon_origin.home import find_home
from emblazon_origin.processes import GarbageBetweenJobs, keep_freed_memory
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.template.library import TemplateLibrary

from .corpus import HEIGHT, WIDTH, cards
from .engines import ROOT

WARM, ROUNDS = 3, 9
STAGES = ("style", "assets", "layout", "paint", "encode")


def main() -> None:
    """Measure and print the table."""
    time.perf_counter = time.process_time  # what reports are timed by: a busy machine would be measured, too
    keep_freed_memory()  # as render processes do
    home = find_home(ROOT)
    engine = Engine.from_home(home)
    garbage = GarbageBetweenJobs()
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    print(f"{'':28}" + "".join(f"{stage:>9}" for stage in STAGES) + f"{'sum':>9}")
    by_kind: dict[str, list[dict[str, float]]] = defaultdict(list)
    for card in cards(TemplateLibrary(home.templates, engine.fonts.digest)):
        if wanted not in card.id:
            continue
        drawn: dict[str, list[float]] = defaultdict(list)
        for number in range(WARM + ROUNDS):
            request = RenderRequest(card.html(number), card.base, "", WIDTH, HEIGHT, lang=card.lang)
            timings = engine.render(request).report.timings
            for stage, ms in timings.items():
                if number >= WARM:
                    drawn[stage].append(ms)
            garbage.job_done(was_kept="style" not in timings)
        medians = {stage: statistics.median(values) for stage, values in drawn.items()}
        by_kind[card.kind].append(medians)
        _print(card.id, medians)
    for kind, rows in by_kind.items():
        _print(kind, {stage: statistics.mean(row.get(stage, 0.0) for row in rows) for stage in STAGES})


def _print(name: str, ms: dict[str, float]) -> None:
    values = [ms.get(stage, 0.0) for stage in STAGES]
    print(f"{name:28}" + "".join(f"{value:9.2f}" for value in values) + f"{sum(values):9.2f}")


if __name__ == "__main__":
    main()
