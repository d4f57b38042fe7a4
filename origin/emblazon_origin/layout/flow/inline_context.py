"""Inline formatting contexts: flatten the content for the text stage, put its lines and atomics in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...style.values.computed import ComputedStyle
from ...text.line_model import (
    Annotation,
    AtomicItem,
    BreakItem,
    CloseItem,
    FirstLine,
    InlineItem,
    InlineLayout,
    Line,
    OpenItem,
    TextItem,
)
from ...text.lines.line_alignment import align_offset, alignment
from ..absolute import place_absolute
from ..boxes.box import Rect
from ..boxes.fragment import BrokenLines, ContentLayout, FinalText, Fragment, OutOfFlowBox, StaticPosition
from ..boxes.nodes import Absolute, Atomic, CloseBox, InlineContent, Node, OpenBox
from ..context import LayoutContext
from ..frame import Constraints, Frame
from ..layout_unit import snap
from ..placement import place, relative_offset, static_position
from ..sizing import border_of, margins_of, padding_of
from .float_placement import float_fragment, outer_width, place_float

# Floats in the middle of one text that are put on their own line; more stand where the last one does.
MAX_FLOATS_ON_LINES = 48
MakeAtomic = Callable[[Node], AtomicItem]


def layout_inline_content(ctx: LayoutContext, frame: Frame) -> ContentLayout:
    """Break the content into lines at the frame's width."""
    if not has_substance(frame.node.content):
        content = ContentLayout(0.0, collapses_through=True)
        _postpone_absolutes(ctx, content, frame, [])
        return content
    content = ContentLayout(0.0)
    broken = _break_lines(ctx, frame) if ctx.floats is None else _break_lines_beside(ctx, frame, content)
    start, end = trimmed(ctx, frame.node.style, broken.result)
    content.height = broken.result.height - start - end
    content.lines = [line.moved(-start) for line in broken.result.lines] if start else broken.result.lines
    content.inline = FinalText(broken.result, broken.items)
    if content.lines and frame.top == 0 and not frame.node.is_root_context:
        content.pull = content.lines[0].pushed
    _set_baselines(content, frame, broken.result, start)
    if _one_text(frame.node.content) is not None:
        return content
    for line in content.lines:
        for atomic in line.atomics:
            fragment = broken.fragments[atomic.item]
            content.atomics.append((atomic.item, fragment))
            margins = margins_of(fragment.node.style, frame.inner_width)
            x = frame.left + atomic.x + (margins.left or 0.0)
            y = frame.top + atomic.y + (margins.top or 0.0)
            place(content, fragment, x, y, frame.inner_width, frame.height_basis)
    _postpone_absolutes(ctx, content, frame, content.lines)
    return content


def trimmed(ctx: LayoutContext, style: ComputedStyle, result: InlineLayout) -> tuple[float, float]:
    """Return what `text-box-trim` takes off the first line's top and the last line's bottom (§7)."""
    if style.text_box_trim == "none" or not result.lines:
        return 0.0, 0.0
    metrics = ctx.text.metrics(style)
    over, under = style.text_box_edge
    above = {"text": metrics.ascent, "cap": metrics.cap_height, "ex": metrics.x_height}[over]
    below = metrics.descent if under == "text" else 0.0
    first, last = result.lines[0], result.lines[-1]
    start = first.baseline - first.y - above if style.text_box_trim != "trim-end" else 0.0
    end = last.y + last.height - last.baseline - below if style.text_box_trim != "trim-start" else 0.0
    return snap(start), snap(end)


def _break_lines(ctx: LayoutContext, frame: Frame) -> BrokenLines:
    """Return the lines at the frame's width, known where only the height is another one."""
    node = frame.node
    height = None
    if node.style.text_fit is not None:
        height = frame.inner_height if frame.inner_height is not None else _finite(frame.max_inner_height)
    # Percentages of a height are the atomics' business alone.
    atomics = _one_text(node.content) is None and any(isinstance(entry, Atomic) for entry in node.content)
    key = (frame.inner_width, height, frame.height_basis if atomics else None)
    known = ctx.results.of(node).lines
    if key not in known:
        laid_out: dict[Node, Fragment] = {}

        def measure(child: Node) -> AtomicItem:
            laid_out[child] = ctx.layout(
                child, Constraints(frame.inner_width, frame.height_basis, shrink=True)
            )
            return atomic_item(laid_out[child], frame.inner_width)

        items, nodes = inline_items(node.content, frame.inner_width, measure)
        first = first_line_of(node, node.content, frame.inner_width, nodes)
        result = ctx.lines(items, node.style, frame.inner_width, height, first=first)
        fragments = {item: laid_out[child] for item, child in nodes.items()}
        known[key] = BrokenLines(result, items, fragments)
    return known[key]


def _break_lines_beside(ctx: LayoutContext, frame: Frame, content: ContentLayout) -> BrokenLines:
    """Place the floats that the content holds, each on its line, and break the lines beside them."""
    scope = ctx.floats
    assert scope is not None  # noqa: S101 - the caller looked
    top, measured = 0.0, 0
    for index, entry in enumerate(frame.node.content):
        if isinstance(entry, Absolute) and entry.node.is_float:
            before = frame.node.content[:index]
            if has_substance(before) and measured < MAX_FLOATS_ON_LINES:
                measured += 1
                last = _lines_beside(ctx, frame, before).result.lines[-1]
                _, room, _ = scope.bands(frame)(last.y, last.height)
                fits = last.width + outer_width(frame, float_fragment(ctx, frame, entry.node)) <= room
                top = last.y if fits else last.y + last.height
            place_float(ctx, frame, content, entry.node, top)
    return _lines_beside(ctx, frame, frame.node.content)


def _lines_beside(ctx: LayoutContext, frame: Frame, entries: list[InlineContent]) -> BrokenLines:
    ctx.count_pass("inline")
    laid_out: dict[Node, Fragment] = {}

    def measure(child: Node) -> AtomicItem:
        laid_out[child] = ctx.layout(child, Constraints(frame.inner_width, frame.height_basis, shrink=True))
        return atomic_item(laid_out[child], frame.inner_width)

    items, nodes = inline_items(entries, frame.inner_width, measure)
    bands = ctx.floats.bands(frame) if ctx.floats is not None else None
    first = first_line_of(frame.node, entries, frame.inner_width, nodes)
    result = ctx.lines(items, frame.node.style, frame.inner_width, None, bands, first)
    return BrokenLines(result, items, {item: laid_out[child] for item, child in nodes.items()})


def _finite(value: float) -> float | None:
    return None if value == float("inf") else value


def _set_baselines(content: ContentLayout, frame: Frame, result: InlineLayout, trimmed: float) -> None:
    if result.lines:
        content.first_baseline = frame.top + result.first_baseline - trimmed
        content.last_baseline = frame.top + result.last_baseline - trimmed


def inline_items(
    content: list[InlineContent], basis: float, make_atomic: MakeAtomic
) -> tuple[list[InlineItem], dict[AtomicItem, Node]]:
    """Return the text stage's items, and which node each atomic item stands for."""
    if (text := _one_text(content)) is not None:
        return [text], {}
    if not any(map(_fills_a_line, content)):
        content = _with_strut(content)
    items: list[InlineItem] = []
    nodes: dict[AtomicItem, Node] = {}
    opened: dict[OpenBox, OpenItem] = {}
    for entry in content:
        if isinstance(entry, OpenBox):
            opened[entry] = _open_item(entry, basis)
            items.append(opened[entry])
        elif isinstance(entry, CloseBox):
            items.append(CloseItem(opened[entry.open]))
        elif isinstance(entry, Atomic):
            item = make_atomic(entry.node)
            nodes[item] = entry.node
            items.append(item)
        elif not isinstance(entry, Absolute):
            items.append(entry)
    return items, nodes


def first_line_of(
    node: Node, content: list[InlineContent], basis: float, atomics: dict[AtomicItem, Node]
) -> FirstLine | None:
    """Return the items of content in their styles on the first line, None where it has none of its own.

    `atomics` are the items that were made of the same content.
    """
    block = node.first_line
    style = block.first_line if block is not None else None
    if style is None:
        return None
    made = {child: item for item, child in atomics.items()}
    opened: dict[OpenBox, OpenBox] = {}
    entries: list[InlineContent] = []
    for entry in content:
        if isinstance(entry, CloseBox):
            entries.append(CloseBox(opened[entry.open]))
            continue
        shown = entry
        if isinstance(entry, TextItem | OpenBox):
            own = entry.element.first_line if entry.element is not None else None
            shown = replace(entry, style=own) if own is not None else entry
            if isinstance(entry, OpenBox) and isinstance(shown, OpenBox):
                opened[entry] = shown
        entries.append(shown)
    items, _ = inline_items(entries, basis, made.__getitem__)
    return FirstLine(items, style, block)


def _with_strut(content: list[InlineContent]) -> list[InlineContent]:
    """Give inline boxes that have only edges an empty text, so that they get their line."""
    for at, entry in enumerate(content):
        if isinstance(entry, OpenBox) and _has_edges(entry):
            return [*content[: at + 1], TextItem("\u2060", entry.style), *content[at + 1 :]]
    return content


def _no_atomic(node: Node) -> AtomicItem:
    return AtomicItem(node.style, 0.0, 0.0, 0.0)


def _open_item(entry: OpenBox, basis: float) -> OpenItem:
    margins = margins_of(entry.style, basis)
    border, padding = border_of(entry.style), padding_of(entry.style, basis)
    item = OpenItem(entry.style, entry.element)
    if entry.annotation is not None:
        items, _ = inline_items(entry.annotation.content, basis, _no_atomic)
        item.annotation = Annotation(items, entry.annotation.style)
    rtl = entry.style.direction == "rtl"
    if entry.has_right if rtl else entry.has_left:
        item.margin_left, item.border_left, item.padding_left = margins.left or 0.0, border.left, padding.left
    if entry.has_left if rtl else entry.has_right:
        item.margin_right, item.border_right, item.padding_right = (
            margins.right or 0.0,
            border.right,
            padding.right,
        )
    return item


def atomic_item(fragment: Fragment, basis: float) -> AtomicItem:
    """Return the margin box of an atomic inline with its baseline (CSS 2 §10.8.1)."""
    style = fragment.node.style
    margins = margins_of(style, basis)
    height = fragment.height + margins.vertical
    baseline = height
    if fragment.node.kind in ("flex", "grid", "table"):
        own = fragment.first_baseline
    else:
        own = fragment.last_baseline if style.overflow_y in ("visible", "clip") else None
    if own is not None:
        baseline = (margins.top or 0.0) + own
    elif fragment.node.kind in ("flex", "grid", "table"):
        baseline = (margins.top or 0.0) + fragment.height
    elif style.flow in ("vertical-rl", "vertical-lr"):  # its middle stands on that of the line
        baseline = height / 2
    return AtomicItem(style, fragment.width + margins.horizontal, height, baseline)


def has_substance(content: list[InlineContent]) -> bool:
    """False where every line box would be empty and so be treated as absent (CSS 2 §9.4.2)."""
    return any(map(_makes_a_line, content))


def _makes_a_line(entry: InlineContent) -> bool:
    return _has_edges(entry) if isinstance(entry, OpenBox) else _fills_a_line(entry)


def _one_text(content: list[InlineContent]) -> TextItem | None:
    """Return the text that is all of a content, as in most boxes with text."""
    entry = content[0] if len(content) == 1 else None
    return entry if isinstance(entry, TextItem) else None


def _fills_a_line(entry: InlineContent) -> bool:
    """Whether there is a line because of an entry, inline boxes aside."""
    if not isinstance(entry, TextItem):
        return isinstance(entry, Atomic | BreakItem)
    keep = entry.style.white_space_collapse
    if keep == "collapse":
        return bool(entry.text.strip(" \t\n\r\f"))
    return bool(entry.text.strip(" \t\r\f") if keep == "preserve-breaks" else entry.text)


def _has_edges(entry: OpenBox) -> bool:
    """Whether an inline box makes a line even where it is empty."""
    style = entry.style
    if entry.annotation is not None or style.border_left_width or style.border_right_width:
        return True
    sides = style.margin_left, style.margin_right, style.padding_left, style.padding_right
    return any(not isinstance(side, str) and (side.px or side.pct or side.func) for side in sides)


def _postpone_absolutes(ctx: LayoutContext, content: ContentLayout, frame: Frame, lines: list[Line]) -> None:
    """Give absolutely positioned descendants the place where they would have been in the line.

    Inside a positioned inline box they are laid out at once: that box contains them.
    """
    stack: list[OpenBox] = []
    for index, entry in enumerate(frame.node.content):
        if isinstance(entry, OpenBox):
            stack.append(entry)
        elif isinstance(entry, CloseBox):
            stack.remove(entry.open)
        elif isinstance(entry, Absolute) and not entry.node.is_float:
            pending = OutOfFlowBox(entry.node, _static_position(ctx, frame, lines, index, entry))
            area = None
            holder = next((o for o in reversed(stack) if o.style.position != "static"), None)
            if holder is not None:
                right, down = _moved_by(stack, mirrored=frame.node.style.writing_mode == "vertical-lr")
                on_line = entry.node.style.was_inline and has_substance(frame.node.content[:index])
                pending = pending.moved(0.0 if on_line else right, down)  # on a line it is there already
                if lines:
                    area = _inline_area(frame, lines, holder)
                else:
                    x, y = _point(frame)
                    area = Rect(x + right, y + down, 0.0, 0.0)
            if holder is None or area is None or entry.node.style.position == "fixed":
                content.pending.append(pending)
            else:
                placed = place_absolute(ctx, pending, area, holder.style.direction == "rtl")
                content.children.append(placed)
                content.pending.extend(p.moved(placed.x, placed.y) for p in placed.fragment.pending)


def _moved_by(boxes: list[OpenBox], *, mirrored: bool) -> tuple[float, float]:
    """Return how far inline boxes in each other are moved; percentages count as 0, as in their lines.

    In vertical-lr the lines have their upper side away from the start (`box_tree.py`), and are `mirrored`.
    """
    moves = [relative_offset(box.style, 0.0, None) for box in boxes]
    down = sum(y for _, y in moves)
    return sum(x for x, _ in moves), -down if mirrored else down


def _inline_area(frame: Frame, lines: list[Line], holder: OpenBox) -> Rect | None:
    """Return the containing block that an inline box makes: from its first to its last fragment's padding."""
    parts = [(line, box) for line in lines for box in line.boxes if box.element is holder.element]
    if not parts or holder.element is None:
        return None
    (first_line, first), (last_line, last) = parts[0], parts[-1]
    style = holder.style
    left, top = first.x + first.border_left, first.y + style.border_top_width
    right = last.x + last.width - last.border_right
    bottom = last.y + last.height - style.border_bottom_width
    if frame.node.style.writing_mode == "vertical-lr":
        top, bottom = (
            2 * first_line.y + first_line.height - first.y - first.height + style.border_bottom_width,
            2 * last_line.y + last_line.height - last.y - style.border_top_width,
        )
    return Rect(frame.left + left, frame.top + top, max(0.0, right - left), max(0.0, bottom - top))


def _point(frame: Frame) -> tuple[float, float]:
    """Return where an inline box would be, without a width, on a line that there is not."""
    style = frame.node.style
    rtl = style.direction == "rtl"
    begins = align_offset(alignment(style, rtl=rtl, forced=True), frame.inner_width, rtl=rtl)
    return frame.left + begins, frame.top


def _static_position(
    ctx: LayoutContext, frame: Frame, lines: list[Line], index: int, entry: Absolute
) -> StaticPosition:
    """Return the place after the content before the box, on its line for a former inline, else below it."""
    style = frame.node.style
    rtl = style.direction == "rtl"
    start = frame.inner_width if rtl else 0.0
    before = frame.node.content[:index]
    if not has_substance(before):
        x = _line_start(lines[0]) if lines and entry.node.style.was_inline and not rtl else start
        return _at(frame, entry.node, x, 0.0, lines[0].height if lines else 0.0)
    if entry.node.style.was_inline and (rtl or any(run.rtl for line in lines for run in line.runs)):
        place = _between_runs(ctx, frame, lines, index)
        if place is not None:
            return _at(frame, entry.node, *place)
    # An empty atomic stands for the box; others are laid out already.
    items, nodes = inline_items(before, frame.inner_width, _laid_out_atomic(ctx, frame))
    probe = AtomicItem(style, 0.0, 0.0, 0.0)
    first = first_line_of(frame.node, before, frame.inner_width, nodes)
    if first is not None:
        first.items.append(probe)
    partial = ctx.lines([*items, probe], style, frame.inner_width, None, first=first).lines
    last = partial[-1]
    if not entry.node.style.was_inline:
        return _at(frame, entry.node, start, last.y + last.height, last.height)
    x = next((atomic.x for atomic in last.atomics if atomic.item is probe), start)
    if lines and len(partial) <= len(lines):
        # The whole line may be aligned elsewhere than its beginning alone.
        full = lines[len(partial) - 1]
        x += _line_end(full) - _line_end(last) if rtl else _line_start(full) - _line_start(last)
    return _at(frame, entry.node, x, last.y, last.height)


def _laid_out_atomic(ctx: LayoutContext, frame: Frame) -> MakeAtomic:
    constraints = Constraints(frame.inner_width, frame.height_basis, shrink=True)
    return lambda child: atomic_item(ctx.layout(child, constraints), frame.inner_width)


def _between_runs(
    ctx: LayoutContext, frame: Frame, lines: list[Line], index: int
) -> tuple[float, float, float, bool] | None:
    """Return the place, the line's height and the direction of a box among texts of both directions.

    None where an empty atomic in its place would make other lines.
    """
    node = frame.node
    items, nodes = inline_items(node.content, frame.inner_width, _laid_out_atomic(ctx, frame))
    probe = AtomicItem(node.style, 0.0, 0.0, 0.0)
    at = sum(not isinstance(entry, Absolute) for entry in node.content[:index])
    first = first_line_of(node, node.content, frame.inner_width, nodes)
    if first is not None:
        first.items[at:] = [probe, *_without_second_space(first.items, at)]
    items[at:] = [probe, *_without_second_space(items, at)]
    with_probe = ctx.lines(items, node.style, frame.inner_width, None, first=first)
    if len(with_probe.lines) != len(lines):
        return None
    for line in with_probe.lines:
        for atomic in line.atomics:
            if atomic.item is probe:
                return atomic.x, line.y, line.height, atomic.rtl
    return None


def _without_second_space(items: list[InlineItem], at: int) -> list[InlineItem]:
    """Return the items from `at` on without the space that collapses with one before them."""
    before = next((item for item in reversed(items[:at]) if isinstance(item, TextItem)), None)
    after = items[at:]
    index = next((i for i, item in enumerate(after) if isinstance(item, TextItem)), None)
    if before is None or index is None or not before.text[-1:].isspace():
        return after
    text = after[index]
    if isinstance(text, TextItem) and text.style.white_space_collapse == "collapse":
        after[index] = replace(text, text=text.text.lstrip(" \t\n\r\f"))
    return after


def _at(
    frame: Frame, node: Node, x: float, y: float, height: float, rtl: bool | None = None
) -> StaticPosition:
    at = frame.left + x, frame.top + y
    if rtl is None:
        rtl = frame.node.style.direction == "rtl"
    return static_position(node, node.style.justify_self, rtl, at, Rect(*at, 0.0, height))


def _line_start(line: Line) -> float:
    edges = [run.x for run in line.runs] + [atomic.x for atomic in line.atomics]
    return min(edges, default=0.0)


def _line_end(line: Line) -> float:
    edges = [run.x + run.width for run in line.runs]
    edges += [atomic.x + atomic.item.width for atomic in line.atomics]
    return max(edges, default=0.0)
