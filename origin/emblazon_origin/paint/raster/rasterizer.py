"""Coverage masks: a path and a matrix in, exact-area anti-aliased pixels out.

HarfBuzz draws them; what it cannot do (the even-odd rule, huge contours) is scanned in numpy, exact across
on each of 16 sub-scanlines per pixel row. Clips are made of masks: a device rectangle and, where edges are
round or slanted, a coverage mask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import uharfbuzz as hb
from PIL import Image, ImageChops, _imaging

from ...caching import ByteCache
from ...layout.boxes.box import Rect
from ...layout.boxes.shape_geometry import Radii
from .geometry import IDENTITY, IntRect, Matrix, enclose, held
from .outline_font import charstrings, font_file
from .path import Path, Point, polygon_path, rounded_rect_path


class Mask(NamedTuple):
    """Coverage ("L", 0–255) and the device position of its top left pixel."""

    image: Image.Image
    x: int
    y: int

    @property
    def box(self) -> IntRect:
        """The device pixels that it covers."""
        width, height = self.image.size
        return IntRect(self.x, self.y, self.x + width, self.y + height)

    def crop(self, box: IntRect) -> Image.Image:
        """Return the pixels of `box`; outside of the mask they are 0."""
        own = self.box
        if box == own:
            return self.image
        if box.intersect(own).is_empty:
            return Image.new("L", box.size)
        return self.image.crop((box.left - self.x, box.top - self.y, box.right - self.x, box.bottom - self.y))

    def moved(self, dx: int, dy: int) -> Mask:
        """Return the same mask elsewhere."""
        return Mask(self.image, self.x + dx, self.y + dy)


def mask_bytes(mask: Mask) -> int:
    """Memory of a mask, for caches."""
    return mask.image.width * mask.image.height


_masks: ByteCache[Mask] = ByteCache("masks", 24_000_000, mask_bytes)
_MAX_KEY = 500  # commands of a path that is kept as a key
_MAX_WHOLE, _MAX_WHOLE_SIDE = 4_000_000, 8_192


def is_large(width: float, height: float) -> bool:
    """Tell whether a shape (px) is only drawn as far as its clip shows it, and not kept."""
    return width * height > _MAX_WHOLE or max(width, height) > _MAX_WHOLE_SIDE


def coverage(
    path: Path,
    matrix: Matrix = IDENTITY,
    clip: IntRect | None = None,
    rule: str = "nonzero",
    *,
    glyphs: bool = False,
) -> Mask | None:
    """Rasterise a filled path; None where it covers nothing (inside `clip`, if given).

    Overlaps within one path fill by the non-zero rule, or by even-odd where asked for. Curves are cut into
    lines as Skia cuts those of shapes, or finer for `glyphs`, which FreeType draws for it.
    """
    bounds = path.bounds()
    if bounds is None:
        return None
    box = enclose(matrix.bounds(bounds))
    if clip is not None and box.intersect(clip).is_empty:
        return None
    if box.is_empty:
        return None
    whole = clip is None or not is_large(box.width, box.height)
    if not whole and clip is not None:
        box = box.intersect(clip)
    shift_x, shift_y = floor(held(matrix.e)), floor(held(matrix.f))
    local = matrix._replace(e=matrix.e - shift_x, f=matrix.f - shift_y)
    box = box.shift(-shift_x, -shift_y)
    if whole and path.size < _MAX_KEY:
        key = (path.key, local, rule, glyphs)
        found = _masks.get(key, lambda: _draw(path, local, box, rule, glyphs))
    else:
        found = _draw(path, local, box, rule, glyphs)
    return found.moved(shift_x, shift_y)


def _draw(path: Path, matrix: Matrix, box: IntRect, rule: str, glyphs: bool = False) -> Mask:
    """Rasterise a path over `box`. HarfBuzz cuts curves as FreeType does: those of glyphs are left to it."""
    lines = path if glyphs else path.flattened(max(matrix.scale))
    strings = charstrings(lines) if rule == "nonzero" else None
    if strings is None:
        return _far_coverage(lines.transform(matrix), box, rule)
    return _rasterise(strings, matrix, box)


def _far_coverage(path: Path, box: IntRect, rule: str) -> Mask:
    """Rasterise what does not fit into a font: outlines that reach far, and the even-odd rule."""
    near = clip_path_to(path, box)
    glyphs = charstrings(near) if rule == "nonzero" else None
    if glyphs is None:
        return Mask(scanline_coverage(near, box, rule), box.left, box.top)
    return _rasterise(glyphs, IDENTITY, box)


def _rasterise(glyphs: tuple[bytes, ...], matrix: Matrix, box: IntRect) -> Mask:
    font = hb.Font(hb.Face(font_file(glyphs)))
    draw = hb.RasterDraw()
    draw.transform = tuple(matrix)
    draw.extents = hb.RasterExtents(box.left, box.top, box.width, box.height, 0)
    for glyph in range(len(glyphs)):
        draw.draw_glyph(font, glyph)
    rendered = draw.render()
    if rendered is None:
        return Mask(Image.new("L", box.size), box.left, box.top)
    extents = rendered.extents
    # HarfBuzz's y grows upwards and its rows come bottom-up; drawn with y downwards they come top-down.
    image = Image.frombytes(
        "L", (extents.width, extents.height), rendered.buffer, "raw", "L", extents.stride, 1
    )
    return Mask(image, extents.x_origin, extents.y_origin)


def rounded_rect_mask(rect: Rect, radii: Radii, hole: tuple[Rect, Radii] | None = None) -> Mask:
    """Return the mask of a rounded rectangle without transform, less another one inside of it.

    Only corners are rasterised, once for all boxes that have the same ones.
    """
    rect = Rect(*map(held, rect))
    x, y = floor(rect.x), floor(rect.y)
    shapes = [(_moved(rect, -x, -y), radii)]
    if hole is not None and hole[0].width > 0 and hole[0].height > 0:
        shapes.append((_moved(Rect(*map(held, hole[0])), -x, -y), hole[1]))
    return cached_mask(("rounded", *shapes), lambda: _rounded_mask(shapes)).moved(x, y)


def _moved(rect: Rect, dx: float, dy: float, cut_x: int = 0, cut_y: int = 0) -> Rect:
    return Rect(rect.x + dx, rect.y + dy, rect.width - cut_x, rect.height - cut_y)


def _rounded_mask(shapes: list[tuple[Rect, Radii]]) -> Mask:
    box = enclose(shapes[0][0])
    inner = IntRect(
        max(floor(rect.x + max(r.tl[0], r.bl[0])) for rect, r in shapes) + 2,
        max(floor(rect.y + max(r.tl[1], r.tr[1])) for rect, r in shapes) + 2,
        min(floor(rect.x + rect.width - max(r.tr[0], r.br[0])) for rect, r in shapes) - 2,
        min(floor(rect.y + rect.height - max(r.bl[1], r.br[1])) for rect, r in shapes) - 2,
    )
    # Draw it with the middle taken out, then stretch one column and one row back in.
    cut_x, cut_y = (side - 1 if side >= 32 else 0 for side in inner.size)
    if not cut_x and not cut_y:
        return _rounded_corners(shapes)
    small_shapes = [(_moved(rect, 0, 0, cut_x, cut_y), radii) for rect, radii in shapes]
    small = cached_mask(("corners", *small_shapes), lambda: _rounded_corners(small_shapes))
    return stretch_mask(small, inner.left - box.left, inner.top - box.top, cut_x, cut_y)


def _rounded_corners(shapes: list[tuple[Rect, Radii]]) -> Mask:
    path = rounded_rect_path(*shapes[0])
    for hole in shapes[1:]:
        path.extend(rounded_rect_path(*hole, reverse=True))
    return _draw(path, IDENTITY, enclose(shapes[0][0]), "nonzero")


def stretch_mask(small: Mask, column: int, row: int, extra_x: int, extra_y: int) -> Mask:
    """Repeat one column and one row of a mask (nine-patch); the result is larger by `extra_x`, `extra_y`."""
    w, h = small.image.size
    if not w or not h:
        return small
    column, row = min(column, w - 1), min(row, h - 1)  # any will do in a direction that does not grow
    tall = Image.new("L", (w + extra_x, h + extra_y))
    wide = tall.im if not extra_y else _imaging.new("L", (w + extra_x, h))
    core = small.image.im  # what Pillow's methods call, without what they look at each time
    wide.paste(core, (extra_x, 0, extra_x + w, h))
    if extra_x:
        wide.paste(core.crop((0, 0, column, h)), (0, 0, column, h))
        middle = core.crop((column, 0, column + 1, h))
        box = (column, 0, column + extra_x + 1, h)
        wide.paste(middle.resize((extra_x + 1, h), Image.Resampling.NEAREST, (0, 0, 1, h)), box)
    if extra_y:
        w += extra_x
        tall.im.paste(wide, (0, extra_y, w, extra_y + h))
        tall.im.paste(wide.crop((0, 0, w, row)), (0, 0, w, row))
        middle = wide.crop((0, row, w, row + 1))
        box = (0, row, w, row + extra_y + 1)
        tall.im.paste(middle.resize((w, extra_y + 1), Image.Resampling.NEAREST, (0, 0, w, 1)), box)
    return Mask(tall, small.x, small.y)


def multiply(first: Mask, second: Mask) -> Mask | None:
    """Intersect two masks; None where nothing is left."""
    box = first.box.intersect(second.box)
    if box.is_empty:
        return None
    return Mask(ImageChops.multiply(first.crop(box), second.crop(box)), box.left, box.top)


def cached_mask(key: tuple[object, ...], make: Callable[[], Mask]) -> Mask:
    """Return a mask from the shared cache, drawn on a miss."""
    return _masks.get(key, make)


# --- far-reaching outlines cut down to what can be seen (Sutherland and Hodgman) ---


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


@dataclass(frozen=True, slots=True)
class Clip:
    """What may be drawn on: `bounds` in device pixels, thinned out by `mask` (which covers the bounds)."""

    bounds: IntRect
    mask: Mask | None = None

    def to_rect(self, box: IntRect) -> Clip:
        """Narrow to a rectangle."""
        bounds = self.bounds.intersect(box)
        return Clip(bounds, None if bounds.is_empty else self.mask)

    def to_mask(self, mask: Mask | None) -> Clip:
        """Narrow to a coverage mask; None is an empty one."""
        if mask is None:
            return Clip(IntRect(0, 0, 0, 0))
        bounds = self.bounds.intersect(mask.box)
        if bounds.is_empty:
            return Clip(bounds)
        return Clip(bounds, multiply(self.mask, mask) if self.mask else mask)

    def cover(self, box: IntRect, mask: Image.Image | None) -> Image.Image | None:
        """Thin `mask` (coverage of `box`, None: all of it) out by the clip; `box` is inside the bounds."""
        if self.mask is None:
            return mask
        own = self.mask.crop(box)
        low, high = own.getextrema()
        if low == 255:
            return mask
        if high == 0 or mask is None:
            return own
        return ImageChops.multiply(own, mask)
