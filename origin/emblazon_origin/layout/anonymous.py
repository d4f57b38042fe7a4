"""Styles of anonymous boxes: what their parent hands down, and initial values for the rest."""

from __future__ import annotations

from ..style.computed import ComputedStyle

INHERITED = frozenset({
    "visibility", "color", "font_family", "font_size", "font_weight", "font_style", "font_oblique_angle",
    "font_stretch", "font_variation_settings", "font_feature_settings", "font_variant_features",
    "font_synthesis_weight", "font_synthesis_style", "font_optical_sizing", "font_variant_emoji", "lang",
    "line_height", "line_height_factor", "letter_spacing", "word_spacing", "text_align", "text_align_last",
    "text_justify", "text_indent", "text_transform", "white_space_collapse", "text_wrap_mode",
    "text_wrap_style", "tab_size", "tab_size_is_length", "word_break", "overflow_wrap", "line_break",
    "hyphens", "hyphenate_character", "text_spacing_trim", "direction", "text_shadow", "text_stroke_width",
    "text_stroke_color", "text_fill_color", "paint_order_stroke_first", "quotes", "hanging_punctuation",
    "list_style_type", "list_style_type_is_string", "list_style_position", "list_style_image",
    "image_rendering",
    # Not inherited in CSS, but a parent's anonymous boxes draw its text:
    "text_decorations",
})  # fmt: skip


def anonymous_style(parent: ComputedStyle, **changes: object) -> ComputedStyle:
    """Return the style of an anonymous block box inside `parent`."""
    style = ComputedStyle()
    style.__dict__.update({name: value for name, value in parent.__dict__.items() if name in INHERITED})
    style.__dict__.update({"display": "block"} | changes)
    return style
