"""The studio in Chromium: from a key to pixels, and from a saved file to pixels.

    python -m bench studio --keys 60

A real `emblazon serve --dev` draws, a real Chromium types. A key's time begins with the timestamp that the
browser gave its event, and ends after the frame in which the first card with it was painted; keys whose own
card was outdated before it was there count until the next one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

from .engines import ROOT

TEXT = "The quiet return of the hand-drawn map, and what it leaves out "
BETWEEN = 150  # milliseconds between two keys: 80 words a minute
READY = 90.0  # seconds that the server may take
WATCH = """
window.latencies = [];
let pressed = [];
addEventListener("keydown", (event) => { pressed.push(event.timeStamp); }, true);
document.addEventListener("card-painted", ({ detail }) => {
  const now = performance.now();
  const shown = pressed.filter((time) => time <= now - detail);  // pressed before the card was asked for
  window.latencies.push(...shown.map((time) => now - time));
  pressed = pressed.filter((time) => time > now - detail);
});
"""


@asynccontextmanager
async def serving(project: Path) -> AsyncIterator[str]:
    """Serve a project in development and yield the studio's address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}
    environment |= {"EMBLAZON_HOME": str(project), "EMBLAZON_WORKERS": "1"}
    command = [str(Path(sys.executable).with_name("emblazon")), "serve", "--dev", "--port", "8395"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(READY):
            address = await _address(process)
        yield address
    finally:
        process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Return the address of the studio that a server has said."""
    while process.stdout is not None and (line := await process.stdout.readline()):
        if line.startswith(b"The studio: "):
            return line.decode().removeprefix("The studio: ").strip()
    raise RuntimeError("emblazon serve ended before it was ready")


def project_of(folder: Path, templates: tuple[str, ...]) -> Path:
    """Make a project whose own templates are copies of built-in ones."""
    (folder / "emblazon.toml").write_text("", "utf-8")
    for name in templates:
        shutil.copytree(ROOT / "templates" / name, folder / "templates" / name)
    return folder


async def measure(options: argparse.Namespace, project: Path) -> dict[str, list[float]]:
    """Type into each template, and save each; return milliseconds by what was done."""
    found: dict[str, list[float]] = {}
    async with serving(project) as address, async_playwright() as play:
        executable = shutil.which("chromium-headless-shell")
        browser = await play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.add_init_script(WATCH)
        for name in options.templates:
            await page.goto(f"{address}#/{name}")
            await page.reload()
            await page.wait_for_function("() => document.querySelector('.facts')?.textContent")
            await page.locator(".form fieldset input").first.fill("")
            await page.keyboard.type("warm ", delay=BETWEEN)
            await page.evaluate("window.latencies.length = 0")
            await page.keyboard.type((TEXT * 9)[: options.keys], delay=BETWEEN)
            await page.wait_for_timeout(1000)
            found[f"key, {name}"] = await page.evaluate("window.latencies")
            found[f"save, {name}"] = [await save(page, project / "templates" / name) for _ in range(5)]
        await browser.close()
    return found


async def save(page: Page, template: Path) -> float:
    """Save a template's file once more, and return milliseconds until its card is painted again."""
    painted = (
        "new Promise(done => document.addEventListener('card-painted', () => done(Date.now()), {once: true}))"
    )
    waiting = asyncio.create_task(page.evaluate(painted))
    await page.wait_for_timeout(700)  # the listener is there, and the watch has looked
    began = await page.evaluate("Date.now()")
    with (template / "card.html").open("a", encoding="utf-8") as file:
        file.write("\n")
    return float(await asyncio.wait_for(waiting, 60) - began)


def run(options: argparse.Namespace) -> int:
    """Measure and print; 1 where the median key takes longer than the bound."""
    with tempfile.TemporaryDirectory() as name:
        found = asyncio.run(measure(options, project_of(Path(name), tuple(options.templates))))
    print(f"{'ms':32}{'n':>5}{'median':>9}{'p90':>9}{'most':>9}")
    for title, times in found.items():
        p90 = statistics.quantiles(times, n=10, method="inclusive")[-1]
        print(f"{title:32}{len(times):5}{statistics.median(times):9.0f}{p90:9.0f}{max(times):9.0f}")
    keys = [time for title, times in found.items() if title.startswith("key") for time in times]
    return int(statistics.median(keys) > options.bound)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `python -m bench studio` takes."""
    parser.add_argument("--keys", type=int, default=60, help="keys for each template (60)")
    parser.add_argument("--bound", type=float, default=150.0, help="milliseconds of the median key (150)")
    parser.add_argument("templates", nargs="*", default=["article", "docs", "product"], metavar="TEMPLATE")
