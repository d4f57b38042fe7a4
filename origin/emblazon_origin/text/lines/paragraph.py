"""A paragraph prepared once and broken many times: shaped items, break opportunities, running widths."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from operator import add
from typing import NamedTuple

from ...report import Report
from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ..fonts.font_metrics import advance_scale, layout_unit_up
from ..inline_cost import Spend
from ..line_model import AtomicItem, FirstLine, InlineItem, InlineLayout, OpenItem
from ..shaping.inline_content import NEWLINE, OBJECT, Content
from ..shaping.shaper import CANDIDATES, Shaper, ShapingItem, has_halt, trims_at_end, trims_at_start
from .break_opportunities import Breaks, cluster_breaks, find_breaks

EPSILON = 1 / 64  # Chromium's layout unit: less than that is no overflow
_IGNORED_AT_END = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff")


class TextSpan(NamedTuple):
    """One line: characters `start` to `end`, `visible` without what collapses or hangs at its end.

    `collapsed` is where removed white space begins (hanging white space lies between the two).
    """

    start: int
    end: int
    visible: int
    collapsed: int
    hyphen: bool = False
    forced: bool = False  # ends with a forced break or the end of the block
    trim_start: bool = False  # an opening full-width bracket loses its blank half
    trim_end: bool = False  # so does a closing one


class Ruby(NamedTuple):
    """An annotation with the room around and inside of its base, and of the annotation itself; px."""

    annotation: Paragraph
    before: float  # the base
    after: float
    within: float  # all together, which opportunities inside of the base share
    over_before: float  # how far the annotation reaches over what is before the base
    inset: float  # of the annotation
    spread: float  # all together, inside of it

    def room(self, is_open: bool) -> float:
        """Return what of the room counts before the base, or after it."""
        return self.before + self.within if is_open else self.after


class Opening(NamedTuple):
    """A first line: its paragraph in the styles there, and where each of its characters is in the whole."""

    paragraph: Paragraph
    places: Sequence[int] | None  # None: at the same offset
    is_as_wide: bool  # as without the styles, so that lines break where they did

    def resume(self, offset: int) -> int:
        """Return the offset in the whole paragraph for one on the first line."""
        return offset if self.places is None else self.places[offset]


@dataclass(eq=False)
class Paragraph:
    """An inline formatting context, shaped. Widths are px; index i of `text_widths` is before character i."""

    content: Content
    levels: list[int]
    bases: list[int]
    items: list[ShapingItem]
    shaper: Shaper
    inline_items: list[InlineItem]
    text_widths: list[float] = field(init=False)
    piece_starts: Sequence[int] = field(init=False)  # stretches of one item and element
    piece_ends: Sequence[int] = field(init=False)
    piece_lacks: list[float] = field(init=False)  # running sum, for Chromium rounds each up
    edge_widths: list[float] = field(init=False)
    event_splits: Sequence[int] = field(init=False)
    item_starts: Sequence[int] = field(init=False)
    source_starts: Sequence[int] = field(init=False)
    newlines: Sequence[int] = field(init=False)
    clones: Sequence[int] = field(init=False)  # boxes whose edges are repeated on every line
    largest_size: float = 0.0
    widths_cache: tuple[float, float] | None = None
    clusters_cache: list[int] | None = None
    layouts: dict[tuple[float, float | None], InlineLayout] = field(default_factory=dict)  # by width, height
    findings: Report | None = None  # what there is to say of its text and fonts, if anything
    keep: tuple[object, ...] = ()  # what the cache key's identities refer to
    is_plain: bool = False  # one style, one font and one direction, without inline boxes
    closes_up: bool = False  # it has full-width marks that lines may halve
    is_monotonous: bool = False  # the further a line goes, the wider it is
    first_line: Opening | None = None  # where the first line has styles of its own
    opens: Element | None = None  # of such a first line: the block whose it is
    rubies: Mapping[int, Ruby] = field(default_factory=dict)  # by the inline box of the base

    @cached_property
    def hyphen_widths(self) -> dict[int, float]:
        """Widths of the hyphens shown before breaks, by offset; as what follows, few have any."""
        return {}

    @cached_property
    def measured_lines(self) -> dict[tuple[int, int, bool], float]:
        """Widths of lines, for balancing."""
        return {}

    @cached_property
    def lines_at(self) -> dict[float, list[TextSpan]]:
        """Lines by available width."""
        return {}

    @cached_property
    def scaled(self) -> dict[float, Paragraph]:
        """What text-fit made of it, by scale."""
        return {}

    @cached_property
    def fits(self) -> dict[tuple[float, float | None], float]:
        """The scales that fit a box."""
        return {}

    @cached_property
    def breaks(self) -> Breaks:
        """Where lines may break; a text that fits on one line is never asked."""
        found = find_breaks(self.content)
        if not self.rubies:
            return found
        boxes = self.content.boxes
        inside = {at for number in self.rubies for at in range(boxes[number].start + 1, boxes[number].end)}
        return Breaks([at for at in found.offsets if at not in inside], found.hyphens - inside)

    def take_annotations(self, rubies: dict[int, Ruby]) -> None:
        """Set what is over and under bases in ruby."""
        self.rubies = rubies
        self._measure_edges()

    def __post_init__(self) -> None:
        self.item_starts = [item.start for item in self.items]
        self.source_starts = [source.start for source in self.content.sources]
        boxes = self.content.boxes
        self.clones = (
            [n for n, box in enumerate(boxes) if box.style.box_decoration_break == "clone"] if boxes else []
        )
        text = self.content.text
        self.newlines = (
            [i for i, character in enumerate(text) if character == NEWLINE] if NEWLINE in text else []
        )
        self.largest_size = max([item.size for item in self.items], default=0.0)
        self.closes_up = CANDIDATES.search(text) is not None and any(
            has_halt(item.font) for item in self.items
        )
        self._measure_text()
        self._measure_pieces()
        self._measure_edges()

    # --- the first line ------------------------------------------------------------------------

    def line_from(self, offset: int) -> Paragraph:
        """Return the paragraph that the line which begins at an offset is made of."""
        return self if offset or self.first_line is None else self.first_line.paragraph

    def after(self, span: TextSpan) -> int:
        """Return where the line after another one begins."""
        return span.end if span.start or self.first_line is None else self.first_line.resume(span.end)

    def stop_after(self, offset: int) -> int:
        """Return where a line that begins at an offset ends at the latest: a forced break, or the end."""
        index = bisect_left(self.newlines, offset)
        return self.newlines[index] + 1 if index < len(self.newlines) else len(self.content.text)

    def renew(self, items: Sequence[InlineItem], spend: Spend, first: FirstLine | None = None) -> None:
        """Name the items of another measuring pass, equal to those before, and who counts the work."""
        self.inline_items, self.shaper.spend = list(items), spend
        if self.first_line is not None and first is not None:
            self.first_line.paragraph.renew(first.items, spend)

    # --- running widths ---------------------------------------------------------------------

    def _measure_text(self) -> None:
        text = self.content.text
        advances = [0.0] * len(text)
        for item in self.items:
            glyphs = item.glyphs
            if glyphs is not None:
                for cluster, advance in zip(glyphs.clusters, glyphs.advances, strict=True):
                    advances[cluster] += advance
        if OBJECT in text:
            for source in self.content.sources:
                atomic = self.inline_items[source.item]
                if isinstance(atomic, AtomicItem):
                    advances[source.start] = atomic.width
        if "\t" in text:
            self._measure_tabs(advances)
        self.text_widths = [0.0, *accumulate(advances)]
        self.is_monotonous = min(advances, default=0.0) >= 0

    def _measure_pieces(self) -> None:
        """Note what the width of each stretch of one item and element lacks of a whole 1/64 px."""
        starts: list[int] = []
        stops: list[int] = []
        ends = [source.end for source in self.content.sources]
        lacks = []
        for item in self.items:
            low = item.start
            inside = ends[bisect_right(ends, item.start) : bisect_left(ends, item.end)]
            for stop in (*inside, item.end):
                width = self.text_widths[stop] - self.text_widths[low]
                starts.append(low)
                stops.append(stop)
                lacks.append(layout_unit_up(width, self.shaper.grid) - width)
                low = stop
        self.piece_starts, self.piece_ends = starts, stops
        self.piece_lacks = [0.0, *accumulate(lacks)]

    def _measure_tabs(self, advances: list[float]) -> None:
        """CSS Text 3 §4.2: a preserved tab reaches the next stop, at least half a "0" away."""
        position = 0.0
        sources = iter(self.content.sources)
        source = next(sources)
        events = self.content.events
        number = 0
        for i, character in enumerate(self.content.text):
            while number < len(events) and events[number][0] <= i:
                position += self.edge_width(number)
                number += 1
            while i >= source.end:
                source = next(sources)
            if character == "\t":
                advances[i] = self.tab_advance(source.style, position)
            position = 0.0 if character == NEWLINE else position + advances[i]

    def tab_advance(self, style: ComputedStyle, position: float) -> float:
        """Return a tab's width at a distance from the line's start."""

        font = self.shaper.fonts.font_set(style).primary
        space = font.hb_font.get_nominal_glyph(0x20)
        size = style.font_size * self.shaper.scale * font.adjust.size
        advance = font.nominal_advance(space) * advance_scale(size, font.units_per_em)
        stop = style.tab_size
        if not style.tab_size_is_length:
            stop *= advance + style.letter_spacing + style.word_spacing
        if stop <= 0:
            return 0.0
        distance = stop - math.fmod(position, stop)
        return distance if distance >= advance / 2 else distance + stop

    def _measure_edges(self) -> None:
        """Split the events at every offset: closings end the line before it, the rest begin the next."""
        length = len(self.content.text)
        events = self.content.events
        splits, widths = [0] * (length + 1), [0.0] * (length + 1)
        self.event_splits, self.edge_widths = splits, widths
        if not events:
            return
        edges = [self.edge_width(number) for number in range(len(events))]
        self.is_monotonous = self.is_monotonous and min(edges) >= 0
        at, total = 0, 0.0
        for number, (offset, _, is_open) in enumerate(events):
            after = min(max(at, offset + is_open), length)  # the first offset whose line it is not on
            splits[at:after], widths[at:after] = [number] * (after - at), [total] * (after - at)
            at, total = after, total + edges[number]
        splits[at:], widths[at:] = [len(events)] * (length + 1 - at), [total] * (length + 1 - at)

    def open_item(self, box: int) -> OpenItem:
        """Return the OpenItem of an inline box."""
        item = self.inline_items[self.content.boxes[box].item]
        assert isinstance(item, OpenItem)  # noqa: S101 - boxes come from OpenItems
        return item

    def edge_width(self, event: int) -> float:
        """Return the room that an event's side of its inline box takes."""
        _, box, is_open = self.content.events[event]
        item = self.open_item(box)
        left = is_open == (item.style.direction == "ltr")
        room = self.rubies[box].room(is_open) if box in self.rubies else 0.0
        if left:
            return item.margin_left + item.border_left + item.padding_left + room
        return item.margin_right + item.border_right + item.padding_right + room

    # --- measuring lines --------------------------------------------------------------------

    def widths_up_to(self, end: int, starts: list[int], *, forced: bool) -> list[float]:
        """Return the widths of the lines to an offset from some before it, in rising order."""
        return [self._measured(start, end, forced) for start in starts]

    def _measured(self, start: int, end: int, forced: bool) -> float:
        """Return the width of the line between two offsets; balancing asks for the same ones again."""
        key = (start, end, forced)
        found = self.measured_lines.get(key)
        if found is None:
            found = self.measured_lines[key] = self.width_of(self.span(start, end, forced=forced))
        return found

    @cached_property
    def running_widths(self) -> list[float]:
        """Widths of the text before each character, edges of inline boxes among it."""
        if not self.content.events:
            return self.text_widths
        return list(map(add, self.text_widths, self.edge_widths))

    def rough_width(self, start: int, end: int) -> float:
        """Return the difference of running widths that is about the width of a line."""
        return self.rough_width_of(self.span(start, end))

    def rough_width_of(self, span: TextSpan) -> float:
        """Return the same of a line whose end is known."""
        texts, edges = self.text_widths, self.edge_widths
        return texts[span.visible] - texts[span.start] + edges[span.end] - edges[span.start]

    def width_of(self, span: TextSpan) -> float:
        """Return the width of a line without its trailing white space, px."""
        width = self.text_widths[span.visible] - self.text_widths[span.start]
        width += self.edge_widths[span.end] - self.edge_widths[span.start]
        width += self._cut_correction(span) + self._piece_lack(span)
        if self.clones:
            width += self._cloned_starts(span)
        width = layout_unit_up(width, self.shaper.grid)
        return width + self.hyphen_width(span.visible) if span.hyphen else width

    def _piece_lack(self, span: TextSpan) -> float:
        """Return what the whole pieces on a line add to it."""
        first = bisect_left(self.piece_starts, span.start)
        last = bisect_right(self.piece_ends, span.visible)
        return self.piece_lacks[last] - self.piece_lacks[first] if last > first else 0.0

    def _cloned_starts(self, span: TextSpan) -> float:
        """Return the room of start edges that `box-decoration-break: clone` repeats on a line."""
        items = (
            self.open_item(n)
            for n in self.clones
            if self.content.boxes[n].start < span.start < self.content.boxes[n].end
        )
        return sum(item.border_left + item.padding_left for item in items)

    def cloned_ends(self, span: TextSpan) -> float:
        """Return the same of end edges; Chromium does not break lines for their sake."""
        items = (
            self.open_item(n)
            for n in self.clones
            if self.content.boxes[n].start < span.end < self.content.boxes[n].end
        )
        return sum(item.border_right + item.padding_right for item in items)

    def _cut_correction(self, span: TextSpan) -> float:
        """How much shaping the line's first and last item again changes their width."""
        start, end = span.start, span.visible
        if end <= start:
            return 0.0
        first, last = self.item_at(start), self.item_at(end - 1)
        correction = self._item_correction(first, span) if first is not None else 0.0
        if last is not None and last is not first:
            correction += self._item_correction(last, span)
        return correction

    def _item_correction(self, item: ShapingItem, span: TextSpan) -> float:
        low, high = max(item.start, span.start), min(item.end, span.visible)
        trim_start = span.trim_start and low == span.start
        trim_end = span.trim_end and high == span.visible
        if trim_start or trim_end:
            glyphs = self.shaper.cut(item, low, high, trim_start=trim_start, trim_end=trim_end)
            return sum(glyphs.advances) - (self.text_widths[high] - self.text_widths[low])
        return self._change(item, low, high)

    def _change(self, item: ShapingItem, low: int, high: int) -> float:
        """How much wider a part of an item is by itself; what is between safe places to cut stays."""
        first, last = item.safe_from(low), item.safe_up_to(high)
        if first > last:
            return self._changed_by(item, low, high)
        return self._changed_by(item, low, first) + self._changed_by(item, last, high)

    def _changed_by(self, item: ShapingItem, low: int, high: int) -> float:
        if low == high:
            return 0.0
        glyphs = self.shaper.cut(item, low, high)
        return sum(glyphs.advances) - (self.text_widths[high] - self.text_widths[low])

    def item_at(self, offset: int) -> ShapingItem | None:
        """Return the item that holds a character, None for atomics and controls."""
        index = bisect_right(self.item_starts, offset) - 1
        if index < 0 or self.items[index].end <= offset:
            return None
        return self.items[index]

    def hyphen_width(self, offset: int) -> float:
        """Return the width of the hyphen shown before a break at `offset`."""
        found = self.hyphen_widths.get(offset)
        if found is None:
            item = self.item_at(offset - 1)
            glyphs = self.shaper.text_glyphs(hyphen_text(item), item) if item else None
            found = layout_unit_up(sum(glyphs.advances), self.shaper.grid) if glyphs else 0.0
            self.hyphen_widths[offset] = found
        return found

    def span(self, start: int, end: int, *, forced: bool = False) -> TextSpan:
        """Return the line from `start` to `end`, what collapses or hangs at its end set apart (§4.1.2)."""
        text = self.content.text
        visible = end
        hyphen = not forced and end in self.breaks.hyphens
        if visible > start and text[visible - 1] == NEWLINE:
            visible -= 1
        collapsed = visible
        only_collapsed = True
        while visible > start:
            character = text[visible - 1]
            if character in " \t\u3000\u1680":
                keep = self._space_at_end(visible - 1)
                if keep == "stays":
                    break
                only_collapsed = only_collapsed and keep == "goes"
            elif character not in _IGNORED_AT_END:
                break
            visible -= 1
            if only_collapsed and character == " ":
                collapsed = visible
        if visible > start and text[visible - 1] in _IGNORED_AT_END:
            visible = min(visible, collapsed)
        trim_start = self.closes_up and start < visible and self._trims_start(start)
        return TextSpan(start, end, visible, collapsed, hyphen, forced, trim_start)

    def _trims_start(self, start: int) -> bool:
        """`text-spacing-trim` at the start of a line: never, always, or on lines after the first."""
        item = self.item_at(start)
        if item is None or not trims_at_start(item.font, self.content.text[start]):
            return False
        mode = item.style.text_spacing_trim
        after_break = start == 0 or self.content.text[start - 1] == NEWLINE
        return mode == "trim-start" or (mode == "space-first" and not after_break)

    def trimmed_at_end(self, span: TextSpan) -> TextSpan | None:
        """Return the span with its last bracket trimmed, None where there is none to trim."""
        if not self.closes_up or span.start == span.visible or span.visible < span.end:
            return None
        item = self.item_at(span.visible - 1)
        if item is None or item.rtl or item.style.text_spacing_trim == "space-all":
            return None
        if not trims_at_end(item.font, self.content.text[span.visible - 1]):
            return None
        return span._replace(trim_end=True)

    def _space_at_end(self, offset: int) -> str:
        """What becomes of a space at the end of a line: `goes`, `hangs` or `stays`."""
        style = self.style_at(offset)
        mode = style.white_space_collapse
        character = self.content.text[offset]
        if mode in ("collapse", "preserve-breaks"):
            return "goes" if character == " " else ("hangs" if character != "\t" else "goes")
        if mode == "break-spaces" or style.text_wrap_mode == "nowrap":
            return "stays"
        return "hangs"

    def hanging_width(self, span: TextSpan) -> float:
        """Return the width of the white space that hangs at the end of a line."""
        return self.text_widths[span.collapsed] - self.text_widths[span.visible]

    def style_at(self, offset: int) -> ComputedStyle:
        """Return the style of a character."""
        return self.content.sources[self.source_index(offset)].style

    def source_index(self, offset: int) -> int:
        """Return the index of the source that holds a character."""
        return bisect_right(self.source_starts, offset) - 1

    # --- where lines may break ---------------------------------------------------------------

    def breaks_between(self, start: int, end: int) -> list[int]:
        """Return the break opportunities strictly between two offsets."""
        offsets = self.breaks.offsets
        return offsets[bisect_right(offsets, start) : bisect_left(offsets, end)]

    def clusters_between(self, start: int, end: int) -> list[int]:
        """Return the grapheme cluster boundaries strictly between two offsets."""
        if self.clusters_cache is None:
            text = self.content.text
            self.clusters_cache = cluster_breaks(text, 0, len(text))
        low = bisect_right(self.clusters_cache, start)
        return self.clusters_cache[low : bisect_left(self.clusters_cache, end)]

    def breaks_anywhere(self, offset: int, *, for_minimum: bool = False) -> bool:
        """Whether `overflow-wrap` lets a line break inside a word at `offset`."""
        style = self.style_at(offset)
        if style.text_wrap_mode == "nowrap":
            return False
        if breaks_words(style):
            return True
        return style.overflow_wrap == "break-word" and not for_minimum


def breaks_words(style: ComputedStyle) -> bool:
    """Whether breaks inside words count for min-content widths too."""
    return style.overflow_wrap == "anywhere" or style.word_break == "break-word"


def hyphen_text(item: ShapingItem) -> str:
    """Return what `hyphenate-character` shows: U+2010 where the font has it, else U+002D."""
    chosen = item.style.hyphenate_character
    if chosen != "auto":
        return chosen
    return "\u2010" if item.font.draws_all("\u2010") else "-"


def box_chain(paragraph: Paragraph, box: int) -> list[int]:
    """Return an inline box and those around it, innermost first."""
    chain = []
    while box >= 0:
        chain.append(box)
        box = paragraph.content.boxes[box].parent
    return chain
