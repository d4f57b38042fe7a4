"""What the styles of a grid container and its items decide alone, found once for all layouts of them.

That is where the items go as well: sizes matter for it only where as many tracks are repeated as fit.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from ...style.values.computed import Alignment, ComputedStyle
from ...style.values.value_types import Fr, Length, TrackList, TrackRepeat, TrackSize
from ..alignment import settled, start_share
from ..boxes.fragment import Fragment
from ..boxes.nodes import Node
from ..frame import AdoptedTracks
from ..item_plans import items_with_plans
from ..ruled_gaps import has_rules
from ..sizing import Margins, StyleSizes, ratio_of, sizes_of
from .auto_placement import ExplicitGrid, GridArea

_FILLING = frozenset(("auto", "normal", "stretch"))


class Subgridded(NamedTuple):
    """Which axes of a box are subgrids."""

    columns: bool
    rows: bool


def subgridded(node: Node) -> Subgridded:
    """Return which axes of a grid item are subgrids; size containment makes it a grid of its own."""
    if node.kind != "grid" or "layout" in node.style.contain or "size" in node.style.contain:
        return Subgridded(False, False)
    return Subgridded(node.style.grid_template_columns.subgrid, node.style.grid_template_rows.subgrid)


@dataclass(slots=True, eq=False)
class GridItemPlan:
    """Items of one style in their container."""

    margins: Margins | None  # None where percentages are involved
    sizes: StyleSizes
    subgrid: Subgridded
    has_ratio: bool
    is_on_baseline: bool  # that items of its row share
    fills_width: bool  # of its area, but for limits that nothing around decides
    fills_height: bool
    across: float | None  # the share of the room beside it that lies left of it; None where more decides
    down: float | None  # the same of the room above


@dataclass(slots=True, eq=False)
class GridItem:
    """An item and its area: tracks `row_start` up to but not including `row_end`, likewise columns."""

    plan: GridItemPlan
    node: Node
    row_start: int
    row_end: int
    column_start: int
    column_end: int
    margins: Margins
    shim: float = 0.0  # room above that baseline alignment adds
    area_height: float | None = None  # once the rows have their sizes, of items with a ratio
    height: float | None = None  # that the item takes in it by stretching
    measured: tuple[float, Fragment] | None = None  # in an area of a width, for its rows
    adopted: AdoptedTracks | None = None  # of a subgrid, as far as they are known


class Placement(NamedTuple):
    """Where the items go, and the sizing functions of all tracks, implicit ones included."""

    rows: ExplicitGrid
    columns: ExplicitGrid
    before_rows: int  # implicit ones before the explicit grid
    before_columns: int
    areas: list[GridArea]
    row_sizes: list[TrackSize]
    column_sizes: list[TrackSize]


@dataclass(slots=True, eq=False)
class GridPlan:
    """A container's items in their order, and where they go, by what that depends on."""

    items: list[tuple[Node, GridItemPlan]]
    repeats_columns: bool  # as many as fit
    repeats_rows: bool
    rows_depend_on_height: bool  # once that is known
    has_baselines: bool
    has_ratios: bool
    has_subgrids: bool
    has_rules: bool
    placements: dict[Hashable, Placement] = field(default_factory=dict)


def plan_of(node: Node) -> GridPlan:
    """Return what a container's styles decide."""
    plan = node.plan
    if not isinstance(plan, GridPlan):
        plan = node.plan = _make_plan(node)
    return plan


def _make_plan(node: Node) -> GridPlan:
    style = node.style
    items, plans = items_with_plans(node, lambda child: _plan_item(style, child))
    return GridPlan(
        items,
        _repeats_to_fit(style.grid_template_columns),
        _repeats_to_fit(style.grid_template_rows),
        _rows_depend_on_height(style),
        any(item.is_on_baseline for item in plans),
        any(item.has_ratio for item in plans),
        any(any(item.subgrid) for item in plans),
        has_rules(style),
    )


def _plan_item(container: ComputedStyle, node: Node) -> GridItemPlan:
    style, sizes = node.style, sizes_of(node.style)
    justify = container.justify_items if style.justify_self == "auto" else style.justify_self
    align = container.align_items if style.align_self == "auto" else style.align_self
    has_ratio = ratio_of(node) is not None
    auto_across = "auto" in (style.margin_left, style.margin_right)
    auto_down = "auto" in (style.margin_top, style.margin_bottom)
    is_simple = node.kind != "replaced" and not has_ratio and sizes.extra is not None
    rtl, own_rtl = container.direction == "rtl", style.direction == "rtl"
    return GridItemPlan(
        sizes.margins,
        sizes,
        subgridded(node),
        has_ratio,
        align == "baseline" and not auto_down,
        is_simple and _fills(style.width, sizes.widths, justify) and not auto_across,
        is_simple and _fills(style.height, sizes.heights, align) and not auto_down,
        None if auto_across else _share(justify, rtl, own_rtl),
        None if auto_down else _share(align, False, False),
    )


def _fills(size: object, limits: object, alignment: Alignment) -> bool:
    return size == "auto" and limits is not None and alignment in _FILLING


def _share(alignment: Alignment, rtl: bool, own_rtl: bool) -> float | None:
    if alignment.startswith("safe ") or alignment.endswith("baseline"):
        return None
    return start_share(settled(alignment, 0.0), rtl, own_rtl)


def _repeats_to_fit(template: TrackList) -> bool:
    return any(isinstance(item, TrackRepeat) and not isinstance(item.count, int) for item in template.items)


def _rows_depend_on_height(style: ComputedStyle) -> bool:
    """True where rows differ once the height is known: with percentages, and with less than 1fr in all."""
    if not style.row_gap.is_absolute:
        return True
    tracks: list[TrackSize] = list(style.grid_auto_rows)
    for item in style.grid_template_rows.items:
        tracks.extend([item] if isinstance(item, TrackSize) else item.tracks)
    flexible = sum(track.max.value for track in tracks if isinstance(track.max, Fr))
    return 0 < flexible < 1 or any(
        isinstance(breadth, Length) and not breadth.is_absolute
        for track in tracks
        for breadth in (track.min, track.max)
    )
