"""The origin beside a Node server with takumi: equal cards with new titles, four requests under way.

    python -m bench http --seconds 10

The origin's background encodings are off, since the Node server has none. Both get the same time in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine
from emblazon_origin.template.library import TemplateLibrary

from .engines import FONTS, ROOT, peer_fonts
from .load.driver import Connections, Run, merged, saturate
from .load.service import Service

WIDTH = 4  # requests under way
ROUNDS = 3
_TEXT = {"article": "title", "docs": "title", "product": "name"}
_WORDS = ("Faster", "Sharper", "Kinder", "Bolder", "Smaller", "Calmer", "Brighter", "Lighter")
_TICKS = os.sysconf("SC_CLK_TCK")


class NodeServer:
    """`takumi_server.mjs` on a free port, with every shipped template's preview."""

    def __init__(self, cards: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.process = subprocess.Popen(
            ["node", str(Path(__file__).with_name("takumi_server.mjs"))],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stdin = cast("IO[str]", self.process.stdin)
        stdin.write(json.dumps({"port": self.port, "fonts": peer_fonts(FONTS), "cards": cards}) + "\n")
        stdin.flush()
        cast("IO[str]", self.process.stdout).readline()

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(30)


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two under test: its address, its cards' URLs, its processes."""

    name: str
    connections: Connections
    target: Callable[[str, str], str]
    pids: Callable[[], list[int]]


def cpu_seconds(pids: list[int]) -> float:
    """Return the CPU time that processes have used so far, with that of children that ended."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return total / _TICKS


def preview_params(library: TemplateLibrary, name: str, title: str) -> dict[str, object]:
    """Return the preview's parameters with another title."""
    return {**library.get(name).preview.cases["preview"].params, _TEXT[name]: title}


async def compare(servers: list[Server], seconds: float) -> dict[str, tuple[Run, float]]:
    """Return each server's merged run and CPU seconds; they are measured in turn."""
    numbers = itertools.count()
    names = itertools.cycle(_TEXT)

    def title(_: int) -> str:
        number = next(numbers)
        return f"{_WORDS[number % len(_WORDS)]} cards for page number {number}"

    runs: dict[str, list[Run]] = {server.name: [] for server in servers}
    spent = dict.fromkeys(runs, 0.0)
    for part in range(ROUNDS + 1):
        for server in servers:
            before = cpu_seconds(server.pids())
            run = await saturate(
                server.connections,
                lambda n, server=server: server.target(next(names), title(n)),  # type: ignore[misc]  # bound at once
                WIDTH,
                3.0 if part == 0 else seconds / ROUNDS,
            )
            if part:  # the first part warms up
                runs[server.name].append(run)
                spent[server.name] += cpu_seconds(server.pids()) - before
    return {name: (merged(parts), spent[name]) for name, parts in runs.items()}


def run(options: argparse.Namespace) -> int:
    """Measure and print; returns 1 where a card was not answered."""
    home = find_home(ROOT)
    library = TemplateLibrary(home.templates, Engine.from_home(home).fonts.digest)
    checked = {name: library.check(name, preview_params(library, name, "TITLE")) for name in _TEXT}
    html = {name: library.bind(name, params).html for name, params in checked.items()}
    origin, node = Service(EMBLAZON_SMALL_ENCODING="0"), NodeServer(html)
    servers = [
        Server(
            "emblazon",
            Connections("127.0.0.1", origin.port),
            lambda name, title: "/render/" + query(library, name, title),
            lambda: [origin.process.pid, *origin.children()],
        ),
        Server(
            "node + takumi",
            Connections("127.0.0.1", node.port),
            lambda name, title: f"/{name}?title={title.replace(' ', '+')}",
            lambda: [node.process.pid],
        ),
    ]
    try:
        found = asyncio.run(compare(servers, options.seconds))
        memory = origin.memory()
    finally:
        origin.stop()
        node.stop()
    failed = 0
    print(f"{'c=4':16}{'cards/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'cpu ms/card':>13}{'failed':>8}")
    for name, (measured, cpu) in found.items():
        answered = len(measured.with_status(200))
        lost = len(measured.samples) - answered
        failed += lost
        print(
            f"{name:16}{measured.goodput:10.1f}{measured.quantile(0.5) * 1000:9.1f}"
            f"{measured.quantile(0.99) * 1000:9.1f}{cpu * 1000 / max(1, answered):13.1f}{lost:8}"
        )
    ours, theirs = (found[server.name][0].goodput for server in servers)
    print(f"emblazon / node: {ours / theirs:.2f} × the cards; the origin's memory {memory:.0f} MB")
    return 1 if failed else 0


def query(library: TemplateLibrary, name: str, title: str) -> str:
    """Return a card's path and query on the origin."""
    from urllib.parse import urlencode

    pairs: list[tuple[str, object]] = []
    for key, value in preview_params(library, name, title).items():
        pairs.append((key, ",".join(map(str, value)) if isinstance(value, tuple | list) else value))
    return f"{name}.png?{urlencode(pairs)}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `python -m bench http` takes."""
    parser.add_argument("--seconds", type=float, default=18.0, help="for each server (18)")
