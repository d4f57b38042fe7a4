"""What Chromium draws is drawn alike, or a finding says that it is not.

`data/features.txt` holds a small page for each property, function, rule, pseudo-element and element that is
rare enough to be forgotten; `data/features.png` is a sheet of what Chromium painted, in their order. The e2e
test records it again and compares; with EMBLAZON_REFRESH=1 it writes it anew.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from small_pages import draw, is_alike, on_sheet, page, read_cases, record
from sweeps import sweep

from emblazon_origin.report import Report
from fidelity.chromium import browser
from fidelity.score import compare

DATA = Path(__file__).parent / "data"
CASES = read_cases(DATA / "features.txt")
# Codes of findings about the page as it is meant to be: text that is too wide, a font that stands in.
OF_THE_PAGE = frozenset(("text-overflow", "font-fallback", "missing-glyph", "low-contrast", "text-clamped"))


@pytest.mark.parametrize("name", sweep(CASES, quick=50))
def test_feature_is_drawn_as_in_chromium_or_reported(name: str) -> None:
    expected = on_sheet(Image.open(DATA / "features.png").convert("RGB"), list(CASES).index(name))
    report = Report()
    score = compare(expected, draw(page(CASES[name]), report))
    told = {finding.where for finding in report.diagnostics if finding.code not in OF_THE_PAGE}
    assert is_alike(score) or told, (
        f"{score.off:.2%} of the pixels are off, SSIM {score.ssim:.4f}, and nothing says so"
    )


@pytest.mark.parametrize(
    ("line_height", "style", "inside", "is_told"),
    [
        ("1", "opacity:.5;background:red", "{}", True),
        ("1", "mix-blend-mode:multiply;background:red", "{}", True),
        ("1", "filter:opacity(.5)", "<b style='background:red'>{}</b>", True),
        ("1.5", "opacity:.5;background:red", "{}", False),
        ("1", "opacity:.5", "{}", False),
        ("1", "filter:grayscale(1);background:red", "{}", False),
        ("1", "background:red", "{}", False),
    ],
)
def test_groups_of_inline_boxes_over_lines_that_overlap_are_told(
    line_height: str, style: str, inside: str, is_told: bool
) -> None:
    report = Report()
    text = inside.format("several lines of a text")
    draw(
        page(f"<p style='font-size:24px;line-height:{line_height}'><span style='{style}'>{text}</span>"),
        report,
    )
    assert any("line by line" in finding.message for finding in report.diagnostics) == is_told


@pytest.mark.e2e
def test_recorded_features_are_what_chromium_paints() -> None:
    async def run() -> Image.Image:
        async with browser() as chromium:
            return await record(DATA / "features.txt", chromium)

    recorded = asyncio.run(run())
    if os.environ.get("EMBLAZON_REFRESH"):
        recorded.save(DATA / "features.png", optimize=True)
    assert ImageChops.difference(recorded, Image.open(DATA / "features.png").convert("RGB")).getbbox() is None
