"""Emphasis marks: small glyphs over or under each character (CSS Text Decoration 3 §3)."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import replace
from typing import NamedTuple

from ...clusters import CLUSTER
from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_library import FontLibrary
from ..fonts.font_metrics import FontMetrics, round_half_up
from ..line_model import GlyphRun, Line
from ..shaping.shape import Glyphs, shape
from .draft import Leaf

_SIZE = 0.5  # of the text's
_WITHOUT = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf", "Cn"))
# Separators of words that have an ink of their own.
_SYMBOLS = frozenset("#%&@§¶؉؊٪‰‱⁊⁋⁓〽")  # punctuation that is marked, and what is made of it
_SEPARATORS = frozenset("\u1361\U00010100\U00010101\U0001039f\U000103d0\u0f0b\u0f0c")


class Mark(NamedTuple):
    """The glyphs of a mark from its own middle, at its size; px."""

    font: FontInstance
    size: float
    font_size: float
    glyphs: list[int]
    xs: list[float]
    metrics: FontMetrics


def mark_of(style: ComputedStyle, fonts: FontLibrary, scale: float, grid: float) -> Mark | None:
    """Return the mark of a style: its first character, in half the size."""
    text = style.text_emphasis_style
    found = CLUSTER.match(text)
    if found is None:
        return None
    size = style.font_size * scale * _SIZE
    font = fonts.font_set(style.replace(font_size=size)).select(found[0], "Zyyy").font
    shaped = shape(
        font, found[0], 0, len(found[0]), script="Zyyy", rtl=False, language=style.lang, features=()
    )
    used = size * font.adjust.size
    per_unit = used / font.units_per_em
    xs: list[float] = []
    pen, left, right = 0.0, float("inf"), float("-inf")
    for glyph, advance in zip(shaped.glyphs, shaped.advances, strict=True):
        xs.append(pen)
        extents = font.hb_font.get_glyph_extents(glyph)
        if extents is not None:
            left = min(left, pen + extents.x_bearing * per_unit)
            right = max(right, pen + (extents.x_bearing + extents.width) * per_unit)
        pen += advance * per_unit
    middle = (left + right) / 2 if right > left else pen / 2
    return Mark(font, used, size, shaped.glyphs, [x - middle for x in xs], font.metrics(size, grid))


def with_room(line: Line, marks: list[GlyphRun], room: float) -> Line:
    """Return a line with its marks, as high as they need it (§3.4); `room` is free above the line, px."""
    above = below = 0.0
    for run in marks:
        size = run.size / run.font.adjust.size
        own_above, own_below = em_extent(run.font.metrics(size), size)
        above = max(above, math.ceil(size) - own_below - run.shift)
        below = max(below, math.ceil(size) - own_above + run.shift)
    line = grown(line, above, below, room)
    line.runs.extend(marks)
    return line


def grown(line: Line, above: float, below: float, room: float) -> Line:
    """Return a line as high as what reaches so far above and below its baseline needs it."""
    ascent = line.baseline - line.y
    down = max(0.0, above - ascent - room)
    more = max(0.0, below - (line.height - ascent))
    return replace(
        line.moved(down),
        y=line.y,
        height=line.height + down + more,
        pushed=line.pushed + down,
        marked_below=max(line.marked_below, below),
    )


def room_below(line: Line, font: FontMetrics, size: float) -> float:
    """Return what a line leaves to marks of the next one: leading below the em box of its block."""
    used = max(em_extent(font, size)[1], line.marked_below)
    return max(0.0, line.y + line.height - line.baseline - used)


def room_before(style: ComputedStyle) -> float:
    """Return what a block leaves to marks of its first line: its padding; layout finds the room above it."""
    return style.padding_top.resolve(0.0)


def em_extent(font: FontMetrics, size: float) -> tuple[int, int]:
    """Return how far the em box reaches above and below the baseline, in whole px as in Chromium."""
    above = round_half_up((size - font.em_descent) * 64) / 64
    return math.ceil(above), math.ceil(size - above)


def mark_run(
    run: GlyphRun, leaf: Leaf, text: str, mark: Mark, extent: tuple[float, float]
) -> GlyphRun | None:
    """Return the marks of a run of a paragraph's text; `extent` is that of the text's em box."""
    if leaf.glyphs is None:
        return None
    style = run.style
    middles = _middles(leaf.glyphs, leaf.end, text, rtl=run.rtl)
    if not middles:
        return None
    above, below = extent
    mark_above, mark_below = em_extent(mark.metrics, mark.font_size)
    shift = run.shift + below + mark_above if _is_under(style) else run.shift - above - mark_below
    marked = style.replace(
        color=style.text_emphasis_color or style.color,
        text_fill_color=None,
        text_decorations=(),
        text_stroke_width=0.0,
        text_emphasis_style="",
    )
    return GlyphRun(
        font=mark.font,
        size=mark.size,
        glyphs=mark.glyphs * len(middles),
        xs=[middle + x for middle in middles for x in mark.xs],
        ys=[0.0] * (len(mark.glyphs) * len(middles)),
        x=run.x,
        width=run.width,
        shift=shift,
        style=marked,
        element=run.element,
        holder_top=run.holder_top,
    )


def _is_under(style: ComputedStyle) -> bool:
    """Tell whether marks stand below the line, as it lies before vertical text is turned."""
    over, beside = style.text_emphasis_position.split()
    if style.writing_mode == "horizontal-tb":
        return over == "under"
    return beside == ("right" if style.writing_mode == "sideways-lr" else "left")


def _middles(glyphs: Glyphs, end: int, text: str, *, rtl: bool) -> list[float]:
    """Return the middle of each character that takes a mark, from the run's beginning; px."""
    starts = sorted(set(glyphs.clusters))
    ends = dict(zip(starts, [*starts[1:], end], strict=True))
    middles: list[float] = []
    pen, at = 0.0, 0
    while at < len(glyphs.clusters):
        cluster, width = glyphs.clusters[at], 0.0
        while at < len(glyphs.clusters) and glyphs.clusters[at] == cluster:
            width += glyphs.advances[at]
            at += 1
        characters = CLUSTER.findall(text[cluster : ends[cluster]])
        share = width / len(characters) if characters else 0.0
        for index, character in enumerate(reversed(characters) if rtl else characters):
            if takes_mark(character[0]):
                middles.append(pen + share * (index + 0.5))
        pen += width
    return middles


def takes_mark(character: str) -> bool:
    """True for characters that are marked: all but punctuation, separators of words, and what is not seen."""
    category = unicodedata.category(character)
    if category[0] == "P":
        return unicodedata.normalize("NFKD", character)[0] in _SYMBOLS
    return character not in _SEPARATORS and category not in _WITHOUT
