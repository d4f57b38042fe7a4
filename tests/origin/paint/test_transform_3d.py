"""3D transform functions as the plane maps that show a box; numbers are those of CSS Transforms 2 §12."""

from __future__ import annotations

from math import cos, radians

import pytest

from emblazon_origin.layout.boxes.box import Rect
from emblazon_origin.paint.effects.transform import transform_matrix
from emblazon_origin.paint.raster.geometry import Matrix
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import ZERO, Length, Transform

BOX = Rect(100, 50, 200, 100)
MIDDLE = (200.0, 100.0)


def matrix(*functions: Transform, dpr: float = 1.0) -> Matrix:
    style = ComputedStyle().replace(transform=functions)
    return transform_matrix(style, Rect(*(value * dpr for value in BOX)), dpr)


def rotate(x: float, y: float, z: float, degrees: float) -> Transform:
    return Transform("rotate3d", (x, y, z, degrees))


def test_a_turn_about_z_is_a_plain_rotation() -> None:
    flat = matrix(Transform("rotate", (30.0,)))
    assert matrix(rotate(0, 0, 1, 30)) == pytest.approx(flat, abs=1e-8)


def test_a_turn_about_x_shortens_the_height() -> None:
    m = matrix(rotate(1, 0, 0, 60))
    assert (m.a, m.d) == pytest.approx((1.0, cos(radians(60))))
    assert m.apply(*MIDDLE) == pytest.approx(MIDDLE)


def test_turns_about_two_axes_slant_the_box() -> None:
    m = matrix(rotate(1, 0, 0, 45), rotate(0, 1, 0, 45))
    assert m.b == pytest.approx(0.5)
    assert m.c == pytest.approx(0.0)


def test_depth_enlarges_with_perspective_alone() -> None:
    near = Transform("translate3d", (ZERO, ZERO, Length(100.0)))
    assert matrix(near) == Matrix()
    m = matrix(Transform("perspective", (400.0,)), near)
    assert (m.a, m.d) == pytest.approx((4 / 3, 4 / 3))
    assert m.apply(*MIDDLE) == pytest.approx(MIDDLE)


def test_perspective_keeps_the_size_that_is_seen_at_any_resolution() -> None:
    functions = (Transform("perspective", (400.0,)), rotate(0, 1, 0, 35))
    one, two = matrix(*functions), matrix(*functions, dpr=2.0)
    assert (one.a, one.d) == pytest.approx((two.a, two.d))
    assert one.a == pytest.approx(0.8363, abs=1e-3)


def test_what_is_behind_the_viewer_is_not_drawn() -> None:
    behind = Transform("translate3d", (ZERO, ZERO, Length(500.0)))
    assert not matrix(Transform("perspective", (400.0,)), behind).is_drawable


def test_matrix3d_lists_its_columns() -> None:
    values = (1.0, 0.1, 0, 0, 0.2, 1.0, 0, 0, 0, 0, 1.0, 0, 7.0, 9.0, 0, 1.0)
    plain = matrix(Transform("matrix", (1.0, 0.1, 0.2, 1.0, 7.0, 9.0)))
    assert matrix(Transform("matrix3d", values)) == pytest.approx(plain)
