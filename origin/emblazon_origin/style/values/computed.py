"""`ComputedStyle`: every property that later stages read, with its initial value.

Class attributes are the initial values; an instance stores only what differs, so that a style is made by
copying its parent's inherited values and setting what the cascade declares. Everything is computed:
`em`, `rem`, viewport and font-relative units are px, `currentcolor` is replaced, keywords are lower-case.
Names are the CSS names with `_` for `-`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from . import value_types as v
from .writing_modes import Flow, physical_name, turned_fields

Display = Literal[
    "none", "contents", "block", "inline", "inline-block", "flow-root", "flex", "inline-flex", "grid",
    "inline-grid", "list-item", "table", "inline-table", "table-row-group", "table-header-group",
    "table-footer-group", "table-row", "table-cell", "table-caption", "table-column", "table-column-group",
]  # fmt: skip
Overflow = Literal["visible", "hidden", "clip", "scroll", "auto"]
Alignment = Literal[
    "auto", "normal", "stretch", "start", "end", "flex-start", "flex-end", "center", "baseline",
    "last baseline", "space-between", "space-around", "space-evenly", "left", "right", "self-start",
    "self-end", "safe start", "safe end", "safe flex-start", "safe flex-end", "safe center", "safe left",
    "safe right", "safe self-start", "safe self-end", "unsafe start", "unsafe end", "unsafe flex-start",
    "unsafe flex-end", "unsafe center", "unsafe left", "unsafe right", "unsafe self-start", "unsafe self-end",
]  # fmt: skip


class ComputedStyle:
    """The computed style of one element, pseudo-element or anonymous box."""

    # These are for later stages, which keep there what they make of the values; copies begin without.
    __slots__ = ("__dict__", "derived", "fonts", "lettered", "painted")
    derived: object
    fonts: object
    lettered: object
    painted: object

    # Whose lines the sides and sizes below are told by, and the style as it is on the canvas where those are
    # not horizontal (writing_modes.py)
    flow: Flow = "horizontal-tb"
    physical: ComputedStyle | None = None

    # Box generation and size
    display: Display = "inline"
    was_inline: bool = False  # inline-level, before what left the flow became block-level
    position: Literal["static", "relative", "absolute", "fixed", "sticky"] = "static"
    top: v.Length | v.Auto = "auto"
    right: v.Length | v.Auto = "auto"
    bottom: v.Length | v.Auto = "auto"
    left: v.Length | v.Auto = "auto"
    anchor_name: tuple[str, ...] = ()
    position_anchor: str | None = None
    position_area: tuple[str, ...] = ()
    z_index: int | v.Auto = "auto"
    overhangs: bool = False  # a picture that is not cut at its content box: `overflow: visible` of an author
    is_webkit_box: bool = False  # a flex container after its oldest draft
    box_flex: float = 0.0  # of the items of one
    box_ordinal_group: int = 1
    box_sizing: Literal["content-box", "border-box"] = "content-box"
    width: v.Size = "auto"
    height: v.Size = "auto"
    min_width: v.Size = "auto"
    min_height: v.Size = "auto"
    max_width: v.MaxSize = "none"
    max_height: v.MaxSize = "none"
    aspect_ratio: float | None = None
    aspect_ratio_auto: bool = False  # `auto 16/9`: a replaced element's own ratio wins
    contain: frozenset[str] = frozenset()  # kinds of containment that apply, content-visibility included
    content_visibility: Literal["visible", "auto", "hidden"] = "visible"
    container_type: Literal["normal", "size", "inline-size"] = "normal"
    container_name: tuple[str, ...] = ()
    contain_intrinsic_width: float | None = None
    contain_intrinsic_height: float | None = None
    will_change: frozenset[str] = frozenset()
    overflow_clip_margin: tuple[str, float] | None = None  # the box and how far beyond, px
    view_transition_name: bool = False  # whether there is one
    margin_top: v.Length | v.Auto = v.ZERO
    margin_right: v.Length | v.Auto = v.ZERO
    margin_bottom: v.Length | v.Auto = v.ZERO
    margin_left: v.Length | v.Auto = v.ZERO
    padding_top: v.Length = v.ZERO
    padding_right: v.Length = v.ZERO
    padding_bottom: v.Length = v.ZERO
    padding_left: v.Length = v.ZERO
    overflow_x: Overflow = "visible"
    overflow_y: Overflow = "visible"
    column_count: int | v.Auto = "auto"
    column_width: float | v.Auto = "auto"
    column_height: float | v.Auto = "auto"
    column_wrap: Literal["auto", "wrap", "nowrap"] = "auto"
    column_fill: Literal["balance", "balance-all", "auto"] = "balance"
    column_span: Literal["none", "all"] = "none"
    margin_trim: frozenset[str] = frozenset()  # block edges
    column_rule_width: v.GapList[float] = v.GapList((3.0,))
    column_rule_style: v.GapList[str] = v.NO_RULES
    column_rule_color: v.GapList[v.Color | None] = v.GapList((None,))  # None is `color`
    column_rule_break: v.RuleBreak = "normal"
    column_rule_visibility_items: v.RuleVisibility = "normal"
    column_rule_inset_cap_start: v.Length | Literal["overlap-join"] = v.ZERO
    column_rule_inset_cap_end: v.Length | Literal["overlap-join"] = v.ZERO
    column_rule_inset_junction_start: v.Length | Literal["overlap-join"] = v.ZERO
    column_rule_inset_junction_end: v.Length | Literal["overlap-join"] = v.ZERO
    row_rule_width: v.GapList[float] = v.GapList((3.0,))
    row_rule_style: v.GapList[str] = v.NO_RULES
    row_rule_color: v.GapList[v.Color | None] = v.GapList((None,))  # None is `color`
    row_rule_break: v.RuleBreak = "normal"
    row_rule_visibility_items: v.RuleVisibility = "normal"
    row_rule_inset_cap_start: v.Length | Literal["overlap-join"] = v.ZERO
    row_rule_inset_cap_end: v.Length | Literal["overlap-join"] = v.ZERO
    row_rule_inset_junction_start: v.Length | Literal["overlap-join"] = v.ZERO
    row_rule_inset_junction_end: v.Length | Literal["overlap-join"] = v.ZERO
    rule_overlap: Literal["row-over-column", "column-over-row"] = "row-over-column"
    break_before: str = "auto"
    break_after: str = "auto"
    break_inside: str = "auto"
    orphans: int = 2  # inherited
    widows: int = 2  # inherited
    gutters: tuple[float, float] = (0.0, 0.0)  # left and right, part of the padding
    visibility: Literal["visible", "hidden", "collapse"] = "visible"  # inherited
    border_image_source: v.Image | None = None
    border_image_slice: tuple[v.Length | bool, ...] = (
        *(v.Length(pct=1.0),) * 4,
        False,
    )  # four lengths, `fill`
    border_image_width: tuple[v.BorderImageSide, ...] = (1.0, 1.0, 1.0, 1.0)
    border_image_outset: tuple[v.Length | float, ...] = (0.0, 0.0, 0.0, 0.0)
    border_image_repeat: tuple[v.BorderImageRepeat, v.BorderImageRepeat] = ("stretch", "stretch")
    # Of an element's box, never inline-start or inline-end: those depend on the box around.
    float_: Literal["none", "left", "right", "inline-start", "inline-end"] = "none"
    clear: Literal["none", "left", "right", "both", "inline-start", "inline-end"] = "none"
    box_decoration_break: Literal["slice", "clone"] = "slice"
    table_layout: Literal["auto", "fixed"] = "auto"
    border_collapse: Literal["separate", "collapse"] = "separate"  # inherited
    border_spacing: tuple[v.Length, v.Length] = (v.ZERO, v.ZERO)  # inherited; horizontal, vertical
    empty_cells: Literal["show", "hide"] = "show"
    caption_side: Literal["top", "bottom"] = "top"  # inherited

    # Borders and outline; a width is 0 where its style is none or hidden
    border_top_width: float = 0.0
    border_right_width: float = 0.0
    border_bottom_width: float = 0.0
    border_left_width: float = 0.0
    border_top_style: v.LineStyle = "none"
    border_right_style: v.LineStyle = "none"
    border_bottom_style: v.LineStyle = "none"
    border_left_style: v.LineStyle = "none"
    border_top_color: v.Color = v.BLACK
    border_right_color: v.Color = v.BLACK
    border_bottom_color: v.Color = v.BLACK
    border_left_color: v.Color = v.BLACK
    corner_top_left_shape: float = 1.0  # the curvature of `superellipse()`
    corner_top_right_shape: float = 1.0
    corner_bottom_right_shape: float = 1.0
    corner_bottom_left_shape: float = 1.0
    border_top_left_radius: v.Radius = (v.ZERO, v.ZERO)
    border_top_right_radius: v.Radius = (v.ZERO, v.ZERO)
    border_bottom_right_radius: v.Radius = (v.ZERO, v.ZERO)
    border_bottom_left_radius: v.Radius = (v.ZERO, v.ZERO)
    outline_width: float = 0.0
    outline_style: v.LineStyle | Literal["auto"] = "none"
    outline_color: v.Color = v.BLACK
    outline_offset: float = 0.0

    # Flex and grid
    flex_direction: Literal["row", "row-reverse", "column", "column-reverse"] = "row"
    flex_wrap: Literal["nowrap", "wrap", "wrap-reverse"] = "nowrap"
    flex_balances: bool = False  # `flex-wrap: balance`
    flex_line_count: int = 1  # lines that balancing makes at least
    flex_grow: float = 0.0
    flex_shrink: float = 1.0
    flex_basis: v.Size | Literal["content"] = "auto"
    order: int = 0
    align_items: Alignment = "normal"
    align_self: Alignment = "auto"
    align_content: Alignment = "normal"
    justify_items: Alignment = "normal"
    justify_self: Alignment = "auto"
    justify_content: Alignment = "normal"
    row_gap: v.Length = v.NORMAL_GAP
    column_gap: v.Length = v.NORMAL_GAP
    grid_template_rows: v.TrackList = v.TrackList()
    grid_template_columns: v.TrackList = v.TrackList()
    grid_template_areas: tuple[tuple[str, ...], ...] = ()  # "." is an empty cell
    grid_auto_rows: tuple[v.TrackSize, ...] = ()
    grid_auto_columns: tuple[v.TrackSize, ...] = ()
    grid_auto_flow: Literal["row", "column", "row dense", "column dense"] = "row"
    grid_row_start: v.GridLine = v.GridLine()
    grid_row_end: v.GridLine = v.GridLine()
    grid_column_start: v.GridLine = v.GridLine()
    grid_column_end: v.GridLine = v.GridLine()

    # Fonts (inherited)
    color: v.Color = v.BLACK
    font_family: tuple[str, ...] = ()  # () is the default family; generics are kept as keywords
    font_size: float = 16.0
    font_weight: float = 400.0  # 1–1000
    font_style: Literal["normal", "italic", "oblique"] = "normal"
    font_oblique_angle: float = 14.0
    font_stretch: float = 100.0  # percent
    font_variation_settings: tuple[tuple[str, float], ...] = ()
    font_feature_settings: tuple[tuple[str, int], ...] = ()
    # font-variant-*, font-kerning and font-variant-ligatures computed to OpenType features
    font_variant_features: tuple[tuple[str, int], ...] = ()
    font_synthesis_weight: bool = True
    font_synthesis_style: bool = True
    font_synthesis_small_caps: bool = True
    font_optical_sizing: bool = True
    font_variant_emoji: Literal["normal", "text", "emoji", "unicode"] = "normal"
    lang: str = ""  # BCP 47, from the nearest lang attribute

    # Text (inherited unless noted)
    line_height: float | Literal["normal"] = "normal"  # used px
    line_height_factor: float | None = None  # set where the specified value is a number (inherits as factor)
    letter_spacing: float = 0.0
    word_spacing: float = 0.0
    text_box_trim: Literal["none", "trim-start", "trim-end", "trim-both"] = "none"
    text_box_edge: tuple[str, str] = ("text", "text")  # inherited; over and under
    text_align: Literal["start", "end", "left", "right", "center", "justify", "match-parent"] = "start"
    quirks: Literal["none", "limited", "full"] = "none"  # of the document
    block_align: Literal["none", "left", "right", "center"] = "none"  # of blocks, by `text-align: -webkit-…`
    text_align_last: Literal["auto", "start", "end", "left", "right", "center", "justify"] = "auto"
    text_justify: Literal["auto", "none", "inter-word", "inter-character"] = "auto"
    text_indent: v.Length = v.ZERO
    text_transform: Literal["none", "uppercase", "lowercase", "capitalize", "full-width"] = "none"
    text_security: Literal["none", "disc", "circle", "square"] = "none"
    white_space_collapse: Literal[
        "collapse", "preserve", "preserve-breaks", "break-spaces", "preserve-spaces"
    ] = "collapse"
    text_wrap_mode: Literal["wrap", "nowrap"] = "wrap"
    text_wrap_style: Literal["auto", "balance", "pretty", "stable"] = "auto"
    tab_size: float = 8.0
    tab_size_is_length: bool = False
    word_break: Literal["normal", "break-all", "keep-all", "auto-phrase", "break-word"] = "normal"
    overflow_wrap: Literal["normal", "break-word", "anywhere"] = "normal"
    line_break: Literal["auto", "loose", "normal", "strict", "anywhere"] = "auto"
    hyphens: Literal["none", "manual", "auto"] = "manual"
    hyphenate_character: str = "auto"
    hyphenate_limit_chars: tuple[int, int, int] = v.HYPHENATE_LIMITS
    text_spacing_trim: Literal["normal", "space-all", "space-first", "trim-start"] = "normal"
    writing_mode: Flow = "horizontal-tb"
    text_orientation: Literal["mixed", "upright", "sideways"] = "mixed"
    direction: Literal["ltr", "rtl"] = "ltr"
    unicode_bidi: Literal["normal", "embed", "isolate", "bidi-override", "isolate-override", "plaintext"] = (
        "normal"  # not inherited
    )
    vertical_align: (
        v.Length
        | Literal[
            "baseline",
            "sub",
            "super",
            "top",
            "text-top",
            "middle",
            "bottom",
            "text-bottom",
            "-webkit-baseline-middle",
        ]
    ) = "baseline"  # not inherited; percentages already resolved against line-height
    text_shadow: tuple[v.Shadow, ...] = ()
    text_decorations: tuple[v.TextDecoration, ...] = ()  # own and propagated
    text_stroke_width: float = 0.0
    text_stroke_color: v.Color = v.BLACK
    text_emphasis_style: str = ""  # the mark; none where empty
    text_emphasis_color: v.Color | None = None  # None is `color`
    text_emphasis_position: Literal["over right", "over left", "under right", "under left"] = "over right"
    ruby: Literal["", "ruby", "ruby-text"] = ""  # what an inline box is
    ruby_position: Literal["over", "under"] = "over"
    ruby_align: Literal["start", "center", "space-between", "space-around"] = "space-around"
    ruby_overhang: Literal["auto", "none"] = "auto"
    text_fill_color: v.Color | None = None  # None is `color`
    paint_order_stroke_first: bool = False
    text_overflow: str = "clip"  # "clip", "ellipsis" or the string to show; not inherited
    line_clamp: int | None = None  # not inherited
    block_ellipsis: str = "…"
    text_fit: v.TextFit | None = None  # not inherited
    quotes: tuple[tuple[str, str], ...] = (("“", "”"), ("‘", "’"))
    hanging_punctuation: Literal["none", "first", "last"] = "none"

    # Lists and generated content
    list_style_type: str = "disc"  # inherited; a counter style name or a quoted string's text
    list_style_type_is_string: bool = False
    list_style_position: Literal["inside", "outside"] = "outside"  # inherited
    list_style_image: v.Image | None = None  # inherited
    content: v.Content | Literal["normal", "none"] = "normal"

    # Painting
    background_color: v.Color = v.TRANSPARENT
    background_layers: tuple[v.BackgroundLayer, ...] = ()
    box_shadow: tuple[v.Shadow, ...] = ()
    opacity: float = 1.0
    filter: tuple[v.FilterFunction, ...] = ()
    backdrop_filter: tuple[v.FilterFunction, ...] = ()
    mix_blend_mode: v.BlendMode = "normal"
    isolation: Literal["auto", "isolate"] = "auto"
    shape_outside: tuple[v.BasicShape | v.PictureShape, str] | None = None  # and its reference box
    shape_image_threshold: float = 0.0
    shape_margin: v.Length = v.ZERO
    clip_path: v.BasicShape | v.SvgReference | None = None
    clip_path_box: Literal["border-box", "padding-box", "content-box", "margin-box"] = "border-box"
    mask_layers: tuple[v.BackgroundLayer, ...] = ()
    # translate, rotate, scale, offset and transform, in that order
    transform: tuple[v.Transform, ...] = ()
    offset_path: v.MotionPath | None = None
    offset_distance: v.Length = v.ZERO
    offset_rotate: v.MotionTurn = v.MotionTurn()
    offset_anchor: v.Position | None = None  # None: the origin of transforms
    offset_position: v.Position | Literal["auto", "normal"] = "normal"
    transform_origin: v.TransformOrigin = v.TransformOrigin(v.HALF, v.HALF)
    transform_box: Literal["content-box", "border-box", "fill-box", "stroke-box", "view-box"] = "view-box"
    transform_style: Literal["flat", "preserve-3d"] = "flat"
    perspective: float | None = None  # px
    perspective_origin: v.Position = v.Position(v.HALF, v.HALF)
    backface_visibility: Literal["visible", "hidden"] = "visible"
    object_fit: Literal["fill", "contain", "cover", "none", "scale-down", "frame"] = "fill"  # see walk.py
    object_position: v.Position = v.Position(v.HALF, v.HALF)
    image_rendering: Literal["auto", "pixelated", "crisp-edges", "smooth"] = "auto"  # inherited

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> ComputedStyle:
        """Return a style with these fields, the others initial."""
        style = cls()
        style.__dict__.update(fields)
        return style

    def __setattr__(self, name: str, value: object) -> None:
        if name in ("derived", "fonts", "lettered", "painted"):
            object.__setattr__(self, name, value)
            return
        raise AttributeError(f"a computed style is frozen; replace({name}=…) gives another one")

    @property
    def fields(self) -> Mapping[str, object]:
        """The fields that were set, by name."""
        return MappingProxyType(self.__dict__)

    def replace(self, **changes: object) -> ComputedStyle:
        """Return a copy with some properties changed; of a turned style, on the canvas too."""
        if self.physical is not None:
            there = {physical_name(self.flow, name): value for name, value in changes.items()}
            changes["physical"] = self.physical.replace(**there)
        return ComputedStyle.of(self.__dict__ | changes)

    def turned(self, flow: Flow) -> ComputedStyle:
        """Return the style as the lines of a flow see it."""
        if flow == "horizontal-tb":
            return self
        return ComputedStyle.of(turned_fields(self.__dict__, flow) | {"flow": flow, "physical": self})

    @property
    def has_central_baseline(self) -> bool:
        """Whether text is aligned by its middle: vertical text that is not all turned (Modes 4 §4.2)."""
        return self.writing_mode in ("vertical-rl", "vertical-lr") and self.text_orientation != "sideways"

    @property
    def on_canvas(self) -> ComputedStyle:
        """The style as it is painted."""
        return self if self.physical is None else self.physical
