"""`emblazon pages` on a site of many pages: killed twice, resumed, and run again when nothing changed."""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = [
    "quiet",
    "return",
    "of",
    "hand",
    "drawn",
    "maps",
    "winter",
    "island",
    "harbour",
    "weather",
    "patience",
    "instruments",
    "arithmetic",
    "ledger",
    "tide",
    "paper",
    "engine",
    "walker",
    "lighthouse",
    "almanac",
]
PAGE = """<!doctype html><html lang="en"><head><title>{title} | Meridian</title>
<meta property="og:site_name" content="Meridian"><meta name="description" content="{text}">
<meta name="author" content="Ines Okafor"></head>
<body><article><h1>{title}</h1><p>{text}</p></article></body></html>
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--pages", type=int, default=2000, help="pages of the site (default: 2000)")


def run(options: argparse.Namespace) -> int:
    """Print pages drawn, and seconds of CPU and of waiting, of each run; 1 where a page is without a card."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        _write(site, options.pages)
        for share in (0.1, 0.2):
            _killed(folder, int(options.pages * share))
            print(f"killed with {_kept(folder)} of {options.pages} cards drawn")
        for name in ("resumed", "again, nothing changed"):
            _timed(folder, name)
        complete = len(list((site / "og").iterdir())) == options.pages
    return 0 if complete else 1


def _write(site: Path, pages: int) -> None:
    chance = random.Random(7)  # noqa: S311 - words of a sample site
    for number in range(pages):
        page = site / "posts" / str(number) / "index.html"
        page.parent.mkdir(parents=True)
        title = " ".join(chance.choices(WORDS, k=chance.randint(3, 12))).capitalize()
        page.write_text(PAGE.format(title=f"{title} {number}", text=" ".join(chance.choices(WORDS, k=18))))


def _command(folder: str) -> dict[str, object]:
    return {
        "args": [
            sys.executable,
            "-m",
            "emblazon_origin.cli",
            "pages",
            "site",
            "--base-url",
            "https://a.example",
        ],
        "cwd": folder,
        "env": {**os.environ, "EMBLAZON_HOME": folder},
        "stdout": subprocess.DEVNULL,
    }


def _kept(folder: str) -> int:
    return sum(path.suffix == ".png" for path in Path(folder, ".emblazon", "pages").glob("*"))


def _killed(folder: str, wanted: int) -> None:
    process = subprocess.Popen(**_command(folder), start_new_session=True)  # type: ignore[call-overload]
    while process.poll() is None and _kept(folder) < wanted:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _timed(folder: str, name: str) -> None:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(**_command(folder), check=True)  # type: ignore[call-overload]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {cpu:.1f} s of CPU, {time.monotonic() - begun:.1f} s")
