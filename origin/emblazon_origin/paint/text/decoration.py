"""Text decorations: CSS Text Decoration 3 §2 and 4 §2.3–§2.10, with Chromium's default places and shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from PIL import ImageChops

from ...caching import remembered
from ...layout.boxes.box import Rect
from ...style.values.value_types import Length, Shadow, TextDecoration
from ...text.fonts.font_instance import FontInstance
from ...text.fonts.font_metrics import FontMetrics
from ...text.fonts.glyphs import glyph_outline
from ...text.line_model import GlyphRun
from ..boxes.border import pattern_for
from ..context import FontMetricsSource
from ..painter import Painter, RoundedRect
from ..raster.blur import reach
from ..raster.geometry import around
from ..raster.path import Path, Point, rect_path
from ..raster.rasterizer import Mask
from ..raster.stroke import Dashes, Pattern, is_round_dotted, stroke_path
from .runs import Origin, paint_mask_shadow

_MAX_SKIP = 13.0  # px that a line stops before and after a glyph, at most


class _Group(NamedTuple):
    """Runs that share one decoration, and the shift of its box."""

    decoration: TextDecoration
    runs: list[GlyphRun]
    shift: float


@dataclass(frozen=True, slots=True)
class DecorationLine:
    """One decoration over neighbouring runs: from `left` to `right` at `top`, in scaled px."""

    decoration: TextDecoration
    runs: tuple[GlyphRun, ...]
    left: float
    right: float
    top: float
    thickness: float  # whole px
    exact: float
    shadows: tuple[Shadow, ...]


def decoration_lines(
    runs: Iterable[GlyphRun], origin: Origin, dpr: float, fonts: FontMetricsSource | None
) -> list[DecorationLine]:
    """Collect a line's decorations; neighbouring runs of one element share theirs."""
    groups: list[_Group] = []
    open_groups: dict[int, _Group] = {}
    for run in runs:
        current: dict[int, _Group] = {}
        for i, decoration in enumerate(run.style.text_decorations):
            known = open_groups.get(i)
            if known is not None and known.decoration == decoration and _joined(known.runs[-1], run):
                known.runs.append(run)
            else:
                shift = run.decorating_shifts[i] if i < len(run.decorating_shifts) else run.shift
                known = _Group(decoration, [run], shift)
                groups.append(known)
            current[i] = known
        open_groups = current
    return [_place(group, origin, dpr, fonts) for group in groups]


def _joined(left: GlyphRun, right: GlyphRun) -> bool:
    return left.element is right.element and abs(left.x + left.width - right.x) < 0.01


def _place(group: _Group, origin: Origin, dpr: float, fonts: FontMetricsSource | None) -> DecorationLine:
    decoration, runs = group.decoration, group.runs
    left = min(run.x for run in runs)
    right = max(run.x + run.width for run in runs)
    metrics = _metrics(decoration, runs[0], fonts, dpr)
    exact = max(1.0, _thickness(decoration, metrics, dpr))
    thickness = float(floor(exact))
    if decoration.line == "underline":
        top = (group.shift - runs[0].shift) * dpr + _underline_offset(decoration, metrics, exact, dpr)
    else:
        own = _metrics(decoration, runs[0], fonts, dpr, runs[0].style.font_size)
        top = _offset_in_text(decoration, own, metrics, exact, dpr)
    y = floor(runs[0].baseline_at(origin[1], dpr) + top + 0.5)
    return DecorationLine(
        decoration,
        tuple(runs),
        origin[0] + left * dpr,
        origin[0] + right * dpr,
        y,
        thickness,
        exact,
        runs[0].style.text_shadow,
    )


def _metrics(
    decoration: TextDecoration,
    run: GlyphRun,
    fonts: FontMetricsSource | None,
    dpr: float,
    font_size: float | None = None,
) -> FontMetrics:
    """Return the metrics of the style's first font, not of a fallback font that drew the run.

    `font_size` is the decorating box's unless said.
    """
    font_size = decoration.font_size if font_size is None else font_size
    if fonts is None:
        return run.font.metrics(font_size, 1.0 / dpr)
    style = run.style
    if style.font_size != font_size:
        style = style.replace(font_size=font_size)
    return fonts.metrics(style, 1.0 / dpr)


def _thickness(decoration: TextDecoration, metrics: FontMetrics, dpr: float) -> float:
    if isinstance(decoration.thickness, Length):
        return max(0.0, decoration.thickness.resolve(decoration.font_size) * dpr)
    if decoration.thickness == "from-font":
        return metrics.underline_thickness * dpr
    return decoration.font_size * dpr / 10


def _underline_offset(
    decoration: TextDecoration, metrics: FontMetrics, thickness: float, dpr: float
) -> float:
    """Return the top of an underline below the decorating box's baseline, scaled px."""
    asked = decoration.offset
    offset = asked.resolve(decoration.font_size) * dpr if isinstance(asked, Length) else None
    if decoration.position == "under":
        return float(ceil(metrics.em_descent * dpr + (offset or 0.0)))
    if decoration.position == "from-font" and metrics.underline_offset:
        return float(floor(metrics.underline_offset * dpr + (offset or 0.0) + 0.5))
    if offset is not None:
        return offset
    return float(max(1, ceil(thickness / 2)))


def _offset_in_text(
    decoration: TextDecoration, own: FontMetrics, decorating: FontMetrics, thickness: float, dpr: float
) -> float:
    """Return the top of the line from the text's own baseline, scaled px, downwards.

    As in Chromium the line hangs from the top of the text: above it, or two thirds of the decorating box's
    ascent below it.
    """
    text_top = -float(round(own.ascent * dpr))
    if decoration.line == "overline":
        return text_top - max(1.0, floor(thickness))
    return text_top + round(decorating.ascent * dpr) * 2 / 3 - thickness / 2


def line_ink(line: DecorationLine, dpr: float) -> Rect:
    """Return a box around all that a decoration and its shadows may draw, in scaled px."""
    by = (6 if line.decoration.style == "wavy" else 3) * line.exact + 4
    inks = [Rect(line.left - by, line.top - by, line.right - line.left + 2 * by, 2 * by)]
    for shadow in line.shadows:
        more = by + reach(shadow.blur * dpr / 2)
        x, y = line.left + shadow.x * dpr - more, line.top + shadow.y * dpr - more
        inks.append(Rect(x, y, line.right - line.left + 2 * more, 2 * more))
    return around(inks)


def paint_decoration(painter: Painter, line: DecorationLine, origin: Origin, dpr: float) -> None:
    """Draw one decoration with its shadows."""
    mask = decoration_coverage(painter, line, origin, dpr)
    if mask is None:
        return
    for shadow in reversed(line.shadows):
        if shadow.color.a > 0:
            paint_mask_shadow(
                painter, mask, (shadow.x * dpr, shadow.y * dpr), shadow.blur * dpr / 2, shadow.color
            )
    painter.surface.fill_mask(mask, line.decoration.color, painter.clip)


def decoration_coverage(painter: Painter, line: DecorationLine, origin: Origin, dpr: float) -> Mask | None:
    """Return the coverage of one decoration: the whole line, less what the glyphs cut out of it."""
    style = line.decoration.style
    tops = [line.top]
    if style == "double":
        gap = floor(line.exact + 1 + 0.5)
        tops.append(line.top - gap if line.decoration.line == "overline" else line.top + gap)
    shape = Path()
    for top in tops:
        shape.extend(_wave(line) if style == "wavy" else _straight(line, top))
    mask = painter.mask(shape)
    if mask is None or not line.decoration.skip_ink or line.decoration.line == "line-through":
        return mask
    bounds = shape.bounds()
    return _without_glyphs(painter, mask, line, bounds, origin, dpr) if bounds else mask


def _straight(line: DecorationLine, top: float) -> Path:
    if line.decoration.style in ("solid", "double"):
        return RoundedRect(Rect(line.left, top, line.right - line.left, line.thickness)).path()
    width = float(floor(line.exact + 0.5))
    middle = top + width / 2
    path = Path().move(floor(line.left), middle).line(floor(line.right), middle)  # as Chromium's
    return stroke_path(path, width, _pattern(line.decoration.style, width))


def _pattern(style: str, width: float) -> Pattern:
    """Return the dashes of a border, but for thin dots: they are not fitted to the line's length."""
    if style == "dotted" and not is_round_dotted(style, width):
        return lambda length, closed: Dashes(width, width)
    return pattern_for(style, width)


def _wave(line: DecorationLine) -> Path:
    """Return a stroked wave of cubic curves, cut to the line's length, as Chromium shapes it."""
    length = 1 + 2 * floor(2 * line.exact + 1)
    swing = 0.5 + floor(3 * line.exact + 1)
    away = {"underline": line.exact + 1, "overline": -line.exact - 1}.get(line.decoration.line, 0.0)
    middle = line.top + away + 0.5
    curve = Path().move(line.left - length, middle)
    x = line.left - length
    while x < line.right + length:
        curve.cubic(x + length / 2, middle + swing, x + length / 2, middle - swing, x + length, middle)
        x += length
    cut = Path()
    for points, _ in curve.contours(0.05):
        inside = _between(points, line.left, line.right)
        for i, (px, py) in enumerate(inside):
            cut.commands.append(("L" if i else "M", (px, py)))
    return stroke_path(cut, line.exact, join="bevel")


def _between(points: list[Point], left: float, right: float) -> list[Point]:
    """Cut a line that runs from left to right."""
    found: list[Point] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        if x1 <= left or x0 >= right or x1 <= x0:
            continue
        for edge in (max(x0, left), min(x1, right)):
            point = (edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0))
            if not found or found[-1] != point:
                found.append(point)
    return found


# --- skip-ink (CSS Text Decoration 4 §2.10) ------------------------------------------------------


def _without_glyphs(
    painter: Painter, mask: Mask, line: DecorationLine, bounds: Rect, origin: Origin, dpr: float
) -> Mask:
    """Cut a gap around every glyph that crosses the line."""
    margin = min(line.exact, _MAX_SKIP * dpr)
    matrix = painter.matrix
    shift = matrix.e if matrix.is_translation else 0.0
    gaps = [
        # With hard edges: whole pixels.
        (floor(left - margin + shift + 0.5), floor(right + margin + shift + 0.5))
        for run in line.runs
        for left, right in _crossings(run, bounds, origin, dpr)
    ]
    if matrix.is_translation:
        image = mask.image.copy()
        for left, right in gaps:
            image.paste(0, (left - mask.x, 0, right - mask.x, image.height))
        return Mask(image, mask.x, mask.y)
    holes = Path()
    for left, right in gaps:
        holes.extend(rect_path(Rect(left, bounds.y - 1, right - left, bounds.height + 2)))
    cut = painter.mask(holes)
    if cut is None:
        return mask
    inverse = ImageChops.invert(cut.crop(mask.box))
    return Mask(ImageChops.multiply(mask.image, inverse), mask.x, mask.y)


def _crossings(run: GlyphRun, bounds: Rect, origin: Origin, dpr: float) -> Iterator[tuple[float, float]]:
    """Yield from where to where each glyph's outline crosses the line's height, in scaled px."""
    if run.font.is_color:
        return
    x0, y0 = origin[0] + run.x * dpr, run.baseline_at(origin[1], dpr)
    k = run.size * dpr / run.font.units_per_em
    for glyph, gx, gy in zip(run.glyphs, run.xs, run.ys, strict=True):
        x, y = x0 + gx * dpr, floor(y0 - gy * dpr + 0.5)
        top, bottom = (y - bounds.y) / k, (y - bounds.y - bounds.height) / k
        found = _extent(run.font, glyph, round(bottom, 2), round(top, 2))
        if found is not None:
            yield x + found[0] * k, x + found[1] * k


@remembered("decoration gaps", 4096, bytes_each=150)
def _extent(font: FontInstance, glyph: int, low: float, high: float) -> tuple[float, float] | None:
    """Return the leftmost and rightmost x of an outline between two heights, in design units."""
    path = Path()
    for name, points in glyph_outline(font, glyph):
        path.commands.append((name, points))
    xs: list[float] = []
    for contour, _ in path.contours(font.units_per_em / 500):
        for (ax, ay), (bx, by) in pairwise([*contour, contour[0]]):
            if min(ay, by) > high or max(ay, by) < low:
                continue
            crossed = (edge for edge in (low, high) if (ay - edge) * (by - edge) < 0)
            xs += [ax + (bx - ax) * (edge - ay) / (by - ay) for edge in crossed]
            xs += [px for px, py in ((ax, ay), (bx, by)) if low <= py <= high]
    return (min(xs), max(xs)) if xs else None
