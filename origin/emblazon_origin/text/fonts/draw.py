"""Glyph runs as pixels: one mask for all glyphs of a run, so that paint does one paste per run.

Positions are those of Skia with sub-pixel positioning: a glyph's origin lies at the nearest quarter of a
device pixel across and on a whole one down; pictures of colour glyphs lie on the whole pixel before it.
Coverage is corrected for the text's colour as Skia does
(`glyphs.py`): by default the run's fill colour, `color` for shadows and the like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from math import floor, prod
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, _imaging

from ...caching import ByteCache
from ...style.values.value_types import Color
from ..line_model import GlyphRun
from .font_instance import FontInstance
from .glyphs import MAX_GLYPH_SIDE, SUBPIXEL_STEPS, GlyphMask, color_glyph, luminance_level, strike_of

if TYPE_CHECKING:
    from PIL._imaging import ImagingCore


class PlacedColor(NamedTuple):
    """A colour glyph and the device pixel of its top left corner."""

    image: Image.Image
    x: int
    y: int


class RunMask(NamedTuple):
    """Coverage of a whole run: an "L" image and the device pixel of its top left; None if nothing shows."""

    image: Image.Image | None
    x: int
    y: int


_EMPTY = Image.new("L", (0, 0))  # makes pictures of what Pillow itself holds
_HALF_STEP = 0.5 / SUBPIXEL_STEPS
_FAR = 1 << 40
_MAX_KEPT = 12  # glyphs
_MAX_RUN = 1 << 14  # device px of a run that are drawn, along each axis
PlacedMask = tuple[GlyphMask, int, int]  # mask, x and y of its top left
_runs: ByteCache[RunMask] = ByteCache(
    "runs", 8 << 20, lambda run: 300 + (prod(run.image.size) if run.image else 0), largest=0.25
)


def fill_color(run: GlyphRun) -> Color:
    """Return the colour that fills a run's glyphs."""
    return run.style.text_fill_color or run.style.color


def run_mask(
    run: GlyphRun,
    origin: tuple[float, float],
    dpr: float = 1.0,
    *,
    moved: tuple[float, float] = (0.0, 0.0),
    color: Color | None = None,
) -> RunMask:
    """Return one mask for a run, cached where that is short: names, dates and labels come again.

    `origin` is where the run's (x = 0, baseline) lies on the canvas in device px: the block's content-box
    left, and its top plus `Line.baseline`; `moved` is a transform's translation. `run.shift` is applied here.
    The mask's x and y are device px on the canvas. The image is shared: do not draw into it.
    """
    level = luminance_level(color or fill_color(run))
    x0 = origin[0] + moved[0] + run.x * dpr
    y0 = run.baseline_at(origin[1], dpr) + moved[1]
    # The same glyphs at the same fraction of a pixel make the same mask, wherever the run lies.
    whole_x, whole_y = floor(x0), floor(y0 + 0.5)
    fraction = x0 - whole_x
    tight = run.style.letter_spacing < 0
    if len(run.glyphs) > _MAX_KEPT:
        drawn = _composed(run, fraction, dpr, level, tight)
        return RunMask(drawn.image, drawn.x + whole_x, drawn.y + whole_y)
    key = (
        run.font,
        run.size * dpr,
        tuple(run.glyphs),
        tuple(run.xs),
        tuple(run.ys),
        fraction,
        dpr,
        level,
        tight,
    )
    found = _runs.peek(key)
    if found is None:
        found = _runs.put(key, _composed(run, fraction, dpr, level, tight))
    return RunMask(found.image, found.x + whole_x, found.y + whole_y)


def joined_mask(
    runs: Sequence[GlyphRun], origin: tuple[float, float], dpr: float, moved: tuple[float, float]
) -> RunMask | None:
    """Return one mask for runs of one style, left to right; None where glyphs of two of them may meet."""
    level = luminance_level(fill_color(runs[0]))
    inked: list[_Ink] = []
    left = top = _FAR
    right = bottom = -_FAR
    for run in runs:
        x0 = origin[0] + moved[0] + run.x * dpr
        x, y = floor(x0), floor(run.baseline_at(origin[1], dpr) + moved[1] + 0.5)
        own, x1, y1, x2, y2 = _inked(run, x0 - x, dpr, level)
        if not own:
            continue
        if x1 + x < right:
            return None
        left, top = min(left, x1 + x), min(top, y1 + y)
        right, bottom = max(right, x2 + x), max(bottom, y2 + y)
        inked += [(core, x1 + x, y1 + y, x2 + x, y2 + y) for core, x1, y1, x2, y2 in own]
    if not inked:
        return RunMask(None, 0, 0)
    tight = runs[0].style.letter_spacing < 0
    return None if right - left > _MAX_RUN else _laid(inked, left, top, right, bottom, tight)


def _composed(run: GlyphRun, fraction: float, dpr: float, level: int, tight: bool) -> RunMask:
    """Return the mask of a run that begins at a fraction of a pixel."""
    inked, left, top, right, bottom = _inked(run, fraction, dpr, level)
    return _laid(inked, left, top, right, bottom, tight) if inked else RunMask(None, 0, 0)


_Ink = tuple["ImagingCore", int, int, int, int]  # a glyph's coverage, and its edges: left, top, right, bottom


def compose(placed: Iterable[PlacedMask], *, tight: bool = False) -> RunMask:
    """Return the coverage of glyphs together, each laid over those before it; `tight` as in `_laid`."""
    inked = _inks(placed)
    return _laid(inked, *_edges(inked), tight) if inked else RunMask(None, 0, 0)


def _inks(placed: Iterable[PlacedMask]) -> list[_Ink]:
    return [
        (core, x, y, x + width, y + height)
        for (core, _, _, width, height), x, y in placed
        if core is not None
    ]


def _edges(inked: list[_Ink]) -> tuple[int, int, int, int]:
    """Return how far glyphs reach together: left, top, right, bottom."""
    _, lefts, tops, rights, bottoms = zip(*inked, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _inked(run: GlyphRun, x0: float, dpr: float, level: int) -> tuple[list[_Ink], int, int, int, int]:
    """Return the glyphs of a run whose baseline begins at (x0, 0), device px, and the common edges of any."""
    font, size = run.font, run.size * dpr
    if font.is_color or size <= 0 or size > MAX_GLYPH_SIDE:
        return [], 0, 0, 0, 0
    masks = strike_of(font, size, level)
    drops = [floor(0.5 - gy * dpr) for gy in run.ys] if any(run.ys) else repeat(0)
    x0, dpr = (x0 + _HALF_STEP) * SUBPIXEL_STEPS, dpr * SUBPIXEL_STEPS
    inked = []
    left = top = _FAR
    right = bottom = -_FAR
    # Comparisons in place of `min` and `max`: cards have hundreds of glyphs.
    for glyph, gx, drop in zip(run.glyphs, run.xs, drops, strict=False):
        steps = floor(x0 + gx * dpr)
        core, x1, y1, width, height = masks[glyph << 3 | steps % SUBPIXEL_STEPS]
        if core is None:
            continue
        x1 += steps // SUBPIXEL_STEPS
        y1 += drop
        x2, y2 = x1 + width, y1 + height
        if x1 < left:
            left = x1
        if y1 < top:
            top = y1
        if x2 > right:
            right = x2
        if y2 > bottom:
            bottom = y2
        inked.append((core, x1, y1, x2, y2))
    return inked, left, top, right, bottom


def _laid(inked: list[_Ink], left: int, top: int, right: int, bottom: int, tight: bool) -> RunMask:
    """Return the coverage of glyphs within such edges.

    `tight` ones, that negative letter-spacing moves into each other, are added up: where two edges meet
    in a pixel, each with a part of it, "over" leaves a hairline of the ground between them.
    """
    width, height = right - left, bottom - top
    if width > _MAX_RUN or height > _MAX_RUN:
        inked = [ink for ink in inked if ink[1] - left < _MAX_RUN and ink[2] - top < _MAX_RUN]
        width, height = min(width, _MAX_RUN), min(height, _MAX_RUN)
    laid = _imaging.fill("L", (width, height), 0)  # what Pillow's methods call, in half the time
    drawn = left
    for core, x1, y1, x2, y2 in inked:
        box = x1 - left, y1 - top, x2 - left, y2 - top
        if x1 >= drawn:  # nothing is there to be laid over
            laid.paste(core, box)
        elif tight:
            laid.paste(laid.crop(box).chop_add(core, 1.0, 0), box)
        else:
            laid.paste(255, box, core)
        if x2 > drawn:
            drawn = x2
    return RunMask(_EMPTY._new(laid), left, top)


def color_glyphs(
    run: GlyphRun,
    origin: tuple[float, float],
    dpr: float = 1.0,
    foreground: tuple[int, int, int, int] = (0, 0, 0, 255),
    *,
    moved: tuple[float, float] = (0.0, 0.0),
) -> list[PlacedColor]:
    """Return the colour glyphs of a run (none for monochrome fonts), placed as by `run_mask`."""
    font: FontInstance = run.font
    if not font.is_color:
        return []
    x0, y0 = origin[0] + moved[0] + run.x * dpr, run.baseline_at(origin[1], dpr) + moved[1]
    placed = []
    for glyph, gx, gy in zip(run.glyphs, run.xs, run.ys, strict=True):
        drawn = color_glyph(font, glyph, run.size * dpr, foreground)
        if drawn.image is not None:
            x, y = snap(x0 + gx * dpr)[0], floor(y0 - gy * dpr + 0.5)
            placed.append(PlacedColor(drawn.image, x + drawn.left, y + drawn.top))
    return placed


def snap(x: float) -> tuple[int, float]:
    """Return the nearest quarter of a pixel as a whole pixel and the rest, which may exceed the quarter."""
    x += _HALF_STEP
    whole = floor(x)
    return whole, x - whole
