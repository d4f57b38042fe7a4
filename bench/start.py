"""Start-up from a cold shell: the command line beside a Node script with satori, and the edge's imports.

    python -m bench start --rounds 9

Medians of the clock and of CPU time, in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .corpus import FOLDER
from .engines import FONTS, ROOT
from .filler import fill

CARD = FOLDER / "layout" / "blog-post.html"
SATORI = Path(__file__).with_name("satori_once.mjs")


def commands(folder: Path) -> dict[str, list[str]]:
    """Return what is started, by name."""
    from fidelity.peers import static_fonts

    card = folder / "card.html"
    card.write_text(fill(CARD.read_text("utf-8"), "start"), encoding="utf-8")
    inter = [font for font in FONTS if font.name == "Inter" and font.style == "normal"]
    fonts = [f"Inter={font['weight']}={font['path']}" for font in static_fonts(inter)]
    used = [font for font in fonts if font.startswith(("Inter=400=", "Inter=500=", "Inter=700="))]
    emblazon = str(Path(sys.executable).with_name("emblazon"))
    return {
        "emblazon render": [emblazon, "render", str(card), "-q", "-o", str(folder / "ours.png")],
        "node satori": ["node", str(SATORI), str(card), str(folder / "theirs.png"), *used],
        "emblazon --version": [emblazon, "--version"],
        "python -c 'import emblazon.edge.handler'": [sys.executable, "-c", "import emblazon.edge.handler"],
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -I -S -c pass": [sys.executable, "-I", "-S", "-c", "pass"],
    }


def once(command: list[str]) -> tuple[float, float]:
    """Run a command; return milliseconds of the clock and of CPU time."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall * 1000, cpu * 1000


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        chosen = commands(Path(name))
        samples: dict[str, list[tuple[float, float]]] = {command: [] for command in chosen}
        for number in range(options.rounds + 1):
            for title, command in chosen.items():
                sample = once(command)
                if number:  # files are in the system's cache from then on
                    samples[title].append(sample)
    medians = {
        title: (statistics.median(wall for wall, _ in drawn), statistics.median(cpu for _, cpu in drawn))
        for title, drawn in samples.items()
    }
    print(f"{'':42}{'ms':>8}{'ms cpu':>9}")
    for title, (wall, cpu) in medians.items():
        print(f"{title:42}{wall:8.0f}{cpu:9.0f}")
    ours, theirs = medians["emblazon render"], medians["node satori"]
    print(
        f"emblazon render / node satori: {ours[0] / theirs[0]:.2f} of the time, {ours[1] / theirs[1]:.2f} CPU"
    )
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `python -m bench start` takes."""
    parser.add_argument("--rounds", type=int, default=9, help="starts of each command that count (9)")
