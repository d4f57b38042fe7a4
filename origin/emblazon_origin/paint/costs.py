"""What drawing steps cost, by their styles (units of `work.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt

from ..layout.boxes.box import Rect
from ..limits import MAX_CANVAS_PIXELS
from ..style.values.computed import ComputedStyle
from ..style.values.value_types import BackgroundLayer, FilterFunction, Url
from ..text.fonts.glyphs import MAX_GLYPH_SIDE, glyph_outline
from ..text.line_model import GlyphRun
from . import work
from .boxes.border import edges_of, sides_drawn
from .boxes.box_geometry import BoxGeometry
from .boxes.tile import tile_size
from .raster.blur import is_coarse
from .raster.geometry import Matrix
from .raster.path import Path
from .text.decoration import DecorationLine
from .work import Cost

_HUES = ("hue", "saturation", "color", "luminosity")
_LONG_PATH = 5_000  # commands from which on a path may be too long for HarfBuzz's rasteriser
_DASHED = ("dashed", "dotted")
_PIECES_OF_CURVE = 0.45  # times the square root of the font size in px: lines for a curve of an outline


def box_cost(style: ComputedStyle, geometry: BoxGeometry, matrix: Matrix, ink: Rect) -> Cost:
    """Return the cost of a box's shadows, background and border."""
    _, _, w, h = geometry.border_rect
    in_place = matrix.is_pixel_shift
    background = background_cost(style, geometry, exact=in_place and w * h <= MAX_CANVAS_PIXELS)
    dashes = _dashes(style, geometry)
    per_pixel = background.per_pixel
    per_pixel += 0.0 if in_place else work.TURNED
    per_pixel += work.DASHED_BOX if dashes > 0 and not geometry.radii.is_square else 0.0
    shadow = work.SHADOW if in_place else work.TURNED_SHADOW
    whole = ink if geometry.strip is None else geometry.strip.border_rect  # shadows are those of all parts
    area = max(ink.width * ink.height, whole.width * whole.height) * abs(matrix.determinant)
    area = min(area, work.MAX_SHADOW_PIXELS)
    once = background.once + len(style.box_shadow) * shadow * area + dashes
    once += work.CORNER_PIXEL * sum(across * down for across, down in geometry.radii)
    if style.border_image_source is not None:
        once += work.BORDER_IMAGE * w * h + _stops_cost(BackgroundLayer(style.border_image_source))
    elif any(geometry.border):
        per_pixel += work.BORDER_SIDE * sides_drawn(edges_of(style, geometry.border))
    return Cost("box", per_pixel, once)


def background_cost(style: ComputedStyle, geometry: BoxGeometry, *, exact: bool = True) -> Cost:
    """Return the cost of a background's colour and layers; `exact` where pixels need no resampling."""
    layers = style.background_layers
    per_pixel = work.FILL + sum(_layer_cost(layer, exact) for layer in layers)
    once = work.STEP + sum(_gradient_cost(layer, geometry) for layer in layers if layer.image is not None)
    return Cost("box", per_pixel, once)


def _gradient_cost(layer: BackgroundLayer, geometry: BoxGeometry) -> float:
    """Return units of a gradient's colours, and of its pixels where it is drawn whole, seen or not."""
    if layer.image is None or isinstance(layer.image, Url):
        return 0.0
    fixed = geometry.viewport if layer.is_fixed else geometry.scrolled if layer.is_local else None
    width, height = tile_size(layer, None, fixed or geometry.border_rect, geometry.dpr)
    return _stops_cost(layer) + work.GRADIENT_PIXEL * min(width * height, MAX_CANVAS_PIXELS)


def _stops_cost(layer: BackgroundLayer) -> float:
    """Return units of the colours between the stops of a gradient."""
    return 0.0 if layer.image is None or isinstance(layer.image, Url) else work.STOP * len(layer.image.stops)


def _layer_cost(layer: BackgroundLayer, exact: bool) -> float:
    """Return units per pixel that is painted."""
    if layer.image is None:
        return 0.0
    if isinstance(layer.image, Url):
        cost = work.IMAGE if layer.size == ("auto", "auto") else work.IMAGE + work.TILES
    elif layer.size == ("auto", "auto"):
        cost = work.GRADIENT if exact else work.TURNED_GRADIENT
    else:
        cost = work.TILES if exact else work.TURNED_TILES
    return cost + (work.BLENDED_LAYER if layer.blend != "normal" else 0.0)


def outline_cost(style: ComputedStyle, geometry: BoxGeometry) -> Cost:
    """Return the cost of a box's outline."""
    length = 2 * (geometry.border_rect.width + geometry.border_rect.height)
    width = style.outline_width * geometry.dpr
    dashes = _dashed(width, length, geometry) if style.outline_style in _DASHED else 0.0
    return Cost("text", work.FILL, work.STEP + dashes)


def clip_path_cost(path: Path, rule: str) -> float:
    """Return units of rasterising a path: by its commands, and by the rows that each of them may cross."""
    total, y = 0.0, 0.0
    by_lines = rule != "nonzero" or len(path.commands) > _LONG_PATH
    row = work.SCANNED_ROW if by_lines else work.CROSSED_ROW
    for _, values in path.commands:
        crossed, low, high = values[1::2], y, y
        for value in crossed:
            low, high, y = min(low, value), max(high, value), value
        total += work.COMMAND + row * min(high - low, work.ROWS)
    return total


def _dashes(style: ComputedStyle, geometry: BoxGeometry) -> float:
    if not any(geometry.border):
        return 0.0
    _, _, w, h = geometry.border_rect
    top, right, bottom, left = geometry.border
    sides = (
        (style.border_top_style, top, w),
        (style.border_right_style, right, h),
        (style.border_bottom_style, bottom, w),
        (style.border_left_style, left, h),
    )
    return sum(_dashed(width, length, geometry) for kind, width, length in sides if kind in _DASHED)


def _dashed(width: float, length: float, geometry: BoxGeometry) -> float:
    if width <= 0:
        return 0.0
    if geometry.radii.is_square:
        return length * work.STRAIGHT_DASHED_PIXEL
    return length * (work.DASHED_PIXEL + work.DASH / max(1.0, width))


def group_cost(
    style: ComputedStyle,
    scale: float,
    clip_path: float = 0.0,
    pieces: Sequence[BoxGeometry] = (),
    *,
    exact: bool = True,
) -> Cost:
    """Return the cost of a layer with its filters, clip path (units of its outline), masks and blending.

    `pieces` are the boxes that masks are drawn for, `exact` where their pixels need no resampling.
    """
    per_pixel = work.GROUP + filters_cost(style.filter, scale)
    per_pixel += work.CLIP_PATH if style.clip_path is not None else 0.0
    masks = [layer for layer in style.mask_layers if layer.image is not None]
    per_pixel += len(pieces) * sum(work.MASK_LAYER + _layer_cost(layer, exact) for layer in masks)
    if style.mix_blend_mode != "normal":
        per_pixel += work.HUE_BLEND if style.mix_blend_mode in _HUES else work.BLEND
    drawn = sum(_gradient_cost(layer, piece) for layer in masks for piece in pieces)
    return Cost("effect", per_pixel, work.STEP + clip_path + drawn)


def backdrop_cost(style: ComputedStyle, scale: float) -> Cost:
    """Return the cost of filtering what lies below a box."""
    return Cost("effect", work.BACKDROP + filters_cost(style.backdrop_filter, scale))


def filters_cost(functions: tuple[FilterFunction, ...], scale: float) -> float:
    """Return units per pixel of filter functions; `scale` is device px per CSS px."""
    return sum(_filter_cost(function, scale) for function in functions)


def _filter_cost(function: FilterFunction, scale: float) -> float:
    if function.name == "blur":
        return _blur_cost(function.amount * scale)
    if function.name == "drop-shadow" and function.shadow is not None:
        return work.DROP_SHADOW + _blur_cost(function.shadow.blur * scale) / 4
    return work.RECOLOR


def _blur_cost(sigma: float) -> float:
    if sigma <= 0:
        return 0.0
    return work.COARSE_BLUR if is_coarse(sigma) else work.BLUR


def text_cost(runs: Sequence[GlyphRun], lines: list[DecorationLine], dpr: float, matrix: Matrix) -> Cost:
    """Return the cost of runs of text with their strokes, shadows and decorations."""
    scale = _glyph_scale(dpr, matrix)
    if len(runs) == 1 and not lines and not runs[0].style.text_shadow:
        return Cost("text", work.FILL, work.STEP + _glyphs_cost(runs[0], scale))
    shadows = max((len(run.style.text_shadow) for run in runs), default=0)
    once = work.STEP + sum(_line_cost(line) for line in lines) + sum(_glyphs_cost(run, scale) for run in runs)
    return Cost("text", work.FILL + work.SHADOW * shadows, once)


def text_clip_cost(
    style: ComputedStyle,
    lines: Iterable[tuple[object, object, Sequence[GlyphRun]]],
    dpr: float,
    matrix: Matrix,
) -> float:
    """Return units of the coverage of all text in a box, for each background that it clips."""
    scale = _glyph_scale(dpr, matrix)
    layers = sum(layer.clip == "text" for layer in style.background_layers)
    return layers * sum(_glyphs_cost(run, scale) + work.STEP for _, _, runs in lines for run in runs)


def _glyph_scale(dpr: float, matrix: Matrix) -> float:
    """Return device px for each CSS pixel of a glyph."""
    return dpr if matrix.is_pixel_shift else dpr * max(matrix.scale)


def _glyphs_cost(run: GlyphRun, scale: float) -> float:
    """Return units of a run's masks: each shadow has one of its own."""
    size = min(run.size * scale, MAX_GLYPH_SIDE)
    per_pixel = work.COLOR_GLYPH_PIXEL if run.font.is_color else work.GLYPH_PIXEL
    cost = per_pixel * len(run.glyphs) * size * size
    if run.style.text_stroke_width > 0 and not run.font.is_color:
        for_curve = 1 + _PIECES_OF_CURVE * sqrt(size)
        outlines = (glyph_outline(run.font, glyph) for glyph in run.glyphs)
        pieces = sum(for_curve if name in "QC" else 1.0 for outline in outlines for name, _ in outline)
        cost += work.STROKED_PIECE * pieces
    return cost * (1 + len(run.style.text_shadow))


def _line_cost(line: DecorationLine) -> float:
    thicknesses = (line.right - line.left) / max(1.0, line.exact)
    return thicknesses * {"wavy": work.WAVE, "dotted": work.DOT, "dashed": work.DOT}.get(
        line.decoration.style, 0.0
    )


def image_cost(rect: Rect) -> Cost:
    """Return the cost of an image that fills a rectangle, in device px."""
    own = abs(rect.width * rect.height)
    whole = own <= work.MAX_WHOLE_IMAGE
    once = work.WHOLE_IMAGE * own if whole else work.PART_OF_IMAGE * work.MAX_WHOLE_IMAGE
    return Cost("text", work.IMAGE, work.STEP + once)
