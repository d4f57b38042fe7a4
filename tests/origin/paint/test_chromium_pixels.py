"""Small pages come out as Chromium paints them.

`cases/*.txt` hold the pages, `expected/*.png` a sheet of what Chromium painted, in the order of the cases.
The e2e test records them again and compares; with EMBLAZON_REFRESH=1 it writes them anew. A failure writes
expected | actual | difference beside the test's temporary files.
"""

from __future__ import annotations

import asyncio
import os
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from small_pages import HEIGHT, WIDTH, draw, is_alike, on_sheet, page, read_cases, record
from sweeps import sweep

from fidelity.chromium import browser
from fidelity.score import compare

HERE = Path(__file__).parent
FILES = sorted((HERE / "cases").glob("*.txt"))
CASES = [(path, name) for path in FILES for name in read_cases(path)]


@cache
def sheet(stem: str) -> Image.Image:
    return Image.open(HERE / "expected" / f"{stem}.png").convert("RGB")


@pytest.mark.parametrize(
    ("path", "name"), sweep(CASES, quick=75), ids=[f"{path.stem}:{name}" for path, name in CASES]
)
def test_small_page_is_painted_as_in_chromium(path: Path, name: str, tmp_path: Path) -> None:
    cases = read_cases(path)
    expected = on_sheet(sheet(path.stem), list(cases).index(name))
    actual = draw(page(cases[name]))
    score = compare(expected, actual)
    if not is_alike(score):
        triptych = Image.new("RGB", (WIDTH * 3, HEIGHT))
        for i, picture in enumerate((expected, actual, ImageChops.difference(expected, actual))):
            triptych.paste(picture, (i * WIDTH, 0))
        triptych.save(tmp_path / f"{name}.png")
        pytest.fail(f"{score.off:.2%} of the pixels are off, SSIM {score.ssim:.4f}: {tmp_path / name}.png")


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
