"""The templates' previews, warm, with a new title each time: milliseconds by stage, medians.

`python -m bench.render.templates`
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from emblazon_origin.allocator import keep_freed_memory
from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, Rendered, RenderRequest
from emblazon_origin.template.library import TemplateLibrary

ROOT = Path(__file__).resolve().parents[2]
WARM, ROUNDS = 8, 40


def draw(engine: Engine, library: TemplateLibrary, name: str, number: int) -> Rendered:
    """Draw a template's preview with a number in its title (a product's name)."""
    card = library.get(name).preview.cases["preview"]
    title = "title" if "title" in card.params else "name"
    card = replace(card, params={**card.params, title: f"{card.params[title]}, {number}"})
    bound = library.bind(name, card.params, width=card.width, height=card.height)
    return engine.render(
        RenderRequest(bound.html, str(bound.base), bound.file, bound.width, bound.height, lang=bound.lang)
    )


def main() -> None:
    """Measure and print the table."""
    keep_freed_memory()  # as render processes do
    engine = Engine.from_home(find_home(ROOT))
    library = TemplateLibrary(ROOT / "templates", engine.fonts.digest)
    for name in sorted(library.specs):
        stages: dict[str, list[float]] = defaultdict(list)
        for number in range(WARM + ROUNDS):
            start = time.perf_counter()
            rendered = draw(engine, library, name, number)
            total = (time.perf_counter() - start) * 1000
            if number >= WARM:
                for stage, ms in {**rendered.report.timings, "total": total}.items():
                    stages[stage].append(ms)
        medians = "  ".join(f"{stage} {statistics.median(values):.1f}" for stage, values in stages.items())
        print(f"{name:10}{medians}")


if __name__ == "__main__":
    main()
