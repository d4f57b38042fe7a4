"""Cards of thousands of elements: drawn whole, and in steps that grow as their number does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from emblazon_origin.limits import MAX_DEPTH
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.style.document.html import parse_html
from emblazon_origin.style.style_document import style_document
from emblazon_origin.style.values.units import Viewport
from emblazon_origin.text.fonts.font_library import FontLibrary
from emblazon_origin.text.lines.plain_paragraph import plain_paragraph

ROOT = Path(__file__).parents[2]
STYLE = """<!doctype html><style>
body { margin: 0; font: 8px Inter } main { display: flex; flex-wrap: wrap }
i { width: 12px; height: 6px; margin: 1px; background: #36c } p { margin: 1px; background: #eef }
</style><main>"""
TEXTS = "".join(f"<p>item {number}</p>" for number in range(3_000))


@cache
def engine() -> Engine:
    """Return an engine with the fonts of this project."""
    return Engine(FontLibrary(ROOT / "fonts"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "items", ["<i></i>" * 6_000, TEXTS],
    ids=["6,000 without text", "3,000 with a text of their own"],
)  # fmt: skip
def test_thousands_of_flex_items_are_drawn_whole(items: str) -> None:
    report = Report()
    engine().draw(RenderRequest(STYLE + items, "", "", 1200, 630), report)
    assert report.diagnostics == []


def lines_of(work: Callable[[], object]) -> int:
    """Return how many lines of the style stage are run."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if "/style/" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_elements_beyond_the_deepest_level_are_parsed_in_steps_of_their_number() -> None:
    def parse(count: int) -> None:
        parse_html("<bdi>" * MAX_DEPTH + "<u></u>" * count, Report())

    few, many = lines_of(lambda: parse(500)), lines_of(lambda: parse(1_000))
    assert many < 2 * few


@pytest.mark.slow
def test_each_of_thousands_of_texts_in_a_flex_container_is_shaped_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shaped = 0

    def counted(*given: Any) -> Any:
        nonlocal shaped
        shaped += 1
        return plain_paragraph(*given)

    monkeypatch.setattr("emblazon_origin.text.lines.prepare.plain_paragraph", counted)
    engine().draw(RenderRequest(STYLE + TEXTS, "", "", 1200, 630), Report())
    assert shaped == 3_000


def test_pictures_beside_each_other_look_at_no_more_sources_than_there_are_steps() -> None:
    def style(count: int) -> None:
        view = Viewport(300.0, 200.0, 1.0, "light")
        style_document("<picture>" + "<img>" * count, base="", viewport=view, report=Report())

    few, many = lines_of(lambda: style(1_000)), lines_of(lambda: style(2_000))
    assert many < 2.2 * few
