"""Draws one page in a process of its own, and tells what that took: what it raised, seconds of computing, memory."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emblazon_origin.errors import CardError, StageFailed
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

FONTS = Path(__file__).parents[2] / "fonts"
SECONDS, MEGABYTES = 2.0, 300.0  # of computing and of growth, for a page below 100 KB
_TRIES = 3  # after a first one that went wrong
_HANGS = 12  # seconds of computing after which a page is given up
YARDSTICK = "<div style='display:flex;padding:1px'><p>words <b>and</b> more</p></div>" * 150
YARDSTICK_SECONDS = 0.11  # that it takes on the machine that the limits were set on, alone


@dataclass(frozen=True, slots=True)
class Outcome:
    """How drawing a page ended: "card", "refused" or "defect", and what it took."""

    kind: str
    message: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    findings: tuple[str, ...] = ()

    def fault(self, slowness: float) -> str:
        """Return what is wrong with it, "" for nothing; `slowness` is how busy the machine is."""
        if self.kind not in ("card", "refused"):
            return f"{self.kind}: {self.message}"
        if self.seconds > SECONDS * max(1.0, slowness):
            return f"{self.seconds:.1f} s of computing, where a yardstick takes {slowness:.1f} times its time"
        return f"{self.megabytes:.0f} MB" if self.megabytes > MEGABYTES else ""


@cache
def engine() -> Engine:
    """Return the engine, warm."""
    made = Engine(FontLibrary(FONTS))
    made.render(RenderRequest("<p>warm <b>up</b> مرحبا 日本", ""))
    return made


def slowness() -> float:
    """Return how much longer than on an idle machine a fixed page takes now."""
    return draw(YARDSTICK).seconds / YARDSTICK_SECONDS


def fault_of(page: str) -> str:
    """Return what is wrong with drawing a page each time; "" where it once goes as it should.

    Others on the machine can only make a page slower: a fault shows every time, beside a yardstick before and after.
    """
    fault = draw(page).fault(1.0)
    for _ in range(_TRIES):
        if not fault:
            break
        before, outcome = slowness(), draw(page)
        fault = outcome.fault(max(before, slowness()))
    return fault


def draw(html: str, base: str = "", width: int = 1200, height: int = 630) -> Outcome:
    """Draw a page as a PNG, forked from the warm engine."""
    made = engine()

    def work() -> dict[str, object]:
        report = Report()
        try:
            made.render(RenderRequest(html, base, width=width, height=height), report)
        except StageFailed as error:
            return {"kind": "defect", "message": str(error)}
        except CardError as error:
            return {"kind": "refused", "message": str(error)}
        except BaseException as error:
            return {"kind": "defect", "message": repr(error)[:500]}
        return {"kind": "card", "findings": sorted({finding.code for finding in report.diagnostics})}

    return measured(work)


def measured(work: Callable[[], dict[str, object]]) -> Outcome:
    """Do some work in a forked process and return its outcome; children of its own count."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (_HANGS, _HANGS))
            os.write(2, b"")
            before = _resident("VmRSS:")
            Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
            began = time.process_time()
            facts = work()
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            facts["seconds"] = time.process_time() - began + used.ru_utime + used.ru_stime
            facts["megabytes"] = _resident("VmHWM:") - before
            os.write(write, json.dumps(facts).encode()[:60_000])
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        said = file.read()
    _, status = os.waitpid(pid, 0)
    if not said:
        ended = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else str(status)
        return Outcome("defect", f"the process ended by {ended}")
    facts = json.loads(said)
    return Outcome(
        facts["kind"], facts.get("message", ""), facts["seconds"], facts["megabytes"],
        tuple(facts.get("findings", ())),
    )  # fmt: skip


def _resident(field: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0
