"""A renderer whose cards do what their parameters say; for the tests of the pool and the server."""

from __future__ import annotations

import ctypes
import io
import os
import signal
import time
from pathlib import Path

from PIL import Image

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import Manifest, ParamSpec, TemplateSpec
from emblazon_origin.errors import CardError, TemplateError
from emblazon_origin.workers.job import Job, JobResult, Waits


class FakeRenderer:
    """Obeys `do` and counts its renders in a file that the tests can read."""

    def __init__(self, log: str = "", fail: str = "") -> None:
        self._log = Path(log) if log else None
        self._fail = fail

    def warm(self) -> None:
        if self._fail:
            raise TemplateError(self._fail)

    def manifest(self) -> bytes:
        params = {
            "title": ParamSpec("title"),
            "do": ParamSpec("do", max_length=200),
            "n": ParamSpec("n", "integer"),
            "image": ParamSpec("image", "url"),
        }
        card = TemplateSpec("article", "0123456789abcdef", params, 120, 80, tags=("news",))
        return manifest_to_json(Manifest("fake-1", {"article": card}))

    def render(self, job: Job, waits: Waits) -> JobResult:
        self._record(f"start {os.getpid()} {job.effort} {job.params}")
        match str(job.params.get("do", "")).split(":"):
            case ["crash"]:
                ctypes.string_at(0)
            case ["kill-once", marker]:
                if not Path(marker).exists():
                    Path(marker).touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            case ["spin"]:
                while True:
                    pass
            case ["compute", path]:
                while not Path(path).exists():
                    pass
            case ["sleep", seconds]:
                time.sleep(float(seconds))
            case ["wait", path]:
                while not Path(path).exists():
                    time.sleep(0.005)
            case ["fetch", path]:
                waits(True)
                while not Path(path).exists():
                    time.sleep(0.005)
                waits(False)
            case ["hog"]:
                hoard = [bytearray(1 << 20) for _ in range(1 << 14)]
                raise AssertionError(len(hoard))
            case ["seconds"]:
                raise CardError(str(job.seconds))
            case ["fail", message]:
                raise CardError(message)
            case ["defect"]:
                raise ZeroDivisionError("a defect")
            case ["template-error"]:
                raise TemplateError("card.html:3: unexpected end", public="The template is broken.")
        image = Image.new("RGB", (job.width, job.height), "#336699" if job.kind == "card" else "#996633")
        buffer = io.BytesIO()
        image.save(
            buffer,
            "JPEG" if job.format == "jpg" else job.format.upper(),
            compress_level=1 + 8 * (job.effort == "small"),
        )
        self._record(f"end {os.getpid()}")
        timings = {"layout": 1.5, "paint": 2.5}
        return JobResult(
            buffer.getvalue(),
            "image/jpeg" if job.format == "jpg" else f"image/{job.format}",
            job.width,
            job.height,
            degraded=job.params.get("do") == "degrade",
            timings=timings,
            explain={"timings": timings} if job.explain else None,
        )

    def sweep(self) -> dict[str, int]:
        return {"glyphs": 1234}

    def _record(self, line: str) -> None:
        if self._log:
            with self._log.open("a") as file:
                file.write(line + "\n")


def build(log: str = "", fail: str = "", cache_bytes: int = 0) -> FakeRenderer:
    return FakeRenderer(log or os.environ.get("FAKE_LOG", ""), fail or _failure())


def _failure() -> str:
    """What to complain about at the start: the text in the file named by FAKE_FAIL, if there is one."""
    path = Path(os.environ.get("FAKE_FAIL", "/nonexistent"))
    return path.read_text() if path.exists() else ""
