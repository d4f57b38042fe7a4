"""`shape()` as path data: an outline drawn command by command, in lengths (CSS Shapes 2 §4)."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot, sqrt

from .value_types import DrawnLetter, DrawnShape, DrawnStep, Length


def drawn_commands(
    shape: DrawnShape, width: float, height: float
) -> Iterator[tuple[DrawnLetter, list[float]]]:
    """Yield a shape's path data in a box of this size, from its corner: all of it absolute."""
    x, y = first = shape.start[0].resolve(width), shape.start[1].resolve(height)
    yield "M", [x, y]
    for step in shape.steps:
        match step.letter:
            case "Z":
                yield "Z", []
                x, y = first
                continue
            case "H":
                x = step.lengths[0].resolve(width) + (x if step.by else 0.0)
                yield "H", [x]
                continue
            case "V":
                y = step.lengths[0].resolve(height) + (y if step.by else 0.0)
                yield "V", [y]
                continue
        before = x, y
        x, y = _point(step.lengths, 0, width, height)
        if step.by:
            x, y = before[0] + x, before[1] + y
        if step.letter == "A":
            yield "A", [*_radii(step, width, height), step.turn, step.large, step.sweep, x, y]
            continue
        values: list[float] = []
        places = {"start": before, "end": (x, y), "origin": (0.0, 0.0)}
        for index, origin in enumerate(step.origins):
            dx, dy = _point(step.lengths, 2 * index + 2, width, height)
            values += (places[origin][0] + dx, places[origin][1] + dy)
        if step.letter == "M":
            first = x, y
        yield step.letter, [*values, x, y]


def _point(lengths: tuple[Length, ...], at: int, width: float, height: float) -> tuple[float, float]:
    return lengths[at].resolve(width), lengths[at + 1].resolve(height)


def _radii(step: DrawnStep, width: float, height: float) -> tuple[float, float]:
    """Return an arc's radii: a lone one belongs to no axis."""
    if len(step.lengths) > 3:
        return _point(step.lengths, 2, width, height)
    radius = step.lengths[2].resolve(hypot(width, height) / sqrt(2))
    return radius, radius
