"""From computed values to the fields of `ComputedStyle`: folding, defaults, blockification."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from ..color.css_color import CurrentColor
from ..syntax.registry import LONGHANDS, Values
from ..values import value_types as v
from ..values.anchors import ANCHORED_KEYS, NoAnchor, is_anchored
from ..values.backgrounds import BACKGROUND_KEYS, MASK_KEYS
from ..values.computed import ComputedStyle
from ..values.units import Context, Viewport
from ..values.writing_modes import HORIZONTAL, Lines
from .font_properties import Computed, FontState

# --- line height, colour scheme -----------------------------------------------------------------------


def line_height(
    values: Values,
    fields: Values,
    font: FontState,
    context: Context,
    parent: Computed | None,
) -> None:
    """Set line_height (used px or "normal") and its factor."""
    value = values.get("line_height")
    if isinstance(value, tuple) and value[0] == "factor":
        fields["line_height_factor"] = value[1]
        fields["line_height"] = value[1] * font.size
    elif isinstance(value, tuple):
        fields["line_height_factor"] = None
        px = value[1].resolve(font.size)
        fields["line_height"] = px
        values["line_height"] = ("length", v.Length(px))
    elif value == "normal":
        fields["line_height_factor"], fields["line_height"] = None, "normal"
    elif (factor := fields.get("line_height_factor")) is not None:
        fields["line_height"] = factor * font.size
    used = fields.get("line_height", "normal")
    if isinstance(used, float):
        context.line_height = used
    elif context.metrics is None or context.style is None:
        context.line_height = font.size * 1.2
    else:
        context.line_height = context.style


def scheme(names: tuple[str, ...], viewport: Viewport) -> str:
    """Return the used colour scheme (CSS Color Adjust 1 §2.3)."""
    if viewport.color_scheme in names:
        return viewport.color_scheme
    return next((n for n in names if n in ("light", "dark")), "light")


# The value is of the type that the parser of the key's row gives, hence `Any`.
_Setter: TypeAlias = Callable[[Values, Any, Context], None]

# --- fields ---------------------------------------------------------------------------------------------


def _px(key: str) -> _Setter:
    def set_(fields: Values, value: v.Length, context: Context) -> None:
        fields[key] = value.resolve(context.font_size)

    return set_


def _pair(first: str, second: str) -> _Setter:
    def set_(fields: Values, value: tuple[object, object], context: Context) -> None:
        fields[first], fields[second] = value

    return set_


def _vertical_align(fields: Values, value: object, context: Context) -> None:
    if isinstance(value, v.Length):
        value = v.Length(value.resolve(context.lines(context.line_height)))
    fields["vertical_align"] = value


def _text_fit(
    fields: Values, value: tuple[Literal["shrink", "grow"], tuple[v.Length, ...]] | None, context: Context
) -> None:
    if value is None:
        fields["text_fit"] = None
        return
    mode, sizes = value
    low, high = [*sizes, None, None][:2]
    fields["text_fit"] = v.TextFit(
        mode,
        low.resolve(context.font_size) if low is not None else 0.0,
        high.resolve(context.font_size) if high is not None else None,
    )


def _skip(fields: Values, value: object, context: Context) -> None:
    """A value that only folds into others, or is used by the cascade itself."""


def _text_align(fields: Values, value: str, context: Context) -> None:
    del context
    plain = value.removeprefix("-webkit-")
    fields["text_align"], fields["block_align"] = plain, plain if plain != value else "none"


def _rule_width(key: str) -> _Setter:
    def put(fields: Values, value: v.GapList[float], context: Context) -> None:
        fields[key] = value.mapped(lambda width: _snapped(width, context.viewport.dpr))

    return put


_SPECIAL: dict[str, _Setter] = {
    "column_rule_width": _rule_width("column_rule_width"),
    "row_rule_width": _rule_width("row_rule_width"),
    "letter_spacing": _px("letter_spacing"),
    "word_spacing": _px("word_spacing"),
    "tab_size": _pair("tab_size", "tab_size_is_length"),
    "list_style_type": _pair("list_style_type", "list_style_type_is_string"),
    "aspect_ratio": _pair("aspect_ratio_auto", "aspect_ratio"),
    "flex_wrap": _pair("flex_wrap", "flex_balances"),
    "clip_path": _pair("clip_path", "clip_path_box"),
    "vertical_align": _vertical_align,
    "text_align": _text_align,
    "text_fit": _text_fit,
}
_FOLDED = (
    "translate", "rotate", "scale", "transform", "background_blend_mode", "content", "quotes",
    "counter_reset",
    "counter_increment", "counter_set", "color_scheme", "line_height", "text_decoration_line",
    "text_decoration_style", "text_decoration_color", "text_decoration_thickness", "text_decoration_skip_ink",
    "text_underline_offset", "text_underline_position", "font_variant_ligatures", "font_variant_caps",
    "font_variant_numeric", "font_variant_east_asian", "font_variant_position", "font_kerning",
    "_webkit_line_clamp", "_webkit_box_orient", "_webkit_box_align", "_webkit_box_pack",
    "_webkit_box_direction", "_webkit_box_flex", "_webkit_box_ordinal_group", "clip",
    "scrollbar_gutter", "scrollbar_width",
)  # fmt: skip
_SPECIAL |= dict.fromkeys((*_FOLDED, *BACKGROUND_KEYS, *MASK_KEYS), _skip)
_SPECIAL |= {key: _skip for key in LONGHANDS if key.startswith("font_")}

_VARIANTS = (
    "font_variant_ligatures", "font_variant_caps", "font_variant_numeric", "font_variant_east_asian",
    "font_variant_position", "font_kerning",
)  # fmt: skip
_DECORATION = frozenset(k for k in _FOLDED if k.startswith("text_"))
_TRANSFORMS = ("translate", "rotate", "scale", "transform", "offset_path")
_BACKGROUND = frozenset((*BACKGROUND_KEYS, "background_blend_mode"))
_MASK = frozenset(MASK_KEYS)
_SIDES = ("top", "right", "bottom", "left")

INHERITED_FIELDS: tuple[str, ...] = (
    *(k for k, row in LONGHANDS.items() if row.inherited and (_SPECIAL.get(k) is not _skip)),
    *(k for k in LONGHANDS if k.startswith("font_") and k in ComputedStyle.__annotations__),
    "font_oblique_angle", "font_variant_features", "line_height", "line_height_factor", "tab_size",
    "tab_size_is_length", "list_style_type", "list_style_type_is_string", "quotes", "lang",
    "block_align", "quirks",
)  # fmt: skip

# What an unset property of the parent computes to, where that is not a constant.
DERIVED_INITIALS: dict[str, Callable[[ComputedStyle], object]] = {
    **{f"border_{s}_color": (lambda style: style.color) for s in _SIDES},
    "outline_color": lambda style: style.color,
    "text_decoration_color": lambda style: style.color,
}


def apply(
    fields: Values,
    values: Values,
    inherited: Values,
    parent: Computed | None,
    context: Context,
) -> None:
    """Write every computed value to the fields of the style to be."""
    for key, value in values.items():
        special = _SPECIAL.get(key)
        if special is None:
            fields[key] = value
        elif special is not _skip:
            special(fields, value, context)
    keys = values.keys()
    if not keys.isdisjoint(_VARIANTS):
        fields["font_variant_features"] = sum((inherited.get(k, ()) for k in _VARIANTS), ())
    if not keys.isdisjoint(_BACKGROUND):
        fields["background_layers"] = _layers(values, "background")
    if not keys.isdisjoint(_MASK):
        fields["mask_layers"] = _layers(values, "mask")
    if not keys.isdisjoint(_TRANSFORMS):
        _fold_transform(fields, values)
    if values.get("text_align") == "match-parent":
        fields["text_align"] = _matched(parent)
    elif values.get("text_align") == "-internal-center":
        _centre(fields, parent)
    if not keys.isdisjoint(_OF_EDGES):
        _borders(fields, values, fields.get("color", v.BLACK), context.viewport.dpr)
    if "text_decoration_line" in values or (parent is not None and parent.style.text_decorations):
        _decorations(fields, values, inherited, parent)
    if "overflow_x" in values or "overflow_y" in values:
        _overflow(fields)
    if not keys.isdisjoint(ANCHORED_KEYS) and fields.get("position") not in ("absolute", "fixed"):
        _without_anchors(fields, values)
    if "scrollbar_gutter" in values:
        _gutter(fields, values, parent)
    if "display" in values or not keys.isdisjoint(_OF_BOX_ITEMS):
        _inner_display(fields, values)
    if "clip" in values:
        _clip(fields, values)
    if "quotes" in values:
        if values["quotes"] is None:
            fields.pop("quotes", None)
        else:
            fields["quotes"] = values["quotes"]


def _without_anchors(fields: Values, values: Values) -> None:
    """What asks for anchors without a fallback is as if not said, in the flow (Anchor Positioning 1 §3.2)."""
    for key in ANCHORED_KEYS.intersection(values):
        if is_anchored(values[key]):
            try:
                values[key].resolve(0.0)
            except NoAnchor:
                fields[key] = LONGHANDS[key].initial


def _matched(parent: Computed | None) -> str:
    """`text-align: match-parent`: start and end by the parent's direction (CSS Text 3 §6.1)."""
    if parent is None:
        return "start"
    align, rtl = parent.style.text_align, parent.style.direction == "rtl"
    return {"start": "right" if rtl else "left", "end": "left" if rtl else "right"}.get(align, align)


def _centre(fields: Values, parent: Computed | None) -> None:
    """Centre the text of a header cell, unless something is said around it."""
    around = parent.style if parent is not None else ComputedStyle()
    said = around.text_align != "start"
    fields["text_align"] = around.text_align if said else "center"
    fields["block_align"] = "none"


def _fold_transform(fields: Values, values: Values) -> None:
    singles = tuple(values[k] for k in _TRANSFORMS[:3] if values.get(k) is not None)
    offset = () if values.get("offset_path") is None else (v.Transform("offset", ()),)
    fields["transform"] = (*singles, *offset, *values.get("transform", ()))


def _snapped(width: float, dpr: float) -> float:
    """Return a border width in whole device pixels, one at least (CSS Backgrounds 4 §3.3)."""
    device = width * dpr
    return math.floor(device) / dpr if device >= 1 else (1 / dpr if device > 0 else 0.0)


def _borders(fields: Values, values: Values, color: v.Color, dpr: float) -> None:
    """A border without style has no width; one with a style is medium and currentcolor by default."""
    for edge in _EDGES:
        style_key, width_key, color_key = edge
        if fields.get(style_key, "none") in ("none", "hidden"):
            if width_key in fields:
                fields[width_key] = 0.0
            continue
        fields[width_key] = _snapped(fields.get(width_key, 3.0), dpr)
        own = values.get(color_key)
        if own is None or own.__class__ is CurrentColor:
            raised = fields.get(style_key) in _RAISED and style_key != "outline_style"
            fields[color_key] = _FACE if raised else color


# As in Chromium: what looks raised or sunk is grey, unless a colour is named.
_RAISED = frozenset(("inset", "outset", "ridge", "groove"))
_FACE = v.Color(238 / 255, 238 / 255, 238 / 255)
_EDGES = tuple(
    (f"{name}_style", f"{name}_width", f"{name}_color")
    for name in (*(f"border_{s}" for s in _SIDES), "outline")
)
_OF_EDGES = frozenset([key for edge in _EDGES for key in edge])


def _inner_display(fields: Values, values: Values) -> None:
    """What `display` says of the inside: parts of ruby are inline boxes.

    `-webkit-box` is a block whose lines -webkit-line-clamp counts, else a flex box.
    """
    for key in _OF_BOX_ITEMS & values.keys():
        fields[key.removeprefix("_webkit_")] = values[key]
    name = fields.get("display")
    if name in ("ruby", "ruby-text"):
        fields["display"], fields["ruby"] = "inline", name
        return
    if name == "block ruby":
        fields["display"], fields["ruby"] = "block", "ruby"
        return
    if name not in ("-webkit-box", "-webkit-inline-box"):
        return
    inline = name == "-webkit-inline-box"
    vertical = values.get("_webkit_box_orient", "horizontal") == "vertical"
    lines = values.get("_webkit_line_clamp")
    if lines is not None and vertical:
        fields["display"] = "inline-block" if inline else "flow-root"
        fields["line_clamp"] = lines
        return
    fields["display"], fields["is_webkit_box"] = "inline-flex" if inline else "flex", True
    fields["flex_wrap"], fields["flex_balances"] = "nowrap", False
    direction = "column" if vertical else "row"
    if values.get("_webkit_box_direction") == "reverse":
        direction += "-reverse"
    fields["flex_direction"] = direction
    fields["align_items"] = values.get("_webkit_box_align", "stretch")
    fields["justify_content"] = values.get("_webkit_box_pack", "flex-start")


_OF_BOX_ITEMS = frozenset(("_webkit_box_flex", "_webkit_box_ordinal_group"))


def _clip(fields: Values, values: Values) -> None:
    """`clip` cuts absolutely positioned boxes as a clip path does (CSS Masking 1, appendix A)."""
    out_of_flow = fields.get("position") in ("absolute", "fixed")
    if values["clip"] is not None and out_of_flow and fields.get("clip_path") is None:
        fields["clip_path"], fields["clip_path_box"] = values["clip"], "border-box"


def _overflow(fields: Values) -> None:
    """CSS Overflow 3 §3.1: visible or clip beside a scrolling axis computes to auto or hidden."""
    x, y = fields.get("overflow_x", "visible"), fields.get("overflow_y", "visible")
    if x == y or {x, y} <= {"visible", "clip"}:
        return
    adjusted = {"visible": "auto", "clip": "hidden"}
    fields["overflow_x"], fields["overflow_y"] = adjusted.get(x, x), adjusted.get(y, y)


def _gutter(fields: Values, values: Values, parent: Computed | None) -> None:
    """A stable gutter is as padding that content-box sizes include; headless Chromium hides the bar in it.

    That of the root is the viewport's, whatever the root's overflow (CSS Overflow 3 §3.3).
    """
    gutter = values["scrollbar_gutter"]
    scrolls = parent is None or fields.get("overflow_y", "visible") not in ("visible", "clip")
    thick = _THICK[values.get("scrollbar_width", "auto")]
    if gutter == "auto" or not scrolls or fields.get("writing_mode", "horizontal-tb") != "horizontal-tb":
        return
    end = "left" if fields.get("direction") == "rtl" else "right"
    sides = ("left", "right") if gutter == "both-edges" else (end,)
    fields["gutters"] = ("left" in sides) * thick, ("right" in sides) * thick
    for side in sides:
        fields[f"padding_{side}"] = _plus(fields.get(f"padding_{side}", v.ZERO), thick)
    if fields.get("box_sizing") != "border-box":
        for key in ("width", "min_width", "max_width"):
            if isinstance(fields.get(key), v.Length):
                fields[key] = _plus(fields[key], -thick * len(sides))


_THICK = {"auto": 15.0, "thin": 10.0, "none": 0.0}


def _plus(length: v.Length, px: float) -> v.Length:
    if length.func is None:
        return v.Length(length.px + px, length.pct)
    inner = length.func
    return v.Length(func=lambda basis: inner(basis) + px)


# --- layers -----------------------------------------------------------------------------------------------


def _scrolls(values: Values) -> bool:
    """Whether a box is scrolled on some axis, and so on both."""
    return any(values.get(name) in ("hidden", "auto", "scroll") for name in ("overflow_x", "overflow_y"))


def _layers(values: Values, prefix: str) -> tuple[v.BackgroundLayer, ...]:
    """Zip the lists into layers as long as the images' list (CSS Backgrounds 3 §2.3)."""

    def listed(part: str) -> tuple[Any, ...]:  # of the type that the parser of its row gives
        key = f"{prefix}_{part}"
        found = values.get(key)
        return found if found is not None else LONGHANDS[key].initial  # type: ignore[no-any-return]

    images = listed("image")
    mask = prefix == "mask"
    columns = {
        part: listed(part)
        for part in ("position_x", "position_y", "size", "repeat", "origin", "clip")
        + (("mode", "composite") if mask else ("blend_mode", "attachment"))
    }
    layers = []
    for i, image in enumerate(images):
        one = {part: items[i % len(items)] for part, items in columns.items()}
        extra: Values = (
            {"mask_mode": one["mode"], "mask_composite": one["composite"]}
            if mask
            else {"blend": one["blend_mode"], "is_fixed": one["attachment"] == "fixed"}
        )
        if not mask and one["attachment"] == "local" and _scrolls(values):
            extra["is_local"] = True
            one["clip"] = "padding-box" if one["clip"] == "border-box" else one["clip"]
        layers.append(
            v.BackgroundLayer(
                image,
                v.Position(one["position_x"], one["position_y"]),
                one["size"],
                one["repeat"],
                one["origin"],
                one["clip"],
                **extra,
            )
        )
    return tuple(layers)


# --- decorations --------------------------------------------------------------------------------------------


def _decorations(
    fields: Values,
    values: Values,
    inherited: Values,
    parent: Computed | None,
) -> None:
    """Propagate decoration lines to in-flow descendants and add the element's own (CSS Text Decor 3 §2)."""
    propagated: tuple[v.TextDecoration, ...] = ()
    if parent is not None and parent.style.text_decorations:
        stops = (
            fields.get("display") in ("inline-block", "inline-flex", "inline-grid")
            or fields.get("position") in ("absolute", "fixed")
            or fields.get("float_", "none") != "none"
        )
        propagated = () if stops else parent.style.text_decorations
    lines = values.get("text_decoration_line", ())
    if not lines:
        if propagated:
            fields["text_decorations"] = propagated
        return
    color = values.get("text_decoration_color")
    if color is None or color.__class__ is CurrentColor:
        color = _ink(fields)
    own = tuple(
        v.TextDecoration(
            line,
            values.get("text_decoration_style", "solid"),
            color,
            values.get("text_decoration_thickness", "auto"),
            inherited.get("text_underline_offset", "auto"),
            inherited.get("text_decoration_skip_ink", True),
            fields["font_size"],
            inherited.get("text_underline_position", "auto"),
        )
        for line in lines
    )
    fields["text_decorations"] = propagated + own


def _ink(fields: Values) -> v.Color:
    """Return the colour of lines that are `currentcolor`: that of the stroke, else of the letters."""
    stroke = fields.get("text_stroke_color")
    if fields.get("text_stroke_width") and stroke is not None and stroke.a:
        return v.Color(*stroke)
    return v.Color(*(fields.get("text_fill_color") or fields.get("color", v.BLACK)))


# --- display ------------------------------------------------------------------------------------------------

_BLOCKIFIED = {
    "inline": "block", "inline-block": "block", "inline-flex": "flex", "inline-grid": "grid",
    "inline-table": "table", "table-row-group": "block", "table-header-group": "block",
    "table-footer-group": "block", "table-row": "block", "table-cell": "block", "table-caption": "block",
    "table-column": "block", "table-column-group": "block",
}  # fmt: skip


def settle_display(style: ComputedStyle, *, is_item: bool, around: Lines = HORIZONTAL[0]) -> ComputedStyle:
    """Make what leaves the flow or is a flex or grid item block-level; such boxes do not float (§2.7).

    An inline box in another writing mode than the one `around` is an inline block (Writing Modes 4 §3.2.1);
    sides of floats are told by the lines around.
    """
    if style.display == "inline" and style.writing_mode != around.flow:
        style = style.replace(display="inline-block")
    for name in ("float_", "clear"):
        side = getattr(style, name)
        if side in ("inline-start", "inline-end"):
            style = style.replace(**{name: "left" if (side == "inline-start") != around.rtl else "right"})
    if is_item or style.position in ("absolute", "fixed"):
        style = blockified(style)
        if style.float_ != "none":
            style = style.replace(float_="none")
    elif style.float_ != "none":
        style = blockified(style)
    if (
        style.contain
        or style.content_visibility != "visible"
        or style.will_change
        or style.view_transition_name
        or style.container_type != "normal"
    ):
        style = _contained(style)
    return style


# What is as good as set for stacking, and for containing fixed boxes (CSS Will Change 1 §2).
_STACKING = frozenset((
    "opacity", "transform", "translate", "rotate", "scale", "perspective", "filter", "backdrop-filter",
    "mask", "mask-image", "clip-path", "mix-blend-mode", "isolation", "z-index", "position", "contain",
    "view-transition-name", "-webkit-transform", "-webkit-filter", "-webkit-mask", "-webkit-perspective",
    "offset-path",
))  # fmt: skip
_OF_VISIBILITY = {
    "auto": frozenset(("layout", "paint", "style")),
    "hidden": frozenset(("size", "layout", "paint", "style")),
}
_TABLE_PARTS = frozenset((
    "table-row-group", "table-header-group", "table-footer-group", "table-row", "table-caption",
))  # fmt: skip


def _contained(style: ComputedStyle) -> ComputedStyle:
    """Keep the containment that applies to the box; paint containment clips and stacks (Containment 2 §3)."""
    kinds = style.contain | _OF_VISIBILITY.get(style.content_visibility, frozenset())
    if style.container_type != "normal":  # its size must not depend on what is asked of it
        kinds |= {style.container_type, "style"}
    if style.display in _TABLE_PARTS:
        kinds = kinds & {"style"}
    elif style.display in ("table", "inline-table", "table-cell"):
        kinds = kinds - {"size", "inline-size"}
    changes: Values = {"contain": kinds}
    if style.display != "inline":  # only images among them are contained, and layout knows those
        if "paint" in kinds:
            for axis in ("overflow_x", "overflow_y"):
                if getattr(style, axis) == "visible":
                    changes[axis] = "clip"
        if kinds & {"paint", "layout"} or style.will_change & _STACKING or style.view_transition_name:
            changes["isolation"] = "isolate"
    return style.replace(**changes)


def blockified(style: ComputedStyle) -> ComputedStyle:
    """Return the style with a block-level display type (CSS Display 3 §2.7)."""
    display = _BLOCKIFIED.get(style.display)
    if display is None:
        return style
    return style.replace(display=display, was_inline=style.display.startswith("inline"))


def handed_down(style: ComputedStyle, **changes: object) -> ComputedStyle:
    """Return the style of an anonymous child: what it inherits, and initial values for the rest."""
    fields = style.fields
    return ComputedStyle.of({k: fields[k] for k in INHERITED_FIELDS if k in fields} | changes)
