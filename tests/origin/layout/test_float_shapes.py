"""Shapes of floats: how far they reach beside a line, and where they are not followed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emblazon_origin.layout.flow.float_placement import MAX_FLOAT_SHAPES
from emblazon_origin.layout.flow.float_shape import FloatShape
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]


def shape(*points: tuple[float, float], margin: float = 0.0) -> FloatShape:
    """A polygon in a margin box of 100 px."""
    corners = np.array(points, np.float64)
    return FloatShape(np.concatenate((corners, np.roll(corners, -1, axis=0)), axis=1), margin, 100.0, 100.0)


TRIANGLE = ((0.0, 20.0), (60.0, 20.0), (0.0, 80.0))


def test_a_line_keeps_clear_of_the_widest_part_beside_it() -> None:
    extent = shape(*TRIANGLE).extent(40.0, 60.0)
    assert extent is not None
    assert extent[1] == pytest.approx(40.0, abs=0.05)


@pytest.mark.parametrize(("top", "bottom"), [(0.0, 20.0), (80.0, 100.0)])
def test_above_and_below_the_shape_nothing_is_kept_clear(top: float, bottom: float) -> None:
    assert shape(*TRIANGLE).extent(top, bottom) is None


def test_a_margin_grows_the_shape_all_around() -> None:
    extent = shape(*TRIANGLE, margin=10.0).extent(10.5, 19.0)
    assert extent is not None
    assert extent[1] == pytest.approx(70.0, abs=0.1)


def test_the_margin_box_cuts_the_shape() -> None:
    assert shape((0.0, 0.0), (300.0, 0.0), (300.0, 100.0), (0.0, 100.0)).extent(10.0, 20.0) == (0.0, 100.0)


def findings(html: str) -> list[tuple[str, str]]:
    report = Report()
    Engine(FontLibrary(ROOT / "fonts"), outside=True).draw(
        RenderRequest(html, "", width=200, height=100), report
    )
    return [(found.code, found.where) for found in report.diagnostics if found.where == "shape-outside"]


def test_pictures_beyond_all_work_are_not_drawn_for_their_shapes() -> None:
    picture = "width:9000px;height:9000px;shape-outside:radial-gradient(red,transparent)"
    report = Report()
    html = f"<p style='float:left;{picture}'></p>text"
    Engine(FontLibrary(ROOT / "fonts"), outside=True).draw(
        RenderRequest(html, "", width=200, height=100), report
    )
    assert [found.code for found in report.diagnostics] == ["limit"]


def test_many_shapes_say_that_the_later_ones_are_boxes() -> None:
    one = "<p style='float:left;width:4px;height:4px;margin:0;shape-outside:circle()'></p>"
    assert findings(one * MAX_FLOAT_SHAPES + "text") == []
    assert findings(one * (MAX_FLOAT_SHAPES + 1) + "text") == [("limit", "shape-outside")]
