"""Computed font properties: size keywords, the monospace quirk, relative weights.

What the computation of one element gives: its style, and what its children inherit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..properties.font import SIZES
from ..syntax.declarations import Custom
from ..syntax.registry import Values
from ..values.computed import ComputedStyle
from ..values.units import Context, LineHeight

_MONOSPACE_SCALE = 13 / 16


@dataclass(frozen=True, slots=True)
class FontState:
    """What of a font is inherited beside its computed values."""

    size: float = 16.0
    keyword: str | None = "medium"  # the keyword the size comes from
    absolute: bool = False  # set by a length of its own: the monospace quirk leaves it alone
    monospace: bool = False  # the only family is the generic `monospace`
    weight: float = 400.0


def compute_font(values: Values, fields: Values, parent: FontState | None, context: Context) -> FontState:
    """Set the font fields from own values; return what children need to know."""
    state = parent or FontState()
    if not any(key.startswith("font_") for key in values):
        if parent is None:
            fields["font_size"] = state.size
        return state
    for key in _DIRECT & values.keys():
        fields[key] = values[key]
    if "font_style" in values:
        fields["font_style"], fields["font_oblique_angle"] = values["font_style"]
    if "font_weight" in values:
        values["font_weight"] = fields["font_weight"] = _weight(values["font_weight"], state.weight)
    monospace = fields.get("font_family", ()) == ("monospace",)
    size, keyword, absolute = _size(values.get("font_size"), state, monospace)
    size = min(max(size, 0.0), 10_000.0)
    fields["font_size"] = size
    if "font_size" in values:
        values["font_size"] = size
    return FontState(size, keyword, absolute, monospace, fields.get("font_weight", 400.0))


_DIRECT = frozenset((
    "font_family", "font_stretch", "font_variation_settings", "font_feature_settings",
    "font_synthesis_weight", "font_synthesis_style", "font_synthesis_small_caps", "font_optical_sizing",
    "font_variant_emoji",
))  # fmt: skip


def _size(value: Any, parent: FontState, monospace: bool) -> tuple[float, str | None, bool]:
    """Return px, the keyword it comes from, and whether it is absolute.

    `value` is what `font_size` reads, px of a parent, or None: a row's value, hence `Any`.
    """
    scale = _MONOSPACE_SCALE if monospace else 1.0
    if value is None or isinstance(value, float):  # inherited
        return _inherited(parent, monospace)
    kind = value[0]
    if kind == "keyword":
        return SIZES[value[1]] * scale, value[1], False
    if kind == "relative":
        base, _keyword, absolute = _inherited(parent, monospace)
        return base * value[1], None, absolute
    _kind, length, relative = value
    if not relative:
        return length.resolve(parent.size), None, True
    base, _keyword, absolute = _inherited(parent, monospace)
    return length.resolve(parent.size) * (base / parent.size if parent.size else 1.0), None, absolute


def _inherited(parent: FontState, monospace: bool) -> tuple[float, str | None, bool]:
    """The parent's size, rescaled where the generic family changes to or from monospace (Chromium)."""
    if monospace == parent.monospace or parent.absolute:
        return parent.size, parent.keyword, parent.absolute
    if parent.keyword is not None:
        return SIZES[parent.keyword] * (_MONOSPACE_SCALE if monospace else 1.0), parent.keyword, False
    factor = _MONOSPACE_SCALE if monospace else 1 / _MONOSPACE_SCALE
    return parent.size * factor, None, False


def _weight(value: float | str, parent: float) -> float:
    """CSS Fonts 4 §2.2.1: what bolder and lighter are."""
    if value == "bolder":
        return 400.0 if parent < 350 else 700.0 if parent < 550 else max(parent, 900.0)
    if value == "lighter":
        return (
            min(parent, 100.0)
            if parent < 100
            else 100.0
            if parent < 550
            else 400.0
            if parent < 750
            else 700.0
        )
    return float(value)


@dataclass(slots=True)
class Computed:
    """Everything of one element that its children need."""

    style: ComputedStyle
    values: Values  # own computed values by key
    inherited: Values  # inherited computed values by key, ancestors' included
    fields: Values  # the fields of ComputedStyle that children start from
    custom: Mapping[str, Custom | None]
    font: FontState
    line_height: LineHeight = 19.2
    scheme: str = "light"
    paint: Mapping[str, str] = field(default_factory=dict)  # SVG properties handed down
    first_line: Computed | None = None  # on the first line of a block with a ::first-line

    def copied(self) -> Computed:
        """Return the same for another element, which may have some of its own."""
        return Computed(
            self.style, self.values, self.inherited, self.fields, self.custom, self.font, self.line_height,
            self.scheme, self.paint, self.first_line,
        )  # fmt: skip
