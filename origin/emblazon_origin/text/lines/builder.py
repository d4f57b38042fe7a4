"""From a line's draft to a line box: fragments of inline boxes, glyph runs, alignment in both axes.

The vertical side of it: struts, alignment of what stands in each other (CSS 2 §10.8, CSS Inline 3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ...style.values.value_types import Length
from ..fonts.font_metrics import FontMetrics
from ..inline_cost import ANCESTOR, FRAGMENT
from ..line_model import AtomicFragment, GlyphRun, InlineBoxFragment, Line
from ..shaping.shape import origins
from .box_metrics import BoxMetrics, atomic_extent, baseline_shift, half_leading, text_extent
from .draft import Leaf, LineDraft
from .emphasis import em_extent, mark_of, mark_run, with_room
from .paragraph import Paragraph, box_chain
from .text_traits import has_edges, metrics_of, text_traits


class PlacedBox(NamedTuple):
    """A fragment of the inline box with a number; the block axis is still to come."""

    number: int
    fragment: InlineBoxFragment


# --- the inline axis -----------------------------------------------------------------------------------


def place_leaves(paragraph: Paragraph, draft: LineDraft, x: float) -> list[PlacedBox]:
    """Set the leaves' x from left to right and return the fragments of inline boxes, outermost first."""
    boxes = paragraph.content.boxes
    runs = _box_runs(paragraph, draft) if boxes else {}
    if not runs:
        for leaf in draft.leaves:
            leaf.x = x
            x += leaf.width
        return []
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for number in sorted(runs, key=lambda n: boxes[n].depth):
        for first, last in runs[number]:
            starts.setdefault(first, []).append(number)
            ends.setdefault(last, []).insert(0, number)
    made: list[PlacedBox] = []
    current: dict[int, InlineBoxFragment] = {}
    for index, leaf in enumerate(draft.leaves):
        for number in starts.get(index, ()):
            first = runs[number][0][0] == index
            opens = first and _has_edge(paragraph, draft, number, left=True)
            has_left = opens or (first and boxes[number].style.box_decoration_break == "clone")
            item = paragraph.open_item(number)
            fragment = InlineBoxFragment(
                boxes[number].style, boxes[number].element, x, 0.0, 0.0, 0.0, has_left
            )
            if has_left:
                x += item.margin_left if opens else 0.0
                ruby = paragraph.rubies.get(number)
                if ruby is not None and index == 0:  # there is nothing to reach over
                    x += ruby.over_before
                fragment.x = x
                fragment.border_left, fragment.padding_left = item.border_left, item.padding_left
                x += item.border_left + item.padding_left + (ruby.before if ruby is not None else 0.0)
            current[number] = fragment
            made.append(PlacedBox(number, fragment))
        leaf.x = x
        x += leaf.width
        for number in ends.get(index, ()):
            last = runs[number][-1][1] == index
            closes = last and _has_edge(paragraph, draft, number, left=False)
            has_right = closes or (last and boxes[number].style.box_decoration_break == "clone")
            item = paragraph.open_item(number)
            fragment = current[number]
            fragment.has_right_edge = has_right
            if has_right:
                fragment.border_right, fragment.padding_right = item.border_right, item.padding_right
                x += item.border_right + item.padding_right
                x += paragraph.rubies[number].after if number in paragraph.rubies else 0.0
            fragment.width = x - fragment.x
            if closes:
                x += item.margin_right
    draft.fragments = runs
    return sorted(made, key=lambda placed: boxes[placed.number].depth)


def _has_edge(paragraph: Paragraph, draft: LineDraft, number: int, *, left: bool) -> bool:
    ltr = paragraph.content.boxes[number].style.direction == "ltr"
    return number in (draft.opened if left == ltr else draft.closed)


def _box_runs(paragraph: Paragraph, draft: LineDraft) -> dict[int, list[tuple[int, int]]]:
    """For each box, the visually contiguous stretches of leaves inside it."""
    boxes = paragraph.content.boxes
    runs: dict[int, list[tuple[int, int]]] = {}
    around = sum(boxes[leaf.box].depth + 1 for leaf in draft.leaves if leaf.box >= 0)
    paragraph.shaper.spend(ANCESTOR * around)
    for index, leaf in enumerate(draft.leaves):
        number = leaf.box
        while number >= 0:
            own = runs.setdefault(number, [])
            if own and own[-1][1] == index - 1:
                own[-1] = (own[-1][0], index)
            else:
                own.append((index, index))
            number = boxes[number].parent
    paragraph.shaper.spend(FRAGMENT * sum(map(len, runs.values())))
    return runs


# --- the block axis ------------------------------------------------------------------------------------


def build_line(
    paragraph: Paragraph,
    draft: LineDraft,
    placed: list[PlacedBox],
    root: BoxMetrics,
    y: float,
    room: float = 0.0,
) -> Line:
    """Align everything vertically and return the finished line, its top at `y`.

    `room` is what is free for emphasis marks above it, px.
    """
    if _is_text_alone(draft, root):
        return _line_of_text(paragraph, draft, root, y)
    metrics = _align_boxes(paragraph, draft, root)
    has_strut = metrics if root.style.quirks == "none" else _with_strut(paragraph, draft, metrics)
    extents: dict[int, Extent] = {-1: Extent(root.ascent, root.descent) if -1 in has_strut else Extent()}
    for number, box in metrics.items():
        if number >= 0:
            extent = extents.setdefault(box.root, Extent())
            if number in has_strut:
                extent.include(box.ascent - box.shift, box.descent + box.shift)
    shifts = _align_leaves(paragraph, draft, metrics, extents)
    baseline, height = _resolve_roots(metrics, extents, paragraph)
    line = Line(y, height, y + baseline[-1], draft.width)
    moves = _relative_moves(paragraph, draft)

    def shifts_of(number: int) -> float:
        box = metrics[number]
        return baseline[box.root] + box.shift - baseline[-1] + moves.get(number, (0.0, 0.0))[1] + box.lift

    for number, fragment in placed:
        _place_fragment(fragment, metrics[number], y + baseline[metrics[number].root])
        if number in moves:
            fragment.x += moves[number][0]
            fragment.y += moves[number][1]
        line.boxes.append(fragment)
    tops = _painted_tops(paragraph, placed, line)
    marks: list[GlyphRun] = []
    before: Leaf | None = None
    for leaf, (owner, shift) in zip(draft.leaves, shifts, strict=True):
        on = y + baseline[owner] + shift
        if leaf.box in moves:
            leaf.x += moves[leaf.box][0]
            on += moves[leaf.box][1]
        if leaf.atomic is not None:
            top = on - leaf.atomic.baseline
            line.atomics.append(AtomicFragment(leaf.atomic, leaf.x, top, leaf.level % 2 == 1))
        elif leaf.kind == "text" and leaf.glyphs is not None and leaf.glyphs.glyphs:
            lift = metrics[leaf.box].lift - _own_lift(leaf, root.grid)
            run = _glyph_run(leaf, on - line.baseline + lift, _hangs_by_ink(paragraph, leaf))
            run.holder_top = tops.get(leaf.box, line.y) - line.baseline
            if leaf.style.text_decorations:
                run.decorating_shifts = _decorating_shifts(paragraph, leaf, shifts_of, root.lift)
            _put(line.runs, run, leaf, before)
            if leaf.style.text_emphasis_style:
                marks += _marks(paragraph, draft, leaf, run, root.grid, lift)
        before = leaf
    return with_room(line, marks, room) if marks else line


def _is_text_alone(draft: LineDraft, root: BoxMetrics) -> bool:
    """Whether a line holds nothing but glyphs of the block's own text, with its strut."""
    if draft.fragments or not draft.leaves or root.style.writing_mode != "horizontal-tb":
        return False
    if root.style.quirks != "none" and all(leaf.start >= draft.span.visible for leaf in draft.leaves):
        return False
    return all(leaf.kind == "text" and not leaf.style.text_emphasis_style for leaf in draft.leaves)


def _line_of_text(paragraph: Paragraph, draft: LineDraft, root: BoxMetrics, y: float) -> Line:
    """Return a line of such text, which stands on the block's baseline."""
    ascent, height = text_extent(root, [leaf.item for leaf in draft.leaves if leaf.item is not None])
    line = Line(y, height, y + ascent, draft.width)
    decorating = (0.0,) * len(paragraph.content.block_style.text_decorations)
    before: Leaf | None = None
    for leaf in draft.leaves:
        if leaf.glyphs is not None and leaf.glyphs.glyphs:
            run = _glyph_run(leaf, 0.0)
            run.holder_top = y - line.baseline
            if leaf.style.text_decorations:
                run.decorating_shifts = decorating
            _put(line.runs, run, leaf, before)
        before = leaf
    return line


def _put(runs: list[GlyphRun], run: GlyphRun, leaf: Leaf, before: Leaf | None) -> None:
    """Add a leaf's run to those of its line, or lengthen the last one, that of the leaf before.

    Japanese changes scripts, though not fonts, every few letters.
    """
    if before is None or not _goes_on(before, leaf):
        runs.append(run)
        return
    last = runs[-1]
    shift = run.x - last.x
    # Not in place: the lists may be those of what is kept shaped.
    last.glyphs = last.glyphs + run.glyphs
    last.xs = last.xs + [x + shift for x in run.xs]
    last.ys = last.ys + run.ys
    last.width, last.text = shift + run.width, last.text + run.text


def _goes_on(before: Leaf, leaf: Leaf) -> bool:
    """Whether two pieces from left to right can be one run.

    Shadows and strokes lie over each other where runs meet; lines beside text and emphasis know its pieces.
    """
    one, other, style = before.item, leaf.item, leaf.style
    return (
        before.style is style
        and before.font is leaf.font
        and before.box == leaf.box
        and before.element is leaf.element
        and before.level == leaf.level
        and not leaf.level & 1
        and before.glyphs is not None
        and bool(before.glyphs.glyphs)
        and one is not None
        and other is not None
        and one.size == other.size
        and not (one.upright or other.upright)
        and not (style.text_decorations or style.text_emphasis_style)
        and not (style.text_shadow or style.text_stroke_width)
    )


def _with_strut(paragraph: Paragraph, draft: LineDraft, metrics: dict[int, BoxMetrics]) -> Container[int]:
    """Return the boxes that make a line of a document without doctype higher: those with text or edges.

    A break does where there is nothing else in its box (Quirks Mode Standard §3.4).
    """
    if metrics[-1].style.display == "list-item":
        return metrics
    boxes = paragraph.content.boxes
    found = {number for number in metrics if number >= 0 and has_edges(boxes[number].style)}
    held = {leaf.box for leaf in draft.leaves if leaf.atomic is not None}
    if draft.span.forced and all(leaf.kind == "empty" for leaf in draft.leaves):
        found |= {-1, *(leaf.box for leaf in draft.leaves)}
    for leaf in draft.leaves:
        shows = leaf.kind == "text" and leaf.start < draft.span.visible
        if shows or (leaf.kind == "space" and leaf.box not in held):
            found.add(leaf.box)
    return found


def _marks(
    paragraph: Paragraph, draft: LineDraft, leaf: Leaf, run: GlyphRun, grid: float, lift: float
) -> list[GlyphRun]:
    """Return the emphasis marks of a run; `lift` is how far its middle is above its baseline."""
    fonts, scale = paragraph.shaper.fonts, paragraph.shaper.scale
    mark = mark_of(leaf.style, fonts, scale, grid)
    if mark is None:
        return []
    size = leaf.style.font_size * scale
    used = {metrics_of(leaf.style, paragraph.shaper).font}
    used |= {other.font.metrics(size, grid) for other in draft.leaves if other.box == leaf.box and other.font}
    extents: list[tuple[float, float]] = [em_extent(font, size) for font in used]
    if leaf.style.has_central_baseline:
        extents = [(math.ceil(size / 2) + lift, math.ceil(size / 2) - lift)]
    extent = max(above for above, _ in extents), max(below for _, below in extents)
    marks = mark_run(run, leaf, paragraph.content.text, mark, extent)
    return [] if marks is None else [marks]


def _hangs_by_ink(paragraph: Paragraph, leaf: Leaf) -> bool:
    if leaf.item is None or not leaf.item.upright or leaf.font is None:
        return False
    return paragraph.shaper.fonts.font_set(leaf.style).names(leaf.font)


def _own_lift(leaf: Leaf, grid: float) -> float:
    """Return how far the middle of an upright glyph's font is above its baseline."""
    if leaf.item is None or not leaf.item.upright or leaf.font is None:
        return 0.0
    font = leaf.font.metrics(leaf.item.size, grid)
    return (font.ascent - font.descent) / 2


def _painted_tops(paragraph: Paragraph, placed: list[PlacedBox], line: Line) -> dict[int, float]:
    """For each inline box, return the top of the nearest painted box around its text, else of the line."""
    boxes, shaper = paragraph.content.boxes, paragraph.shaper
    raised = {boxes[n].parent for n, fragment in placed if fragment.style.vertical_align != "baseline"}
    tops: dict[int, float] = {-1: line.y}
    for number, fragment in placed:  # outermost first
        alone = number in raised or text_traits(fragment.style, shaper.fonts, shaper.grid).is_painted
        tops[number] = fragment.y if alone else tops.get(boxes[number].parent, line.y)
    return tops


def _decorating_shifts(
    paragraph: Paragraph, leaf: Leaf, shifts_of: Callable[[int], float], lift: float
) -> tuple[float, ...]:
    """Return the shift of the box that each of a leaf's text decorations comes from."""
    boxes = paragraph.content.boxes
    found = [lift] * len(paragraph.content.block_style.text_decorations)
    for number in reversed(box_chain(paragraph, leaf.box)):
        missing = len(boxes[number].style.text_decorations) - len(found)
        found += [shifts_of(number)] * missing
    return tuple(found)


def _relative_moves(paragraph: Paragraph, draft: LineDraft) -> dict[int, tuple[float, float]]:
    """Return how far relatively positioned inline boxes, and boxes in them, are moved (CSS 2 §9.4.3)."""
    boxes = paragraph.content.boxes
    moves: dict[int, tuple[float, float]] = {}
    for number in sorted(draft.fragments, key=lambda n: boxes[n].depth):
        style = boxes[number].style
        x, y = moves.get(boxes[number].parent, (0.0, 0.0))
        if style.position == "relative":
            x += _offset(style.left, style.right)
            y += _offset(style.top, style.bottom)
        if x or y:
            moves[number] = x, y
    return moves


def _offset(start: Length | Literal["auto"], end: Length | Literal["auto"]) -> float:
    """Return a relative offset; percentages of insets count as 0 in a line."""
    if not isinstance(start, str):
        return start.resolve(0.0)
    return 0.0 if isinstance(end, str) else -end.resolve(0.0)


def _align_boxes(paragraph: Paragraph, draft: LineDraft, root: BoxMetrics) -> dict[int, BoxMetrics]:
    boxes = paragraph.content.boxes
    scale = paragraph.shaper.scale
    metrics: dict[int, BoxMetrics] = {-1: root}
    for number in sorted(draft.fragments, key=lambda n: boxes[n].depth):
        own = metrics_of(boxes[number].style, paragraph.shaper)
        parent = metrics[boxes[number].parent]
        shift = baseline_shift(own.style, (own.ascent, own.descent), parent, scale)
        if shift is None:
            metrics[number] = own._replace(root=number)
        else:
            metrics[number] = own._replace(root=parent.root, shift=parent.shift + shift)
    return metrics


def _align_leaves(
    paragraph: Paragraph, draft: LineDraft, metrics: dict[int, BoxMetrics], extents: dict[int, Extent]
) -> list[tuple[int, float]]:
    """Return each leaf's alignment root and shift; grow the roots by atomics and fallback fonts."""
    scale = paragraph.shaper.scale
    places: list[tuple[int, float]] = []
    for index, leaf in enumerate(draft.leaves):
        box = metrics[leaf.box]
        if leaf.atomic is not None:
            ascent, descent = atomic_extent(leaf.atomic)
            shift = baseline_shift(leaf.style, (ascent, descent), box, scale)
            if shift is None:
                owner = -2 - index  # a root of its own
                extents[owner] = Extent(ascent, descent)
                metrics[owner] = BoxMetrics(leaf.style, box.font, ascent, descent, root=owner, grid=box.grid)
                places.append((owner, 0.0))
                continue
            extents[box.root].include(ascent - box.shift - shift, descent + box.shift + shift)
            places.append((box.root, box.shift + shift))
            continue
        if leaf.item is not None and leaf.font is not None and box.style.line_height == "normal":
            font = leaf.font.metrics(leaf.item.size, box.grid)
            if font is not box.plain:
                font = font.centred() if box.style.has_central_baseline else font
                ascent, descent = half_leading(font, font.line_spacing, box.grid)
                extents.setdefault(box.root, Extent()).include(ascent - box.shift, descent + box.shift)
        places.append((box.root, box.shift))
    return places


def _resolve_roots(
    metrics: dict[int, BoxMetrics], extents: dict[int, Extent], paragraph: Paragraph
) -> tuple[dict[int, float], float]:
    """Return each root's baseline from the line's top, and the line's height (`top` and `bottom` last)."""
    for extent in extents.values():
        if extent.ascent == -math.inf:  # nothing on this baseline makes the line higher
            extent.ascent = extent.descent = 0.0
    main = extents[-1]
    for number, extent in extents.items():
        if number != -1 and extent.height > main.height:
            if metrics[number].style.vertical_align == "bottom":
                main.ascent = extent.height - main.descent
            else:
                main.descent = extent.height - main.ascent
    height = main.height
    baselines = {}
    for number, extent in extents.items():
        if number == -1:
            baselines[number] = main.ascent
        elif metrics[number].style.vertical_align == "bottom":
            baselines[number] = height - extent.descent
        else:
            baselines[number] = extent.ascent
    return baselines, height


def _place_fragment(fragment: InlineBoxFragment, metrics: BoxMetrics, baseline: float) -> None:
    """The border box: the font's ascent and descent with padding and border around (CSS 2 §10.6.1)."""
    style = fragment.style
    above = style.padding_top.resolve(0.0) + style.border_top_width
    below = style.padding_bottom.resolve(0.0) + style.border_bottom_width
    ascent, descent = metrics.font.ascent, metrics.font.descent
    if style.text_box_trim != "none":
        ascent, descent = _trimmed(style, metrics.font)
    fragment.y = baseline + metrics.shift - ascent - above
    fragment.height = above + ascent + descent + below


def _trimmed(style: ComputedStyle, font: FontMetrics) -> tuple[float, float]:
    """Return what `text-box-trim` leaves of an inline box above and below its baseline (CSS Inline 3 §7)."""
    over, under = style.text_box_edge
    ascent, descent = font.ascent, font.descent
    if style.text_box_trim != "trim-end":
        ascent = {"text": ascent, "cap": font.cap_height, "ex": font.x_height}[over]
    if style.text_box_trim != "trim-start" and under != "text":
        descent = 0.0
    return ascent, descent


def line_box(line: Line, root: BoxMetrics, element: Element, x: float) -> InlineBoxFragment:
    """Return what of a first line its `::first-line` paints: the font's height around the content."""
    fragment = InlineBoxFragment(root.style, element, x, 0.0, line.width, 0.0)
    _place_fragment(fragment, root, line.baseline)
    return fragment


def _glyph_run(leaf: Leaf, shift: float, hangs_by_ink: bool = False) -> GlyphRun:
    glyphs = leaf.glyphs
    assert glyphs is not None  # noqa: S101 - text leaves have glyphs
    assert leaf.item is not None  # noqa: S101
    assert leaf.font is not None  # noqa: S101
    xs = origins(glyphs)
    ys = glyphs.y_offsets or [0.0] * len(xs)
    size = leaf.item.size * leaf.font.adjust.size
    return GlyphRun(
        leaf.font, size, glyphs.glyphs, xs, ys, leaf.x, leaf.width, shift, leaf.style, leaf.text,
        bool(leaf.level & 1), leaf.element, (), 0.0, leaf.item.upright, hangs_by_ink,  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass(slots=True)
class Extent:
    """How far something reaches above and below a baseline; px."""

    ascent: float = -math.inf
    descent: float = -math.inf

    def include(self, ascent: float, descent: float) -> None:
        """Grow to hold another extent on the same baseline."""
        self.ascent = max(self.ascent, ascent)
        self.descent = max(self.descent, descent)

    @property
    def height(self) -> float:
        return self.ascent + self.descent if self.ascent > -math.inf else 0.0
