"""What inline layout asks of a style again and again, found once and kept with it."""

from __future__ import annotations

from dataclasses import dataclass

from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_library import FontLibrary
from ..fonts.font_set import FontSet
from ..shaping.shape import Features, features_of
from ..shaping.shaper import Shaper, has_halt
from .box_metrics import BoxMetrics, box_metrics
from .line_alignment import alignment

_BIDI = ("plaintext", "bidi-override", "isolate-override")


@dataclass(slots=True, eq=False)
class TextTraits:
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
    # Of an inline box
    is_painted: bool  # with more than its text, or with edges or a place of its own


def text_traits(style: ComputedStyle, fonts: FontLibrary, grid: float) -> TextTraits:
    """Return what is known of a style."""
    try:
        found = style.lettered
    except AttributeError:
        found = None
    if isinstance(found, TextTraits) and found.fonts is fonts and found.grid == grid:
        return found
    found = style.lettered = _found(style, fonts, grid)
    return found


def _found(style: ComputedStyle, fonts: FontLibrary, grid: float) -> TextTraits:
    font_set = fonts.font_set(style)
    font, rtl = font_set.primary, style.direction == "rtl"
    return TextTraits(
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
        _is_painted(style),
    )


def metrics_of(style: ComputedStyle, shaper: Shaper) -> BoxMetrics:
    """Return the metrics of a box by its own font and line-height, where a text is shaped; no shift yet."""
    if shaper.scale == 1.0:
        return text_traits(style, shaper.fonts, shaper.grid).root
    return box_metrics(style, shaper.fonts, shaper.scale, shaper.grid)


def _is_painted(style: ComputedStyle) -> bool:
    return (
        style.position == "relative"
        or style.opacity < 1
        or style.background_color.a > 0
        or any(layer.image is not None for layer in style.background_layers)
        or bool(style.box_shadow)
        or has_edges(style)
        or any((style.border_top_width, style.border_bottom_width, style.outline_width))
    )


def has_edges(style: ComputedStyle) -> bool:
    """Whether an inline box takes room before or after its content."""
    edges = (style.margin_left, style.margin_right, style.padding_left, style.padding_right)
    sides = any(edge == "auto" or edge.resolve(1.0) != 0 for edge in edges)
    return sides or style.border_left_width != 0 or style.border_right_width != 0
