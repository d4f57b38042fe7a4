"""What is alike within a document or from one card to the next is worked out once."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from emblazon_origin import caching
from emblazon_origin.encode.color_runs import pairs_of
from emblazon_origin.layout.boxes.box import Rect
from emblazon_origin.layout.boxes.fragment import Fragment
from emblazon_origin.layout.layout_work import PASSES
from emblazon_origin.paint.display_list import Group, Item
from emblazon_origin.paint.kept_display import KeptDisplay
from emblazon_origin.paint.raster.geometry import IDENTITY, IntRect
from emblazon_origin.paint.raster.surface import Surface
from emblazon_origin.paint.work import Work
from emblazon_origin.processes import GarbageBetweenJobs
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.style.cascade.font_properties import Computed
from emblazon_origin.style.style_document import style_document
from emblazon_origin.style.values.dom import Element
from emblazon_origin.style.values.units import Viewport
from emblazon_origin.style.values.value_types import Color
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[2]


@cache
def engine() -> Engine:
    """Return an engine with the fonts of this project."""
    return Engine(FontLibrary(ROOT / "fonts"))


def drawn(body: str) -> Report:
    """Draw a page and return what it has to say."""
    report = Report()
    engine().draw(RenderRequest(f"<!doctype html><body>{body}", "", "", 400, 300), report)
    return report


def elements(root: Element) -> Iterator[Element]:
    """Yield an element and all below it."""
    yield root
    for child in root.children:
        if isinstance(child, Element):
            yield from elements(child)


@pytest.mark.parametrize(
    "display", ["flex", "flex; flex-direction: column", "grid; grid-template-columns: 100px 1fr"]
)
def test_items_that_lie_as_they_were_measured_are_laid_out_once(display: str) -> None:
    items = "<div>one</div><div>two</div><div>three</div>"
    page = f"<!doctype html><body style='font: 16px Inter'><main style='display: {display}'>{items}</main>"
    layout = engine().lay_out(RenderRequest(page, "", "", 400, 300), Report()).layout
    container = layout.root
    while container.kind not in ("flex", "grid"):
        (container,) = container.children
    (fragment,) = layout.results.of(container).fragments.values()
    laid_out = [asked.node for asked in fragment.asked or () if asked.constraints is not None]
    assert laid_out == container.children


def test_nested_columns_are_laid_out_once_for_the_height_that_they_have() -> None:
    def work(depth: int) -> float:
        column = "<div style='display:flex;flex-direction:column'>"
        return drawn(column * depth + "<p>text</p>").work["layout"]

    assert work(20) - work(4) == pytest.approx(16 * PASSES["flex"])


def test_rows_that_look_alike_share_their_styles() -> None:
    rows = "<li class=row><b style='color:red'>name</b><i>date</i></li>" * 3
    html = (
        f"<!doctype html><style>ul{{display:flex}}.row{{padding:1em}}.row i{{margin:2px}}</style><ul>{rows}"
    )
    document = style_document(html, base="", viewport=Viewport(400, 300, 1.0, "light"), report=Report())
    for tag in ("li", "b", "i"):
        styles = [element.style for element in elements(document.root) if element.tag == tag]
        assert len(styles) == 3
        assert styles[0] is styles[1] is styles[2]


def test_styles_below_different_parents_stay_apart() -> None:
    html = "<!doctype html><p style='color:red'><b>x</b></p><p style='color:blue'><b>x</b></p><p><b>x</b></p>"
    document = style_document(html, base="", viewport=Viewport(400, 300, 1.0, "light"), report=Report())
    colors = [element.style.color for element in elements(document.root) if element.tag == "b"]
    assert len(set(colors)) == 3


def test_stroked_letters_are_rasterised_once_wherever_they_stand() -> None:
    style = "font:40px 'JetBrains Mono';-webkit-text-stroke:3px red"  # each letter is 24 px wide
    drawn(f'<p style="{style}">ab cd</p>')
    before = caching.held()["masks"].entries
    drawn(f'<p style="{style}">dcab bad</p>')
    assert caching.held()["masks"].entries == before


def test_cards_of_one_template_in_turn_share_the_picture_of_what_they_have_in_common() -> None:
    box = IntRect(0, 0, 10, 10)
    kept = KeptDisplay(100)
    painted: list[int] = []

    def item() -> Item:
        return Item(Rect(0, 0, 10, 10), IDENTITY, None, lambda painter: None)

    def canvas() -> Surface:
        painted.append(kept.drawing)
        return Surface(box, Color(1, 1, 1))

    for turn in range(8):
        kept.begin(box)
        items: list[Item | Group] = [kept.get("panel", None, item), kept.get(f"title {turn % 2}", None, item)]
        kept.play(items, "canvas", canvas, Work.of_canvas(100, 0.0))
    assert painted == [1, 2]


class Knot:
    """Garbage that only the collector finds: it holds itself."""

    def __init__(self) -> None:
        self.own = self


def test_garbage_is_found_between_jobs_and_not_before() -> None:
    was_on = gc.isenabled()
    try:
        garbage = GarbageBetweenJobs()
        knot = weakref.ref(Knot())
        assert not gc.isenabled()
        assert knot() is not None
        for _ in range(32):
            garbage.job_done()
        assert knot() is None
    finally:
        if was_on:
            gc.enable()


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The generations that are looked through, in order; the collector is as it was afterwards."""
    generations: list[int] = []
    search, was_on = gc.collect, gc.isenabled()

    def collect(generation: int = 2) -> int:
        generations.append(generation)
        return search(generation)

    monkeypatch.setattr(gc, "collect", collect)
    yield generations
    if was_on:
        gc.enable()


def test_all_garbage_is_looked_for_only_as_objects_grow(searched: list[int]) -> None:
    garbage = GarbageBetweenJobs()
    for _ in range(500):
        garbage.job_done()
    assert searched == [1] * 15
    for _ in range(500):
        garbage.job_done(was_kept=True)
    assert searched == [1] * 15, "a card of a kept document leaves none"
    kept = [[number] for number in range(len(gc.get_objects()) // 2 + 60_000)]
    garbage.job_done(was_kept=True)
    assert searched[-1] == 2
    del kept
    for _ in range(64):
        garbage.job_done()
    assert searched[-1] == 1


def test_garbage_that_was_found_is_no_growth(searched: list[int]) -> None:
    garbage = GarbageBetweenJobs()
    for _ in range(40):
        for _ in range(len(gc.get_objects()) // 40 + 5_000):
            Knot()
        garbage.job_done()
    assert set(searched) == {1}


def test_garbage_is_looked_for_less_often_while_what_grows_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    known, new, unused, searches = 400_000, 0, 0, 0

    def collect(generation: int = 2) -> int:
        nonlocal known, new, searches
        known, new, searches = known + new - unused, 0, searches + 1
        return unused

    monkeypatch.setattr(gc, "get_objects", lambda: range(known))
    monkeypatch.setattr(gc, "get_count", lambda: (new, 0, 0))
    monkeypatch.setattr(gc, "collect", collect)
    was_on = gc.isenabled()
    try:
        garbage = GarbageBetweenJobs()

        def searches_after(*growths: int) -> list[int]:
            nonlocal new
            found = []
            for growth in growths:
                new += growth
                garbage.job_done(was_kept=True)
                found.append(searches)
            return found

        assert searches_after(100_000, 1) == [0, 1], "a quarter"
        assert searches_after(200_000, 50_002) == [1, 2], "then a half"
        assert searches_after(500_000, 250_004) == [2, 3], "then as much again"
        unused = 300_000
        assert searches_after(1_400_000, 200_000) == [3, 4]
        assert searches_after(600_000, 100_003) == [4, 5], "a quarter, where some of it was garbage"
    finally:
        if was_on:
            gc.enable()


def test_pixels_are_read_without_leaving_garbage() -> None:
    pictures = [Image.new("RGB", (width, 9)) for width in range(10, 60)]
    gc.collect()
    for picture in pictures:
        pairs_of(picture)
    assert gc.collect() == 0


@pytest.mark.parametrize("kind", [Fragment, Computed])
def test_copies_have_all_that_was_there(kind: type[Fragment | Computed]) -> None:
    made = kind.__new__(kind)
    for field in fields(kind):
        setattr(made, field.name, object())
    copied = made.copied()
    assert copied is not made
    names = {field.name for field in fields(kind)} - {"box"}  # which a fragment becomes where it lies
    assert all(getattr(copied, name) is getattr(made, name) for name in names)
