"""One 1200×630 card, warm, in turn: Emblazon, satori + resvg-js, takumi. Medians, and ratios of one run.

Every round draws a title of its own, so that no engine answers from a cache of finished cards. Emblazon is
timed from HTML text to bytes; the peers are given their parsed tree.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, Literal, cast

from emblazon.contract.schema import Format
from emblazon_origin.allocator import keep_freed_memory
from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report

ROOT = Path(__file__).resolve().parents[2]
CARD = Path(__file__).with_name("card.html").read_text(encoding="utf-8")
WARM, ROUNDS = 8, 40
WORDS = ("Faster", "Sharper", "Kinder", "Bolder", "Smaller", "Calmer", "Brighter", "Lighter")

sys.path.insert(0, str(ROOT / "tests"))
from fidelity.peers import FONTS, static_fonts  # noqa: E402  # the peers' fonts are cut there

Output = Literal["raw", "png", "jpeg", "webp"]
OURS: dict[Output, Format] = {"png": "png", "jpeg": "jpg", "webp": "webp"}


class Peers:
    """The Node process that draws with the peers."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).with_name("peers.mjs"))],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        inter = [font for font in FONTS if font.name == "Inter" and font.style == "normal"]
        fonts = {
            "static": static_fonts(inter),
            "variable": [{"name": "Inter", "path": str(ROOT / "fonts" / "vendor" / inter[0].file)}],
        }
        self._send(fonts)

    def _send(self, value: object) -> None:
        stdin = cast("IO[str]", self._process.stdin)
        stdin.write(json.dumps(value) + "\n")
        stdin.flush()

    def draw(self, engine: str, output: Output, html: str) -> tuple[float, int]:
        """Return milliseconds and bytes of one card."""
        self._send({"engine": engine, "format": output, "html": html})
        answer: dict[str, Any] = json.loads(cast("IO[str]", self._process.stdout).readline())
        return answer["ms"], answer["bytes"]

    def close(self) -> None:
        """End the process."""
        cast("IO[str]", self._process.stdin).close()
        self._process.wait()


def ours(engine: Engine, output: Output, html: str) -> tuple[float, int]:
    """Return milliseconds and bytes of one card of Emblazon's."""
    request = RenderRequest(html, base="", format=OURS.get(output, "png"))
    start = time.perf_counter()
    if output == "raw":
        picture = engine.draw(request, Report())
        size = picture.width * picture.height * len(picture.getbands())
    else:
        size = len(engine.render(request).data)
    return (time.perf_counter() - start) * 1000, size


def main() -> None:
    """Measure and print the table."""
    keep_freed_memory()  # as render processes do
    engine, peers = Engine.from_home(find_home(ROOT)), Peers()
    columns: list[tuple[str, Output]] = [
        *(("emblazon", output) for output in ("raw", "png", "jpeg", "webp")),
        ("satori", "raw"),
        ("satori", "png"),
        *(("takumi", output) for output in ("raw", "png", "jpeg", "webp")),
    ]
    times: dict[tuple[str, Output], list[float]] = {column: [] for column in columns}
    sizes: dict[tuple[str, Output], int] = {}
    for number in range(WARM + ROUNDS):
        html = CARD.replace("TITLE", f"{WORDS[number % len(WORDS)]} number {number}")
        for name, output in columns:
            ms, sizes[name, output] = (
                ours(engine, output, html) if name == "emblazon" else peers.draw(name, output, html)
            )
            if number >= WARM:
                times[name, output].append(ms)
    peers.close()
    print(f"{'1200×630 card, warm':22}{'p50 ms':>9}{'p95 ms':>9}{'bytes':>10}{'peer / emblazon':>18}")
    for (name, output), values in times.items():
        p50 = statistics.median(values)
        ratio = "" if name == "emblazon" else f"{p50 / statistics.median(times['emblazon', output]):.2f}×"
        p95 = statistics.quantiles(values, n=20)[-1]
        size = "" if output == "raw" else f"{sizes[name, output]:,}"
        print(f"{name + ' ' + output:22}{p50:9.1f}{p95:9.1f}{size:>10}{ratio:>18}")


if __name__ == "__main__":
    main()
