"""Glyphs whose contours lie over each other, as designers of variable fonts leave them.

An exact-area rasteriser adds up what each contour covers of a pixel, so that where edges of two cross a pixel
it comes out too dark. Most glyphs have no such place and need no care.
"""

from __future__ import annotations

from itertools import pairwise

import uharfbuzz as hb

_Points = list[tuple[float, float]]
_MANY = 64  # contours: more are not compared by pairs


class GlyphOverlaps(dict[int, bool]):
    """Whether contours that turn the same way may meet, by glyph; found out when first asked for."""

    def __init__(self, font: hb.Font) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, glyph: int) -> bool:
        contours: list[_Points] = []
        self._font.draw_glyph(glyph, _FUNCS, contours)
        found = self[glyph] = len(contours) > 1 and _any_meet(contours)
        return found


def _any_meet(contours: list[_Points]) -> bool:
    """Compare the boxes of contours of one direction: holes turn the other way."""
    if len(contours) > _MANY:
        return True
    seen: dict[bool, list[tuple[float, float, float, float]]] = {True: [], False: []}
    for points in contours:
        xs, ys = zip(*points, strict=True)
        left, right, low, high = min(xs), max(xs), min(ys), max(ys)
        same = seen[_area(points) > 0]
        if any(left < r and right > x and low < h and high > y for x, r, y, h in same):
            return True
        same.append((left, right, low, high))
    return False


def _area(points: _Points) -> float:
    """Return twice the signed area inside of the control points."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise([*points, points[0]]))


def _make_funcs() -> hb.DrawFuncs:
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, contours: contours.append([(x, y)]))
    funcs.set_line_to_func(lambda x, y, contours: contours[-1].append((x, y)))
    funcs.set_quadratic_to_func(lambda cx, cy, x, y, contours: contours[-1].extend(((cx, cy), (x, y))))
    funcs.set_cubic_to_func(
        lambda ax, ay, bx, by, x, y, contours: contours[-1].extend(((ax, ay), (bx, by), (x, y)))
    )
    funcs.set_close_path_func(lambda contours: None)
    return funcs


_FUNCS = _make_funcs()
