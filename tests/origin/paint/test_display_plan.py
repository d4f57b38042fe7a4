"""A display list of the boxes of an earlier drawing has the pixels of one that is made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon_origin.paint import display_plan, stacking
from emblazon_origin.prepared import prepared_cards
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
# Texts of one width each, so that all boxes stay; more than one line where a box is narrow.
TEXTS = ["aging 1234", "gaing 4321", "ngaig 2143", "aging 3412", "inagg 1243"]
STYLE = (
    "body { margin: 12px; font-family: Inter; font-variant-numeric: tabular-nums }"
    "p, div { width: 300px; height: 60px; font-size: 30px; line-height: 1 }"
    "b { background: #fd0; border-radius: 5px }"
    "s { position: absolute; top: 9px; left: 30px; z-index: -1; width: 80px; height: 20px; background: red }"
)
PLANNED = {
    "rows and columns": "<p>T</p><div style='display: flex; gap: 9px'><b>T</b><i>here</i></div>",
    "panels": "<div style='border: 3px solid; overflow: hidden; border-radius: 9px; background: tan'>T</div>",
    "turned": "<div style='transform: rotate(5deg)'>T</div><p style='transform: scale(.7)'>T</p>",
    "levels": "<div style='position: relative; z-index: 1'>T<s></s></div>",
    "floats": "<div style='float: right; width: 60px; height: 90px'>T</div><p>T</p>",
    "vertical": "<div style='writing-mode: vertical-rl; height: 160px'>T</div>",
    "inline boxes": "<p>T <b>T</b> <u>T</u></p>",
    "cells": "<table style='empty-cells: hide'><tr><td style='border: 2px solid'>T<td></table>",
}
UNPLANNED = {
    "groups": "<div style='opacity: .5; background: tan'>T</div><p>T</p>",
    "masks": "<div style='background: linear-gradient(red, blue) text; color: transparent'>T</div>",
    "what scrolls": "<div style='overflow: hidden; background: linear-gradient(red, blue) local'>T</div>",
    "raised": "<p>T <b style='position: relative; top: 5px'>T</b></p>",
    "boxes on lines": "<p>T <b style='display: inline-block'>here</b></p>",
    "in space": "<div style='perspective: 300px'><p style='transform: rotateY(20deg)'>T</p></div>",
    "unseen": "<p style='visibility: hidden'>T</p><p>T</p>",
}
# Here texts have widths of their own, and so have boxes.
WIDTHS = ["a", "some", "what is longer", "a", "with more than one line of text", "some", "a thing", "a"]
PILL = (
    "display: flex; width: fit-content; height: auto; padding: 3px 9px; background: tan; border: 2px solid;"
    "border-radius: 20px; box-shadow: 0 2px 4px; outline: 2px dotted red"
)
PICTURE = (
    "<img src='data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 width=%2250%22 height=%229%22>"
    "<path d=%22M0 0h50v9%22/></svg>'>"
)
SAME = "<s style='position: static; grid-area: 1 / 1'></s>"
MOVED = {
    "panels": f"<main style='display: flex'><div style='{PILL}'>T</div><div style='{PILL}'>here</div></main>",
    "one below another": f"<p style='height: auto; background: tan'>T</p><div style='{PILL}'>T</div>",
    "positioned": "<p style='height: auto'>T</p><div style='position: relative; z-index: 1'>T<s></s></div>",
    "rows": "<table style='width: 99%; border-spacing: 9px'><tr style='background: tan'><td>T<td>me</table>",
    "beside what is turned": f"<main style='rotate: 9deg; width: 90px'>T</main><div style='{PILL}'>T</div>",
}
NOT_MOVED = {
    "pictures": f"<p style='height: auto'>T</p><main style='display: grid'>{PICTURE}</main><p>T</p>",
    "clips": "<div style='height: auto; overflow: hidden; border-radius: 9px; background: tan'>T</div>",
    "turned": "<div style='height: auto; transform: rotate(5deg); background: tan'>T</div>",
    "in one place": "<p style='height: auto'>T</p><div style='display: grid'>" + 2 * SAME + "</div>",
    "groups": "<p style='height: auto'>T</p><div style='opacity: .5; width: 90px'><b>here</b></div>",
}


def request(body: str, text: str) -> RenderRequest:
    texts = body.replace("T<", f"{text}<").replace("T ", f"{text} ")
    html = f"<!doctype html><style>{STYLE}</style><body>{texts}"
    return RenderRequest(html, "", "", 400, 200)


@pytest.mark.parametrize("body", [*PLANNED.values(), *UNPLANNED.values()], ids=[*PLANNED, *UNPLANNED])
def test_a_plan_draws_what_boxes_draw(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*TEXTS, "one that takes more lines than those", *TEXTS]
    assert bool(plans_of(body, texts, monkeypatch)) == (body in PLANNED.values())


@pytest.mark.parametrize("body", [*MOVED.values(), *NOT_MOVED.values()], ids=[*MOVED, *NOT_MOVED])
def test_a_plan_draws_boxes_that_move(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = plans_of(body, WIDTHS, monkeypatch)
    assert body in NOT_MOVED.values() or (plans and None not in plans)


def plans_of(body: str, texts: list[str], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Draw with texts in turn, and compare that with drawings of new documents; return what plans gave."""
    plans: list[object] = []
    planned = display_plan.planned_items

    def told(*given: object) -> object:
        plans.append(planned(*given))  # type: ignore[arg-type]
        return plans[-1]

    monkeypatch.setattr(stacking, "planned_items", told)
    engine = Engine(FontLibrary(ROOT / "fonts"))
    drawn = [engine.draw(request(body, text), Report()).tobytes() for text in texts]
    monkeypatch.setattr(prepared_cards, "is_wanted", lambda key: False)
    fresh = Engine(FontLibrary(ROOT / "fonts"))
    assert drawn == [fresh.draw(request(body, text), Report()).tobytes() for text in texts]
    return plans
