"""Itemisation: a paragraph cut into stretches of one font, size, script and bidi level, and shaped."""

from __future__ import annotations

from bisect import bisect_left

import regex

from ...clusters import CLUSTER
from ...report import Report
from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_set import FontSet
from ..inline_cost import RUN
from .bidi import NEEDS_BIDI, paragraph_level, resolve_levels
from .inline_content import NEWLINE, OBJECT, Content, ContentSource
from .orientation import orientation_parts
from .scripts import script_runs
from .shape import features_of
from .shaper import Shaper, ShapingItem, case_parts, small_size

SPECIAL = regex.compile(
    r"[[\p{Emoji}--[0-9#*]]\p{M}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\ufffc]", regex.V1
)


# --- itemisation ------------------------------------------------------------------------------------


def resolve_bidi(content: Content) -> tuple[list[int], list[int]]:
    """Return the level of every character, and the base level of every paragraph that U+000A ends."""
    style = content.block_style
    base = 1 if style.direction == "rtl" else 0
    text = content.text
    plaintext = style.unicode_bidi == "plaintext"
    override = style.unicode_bidi in ("bidi-override", "isolate-override")
    if not (base or plaintext or override) and not NEEDS_BIDI.search(text):
        return [0] * len(text), [0] * (text.count(NEWLINE) + 1)
    levels: list[int] = []
    bases: list[int] = []
    for line in _paragraphs(text):
        own = paragraph_level(line, default=base) if plaintext else base
        bases.append(own)
        if override:
            levels.extend([base] * len(line))
        else:
            levels.extend(resolve_levels(line, own))
    return levels, bases


def _paragraphs(text: str) -> list[str]:
    parts = text.split(NEWLINE)
    return [part + NEWLINE for part in parts[:-1]] + [parts[-1]]


def itemize(content: Content, levels: list[int], shaper: Shaper) -> list[ShapingItem]:
    """Cut the content into items and shape them."""
    items: list[ShapingItem] = []
    text = content.text
    scripts = script_runs(text)
    cuts = _shaping_breaks(content)
    at = 0
    for source in content.sources:
        font_set = shaper.fonts.font_set(_scaled_style(source.style, shaper.scale))
        for start, end, script in _script_parts(scripts, source, at):
            for low, high, level in _level_parts(levels, start, end):
                _add_items(items, content, shaper, source, font_set, (low, high, level, script), cuts)
        at = source.end
    for item in items:
        shaper.fill(item)
    return items


def _scaled_style(style: ComputedStyle, scale: float) -> ComputedStyle:
    return style if scale == 1.0 else style.replace(font_size=style.font_size * scale)


def _script_parts(
    scripts: list[tuple[int, int, str]], source: ContentSource, _at: int
) -> list[tuple[int, int, str]]:
    if len(scripts) == 1:
        return [(source.start, source.end, scripts[0][2])]
    first = bisect_left(scripts, source.start + 1, key=lambda run: run[1])
    parts = []
    for low, high, script in scripts[first:]:
        if low >= source.end:
            break
        parts.append((max(low, source.start), min(high, source.end), script))
    return parts


def _level_parts(levels: list[int], start: int, end: int) -> list[tuple[int, int, int]]:
    if levels[start:end].count(levels[start]) == end - start:  # as most are
        return [(start, end, levels[start])]
    parts = []
    low = start
    for i in range(start + 1, end):
        if levels[i] != levels[low]:
            parts.append((low, i, levels[low]))
            low = i
    parts.append((low, end, levels[low]))
    return parts


def _shaping_breaks(content: Content) -> frozenset[int]:
    """Offsets that shaping does not cross: edges of inline boxes that take room or shift their text."""
    boxes = [box for box in content.boxes if _takes_room(box.style)]
    return frozenset([*[box.start for box in boxes], *[box.end for box in boxes]])


def _takes_room(style: ComputedStyle) -> bool:
    sides = (style.margin_left, style.margin_right, style.padding_left, style.padding_right)
    if style.border_left_width or style.border_right_width or style.vertical_align != "baseline":
        return True
    return any(not isinstance(side, str) and (side.px or side.pct or side.func) for side in sides)


_CONTROL = frozenset((OBJECT, NEWLINE, "\r\n", "\t"))


def _add_items(
    items: list[ShapingItem],
    content: Content,
    shaper: Shaper,
    source: ContentSource,
    font_set: FontSet,
    part: tuple[int, int, int, str],
    cuts: frozenset[int],
) -> None:
    start, end, level, script = part
    style = source.style
    for low, high, font in font_parts(content.text, start, end, font_set, script):
        features = features_of(style, font)
        for at, to, small, upper, upright in _parts(content.text, low, high, style, font):
            size = style.font_size * shaper.scale
            size = small_size(size, shaper.grid) if small else size
            shaper.spend(RUN)
            item = ShapingItem(at, to, font, style, level, script, features, size, upper, upright)
            if items and at not in cuts and _joins(items[-1], item):
                items[-1].end = to
            else:
                items.append(item)


def _parts(
    text: str, start: int, end: int, style: ComputedStyle, font: FontInstance
) -> list[tuple[int, int, bool, bool, bool]]:
    """Return what is shaped alike: its ends, whether it is small, in capitals, upright in vertical text."""
    if not style.font_variant_features and style.writing_mode == "horizontal-tb":
        return [(start, end, False, False, False)]
    return [
        (low, high, small, upper, upright)
        for at, to, small, upper in case_parts(text, start, end, style, font)
        for low, high, upright in orientation_parts(text, at, to, style)
    ]


def _joins(before: ShapingItem, item: ShapingItem) -> bool:
    """Whether text that follows an item in another inline box can be shaped together with it."""
    one, other = before.style, item.style
    return (
        before.end == item.start
        and before.font is item.font
        and before.size == item.size
        and before.upper == item.upper
        and before.upright == item.upright
        and before.level == item.level
        and before.script == item.script
        and before.features == item.features
        and one.lang == other.lang
        and one.letter_spacing == other.letter_spacing
        and one.word_spacing == other.word_spacing
    )


def font_parts(
    text: str, start: int, end: int, font_set: FontSet, script: str
) -> list[tuple[int, int, FontInstance]]:
    """Cut a stretch by font; atomics, line feeds and tabs stay out of shaping."""
    stretch = text[start:end]
    if stretch in _CONTROL:
        return []
    if font_set.draws_plainly(stretch, SPECIAL):
        return [(start, end, font_set.primary)]
    parts: list[tuple[int, int, FontInstance]] = []
    low = at = start
    font: FontInstance | None = None  # of what has begun at `low`
    for cluster in CLUSTER.findall(stretch):
        if cluster in _CONTROL:
            if font is not None:
                parts.append((low, at, font))
            font = None
        else:
            choice = font_set.select(cluster, script)
            if font is None:
                low, font = at, choice.font
            elif choice.font is not font and choice.visible:
                parts.append((low, at, font))
                low, font = at, choice.font
        at += len(cluster)
    if font is not None:
        parts.append((low, at, font))
    return parts


def report_fonts(content: Content, shaper: Shaper, items: list[ShapingItem], report: Report) -> None:
    """Tell of families, characters and glyphs that are not there."""
    for source in content.sources:
        font_set = shaper.fonts.font_set(_scaled_style(source.style, shaper.scale))
        if font_set.unavailable:
            font_set.report_unavailable(report)
    style, told = None, set[FontInstance]()
    for item in items:
        text = content.text[item.start : item.end]
        if item.style is not style:  # Japanese has an item every few letters
            style, told = item.style, set()
            font_set = shaper.fonts.font_set(_scaled_style(style, shaper.scale))
        if item.font not in told and font_set.report_fallback(text, item.script, item.font, report):
            told.add(item.font)
        if item.shaped is not None and (item.shaped.missing or not item.font.draws_all(text)):
            font_set.report_missing(text, item.script, report)
