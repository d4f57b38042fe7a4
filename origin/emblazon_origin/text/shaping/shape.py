"""Shaping with HarfBuzz: characters of one font, script, direction and language to positioned glyphs.

Shaped runs are in design units and cached by their content, so that a text shaped once is free in any
later render; `scale_run` puts them into px for a size.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import uharfbuzz as hb

from ...caching import ByteCache
from ...style.values.computed import ComputedStyle
from ..fonts.font_instance import FontInstance
from ..fonts.font_metrics import advance_scale

# Scripts whose letters change form by what surrounds them, beyond a run's edges.
_JOINING = frozenset({
    "Arab", "Syrc", "Mong", "Nkoo", "Mand", "Mani", "Phlp", "Adlm", "Rohg", "Sogd", "Phag", "Chrs",
})  # fmt: skip
_CONTEXT = 8
_ODD = frozenset("13579BDF")  # the last digits of flags with HB_GLYPH_FLAG_UNSAFE_TO_BREAK, 1
_FLAGS_ALONE = (
    hb.BufferSerializeFlags.GLYPH_FLAGS
    | hb.BufferSerializeFlags.NO_GLYPH_NAMES
    | hb.BufferSerializeFlags.NO_CLUSTERS
    | hb.BufferSerializeFlags.NO_POSITIONS
)
# What letter spacing turns off whatever font-variant-ligatures says; font-feature-settings may turn it on.
_OPTIONAL_LIGATURES = tuple((tag, 0) for tag in ("liga", "clig", "dlig", "hlig", "calt"))


class _Scaled(NamedTuple):
    """A run's advances and offsets in px, for a font and size."""

    asked: tuple[FontInstance, float]
    advances: list[float]
    x_offsets: list[float] | None
    y_offsets: list[float] | None


@dataclass(slots=True, eq=False)
class ShapedRun:
    """Glyphs in visual order; clusters are character offsets from the run's start; design units."""

    glyphs: list[int]
    clusters: list[int]
    advances: list[int]
    x_offsets: list[int] | None  # None: all zero
    y_offsets: list[int] | None
    nbytes: int
    buffer: tuple[hb.Buffer, hb.Font] | None  # tells HarfBuzz's flags; None once they are read
    is_single: bool  # each character is one glyph
    missing: bool = False  # holds .notdef
    scaled: _Scaled | None = None  # as it was last asked for; nobody may write to its lists
    _unsafe: frozenset[int] = frozenset()

    @property
    def unsafe(self) -> frozenset[int]:
        """Offsets where the run cannot be cut without shaping again; read once a line ends inside."""
        if self.buffer is not None:
            buffer, font = self.buffer
            told = buffer.serialize(font, hb.BufferSerializeFormat.TEXT, _FLAGS_ALONE)
            self._unsafe, self.buffer = _unsafe_to_break(told, self.clusters), None
        return self._unsafe


class Glyphs(NamedTuple):
    """A shaped run at a size; px. `clusters` are character offsets into the paragraph's text."""

    glyphs: list[int]
    clusters: list[int]
    advances: list[float]
    x_offsets: list[float] | None
    y_offsets: list[float] | None


_shaped: ByteCache[ShapedRun] = ByteCache("shaped runs", 16 << 20, lambda run: run.nbytes, largest=0.25)
Features = tuple[tuple[str, int], ...]


def features_of(style: ComputedStyle, font: FontInstance) -> Features:
    """Return OpenType features in rising priority (CSS Fonts 4 §7.2)."""
    features: Features = font.features + style.font_variant_features
    if style.letter_spacing:
        features += _OPTIONAL_LIGATURES
    return features + style.font_feature_settings


def shape(
    font: FontInstance,
    text: str,
    start: int,
    end: int,
    *,
    script: str,
    rtl: bool,
    language: str,
    features: Features,
    halved: tuple[int, ...] = (),
    upright: bool = False,
) -> ShapedRun:
    """Shape `text[start:end]`; what lies around it is context for scripts that join.

    `upright` glyphs follow each other downwards; they are told along the line and up from its middle.
    Characters at the offsets `halved` take their half-width form (`halt`).
    """
    around = _CONTEXT if script in _JOINING else 0
    low, high = max(0, start - around), min(len(text), end + around)
    piece = text[low:high]
    key = (
        font,
        piece,
        start - low,
        end - start,
        script,
        rtl,
        language,
        features,
        tuple([at - start for at in halved]) if halved else (),
        upright,
    )
    found = _shaped.peek(key)
    if found is not None:
        return found
    buffer = hb.Buffer()
    buffer.add_str(piece, start - low, end - start)
    buffer.direction = "ttb" if upright else "rtl" if rtl else "ltr"
    buffer.script = script
    buffer.language = language or "en"
    wanted: dict[str, object] | None = dict(features) if features or halved else None
    if wanted is not None and halved:
        wanted["vhal" if upright else "halt"] = [(at - low, at - low + 1, 1) for at in halved]
    hb.shape(font.hb_font, buffer, wanted)
    return _shaped.put(key, _read(buffer, font.hb_font, start - low, end - start, upright))


def _read(buffer: hb.Buffer, font: hb.Font, offset: int, length: int, upright: bool) -> ShapedRun:
    infos, positions = buffer.glyph_infos, buffer.glyph_positions or []
    glyphs = [info.codepoint for info in infos]
    clusters = [info.cluster for info in infos]
    if offset:
        clusters = [cluster - offset for cluster in clusters]
    xs = [position.x_offset for position in positions]
    ys = [position.y_offset for position in positions]
    advances = [position.x_advance for position in positions]
    if upright:  # along the line is down, and its upper side is on the right
        top = font.get_font_extents("ltr").ascender  # of glyphs that a font says no origin of
        xs, ys = [-y or top for y in ys], xs
        advances = [-position.y_advance for position in positions]
    return ShapedRun(
        glyphs,
        clusters,
        advances,
        xs if any(xs) else None,
        ys if any(ys) else None,
        600 + 190 * len(glyphs) + 2 * offset,
        (buffer, font),
        clusters == list(range(length)),
        0 in glyphs,
    )


def _unsafe_to_break(told: str, clusters: list[int]) -> frozenset[int]:
    """Return the clusters before which a line may not be cut without shaping anew.

    They are read from text ("[12|7#1|9]", flags in hexadecimal): a glyph's `flags` are an enumeration, made
    for each in Python.
    """
    if "#" not in told:
        return frozenset()
    flagged = zip(clusters, told[1:-1].split("|"), strict=True)
    return frozenset([at for at, glyph in flagged if "#" in glyph and glyph[-1] in _ODD])


def scale_run(run: ShapedRun, start: int, font: FontInstance, size: float) -> Glyphs:
    """Scale to `size` px per em; nothing is rounded to the screen."""
    clusters = [cluster + start for cluster in run.clusters] if start else run.clusters
    scaled = run.scaled
    if scaled is None or scaled.asked != (font, size):
        scaled = run.scaled = _scale(run, font, size)
    return Glyphs(run.glyphs, clusters, scaled.advances, scaled.x_offsets, scaled.y_offsets)


def _scale(run: ShapedRun, font: FontInstance, size: float) -> _Scaled:
    used = size * font.adjust.size
    k, own = used / font.units_per_em, advance_scale(used, font.units_per_em)
    return _Scaled(
        (font, size),
        [advance * own for advance in run.advances],
        [x * k for x in run.x_offsets] if run.x_offsets else None,
        [y * k for y in run.y_offsets] if run.y_offsets else None,
    )


def origins(glyphs: Glyphs) -> list[float]:
    """Return where the glyphs of a run are drawn, from its own beginning."""
    xs = [0.0, *accumulate(glyphs.advances)]
    xs.pop()
    if glyphs.x_offsets:
        return [x + offset for x, offset in zip(xs, glyphs.x_offsets, strict=True)]
    return xs
