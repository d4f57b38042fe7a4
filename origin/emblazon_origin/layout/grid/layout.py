"""Grid layout: place items, size columns, size rows, align (CSS Grid 2 §8, §11, §10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...style.values.computed import Alignment, ComputedStyle
from ...style.values.containing import contains_absolutes, contains_fixed
from ...style.values.value_types import NORMAL_GAP, GridLine, TrackSize
from ..alignment import Edge, distribute, settled
from ..boxes.fragment import ContentLayout, Fragment, StaticPosition
from ..boxes.nodes import Node
from ..context import LayoutContext
from ..contributions import definite_inner_height
from ..frame import AdoptedAxis, AdoptedTracks, Frame
from ..layout_unit import snap, used
from ..layout_work import SUBGRID, SUBGRID_ITEM, TRACK_SPAN
from ..placement import place, postpone
from ..ruled_gaps import SpannedTracks, Tracks, add_rules, grid_gaps
from ..sizing import INFINITY, clamp, margins_of
from .auto_placement import (
    AUTO_TRACK,
    ExplicitGrid,
    area_spans,
    explicit_grid,
    line_index,
    place_items,
)
from .items import (
    area_fragment,
    block_contribution,
    block_offset,
    inline_contribution,
    inline_offset,
    stretched_height,
)
from .plan import GridItem, GridPlan, Placement, plan_of
from .subgrid import (
    adopted_axis,
    block_edges,
    empty_contribution,
    gap_difference,
    inline_edges,
    kept_inside,
    names_within,
    subgrid_lines,
    widened,
)
from .tracks import Constraint, Contribution, Track, gaps_between, make_track, size_tracks

_PHASES = 8  # of track sizing
_NO_TRACKS = AdoptedTracks(None, None)
_MAX_PLACEMENTS = 8  # of one container; a kept document would gather them without end


class _Room(NamedTuple):
    """What tracks that are repeated as often as they fit have to fit into, with the gaps between them."""

    width: float | None
    column_gap: float
    height: float | None
    row_gap: float


@dataclass(slots=True, eq=False)
class _Axis:
    """Tracks of one axis with their positions once aligned."""

    explicit: ExplicitGrid
    before: int  # implicit tracks before the explicit grid
    templates: list[TrackSize]
    gap: float
    tracks: list[Track] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)

    def make(self, available: float | None, occupied: set[int]) -> None:
        """Begin sizing: fresh tracks, empty auto-fit ones collapsed."""
        self.tracks = [make_track(template, available) for template in self.templates]
        for index in self.explicit.auto_fit:
            if index + self.before not in occupied:
                self.tracks[index + self.before] = Track("fixed", "fixed", 0.0, 0.0, collapsed=True)

    @property
    def used(self) -> float:
        """Size of all tracks and gutters."""
        return sum(track.base for track in self.tracks) + gaps_between(self.tracks, self.gap)

    def adopt(self, adopted: AdoptedAxis) -> None:
        """Take over a parent grid's tracks."""
        self.tracks = [Track("fixed", "fixed", size, size) for size in adopted.sizes]
        self.starts = list(adopted.starts)

    @property
    def end(self) -> float:
        """The end of the last track."""
        return self.starts[-1] + self.tracks[-1].base if self.tracks else 0.0

    def align(self, value: Alignment, available: float, rtl: bool = False) -> None:
        """Give every track its start (§10.5)."""
        count = sum(not track.collapsed for track in self.tracks)
        free = available - self.used
        offset, between = distribute(value, free, count, rtl, rtl) if count else (0.0, 0.0)
        offset, between = snap(offset), snap(between)
        self.starts = []
        position, first = offset, True
        for track in self.tracks:
            if not track.collapsed and not first:
                position += self.gap + between
            self.starts.append(position)
            position += track.base
            first = first and track.collapsed

    def span(self, start: int, end: int) -> tuple[float, float]:
        """Return the start and the size of an area."""
        last = self.tracks[end - 1]
        return self.starts[start], self.starts[end - 1] + last.base - self.starts[start]

    def line(self, index: int, side: str) -> float | None:
        """Return the place of a grid line, for absolutely positioned boxes."""
        track = index + self.before
        if not self.tracks or not 0 <= track <= len(self.tracks):
            return None
        if side == "start":
            return self.starts[track] if track < len(self.tracks) else self.starts[-1] + self.tracks[-1].base
        return self.starts[track - 1] + self.tracks[track - 1].base if track else self.starts[0]


@dataclass(slots=True, eq=False)
class _Grid:
    ctx: LayoutContext
    node: Node
    style: ComputedStyle
    plan: GridPlan
    items: list[GridItem]
    rows: _Axis
    columns: _Axis
    subgrids: dict[GridItem, _Grid] = field(default_factory=dict)  # the items that are such


def layout_grid(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Lay out a grid container's content."""
    style = frame.node.style
    adopted = frame.adopted or _NO_TRACKS
    grid = _build(ctx, frame.node, frame.inner_width, frame.inner_height, frame.max_inner_height, adopted)
    # 1. Columns.
    if adopted.columns is not None:
        grid.columns.adopt(adopted.columns)
    else:
        size_columns(grid, frame.inner_width, "definite", style.justify_content, frame.height_basis)
        grid.columns.align(style.justify_content, frame.inner_width, style.direction == "rtl")
    # 2. Rows; with an automatic height they decide it, and percentages then resolve against it.
    for item in grid.items:
        if item.plan.margins is None:
            item.margins = margins_of(item.node.style, _column_width(grid, item))
    inner_height = frame.inner_height
    if adopted.rows is not None:
        grid.rows.adopt(adopted.rows)
        inner_height = grid.rows.end if inner_height is None else inner_height
    else:
        inner_height = _rows(grid, frame)
    # 3. Items.
    content = ContentLayout(inner_height if frame.inner_height is None else max(inner_height, grid.rows.used))
    _place_items(grid, frame, content)
    if grid.plan.has_rules:
        _add_rules(grid, frame, content)
    for node in frame.node.children:
        if node.is_out_of_flow:
            _postpone(grid, frame, content, node, inner_height)
    return content


def _rows(grid: _Grid, frame: Frame) -> float:
    """Size and align the rows; return the height of the content box."""
    style, inner_height = grid.style, frame.inner_height
    _size_rows(grid, inner_height, frame)
    if inner_height is None:
        inner_height = clamp(grid.rows.used, frame.min_inner_height, frame.max_inner_height)
        if grid.plan.rows_depend_on_height or inner_height < grid.rows.used - 1e-6:
            grid.rows.gap = used(style.row_gap, inner_height)
            _size_rows(grid, inner_height, frame)
    if _columns_follow_rows(grid, inner_height):
        size_columns(grid, frame.inner_width, "definite", style.justify_content, frame.height_basis)
        grid.columns.align(style.justify_content, frame.inner_width, style.direction == "rtl")
        _size_rows(grid, inner_height, frame)
    grid.rows.align(style.align_content, inner_height)
    return inner_height


def grid_content_sizes(ctx: LayoutContext, node: Node) -> tuple[float, float]:
    """Return the min-content and max-content width of a grid container (§11.2)."""
    grid = _build(ctx, node, None, None, INFINITY)
    basis = definite_inner_height(ctx, node)
    size_columns(grid, None, "min-content", "start", basis)
    low = grid.columns.used
    size_columns(grid, None, "max-content", "start", basis)
    return low, grid.columns.used


def _build(
    ctx: LayoutContext,
    node: Node,
    width: float | None,
    height: float | None,
    max_height: float,
    adopted: AdoptedTracks = _NO_TRACKS,
) -> _Grid:
    style, plan = node.style, plan_of(node)
    column_gap = used(style.column_gap, width or 0.0)
    row_gap = used(style.row_gap, height or 0.0)
    fill_height = height if height is not None else (None if max_height == INFINITY else max_height)
    room = _Room(width, column_gap, fill_height, row_gap)
    if adopted is _NO_TRACKS:
        key = room[:2] if plan.repeats_columns else None, room[2:] if plan.repeats_rows else None
        found = plan.placements.get(key)
        if found is None:
            if len(plan.placements) >= _MAX_PLACEMENTS:
                plan.placements.clear()
            found = plan.placements[key] = _place(ctx, style, plan, room, adopted)
    else:
        found = _place(ctx, style, plan, room, adopted)
    items = [
        GridItem(
            item, child, area.row_start, area.row_end, area.column_start, area.column_end,
            item.margins or margins_of(child.style, 0.0),
        )
        for (child, item), area in zip(plan.items, found.areas, strict=True)
    ]  # fmt: skip
    grid = _Grid(
        ctx,
        node,
        style,
        plan,
        items,
        _Axis(found.rows, found.before_rows, found.row_sizes, row_gap),
        _Axis(found.columns, found.before_columns, found.column_sizes, column_gap),
    )
    if plan.has_subgrids:
        grid.subgrids = {item: _subgrid(grid, item) for item in items if any(item.plan.subgrid)}
    return grid


def _place(
    ctx: LayoutContext, style: ComputedStyle, plan: GridPlan, room: _Room, adopted: AdoptedTracks
) -> Placement:
    """Name the lines of both axes and place the items between them (§7, §8)."""
    area_rows, area_columns = area_spans(style.grid_template_areas)
    rows = explicit_grid(
        style.grid_template_rows, area_rows, len(style.grid_template_areas), style.grid_auto_rows,
        room.height, room.row_gap,
    )  # fmt: skip
    columns = explicit_grid(
        style.grid_template_columns, area_columns, max(map(len, style.grid_template_areas), default=0),
        style.grid_auto_columns, room.width, room.column_gap,
    )  # fmt: skip
    if adopted.rows is not None:
        rows = subgrid_lines(style.grid_template_rows, len(adopted.rows.sizes), adopted.rows.names)
    if adopted.columns is not None:
        columns = subgrid_lines(
            style.grid_template_columns, len(adopted.columns.sizes), adopted.columns.names
        )
    nodes = [child for child, _ in plan.items]
    areas, before_rows, before_columns = place_items(nodes, rows, columns, style.grid_auto_flow, ctx.work)
    if adopted.rows is not None:
        kept_inside(areas, "row", len(rows.tracks))
        before_rows = 0
    if adopted.columns is not None:
        kept_inside(areas, "column", len(columns.tracks))
        before_columns = 0
    row_count = max([before_rows + len(rows.tracks)] + [area.row_end for area in areas])
    column_count = max([before_columns + len(columns.tracks)] + [area.column_end for area in areas])
    return Placement(
        rows,
        columns,
        before_rows,
        before_columns,
        areas,
        _templates(rows, before_rows, row_count, style.grid_auto_rows),
        _templates(columns, before_columns, column_count, style.grid_auto_columns),
    )


def _subgrid(grid: _Grid, item: GridItem) -> _Grid:
    """Return a subgrid's own grid, whose adopted tracks have no sizes yet, with the item's area known."""
    columns, rows = item.plan.subgrid
    style = item.node.style
    span_columns, span_rows = item.column_end - item.column_start, item.row_end - item.row_start
    across, down = grid.columns, grid.rows
    adopted = AdoptedTracks(
        AdoptedAxis((), (0.0,) * span_columns,
                    names_within(across.explicit, item.column_start, item.column_end, across.before))
        if columns else None,
        AdoptedAxis((), (0.0,) * span_rows,
                    names_within(down.explicit, item.row_start, item.row_end, down.before))
        if rows else None,
    )  # fmt: skip
    grid.ctx.work.take(SUBGRID)
    subgrid = _build(grid.ctx, item.node, None, None, INFINITY, adopted)
    if columns:
        subgrid.columns.gap = across.gap if style.column_gap is NORMAL_GAP else subgrid.columns.gap
    if rows:
        subgrid.rows.gap = down.gap if style.row_gap is NORMAL_GAP else subgrid.rows.gap
    return subgrid


def _templates(
    explicit: ExplicitGrid, before: int, count: int, auto: tuple[TrackSize, ...]
) -> list[TrackSize]:
    """Return the sizing functions of all tracks; the implicit pattern repeats outwards (§7.6)."""
    auto = auto or (AUTO_TRACK,)
    after = count - before - len(explicit.tracks)
    leading = [auto[-1 - index % len(auto)] for index in range(before)][::-1]
    return leading + explicit.tracks + [auto[index % len(auto)] for index in range(after)]


def size_columns(
    grid: _Grid,
    available: float | None,
    constraint: Constraint,
    justify: Alignment,
    height_basis: float | None,
) -> None:
    """Run the track sizing algorithm for columns."""
    axis = grid.columns
    axis.make(available, {c for i in grid.items for c in range(i.column_start, i.column_end)})
    contributions = _inline_contributions(grid, axis.tracks, height_basis)
    stretch = justify in ("normal", "stretch")
    _count(grid, axis, contributions)
    size_tracks(axis.tracks, contributions, available, axis.gap, constraint, stretch)


def _inline_contributions(
    grid: _Grid, tracks: Sequence[Track], height_basis: float | None
) -> list[Contribution]:
    """Return what the items ask of the columns; for a subgrid of them, what its items ask (§9.4)."""
    found: list[Contribution] = []
    for item in grid.items:
        subgrid = grid.subgrids.get(item) if item.plan.subgrid.columns else None
        if subgrid is None:
            found.append(inline_contribution(grid.ctx, item, tracks, height_basis))
            continue
        start, end = item.column_start, item.column_end
        edges = inline_edges(item.node.style, 0.0, grid.style.direction == "rtl")
        found.append(empty_contribution(start, end, edges))
        difference = gap_difference(item.node.style.column_gap, 0.0, grid.columns.gap)
        inner = _inline_contributions(subgrid, tracks[start:end], height_basis)
        grid.ctx.work.take(SUBGRID_ITEM * len(inner))
        found += [widened(asked, start, end - start, edges, difference) for asked in inner]
    return found


def _block_contributions(grid: _Grid, tracks: Sequence[Track]) -> list[Contribution]:
    """Return what the items ask of the rows; for a subgrid of them, what its items ask."""
    found: list[Contribution] = []
    for item in grid.items:
        width = _column_width(grid, item)
        subgrid = grid.subgrids.get(item) if item.plan.subgrid.rows else None
        if subgrid is None:
            found.append(block_contribution(grid.ctx, item, tracks, width, grid.style))
            continue
        start, end = item.row_start, item.row_end
        edges = block_edges(item.node.style, width)
        found.append(empty_contribution(start, end, edges))
        difference = gap_difference(item.node.style.row_gap, 0.0, grid.rows.gap)
        _size_subgrid_columns(grid, item, subgrid)
        inner = _block_contributions(subgrid, tracks[start:end])
        grid.ctx.work.take(SUBGRID_ITEM * len(inner))
        found += [widened(asked, start, end - start, edges, difference) for asked in inner]
    return found


def _size_subgrid_columns(grid: _Grid, item: GridItem, subgrid: _Grid) -> None:
    """Give a subgrid of rows its columns, be they its own or adopted."""
    style = subgrid.style
    if (columns := _adopted_columns(grid, item)) is not None:
        subgrid.columns.adopt(columns)
    else:
        width = _column_width(grid, item)
        inner = max(0.0, width - sum(inline_edges(style, width, rtl=False)))
        size_columns(subgrid, inner, "definite", style.justify_content, None)
        subgrid.columns.align(style.justify_content, inner, style.direction == "rtl")
    for inside in subgrid.items:
        inside.margins = margins_of(inside.node.style, _column_width(subgrid, inside))
    for nested in subgrid.subgrids:
        if not nested.plan.subgrid.rows:
            nested.adopted = AdoptedTracks(_adopted_columns(subgrid, nested), None)


def _adopted_columns(grid: _Grid, item: GridItem) -> AdoptedAxis | None:
    if not item.plan.subgrid.columns:
        return None
    axis, start, end = grid.columns, item.column_start, item.column_end
    style = item.node.style
    edges = inline_edges(style, _column_width(grid, item), grid.style.direction == "rtl")
    difference = gap_difference(style.column_gap, 0.0, axis.gap)
    names = names_within(axis.explicit, start, end, axis.before)
    return adopted_axis(axis.starts[start:end], axis.tracks[start:end], edges, difference, names)


def _adopted_rows(grid: _Grid, item: GridItem) -> AdoptedAxis | None:
    if not item.plan.subgrid.rows:
        return None
    axis, start, end = grid.rows, item.row_start, item.row_end
    style = item.node.style
    edges = block_edges(style, _column_width(grid, item))
    difference = gap_difference(style.row_gap, 0.0, axis.gap)
    names = names_within(axis.explicit, start, end, axis.before)
    return adopted_axis(axis.starts[start:end], axis.tracks[start:end], edges, difference, names)


def _size_rows(grid: _Grid, available: float | None, frame: Frame) -> None:
    axis = grid.rows
    axis.make(available, {r for i in grid.items for r in range(i.row_start, i.row_end)})
    for item in grid.subgrids:
        item.adopted = AdoptedTracks(_adopted_columns(grid, item), None)
    _shim_baselines(grid)
    contributions = _block_contributions(grid, axis.tracks)
    stretch = grid.style.align_content in ("normal", "stretch")
    constraint: Constraint = "definite" if available is not None else "indefinite"
    _count(grid, axis, contributions)
    size_tracks(
        axis.tracks, contributions, available, axis.gap, constraint, stretch,
        frame.min_inner_height, frame.max_inner_height,
    )  # fmt: skip


def _count(grid: _Grid, axis: _Axis, contributions: Sequence[Contribution]) -> None:
    """Count the work of sizing an axis: each phase looks at the items' tracks, each length of span at all."""
    spans = [item.end - item.start for item in contributions]
    flexible = sum(track.is_flexible for track in axis.tracks)
    looks = _PHASES * (sum(spans) + (len(set(spans)) + 1) * len(axis.tracks)) + flexible * flexible
    grid.ctx.work.take(TRACK_SPAN * looks)


def _column_width(grid: _Grid, item: GridItem) -> float:
    return grid.columns.span(item.column_start, item.column_end)[1]


def _columns_follow_rows(grid: _Grid, inner_height: float) -> bool:
    """§11.1 step 3: items whose widths come from their areas' heights may ask for other columns."""
    found = False
    if not grid.plan.has_ratios:
        return False
    grid.rows.align(grid.style.align_content, inner_height)
    for item in grid.items:
        if item.plan.has_ratio:
            height = grid.rows.span(item.row_start, item.row_end)[1]
            width = _column_width(grid, item)
            item.area_height, found = height, True
            item.height = stretched_height(grid.ctx, item, width, height, grid.style)
    return found


def _shim_baselines(grid: _Grid) -> None:
    """§11.5 step 1: items that share a row's baseline grow by how far they are pushed down."""
    if not grid.plan.has_baselines:
        return
    groups: dict[int, list[tuple[GridItem, float]]] = {}
    for item in grid.items:
        item.shim = 0.0
        if item.plan.is_on_baseline and not item.plan.subgrid.rows:
            width = _column_width(grid, item)
            fragment = area_fragment(grid.ctx, item, width, None, grid.style)
            own = fragment.height if fragment.first_baseline is None else fragment.first_baseline
            groups.setdefault(item.row_start, []).append((item, (item.margins.top or 0.0) + own))
    for group in groups.values():
        deepest = max(baseline for _, baseline in group)
        for item, baseline in group:
            item.shim = deepest - baseline


def _place_items(grid: _Grid, frame: Frame, content: ContentLayout) -> None:
    firsts: list[tuple[int, int, GridItem, Fragment, float]] = []
    rtl = grid.style.direction == "rtl"
    for item in grid.items:
        x, width = grid.columns.span(item.column_start, item.column_end)
        y, height = grid.rows.span(item.row_start, item.row_end)
        if item in grid.subgrids:
            item.adopted = AdoptedTracks(_adopted_columns(grid, item), _adopted_rows(grid, item))
        fragment = area_fragment(grid.ctx, item, width, height, grid.style)
        if rtl:
            x = frame.inner_width - x - width
        left = frame.left + x + inline_offset(item, fragment.width, width, grid.style)
        top = frame.top + y + block_offset(item, fragment.height, height, grid.style)
        place(content, fragment, left, top, width, height)
        firsts.append((item.row_start, item.column_start, item, fragment, top))
    if not firsts:
        return
    content.first_baseline = _baseline(firsts, min(row for row, *_ in firsts), first=True)
    content.last_baseline = _baseline(firsts, max(row for row, *_ in firsts), first=False)


def _add_rules(grid: _Grid, frame: Frame, content: ContentLayout) -> None:
    """Draw the rules in the gaps; tracks that collapsed have none."""
    columns, columns_before = _tracks_with_rules(grid.columns)
    rows, rows_before = _tracks_with_rules(grid.rows)
    areas = [
        SpannedTracks(
            (columns_before[item.column_start], columns_before[item.column_end]),
            (rows_before[item.row_start], rows_before[item.row_end]),
        )
        for item in grid.items
    ]
    add_rules(grid.ctx, frame, content, grid_gaps(grid.ctx, grid.style, columns, rows, areas))


def _tracks_with_rules(axis: _Axis) -> tuple[Tracks, list[int]]:
    """Return the tracks that did not collapse, and how many of them lie before each line."""
    before, edges = [0], []
    for start, track in zip(axis.starts, axis.tracks, strict=True):
        if not track.collapsed:
            edges.append((start, start + track.base))
        before.append(len(edges))
    return Tracks(edges), before


def _baseline(placed: Sequence[tuple[int, int, GridItem, Fragment, float]], row: int, first: bool) -> float:
    """§10.6: of the baseline-aligned items in the row, else of its first item."""
    group = [entry for entry in placed if entry[0] == row]
    aligned = [entry for entry in group if entry[2].plan.is_on_baseline]
    _, _, _, fragment, top = min(aligned or group, key=lambda entry: entry[1])
    own = fragment.first_baseline if first else fragment.last_baseline
    return top + (fragment.height if own is None else own)


def _postpone(grid: _Grid, frame: Frame, content: ContentLayout, node: Node, inner_height: float) -> None:
    """§9: the containing block of an absolute child is its grid area; the padding box by default.

    Where the container is another box, its grid lines say nothing and its content box is the static position.
    """
    style = node.style
    x, y = frame.left, frame.top
    width, height = frame.inner_width, inner_height
    parent = frame.node.parent
    holder = parent.style if parent is not None and parent.kind == "turned" else grid.style
    if contains_absolutes(holder) and (style.position == "absolute" or contains_fixed(holder)):
        x, y, width, height = content.area_of[node] = _area(grid, frame, style, inner_height)
    rtl = grid.style.direction == "rtl"
    own_rtl = style.direction == "rtl"
    across = _self_alignment(style.justify_self, grid.style.justify_items)
    down = _self_alignment(style.align_self, grid.style.align_items)
    static = StaticPosition(
        x, y, width, height, _static_edge(across, rtl, own_rtl), _static_edge(down, False, False),
        safe_x=("end" if rtl else "start") if style.justify_self.startswith("safe ") else None,
        safe_y="start" if style.align_self.startswith("safe ") else None,
    )  # fmt: skip
    postpone(content, node, static)


def _area(
    grid: _Grid, frame: Frame, style: ComputedStyle, inner_height: float
) -> tuple[float, float, float, float]:
    """Return the grid area of an absolutely positioned child, from the border box's corner."""
    rtl = grid.style.direction == "rtl"
    left, right = -frame.padding.left, frame.inner_width + frame.padding.right
    top, bottom = -frame.padding.top, inner_height + frame.padding.bottom
    start, end = _lines(style.grid_column_start, style.grid_column_end, grid.columns)
    if rtl:
        start, end = (
            None if end is None else frame.inner_width - end,
            None if start is None else frame.inner_width - start,
        )
    left, right = (left if start is None else start), (right if end is None else end)
    above, below = _lines(style.grid_row_start, style.grid_row_end, grid.rows)
    top, bottom = (top if above is None else above), (bottom if below is None else below)
    return frame.left + left, frame.top + top, max(0.0, right - left), max(0.0, bottom - top)


def _lines(first: GridLine, last: GridLine, axis: _Axis) -> tuple[float | None, float | None]:
    """Return the places of the lines that bound a child on one axis; None is the padding edge."""
    return _line(first, axis, "start"), _line(last, axis, "end")


def _line(line: GridLine, axis: _Axis, side: str) -> float | None:
    if line.span is not None or (line.number is None and line.name is None):
        return None
    if line.name is not None and line.number is None:
        known = axis.explicit.names
        if f"{line.name}-{side}" not in known and line.name not in known:
            return None
    return axis.line(line_index(line, axis.explicit, side), side)


def _self_alignment(own: Alignment, container: Alignment) -> Alignment:
    return container if own == "auto" else own


def _static_edge(value: Alignment, rtl: bool, own_rtl: bool) -> Edge:
    """Return the physical edge of the area at which a box lies."""
    value = settled(value, 0.0)
    if value == "center":
        return "center"
    if value in ("left", "right"):
        return "end" if value == "right" else "start"
    if value.startswith("self-"):
        rtl = own_rtl
    return "end" if (value in ("end", "flex-end", "self-end", "last baseline")) != rtl else "start"
