"""A flex container's axes and lines, and what its items' alignment asks of them (CSS Flexbox §2, §8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...style.values.computed import Alignment, ComputedStyle
from ..alignment import item_alignment
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..frame import Frame
from ..layout_unit import used
from ..sizing import extra_of, margins_of
from .items import FlexItem


@dataclass(slots=True, eq=False)
class FlexLine:
    """A line of items; `cross` is its size, `cross_pos` its place from the cross start."""

    items: list[FlexItem]
    cross: float = 0.0
    cross_pos: float = 0.0
    first: tuple[float, float] = (0.0, 0.0)  # how far first-baseline items reach above and below it
    last: tuple[float, float] = (0.0, 0.0)  # the same of last-baseline items


@dataclass(slots=True, eq=False)
class FlexContainer:
    """A container's axes and what is known of them."""

    ctx: LayoutContext
    frame: Frame
    style: ComputedStyle
    row: bool
    main_flipped: bool
    cross_flipped: bool
    main_gap: float
    cross_gap: float
    inner_main: float | None
    inner_cross: float | None
    lines: list[FlexLine] = field(default_factory=list)

    @property
    def wraps(self) -> bool:
        """True for multi-line containers."""
        return self.style.flex_wrap != "nowrap"


def make_container(ctx: LayoutContext, frame: Frame) -> FlexContainer:
    """Name the axes of a container."""
    style = frame.node.style
    row = style.flex_direction.startswith("row")
    rtl = style.direction == "rtl"
    reverse = style.flex_direction.endswith("reverse")
    wrap_reverse = style.flex_wrap == "wrap-reverse"
    column_gap = used(style.column_gap, frame.inner_width)
    row_gap = used(style.row_gap, frame.inner_height or 0.0)
    return FlexContainer(
        ctx,
        frame,
        style,
        row,
        main_flipped=reverse != (row and rtl),
        cross_flipped=wrap_reverse != (not row and rtl),
        main_gap=column_gap if row else row_gap,
        cross_gap=row_gap if row else column_gap,
        inner_main=frame.inner_width if row else frame.inner_height,
        inner_cross=frame.inner_height if row else frame.inner_width,
    )


def definite_stretch(flex: FlexContainer, node: Node) -> float | None:
    """Return the definite cross size of an item that stretches in a single-line container (§9.8)."""
    if flex.inner_cross is None or flex.wraps or not stretches(flex, node):
        return None
    style = node.style
    basis = flex.frame.inner_width
    margins = margins_of(style, basis)
    size = flex.inner_cross - (margins.vertical if flex.row else margins.horizontal)
    extra = extra_of(style, basis)
    return max(size, extra.height if flex.row else extra.width)


def stretches(flex: FlexContainer, node: Node) -> bool:
    """True where align-self is stretch, the cross size auto and no cross margin auto."""
    style = node.style
    if item_alignment(style.align_self, flex.style.align_items) != "stretch":
        return False
    if flex.row:
        return style.height == "auto" and style.margin_top != "auto" and style.margin_bottom != "auto"
    return style.width == "auto" and style.margin_left != "auto" and style.margin_right != "auto"


def outer_cross(flex: FlexContainer, item: FlexItem) -> float:
    """Return the margin box's cross size."""
    return item.cross + (item.margins.vertical if flex.row else item.margins.horizontal)


def outer_main(flex: FlexContainer, item: FlexItem) -> float:
    """Return the main-axis margins."""
    return item.margins.horizontal if flex.row else item.margins.vertical


def alignment_of(flex: FlexContainer, item: FlexItem) -> Alignment:
    """Return the item's used `align-self`."""
    return item_alignment(item.node.style.align_self, flex.style.align_items)


def has_auto_cross_margin(flex: FlexContainer, item: FlexItem) -> bool:
    """True where an auto margin takes the place of alignment."""
    m = item.margins
    return (m.top is None or m.bottom is None) if flex.row else (m.left is None or m.right is None)


def baseline_split(item: FlexItem, last: bool) -> tuple[float, float]:
    """Return the margin box's extent above and below its baseline."""
    fragment = item.result
    own = fragment.last_baseline if last else fragment.first_baseline
    baseline = (item.margins.top or 0.0) + (fragment.height if own is None else own)
    return baseline, item.cross + item.margins.vertical - baseline
