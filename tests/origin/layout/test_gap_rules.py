"""Rules in the gaps of grid, flex and multi-column containers lie where Chromium draws them.

`data/gap-rules.txt` has the containers, class `g`; `data/gap-rules.json` the rectangles of ink that Chromium
draws for 4 px rules between columns and between rows: `EMBLAZON_REFRESH=1 pytest -k recorded` records them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary
from fidelity.chromium import browser

DATA = Path(__file__).parent / "data"
SIZE = 500, 400
COLORS = {"column": (255, 0, 0), "row": (0, 0, 255)}

Rect = list[int]
Rules = dict[str, list[Rect]]


@cache
def cases() -> dict[str, str]:
    parts = re.split(r"^=== (\S+)\n", (DATA / "gap-rules.txt").read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@cache
def recorded() -> dict[str, Rules]:
    found: dict[str, Rules] = json.loads((DATA / "gap-rules.json").read_text())
    return found


@cache
def engine() -> Engine:
    return Engine(FontLibrary(find_home().fonts))


def page(axis: str, body: str) -> str:
    color = f"rgb{COLORS[axis]}"
    return f"<!doctype html><style>body{{margin:0}}.g{{{axis}-rule:4px solid {color}}}</style>{body}"


def rectangles(picture: Image.Image, axis: str) -> list[Rect]:
    """Return the rectangles of a colour, from the top."""
    ink = (np.asarray(picture.convert("RGB")) == COLORS[axis]).all(-1)
    found: list[Rect] = []
    while ink.any():
        y, x = (int(at) for at in np.argwhere(ink)[0])
        right = x + int(np.argmin(np.append(ink[y, x:], False)))
        bottom = y + int(np.argmin(np.append(ink[y:, x:right].all(-1), False)))
        ink[y:bottom, x:right] = False
        found.append([x, y, right - x, bottom - y])
    return found


def drawn(html: str) -> Image.Image:
    return engine().draw(RenderRequest(html, base="", width=SIZE[0], height=SIZE[1]), Report())


@pytest.mark.parametrize("name", cases())
def test_rules_lie_where_chromium_draws_them(name: str) -> None:
    found = {axis: rectangles(drawn(page(axis, cases()[name])), axis) for axis in COLORS}
    assert found == recorded()[name]


def test_rules_lie_below_what_is_in_the_container() -> None:
    item = "<div style='margin: 0 -20px; background: #0f0; order: -1; height: 9px'></div>"
    body = f"<div class=g style='display: flex; gap: 20px'>{item}{item}</div>"
    for axis in COLORS:
        assert rectangles(drawn(page(axis, body)), axis) == []


def test_too_many_rules_are_a_finding() -> None:
    report = Report()
    grid = "display: grid; grid: repeat(60, 4px) / repeat(60, 4px); gap: 2px; rule-break: intersection"
    request = RenderRequest(page("row", f"<div class=g style='{grid}'>"), base="", width=500, height=400)
    engine().draw(request, report)
    assert [finding.code for finding in report.diagnostics] == ["limit"]


async def _record() -> dict[str, Rules]:
    found: dict[str, Rules] = {}
    async with browser() as chromium:
        for name, body in cases().items():
            found[name] = {}
            for axis in COLORS:
                picture = await chromium.screenshot(f"data:text/html,{quote(page(axis, body))}", *SIZE)
                found[name][axis] = rectangles(picture, axis)
    return found


@pytest.mark.e2e
def test_the_recorded_rules_are_what_chromium_draws() -> None:
    fresh = asyncio.run(_record())
    if os.environ.get("EMBLAZON_REFRESH"):
        lines = [f"  {json.dumps(name)}: {json.dumps(rules)}" for name, rules in fresh.items()]
        (DATA / "gap-rules.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    assert fresh == json.loads((DATA / "gap-rules.json").read_text())
