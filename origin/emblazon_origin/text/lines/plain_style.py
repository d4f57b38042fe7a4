"""What a style says of plain text and of its lines, found once and kept with it."""

from __future__ import annotations

from dataclasses import dataclass

from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_library import FontLibrary
from ..fonts.font_set import FontSet
from ..shaping.shape import Features, features_of
from ..shaping.shaper import has_halt
from .builder import BoxMetrics, box_metrics
from .line_alignment import alignment

_BIDI = ("plaintext", "bidi-override", "isolate-override")


@dataclass(slots=True, eq=False)
class PlainStyle:
    """A style as text of its own and as the block around it see it, with one library on one grid."""

    fonts: FontLibrary
    grid: float
    # Of a text
    may_be_plain: bool  # nothing parts it, turns it or keeps its white space
    is_as_written: bool  # no other characters are shown than there are
    font_set: FontSet
    font: FontInstance  # the first available one
    features: Features  # of that
    closes_up: bool  # whether that font has full-width marks that lines may halve
    breaks_at_spaces: bool  # words are kept whole, and spaces do break
    # Of a block
    base: int | None  # level of its paragraphs; None where that is not all there is to their directions
    root: BoxMetrics
    indent: float | None  # px; None for a share of the width
    is_placed_plainly: bool  # lines take no more than placing their glyphs
    last_align: str  # of a line that ends the block


def plain_style(style: ComputedStyle, fonts: FontLibrary, grid: float) -> PlainStyle:
    """Return what is known of a style."""
    try:
        found = style.lettered
    except AttributeError:
        found = None
    if isinstance(found, PlainStyle) and found.fonts is fonts and found.grid == grid:
        return found
    found = style.lettered = _found(style, fonts, grid)
    return found


def _found(style: ComputedStyle, fonts: FontLibrary, grid: float) -> PlainStyle:
    font_set = fonts.font_set(style)
    font, rtl = font_set.primary, style.direction == "rtl"
    return PlainStyle(
        fonts,
        grid,
        style.white_space_collapse == "collapse"
        and style.writing_mode == "horizontal-tb"
        and not style.font_variant_features,
        style.text_transform == "none" and style.text_security == "none",
        font_set,
        font,
        features_of(style, font),
        has_halt(font),
        style.text_wrap_mode == "wrap"
        and style.line_break != "anywhere"
        and style.word_break != "break-all"
        and not (style.hyphens == "auto" and style.lang),
        None if style.unicode_bidi in _BIDI else int(rtl),
        box_metrics(style, fonts, 1.0, grid),
        style.text_indent.px if style.text_indent.is_absolute else None,
        style.hanging_punctuation == "none" and not style.text_emphasis_style and style.text_fit is None,
        alignment(style, rtl=rtl, forced=True),
    )
