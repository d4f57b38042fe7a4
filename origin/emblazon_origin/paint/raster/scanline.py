"""Scanline coverage in numpy, for what HarfBuzz's rasteriser cannot do: the even-odd rule and huge contours.

Horizontal coverage is exact on each of 16 sub-scanlines per pixel row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from .geometry import IntRect
from .path import Path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SUBLINES = 16
BAND = 32  # pixel rows at a time


def scanline_coverage(path: Path, box: IntRect, rule: str) -> Image.Image:
    """Return the coverage ("L") of a path over the device pixels of `box`."""
    result = Image.new("L", box.size)
    if box.is_empty:
        return result
    edges = _edges(path, box)
    for top in range(0, box.height, BAND):
        rows = min(BAND, box.height - top)
        result.paste(Image.fromarray(_band(edges, top, rows, box.width, rule)), (0, top))
    return result


def _band(edges: Array, top: int, rows: int, width: int, rule: str) -> Array:
    """Return the coverage of some pixel rows as bytes: a few at a time, to bound the memory."""
    first, last = top * SUBLINES, (top + rows) * SUBLINES
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    near = edges[(high >= first) & (low <= last)] - (0, first, 0, first)
    spans = np.zeros((rows * SUBLINES, width + 2), np.float32)
    if len(near):
        lines, xs, windings = _crossings(near, rows * SUBLINES)
        _fill(spans, lines, xs, windings, rule, width)
    flat = np.cumsum(spans, axis=1)[:, :width]
    mean = flat.reshape(rows, SUBLINES, width).mean(axis=1)
    result: Array = np.clip(mean * 255 + 0.5, 0, 255).astype(np.uint8)
    return result


def _edges(path: Path, box: IntRect) -> Array:
    """Return segments (x0, y0, x1, y1), x in pixels and y in sub-scanlines, relative to the box."""
    segments: list[tuple[float, float, float, float]] = []
    for points, _ in path.contours(0.05):
        for i, (x, y) in enumerate(points):
            to_x, to_y = points[(i + 1) % len(points)]
            segments.append((x, y, to_x, to_y))
    edges = np.array(segments, np.float64).reshape(-1, 4)
    edges -= (box.left, box.top, box.left, box.top)
    edges[:, 1::2] *= SUBLINES
    result: Array = edges[edges[:, 1] != edges[:, 3]]
    return result


def _crossings(edges: Array, height: int) -> tuple[Array, Array, Array]:
    """Return (sub-scanline, x, winding) wherever an edge crosses the middle of a sub-scanline, sorted."""
    low = np.minimum(edges[:, 1], edges[:, 3])
    high = np.maximum(edges[:, 1], edges[:, 3])
    first = np.clip(np.ceil(low - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(high - 0.5), 0, height).astype(np.int64)
    counts = np.maximum(last - first, 0)
    which = np.repeat(np.arange(len(edges)), counts)
    offsets = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    lines = first[which] + offsets
    x0, y0, x1, y1 = edges[which].T
    xs = x0 + (lines + 0.5 - y0) * (x1 - x0) / (y1 - y0)
    windings = np.where(y1 > y0, 1, -1)
    order = np.lexsort((xs, lines))
    return lines[order], xs[order], windings[order]


def _fill(rows: Array, lines: Array, xs: Array, windings: Array, rule: str, width: int) -> None:
    """Add the inside spans to `rows` as differences, to be summed along each row."""
    total = np.cumsum(windings)
    starts = np.searchsorted(lines, lines, side="left")
    before = np.where(starts > 0, total[starts - 1], 0)
    inside_after = total - before
    if rule == "evenodd":
        inside_after = (np.arange(len(lines)) - starts + 1) % 2
    same = np.append(lines[1:] == lines[:-1], False)
    spans = np.nonzero(same & (inside_after != 0))[0]
    left, right = np.clip(xs[spans], 0, width), np.clip(xs[spans + 1], 0, width)
    for x, sign in ((left, 1.0), (right, -1.0)):
        # Coverage of [x, ∞): the pixel that x is in gets the part to its right, every later pixel all of it.
        pixel = np.minimum(x.astype(np.int64), width)
        part = (pixel + 1 - x).astype(np.float32)
        np.add.at(rows, (lines[spans], pixel), sign * part)
        np.add.at(rows, (lines[spans], pixel + 1), sign * (1 - part))
