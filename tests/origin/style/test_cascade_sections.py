"""The cascade, section by section of its specifications: the colour that Chromium computes for each case.

`data/cascade_sections.json` holds the cases with the colour of `#t`; the e2e test asks Chromium again.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from fidelity.chromium import browser

CASES: list[dict[str, str]] = json.loads(
    (Path(__file__).parent / "data" / "cascade_sections.json").read_text(encoding="utf-8")
)
IDS = [f"{case['section']}: {case['name']}" for case in CASES]


def page(case: dict[str, str]) -> str:
    return f"<!doctype html><html lang=en><body>{case['html']}"


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_cascade_gives_the_colour_that_chromium_computes(case: dict[str, str], style: Any) -> None:
    red, green, blue, _alpha = style(page(case))["#t"].color
    channels = ", ".join(str(round(channel * 255)) for channel in (red, green, blue))
    assert f"rgb({channels})" == case["color"]


@pytest.mark.e2e
def test_chromium_computes_the_recorded_colours() -> None:
    async def ask() -> list[str]:
        async with browser() as chromium:
            colors = []
            for case in CASES:
                await chromium.load(f"data:text/html,{quote(page(case))}", 800, 600)
                script = "getComputedStyle(document.getElementById('t')).color"
                colors.append(str(await chromium.evaluate(script)))
            return colors

    assert asyncio.run(ask()) == [case["color"] for case in CASES]
