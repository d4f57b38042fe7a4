"""EMBLAZON_MEMORY_BUDGET binds: whatever is drawn, the caches of all processes together stay below it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from waiting import wait_until

if TYPE_CHECKING:
    from e2e_origin.conftest import OriginProcess, StartOrigin

pytestmark = pytest.mark.e2e

BUDGET = 64 << 20
WORDS = ("Résumé", "العنوان", "日本語の題", "ภาษาไทย", "हिन्दी", "🎉🌍", "Ωμέγα", "Здравствуй")
SWEPT = re.compile(r'emblazon_cache_bytes\{cache="([^"]+)"\} (\S+)')


def cards(count: int) -> list[str]:
    """Return cards that have little in common: scripts, sizes, densities, formats, templates."""
    found = []
    for number in range(count):
        template = ("article", "product", "docs")[number % 3]
        name = {"article": "title", "product": "name", "docs": "title"}[template]
        text = " ".join(WORDS[(number + step) % len(WORDS)] + str(number * step) for step in range(6))
        size = f"_w={600 + 40 * (number % 20)}&_h={320 + 30 * (number % 15)}&_dpr={1 + number % 2}"
        extension = ("png", "jpg", "webp")[number % 3]
        found.append(f"/render/{template}.{extension}?{name}={text}&{size}")
    return found


def held(origin: OriginProcess) -> dict[str, float]:
    return {
        name: float(size)
        for line in origin.metrics()
        if (found := SWEPT.match(line))
        for name, size in [found.groups()]
    }


def resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


def test_caches_of_all_processes_stay_within_the_budget(start_origin: StartOrigin) -> None:
    origin = start_origin(
        EMBLAZON_RENDERER="", EMBLAZON_MEMORY_BUDGET="64m", EMBLAZON_WORKERS="1", EMBLAZON_SWEEP_INTERVAL="1",
        EMBLAZON_QUEUE_WAIT="60", EMBLAZON_RECYCLE_AFTER="100000",
    )  # fmt: skip
    assert origin.get(cards(1)[0]).status_code == 200
    render_processes = origin.children()[1:]
    early = 0  # at the most: what a drawing needs comes and goes
    for card in cards(60):
        assert origin.get(card).status_code == 200
        early = max(early, sum(map(resident, render_processes)))
    for card in cards(160)[60:]:
        assert origin.get(card).status_code == 200
    wait_until(lambda: len(held(origin)) > 10)
    sizes = held(origin)
    assert sizes["cards"] <= BUDGET / 4
    assert sum(sizes.values()) <= BUDGET, sizes
    assert sum(size for name, size in sizes.items() if name != "cards") <= BUDGET / 2
    if origin.children()[1:] == render_processes:
        assert sum(map(resident, render_processes)) - early < BUDGET / 2, "what is counted is what there is"
