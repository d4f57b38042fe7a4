"""`transform` as a matrix: CSS Transforms 1 §8 and §13."""

from __future__ import annotations

from math import cos, radians, sin, tan

from ..layout.boxes import Rect
from ..style.computed import ComputedStyle
from ..style.values import Length, Transform
from .geometry import IDENTITY, Matrix


def transform_matrix(style: ComputedStyle, border_box: Rect, dpr: float) -> Matrix:
    """Return the matrix of a box in scaled px; `border_box` is in scaled px and not yet transformed."""
    if not style.transform:
        return IDENTITY
    width, height = border_box.width, border_box.height
    ox = border_box.x + style.transform_origin.x.resolve(width / dpr) * dpr
    oy = border_box.y + style.transform_origin.y.resolve(height / dpr) * dpr
    matrix = Matrix(e=ox, f=oy)
    for function in style.transform:
        matrix = matrix.then(_function(function, width, height, dpr))
    return _tidy(matrix.then(Matrix(e=-ox, f=-oy)))


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


def _px(arg: Length | float, basis: float, dpr: float) -> float:
    return arg.resolve(basis / dpr) * dpr if isinstance(arg, Length) else arg * dpr


def _number(arg: Length | float) -> float:
    return arg.px if isinstance(arg, Length) else arg


def _tidy(matrix: Matrix) -> Matrix:
    """Remove the rounding noise of quarter turns and of offsets, so that whole pixels stay whole."""
    return Matrix(*(round(value, 9) + 0.0 for value in matrix))
