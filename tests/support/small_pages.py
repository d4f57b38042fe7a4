"""Small pages beside what Chromium paints of them: cases, a sheet of all cases of a file, a comparison."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

from PIL import Image

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary
from fidelity.chromium import Browser
from fidelity.score import Score

SIZE = WIDTH, HEIGHT = 200, 120
COLUMNS = 5
PAGE_STYLE = "html{font:16px/20px Inter;background:#fff}body{margin:0}"
MOST_OFF = 0.004  # share of pixels visibly off: the anti-aliasing of a few edges
LEAST_ALIKE = 0.98


@cache
def read_cases(path: Path) -> dict[str, str]:
    """Read `=== name` sections."""
    parts = re.split(r"^=== (\S+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def page(body: str) -> str:
    """Return the whole document of one case."""
    return f"<!doctype html><html lang=en><meta charset=utf-8><style>{PAGE_STYLE}</style><body>{body}"


def place(index: int) -> tuple[int, int]:
    """Return where a case is on its sheet."""
    return index % COLUMNS * WIDTH, index // COLUMNS * HEIGHT


def on_sheet(sheet: Image.Image, index: int) -> Image.Image:
    """Return what Chromium painted of a case."""
    x, y = place(index)
    return sheet.crop((x, y, x + WIDTH, y + HEIGHT))


def is_alike(score: Score) -> bool:
    """Whether two pictures differ by the anti-aliasing of a few edges at most."""
    return score.off <= MOST_OFF and score.ssim >= LEAST_ALIKE


@cache
def engine() -> Engine:
    """Return an engine with the project's fonts, for fetching what is outside of it too."""
    return Engine(FontLibrary(find_home().fonts), outside=True)


def draw(html: str, report: Report | None = None) -> Image.Image:
    """Draw a page as Emblazon does."""
    request = RenderRequest(html, "", width=WIDTH, height=HEIGHT)
    return engine().draw(request, report or Report()).convert("RGB")


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
