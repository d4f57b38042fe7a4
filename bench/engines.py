"""The engines that are measured: Emblazon in this process, the peers in one Node process."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, cast

from emblazon.contract.schema import Format
from emblazon_origin.processes import GarbageBetweenJobs
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report

from .corpus import HEIGHT, WIDTH, BenchCard
from .filler import characters

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from fidelity.fonts import FONTS as FONTS  # noqa: E402
from fidelity.peers import peer_fonts as peer_fonts  # noqa: E402  # the peers' fonts are cut there

Output = Literal["raw", "png", "jpeg", "webp"]
OUTPUTS: tuple[Output, ...] = ("raw", "png", "jpeg", "webp")
_FORMATS: dict[Output, Format] = {"png": "png", "jpeg": "jpg", "webp": "webp"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One card drawn once: milliseconds of CPU (of all threads) and of the clock, bytes of the file.

    `parse` is the CPU time from HTML to the engine's own tree, where that is not in `cpu` already.
    """

    cpu: float
    wall: float
    bytes: int
    parse: float = 0.0


class Refused(Exception):
    """An engine does not draw a card, and says why."""


class Emblazon:
    """Emblazon, from HTML text to bytes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        gc.collect()
        gc.freeze()  # this and what follows is what render processes do
        self._garbage = GarbageBetweenJobs()

    def draw(self, card: BenchCard, output: Output, html: str) -> Sample:
        """Draw a card once."""
        request = RenderRequest(
            html, card.base, "", WIDTH, HEIGHT, format=_FORMATS.get(output, "png"), lang=card.lang
        )
        report = Report()
        cpu, wall = time.process_time(), time.perf_counter()
        if output == "raw":
            picture = self._engine.draw(request, report)
            size = picture.width * picture.height * len(picture.getbands())
        else:
            size = len(self._engine.render(request, report).data)
        self._garbage.job_done(was_kept="style" not in report.timings)
        return Sample((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000, size)


class Peers:
    """The Node process that draws with satori + resvg-js and takumi, in both of takumi's box modes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).with_name("peers.mjs"))],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._send(peer_fonts(FONTS, characters()))

    def _send(self, value: object) -> None:
        stdin = cast("IO[str]", self._process.stdin)
        stdin.write(json.dumps(value) + "\n")
        stdin.flush()

    def draw(self, engine: str, output: Output, html: str) -> Sample:
        """Draw a card once with "satori", "takumi" or "takumi-border"; raises `Refused`."""
        self._send({"engine": engine, "format": output, "html": html})
        line = cast("IO[str]", self._process.stdout).readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the process ended"}
        if "error" in answer:
            raise Refused(answer["error"])
        return Sample(answer["cpu"], answer["wall"], answer["bytes"], answer["parse"])

    def close(self) -> None:
        """End the process."""
        cast("IO[str]", self._process.stdin).close()
        self._process.wait(30)
