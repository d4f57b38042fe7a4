"""Cascaded values → computed values of one element (CSS Cascade 5 §4.4), and `ComputedStyle` from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..color.css_color import recolored
from ..color.names import WHITE
from ..document.doctype import Mode
from ..syntax.declarations import Custom, PendingSubstitution, Wide
from ..syntax.registry import LONGHANDS, Values
from ..syntax.sheet_model import PropertyRule
from ..syntax.variables import Replacer
from ..values import value_types as v
from ..values.budget import BUDGET, Exhausted
from ..values.computed import ComputedStyle
from ..values.tokens import Deferred
from ..values.units import ContainerSize, Context, FontMetricsPort, Viewport
from ..values.writing_modes import Lines
from . import computed_values
from .custom_properties import absolute, substituted
from .font_properties import Computed, FontState, compute_font

INHERITED = frozenset(key for key, row in LONGHANDS.items() if row.inherited)
FONT_KEYS = (
    "font_family", "font_size", "font_weight", "font_style", "font_stretch", "font_variation_settings",
    "font_feature_settings", "font_synthesis_weight", "font_synthesis_style", "font_synthesis_small_caps",
    "font_optical_sizing",
    "font_variant_emoji", "font_variant_ligatures", "font_variant_caps", "font_variant_numeric",
    "font_variant_east_asian", "font_variant_position", "font_kerning",
)  # fmt: skip
_FONT_SET = frozenset(FONT_KEYS)
_RECOLORED = frozenset(("text_shadow", "text_stroke_color", "text_fill_color", "text_emphasis_color"))
_LONG, _TOKENS = 8, 14  # a value of more parts, each of which counts as so many tokens
_EARLY = _FONT_SET | frozenset(("line_height", "color_scheme", "color"))
_COMPUTED_HERE = frozenset((PendingSubstitution, Wide, Deferred))  # kinds of values; others are as cascaded
_INHERITED_FIELDS = frozenset(computed_values.INHERITED_FIELDS)


@dataclass(slots=True)
class Environment:
    """What one document's styles compute against."""

    viewport: Viewport
    base: str
    metrics: FontMetricsPort | None = None
    root: Computed | None = None
    container: ContainerSize | None = None  # of the element that is being computed
    notes: list[tuple[PendingSubstitution, str]] = field(default_factory=list)
    substituted: dict[tuple[int, Lines, int], tuple[Values, object]] = field(default_factory=dict)
    registered: Mapping[str, PropertyRule] = field(default_factory=dict)
    quirks: Mode = "none"


@dataclass(slots=True)
class Computation:
    """The computation of one element: cascaded values in, `Computed` out."""

    env: Environment
    parent: Computed | None
    cascaded: Values
    custom: Mapping[str, Custom | None]
    declared: Mapping[str, Custom | Wide] = field(default_factory=dict)  # custom properties declared here
    replacer: Replacer | None = None
    context: Context = field(init=False)

    def compute(self) -> Computed:
        """Return the element's computed values and style."""
        parent, env = self.parent, self.env
        self.context = Context(env.viewport, base=env.base, metrics=env.metrics, container=env.container)
        context = self.context
        fields: Values = {}
        if parent is not None:
            fields.update(parent.fields)
            context.font_size = parent.font.size
            context.line_height = parent.line_height
            context.color = parent.style.color
            context.style = parent.style
            context.scheme = parent.scheme  # type: ignore[assignment]
        elif env.quirks != "none":
            fields["quirks"] = env.quirks
        if env.root is not None:
            context.root_font_size = env.root.font.size
            context.root_line_height = env.root.line_height
        values: Values = {}
        self.fonts(values)
        font = compute_font(values, fields, parent.font if parent else None, context)
        self.first(values, fields, font)
        if env.registered and self.declared:
            self.custom = absolute(self.custom, self.declared, env.registered, context)
        for key, value in self.cascaded.items():
            if key not in _EARLY:
                values[key] = self.value(key) if value.__class__ in _COMPUTED_HERE else value
        inherited = parent.inherited if parent is not None else {}
        own = {key: value for key, value in values.items() if key in INHERITED}
        if own:
            inherited = {**inherited, **own}
        computed_values.apply(fields, values, inherited, parent, context)
        handed_down = parent.fields if parent is not None else {}
        if own or parent is None:
            handed_down = {k: x for k, x in fields.items() if k in _INHERITED_FIELDS}
        return Computed(
            ComputedStyle.of(fields), values, inherited, handed_down, self.custom, font,
            context.line_height, context.scheme,
        )  # fmt: skip

    def fonts(self, values: Values) -> None:
        """Resolve font properties, whose relative units are the parent's."""
        for key in _FONT_SET & self.cascaded.keys():
            values[key] = self.value(key)

    def first(self, values: Values, fields: Values, font: FontState) -> None:
        """Resolve what other properties depend on: line height, colour scheme, colour."""
        context, cascaded = self.context, self.cascaded
        if self.env.root is None:
            context.root_font_size = font.size
        context.font_size, context.style = font.size, ComputedStyle.of(fields)
        context.measured = None
        if "line_height" in cascaded:
            values["line_height"] = self.value("line_height")
        computed_values.line_height(values, fields, font, context, self.parent)
        if "color_scheme" in cascaded:
            values["color_scheme"] = self.value("color_scheme")
            context.scheme = computed_values.scheme(values["color_scheme"], self.env.viewport)  # type: ignore[assignment]
        if self.parent is None and context.scheme == "dark":
            fields["color"] = context.color = WHITE
        if "color" in cascaded:
            color = v.Color(*self.value("color"))
            values["color"] = context.color = fields["color"] = color
            for key in _RECOLORED & fields.keys():
                fields[key] = recolored(fields[key], color)

    def value(self, key: str) -> Any:  # of the type that the parser of the key's row gives
        """Return the computed value of a cascaded key."""
        value = self.cascaded[key]
        kind = value.__class__
        if kind is PendingSubstitution:
            value = self.pending(key, value)
            kind = value.__class__
        if kind is Wide:
            return self.wide(key, value.keyword)
        if kind is not Deferred:
            return value
        if value.size > _LONG:
            try:
                BUDGET.token(_TOKENS * value.size)
            except Exhausted:
                return self.wide(key, "unset")
        return value.fn(self.context)

    def pending(self, key: str, value: PendingSubstitution) -> object:
        """Substitute custom properties; what does not parse then is `unset` (CSS Variables 1 §3)."""
        if value.of_element:
            found_here = substituted(value, self.custom, self.env.notes, self.replacer)
            return found_here.get(key, Wide("unset"))
        cache = self.env.substituted
        which = (id(value.tokens), value.lines, id(self.custom))
        found = cache.get(which)
        if found is None:  # the entry keeps the mapping alive, and so its id
            found = cache[which] = (
                substituted(value, self.custom, self.env.notes, self.replacer),
                self.custom,
            )
        return found[0].get(key, Wide("unset"))

    def wide(self, key: str, keyword: str) -> object:
        """Return what inherit, initial or unset (and an unmatched revert) stand for."""
        row = LONGHANDS[key]
        if keyword == "inherit" or (keyword != "initial" and row.inherited):
            parent = self.parent
            if parent is not None:
                table = parent.inherited if row.inherited else parent.values
                if key in table:
                    return recolored(table[key], self.context.color)
                if key in computed_values.DERIVED_INITIALS:
                    return computed_values.DERIVED_INITIALS[key](parent.style)
        initial = row.initial
        return initial.fn(self.context) if initial.__class__ is Deferred else initial
