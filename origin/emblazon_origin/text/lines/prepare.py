"""Items to a shaped paragraph, or the one that the same items made before in this render."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, islice

import regex

from ...limits import MAX_ELEMENTS, MAX_TEXT_CHARACTERS
from ...report import Report
from ...style.values.computed import ComputedStyle
from ..fonts.font_library import FontLibrary
from ..inline_cost import ITEM, PLAIN_TEXT, Spend, free, items_cost, letters_cost
from ..line_model import AtomicItem, BreakItem, FirstLine, InlineItem, OpenItem, TextItem
from ..shaping.bidi import uniform_level
from ..shaping.inline_content import Content, ContentSource, apply_transform, collect, sanitize
from ..shaping.itemize import font_parts, itemize, report_fonts, resolve_bidi
from ..shaping.scripts import script_runs
from ..shaping.shape import features_of
from ..shaping.shaper import Shaper, ShapingItem
from .paragraph import Opening, Paragraph
from .ruby import measure_rubies

MAX_PARAGRAPHS = MAX_ELEMENTS  # of one document: flex containers measure all texts before they lay out one
Paragraphs = dict[tuple[object, ...], Paragraph]


def prepare(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    fonts: FontLibrary,
    grid: float,
    scale: float = 1.0,
    *,
    paragraphs: Paragraphs | None = None,
    spend: Spend = free,
    first: FirstLine | None = None,
) -> Paragraph:
    """Return the items as a shaped paragraph, kept in `paragraphs` where that is given.

    `spend` counts this work, and all later work with the paragraph. What there is to say of its fonts is
    with it, unless it is scaled: text-fit tries many scales. `first` are the items on the first line.
    """
    of_first = id(first.style) if first is not None else 0
    key = (id(fonts), id(block_style), grid, scale, of_first, *map(_identity, items))
    cached = paragraphs.get(key) if paragraphs is not None else None
    if cached is not None:
        spend(ITEM * len(items))
        cached.renew(items, spend, first)
        return cached
    paragraph = plain_paragraph(items, block_style, fonts, grid, scale, spend) or _shaped(
        items, block_style, fonts, grid, scale, spend
    )
    # The key names objects by identity: keep them, so that no other object can take their place.
    paragraph.keep = (fonts, block_style, first, *items, *(getattr(item, "style", None) for item in items))
    if first is not None:
        _open_with(paragraph, first, fonts, grid, scale, spend)
    if paragraphs is not None:
        if len(paragraphs) >= MAX_PARAGRAPHS:
            del paragraphs[next(iter(paragraphs))]
        paragraphs[key] = paragraph
    return paragraph


def _open_with(
    paragraph: Paragraph, first: FirstLine, fonts: FontLibrary, grid: float, scale: float, spend: Spend
) -> None:
    """Give a paragraph its first line, shaped in the styles there."""
    other = prepare(first.items, first.style, fonts, grid, scale, spend=spend)
    other.opens = first.element
    one, two = paragraph.content, other.content
    is_as_wide = (
        one.text == two.text
        and paragraph.text_widths == other.text_widths
        and paragraph.edge_widths == other.edge_widths
    )
    places = None if len(one.text) == len(two.text) else _places(two.text, one.text)
    paragraph.first_line = Opening(other, places, is_as_wide)
    paragraph.findings.absorb(other.findings)


def _places(text: str, whole: str) -> list[int]:
    """Return where each character of a text stands in the same one with other cases."""
    ends = list(accumulate(len(character.casefold()) for character in whole))
    starts = accumulate((len(character.casefold()) for character in text), initial=0)
    return [*(bisect_right(ends, at) for at in islice(starts, len(text))), len(whole)]


def _shaped(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    fonts: FontLibrary,
    grid: float,
    scale: float,
    spend: Spend,
) -> Paragraph:
    """Shape items of any kind."""
    spend(items_cost(items))
    content = collect(items, block_style, MAX_TEXT_CHARACTERS)
    findings = Report()
    if content.truncated:
        findings.add("warning", "limit", f"text longer than {MAX_TEXT_CHARACTERS} characters is cut off")
    _tell_stripped(content, findings)
    levels, bases = resolve_bidi(content)
    shaper = Shaper(content, fonts, grid, scale, spend)
    shaped = itemize(content, levels, shaper, findings if scale == 1.0 else None)
    paragraph = Paragraph(content, levels, bases, shaped, shaper, list(items))
    paragraph.findings = findings
    _annotate(paragraph)
    return paragraph


def _annotate(paragraph: Paragraph) -> None:
    """Shape the annotations of bases in ruby, and give the bases the room that these take."""
    shaper = paragraph.shaper
    annotations: dict[int, Paragraph] = {}
    for number in range(len(paragraph.content.boxes)):
        found = paragraph.open_item(number).annotation
        if found is not None:
            own = prepare(
                found.items, found.style, shaper.fonts, shaper.grid, shaper.scale, spend=shaper.spend
            )
            annotations[number] = own
            paragraph.findings.absorb(own.findings)
    if annotations:
        paragraph.take_annotations(measure_rubies(paragraph, annotations))


def plain_paragraph(
    items: Sequence[InlineItem],
    block_style: ComputedStyle,
    fonts: FontLibrary,
    grid: float,
    scale: float,
    spend: Spend,
) -> Paragraph | None:
    """Shape one text of one style, script, font and direction, as `_shaped` would; None for all others."""
    item = items[0] if len(items) == 1 else None
    if not isinstance(item, TextItem) or scale != 1.0:
        return None
    style = item.style
    if style.white_space_collapse != "collapse" or block_style.unicode_bidi in _BIDI:
        return None
    if style.writing_mode != "horizontal-tb":
        return None
    if style.font_variant_features or len(item.text) > MAX_TEXT_CHARACTERS:
        return None
    text, stripped = sanitize(item.text)
    text = _BLANKS.sub(" ", text).strip(" ")
    if _MORE.search(text):
        return None
    text = apply_transform(text, style)
    scripts = script_runs(text)
    base = 1 if block_style.direction == "rtl" else 0
    level = uniform_level(text, base)
    if len(scripts) != 1 or level is None:
        return None
    parts = font_parts(text, 0, len(text), fonts.font_set(style), scripts[0][2])
    if len(parts) != 1 or parts[0][:2] != (0, len(text)):
        return None
    spend(PLAIN_TEXT + letters_cost(text))
    content = Content(
        text, [ContentSource(0, len(text), style, item.element, 0, -1)], [], [], block_style, 0, stripped
    )
    shaper = Shaper(content, fonts, grid, scale, spend)
    font = parts[0][2]
    shaped = ShapingItem(
        0, len(text), font, style, level, scripts[0][2], features_of(style, font), style.font_size
    )
    shaper.fill(shaped)
    levels = [level] * len(text)
    paragraph = Paragraph(content, levels, [base], [shaped], shaper, list(items), is_plain=True)
    _tell_stripped(content, paragraph.findings)
    report_fonts(content, shaper, [shaped], paragraph.findings)
    return paragraph


def _tell_stripped(content: Content, findings: Report) -> None:
    """Say what a browser would show of a text, as boxes or as many marks, and is left out here."""
    if content.stripped:
        message = (
            f"left out: {content.stripped} of its characters, controls or marks and fillers in long rows"
        )
        findings.add("warning", "missing-glyph", message, where=content.text.strip()[:40])


_BIDI = ("plaintext", "bidi-override", "isolate-override")
_BLANKS = regex.compile(r"[ \t\r\n]+")
# What is taken out, cut around, or seen at the end of a line: soft hyphens, other blanks, pictures, controls.
_MORE = regex.compile(r"[\xad\u1680\u3000\ufffc\p{Cc}\p{Cf}]")


def _identity(item: InlineItem) -> tuple[object, ...]:
    """What of an item decides the paragraph: layout makes new objects at every measuring pass."""
    if isinstance(item, TextItem):
        return 0, item.text, id(item.style), id(item.element)
    if isinstance(item, OpenItem):
        above = item.annotation
        return (
            1, id(item.style), id(item.element), item.margin_left, item.border_left, item.padding_left,
            item.margin_right, item.border_right, item.padding_right,
            above and (id(above.style), *map(_identity, above.items)),
        )  # fmt: skip
    if isinstance(item, AtomicItem):
        return 2, id(item.style), item.width
    return (3, id(item.style)) if isinstance(item, BreakItem) else (4,)
