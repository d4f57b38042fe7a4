"""Used sizes from computed ones: edges, `width`, `height`, their limits and ratios (CSS Sizing 3 and 4).

Sizes of replaced elements: CSS 2 §10.3.2, §10.4 and §10.6.2 with CSS Sizing 4 ratios.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from ..style.values.computed import ComputedStyle
from ..style.values.value_types import ZERO, Length, MaxSize, Size
from .boxes.box import Sides
from .boxes.fragment import NO_MARGINS, Strut
from .boxes.nodes import Node
from .context import LayoutContext
from .layout_unit import snap, used

INFINITY = math.inf

DEFAULT_WIDTH, DEFAULT_HEIGHT = 300.0, 150.0


class Margins(NamedTuple):
    """Used margins in CSS order; None is `auto`."""

    top: float | None
    right: float | None
    bottom: float | None
    left: float | None

    @property
    def horizontal(self) -> float:
        """Left and right with auto as 0."""
        return (self.left or 0.0) + (self.right or 0.0)

    @property
    def vertical(self) -> float:
        """Top and bottom with auto as 0."""
        return (self.top or 0.0) + (self.bottom or 0.0)


class Extra(NamedTuple):
    """Padding and border together, per axis."""

    width: float
    height: float


class BoxHeight(NamedTuple):
    """A border box height, and what is known of it before the content is."""

    value: float | None  # None depends on the content
    low: float
    high: float
    by_ratio: bool
    definite: bool  # for percentages of children
    is_own: bool = True  # False where a container or insets impose it


@dataclass(slots=True, eq=False)
class StyleSizes:
    """What of a style's edges and border box sizes is the same in every box around; None where it is not."""

    border: Sides
    padding: Sides | None
    margins: Margins | None
    extra: Extra | None
    width: float | None  # None also for keywords, as below
    height: float | None
    widths: tuple[float, float] | None  # limits, `auto` and `none` included
    heights: tuple[float, float] | None
    own_height: BoxHeight | None  # of a box without a natural ratio
    struts: tuple[Strut, Strut] | None  # of the margins above and below


def sizes_of(style: ComputedStyle) -> StyleSizes:
    """Return what is known of a style's sizes without the containing block, found once."""
    try:
        found = style.derived
    except AttributeError:
        found = style.derived = _make_sizes(style)
    return found  # type: ignore[return-value]  # what this function put there


def _make_sizes(style: ComputedStyle) -> StyleSizes:
    border = Sides(
        style.border_top_width, style.border_right_width, style.border_bottom_width, style.border_left_width
    )
    paddings = style.padding_top, style.padding_right, style.padding_bottom, style.padding_left
    margins = style.margin_top, style.margin_right, style.margin_bottom, style.margin_left
    padding = extra = known = None
    if all(side.is_absolute for side in paddings):
        padding = _padding(style, 0.0)
        extra = _extra(border, padding)
    if all(isinstance(side, str) or side.is_absolute for side in margins):
        known = _margins(style, 0.0)
    across, down = (None, None) if extra is None else extra
    height = fixed_size(style, style.height, down)
    heights = _fixed_limits(style, style.min_height, style.max_height, down)
    return StyleSizes(
        border,
        padding,
        known,
        extra,
        fixed_size(style, style.width, across),
        height,
        _fixed_limits(style, style.min_width, style.max_width, across),
        heights,
        _own_height(style, height, heights, down),
        None if known is None else struts_of(known),
    )


def _own_height(
    style: ComputedStyle, height: float | None, limits: tuple[float, float] | None, extra: float | None
) -> BoxHeight | None:
    """Return the height that a style gives without a box around and a ratio; None where it needs them."""
    if limits is None or style.aspect_ratio or (height is None and style.height != "auto"):
        return None
    if height is None or extra is None:
        return BoxHeight(None, *limits, by_ratio=False, definite=False)
    return BoxHeight(max(clamp(height, *limits), extra), *limits, by_ratio=False, definite=True)


def struts_of(margins: Margins) -> tuple[Strut, Strut]:
    """Return a box's own margins above and below as the beginning of those that collapse."""
    top, _, bottom, _ = margins
    return Strut().add(top) if top else NO_MARGINS, Strut().add(bottom) if bottom else NO_MARGINS


def fixed_size(style: ComputedStyle, value: Size | MaxSize | str, extra: float | None) -> float | None:
    """Return the border box size that a length without percentages gives; None for all else."""
    if extra is None or not isinstance(value, Length) or not value.is_absolute:
        return None
    return to_border_box(style, snap(value.px), extra)


def _fixed_limits(
    style: ComputedStyle, minimum: Size, maximum: MaxSize, extra: float | None
) -> tuple[float, float] | None:
    low = 0.0 if minimum == "auto" else fixed_size(style, minimum, extra)
    high = INFINITY if maximum == "none" else fixed_size(style, maximum, extra)
    return None if low is None or high is None else (low, high)


def margins_of(style: ComputedStyle, basis: float) -> Margins:
    """Resolve margins; percentages of all four sides refer to the containing block's width."""
    try:
        known = style.derived.margins  # type: ignore[attr-defined]  # as in `sizes_of`, without a call
    except AttributeError:
        known = sizes_of(style).margins
    return known if known is not None else _margins(style, basis)


def _margins(style: ComputedStyle, basis: float) -> Margins:
    top, right, bottom, left = style.margin_top, style.margin_right, style.margin_bottom, style.margin_left
    return Margins(
        None if isinstance(top, str) else used(top, basis),
        None if isinstance(right, str) else used(right, basis),
        None if isinstance(bottom, str) else used(bottom, basis),
        None if isinstance(left, str) else used(left, basis),
    )


def edges_of(style: ComputedStyle, basis: float) -> tuple[Sides, Sides, Extra]:
    """Return border, padding, and the room that both take."""
    known = sizes_of(style)
    padding, extra = known.padding, known.extra
    if padding is None or extra is None:
        padding = _padding(style, basis)
        extra = _extra(known.border, padding)
    return known.border, padding, extra


def border_of(style: ComputedStyle) -> Sides:
    """Return the used border widths."""
    return sizes_of(style).border


def padding_of(style: ComputedStyle, basis: float) -> Sides:
    """Resolve padding against the containing block's width."""
    known = sizes_of(style).padding
    return known if known is not None else _padding(style, basis)


def _padding(style: ComputedStyle, basis: float) -> Sides:
    return Sides(
        max(0.0, used(style.padding_top, basis)),
        max(0.0, used(style.padding_right, basis)),
        max(0.0, used(style.padding_bottom, basis)),
        max(0.0, used(style.padding_left, basis)),
    )


def extra_of(style: ComputedStyle, basis: float) -> Extra:
    """Return the room that padding and border take."""
    try:
        known = style.derived.extra  # type: ignore[attr-defined]
    except AttributeError:
        known = sizes_of(style).extra
    return known if known is not None else _extra(border_of(style), _padding(style, basis))


def _extra(border: Sides, padding: Sides) -> Extra:
    return Extra(
        border.left + border.right + padding.left + padding.right,
        border.top + border.bottom + padding.top + padding.bottom,
    )


def to_border_box(style: ComputedStyle, size: float, extra: float) -> float:
    """Turn a specified length into a border box size."""
    return max(size, extra) if style.box_sizing == "border-box" else max(0.0, size) + extra


def length_of(value: Size | MaxSize | str, basis: float | None) -> float | None:
    """Resolve a length; None for keywords and for percentages of an indefinite basis."""
    if not isinstance(value, Length):
        return None
    if value.is_absolute:
        return snap(value.px)
    return None if basis is None else used(value, basis)


def width_from(
    ctx: LayoutContext, node: Node, value: Size | MaxSize | str, basis: float, available: float
) -> float | None:
    """Return the border box width for a `width`-like value; None for auto, none and content.

    `available` is the room for the border box, for fit-content and stretch.
    """
    if isinstance(value, Length):
        return to_border_box(node.style, used(value, basis), extra_of(node.style, basis).width)
    if value in ("auto", "none", "content"):
        return None
    extra = extra_of(node.style, basis).width
    if value == "stretch":
        return max(available, extra)
    low, high = (size + extra for size in ctx.content_sizes(node))
    if ratio_of(node):
        limits = transferred_limits(node, None, basis)
        low, high = clamp(low, *limits), clamp(high, *limits)
    if value == "min-content":
        return low
    if value == "max-content":
        return high
    return min(high, max(low, available))


def _kept_margins(node: Node, basis: float) -> float:
    """Return the margins that a box as high as its container leaves: not those that may collapse (§4.1)."""
    margins = margins_of(node.style, basis)
    parent = node.parent
    flows = parent is not None and parent.kind in ("block", "table-wrapper") and not node.is_out_of_flow
    if parent is None or not flows or parent.is_root_context or node.is_float:
        return margins.vertical
    style = parent.style
    top = margins.top if style.border_top_width or style.padding_top is not ZERO else 0.0
    bottom = margins.bottom if style.border_bottom_width or style.padding_bottom is not ZERO else 0.0
    return (top or 0.0) + (bottom or 0.0)


def height_from(
    node: Node, value: Size | MaxSize | str, basis: float | None, width_basis: float
) -> float | None:
    """Return the border box height for a `height`-like value; None where it depends on the content."""
    if not isinstance(value, Length):
        if value == "stretch" and basis is not None:
            return max(0.0, basis - _kept_margins(node, width_basis))
        return None
    size = length_of(value, basis)
    if size is None:
        return None
    return to_border_box(node.style, size, extra_of(node.style, width_basis).height)


def width_limits(ctx: LayoutContext, node: Node, basis: float, available: float) -> tuple[float, float]:
    """Return min and max border box widths; `min-width: auto` is 0 here (items have their own rule)."""
    style = node.style
    known = sizes_of(style).widths
    if known is not None:
        return known
    low = width_from(ctx, node, style.min_width, basis, available)
    high = width_from(ctx, node, style.max_width, basis, available)
    return low or 0.0, INFINITY if high is None else high


def height_limits(node: Node, basis: float | None, width_basis: float) -> tuple[float, float]:
    """Return min and max border box heights."""
    style = node.style
    known = sizes_of(style).heights
    if known is not None:
        return known
    low = height_from(node, style.min_height, basis, width_basis)
    high = height_from(node, style.max_height, basis, width_basis)
    return low or 0.0, INFINITY if high is None else high


OF_CONTENT = frozenset(("min-content", "max-content", "fit-content"))


def is_limited_by_content(style: ComputedStyle) -> bool:
    """Whether `min-height` or `max-height` asks for the content's height."""
    return style.min_height in OF_CONTENT or style.max_height in OF_CONTENT


def clamp(value: float, low: float, high: float) -> float:
    """Clamp so that the minimum wins."""
    if value > high:
        value = high
    return low if value < low else value


def ratio_of(node: Node) -> float | None:
    """Return the preferred aspect ratio, width over height."""
    style = node.style
    if style.aspect_ratio and not (style.aspect_ratio_auto and node.natural_ratio):
        return style.aspect_ratio
    return node.natural_ratio


def fills_its_room(node: Node) -> bool:
    """Whether a replaced element has a ratio alone: as wide as the room, and of no width by itself."""
    return node.natural_width is None and node.natural_height is None and ratio_of(node) is not None


def ratio_is_of_content_box(node: Node) -> bool:
    """`auto && <ratio>` and natural ratios are the content box's, others those of the box-sizing box."""
    style = node.style
    if style.aspect_ratio is None or style.aspect_ratio_auto:
        return True
    return style.box_sizing == "content-box"


def width_by_ratio(node: Node, height: float, basis: float) -> float:
    """Return the border box width that the ratio gives for a border box height."""
    ratio = ratio_of(node) or 1.0
    extra = extra_of(node.style, basis)
    if ratio_is_of_content_box(node):
        return snap(max(0.0, height - extra.height) * ratio) + extra.width
    return max(snap(height * ratio), extra.width)


def transferred_limits(node: Node, basis: float | None, width_basis: float) -> tuple[float, float]:
    """Return the width limits that the height's limits make through the ratio (CSS Sizing 4 §5.1.1)."""
    low, high = height_limits(node, basis, width_basis)
    least = width_by_ratio(node, low, width_basis) if low else 0.0
    return least, high if high == INFINITY else width_by_ratio(node, high, width_basis)


def transferred_heights(
    ctx: LayoutContext, node: Node, basis: float, available: float
) -> tuple[float, float]:
    """Return the height limits that the width's limits make through the ratio."""
    low, high = width_limits(ctx, node, basis, available)
    least = height_by_ratio(node, low, basis) if low else 0.0
    return least, high if high == INFINITY else height_by_ratio(node, high, basis)


def height_by_ratio(node: Node, width: float, basis: float) -> float:
    """Return the border box height that the ratio gives for a border box width."""
    ratio = ratio_of(node) or 1.0
    extra = extra_of(node.style, basis)
    if ratio_is_of_content_box(node):
        return snap(max(0.0, width - extra.width) / ratio) + extra.height
    return max(snap(width / ratio), extra.height)


def replaced_size(
    ctx: LayoutContext,
    node: Node,
    basis: float,
    height_basis: float | None,
    fixed_width: float | None = None,
    fixed_height: float | None = None,
) -> tuple[float, float]:
    """Return the used border box size."""
    available = basis - margins_of(node.style, basis).horizontal
    width = (
        fixed_width if fixed_width is not None else width_from(ctx, node, node.style.width, basis, available)
    )
    height = (
        fixed_height
        if fixed_height is not None
        else height_from(node, node.style.height, height_basis, basis)
    )
    low_w, high_w = width_limits(ctx, node, basis, available) if fixed_width is None else (0.0, INFINITY)
    low_h, high_h = height_limits(node, height_basis, basis) if fixed_height is None else (0.0, INFINITY)
    ratio = ratio_of(node)
    if width is not None:
        width = clamp(width, low_w, high_w)
    if height is not None:
        height = clamp(height, low_h, high_h)
    if width is not None and height is None:
        height = height_by_ratio(node, width, basis) if ratio else _natural(node, basis)[1]
        return width, clamp(height, low_h, high_h)
    if height is not None and width is None:
        width = width_by_ratio(node, height, basis) if ratio else _natural(node, basis)[0]
        return clamp(width, low_w, high_w), height
    if width is not None and height is not None:
        return width, height
    width, height = _automatic(node, basis, available)
    if not ratio:
        return clamp(width, low_w, high_w), clamp(height, low_h, high_h)
    return _constrain(node, basis, width, height, (low_w, high_w), (low_h, high_h))


def _natural(node: Node, basis: float) -> tuple[float, float]:
    """Return the natural size as a border box, with the default object size for what is missing."""
    extra = extra_of(node.style, basis)
    width = DEFAULT_WIDTH if node.natural_width is None else node.natural_width
    height = DEFAULT_HEIGHT if node.natural_height is None else node.natural_height
    return width + extra.width, height + extra.height


def _automatic(node: Node, basis: float, available: float) -> tuple[float, float]:
    """Both sizes are auto: natural size, else by the ratio from the natural or available width."""
    extra = extra_of(node.style, basis)
    if fills_its_room(node):
        width = max(available, extra.width)
        return width, height_by_ratio(node, width, basis)
    if not ratio_of(node):
        return _natural(node, basis)
    if node.natural_width is not None:
        width = node.natural_width + extra.width
        return width, height_by_ratio(node, width, basis)
    height = (node.natural_height or 0.0) + extra.height
    return width_by_ratio(node, height, basis), height


def _constrain(
    node: Node,
    basis: float,
    width: float,
    height: float,
    widths: tuple[float, float],
    heights: tuple[float, float],
) -> tuple[float, float]:
    """Resolve violated limits while keeping the ratio: the table of CSS 2 §10.4."""
    (low_w, high_w), (low_h, high_h) = widths, heights
    high_w, high_h = max(low_w, high_w), max(low_h, high_h)
    by_width = height_by_ratio(node, clamp(width, low_w, high_w), basis)
    by_height = width_by_ratio(node, clamp(height, low_h, high_h), basis)
    wide, tall = width > high_w, height > high_h
    narrow, short = width < low_w, height < low_h
    if wide and tall:
        return (
            (high_w, max(low_h, by_width))
            if high_w * height <= high_h * width
            else (max(low_w, by_height), high_h)
        )
    if narrow and short:
        return (
            (min(high_w, by_height), low_h)
            if low_w * height <= low_h * width
            else (low_w, min(high_h, by_width))
        )
    if narrow and tall:
        return low_w, high_h
    if wide and short:
        return high_w, low_h
    if wide:
        return high_w, max(by_width, low_h)
    if narrow:
        return low_w, min(by_width, high_h)
    if tall:
        return max(by_height, low_w), high_h
    if short:
        return min(by_height, high_w), low_h
    return width, height
