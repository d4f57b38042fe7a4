"""Gaps that glyphs cut out of a line below them: upright they are rows of pixels, as outlines have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon_origin.paint.painter import Painter
from emblazon_origin.paint.raster.geometry import Matrix
from emblazon_origin.paint.raster.rasterizer import Mask
from emblazon_origin.paint.text import line_items
from emblazon_origin.paint.text.decoration import DecorationLine, decoration_coverage
from emblazon_origin.paint.text.runs import Origin
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
Drawn = tuple[Painter, DecorationLine, Origin, float]


def pixels(mask: Mask | None) -> tuple[object, ...]:
    assert mask is not None
    return mask.box, mask.image.tobytes()


@pytest.mark.parametrize("line", ["underline", "underline wavy 4px", "underline double", "overline dotted"])
def test_gaps_are_those_of_outlines(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Drawn] = []
    monkeypatch.setattr(line_items, "paint_decoration", lambda *given: drawn.append(given))
    html = (
        f"<body style='margin: 20.3px; font: 40px Inter'><u style='text-decoration: {line}'>jagged Quay</u>"
    )
    Engine(FontLibrary(ROOT / "fonts"), outside=True).draw(RenderRequest(html, "", "", 480, 252), Report())
    (painter, decoration, origin, dpr) = drawn[0]
    upright = pixels(decoration_coverage(painter, decoration, origin, dpr))
    monkeypatch.setattr(Matrix, "is_translation", False)
    assert pixels(decoration_coverage(painter, decoration, origin, dpr)) == upright
