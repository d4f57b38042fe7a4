"""Cut far-reaching outlines down to what can be seen (Sutherland and Hodgman), before they are rasterised."""

from __future__ import annotations

from .curve import Point
from .geometry import IntRect
from .path import Path, polygon_path

_MARGIN = 4  # px around the visible box, so that no cut edge shows


def clip_path_to(path: Path, box: IntRect) -> Path:
    """Return a path of polygons that covers the same pixels of `box`; both in device px."""
    left, top, right, bottom = (
        box.left - _MARGIN,
        box.top - _MARGIN,
        box.right + _MARGIN,
        box.bottom + _MARGIN,
    )
    result = Path()
    for contour, _ in path.contours(0.05):
        xs, ys = [x for x, _ in contour], [y for _, y in contour]
        if max(xs) < left or min(xs) > right or max(ys) < top or min(ys) > bottom:
            continue
        points = list(contour)
        for axis, edge, keep_above in (
            (0, left, True),
            (0, right, False),
            (1, top, True),
            (1, bottom, False),
        ):
            points = _cut(points, axis, edge, keep_above)
        if len(points) > 2:
            result.extend(polygon_path(points))
    return result


def _cut(points: list[Point], axis: int, edge: float, keep_above: bool) -> list[Point]:
    """Keep what lies on one side of a horizontal or vertical line."""
    kept: list[Point] = []
    for i, point in enumerate(points):
        previous = points[i - 1]
        inside = (point[axis] >= edge) == keep_above
        if inside != ((previous[axis] >= edge) == keep_above):
            t = (edge - previous[axis]) / (point[axis] - previous[axis])
            other = previous[1 - axis] + (point[1 - axis] - previous[1 - axis]) * t
            kept.append((edge, other) if axis == 0 else (other, edge))
        if inside:
            kept.append(point)
    return kept
