"""Itemisation: a paragraph cut into stretches of one font, size, script and bidi level, and shaped."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import regex

from ..report import Report
from ..style.computed import ComputedStyle
from .bidi import NEEDS_BIDI, paragraph_level, resolve_levels
from .content import NEWLINE, OBJECT, Content, Source
from .font_set import FontSet
from .fonts import FontInstance, FontLibrary
from .han_kerning import trimmed
from .metrics import layout_unit
from .scripts import script_of, script_runs
from .shape import Features, Glyphs, ShapedRun, features_of, scale_run, shape
from .small_caps import SCALE, capitals, case_parts

WORD_SEPARATORS = frozenset(" \u00a0\u1361\U00010100\U00010101\U0001039f\U0001091f")
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
# CSS Text 3 §8.2: letters of cursive scripts take no letter-spacing.
_CURSIVE = frozenset({"Arab", "Syrc", "Mong", "Nkoo", "Mand", "Phag", "Rohg", "Adlm"})
_CLUSTER = regex.compile(r"\X")
_SPECIAL = regex.compile(
    r"[[\p{Emoji}--[0-9#*]]\p{M}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\ufffc]", regex.V1
)


@dataclass(slots=True, eq=False)
class Item:
    """Characters `start` to `end`, shaped; advances include letter- and word-spacing, px."""

    start: int
    end: int
    font: FontInstance
    style: ComputedStyle  # of its first character; what differs inside is colour and the like
    level: int
    script: str
    features: Features
    size: float
    upper: bool = False  # shaped in capitals: made-up small caps
    shaped: ShapedRun | None = None
    glyphs: Glyphs | None = None
    halved: frozenset[int] = frozenset()  # offsets of punctuation that its neighbours trim
    _cluster_starts: frozenset[int] | None = field(default=None, repr=False)

    @property
    def rtl(self) -> bool:
        """Whether the glyphs run right to left."""
        return bool(self.level & 1)

    def safe_to_cut(self, offset: int) -> bool:
        """Whether the glyphs on both sides of a character offset stay the same when cut there."""
        if self.shaped is None or offset <= self.start or offset >= self.end:
            return True
        if offset in self.halved or offset - 1 in self.halved:
            return False
        local = offset - self.start
        if local in self.shaped.unsafe:
            return False
        if self._cluster_starts is None:
            self._cluster_starts = frozenset(self.shaped.clusters)
        return local in self._cluster_starts


@dataclass(slots=True, eq=False)
class Shaper:
    """Shapes stretches of one content with one library, rounding grid and font scale."""

    content: Content
    fonts: FontLibrary
    grid: float
    scale: float = 1.0
    slices: dict[tuple[object, ...], Glyphs] = field(default_factory=dict)

    def fill(self, item: Item) -> None:
        """Shape an item."""
        if not item.upper and _trims(item.style):
            item.halved = frozenset(trimmed(item.font, self.content.text, item.start, item.end))
        item.shaped = self._shape(item, item.start, item.end)
        item.glyphs = self._scaled(item, item.shaped, item.start)

    def cut(
        self, item: Item, start: int, end: int, *, trim_start: bool = False, trim_end: bool = False
    ) -> Glyphs:
        """Return the glyphs of a part of an item, shaped again where the cut would change them.

        `trim_start` and `trim_end` take the blank half off a full-width bracket at that end of a line.
        """
        if trim_start or trim_end:
            ends = ((start,) if trim_start else ()) + ((end - 1,) if trim_end else ())
            return self._reshaped(item, start, end, ends)
        glyphs = item.glyphs
        assert glyphs is not None  # noqa: S101 - items are filled when made
        if start <= item.start and end >= item.end:
            return glyphs
        if not (item.safe_to_cut(start) and item.safe_to_cut(end)):
            return self._reshaped(item, start, end, ())
        if item.rtl:
            low = bisect_left(glyphs.clusters, -(end - 1), key=lambda cluster: -cluster)
            high = bisect_left(glyphs.clusters, -(start - 1), key=lambda cluster: -cluster)
        else:
            low, high = bisect_left(glyphs.clusters, start), bisect_left(glyphs.clusters, end)
        part = slice(low, high)
        return Glyphs(
            glyphs.glyphs[part],
            glyphs.clusters[part],
            glyphs.advances[part],
            glyphs.x_offsets[part] if glyphs.x_offsets else None,
            glyphs.y_offsets[part] if glyphs.y_offsets else None,
        )

    def _reshaped(self, item: Item, start: int, end: int, trimmed_ends: tuple[int, ...]) -> Glyphs:
        key = (id(item), start, end, trimmed_ends)
        found = self.slices.get(key)
        if found is None:
            run = self._shape(item, start, end, trimmed_ends)
            found = self.slices[key] = self._scaled(item, run, start)
        return found

    def text_glyphs(self, text: str, item: Item, font: FontInstance | None = None) -> Glyphs:
        """Shape other text (a hyphen, an ellipsis) in an item's style; clusters start at 0."""
        font = font or item.font
        run = shape(
            self.fonts.shaped_cache, font, text, 0, len(text),
            script=item.script, rtl=item.rtl, language=item.style.lang, features=item.features,
        )  # fmt: skip
        return scale_run(run, 0, font, item.size, self.grid, rtl=item.rtl)

    def _shape(self, item: Item, start: int, end: int, ends: tuple[int, ...] = ()) -> ShapedRun:
        text, offset = self.content.text, 0
        if item.upper:
            text, offset = capitals(text[start:end]), start
        halved: tuple[int, ...] = ()
        if item.halved or ends:
            halved = trimmed(item.font, self.content.text, start, end)
            halved = tuple(sorted({*halved, *ends}))
        return shape(
            self.fonts.shaped_cache, item.font, text, start - offset, end - offset,
            script=item.script, rtl=item.rtl, language=item.style.lang, features=item.features,
            halved=halved,
        )  # fmt: skip

    def _scaled(self, item: Item, run: ShapedRun, start: int) -> Glyphs:
        glyphs = scale_run(run, start, item.font, item.size, self.grid, rtl=item.rtl)
        style = item.style
        letter = layout_unit(style.letter_spacing * self.scale)
        word = layout_unit(style.word_spacing * self.scale)
        if letter or (word and any(separator in self.content.text for separator in WORD_SEPARATORS)):
            return _space(glyphs, self.content.text, letter, word, item.rtl)
        return glyphs


def _trims(style: ComputedStyle) -> bool:
    """Whether adjacent full-width punctuation closes up."""
    own = dict(style.font_variant_features + style.font_feature_settings)
    return style.text_spacing_trim != "space-all" and not own.keys() & {"halt", "chws", "palt", "pwid"}


def _space(glyphs: Glyphs, text: str, letter: float, word: float, rtl: bool) -> Glyphs:
    """Add letter-spacing once per cluster and word-spacing at word separators."""
    advances = list(glyphs.advances)
    offsets = list(glyphs.x_offsets) if glyphs.x_offsets else None
    clusters = glyphs.clusters
    last = len(clusters) - 1
    for i, cluster in enumerate(clusters):
        beside = i - 1 if rtl else i + 1  # spacing goes after the last glyph of a cluster
        if 0 <= beside <= last and clusters[beside] == cluster:
            continue
        cursive = letter != 0.0 and script_of(text[cluster])[0] in _CURSIVE
        silent = not advances[i] and text[cluster] in BIDI_CONTROLS
        extra = (0.0 if cursive or silent else letter) + (word if text[cluster] in WORD_SEPARATORS else 0.0)
        advances[i] += extra
        if rtl and extra:
            if offsets is None:
                offsets = [0.0] * len(clusters)
            offsets[i] += extra
    return glyphs._replace(advances=advances, x_offsets=offsets)


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


def itemize(content: Content, levels: list[int], shaper: Shaper, report: Report | None) -> list[Item]:
    """Cut the content into items and shape them; tell the report of fallbacks and missing glyphs."""
    items: list[Item] = []
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
    if report is not None:
        _report_fonts(content, shaper, items, report)
    return items


def _scaled_style(style: ComputedStyle, scale: float) -> ComputedStyle:
    return style if scale == 1.0 else style.replace(font_size=style.font_size * scale)


def _script_parts(
    scripts: list[tuple[int, int, str]], source: Source, _at: int
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
    return frozenset(
        offset for box in content.boxes for offset in (box.start, box.end) if _takes_room(box.style)
    )


def _takes_room(style: ComputedStyle) -> bool:
    sides = (style.margin_left, style.margin_right, style.padding_left, style.padding_right)
    if style.border_left_width or style.border_right_width or style.vertical_align != "baseline":
        return True
    return any(not isinstance(side, str) and (side.px or side.pct or side.func) for side in sides)


_CONTROL = frozenset((OBJECT, NEWLINE, "\t"))


def _add_items(
    items: list[Item],
    content: Content,
    shaper: Shaper,
    source: Source,
    font_set: FontSet,
    part: tuple[int, int, int, str],
    cuts: frozenset[int],
) -> None:
    start, end, level, script = part
    style = source.style
    for low, high, font in _font_parts(content.text, start, end, font_set, script):
        features = features_of(style, font)
        for at, to, small, upper in case_parts(content.text, low, high, style, font):
            size = style.font_size * shaper.scale * (SCALE if small else 1.0)
            item = Item(at, to, font, style, level, script, features, size, upper)
            if items and at not in cuts and _joins(items[-1], item):
                items[-1].end = to
            else:
                items.append(item)


def _joins(before: Item, item: Item) -> bool:
    """Whether text that follows an item in another inline box can be shaped together with it."""
    one, other = before.style, item.style
    return (
        before.end == item.start
        and before.font is item.font
        and before.size == item.size
        and before.upper == item.upper
        and before.level == item.level
        and before.script == item.script
        and before.features == item.features
        and one.lang == other.lang
        and one.letter_spacing == other.letter_spacing
        and one.word_spacing == other.word_spacing
    )


def _font_parts(
    text: str, start: int, end: int, font_set: FontSet, script: str
) -> list[tuple[int, int, FontInstance]]:
    """Cut a stretch by font; atomics, line feeds and tabs stay out of shaping."""
    stretch = text[start:end]
    if stretch in _CONTROL:
        return []
    if font_set.draws_plainly(stretch, _SPECIAL):
        return [(start, end, font_set.primary)]
    parts: list[tuple[int, int, FontInstance]] = []
    at = start
    for cluster in _CLUSTER.findall(stretch):
        after = at + len(cluster)
        if cluster in _CONTROL or cluster == "\r\n":
            at = after
            continue
        choice = font_set.select(cluster, script)
        font = choice.font
        if parts and parts[-1][1] == at and (parts[-1][2] is font or not choice.visible):
            parts[-1] = (parts[-1][0], after, parts[-1][2])
        else:
            parts.append((at, after, font))
        at = after
    return parts


def _report_fonts(content: Content, shaper: Shaper, items: list[Item], report: Report) -> None:
    """Note which face draws what, and tell of families, characters and glyphs that are not there."""
    for source in content.sources:
        font_set = shaper.fonts.font_set(_scaled_style(source.style, shaper.scale))
        font_set.report_unavailable(report)
    for item in items:
        text = content.text[item.start : item.end]
        report.faces.setdefault(item.font.name, set()).update(text)
        font_set = shaper.fonts.font_set(_scaled_style(item.style, shaper.scale))
        font_set.report_fallback(text, item.script, item.font, report)
        if item.shaped is not None and (item.shaped.missing or not item.font.draws_all(text)):
            font_set.report_missing(text, item.script, report)
