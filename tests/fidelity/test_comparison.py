"""docs/compare.md says which kinds of layout each renderer draws; here they are drawn."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from PIL import Image

from fidelity import emblazon, peers
from fidelity.chromium import browser
from fidelity.corpus import HEIGHT, WIDTH, Case
from fidelity.fonts import ROOT

pytestmark = pytest.mark.e2e
RED, BLUE = "background: #f00; height: 100px", "background: #00f; height: 100px"
# The row's style, and its boxes'.
KINDS = {
    "flex": ("display: flex", "flex: 1"),
    "grid": ("display: grid; grid-template-columns: 1fr 1fr", ""),
    "block": ("display: block", "display: block; width: 200px"),
    "float": ("display: block", "display: block; float: left; width: 200px"),
    "table": ("display: table", "display: table-cell; width: 200px"),
}
CARD = """<!DOCTYPE html><html><head><style>body {{ margin: 0 }}</style></head><body>
<div style="width: 400px; {row}"><div style="{box}; {red}"></div><div style="{box}; {blue}"></div></div>
</body></html>
"""
PLACES = ((100, 50), (300, 50), (100, 150), (300, 150))


def seen(picture: Image.Image | None) -> list[str]:
    """Return where red and blue are; a renderer's own ground counts as nothing."""
    if picture is None:
        return []
    names = {(255, 0, 0): "red", (0, 0, 255): "blue"}
    return [names.get(picture.convert("RGB").getpixel(place), "") for place in PLACES]  # type: ignore[arg-type]


def test_page_says_what_each_renderer_lays_out(tmp_path: Path) -> None:
    cases = []
    for kind, (row, box) in KINDS.items():
        path = tmp_path / f"{kind}.html"
        path.write_text(CARD.format(row=row, box=box, red=RED, blue=BLUE))
        cases.append(Case("layout", kind, path))

    async def shots() -> list[Image.Image]:
        async with browser() as page:
            return [await page.screenshot(case.path.as_uri(), WIDTH, HEIGHT) for case in cases]

    drawn = peers.draw(cases)
    found = {}
    for case, right in zip(cases, asyncio.run(shots()), strict=True):
        theirs = drawn[case.id]
        found[case.name] = [
            "yes" if seen(emblazon.draw(case)) == seen(right) else "no",
            *("yes" if seen(theirs[name].picture) == seen(right) else "no" for name in ("satori", "takumi")),
        ]
    page = (ROOT / "docs" / "compare.md").read_text("utf-8")
    rows = re.findall(rf"^\| ({'|'.join(KINDS)}) \| (\w+) \| (\w+) \| (\w+) \|$", page, re.MULTILINE)
    assert {kind: list(words) for kind, *words in rows} == found
