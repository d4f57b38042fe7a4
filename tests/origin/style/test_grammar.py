"""Which values are accepted, against Chromium's `CSS.supports()` for 1 299 declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tinycss2

from emblazon_origin.style.syntax import registry
from emblazon_origin.style.syntax.declarations import evaluate, keys_of
from emblazon_origin.style.syntax.registry import Other
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.tokens import InvalidValue, UnsupportedValue

# Where Emblazon follows the specification beyond Chromium, or does not draw what Chromium does.
DEVIATIONS = {
    "width": {"calc-size(auto,size)"},
    "align-content": {"last baseline"},
    "font-synthesis": {"position"},
    "text-align": {"match-parent"},
    "text-transform": {"full-width", "uppercase full-width", "capitalize lowercase", "full-size-kana"},
    "text-underline-position": {"left right"},
    "text-overflow": {'"x"', "ellipsis clip"},
    "-webkit-line-clamp": {'2 "x"'},
    "line-clamp": {"2"},
    "list-style-type": {'symbols("a" "b")'},
    "background-blend-mode": {"plus-lighter"},
    "mask-composite": {"xor"},
    "mask-clip": {"text"},
    "image-rendering": {"smooth"},
}


def accepts(name: str, value: str) -> bool | None:
    """Return whether a declaration parses; None where it is good CSS that is not drawn."""
    row = registry.find(name)
    assert row is not None
    assert not isinstance(row, Other), name
    try:
        evaluate(row, tinycss2.parse_component_value_list(value))
    except InvalidValue:
        return False
    except UnsupportedValue:
        return None
    return True


def test_values_are_accepted_as_chromium_accepts_them(recorded: Callable[[str], Any]) -> None:
    wrong = [
        f"{name}: {value}"
        for name, verdicts in recorded("grammar").items()
        for verdict, opposite in (("valid", False), ("invalid", True))
        for value in verdicts[verdict]
        if accepts(name, value) is opposite and value not in DEVIATIONS.get(name, ())
    ]
    assert wrong == []


def test_every_field_of_a_style_comes_from_a_property() -> None:
    folded = {
        "aspect_ratio_auto", "font_oblique_angle", "font_variant_features", "lang", "line_height_factor",
        "tab_size_is_length", "text_decorations", "list_style_type_is_string", "background_layers",
        "mask_layers", "clip_path_box", "flex_balances", "block_align", "was_inline", "flow", "physical",
        "quirks", "ruby", "is_webkit_box", "box_flex", "box_ordinal_group", "gutters", "overhangs",
    }  # fmt: skip
    fields = set(ComputedStyle.__annotations__) - {
        "derived",
        "fonts",
        "lettered",
        "painted",
    }  # what later stages make of the others
    assert fields - set(registry.LONGHANDS) == folded


def test_every_key_of_a_shorthand_is_a_longhand() -> None:
    for name, row in registry.PROPERTIES.items():
        assert set(keys_of(row)) <= set(registry.LONGHANDS), name


def test_every_alias_names_a_property() -> None:
    assert all(of in registry.PROPERTIES for of in registry.ALIASES.values())


def test_initial_values_of_direct_fields_are_the_class_attributes() -> None:
    special = {
        "aspect_ratio", "font_size", "font_style", "letter_spacing", "word_spacing", "tab_size",
        "list_style_type", "clip_path", "quotes", "color", "flex_wrap",
    }  # fmt: skip
    for key, row in registry.LONGHANDS.items():
        if key in ComputedStyle.__annotations__ and key not in special:
            initial = row.initial
            if key.endswith(("_color", "_width")) and key.startswith(("border", "outline", "text_stroke")):
                continue  # currentcolor, and medium without a style
            assert getattr(ComputedStyle, key) == initial, key


def test_numbers_that_depend_on_the_element_are_refused_where_none_can_be_known() -> None:
    assert accepts("background-image", 'image-set("a.png" calc(1x * sign(1em)), "b.png" 2x)') is False
    assert accepts("color", "alpha(from red / sign(1em))") is False
