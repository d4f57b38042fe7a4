"""Small pages come out as Chromium paints them.

`cases/*.txt` hold the pages, `expected/*.png` a sheet of what Chromium painted, in the order of the cases.
The e2e test records them again and compares; with EMBLAZON_REFRESH=1 it writes them anew. A failure writes
expected | actual | difference beside the test's temporary files.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from sweeps import sweep

from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary
from fidelity.chromium import Browser, browser
from fidelity.score import compare

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SIZE = WIDTH, HEIGHT = 200, 120
COLUMNS = 5
PAGE_STYLE = "html{font:16px/20px Inter;background:#fff}body{margin:0}"
MOST_OFF = 0.004  # share of pixels visibly off: the anti-aliasing of a few edges
LEAST_ALIKE = 0.98

FILES = sorted((HERE / "cases").glob("*.txt"))


@cache
def read_cases(path: Path) -> dict[str, str]:
    """Read `=== name` sections."""
    parts = re.split(r"^=== (\S+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


CASES = [(path, name) for path in FILES for name in read_cases(path)]


def page(body: str) -> str:
    """Return the whole document of one case."""
    return f"<!doctype html><html lang=en><meta charset=utf-8><style>{PAGE_STYLE}</style><body>{body}"


@cache
def sheet(stem: str) -> Image.Image:
    return Image.open(HERE / "expected" / f"{stem}.png").convert("RGB")


def place(index: int) -> tuple[int, int]:
    return index % COLUMNS * WIDTH, index // COLUMNS * HEIGHT


@cache
def engine() -> Engine:
    return Engine(FontLibrary(ROOT / "fonts"), outside=True)


def draw(html: str) -> Image.Image:
    """Draw a page as Emblazon does."""
    return engine().draw(RenderRequest(html, "", width=WIDTH, height=HEIGHT), Report()).convert("RGB")


@pytest.mark.parametrize(
    ("path", "name"), sweep(CASES, quick=75), ids=[f"{path.stem}:{name}" for path, name in CASES]
)
def test_small_page_is_painted_as_in_chromium(path: Path, name: str, tmp_path: Path) -> None:
    cases = read_cases(path)
    x, y = place(list(cases).index(name))
    expected = sheet(path.stem).crop((x, y, x + WIDTH, y + HEIGHT))
    actual = draw(page(cases[name]))
    score = compare(expected, actual)
    if score.off > MOST_OFF or score.ssim < LEAST_ALIKE:
        triptych = Image.new("RGB", (WIDTH * 3, HEIGHT))
        for i, picture in enumerate((expected, actual, ImageChops.difference(expected, actual))):
            triptych.paste(picture, (i * WIDTH, 0))
        triptych.save(tmp_path / f"{name}.png")
        pytest.fail(f"{score.off:.2%} of the pixels are off, SSIM {score.ssim:.4f}: {tmp_path / name}.png")


async def record(path: Path, chromium: Browser) -> Image.Image:
    """Return the sheet of a file's cases as Chromium paints them now."""
    cases = read_cases(path)
    result = Image.new("RGB", (COLUMNS * WIDTH, -(-len(cases) // COLUMNS) * HEIGHT), "white")
    with tempfile.TemporaryDirectory() as folder:
        for index, (name, body) in enumerate(cases.items()):
            file = Path(folder) / f"{name}.html"
            file.write_text(page(body), encoding="utf-8")
            result.paste(await chromium.screenshot(file.as_uri(), WIDTH, HEIGHT), place(index))
    return result


@pytest.mark.e2e
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_recorded_sheets_are_what_chromium_paints(path: Path) -> None:
    async def run() -> Image.Image:
        async with browser() as chromium:
            return await record(path, chromium)

    recorded = asyncio.run(run())
    target = HERE / "expected" / f"{path.stem}.png"
    if os.environ.get("EMBLAZON_REFRESH"):
        recorded.save(target, optimize=True)
    assert ImageChops.difference(recorded, sheet(path.stem)).getbbox() is None
