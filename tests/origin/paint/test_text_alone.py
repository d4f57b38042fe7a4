"""Lines whose inline boxes show nothing are drawn as their text alone: with the pixels of the longer way."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from emblazon_origin.paint.text import line_items
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
BODY = (
    "<!doctype html><style>u { text-decoration: 12px underline red; text-underline-offset: -20px;"
    "text-decoration-skip-ink: none }</style><body style='margin: 20px; font: 40px/0.7 Inter; color: #123'>"
)
LINES = [
    "plain <b>bold <i>both</i></b> plain",
    "<span>one <span>in</span></span><span>style</span> <b style='letter-spacing: -6px'>narrow</b>",
    "<b style='-webkit-text-stroke: 9px red'>stroked</b>over<em style='color: #0808'>seen through</em>",
    "far<b style='text-shadow: -20px 4px 2px red'>shadow</b>ed <i style='color: #ddd'>low</i>",
    "<u>over<b style='margin-left: -40px'>this</b></u> and <s>that</s>",
    "<b style='background: #fd0'>behind</b> <b style='outline: 4px solid'>around</b> j<b>f</b>j",
    "<b style='opacity: .5'>group <i>in</i></b> <b style='isolation: isolate'>apart</b> rest",
    "<b style='position: relative; top: 9px'>raised</b> <i>not</i><br><b>broken<br>lines</b> g",
    "🎉 <b>日本 नमस्ते</b> <bdo dir=rtl>turned <b>round</b></bdo> العربية <b>سلام</b>",
]


@cache
def engine() -> Engine:
    """Return an engine that keeps nothing of these documents."""
    return Engine(FontLibrary(ROOT / "fonts"), outside=True)


def pixels(html: str) -> bytes:
    return engine().draw(RenderRequest(html, "", "", 480, 252), Report()).tobytes()


@pytest.mark.parametrize("line", LINES)
def test_text_alone_has_the_pixels_of_the_longer_way(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = pixels(BODY + line)
    monkeypatch.setattr(line_items, "_is_text_alone", lambda line: not line.boxes)
    assert pixels(BODY + line) == drawn
