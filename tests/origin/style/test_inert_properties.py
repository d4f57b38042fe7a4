"""Every property that Chromium knows is drawn, has no effect on a still picture, or is reported.

`data/properties.json` holds the names that Chromium knows, and the values on which the e2e test tries those
that are said to have no effect: Chromium paints the same with and without them.
"""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from emblazon_origin.report import Report
from emblazon_origin.style.properties import other
from emblazon_origin.style.style_document import style_document
from emblazon_origin.style.syntax import registry
from emblazon_origin.style.syntax.registry import Other
from emblazon_origin.style.values.units import Viewport
from fidelity.chromium import browser

assert other  # importing the package fills the registry
HERE = Path(__file__).parent
SIZE = (400, 300)
# Animations run on in a browser; a card shows where they end.
ANIMATED = ("animation", "transition", "-webkit-animation", "-webkit-transition")
# Form controls and MathML are not drawn, and every one of them is reported.
# Chromium 156 stops painting once a trigger names a timeline that is not there.
STOPS_CHROMIUM = "timeline-trigger"
REPORTED_ELEMENTS = ("appearance", "-webkit-appearance", "accent-color", "field-sizing", "math-style")


def test_every_property_of_chromium_is_known(recorded: Callable[[str], Any]) -> None:
    names = [name for name in recorded("properties")["names"] if name != "all"]
    assert [name for name in names if registry.find(name) is None] == []


def test_every_property_without_support_is_reported(recorded: Callable[[str], Any]) -> None:
    rows = [row for row in registry.PROPERTIES.values() if isinstance(row, Other) and row.status == "no"]
    assert len(rows) > 10
    silent = []
    for row in rows:
        report = Report()
        html = f"<style>p {{ {row.name}: some-value }}</style><p>x"
        style_document(html, base="", viewport=Viewport(100, 100), report=report)
        if [(d.code, d.where) for d in report.diagnostics] != [("css-unsupported-property", row.name)]:
            silent.append(row.name)
    assert silent == []


def test_value_that_changes_nothing_is_no_finding() -> None:
    report = Report()
    html = "<style>p { zoom: 1; writing-mode: horizontal-tb; columns: auto; shape-outside: none }</style><p>x"
    style_document(html, base="", viewport=Viewport(100, 100), report=report)
    assert report.diagnostics == []


@pytest.mark.e2e
def test_chromium_paints_the_same_with_and_without_inert_properties(recorded: Callable[[str], Any]) -> None:
    data = recorded("properties")
    tried = [
        (row.name, value)
        for row in registry.PROPERTIES.values()
        if isinstance(row, Other) and row.status == "inert" and not row.name.startswith(ANIMATED)
        if row.name not in REPORTED_ELEMENTS and not row.name.startswith(STOPS_CHROMIUM)
        for value in data["values"]
    ]
    changed = asyncio.run(_changed((HERE / "data" / "probe.html").as_uri(), tried))
    assert changed == []


async def _changed(url: str, tried: list[tuple[str, str]]) -> list[str]:
    """Return the declarations that change what Chromium paints; those that it does not parse are left out."""
    async with browser() as page:
        await page.load(url, *SIZE)
        before = await _shot(page)
        changed = []
        for name, value in tried:
            if await page.evaluate(f"CSS.supports({name!r}, {value!r})"):
                await page.evaluate(f"document.getElementById('tried').textContent = '.p{{{name}:{value}}}'")
                if ImageChops.difference(await _shot(page), before).getbbox() is not None:
                    changed.append(f"{name}: {value}")
        return changed


async def _shot(page: Any) -> Image.Image:
    shot = await page.call("Page.captureScreenshot", format="png")
    return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
