"""Items draw nothing beyond what they say that they may touch: that decides what is drawn again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from sweeps import sweep

from emblazon_origin.paint import canvas, stacking
from emblazon_origin.paint.display_list import Item
from emblazon_origin.paint.painter import Painter
from emblazon_origin.paint.raster.geometry import IntRect
from emblazon_origin.paint.raster.rasterizer import Clip
from emblazon_origin.paint.raster.surface import Surface
from emblazon_origin.paint.work import Work
from emblazon_origin.render import Engine, RenderRequest, paint
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
CARDS = sorted((ROOT / "tests" / "fidelity" / "cases").glob("*/*.html"))
WIDTH, HEIGHT = 480, 252
FAR = "<!doctype html><body style='margin: 60px; font: 24px/1 Inter'>"
LINES = [
    "<u style='text-underline-offset: 60px'>far below</u>",
    "<u style='text-decoration: underline wavy 5px'>waves</u>",
    "<s style='text-decoration: overline double 4px; text-shadow: 30px -40px 3px red'>above</s>",
    "<b style='font-family: Noto Sans Thai'>ที่ฐานญู</b> <i>ffjÅg̈</i> นี้",
    "<span style='font-size: 60px'>नमस्ते ट्रु</span><sup>x</sup>",
    "<span style='font-size: 50px'>سُلَيْمَانُ ﷽</span> 🎉 👩‍👩‍👧‍👦",
    "Z\u0351\u0357\u0334\u0327a\u0310\u035d l\u0323g\u0332o",
    "<span style='-webkit-text-stroke: 7px navy'>stroke</span>",
    "<p style='transform: rotate(40deg) skewX(20deg)'>Turned gÅ</p>",
]


@cache
def engine() -> Engine:
    """Return an engine that keeps nothing of these documents."""
    return Engine(FontLibrary(ROOT / "fonts"), outside=True)


def items(html: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """Return the items of a card that are drawn by themselves."""
    found: list[Item] = []
    build = stacking.build_display_list

    def kept(*arguments: object) -> object:
        built = build(*arguments)  # type: ignore[arg-type]
        found.extend(item for item in built if isinstance(item, Item))
        return built

    monkeypatch.setattr(canvas, "build_display_list", kept)
    request = RenderRequest(html, folder, "", WIDTH, HEIGHT)
    report = Report()
    paint(request, engine().lay_out(request, report), report)
    return found


def beyond(item: Item) -> IntRect:
    """Return what an item draws where it has no ink."""
    box = IntRect(0, 0, WIDTH, HEIGHT)
    surface = Surface(box)
    ink = item.device_ink()
    item.draw(item_painter(item, surface, box))
    inside = ink.intersect(box)
    if surface.alpha is None:  # the item covers everything
        surface.alpha = Image.new("L", box.size, 255)
    if not inside.is_empty:
        surface.alpha.paste(0, inside)
    return surface.inked()


def item_painter(item: Item, surface: Surface, box: IntRect) -> Painter:
    """Return what draws an item on a surface of its own."""
    clip = Clip(box) if item.clip is None else item.clip.resolve(Clip(box), Work.of_canvas(WIDTH * HEIGHT))
    return Painter(surface, item.matrix, clip)


@pytest.mark.parametrize("path", sweep(CARDS, quick=40), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_items_of_cards_draw_nothing_beyond_their_ink(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for item in items(path.read_text(encoding="utf-8"), str(path.parent), monkeypatch):
        assert beyond(item).is_empty, item.device_ink()


@pytest.mark.parametrize("line", LINES)
def test_marks_lines_and_shadows_are_within_the_ink(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = items(FAR + line, "", monkeypatch)
    assert found
    for item in found:
        assert beyond(item).is_empty, item.device_ink()
