"""A stretch of text that is shaped alike, and its shaping at a size: spacing, cuts, trimmed brackets.

Where a font has no small capitals of its own they are made of scaled capitals (CSS Fonts 4 §7.5), as Chromium
does it: seven tenths of the size, in whole device px; `small-caps` turns lower-case letters into small
capitals, `all-small-caps` everything, and `unicase` everything but lower-case letters, which stay.

`text-spacing-trim`: full-width punctuation loses its blank half beside other such (CSS Text 4 §8.5).

As Chromium does it: an opening bracket after another opening, middle or closing one, and a closing one
before another closing or middle one, take the font's `halt` form; which half of the em is blank is read
from the glyph, so that it suits the language the font was drawn for.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Set
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

import regex

from ...caching import remembered
from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_library import FontLibrary
from ..fonts.vertical_metrics import has_vertical_metrics, origin_height
from ..inline_cost import Spend, free
from .scripts import script_of
from .shape import Features, Glyphs, ShapedRun, scale_run, shape

WORD_SEPARATORS = frozenset(" \u00a0\u1361\U00010100\U00010101\U0001039f\U0001091f")
# Characters of no width, which take no letter-spacing either.
_SILENT = frozenset(
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
# CSS Text 3 §8.2: letters of cursive scripts take no letter-spacing.
_CURSIVE = frozenset({"Arab", "Syrc", "Mong", "Nkoo", "Mand", "Phag", "Rohg", "Adlm"})

_SMALL = 0.7
# The feature that asks for a kind of capitals → what else can serve, and who is made small without it.
_KINDS = {
    "c2sc": (("c2sc",), "all"),
    "c2pc": (("c2pc", "c2sc"), "all"),
    "smcp": (("smcp",), "lower"),
    "pcap": (("pcap", "smcp"), "lower"),
    "unic": (("unic",), "upper"),
}

CANDIDATES = regex.compile(
    r"[\u3001\u3002\u3008-\u3011\u3014-\u301b\u301d-\u301f\u30fb\uff08\uff09\uff0c\uff0e\uff1a\uff1b"
    r"\uff3b\uff3d\uff5b\uff5d\uff5f\uff60\u2018\u2019\u201c\u201d\u3000]"
)
_OPENING = frozenset("〈《「『【〔〖〘〚〝（［｛｟‘“")
_STOPS = frozenset("、。，．")
Kind = Literal["open", "close", "middle", "other"]


@dataclass(slots=True, eq=False)
class ShapingItem:
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
    upright: bool = False  # in vertical text: set from top to bottom
    shaped: ShapedRun | None = None
    glyphs: Glyphs | None = None
    halved: frozenset[int] = frozenset()  # offsets of punctuation that its neighbours trim
    _uncut: Set[int] | None = field(default=None, repr=False)

    @property
    def rtl(self) -> bool:
        """Whether the glyphs run right to left."""
        return bool(self.level & 1)

    def safe_to_cut(self, offset: int) -> bool:
        """Whether the glyphs on both sides of a character offset stay the same when cut there."""
        if self.shaped is None or offset <= self.start or offset >= self.end:
            return True
        return offset - self.start not in self.uncut

    def safe_from(self, offset: int) -> int:
        """Return the first offset from one on at which it is safe to cut."""
        while not self.safe_to_cut(offset):
            offset += 1
        return offset

    def safe_up_to(self, offset: int) -> int:
        """Return the last offset up to one at which it is safe to cut."""
        while not self.safe_to_cut(offset):
            offset -= 1
        return offset

    @property
    def uncut(self) -> Set[int]:
        """The offsets from its start at which it is not safe to cut; once it is shaped."""
        if self._uncut is None:
            assert self.shaped is not None  # noqa: S101
            uncut, length = self.shaped.unsafe, self.end - self.start
            if self.halved:
                uncut = uncut.union(*[(at - self.start, at + 1 - self.start) for at in self.halved])
            if not self.shaped.is_single:
                uncut = uncut.union(range(length)).difference(self.shaped.clusters) | uncut
            self._uncut = uncut - {0, length}
        return self._uncut


@dataclass(slots=True, eq=False)
class Shaper:
    """Shapes stretches of one text with one library, rounding grid and font scale; counts the work."""

    text: str
    fonts: FontLibrary
    grid: float
    scale: float = 1.0
    spend: Spend = free
    slices: dict[tuple[object, ...], Glyphs] = field(default_factory=dict)

    def fill(self, item: ShapingItem) -> None:
        """Shape an item."""
        text = self.text
        may_halve = has_halt(item.font) and not item.upper and CANDIDATES.search(text, item.start, item.end)
        if may_halve and _trims(item.style):
            item.halved = frozenset(trimmed(item.font, text, item.start, item.end))
        item.shaped = self._shape(item, item.start, item.end)
        item.glyphs = self._scaled(item, item.shaped, item.start)

    def cut(
        self, item: ShapingItem, start: int, end: int, *, trim_start: bool = False, trim_end: bool = False
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

    def _reshaped(self, item: ShapingItem, start: int, end: int, trimmed_ends: tuple[int, ...]) -> Glyphs:
        key = (id(item), start, end, trimmed_ends)
        found = self.slices.get(key)
        if found is None:
            run = self._shape(item, start, end, trimmed_ends)
            found = self.slices[key] = self._scaled(item, run, start)
        return found

    def text_glyphs(self, text: str, item: ShapingItem, font: FontInstance | None = None) -> Glyphs:
        """Shape other text (a hyphen, an ellipsis) in an item's style; clusters start at 0."""
        font = font or item.font
        run = shape(
            font, text, 0, len(text),
            script=item.script, rtl=item.rtl, language=item.style.lang, features=item.features,
            upright=item.upright,
        )  # fmt: skip
        return self._in_pixels(item, scale_run(run, 0, font, item.size), font)

    def _shape(self, item: ShapingItem, start: int, end: int, ends: tuple[int, ...] = ()) -> ShapedRun:
        text, offset = self.text, 0
        if item.upper:
            text, offset = capitals(text[start:end]), start
        halved: tuple[int, ...] = ()
        if item.halved or ends:
            halved = trimmed(item.font, self.text, start, end)
            halved = tuple(sorted({*halved, *ends}))
        return shape(
            item.font, text, start - offset, end - offset,
            script=item.script, rtl=item.rtl, language=item.style.lang, features=item.features,
            halved=halved, upright=item.upright,
        )  # fmt: skip

    def _scaled(self, item: ShapingItem, run: ShapedRun, start: int) -> Glyphs:
        glyphs = scale_run(run, start, item.font, item.size)
        if item.upright:
            glyphs = self._in_pixels(item, glyphs, item.font)
        letter, word = item.style.letter_spacing * self.scale, item.style.word_spacing * self.scale
        if not letter and not word:
            return glyphs
        if run.is_single and not item.rtl and item.script not in _CURSIVE and 0.0 not in glyphs.advances:
            return _space_single(glyphs, self.text, letter, word)
        return _space(glyphs, self.text, letter, word, item.rtl)

    def _in_pixels(self, item: ShapingItem, glyphs: Glyphs, font: FontInstance) -> Glyphs:
        """Let upright glyphs of a font without vertical metrics advance by its lines, in whole device px."""
        if not item.upright or has_vertical_metrics(font):
            return glyphs
        metrics = font.metrics(item.size, self.grid)
        height, ids = metrics.ascent + metrics.descent, glyphs.glyphs
        lower = [metrics.ascent - origin_height(font, glyph, item.size) for glyph in ids]
        return glyphs._replace(
            advances=[height if advance else 0.0 for advance in glyphs.advances],
            x_offsets=[x + by for x, by in zip(glyphs.x_offsets or [0.0] * len(ids), lower, strict=True)],
        )


def _trims(style: ComputedStyle) -> bool:
    """Whether adjacent full-width punctuation closes up."""
    own = dict(style.font_variant_features + style.font_feature_settings)
    return style.text_spacing_trim != "space-all" and not own.keys() & {"halt", "chws", "palt", "pwid"}


def _space_single(glyphs: Glyphs, text: str, letter: float, word: float) -> Glyphs:
    """Add the same where each character is one glyph with an advance, and none is of a cursive script."""
    advances = [advance + letter for advance in glyphs.advances]
    if word:
        start = glyphs.clusters[0]
        for i, character in enumerate(text[start : start + len(advances)]):
            if character in WORD_SEPARATORS:
                advances[i] = glyphs.advances[i] + (letter + word)
    return Glyphs(glyphs.glyphs, glyphs.clusters, advances, glyphs.x_offsets, glyphs.y_offsets)


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
        silent = not advances[i] and text[cluster] in _SILENT
        extra = (0.0 if cursive or silent else letter) + (word if text[cluster] in WORD_SEPARATORS else 0.0)
        advances[i] += extra
        if rtl and extra:
            if offsets is None:
                offsets = [0.0] * len(clusters)
            offsets[i] += extra
    return glyphs._replace(advances=advances, x_offsets=offsets)


class CasePart(NamedTuple):
    """A stretch that is shaped alike: scaled or not, in capitals or as it stands."""

    start: int
    end: int
    small: bool
    upper: bool


def case_parts(text: str, start: int, end: int, style: ComputedStyle, font: FontInstance) -> list[CasePart]:
    """Cut a stretch where made-up small capitals begin and end; one part where none are needed."""
    who = _made_up(style, font)
    if who is None:
        return [CasePart(start, end, False, False)]
    if who == "all":
        return [CasePart(start, end, True, True)]
    parts = []
    at = start
    for lower, group in groupby(text[start:end], key=_has_capital):
        after = at + len(list(group))
        small = lower == (who == "lower")
        parts.append(CasePart(at, after, small, lower and who != "upper"))
        at = after
    return parts


def small_size(size: float, grid: float) -> float:
    """Return the size of made-up small capitals in a font of a size, px."""
    return math.floor(size * _SMALL / grid + 0.5) * grid


def capitals(text: str) -> str:
    """Return the text in capitals, character by character."""
    return "".join("ẞ" if c == "ß" else c.upper() if len(c.upper()) == 1 else c for c in text)


def _has_capital(character: str) -> bool:
    return capitals(character) != character


def _made_up(style: ComputedStyle, font: FontInstance) -> str | None:
    if not style.font_variant_features or not style.font_synthesis_small_caps:
        return None
    asked = {tag for tag, value in style.font_variant_features if value}
    for tag, (serving, who) in _KINDS.items():
        if tag in asked:
            return None if _features(font) & set(serving) else who
    return None


@remembered("font features", 256, bytes_each=1_000)
def _features(font: FontInstance) -> frozenset[str]:
    face = font.face.hb_face
    tags: set[str] = set()
    for script in range(len(face.get_table_script_tags("GSUB"))):
        tags.update(face.get_language_feature_tags("GSUB", script))
    return frozenset(tags)


def trimmed(font: FontInstance, text: str, start: int, end: int) -> tuple[int, ...]:
    """Return the offsets in `text[start:end]` whose characters take their half-width form."""
    stretch = text[start:end]
    if not CANDIDATES.search(stretch) or not has_halt(font):
        return ()
    offsets = []
    previous: Kind = "other"
    for i, character in enumerate(stretch):
        kind = kind_of(font, character) if CANDIDATES.match(character) else "other"
        if kind == "open" and previous in ("open", "middle", "close"):
            offsets.append(start + i)
        elif previous == "close" and kind in ("close", "middle"):
            offsets.append(start + i - 1)
        previous = kind
    return tuple(offsets)


def trims_at_start(font: FontInstance, character: str) -> bool:
    """Whether an opening bracket at the start of a line can lose its blank half."""
    return _is_candidate(character) and kind_of(font, character) == "open" and has_halt(font)


def trims_at_end(font: FontInstance, character: str) -> bool:
    """Whether a closing bracket at the end of a line can lose its blank half; stops keep theirs."""
    if not _is_candidate(character) or character in _STOPS:
        return False
    return kind_of(font, character) == "close" and has_halt(font)


def _is_candidate(character: str) -> bool:
    return CANDIDATES.match(character) is not None


@remembered("font features", 256, bytes_each=150)
def has_halt(font: FontInstance) -> bool:
    """Whether the font has alternate half-width metrics."""
    features: set[str] = set()
    face = font.face.hb_face
    for script in range(len(face.get_table_script_tags("GPOS"))):
        features.update(face.get_language_feature_tags("GPOS", script))
    return "halt" in features


@remembered("font features", 2048, bytes_each=150)
def kind_of(font: FontInstance, character: str) -> Kind:
    """Return what a full-width character is, by the half of the em that its ink lies in."""
    if character == "\u3000":
        return "middle"
    glyph = font.hb_font.get_nominal_glyph(ord(character))
    if not glyph or font.nominal_advance(glyph) < 0.9 * font.units_per_em:
        return "other"
    extents = font.hb_font.get_glyph_extents(glyph)
    half = font.nominal_advance(glyph) / 2
    left, right = extents.x_bearing, extents.x_bearing + extents.width
    if right <= half * 1.1:
        return "close"
    if left >= half * 0.9:
        return "open"
    if left >= half / 2 and right <= half * 3 / 2:
        return "middle"
    return "open" if character in _OPENING and left >= half * 0.7 else "other"
