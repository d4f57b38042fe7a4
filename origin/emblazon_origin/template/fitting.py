"""What a text tells before it is set: how large it can be in a box, its script, digits and language.

The fonts are not asked. A half-width cell is about half an em wide. That is near enough to choose among a
few sizes; what comes out a line too long ends in the ellipsis of `-webkit-line-clamp`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from icu4py.breakers import LineBreaker

from ..caching import remembered

SOFT_HYPHEN = "\u00ad"
# Height of a line in em, by script: CJK wants air, and the others have marks above and below.
LEADING = {"latin": 1.06, "cjk": 1.26, "arabic": 1.4, "hebrew": 1.26, "indic": 1.4, "thai": 1.4}
_EM = {"latin": 0.54, "cjk": 0.51, "arabic": 0.5, "hebrew": 0.56, "indic": 0.62, "thai": 0.56}
_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
)
_PHRASES = "ja@lw=phrase"  # as `word-break: auto-phrase` keeps them together

# First code point of each block group, in order; everything not listed is set like Latin.
_SCRIPT_RANGES = (
    (0, "latin"), (0x0590, "hebrew"), (0x0600, "arabic"), (0x0800, "latin"), (0x08A0, "arabic"),
    (0x0900, "indic"), (0x0E00, "thai"), (0x0F00, "indic"), (0x10A0, "latin"), (0x1780, "thai"),
    (0x1800, "latin"), (0x2E80, "cjk"), (0xA000, "latin"), (0xAC00, "cjk"), (0xD800, "latin"),
    (0xF900, "cjk"), (0xFB00, "latin"), (0xFB1D, "hebrew"), (0xFB50, "arabic"), (0xFE00, "latin"),
    (0xFE70, "arabic"), (0xFF00, "cjk"), (0x10000, "latin"), (0x20000, "cjk"),
)  # fmt: skip
_SCRIPT_STARTS = [start for start, _ in _SCRIPT_RANGES]

# Scripts that one language, or mostly one, is written in; kana and Hangul are looked for before Han.
_LANGUAGE_BLOCKS = (
    ("\u3040", "\u30ff", "ja"), ("\uac00", "\ud7af", "ko"), ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"), ("\u0900", "\u097f", "hi"), ("\u0e00", "\u0e7f", "th"),
    ("\u4e00", "\u9fff", "zh"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitted:
    """A size in the unit of the box, how many lines of it the box holds, and cells to a line."""

    size: float
    lines: int
    leading: float
    cells: float


def fit(
    value: str, width: float, height: float, sizes: Sequence[float], lines: int = 0, em: float = 0.0
) -> Fitted:
    """Return the largest of `sizes` (falling) at which a text fits a box; the last one where none does.

    Width, height and sizes are in one unit, such as rem. `lines` bounds the lines, 0 is what the height
    holds; `em` is the mean width of a cell where the font is a narrow or a wide one.
    """
    group = script(value)
    leading = LEADING[group]
    per_cell = em if em and group == "latin" else _EM[group]
    pieces, longest = _pieces(value), _longest(value)
    found = Fitted(0, 1, leading, 1)
    for size in sizes:
        room = max(1, math.floor(height / (size * leading) + 0.01))
        held = min(room, lines) if lines else room
        found = Fitted(size, held, leading, width / (size * per_cell))
        if size * leading > height:
            continue
        if longest <= found.cells and _lines_of(pieces, found.cells) <= held:
            break
    return found


def _pieces(value: str) -> list[tuple[float, int]]:
    """Return what lines are broken between: its cells, and those of the space before it on the same line."""
    return [
        (cells(piece), int(not number))
        for word in value.split()
        for number, piece in enumerate(LineBreaker(word, _PHRASES) if _WIDE.search(word) else (word,))
    ]


def _lines_of(pieces: list[tuple[float, int]], room: float) -> int:
    """Lines of a first fit."""
    count, used = 1, 0.0
    for part, gap in pieces:
        space = gap if used else 0
        if used and used + space + part > room:
            count, used, space = count + 1, 0.0, 0
        overfull = max(0, math.ceil(part / room) - 1)
        count += overfull
        used += space + part - overfull * room
    return count


def _longest(value: str) -> float:
    return max((cells(word) for word in value.split() if not _WIDE.search(word)), default=0)


def breakable(value: str, room: float) -> str:
    """Put soft hyphens into words of more than `room` cells, so that their lines come out equally long."""
    return re.sub(r"\S+", lambda match: _halved(match[0], room), value)


def _halved(word: str, room: float) -> str:
    length = cells(word)
    if length <= room or room < 2 or script(word) != "latin" or not word.isalpha():
        return word
    step = math.ceil(len(word) / math.ceil(length / (room * (0.6 if word.isupper() else 0.9))))
    return SOFT_HYPHEN.join(word[at : at + step] for at in range(0, len(word), step))


def cells(value: str) -> float:
    """Length of a text in half-width cells, to choose a type size by.

    Wide characters are 2, capitals 1.35, marks 0.
    """
    if value.isascii():
        return round(len(value) + 0.35 * sum(map(str.isupper, value)), 2)
    return round(sum(map(_cell, value)), 2)


@remembered("cells", 4096, bytes_each=100)
def _cell(character: str) -> float:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0
    if category == "Lu":
        return 1.35
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def script(value: str) -> str:
    """The group of scripts that most letters of a text are in; each group wants its own line height."""
    if value.isascii():
        return "latin"
    counts = Counter(_script_of(ord(character)) for character in value if character.isalpha())
    return max(counts, key=lambda name: counts[name]) if counts else "latin"


def _script_of(code: int) -> str:
    start = bisect_right(_SCRIPT_STARTS, code) - 1
    return _SCRIPT_RANGES[start][1]


_DIGIT = re.compile(r"\d")
_DIGITS = {
    "0": "latn", "٠": "arab", "۰": "arabext", "०": "deva", "০": "beng", "๐": "thai", "௦": "tamldec",
}  # fmt: skip


def with_digits(lang: str, texts: Iterable[str]) -> str:
    """The language with the digits that texts already use, as `ar-u-nu-arab` (UTS 35 §3.6.1).

    So that a date which a card writes and a price that its author wrote do not count in two scripts.
    """
    for text in texts:
        if found := _DIGIT.search(text):
            zero = chr(ord(found[0]) - int(found[0]))
            return f"{lang or 'en'}-u-nu-{_DIGITS[zero]}" if zero in _DIGITS else lang
    return lang


def language(value: str) -> str:
    """The language that a text's script tells (`ja ko he ar hi th zh`), "" where most letters are others."""
    if script(value) == "latin":
        return ""
    for first, last, lang in _LANGUAGE_BLOCKS:
        if any(first <= character <= last for character in value):
            return lang
    return ""
