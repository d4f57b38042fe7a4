"""`transform`, `perspective` and their origins as matrices: CSS Transforms 1 §8 and §13, Transforms 2 §12."""

from __future__ import annotations

from math import cos, radians, sin, tan

from ...layout.boxes.box import Box, Rect
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import Length, Position, Transform, TransformOrigin
from ..raster.geometry import IDENTITY, Matrix
from .motion_path import motion_matrix
from .solid import (
    IDENTITY_3D,
    Solid,
    foreshortening,
    from_columns,
    moved,
    nearest_plane_map,
    of_plane,
    product,
    turn,
)

FLAT = frozenset(("matrix", "translate", "scale", "rotate", "skew", "offset"))


def transform_matrix(style: ComputedStyle, border_box: Rect, dpr: float) -> Matrix:
    """Return the matrix of a box in scaled px; `border_box` is in scaled px and not yet transformed.

    Of 3D functions it is the plane map that is nearest to how they show the box.
    """
    if not style.transform:
        return IDENTITY
    if not is_flat(style):
        return _tidy(nearest_plane_map(transform_solid(style, border_box, dpr), border_box))
    width, height = border_box.width, border_box.height
    ox, oy = _origin(style.transform_origin, border_box, dpr)
    matrix = Matrix(e=ox, f=oy)
    for function in style.transform:
        if function.name == "offset":
            matrix = matrix.then(_onto_path(style, function, border_box, dpr))
        else:
            matrix = matrix.then(_function(function, width, height, dpr))
    return _tidy(matrix.then(Matrix(e=-ox, f=-oy)))


def transform_box(box: Box) -> Rect:
    """Return the box that a transform and its origin are about (CSS Transforms 1 §8)."""
    return box.content_box if box.style.transform_box in ("content-box", "fill-box") else box.border_box


def is_flat(style: ComputedStyle) -> bool:
    """True where no function of a box's transform leaves its plane."""
    return all(function.name in FLAT for function in style.transform)


def transform_solid(style: ComputedStyle, border_box: Rect, dpr: float) -> Solid:
    """Return the 4×4 matrix of a box's transform, about its origin."""
    ox, oy = _origin(style.transform_origin, border_box, dpr)
    oz = style.transform_origin.z * dpr
    total = moved(ox, oy, oz)
    for function in style.transform:
        if function.name == "offset":
            total = product(total, of_plane(_onto_path(style, function, border_box, dpr)))
        else:
            total = product(total, _solid(function, border_box.width, border_box.height, dpr))
    return product(total, moved(-ox, -oy, -oz))


def perspective_solid(style: ComputedStyle, border_box: Rect, dpr: float) -> Solid:
    """Return the matrix that a box's `perspective` gives its children (CSS Transforms 2 §7)."""
    if style.perspective is None:
        return IDENTITY_3D
    ox, oy = _origin(style.perspective_origin, border_box, dpr)
    return product(product(moved(ox, oy), foreshortening(max(1.0, style.perspective), dpr)), moved(-ox, -oy))


def _origin(origin: Position | TransformOrigin, border_box: Rect, dpr: float) -> tuple[float, float]:
    x, y, width, height = border_box
    return x + origin.x.resolve(width / dpr) * dpr, y + origin.y.resolve(height / dpr) * dpr


def _onto_path(style: ComputedStyle, function: Transform, about: Rect, dpr: float) -> Matrix:
    """Return how a box is moved onto its motion path, about its origin of transforms."""
    place = [_number(argument) for argument in function.args]
    own = motion_matrix(style, place, (about.width / dpr, about.height / dpr))
    ox, oy = _origin(style.transform_origin, about, dpr)
    to_corner = Matrix(e=about.x - ox, f=about.y - oy)
    there = Matrix(own.a, own.b, own.c, own.d, own.e * dpr, own.f * dpr)
    return to_corner.then(there).then(Matrix(e=-to_corner.e, f=-to_corner.f))


def _function(function: Transform, width: float, height: float, dpr: float) -> Matrix:
    args = function.args
    match function.name:
        case "matrix":
            a, b, c, d, e, f = (_number(arg) for arg in args)
            return Matrix(a, b, c, d, e * dpr, f * dpr)
        case "translate":
            x = _px(args[0], width, dpr)
            return Matrix(e=x, f=_px(args[1], height, dpr) if len(args) > 1 else 0.0)
        case "scale":
            sx = _number(args[0])
            return Matrix(a=sx, d=_number(args[1]) if len(args) > 1 else sx)
        case "rotate":
            angle = radians(_number(args[0]) % 360)
            return Matrix(cos(angle), sin(angle), -sin(angle), cos(angle))
        case "skew":
            y = _number(args[1]) if len(args) > 1 else 0.0
            return Matrix(b=tan(radians(y)), c=tan(radians(_number(args[0]))))
        case _:
            raise ValueError(f"{function.name}() is not flat")


def _solid(function: Transform, width: float, height: float, dpr: float) -> Solid:
    if function.name in FLAT:
        return of_plane(_function(function, width, height, dpr))
    args = function.args
    match function.name:
        case "translate3d":
            return moved(_px(args[0], width, dpr), _px(args[1], height, dpr), _px(args[2], 0.0, dpr))
        case "scale3d":
            sx, sy, sz = (_number(arg) for arg in args)
            return ((sx, 0.0, 0.0, 0.0), (0.0, sy, 0.0, 0.0), (0.0, 0.0, sz, 0.0), IDENTITY_3D[3])
        case "rotate3d":
            return turn(*(_number(arg) for arg in args))
        case "perspective":
            return foreshortening(_number(args[0]), dpr)
        case _:
            return from_columns([_number(arg) for arg in args], dpr)


def _px(arg: Length | float, basis: float, dpr: float) -> float:
    return arg.resolve(basis / dpr) * dpr if isinstance(arg, Length) else arg * dpr


def _number(arg: Length | float) -> float:
    return arg.px if isinstance(arg, Length) else arg


def _tidy(matrix: Matrix) -> Matrix:
    """Remove the rounding noise of quarter turns and of offsets, so that whole pixels stay whole."""
    return Matrix(*(round(value, 9) + 0.0 for value in matrix))
