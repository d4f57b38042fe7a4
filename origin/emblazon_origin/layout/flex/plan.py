"""What the styles of a flex container and its items decide alone, found once for all layouts of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ...style.values.computed import Alignment, ComputedStyle
from ...style.values.value_types import Length
from ..alignment import item_alignment, reverse_alignment, settled
from ..boxes.nodes import Node
from ..item_plans import items_with_plans
from ..ruled_gaps import has_rules
from ..sizing import Margins, StyleSizes, fixed_size, ratio_of, sizes_of

_BASELINES = frozenset(("baseline", "last baseline"))
_AT_START = frozenset(("normal", "stretch", "flex-start"))
CROSS_SHARES = {"start": 0.0, "center": 0.5, "end": 1.0}


class MainSizes(NamedTuple):
    """An item's border box sizes on the main axis where nothing but its content can change them (§9.2, §4.5).

    `base` is None where it is the content's size; `low` is None where the automatic minimum is the content's
    smallest size, and `cap` at most. All are as large as the edges, `floor`, at least.
    """

    base: float | None
    low: float | None
    high: float
    cap: float
    floor: float


@dataclass(slots=True, eq=False)
class ItemPlan:
    """Items of one style in their container."""

    alignment: Alignment  # its used `align-self`
    is_on_baseline: bool  # of others: by that, with no auto margin on the cross axis
    stretches: bool  # align-self is stretch, the cross size auto and no cross margin auto
    cross_share: float | None  # of the room beside it that is before it; None where it depends on the room
    margins: Margins | None  # None where percentages are involved
    outer: tuple[float, float]  # what those take across and down
    auto_mains: int  # auto margins on the main axis
    has_auto_cross: bool  # an auto margin on the cross axis, which takes the place of alignment
    grow: float
    shrink: float
    sizes: MainSizes | None


@dataclass(slots=True, eq=False)
class FlexPlan:
    """A container's axes, and its items in their order."""

    style: ComputedStyle
    row: bool
    wraps: bool  # multi-line
    reverses: bool
    main_flipped: bool
    cross_flipped: bool
    column_gap: Length
    row_gap: Length
    items: list[tuple[Node, ItemPlan]]
    out_of_flow: list[Node]
    packs_at_start: bool  # `justify-content`
    has_baselines: bool
    has_auto_mains: bool
    has_rules: bool


def plan_of(node: Node) -> FlexPlan:
    """Return what a container's styles decide."""
    plan = node.plan
    if not isinstance(plan, FlexPlan):
        plan = node.plan = _make_plan(node)
    return plan


def _make_plan(node: Node) -> FlexPlan:
    style = node.style
    row = style.flex_direction.startswith("row")
    rtl = style.direction == "rtl"
    reverses = style.flex_direction.endswith("reverse")
    cross_flipped = (style.flex_wrap == "wrap-reverse") != (not row and rtl)
    items, plans = items_with_plans(node, lambda child: _plan_item(style, child, row, cross_flipped))
    return FlexPlan(
        style,
        row,
        style.flex_wrap != "nowrap",
        reverses,
        reverses != (row and rtl),
        cross_flipped,
        style.column_gap,
        style.row_gap,
        items,
        [child for child in node.children if child.is_out_of_flow],
        style.justify_content in _AT_START,
        any(item.is_on_baseline for item in plans),
        any(item.auto_mains for item in plans),
        has_rules(style),
    )


def _plan_item(container: ComputedStyle, node: Node, row: bool, cross_flipped: bool) -> ItemPlan:
    style, sizes = node.style, sizes_of(node.style)
    alignment = item_alignment(style.align_self, container.align_items)
    mains, crosses = (style.margin_left, style.margin_right), (style.margin_top, style.margin_bottom)
    if not row:
        mains, crosses = crosses, mains
    has_auto_cross = "auto" in crosses
    on_baseline = alignment in _BASELINES
    share = None
    if not on_baseline and not alignment.startswith("safe "):
        edge = reverse_alignment(settled(alignment, 0.0), cross_flipped, container, style, row)
        share = CROSS_SHARES[edge]
    return ItemPlan(
        alignment,
        on_baseline and not has_auto_cross,
        alignment == "stretch" and (style.height if row else style.width) == "auto" and not has_auto_cross,
        share,
        sizes.margins,
        (0.0, 0.0) if sizes.margins is None else (sizes.margins.horizontal, sizes.margins.vertical),
        mains.count("auto"),
        has_auto_cross,
        style.flex_grow,
        style.flex_shrink,
        main_sizes(node, sizes, row),
    )


def main_sizes(node: Node, sizes: StyleSizes, row: bool) -> MainSizes | None:
    """Return an item's sizes on the main axis, None where more than its style and content decides them."""
    style, extra = node.style, sizes.extra
    if node.kind == "replaced" or ratio_of(node) is not None or extra is None or sizes.margins is None:
        return None
    if row:
        size, floor, specified, limits = style.width, extra.width, sizes.width, sizes.widths
        minimum, overflow = style.min_width, style.overflow_x
    else:
        size, floor, specified, limits = style.height, extra.height, sizes.height, sizes.heights
        minimum, overflow = style.min_height, style.overflow_y
        if node.kind in ("table", "table-wrapper") or sizes.widths is None:
            return None
        if style.width != "auto" and sizes.width is None:
            return None
    basis = size if style.flex_basis == "auto" else style.flex_basis
    base = fixed_size(style, basis, floor)
    undecided = (size != "auto" and specified is None) or (basis not in ("auto", "content") and base is None)
    if limits is None or undecided:
        return None
    low, high = limits
    is_automatic = minimum == "auto" and overflow in ("visible", "clip")
    return MainSizes(
        None if base is None else max(base, floor),
        None if is_automatic else max(low, floor),
        max(high, floor),
        high if specified is None else min(specified, high),
        floor,
    )
