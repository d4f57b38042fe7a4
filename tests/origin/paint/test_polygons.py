"""Strokes are polygons in arrays: as such and as commands they are the same."""

from __future__ import annotations

import pytest

from emblazon_origin.paint.raster.geometry import Matrix
from emblazon_origin.paint.raster.path import MANY, Path, ellipse_path
from emblazon_origin.paint.raster.rasterizer import Mask, coverage
from emblazon_origin.paint.raster.stroke import Dashes, stroke_path


def _pixels(mask: Mask | None) -> tuple[object, ...]:
    assert mask is not None
    return mask.box, mask.image.tobytes()


@pytest.mark.parametrize("radius", [3.0, 40.5])
def test_arrays_and_commands_draw_the_same(radius: float) -> None:
    as_arrays = stroke_path(ellipse_path(60.25, 50.5, radius, radius), 3.0, closed=True)
    as_commands = Path(stroke_path(ellipse_path(60.25, 50.5, radius, radius), 3.0, closed=True).commands)
    assert as_arrays.size == as_commands.size
    assert bool(as_arrays.polygons) == (as_arrays.size > MANY)
    assert as_arrays.bounds() == as_commands.bounds()
    assert _pixels(coverage(as_arrays)) == _pixels(coverage(as_commands))


@pytest.mark.parametrize("matrix", [Matrix(e=0.25), Matrix(0.5, 0.3, -0.4, 2.0, 7.0, -3.5)])
def test_arrays_and_commands_are_mapped_alike(matrix: Matrix) -> None:
    as_arrays = stroke_path(ellipse_path(60.25, 50.5, 40.5, 40.5), 3.0, closed=True)
    as_commands = Path(stroke_path(ellipse_path(60.25, 50.5, 40.5, 40.5), 3.0, closed=True).commands)
    assert as_arrays.polygons
    assert as_arrays.transform(matrix).commands == as_commands.transform(matrix).commands


@pytest.mark.parametrize("shift", [0.25, 0.5, 0.75])
def test_a_stroke_that_is_moved_is_that_of_what_is_moved(shift: float) -> None:
    moved = stroke_path(ellipse_path(60.25, 50.5, 40.5, 40.5), 3.0, closed=True).transform(Matrix(e=shift))
    of_moved = stroke_path(ellipse_path(60.25 + shift, 50.5, 40.5, 40.5), 3.0, closed=True)
    assert _pixels(coverage(moved)) == _pixels(coverage(of_moved))


def test_what_is_added_behind_polygons_stays_behind_them() -> None:
    stroke = stroke_path(ellipse_path(60, 50, 40, 40), 3.0, closed=True)
    path = stroke_path(ellipse_path(60, 50, 40, 40), 3.0, closed=True)
    path.move(1, 2).line(3, 4).line(5, 6).close()
    added = [("M", (1, 2)), ("L", (3, 4)), ("L", (5, 6)), ("Z", ())]
    assert path.commands == [*stroke.commands, *added]
    assert path.polygons == []


def test_dashes_lie_along_each_segment_that_they_touch() -> None:
    line = Path().move(0, 10).line(7, 10).line(13, 10).line(40, 10)
    dashed = stroke_path(line, 2.0, lambda length, closed: Dashes(10, 5))
    contours = [contour for contour, _ in dashed.contours()]
    spans = sorted((min(x for x, _ in contour), max(x for x, _ in contour)) for contour in contours)
    assert [span for span in spans if span[0] != span[1]] == [(0, 7), (7, 10), (15, 25), (30, 40)]
