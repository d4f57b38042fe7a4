"""How large a text can be set in a box, told from its characters alone; the fonts are not asked.

A half-width cell is about half an em wide. That is near enough to choose among a few sizes; what comes out a
line too long ends in the ellipsis of `-webkit-line-clamp`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from icu4py.breakers import LineBreaker

from .writing import script

SOFT_HYPHEN = "\u00ad"
# Height of a line in em, by script: CJK wants air, and the others have marks above and below.
LEADING = {"latin": 1.06, "cjk": 1.26, "arabic": 1.4, "hebrew": 1.26, "indic": 1.4, "thai": 1.4}
_EM = {"latin": 0.54, "cjk": 0.51, "arabic": 0.5, "hebrew": 0.56, "indic": 0.62, "thai": 0.56}
_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
)
_PHRASES = "ja@lw=phrase"  # as `word-break: auto-phrase` keeps them together


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
    found = Fitted(0, 1, leading, 1)
    for size in sizes:
        room = max(1, math.floor(height / (size * leading) + 0.01))
        held = min(room, lines) if lines else room
        found = Fitted(size, held, leading, width / (size * per_cell))
        if size * leading > height:
            continue
        if _lines_of(value, found.cells) <= held and _longest(value) <= found.cells:
            break
    return found


def _lines_of(value: str, room: float) -> int:
    """Lines of a first fit."""
    count, used = 1, 0.0
    for word in value.split():
        for number, piece in enumerate(LineBreaker(word, _PHRASES) if _WIDE.search(word) else (word,)):
            part = cells(piece)
            space = 1 if used and not number else 0
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
    return round(sum(_cell(character) for character in value), 2)


def _cell(character: str) -> float:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0
    if category == "Lu":
        return 1.35
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
