"""Basic shapes of `clip-path` as paths: CSS Shapes 1 §3, in scaled px.

SVG path data (SVG 2 §9.3) as a `Path`. On an error, what came before it is drawn, as SVG asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...layout.boxes.box import Rect
from ...layout.boxes.shape_geometry import ellipse_in, inset_in, points_in
from ...style.values.drawn_shapes import drawn_commands
from ...style.values.value_types import (
    BasicShape,
    BoxShape,
    DrawnShape,
    EllipseShape,
    InsetShape,
    PathShape,
    PolygonShape,
)
from ..raster.geometry import Matrix
from ..raster.path import Path, arc_to, ellipse_path, polygon_path, rect_path, rounded_rect_path

_TOKEN = re.compile(r"([MmZzLlHhVvCcSsQqTtAa])|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_FAR = 1e9  # px: further out nothing is drawn
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def shape_path(shape: BasicShape, box: Rect, dpr: float) -> tuple[Path, str]:
    """Return the outline and fill rule of a shape in its reference box (scaled px)."""
    match shape:
        case BoxShape():
            return rect_path(box), "nonzero"
        case InsetShape():
            rect, radii = inset_in(shape, box, dpr)
            return rounded_rect_path(rect, radii), "nonzero"
        case EllipseShape():
            return ellipse_path(*ellipse_in(shape, box, dpr)), "nonzero"
        case PolygonShape():
            return polygon_path(points_in(shape, box, dpr)), shape.rule
        case PathShape():
            return parse_svg_path(shape.data).transform(Matrix(dpr, 0, 0, dpr, box.x, box.y)), shape.rule
        case DrawnShape():
            path = _drawn(drawn_commands(shape, box.width / dpr, box.height / dpr))
            return path.transform(Matrix(dpr, 0, 0, dpr, box.x, box.y)), shape.rule


def parse_svg_path(data: str) -> Path:
    """Parse path data; an empty path where nothing valid comes first."""
    commands = _commands(data)
    return _drawn(commands) if commands and commands[0][0] in "Mm" else Path()


def _drawn(commands: Iterable[tuple[str, list[float]]]) -> Path:
    path = Path()
    pen = _Pen(path)
    for command, values in commands:
        pen.draw(command, values)
    return path


def _commands(data: str) -> list[tuple[str, list[float]]]:
    """Split into (letter, arguments), repeating letters as SVG does; stop at the first error."""
    result: list[tuple[str, list[float]]] = []
    at, letter = 0, ""
    while True:
        at = _skip(data, at)
        if at >= len(data):
            return result
        if data[at].isalpha():
            letter = data[at]
            at += 1
            if letter.upper() not in _ARGUMENTS:
                return result
            if letter in "Zz":
                result.append((letter, []))
                continue
        elif not letter or letter in "Zz":
            return result
        values: list[float] = []
        for i in range(_ARGUMENTS[letter.upper()]):
            found = _number(data, at, flag=letter in "Aa" and i in (3, 4))
            if found is None:
                return result
            value, at = found
            values.append(value)
        result.append((letter, values))
        # Further pairs after a move are lines.
        letter = {"M": "L", "m": "l"}.get(letter, letter)


def _skip(data: str, at: int) -> int:
    while at < len(data) and (data[at].isspace() or data[at] == ","):
        at += 1
    return at


def _number(data: str, at: int, *, flag: bool) -> tuple[float, int] | None:
    at = _skip(data, at)
    if flag:
        return (float(data[at]), at + 1) if at < len(data) and data[at] in "01" else None
    match = _TOKEN.match(data, at)
    if match is None or match.group(2) is None:
        return None
    return float(match.group(2)), match.end()


class _Pen:
    """Where the path is, and what smooth curves go on from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.x = self.y = self.start_x = self.start_y = 0.0
        self.control: tuple[str, float, float] = ("", 0.0, 0.0)  # kind and last control point
        self.closed = False

    def draw(self, command: str, v: list[float]) -> None:
        """Add one command."""
        kind = command.upper()
        if command.islower():
            v = self._absolute(kind, v)
        v = [min(max(value, -_FAR), _FAR) for value in v]
        if kind != "M" and self.closed:
            self.path.move(self.start_x, self.start_y)
        self.closed = False
        control = ("", 0.0, 0.0)
        match kind:
            case "M":
                self.path.move(*v)
                self.start_x, self.start_y = v
            case "L":
                self.path.line(*v)
            case "H":
                v = [v[0], self.y]
                self.path.line(*v)
            case "V":
                v = [self.x, v[0]]
                self.path.line(*v)
            case "C" | "S":
                if kind == "S":
                    v = [*self._reflected("C"), *v]
                self.path.cubic(v[0], v[1], v[2], v[3], v[4], v[5])
                control = ("C", v[2], v[3])
            case "Q" | "T":
                if kind == "T":
                    v = [*self._reflected("Q"), *v]
                self.path.quadratic(v[0], v[1], v[2], v[3])
                control = ("Q", v[0], v[1])
            case "A":
                arc_to(self.path, v[0], v[1], v[2], bool(v[3]), bool(v[4]), v[5], v[6])
            case _:
                self.path.close()
                self.closed = True
                v = [self.start_x, self.start_y]
        self.control = control
        self.x, self.y = v[-2], v[-1]

    def _absolute(self, kind: str, v: list[float]) -> list[float]:
        if kind == "H":
            return [v[0] + self.x]
        if kind == "V":
            return [v[0] + self.y]
        if kind == "A":
            return [*v[:5], v[5] + self.x, v[6] + self.y]
        return [value + (self.x, self.y)[i % 2] for i, value in enumerate(v)]

    def _reflected(self, kind: str) -> tuple[float, float]:
        last, x, y = self.control
        return (2 * self.x - x, 2 * self.y - y) if last == kind else (self.x, self.y)
