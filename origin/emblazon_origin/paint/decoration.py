"""Text decorations: CSS Text Decoration 3 §2 and 4 §2.3–§2.10, with Chromium's default places and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from PIL import Image

from ..layout.boxes import Rect
from ..style.values import Length, Shadow, TextDecoration
from ..text.lines import GlyphRun
from .border import pattern_for
from .painter import Painter, RoundedRect
from .path import Path
from .raster import Mask, multiply
from .stroke import stroke_path
from .text import Origin, fill_mask, paint_mask_shadow, union

_INK = 20  # coverage from which a pixel counts as part of a glyph
_MAX_SKIP = 13.0  # px that a line stops before and after a glyph, at most


@dataclass(frozen=True, slots=True)
class DecorationLine:
    """One decoration over neighbouring runs: from `left` to `right` at `top`, in scaled px."""

    decoration: TextDecoration
    runs: tuple[GlyphRun, ...]
    left: float
    right: float
    top: float
    thickness: float
    shadows: tuple[Shadow, ...]


def decoration_lines(runs: Iterable[GlyphRun], origin: Origin, dpr: float) -> list[DecorationLine]:
    """Collect a line's decorations; neighbouring runs with the same one share it."""
    groups: list[tuple[TextDecoration, list[GlyphRun]]] = []
    open_groups: dict[int, tuple[TextDecoration, list[GlyphRun]]] = {}
    for run in runs:
        current: dict[int, tuple[TextDecoration, list[GlyphRun]]] = {}
        for i, decoration in enumerate(run.style.text_decorations):
            known = open_groups.get(i)
            if known is not None and known[0] == decoration:
                known[1].append(run)
            else:
                known = (decoration, [run])
                groups.append(known)
            current[i] = known
        open_groups = current
    return [_place(decoration, members, origin, dpr) for decoration, members in groups]


def _place(decoration: TextDecoration, runs: list[GlyphRun], origin: Origin, dpr: float) -> DecorationLine:
    left = min(run.x for run in runs)
    right = max(run.x + run.width for run in runs)
    thickness = _thickness(decoration, runs[0]) * dpr
    top = _offset(decoration, runs, thickness / dpr) * dpr
    thickness = max(1.0, float(floor(thickness)))
    y = floor(origin[1] + runs[0].shift * dpr + top + 0.5)
    return DecorationLine(
        decoration,
        tuple(runs),
        origin[0] + left * dpr,
        origin[0] + right * dpr,
        y,
        thickness,
        runs[0].style.text_shadow,
    )


def _thickness(decoration: TextDecoration, run: GlyphRun) -> float:
    if isinstance(decoration.thickness, Length):
        return max(0.0, decoration.thickness.resolve(decoration.font_size))
    if decoration.thickness == "from-font":
        own = getattr(run.font.metrics(decoration.font_size), "underline_thickness", None)
        if own:
            return float(own)
    return decoration.font_size / 10


def _offset(decoration: TextDecoration, runs: list[GlyphRun], thickness: float) -> float:
    """Return the top of the line relative to the baseline, px, downwards."""
    ascent = _ascent(runs[0], decoration.font_size)
    if decoration.line == "overline":
        return -ascent
    if decoration.line == "line-through":
        return -ascent / 3 - thickness / 2
    if isinstance(decoration.offset, Length):
        return decoration.offset.resolve(decoration.font_size)
    return float(max(1, ceil(thickness / 2)))


def _ascent(run: GlyphRun, size: float) -> float:
    return float(round(run.font.metrics(size).ascent))


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
    """Return the coverage of one decoration."""
    style = line.decoration.style
    spans = [(line.left, line.right)]
    if line.decoration.skip_ink and line.decoration.line != "line-through":
        spans = _between_glyphs(painter, line, origin, dpr)
    masks: list[Mask] = []
    for left, right in spans:
        tops = [line.top]
        if style == "double":
            gap = line.thickness + 1
            tops.append(line.top - gap if line.decoration.line == "overline" else line.top + gap)
        for top in tops:
            if style == "wavy":
                wave = painter.mask(_wave(line))
                cut = painter.mask(RoundedRect(Rect(left, top - 999, right - left, 1999)).path())
                mask = multiply(wave, cut) if wave and cut else None
                masks += [mask] if mask else []
                continue
            mask = _straight(painter, line, left, right, top)
            masks += [mask] if mask else []
    return union(masks)


def _straight(painter: Painter, line: DecorationLine, left: float, right: float, top: float) -> Mask | None:
    if line.decoration.style in ("solid", "double"):
        return painter.mask(RoundedRect(Rect(left, top, right - left, line.thickness)).path())
    middle = top + line.thickness / 2
    path = Path().move(left, middle).line(right, middle)
    return painter.mask(stroke_path(path, line.thickness, pattern_for(line.decoration.style, line.thickness)))


def _between_glyphs(
    painter: Painter, line: DecorationLine, origin: Origin, dpr: float
) -> list[tuple[float, float]]:
    """Return the parts of the line that no glyph crosses (text-decoration-skip-ink)."""
    if not painter.matrix.is_translation:
        return [(line.left, line.right)]
    top, bottom = int(line.top + painter.matrix.f), int(line.top + painter.matrix.f + line.thickness)
    if line.decoration.style == "double":
        bottom += int(line.thickness) + 1
    margin = min(line.thickness, _MAX_SKIP)
    blocked: list[tuple[float, float]] = []
    for run in line.runs:
        if run.font.is_color:
            continue
        mask = fill_mask(painter, run, origin, dpr)
        if mask is None or mask.y >= bottom or mask.y + mask.image.height <= top:
            continue
        band = mask.image.crop(
            (0, max(0, top - mask.y), mask.image.width, min(mask.image.height, bottom - mask.y))
        )
        offset = mask.x - painter.matrix.e
        blocked += [(a + offset - margin, b + offset + margin) for a, b in _inked_columns(band)]
    spans: list[tuple[float, float]] = []
    at = line.left
    for left, right in sorted(blocked):
        if left > at:
            spans.append((at, min(left, line.right)))
        at = max(at, right)
    if at < line.right:
        spans.append((at, line.right))
    return [(left, right) for left, right in spans if right > left]


def _inked_columns(band: Image.Image) -> list[tuple[int, int]]:
    """Return runs of columns that hold ink."""
    if band.width == 0 or band.height == 0:
        return []
    columns = np.append(np.asarray(band).max(axis=0) > _INK, False)
    edges = np.flatnonzero(np.diff(columns.astype(np.int8), prepend=0))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _wave(line: DecorationLine) -> Path:
    """Return a stroked wave of cubic curves, as Chromium shapes it."""
    step = 2 * max(2.0, line.thickness)
    swing = 3 * max(2.0, line.thickness)
    middle = line.top + line.thickness / 2 + (0 if line.decoration.line == "line-through" else swing / 2)
    if line.decoration.line == "overline":
        middle = line.top + line.thickness / 2 - swing / 2
    path = Path().move(line.left - 2 * step, middle)
    x = line.left - 2 * step
    while x < line.right + 2 * step:
        path.cubic(x + step, middle + swing, x + step, middle - swing, x + 2 * step, middle)
        x += 2 * step
    return stroke_path(path, line.thickness, join="bevel")
