"""`text-align: justify`: room between words, and between ideographs (CSS Text 3 §6.4).

`text-fit`: one scale for all font sizes of a block, chosen so that its text fills but fits its box.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from operator import neg
from typing import TYPE_CHECKING

import regex

from ...style.values.value_types import TextFit
from .paragraph import Paragraph

if TYPE_CHECKING:
    from .draft import Leaf, LineDraft

_IDEOGRAPH = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]"
)
# What takes more than a share for each space: ideographs, and controls of bidi.
_BEYOND_WORDS = regex.compile(rf"{_IDEOGRAPH.pattern}|[\u2066-\u2069\u202a-\u202e]")
_SPACES = frozenset(" \u00a0\t")
CONTROLS = frozenset("\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e")  # of bidi

STEP = 0.25  # px of the block's own font size: finer sizes would look the same
MAX_GROWTH = 20.0

Fits = Callable[[float], bool]  # whether the text fits at a scale


def justify(paragraph: Paragraph, draft: LineDraft, room: float) -> None:
    """Widen the line's opportunities so that it fills `room` px more; lines without any stay as they are."""
    mode = paragraph.content.block_style.text_justify
    if room <= 0 or mode == "none":
        return
    shares = opportunities(paragraph.content.text, draft.span.start, draft.span.visible, mode)
    total = sum(shares.values())
    if not total:
        return
    spread([leaf for leaf in draft.leaves if leaf.start < draft.span.visible], shares, room)
    draft.width += room


def spread(leaves: Iterable[Leaf], shares: dict[int, int], room: float) -> None:
    """Widen pieces of a line by shares of room."""
    # A hair less, as Chromium's single precision has it: a glyph at half a pixel is drawn on the left one.
    each = room / sum(shares.values()) * (1 - 1e-6)
    for leaf in leaves:
        _widen(leaf, shares, each)


def opportunities(text: str, start: int, end: int, mode: str = "auto") -> dict[int, int]:
    """Return how many shares of room follow each character: one per space, one on each side of ideographs."""
    shares: dict[int, int] = {}
    if mode != "inter-character" and not _BEYOND_WORDS.search(text, start, end):
        return {i: 1 if i < end - 1 else 0 for i in range(start, end) if text[i] in _SPACES}
    after_expansion = True
    last = end - 1
    while last > start and text[last] in CONTROLS:
        last -= 1
    for i in range(start, end):
        character = text[i]
        if character in CONTROLS:
            continue
        if character in _SPACES or mode == "inter-character":
            shares[i] = shares.get(i, 0) + 1
            after_expansion = True
        elif mode == "auto" and _IDEOGRAPH.match(character):
            if not after_expansion:
                shares[i - 1] = shares.get(i - 1, 0) + 1
            shares[i] = shares.get(i, 0) + 1
            after_expansion = True
        else:
            after_expansion = False
    if last in shares:  # nothing follows the last character of the line
        shares[last] -= 1
    return shares


def _widen(leaf: Leaf, shares: dict[int, int], each: float) -> None:
    glyphs = leaf.glyphs
    if glyphs is None or leaf.item is None:
        extra = each * shares.get(leaf.start, 0)
        leaf.width += extra
        return
    advances = list(glyphs.advances)
    offsets = list(glyphs.x_offsets or [0.0] * len(advances))
    for i, count in _by_glyph(leaf, glyphs.clusters, leaf.item.rtl, shares).items():
        advances[i] += each * count
        if leaf.item.rtl:
            offsets[i] += each * count
    leaf.glyphs = glyphs._replace(advances=advances, x_offsets=offsets)
    leaf.width = sum(advances)


def _by_glyph(leaf: Leaf, clusters: list[int], rtl: bool, shares: dict[int, int]) -> dict[int, int]:
    """Return the shares that follow each glyph: the last one of a cluster has those of its characters."""
    found: dict[int, int] = {}
    for at in range(leaf.start, leaf.end):
        if at in shares:
            i = bisect_left(clusters, -at, key=neg) if rtl else bisect_right(clusters, at) - 1
            if 0 <= i < len(clusters):
                found[i] = found.get(i, 0) + shares[at]
    return found


def fit_scale(fit: TextFit, font_size: float, fits: Fits) -> float:
    """Return the largest scale at which the text fits, between the property's bounds (by bisection)."""
    if font_size <= 0:
        return 1.0
    if fit.mode == "shrink":
        if fits(1.0):
            return 1.0
        low, high = _steps(min(max(fit.min, STEP), font_size)), _steps(font_size)
    else:
        if not fits(1.0):
            return 1.0
        ceiling = fit.max if fit.max is not None else font_size * MAX_GROWTH
        low, high = _steps(font_size), _steps(max(ceiling, font_size)) + 1
    while high - low > 1:  # `low` is taken whatever happens, `high` is too much
        middle = (low + high) // 2
        if fits(middle * STEP / font_size):
            low = middle
        else:
            high = middle
    return low * STEP / font_size


def _steps(size: float) -> int:
    return max(1, int(size / STEP))
