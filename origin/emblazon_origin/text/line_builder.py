"""From a span of a paragraph to a line box: bidi reordering, inline box fragments, alignment in both axes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..style.computed import ComputedStyle
from .bidi import visual_order
from .content import NEWLINE, OBJECT
from .fonts import FontInstance
from .items import Item
from .lines import AtomicFragment, AtomicItem, GlyphRun, InlineBoxFragment, Line
from .paragraph import Paragraph, Span, hyphen_text
from .shape import Glyphs
from .vertical import BoxMetrics, Extent, atomic_extent, baseline_shift, box_metrics, half_leading

Kind = Literal["text", "atomic", "space", "empty"]


@dataclass(slots=True, eq=False)
class Leaf:
    """A piece of a line that is placed as one: glyphs, an atomic, a gap, or an empty inline box."""

    kind: Kind
    start: int
    end: int
    box: int
    level: int
    width: float
    style: ComputedStyle
    element: object = None
    item: Item | None = None
    glyphs: Glyphs | None = None
    font: FontInstance | None = None
    atomic: AtomicItem | None = None
    text: str = ""
    x: float = 0.0


@dataclass(slots=True, eq=False)
class LineDraft:
    """A line before it is placed: leaves in visual order and the boxes that it holds."""

    span: Span
    leaves: list[Leaf]
    opened: frozenset[int]  # boxes that begin on this line
    closed: frozenset[int]  # boxes that end on this line
    base: int  # paragraph level
    width: float = 0.0  # of what counts for alignment
    truncated: bool = False
    fragments: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def draft_line(paragraph: Paragraph, span: Span) -> LineDraft:
    """Return the leaves of a line in visual order (UAX #9 L1, L2)."""
    splits, events = paragraph.event_splits, paragraph.content.events
    on_line = events[splits[span.start] : splits[span.end]]
    opened = frozenset(box for _, box, is_open in on_line if is_open)
    closed = frozenset(box for _, box, is_open in on_line if not is_open)
    base = base_level(paragraph, span.start)
    leaves = _leaves(paragraph, span, base)
    _add_empty_boxes(paragraph, span, leaves, opened, closed)
    order = visual_order([leaf.level for leaf in leaves])
    return LineDraft(span, [leaves[i] for i in order], opened, closed, base)


def base_level(paragraph: Paragraph, offset: int) -> int:
    """Return the paragraph level of the bidi paragraph that holds an offset."""
    number = sum(1 for at in paragraph.newlines if at < offset) if len(set(paragraph.bases)) > 1 else 0
    return paragraph.bases[min(number, len(paragraph.bases) - 1)]


# --- leaves --------------------------------------------------------------------------------------------


def _leaves(paragraph: Paragraph, span: Span, base: int) -> list[Leaf]:
    content = paragraph.content
    leaves: list[Leaf] = []
    end = span.collapsed
    index = paragraph.source_index(span.start) if end > span.start else len(content.sources)
    while index < len(content.sources):
        source = content.sources[index]
        index += 1
        if source.start >= end:
            break
        low, high = max(source.start, span.start), min(source.end, end)
        if content.text[low] == OBJECT:
            atomic = paragraph.inline_items[source.item]
            if isinstance(atomic, AtomicItem):
                level = paragraph.levels[low]
                leaves.append(
                    Leaf("atomic", low, high, source.box, level, atomic.width, source.style, atomic=atomic)
                )
                continue
        at = low
        while at < high:
            stop = min(high, span.visible) if at < span.visible else high
            leaf = _text_leaf(paragraph, at, stop, source.box, source.style, span)
            leaf.element = source.element
            if at >= span.visible:  # L1: white space at the end of the line
                leaf.level = base
            leaves.append(leaf)
            at = leaf.end
    if span.hyphen:
        _add_hyphen(paragraph, span, leaves)
    return leaves


def _text_leaf(
    paragraph: Paragraph, start: int, stop: int, box: int, style: ComputedStyle, span: Span
) -> Leaf:
    item = paragraph.item_at(start)
    level = paragraph.levels[start]
    if item is None:  # tab or line feed
        width = paragraph.text_widths[start + 1] - paragraph.text_widths[start]
        if paragraph.content.text[start] == "\t":  # L1: segment separators
            level = base_level(paragraph, start)
        return Leaf("space", start, start + 1, box, level, width, style)
    end = min(stop, item.end)
    # Cut where the line is cut, so that glyphs at its ends are shaped for it; then by inline box.
    low, high = (
        max(item.start, span.start),
        min(item.end, span.visible if start < span.visible else span.collapsed),
    )
    if start >= span.visible:
        low = max(low, span.visible)
    inside = start < span.visible
    glyphs = paragraph.shaper.cut(
        item,
        low,
        high,
        trim_start=span.trim_start and inside and low == span.start,
        trim_end=span.trim_end and inside and high == span.visible,
    )
    if (low, high) != (start, end):
        glyphs = _part(glyphs, start, end, item.rtl)
    return Leaf(
        "text", start, end, box, item.level, sum(glyphs.advances), style, item=item, glyphs=glyphs,
        font=item.font, text=paragraph.content.text[start:end],
    )  # fmt: skip


def _part(glyphs: Glyphs, start: int, end: int, _rtl: bool) -> Glyphs:
    inside = [i for i, cluster in enumerate(glyphs.clusters) if start <= cluster < end]
    if not inside:
        return Glyphs([], [], [], None, None)
    part = slice(inside[0], inside[-1] + 1)
    return Glyphs(
        glyphs.glyphs[part],
        glyphs.clusters[part],
        glyphs.advances[part],
        glyphs.x_offsets[part] if glyphs.x_offsets else None,
        glyphs.y_offsets[part] if glyphs.y_offsets else None,
    )


def _add_hyphen(paragraph: Paragraph, span: Span, leaves: list[Leaf]) -> None:
    for leaf in reversed(leaves):
        if leaf.item is not None and leaf.glyphs is not None:
            text = hyphen_text(leaf.item)
            glyphs = paragraph.shaper.text_glyphs(text, leaf.item)
            leaves.append(
                Leaf(
                    "text",
                    span.visible,
                    span.visible,
                    leaf.box,
                    leaf.level,
                    sum(glyphs.advances),
                    leaf.style,
                    leaf.element,
                    leaf.item,
                    glyphs,
                    leaf.font,
                    text=text,
                )
            )
            return


def _add_empty_boxes(
    paragraph: Paragraph, span: Span, leaves: list[Leaf], opened: frozenset[int], closed: frozenset[int]
) -> None:
    """Give inline boxes without content on this line a place among the leaves."""
    if not opened and not closed:
        return
    boxes = paragraph.content.boxes
    filled = set()
    for leaf in leaves:
        box = leaf.box
        while box >= 0 and box not in filled:
            filled.add(box)
            box = boxes[box].parent
    base = base_level(paragraph, span.start)
    for number in sorted((opened | closed) - filled, key=lambda n: -boxes[n].depth):
        if number in filled:
            continue
        empty = boxes[number]
        at = min(max(empty.start, span.start), span.end)
        index = next((i for i, leaf in enumerate(leaves) if leaf.start >= at), len(leaves))
        level = leaves[index - 1].level if index else base
        leaves.insert(index, Leaf("empty", at, at, number, level, 0.0, empty.style))
        parent = number
        while parent >= 0:
            filled.add(parent)
            parent = boxes[parent].parent


# --- the inline axis -----------------------------------------------------------------------------------


def place_leaves(paragraph: Paragraph, draft: LineDraft, x: float) -> list[InlineBoxFragment]:
    """Set the leaves' x from left to right and return the fragments of inline boxes, outermost first."""
    boxes = paragraph.content.boxes
    runs = _box_runs(paragraph, draft)
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for number in sorted(runs, key=lambda n: boxes[n].depth):
        for first, last in runs[number]:
            starts.setdefault(first, []).append(number)
            ends.setdefault(last, []).insert(0, number)
    made: list[tuple[int, InlineBoxFragment]] = []
    current: dict[int, InlineBoxFragment] = {}
    for index, leaf in enumerate(draft.leaves):
        for number in starts.get(index, ()):
            has_left = _has_edge(paragraph, draft, number, left=True) and runs[number][0][0] == index
            item = paragraph.open_item(number)
            fragment = InlineBoxFragment(
                boxes[number].style, boxes[number].element, x, 0.0, 0.0, 0.0, has_left
            )
            if has_left:
                x += item.margin_left
                fragment.x = x
                fragment.border_left, fragment.padding_left = item.border_left, item.padding_left
                x += item.border_left + item.padding_left
            current[number] = fragment
            made.append((number, fragment))
        leaf.x = x
        x += leaf.width
        for number in ends.get(index, ()):
            has_right = _has_edge(paragraph, draft, number, left=False) and runs[number][-1][1] == index
            item = paragraph.open_item(number)
            fragment = current[number]
            fragment.has_right_edge = has_right
            if has_right:
                fragment.border_right, fragment.padding_right = item.border_right, item.padding_right
                x += item.border_right + item.padding_right
            fragment.width = x - fragment.x
            if has_right:
                x += item.margin_right
    draft.fragments = runs
    made.sort(key=lambda pair: boxes[pair[0]].depth)
    for number, fragment in made:
        fragment.y = float(number)  # the block axis puts the true value in place
    return [fragment for _, fragment in made]


def _has_edge(paragraph: Paragraph, draft: LineDraft, number: int, *, left: bool) -> bool:
    ltr = paragraph.content.boxes[number].style.direction == "ltr"
    return number in (draft.opened if left == ltr else draft.closed)


def _box_runs(paragraph: Paragraph, draft: LineDraft) -> dict[int, list[tuple[int, int]]]:
    """For each box, the visually contiguous stretches of leaves inside it."""
    boxes = paragraph.content.boxes
    runs: dict[int, list[tuple[int, int]]] = {}
    for index, leaf in enumerate(draft.leaves):
        number = leaf.box
        while number >= 0:
            own = runs.setdefault(number, [])
            if own and own[-1][1] == index - 1:
                own[-1] = (own[-1][0], index)
            else:
                own.append((index, index))
            number = boxes[number].parent
    return runs


# --- the block axis ------------------------------------------------------------------------------------


def build_line(
    paragraph: Paragraph, draft: LineDraft, fragments: list[InlineBoxFragment], root: BoxMetrics, y: float
) -> Line:
    """Align everything vertically and return the finished line, its top at `y`."""
    metrics = _align_boxes(paragraph, draft, root)
    extents: dict[int, Extent] = {-1: Extent(root.ascent, root.descent)}
    for number, box in metrics.items():
        if number >= 0:
            extent = extents.setdefault(box.root, Extent())
            extent.include(box.ascent - box.shift, box.descent + box.shift)
    shifts = _align_leaves(paragraph, draft, metrics, extents)
    baseline, height = _resolve_roots(metrics, extents, paragraph)
    line = Line(y, height, y + baseline[-1], draft.width)
    numbers = [int(fragment.y) for fragment in fragments]
    for number, fragment in zip(numbers, fragments, strict=True):
        _place_fragment(paragraph, fragment, metrics[number], y + baseline[metrics[number].root])
        line.boxes.append(fragment)
    for leaf, (owner, shift) in zip(draft.leaves, shifts, strict=True):
        on = y + baseline[owner] + shift
        if leaf.atomic is not None:
            line.atomics.append(AtomicFragment(leaf.atomic, leaf.x, on - leaf.atomic.baseline))
        elif leaf.kind == "text" and leaf.glyphs is not None and leaf.glyphs.glyphs:
            line.runs.append(_glyph_run(leaf, on - line.baseline))
    return line


def _align_boxes(paragraph: Paragraph, draft: LineDraft, root: BoxMetrics) -> dict[int, BoxMetrics]:
    boxes = paragraph.content.boxes
    scale = paragraph.shaper.scale
    metrics: dict[int, BoxMetrics] = {-1: root}
    for number in sorted(draft.fragments, key=lambda n: boxes[n].depth):
        own = box_metrics(boxes[number].style, paragraph.shaper.fonts, scale)
        parent = metrics[boxes[number].parent]
        shift = baseline_shift(own.style, (own.ascent, own.descent), parent, scale)
        own.root = number if shift is None else parent.root
        own.shift = 0.0 if shift is None else parent.shift + shift
        metrics[number] = own
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
                metrics[owner] = BoxMetrics(leaf.style, box.font, ascent, descent, root=owner)
                places.append((owner, 0.0))
                continue
            extents[box.root].include(ascent - box.shift - shift, descent + box.shift + shift)
            places.append((box.root, box.shift + shift))
            continue
        if leaf.item is not None and leaf.font is not None and box.style.line_height == "normal":
            font = leaf.font.metrics(leaf.item.size)
            if font is not box.font:
                ascent, descent = half_leading(font, font.line_spacing)
                extents.setdefault(box.root, Extent()).include(ascent - box.shift, descent + box.shift)
        places.append((box.root, box.shift))
    return places


def _resolve_roots(
    metrics: dict[int, BoxMetrics], extents: dict[int, Extent], paragraph: Paragraph
) -> tuple[dict[int, float], float]:
    """Return each root's baseline from the line's top, and the line's height (`top` and `bottom` last)."""
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


def _place_fragment(
    paragraph: Paragraph, fragment: InlineBoxFragment, metrics: BoxMetrics, baseline: float
) -> None:
    """The border box: the font's ascent and descent with padding and border around (CSS 2 §10.6.1)."""
    style = fragment.style
    above = style.padding_top.resolve(0.0) + style.border_top_width
    below = style.padding_bottom.resolve(0.0) + style.border_bottom_width
    fragment.y = baseline + metrics.shift - metrics.font.ascent - above
    fragment.height = above + metrics.font.ascent + metrics.font.descent + below


def _glyph_run(leaf: Leaf, shift: float) -> GlyphRun:
    glyphs = leaf.glyphs
    assert glyphs is not None  # noqa: S101 - text leaves have glyphs
    assert leaf.item is not None  # noqa: S101
    assert leaf.font is not None  # noqa: S101
    xs: list[float] = []
    pen = 0.0
    for advance in glyphs.advances:
        xs.append(pen)
        pen += advance
    if glyphs.x_offsets:
        xs = [x + offset for x, offset in zip(xs, glyphs.x_offsets, strict=True)]
    ys = glyphs.y_offsets or [0.0] * len(xs)
    return GlyphRun(
        leaf.font, leaf.item.size, glyphs.glyphs, xs, ys, leaf.x, leaf.width, shift, leaf.style, leaf.text,
        bool(leaf.level & 1), leaf.element,  # type: ignore[arg-type]
    )  # fmt: skip


def is_blank(text: str) -> bool:
    """Whether a line's text has nothing but spaces and breaks."""
    return not text.strip(" \t" + NEWLINE)
