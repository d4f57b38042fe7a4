"""Paragraphs of one text in one style, script, font and direction, as most of cards are.

They are what the general way makes of them (`prepare.py`, `paragraph.py`), in a third of its steps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from types import MappingProxyType

import regex

from ...limits import MAX_TEXT_CHARACTERS
from ...report import Report
from ...style.values.computed import ComputedStyle
from ..fonts.font_library import FontLibrary
from ..fonts.font_metrics import layout_unit_up
from ..inline_cost import PLAIN_TEXT, Spend, letters_cost
from ..line_model import InlineItem, TextItem
from ..shaping.bidi import uniform_level
from ..shaping.inline_content import Content, ContentSource, apply_transform, sanitize
from ..shaping.itemize import SPECIAL, font_parts, report_fonts
from ..shaping.scripts import script_runs
from ..shaping.shape import features_of
from ..shaping.shaper import CANDIDATES, Shaper, ShapingItem, has_halt
from .break_opportunities import Breaks, breaks_at_spaces_alone, find_breaks
from .paragraph import Paragraph, TextSpan
from .text_traits import TextTraits, text_traits

_BLANKS = regex.compile(r"[ \t\r\n]+")
# What is taken out, cut around, or seen at the end of a line: soft hyphens, other blanks, pictures, controls.
MORE = regex.compile(r"[\xad\u1680\u3000\ufffc\p{Cc}\p{Cf}]")
# Words of Latin letters and marks of any script, as they are shown: nothing is to be taken out of them.
_LATIN = r"[!-~\xa0-\xac\xae-\u02ff\u2010-\u2027]++"
LATIN_WORDS = re.compile(rf"{_LATIN}(?: {_LATIN})*+")


class PlainParagraph(Paragraph):
    """One text of one style, font and direction, shaped: its lines are one piece each."""

    is_plain = True
    newlines = clones = ()
    item_starts = source_starts = piece_starts = (0,)
    rubies = MappingProxyType({})

    def __init__(
        self,
        text: str,
        stripped: int,
        items: Sequence[InlineItem],
        item: ShapingItem,
        shaper: Shaper,
        own: TextTraits,
        block_style: ComputedStyle,
        block: TextTraits,
    ) -> None:
        source = items[0]
        assert isinstance(source, TextItem)  # noqa: S101 - the caller looked
        length = len(text)
        self.own, self.block = own, block
        whole = ContentSource(0, length, item.style, source.element, 0, -1)
        self.content = Content(text, [whole], [], [], block_style, 0, stripped)
        self.levels = [item.level] * length
        self.bases = [block.base or 0]
        self.items, self.shaper, self.inline_items = [item], shaper, list(items)
        self.event_splits, self.edge_widths = [0] * (length + 1), [0.0] * (length + 1)
        self.largest_size = item.size
        self.layouts = {}
        font_halves = own.closes_up if item.font is own.font else has_halt(item.font)
        self.closes_up = font_halves and CANDIDATES.search(text) is not None
        glyphs = item.glyphs
        assert glyphs is not None  # noqa: S101 - items are filled when made
        assert item.shaped is not None  # noqa: S101
        single = item.shaped.is_single
        # Whether the glyphs begin where the widths before their characters end.
        self.has_plain_origins = single and not glyphs.x_offsets
        if single:
            self.text_widths = [0.0, *accumulate(glyphs.advances)]
            self.is_monotonous = min(glyphs.advances) >= 0
        else:
            self._measure_text()
        width = self.text_widths[-1]
        self.width = layout_unit_up(width, shaper.grid)  # of all of it on one line, px
        self.piece_ends, self.piece_lacks = [length], [0.0, self.width - width]

    @cached_property
    def breaks(self) -> Breaks:
        """Where lines may break; a text that fits on one line is never asked."""
        text = self.content.text
        if self.own.breaks_at_spaces and breaks_at_spaces_alone(text, self.items[0].style.lang):
            return Breaks([at for at, character in enumerate(text, 1) if character == " "], frozenset())
        return find_breaks(self.content)

    # --- measuring lines --------------------------------------------------------------------

    def widths_up_to(self, end: int, starts: list[int], *, forced: bool) -> list[float]:
        """Return the widths of the lines to an offset from some before it, in rising order."""
        if self.closes_up:
            return super().widths_up_to(end, starts, forced=forced)
        hyphen = not forced and end in self.breaks.hyphens
        visible = self._visible_end(starts[-1], end)
        uncut, widths, grid = self.items[0].uncut, self.text_widths, self.shaper.grid
        up_to = widths[visible]
        stays = not hyphen and visible not in uncut and visible < len(self.content.text)
        return [
            layout_unit_up(up_to - widths[start], grid)
            if stays and start not in uncut
            else self._plain_width(start, visible, hyphen)
            for start in starts
        ]

    def rough_width(self, start: int, end: int) -> float:
        """Return the difference of running widths that is about the width of a line."""
        if self.closes_up:
            return super().rough_width(start, end)
        return self.text_widths[self._visible_end(start, end)] - self.text_widths[start]

    def width_of(self, span: TextSpan) -> float:
        """Return the width of a line without its trailing white space, px."""
        if self.closes_up:
            return super().width_of(span)
        return self._plain_width(span.start, span.visible, span.hyphen)

    def _plain_width(self, start: int, visible: int, hyphen: bool) -> float:
        """Return the width of a line that is one piece: it is whole, or cut."""
        if start == 0 and visible == len(self.content.text):
            width = self.width
        else:
            width, item = self.text_widths[visible] - self.text_widths[start], self.items[0]
            uncut = item.uncut
            if start in uncut or visible in uncut:
                width += self._change(item, start, visible)
            width = layout_unit_up(width, self.shaper.grid)
        return width + self.hyphen_width(visible) if hyphen else width

    def span(self, start: int, end: int, *, forced: bool = False) -> TextSpan:
        """Return the line from `start` to `end`, what collapses at its end set apart (§4.1.2)."""
        if self.closes_up:
            return super().span(start, end, forced=forced)
        visible = self._visible_end(start, end)
        return TextSpan(start, end, visible, visible, not forced and end in self.breaks.hyphens, forced)

    def _visible_end(self, start: int, end: int) -> int:
        """Return where the spaces at the end of a line begin."""
        text = self.content.text
        while end > start and text[end - 1] == " ":
            end -= 1
        return end


def plain_paragraph(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    fonts: FontLibrary,
    grid: float,
    scale: float,
    spend: Spend,
) -> PlainParagraph | None:
    """Shape one text of one style, script, font and direction; None for all others."""
    item = items[0] if len(items) == 1 else None
    if not isinstance(item, TextItem) or scale != 1.0:
        return None
    style = item.style
    own = block = text_traits(style, fonts, grid)
    if block_style is not style:
        block = text_traits(block_style, fonts, grid)
    base = block.base
    if not own.may_be_plain or base is None or len(item.text) > MAX_TEXT_CHARACTERS:
        return None
    text, stripped = item.text, 0
    is_latin = LATIN_WORDS.fullmatch(text) is not None
    if not is_latin:
        text, stripped = sanitize(text)
        text = _BLANKS.sub(" ", text).strip(" ")
        is_latin = LATIN_WORDS.fullmatch(text) is not None
        if not is_latin and MORE.search(text):
            return None
    if not own.is_as_written:
        text = apply_transform(text, style)
        is_latin = is_latin and LATIN_WORDS.fullmatch(text) is not None
    level, script = 0, "Latn"
    if not is_latin or base:
        scripts, uniform = script_runs(text), uniform_level(text, base)
        if len(scripts) != 1 or uniform is None:
            return None
        level, script = uniform, scripts[0][2]
    font = own.font
    is_drawn_plainly = own.font_set.draws_plainly(text, SPECIAL)
    if not is_drawn_plainly:
        parts = font_parts(text, 0, len(text), own.font_set, script)
        if len(parts) != 1 or parts[0][:2] != (0, len(text)):
            return None
        font = parts[0][2]
    spend(PLAIN_TEXT + letters_cost(text))
    shaper = Shaper(text, fonts, grid, scale, spend)
    features = own.features if font is own.font else features_of(style, font)
    shaped = ShapingItem(0, len(text), font, style, level, script, features, style.font_size)
    shaper.fill(shaped)
    paragraph = PlainParagraph(text, stripped, items, shaped, shaper, own, block_style, block)
    if stripped or not is_drawn_plainly or own.font_set.unavailable:
        paragraph.findings = text_findings(paragraph)
    return paragraph


def text_findings(paragraph: Paragraph) -> Report | None:
    """Return what there is to say of a text and its fonts; None where that is nothing, as of most.

    Of fonts that is said once: text-fit tries many scales.
    """
    content, shaper, findings = paragraph.content, paragraph.shaper, Report()
    if content.truncated:
        findings.add("warning", "limit", f"text longer than {MAX_TEXT_CHARACTERS} characters is cut off")
    if content.stripped:  # what a browser would show as boxes or as many marks
        message = (
            f"left out: {content.stripped} of its characters, controls or marks and fillers in long rows"
        )
        findings.add("warning", "missing-glyph", message, where=content.text.strip()[:40])
    if shaper.scale == 1.0:
        report_fonts(content, shaper, paragraph.items, findings)
    return findings if findings.diagnostics else None
