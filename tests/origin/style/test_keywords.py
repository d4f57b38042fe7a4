"""Every keyword that changes what Chromium paints changes what Emblazon paints, or is a finding.

`data/keywords.json` holds for each property the keywords with which Chromium paints `data/probe.html` visibly
differently; the e2e test records them again (with EMBLAZON_REFRESH=1 it writes them).
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sweeps import sweep

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary
from fidelity.chromium import Browser, browser

DATA = Path(__file__).parent / "data"
KEYWORDS: dict[str, list[str]] = json.loads((DATA / "keywords.json").read_text())
PLACE = "<style id=tried></style>"
WIDTH, HEIGHT = 400, 300
VISIBLE = 48  # of 255
FEW = 3  # pixels that rasterisers differ by


def tried(name: str, value: str) -> str:
    """Return the rule that tries a value on many kinds of boxes."""
    return f".p{{{name}:{value} !important}}"


def visibly_other(one: Image.Image, other: Image.Image) -> bool:
    """True where more than a few pixels differ visibly."""
    difference = np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max(axis=-1)
    return int((difference > VISIBLE).sum()) > FEW


@cache
def engine() -> Engine:
    return Engine(FontLibrary(find_home().fonts), outside=True)


def draw(css: str) -> tuple[Image.Image, set[str]]:
    """Return Emblazon's picture of the probe, and its findings."""
    html = (DATA / "probe.html").read_text(encoding="utf-8").replace(PLACE, f"<style>{css}</style>")
    report = Report()
    picture = engine().draw(RenderRequest(html, "", width=WIDTH, height=HEIGHT), report)
    return picture.convert("RGB"), {finding.message for finding in report.diagnostics}


@cache
def untouched() -> tuple[Image.Image, set[str]]:
    return draw("")


@pytest.mark.parametrize("name", sweep(KEYWORDS, quick=2))
def test_keyword_that_chromium_draws_is_drawn_or_reported(name: str) -> None:
    before, known = untouched()
    silent = []
    for value in KEYWORDS[name]:
        after, findings = draw(tried(name, value))
        if not visibly_other(before, after) and findings <= known:
            silent.append(value)
    assert silent == []


@pytest.mark.e2e
def test_recorded_keywords_are_those_that_chromium_draws(recorded: Callable[[str], Any]) -> None:
    candidates = recorded("keyword_candidates")
    drawn = asyncio.run(_drawn_by_chromium(candidates))
    if os.environ.get("EMBLAZON_REFRESH"):
        (DATA / "keywords.json").write_text(json.dumps(drawn, indent=0) + "\n")
    assert drawn == KEYWORDS


async def _drawn_by_chromium(candidates: dict[str, list[str]]) -> dict[str, list[str]]:
    async with browser() as page:
        await page.load((DATA / "probe.html").as_uri(), WIDTH, HEIGHT)
        before = await _shot(page)
        drawn: dict[str, list[str]] = {}
        for name, values in candidates.items():
            for value in values:
                rule = json.dumps(tried(name, value))
                await page.evaluate(f"document.getElementById('tried').textContent = {rule}")
                if visibly_other(before, await _shot(page)):
                    drawn.setdefault(name, []).append(value)
        return drawn


async def _shot(page: Browser) -> Image.Image:
    shot = await page.call("Page.captureScreenshot", format="png")
    return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
