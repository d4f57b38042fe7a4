"""`transform` as a matrix: CSS Transforms 1 §8 and §13."""

from __future__ import annotations

from math import cos, radians, sin, tan

from ...layout.boxes.box import Rect
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import Length, Transform
from ..raster.geometry import IDENTITY, Matrix


def transform_matrix(style: ComputedStyle, border_box: Rect, dpr: float) -> Matrix:
    """Return the matrix of a box in scaled px; `border_box` is in scaled px and not yet transformed."""
    if not style.transform:
        return IDENTITY
    width, height = border_box.width, border_box.height
    ox = border_box.x + style.transform_origin.x.resolve(width / dpr) * dpr
    oy = border_box.y + style.transform_origin.y.resolve(height / dpr) * dpr
    if any(function.name not in FLAT for function in style.transform):
        flat = flattened(style.transform, Rect(border_box.x - ox, border_box.y - oy, width, height), dpr)
        return _tidy(Matrix(e=ox, f=oy).then(flat).then(Matrix(e=-ox, f=-oy)))
    matrix = Matrix(e=ox, f=oy)
    for function in style.transform:
        matrix = matrix.then(_function(function, width, height, dpr))
    return _tidy(matrix.then(Matrix(e=-ox, f=-oy)))


FLAT = frozenset(("matrix", "translate", "scale", "rotate", "skew"))


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


# --- 3D (CSS Transforms 2 §12) --------------------------------------------------------------------------

Solid = tuple[tuple[float, float, float, float], ...]  # rows of a 4×4 matrix


def flattened(functions: tuple[Transform, ...], box: Rect, dpr: float) -> Matrix:
    """Return 3D functions as the plane map that is nearest to how they show a box.

    `box` is relative to the transform's origin. Without perspective that is exact; with it, the box's centre,
    size and slant are right, while its sides stay parallel.
    """
    total = _IDENTITY_3D
    for function in functions:
        total = _product(total, _solid(function, box.width, box.height, dpr))
    if all(total[3][i] == _IDENTITY_3D[3][i] for i in range(4)):
        return Matrix(total[0][0], total[1][0], total[0][1], total[1][1], total[0][3], total[1][3])
    x, y, w, h = box
    corners = [_seen(total, *p) for p in ((x, y), (x + w, y), (x, y + h), (x + w, y + h))]
    if w <= 0 or h <= 0 or any(corner is None for corner in corners):
        return Matrix(a=0.0, d=0.0)  # behind the viewer: nothing is drawn
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (corner for corner in corners if corner is not None)
    a, b = (bx + dx - ax - cx) / (2 * w), (by + dy - ay - cy) / (2 * w)
    c, d = (cx + dx - ax - bx) / (2 * h), (cy + dy - ay - by) / (2 * h)
    mx, my = x + w / 2, y + h / 2
    e, f = (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4
    return Matrix(a, b, c, d, e - a * mx - c * my, f - b * mx - d * my)


_IDENTITY_3D: Solid = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))


def _product(a: Solid, b: Solid) -> Solid:
    rows = [[sum(a[i][k] * b[k][j] for k in range(4)) for j in range(4)] for i in range(4)]
    return tuple((row[0], row[1], row[2], row[3]) for row in rows)


def _seen(m: Solid, x: float, y: float) -> tuple[float, float] | None:
    """Return where a point of the plane is seen; None behind the viewer."""
    w = m[3][0] * x + m[3][1] * y + m[3][3]
    if w <= 1e-6:
        return None
    return (m[0][0] * x + m[0][1] * y + m[0][3]) / w, (m[1][0] * x + m[1][1] * y + m[1][3]) / w


def _solid(function: Transform, width: float, height: float, dpr: float) -> Solid:
    if function.name in FLAT:
        a, b, c, d, e, f = _function(function, width, height, dpr)
        return ((a, c, 0.0, e), (b, d, 0.0, f), _IDENTITY_3D[2], _IDENTITY_3D[3])
    args = function.args
    match function.name:
        case "translate3d":
            x, y = _px(args[0], width, dpr), _px(args[1], height, dpr)
            return (
                (1.0, 0.0, 0.0, x),
                (0.0, 1.0, 0.0, y),
                (0.0, 0.0, 1.0, _px(args[2], 0.0, dpr)),
                _IDENTITY_3D[3],
            )
        case "scale3d":
            sx, sy, sz = (_number(arg) for arg in args)
            return ((sx, 0.0, 0.0, 0.0), (0.0, sy, 0.0, 0.0), (0.0, 0.0, sz, 0.0), _IDENTITY_3D[3])
        case "rotate3d":
            return _turn(*(_number(arg) for arg in args))
        case "perspective":
            distance = _number(args[0])  # 0 is none; below 1 px it is 1 px
            return (*_IDENTITY_3D[:3], (0.0, 0.0, -1 / (max(1.0, distance) * dpr) if distance else 0.0, 1.0))
        case _:
            return _columns([_number(arg) for arg in args], dpr)


def _turn(x: float, y: float, z: float, degrees: float) -> Solid:
    """Return a turn about an axis (CSS Transforms 2 §12.1)."""
    length = (x * x + y * y + z * z) ** 0.5
    if not length:
        return _IDENTITY_3D
    x, y, z = x / length, y / length, z / length
    angle = radians(degrees % 360)
    s, c = sin(angle), cos(angle)
    t = 1 - c
    return (
        (t * x * x + c, t * x * y - s * z, t * x * z + s * y, 0.0),
        (t * x * y + s * z, t * y * y + c, t * y * z - s * x, 0.0),
        (t * x * z - s * y, t * y * z + s * x, t * z * z + c, 0.0),
        _IDENTITY_3D[3],
    )


def _columns(m: list[float], dpr: float) -> Solid:
    """Return `matrix3d()`, which lists columns; its offsets are px and its last row is per px."""
    rows = [[m[4 * column + row] for column in range(4)] for row in range(4)]
    for row in range(3):
        rows[row][3] *= dpr
        rows[3][row] /= dpr
    return tuple((row[0], row[1], row[2], row[3]) for row in rows)


def _px(arg: Length | float, basis: float, dpr: float) -> float:
    return arg.resolve(basis / dpr) * dpr if isinstance(arg, Length) else arg * dpr


def _number(arg: Length | float) -> float:
    return arg.px if isinstance(arg, Length) else arg


def _tidy(matrix: Matrix) -> Matrix:
    """Remove the rounding noise of quarter turns and of offsets, so that whole pixels stay whole."""
    return Matrix(*(round(value, 9) + 0.0 for value in matrix))
